"""``topsdl.dataset("digits")`` and the like: things of the default project, for notebooks."""

from __future__ import annotations

from functools import cache

from .objects import Algorithm, DatasetVersion, Model, Run
from .serving import Service
from .workspace import Workspace, connect


@cache
def default() -> Workspace:
    """The workspace that these functions share, connected on first use."""
    return connect()


def dataset(name: str, version: int | None = None) -> DatasetVersion:
    """A dataset's version; the newest without a number."""
    return default().dataset(name, version)


def algorithm(name: str, version: int | None = None) -> Algorithm:
    """An algorithm set's version; the newest without a number."""
    return default().algorithm(name, version)


def model(name: str, version: int | None = None) -> Model:
    """A model set's version; the newest without a number."""
    return default().model(name, version)


def run(name: str, number: int | None = None) -> Run:
    """A run of a training definition; the newest without a number."""
    return default().run(name, number)


def service(name: str) -> Service:
    """An online service."""
    return default().service(name)
