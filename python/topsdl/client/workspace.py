"""The project as a person sees it: things by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from ._api import Api
from .connection import open_transport
from .errors import ConnectionFailed, NotFound, ProblemError, TopsError
from .objects import Algorithm, DatasetVersion, Model, Run
from .serving import Package, Service
from .record import Version
from .transport import UNSET, Transport

V = TypeVar("V", bound=Version)


class Workspace:
    """One project, signed in. :func:`connect` makes it."""

    def __init__(self, transport: Transport, project: str | None = None) -> None:
        self.transport = transport
        self.api = Api(transport)
        self.user: dict[str, Any] = self.api.account.session()["user"]
        projects = list(self.pages(self.api.projects.list))
        self.project: dict[str, Any] = _pick(projects, project, "project")

    def __repr__(self) -> str:
        return f"<TopsDL project {self.project['name']!r}, signed in as {self.user['name']!r}>"

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    @property
    def project_id(self) -> str:
        """The project's id."""
        return self.project["id"]

    @staticmethod
    def pages(list_operation: Callable[..., Any], *args: Any, **query: Any) -> Iterator[Any]:
        """Every item of a list, page by page."""
        cursor: Any = UNSET
        while True:
            page = list_operation(*args, cursor=cursor, **query)
            yield from page["items"]
            cursor = page.get("next")
            if not cursor:
                return

    def _named(self, kind: str, operation: Callable[..., Any], name: str, **query: Any) -> Any:
        found = list(self.pages(operation, self.project_id, search=name[:50], **query))
        if not any(item["name"] == name for item in found):
            # An id, or a mistake, which is answered with what there is.
            found = list(self.pages(operation, self.project_id, **query))
        return _pick(found, name, kind)

    def datasets(self) -> list[dict[str, Any]]:
        """The project's datasets and the public ones."""
        return list(self.pages(self.api.datasets.list, self.project_id, visibility="all"))

    def _version(
        self, kind: type[V], api: Any, name: str, version: int | None, public: bool | None
    ) -> V:
        name, version = _numbered(name, version)
        noun = kind.__name__.removesuffix("Version").lower()
        visibility = "all" if public is None else "public" if public else "project"
        found = self._named(noun, api.list, name, visibility=visibility)
        versions = self.pages(api.list_versions, found["id"])
        return kind(self, found, _numbered_one(versions, version, name))

    def dataset(
        self, name: str, version: int | None = None, *, public: bool | None = None
    ) -> DatasetVersion:
        """A dataset's version by name and number; the newest without one. ``digits:v3`` works, too.

        Where a public one has the name of one of the project's, that of the project is meant, unless
        ``public`` is true.
        """
        return self._version(DatasetVersion, self.api.datasets, name, version, public)

    def algorithm(
        self, name: str, version: int | None = None, *, public: bool | None = None
    ) -> Algorithm:
        """An algorithm set's version, as :meth:`dataset`."""
        return self._version(Algorithm, self.api.algorithms, name, version, public)

    def model(
        self, name: str, version: int | None = None, *, public: bool | None = None
    ) -> Model:
        """A model set's version, as :meth:`dataset`."""
        return self._version(Model, self.api.models, name, version, public)

    def runs(self, name: str, last: int = 10) -> list[Run]:
        """The newest runs of a training definition."""
        definition = self._named("training", self.api.training.list, name)
        page = self.api.training.list_runs(definition["id"], limit=last)
        return [Run(self, item) for item in page["items"]]

    def run(self, name: str, number: int | None = None) -> Run:
        """A run of a training definition; the newest without a number."""
        definition = self._named("training", self.api.training.list, name)
        runs = self.pages(self.api.training.list_runs, definition["id"])
        return Run(self, _numbered_one(runs, number, name, "run"))

    def service(self, name: str, create: bool = False) -> Service:
        """An online service by name; ``create`` makes it where there is none."""
        if create:
            found = self.pages(self.api.serving.list_services, self.project_id, search=name[:50])
            value = next((s for s in found if s["name"] == name), None)
            return Service(
                self, value or self.api.serving.create_service(self.project_id, name=name)
            )
        return Service(self, self._named("service", self.api.serving.list_services, name))

    def package(
        self,
        name: str,
        models: Sequence[str | Model],
        command: Sequence[str],
        *,
        algorithms: Sequence[str | Algorithm] = (),
        port: int = 8080,
        requirements: Sequence[str] = (),
        environment: dict[str, str] | None = None,
        scenario: str = "image-classification",
    ) -> Package:
        """Builds a new version of a model package, which is made where there is none, and waits."""
        found = self.pages(self.api.serving.list_packages, self.project_id, search=name[:50])
        package = next((p for p in found if p["name"] == name), None)
        package = package or self.api.serving.create_package(
            self.project_id, name=name, scenario=scenario
        )
        version = self.api.serving.create_package_version(
            package["id"],
            model_version_ids=[self._resolve(self.model, m) for m in models],
            algorithm_version_ids=[self._resolve(self.algorithm, a) for a in algorithms],
            arguments=list(command),
            port=port,
            requirements=list(requirements),
            environment=environment or {},
            build=True,
        )
        return Package(self, package, version).wait_until_built()

    def spec(self, name: str) -> dict[str, Any]:
        """A compute spec by name."""
        return _pick(list(self.pages(self.api.admin.list_specs)), name, "spec")

    def model_set(self, name: str, scenario: str = "image-classification") -> dict[str, Any]:
        """One of the project's own model sets; made where there is none of the name."""
        found = self.pages(self.api.models.list, self.project_id, search=name[:50])
        own = next((s for s in found if s["name"] == name), None)
        return own or self.api.models.create(self.project_id, name=name, scenario=scenario)

    def train(
        self,
        name: str,
        command: str,
        *,
        spec: str = "Dev Only",
        nodes: int = 1,
        data: Sequence[str | DatasetVersion] = (),
        algorithms: Sequence[str | Algorithm] = (),
        models: Sequence[str | Model] = (),
        save_to: str | None = None,
        environment: dict[str, str] | None = None,
    ) -> Run:
        """Starts a training run and returns it at once.

        A definition of this name is brought up to date, or made. Sets may be given as ``name`` or
        ``name:v3``; ``save_to`` is the model set that gets ``/workspace/persistent-model``.
        """
        body: dict[str, Any] = {
            "name": name,
            "command": command,
            "spec_id": self.spec(spec)["id"],
            "nodes": nodes,
            "dataset_version_ids": [self._resolve(self.dataset, d) for d in data],
            "algorithm_version_ids": [self._resolve(self.algorithm, a) for a in algorithms],
            "model_version_ids": [self._resolve(self.model, m) for m in models],
            "save_model_set_id": self.model_set(save_to)["id"] if save_to else None,
            "environment": environment or {},
        }
        found = self.pages(self.api.training.list, self.project_id, search=name[:50])
        definition = next((t for t in found if t["name"] == name), None)
        if definition:
            definition = self.api.training.update(definition["id"], **body)
        else:
            definition = self.api.training.create(self.project_id, **body)
        return Run(self, self.api.training.start_run(definition["id"]))

    @staticmethod
    def _resolve(find: Callable[[str], Any], given: Any) -> str:
        return (find(given) if isinstance(given, str) else given).id

    def import_archive(
        self, dataset: str, path: str | Path, *, new_version: bool = True
    ) -> DatasetVersion:
        """Imports an archive into a classification dataset, which is made where there is none.

        Blocks until the import has ended; :attr:`DatasetVersion.last_import` has its report. An archive
        that cannot be read raises :class:`TopsError`, and what was made for it is removed.
        """
        from .events import wait_until
        from .uploads import upload

        api = self.api.datasets
        # Before anything is made: what cannot be read shall leave nothing behind.
        sent = upload(self.transport, self.project_id, Path(path))
        found = self.pages(api.list, self.project_id, search=dataset[:50])
        known = next((d for d in found if d["name"] == dataset), None)
        own = known or api.create(
            self.project_id, name=dataset, data_type="image", annotation_type="classification"
        )
        is_new = new_version or not own["versions"]
        version = api.create_version(own["id"]) if is_new else own["versions"][0]
        started = api.start_import(version["id"], upload_ids=[sent["id"]])
        task = wait_until(
            self.transport,
            started["task"]["id"],
            lambda: self.api.tasks.get(started["task"]["id"]),
            lambda t: t["state"] in ("completed", "failed", "cancelled"),
        )
        if task["state"] != "completed":
            if is_new:
                api.delete_version(version["id"])
            if not known:
                api.delete(own["id"])
            raise TopsError((task["problem"] or {}).get("detail", f"the import was {task['state']}"))
        result = DatasetVersion(self, own, api.get_version(version["id"]))
        result.last_import = api.get_import(started["id"])
        return result


