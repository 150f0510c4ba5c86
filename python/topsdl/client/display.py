"""Rich display of objects in notebooks: plain HTML in JupyterLab's own colours."""

from __future__ import annotations

import base64
import shlex
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .objects import DatasetVersion, Run, _Files
    from .serving import Package, Service

CARD = (
    "border:1px solid var(--jp-border-color1,#ccc);border-radius:2px;padding:8px 12px;"
    "max-width:760px;color:var(--jp-ui-font-color1,#222)"
)
MUTED = "color:var(--jp-ui-font-color2,#666)"
#: State -> a JupyterLab colour; the state is written beside it, so colour is never the only sign.
COLOURS = {
    "completed": "var(--jp-success-color1,#388e3c)",
    "serving": "var(--jp-success-color1,#388e3c)",
    "running": "var(--jp-brand-color1,#1976d2)",
    "building": "var(--jp-brand-color1,#1976d2)",
    "starting": "var(--jp-brand-color1,#1976d2)",
    "pending": "var(--jp-warn-color1,#f57c00)",
    "stopping": "var(--jp-warn-color1,#f57c00)",
    "failed": "var(--jp-error-color1,#d32f2f)",
    "lost": "var(--jp-error-color1,#d32f2f)",
}


def _dot(state: str) -> str:
    colour = COLOURS.get(state, "var(--jp-ui-font-color3,#999)")
    return f'<span style="color:{colour}" aria-hidden="true">&#9679;</span>'


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><td style="text-align:left;{MUTED}">{escape(k)}</td>'
        f'<td style="text-align:left">{v}</td></tr>'
        for k, v in rows
    )
    return f'<table style="margin:4px 0">{cells}</table>'


def bytes_text(count: float) -> str:
    """A size for people."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def dataset(version: DatasetVersion) -> str:
    """A dataset version: counts, one picture a label, the share that is labeled."""
    api = version.workspace.api
    counts = version.counts
    labels = version.labels()
    pictures = []
    for label in labels[:12]:
        found = api.datasets.list_images(version.id, limit=1, labels=label["id"])["items"]
        picture = ""
        if found:
            data = api.datasets.thumbnail(found[0]["id"], size=64).read()
            encoded = base64.b64encode(data).decode()
            picture = f'<img alt="" src="data:image/webp;base64,{encoded}" style="height:56px;display:block;margin:auto">'
        pictures.append(
            f'<figure style="display:inline-block;margin:4px;text-align:center">{picture}'
            f'<figcaption style="font-size:smaller">{escape(label["name"])} '
            f'<span style="{MUTED}">{label["imageCount"]:,}</span></figcaption></figure>'
        )
    more = f'<span style="{MUTED}">and {len(labels) - 12} more labels</span>' if len(labels) > 12 else ""
    share = 100 * counts["labeled"] / counts["total"] if counts["total"] else 0
    return (
        f'<div style="{CARD}"><strong>{escape(version.name)}</strong> v{version.version["number"]} '
        f'<span style="{MUTED}">{escape(version.dataset["annotationType"])}, {counts["total"]:,} images, '
        f"{len(labels)} labels, {bytes_text(version.version['bytes'])}</span>"
        f"<div>{''.join(pictures)}{more}</div>"
        f'<progress max="100" value="{share:.1f}" style="width:100%" aria-label="labeled"></progress>'
        f'<div style="{MUTED}">labeled {counts["labeled"]:,}, unlabeled {counts["unlabeled"]:,}, '
        f"cleaned {counts['cleaned']:,}</div></div>"
    )


def files(version: _Files) -> str:
    """A version's files with their sizes."""
    found = version.files()
    rows = [(entry["path"], bytes_text(entry["bytes"])) for entry in found[:20]]
    more = f'<div style="{MUTED}">and {len(found) - 20} more</div>' if len(found) > 20 else ""
    return (
        f'<div style="{CARD}"><strong>{escape(version.name)}</strong> v{version.version["number"]} '
        f'<span style="{MUTED}">{bytes_text(version.version["bytes"])}</span>{_table(rows)}{more}</div>'
    )


def run(value: Run) -> str:
    """A run: state, nodes, the reason where there is one."""
    r = value.value
    rows = [
        (node["name"], f"{_dot(node['state'])} {escape(node['state'])}")
        for node in r["nodes"]
    ]
    reason = f"<div>{escape(r['reason']['detail'])}</div>" if r["reason"] else ""
    return (
        f'<div style="{CARD}">{_dot(r["state"])} <strong>{escape(r["name"])}</strong> '
        f'<span style="{MUTED}">{escape(r["state"])}, attempt {r["attempt"]}</span>{reason}{_table(rows)}</div>'
    )


def package(version: Package) -> str:
    """A package version: its state, and what is in it."""
    v = version.version
    inside = [*v["models"], *v["algorithms"]]
    rows = [
        ("in it", ", ".join(escape(f"{mount['name']} v{mount['number']}") for mount in inside)),
        ("command", f"<code>{escape(shlex.join(v['arguments']))}</code>"),
    ]
    size = f", {bytes_text(v['bytes'])}" if v["bytes"] is not None else ""
    reason = f"<div>{escape(v['reason']['detail'])}</div>" if v["reason"] else ""
    return (
        f'<div style="{CARD}">{_dot(v["state"])} <strong>{escape(version.name)}</strong> v{v["number"]} '
        f'<span style="{MUTED}">{escape(v["state"])}{size}</span>{reason}{_table(rows)}</div>'
    )


def roles(service: dict[str, Any]) -> str:
    """Both versions of a service in a few words."""
    parts = []
    for role, share in (("production", 1 - service["grayShare"]), ("gray", service["grayShare"])):
        version = service[role]
        if version:
            part = f"{role} {version['packageName']} v{version['packageNumber']}"
            if service["gray"]:
                part += f" {share:.0%}"
            parts.append(f"{part} {version['state']} {version['replicas']}/{version['available']}")
    return ", ".join(parts) or "no version"


def service(value: Service) -> str:
    """A service: its address and both versions."""
    s = value.value
    rows = []
    for role in ("production", "gray"):
        version = s[role]
        if version:
            rows.append(
                (
                    role,
                    f"{_dot(version['state'])} {escape(version['packageName'])} "
                    f"v{version['packageNumber']}, {escape(version['state'])}, "
                    f"{version['replicas']}/{version['available']} replicas",
                )
            )
    gray = f", gray gets {s['grayShare']:.0%}" if s["gray"] else ""
    return (
        f'<div style="{CARD}"><strong>{escape(s["name"])}</strong> '
        f'<code>{escape(s["path"])}</code><span style="{MUTED}">{gray}</span>{_table(rows)}</div>'
    )
