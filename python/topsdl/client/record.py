"""What the objects of notebooks have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .events import wait_until

if TYPE_CHECKING:
    from typing import Self

    from .workspace import Workspace


class Record:
    """Something that the server keeps: ``value`` is what it said of it when it was last read."""

    def __init__(self, workspace: Workspace, value: dict[str, Any]) -> None:
        self.workspace, self.value = workspace, value

    @property
    def id(self) -> str:
        """Its id."""
        return self.value["id"]

    @property
    def name(self) -> str:
        """Its name."""
        return self.value["name"]

    def _read(self) -> dict[str, Any]:
        """Asks the server for it."""
        raise NotImplementedError

    def refresh(self) -> Self:
        """Reads it again."""
        self.value = self._read()
        return self

    def _wait(
        self,
        done: Callable[[dict[str, Any]], bool],
        changed: Callable[[dict[str, Any]], None] | None = None,
    ) -> Self:
        """Reads it with every change until it is as asked for; ``changed`` is told how it is then."""
        self.value = wait_until(self.workspace.transport, self.id, self._read, done, changed)
        return self


class Version(Record):
    """One version of something that has a name."""

    def __init__(self, workspace: Workspace, parent: dict[str, Any], value: dict[str, Any]) -> None:
        super().__init__(workspace, value)
        self.parent = parent

    @property
    def name(self) -> str:
        """The name of what it is a version of."""
        return self.parent["name"]

    @property
    def version(self) -> dict[str, Any]:
        """What the server said of the version."""
        return self.value
