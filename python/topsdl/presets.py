"""The public sets that every installation begins with, added once to a data directory.

Once only: an administrator who deletes them does not want them back.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

#: What the sets are made from; the wheel's extra `demo` brings it.
NEEDED = ("sklearn", "numpy", "PIL")


def missing_packages() -> list[str]:
    """Packages without which the sets cannot be made."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def add_presets(data_directory: Path) -> bool:
    """Adds the sets unless that was done before, through the API of the companion that runs there.

    It is a process of its own: it decodes and packs images for some seconds.

    :returns: whether they are there now
    """
    done = data_directory / "presets"
    if done.exists():
        return True
    if missing_packages():
        return False
    with open(data_directory / "logs" / "presets.log", "a") as log:
        command = [sys.executable, "-m", "topsdl.demo", "--data", str(data_directory), "--seed"]
        status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode
    if status == 0:
        done.touch()
    return status == 0
