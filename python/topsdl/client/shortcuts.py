"""``topsdl.dataset("digits")`` and the like, for notebooks: things of the first project, unless one is named."""

from __future__ import annotations

from functools import cache

from .objects import Algorithm, DatasetVersion, Model, Run
from .serving import Service
from .workspace import Workspace, connect


@cache
def workspace(project: str | None = None) -> Workspace:
    """The workspace of a project that these functions share, connected on first use."""
    return connect(project=project)


def dataset(
    name: str, version: int | None = None, *, public: bool | None = None, project: str | None = None
) -> DatasetVersion:
    """A dataset's version; the newest without a number."""
    return workspace(project).dataset(name, version, public=public)


def algorithm(
    name: str, version: int | None = None, *, public: bool | None = None, project: str | None = None
) -> Algorithm:
    """An algorithm set's version; the newest without a number."""
    return workspace(project).algorithm(name, version, public=public)


def model(
    name: str, version: int | None = None, *, public: bool | None = None, project: str | None = None
) -> Model:
    """A model set's version; the newest without a number."""
    return workspace(project).model(name, version, public=public)


def run(name: str, number: int | None = None, *, project: str | None = None) -> Run:
    """A run of a training definition; the newest without a number."""
    return workspace(project).run(name, number)


def service(name: str, *, project: str | None = None) -> Service:
    """An online service."""
    return workspace(project).service(name)