def connect(
    url: str | None = None,
    token: str | None = None,
    *,
    project: str | None = None,
    data_directory: str | Path | None = None,
    language: str | None = None,
    admin: bool = False,
) -> Workspace:
    """Finds the companion, signs in and opens a project: the only one, or the first, unless named.

    ``admin`` signs in as the built-in administrator of a data directory on this machine, which
    whoever owns the directory may.
    """
    transport = open_transport(url, token, data_directory, language, admin=admin)
    try:
        return Workspace(transport, project)
    except ProblemError as error:
        if error.code != "not-signed-in":
            raise
        raise ConnectionFailed(
            "the personal access token (TOPSDL_TOKEN) is none of this companion's, or has expired: "
            "make one in the panel Account"
        ) from error


def _pick(items: list[dict[str, Any]], name: str | None, kind: str) -> dict[str, Any]:
    if name is None and items:
        return items[0]
    # What is public comes after one's own: a name of the project's means the project's.
    for item in sorted(items, key=lambda item: bool(item.get("public"))):
        if item["name"] == name or item["id"] == name:
            return item
    there = ", ".join(repr(item["name"]) for item in items[:10]) or "none"
    raise NotFound(f"there is no {kind} {name!r}; found: {there}")


def _numbered(name: str, version: int | None) -> tuple[str, int | None]:
    base, colon, tail = name.rpartition(":")
    if colon and version is None and tail.removeprefix("v").isdigit():
        return base, int(tail.removeprefix("v"))
    return name, version


def _numbered_one(
    versions: Iterator[dict[str, Any]], number: int | None, name: str, kind: str = "version"
) -> dict[str, Any]:
    seen = []
    for version in versions:
        if number is None or version["number"] == number:
            return version
        seen.append(str(version["number"]))
    if number is None:
        raise NotFound(f"{name!r} has no {kind} yet")
    raise NotFound(f"{name!r} has no {kind} {number}; there are: {', '.join(seen[:20]) or 'none'}")
