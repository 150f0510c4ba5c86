"""The Chinese catalog: `update` gathers the panels' strings into topsdl.po, `check` fails on one without a
translation, `compile` makes what JupyterLab loads (topsdl.json for the panels, topsdl.mo for the menus).

Strings are what the calls `trans.__`, `trans._n`, `trans._p` and `trans._np` name literally, and what
JupyterLab translates of the settings' schemas. The calls are found by the TypeScript compiler
(`scripts/strings.ts`), so that templates, concatenation and other spellings are faults, not silence.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jupyterlab_server.translation_utils import _prepare_schema_patterns

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "python/topsdl/locale/zh_CN/LC_MESSAGES/topsdl.po"
DOMAIN = "topsdl"
PLURALS = "nplurals=1; plural=0;"


def gather() -> Catalog:
    """The catalog of all strings in the sources, without translations."""
    found = Catalog(domain=DOMAIN)
    said = subprocess.run(
        ["node", str(ROOT / "scripts/strings.ts")],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    for item in json.loads(said):
        text = (item["text"], item["plural"]) if item["plural"] else item["text"]
        found.add(text, context=item["context"], locations=[(item["file"], item["line"])])
    for path in sorted(ROOT.glob("extensions/*/schema/*.json")):
        schema = json.loads(path.read_text("utf-8"))
        for context, text in schema_strings(schema, "", _prepare_schema_patterns(schema)):
            found.add(text, context=context, locations=[(path.relative_to(ROOT).as_posix(), 1)])
    return found


def schema_strings(value: Any, path: str, patterns: dict[Any, str]) -> list[tuple[str, str]]:
    """What JupyterLab's server translates of a schema, as it walks it: context and text."""
    strings = []
    for key, item in value.items():
        here = f"{path}/{key}"
        if isinstance(item, str) and item:
            strings += [(context, item) for pattern, context in patterns.items() if pattern.fullmatch(here)][:1]
        elif isinstance(item, dict):
            strings += schema_strings(item, here, patterns)
        elif isinstance(item, list):
            for index, element in enumerate(item):
                if isinstance(element, dict):
                    strings += schema_strings(element, f"{here}[{index}]", patterns)
    return strings


def committed() -> Catalog:
    """The catalog with the translations; empty when there is none yet."""
    if not PO.exists():
        return Catalog(domain=DOMAIN)
    with open(PO, "rb") as file:
        return read_po(file, locale="zh_CN", domain=DOMAIN)


def update() -> int:
    """Rewrites topsdl.po: new strings come in untranslated, gone ones go, translations stay."""
    known, found = committed(), gather()
    # Set by hand, and `zh_CN` exactly: under any other name English shows, in silence.
    result = Catalog(locale="zh_CN", domain=DOMAIN, project="TopsDL", version="1", fuzzy=False, header_comment="# TopsDL in Chinese")
    result._num_plurals, result._plural_expr = 1, "0"
    for message in sorted((m for m in found if m.id), key=key):
        old = known.get(singular(message), context=message.context)
        result.add(message.id, string=old.string if old else "", context=message.context, locations=message.locations)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with open(PO, "wb") as file:
        # Line numbers would change the file with every edit of the sources.
        write_po(file, result, width=100, include_lineno=False, omit_header=False)
    PO.write_text(without_dates(PO.read_text("utf-8")), "utf-8")
    missing = untranslated(result)
    print(f"{len(result)} strings, {len(missing)} without a translation", file=sys.stderr)
    return 0


def without_dates(text: str) -> str:
    dated = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Generated-By", "Language-Team", "Report-Msgid")
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip('"').startswith(dated))


def check() -> int:
    """Fails when a string lacks a translation or its placeholders, or the catalog is not up to date."""
    known, found = committed(), gather()
    wanted, had = {key(m) for m in found if m.id}, {key(m) for m in known if m.id}
    faults = [f"not in the catalog (run scripts/translate): {name}" for name in sorted(wanted - had)]
    faults += [f"no longer in the sources (run scripts/translate): {name}" for name in sorted(had - wanted)]
    faults += [f"without a translation: {key(message)}" for message in untranslated(known)]
    faults += [f"translated without a placeholder of it: {key(m)}" for m in known if m.id and lost_placeholder(m)]
    for fault in faults:
        print(f"topsdl.po: {fault}", file=sys.stderr)
    return 1 if faults else 0


def compile_catalog() -> int:
    """Writes topsdl.json and topsdl.mo beside topsdl.po."""
    catalog = committed()
    with open(PO.with_suffix(".mo"), "wb") as file:
        write_mo(file, catalog)
    entries: dict[str, Any] = {
        "": {"domain": DOMAIN, "language": "zh-CN", "plural_forms": PLURALS, "version": DOMAIN}
    }
    for message in catalog:
        if message.id and message.string:
            # The panels' translator joins context and text by this character, as gettext does.
            name = f"{message.context}\x04{singular(message)}" if message.context else singular(message)
            plural = isinstance(message.string, tuple)
            # The panels' translator knows a plural by its having two forms; Chinese has one.
            entries[name] = [message.string[0]] * 2 if plural else [message.string]
    PO.with_suffix(".json").write_text(json.dumps(entries, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")
    return 0


def untranslated(catalog: Catalog) -> list[Message]:
    return [m for m in catalog if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)]


def lost_placeholder(message: Message) -> bool:
    """Whether a `%1` of the original is missing from the translation."""
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    placeholders = {f"%{n}" for n in range(1, 10) if f"%{n}" in singular(message)}
    return any(string and placeholder not in string for string in strings for placeholder in placeholders)


def singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def key(message: Message) -> str:
    return f"[{message.context}] {singular(message)}" if message.context else singular(message)


if __name__ == "__main__":
    steps = {"update": update, "check": check, "compile": compile_catalog}
    if len(sys.argv) != 2 or sys.argv[1] not in steps:
        sys.exit(f"usage: catalog.py {'|'.join(steps)}")
    sys.exit(steps[sys.argv[1]]())
