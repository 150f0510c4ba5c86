"""Completes the wheel: the built JupyterLab extensions as shared data, and the tag of this platform."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: The newest C library that a native module of the companion asks for (better-sqlite3's; `objdump -T`).
GLIBC = "2_34"


class WheelHook(BuildHookInterface):
    """Run by hatchling for wheels."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds what a wheel holds beyond the package's own files; nothing for an editable install.

        An editable install would copy the extensions as they are now, and the copy would go stale.
        """
        if version == "editable":
            return
        package = Path(self.root) / "topsdl"
        for needed in ("labextensions/@topsdl", "companion/main.js"):
            if not (package / needed).exists():
                raise FileNotFoundError(f"{package / needed} is missing: build with scripts/build-wheel")
        build_data["shared_data"][str(package / "labextensions")] = "share/jupyter/labextensions"
        # The companion holds native modules, but nothing of any one version of Python.
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-manylinux_{GLIBC}_{platform.machine()}"
