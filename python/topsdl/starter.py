"""The notebook "Start here", put where JupyterLab's file browser shows it."""

from __future__ import annotations

import shutil
from pathlib import Path

NOTEBOOK = Path(__file__).parent / "demo" / "Start here.ipynb"


def put_notebook(directory: Path) -> Path:
    """Copies the notebook into a directory, unless one of its name is there: that one is the user's by now.

    :returns: where it is
    """
    target = directory / NOTEBOOK.name
    if not target.exists():
        directory.mkdir(parents=True, exist_ok=True)
        # A new file rather than a copied mode: the original may be read-only in a system's site-packages.
        with open(NOTEBOOK, "rb") as source, open(target, "xb") as copy:
            shutil.copyfileobj(source, copy)
    return target
