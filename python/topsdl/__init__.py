"""A machine-learning workplace inside JupyterLab.

This package brings the JupyterLab extensions, a Jupyter server extension that starts the companion
server and proxies to it, the notebook magics and a Python client.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

try:
    __version__ = version("topsdl")
except PackageNotFoundError:  # imported from a checkout that was never installed
    __version__ = "0"


def __getattr__(name: str) -> object:
    """The client's names, such as ``topsdl.connect``; it is imported when one is asked for."""
    if not name.startswith("_"):
        from importlib import import_module

        client = import_module(".client", __name__)
        if name in client.__all__:
            return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where JupyterLab finds the built extensions: one entry each."""
    root = Path(__file__).parent / "labextensions"
    return [
        {"src": path.parent.relative_to(root.parent).as_posix(), "dest": path.parent.relative_to(root).as_posix()}
        for path in sorted(root.glob("@*/*/package.json"))
    ]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    """The one server extension, as Jupyter Server asks for it."""
    from .serverextension import TopsDLExtension

    return [{"module": "topsdl", "app": TopsDLExtension}]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """``%load_ext topsdl``: registers the magics in a kernel."""
    from .magics import load_ipython_extension as load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """``%unload_ext topsdl``: takes the magics away again."""
    from .magics import unload_ipython_extension as unload

    unload(shell)
