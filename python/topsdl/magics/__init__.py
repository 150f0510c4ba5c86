"""``%load_ext topsdl``: the magics."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Registers ``%topsdl`` and ``%%topsdl`` and says as whom they act."""
    import topsdl

    from .magics import TopsMagics

    # Objects that are dragged into a cell speak of it.
    shell.push({"topsdl": topsdl})
    magics = TopsMagics(shell)
    shell.register_magics(magics)
    magics.greet()


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Takes the magics away again."""
    shell.magics_manager.magics["line"].pop("topsdl", None)
    shell.magics_manager.magics["cell"].pop("topsdl", None)
