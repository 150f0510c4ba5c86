"""Datasets, algorithms, models, runs and services as objects for notebooks."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import display
from .errors import NotFound, TopsError
from .events import wait_until
from .files import download_directory, read_file, upload_directory

if TYPE_CHECKING:
    import pandas

    from .workspace import Workspace

ENDED = ("completed", "failed", "stopped", "lost")


class DatasetVersion:
    """One version of a dataset."""

    last_import: dict[str, Any] | None = None

    def __init__(self, workspace: Workspace, dataset: dict[str, Any], version: dict[str, Any]):
        self.workspace, self.dataset, self.version = workspace, dataset, version

    @property
    def id(self) -> str:
        """The version's id."""
        return self.version["id"]

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.dataset["name"]

    @property
    def counts(self) -> dict[str, int]:
        """Images: total, unlabeled, labeled, cleaned."""
        return self.version["counts"]

    def __repr__(self) -> str:
        c = self.counts
        return (
            f"<dataset {self.name!r} v{self.version['number']}: {c['total']} images, "
            f"{c['labeled']} labeled>"
        )

    def _repr_html_(self) -> str:
        return display.dataset(self)

    def refresh(self) -> DatasetVersion:
        """Reads its figures again."""
        self.version = self.workspace.api.datasets.get_version(self.id)
        return self

    def labels(self) -> list[dict[str, Any]]:
        """The dataset's labels with their counts in this version."""
        return self.workspace.api.labeling.list_labels(self.id)["items"]

    def images(self, **query: Any) -> Iterator[dict[str, Any]]:
        """Images, in the order they came; ``state=``, ``search=``, ``labels=`` filter."""
        return self.workspace.pages(
            self.workspace.api.datasets.list_images, self.id, limit=1000, **query
        )

    def content(self, image: dict[str, Any] | str) -> bytes:
        """An image's bytes."""
        image_id = image if isinstance(image, str) else image["id"]
        return self.workspace.api.datasets.image_content(image_id).read()

    def label(self, image: dict[str, Any], name: str) -> dict[str, Any]:
        """Labels one image and saves it; the label is made where the dataset has none of the name."""
        known = next((entry for entry in self.labels() if entry["name"] == name), None)
        known = known or self.workspace.api.labeling.create_label(self.dataset["id"], name=name)
        saved = self.workspace.api.labeling.save(
            self.id,
            images=[
                {
                    "imageId": image["id"],
                    "revision": image["revision"],
                    "shapes": [{"kind": "classification", "labelId": known["id"]}],
                }
            ],
        )
        return saved["images"][0]

    def dataframe(self) -> pandas.DataFrame:
        """A row an image: name, label, state, source, width, height, bytes, sha256, id."""
        import pandas as pd

        names = {label["id"]: label["name"] for label in self.labels()}
        rows = []
        for image in self.images():
            first = image["annotations"][0] if image["annotations"] else None
            rows.append(
                {
                    "name": image["name"],
                    "label": names.get(first["shape"]["labelId"]) if first else None,
                    "state": image["state"],
                    "source": first["source"] if first else None,
                    "width": image["width"],
                    "height": image["height"],
                    "bytes": image["bytes"],
                    "sha256": image["sha256"],
                    "id": image["id"],
                }
            )
        return pd.DataFrame(
            rows,
            columns=["name", "label", "state", "source", "width", "height", "bytes", "sha256", "id"],
        )

    def directory(self, path: str | Path | None = None) -> Path:
        """The images in class folders, unpacked into ``path`` or a temporary directory."""
        api = self.workspace.api
        started = api.datasets.start_export(self.id, format="class-folders", with_data=True)
        wait_until(
            self.workspace.transport,
            started["task"]["id"],
            lambda: api.tasks.get(started["task"]["id"]),
            lambda task: task["state"] in ("completed", "failed", "cancelled"),
        )
        target = Path(path) if path else Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile() as archive:
            for piece in api.datasets.export_content(started["id"]):
                archive.write(piece)
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(target)
        return target


class _Files:
    """A version of an algorithm or model set."""

    feature: str

    def __init__(self, workspace: Workspace, file_set: dict[str, Any], version: dict[str, Any]):
        self.workspace, self.set, self.version = workspace, file_set, version

    @property
    def _api(self) -> Any:
        return getattr(self.workspace.api, self.feature)

    @property
    def id(self) -> str:
        """The version's id."""
        return self.version["id"]

    @property
    def name(self) -> str:
        """The set's name."""
        return self.set["name"]

    def __repr__(self) -> str:
        return f"<{self.feature[:-1]} {self.name!r} v{self.version['number']}: {self.version['fileCount']} files>"

    def _repr_html_(self) -> str:
        return display.files(self)

    def files(self) -> list[dict[str, Any]]:
        """Every file below the version's directory."""
        found = self._api.list_files(self.id, recursive="true")["items"]
        return [entry for entry in found if entry["kind"] == "file"]

    def read(self, path: str) -> bytes:
        """A file's bytes."""
        return read_file(self._api, self.id, path)

    def download(self, directory: str | Path) -> Path:
        """Unpacks all files into a directory."""
        return download_directory(self._api, self.id, Path(directory))

    def upload(self, directory: str | Path) -> int:
        """Writes every file below a directory into the version; returns how many."""
        return upload_directory(self._api, self.id, Path(directory))


class Algorithm(_Files):
    """One version of an algorithm set."""

    feature = "algorithms"


class Model(_Files):
    """One version of a model set."""

    feature = "models"


class Run:
    """One run of a training definition."""

    def __init__(self, workspace: Workspace, value: dict[str, Any]) -> None:
        self.workspace, self.value = workspace, value

    @property
    def id(self) -> str:
        """The run's id."""
        return self.value["id"]

    @property
    def state(self) -> str:
        """As it was when last read; :meth:`refresh` reads it again."""
        return self.value["state"]

    def __repr__(self) -> str:
        return f"<run {self.value['name']!r} {self.value['number']}: {self.state}>"

    def _repr_html_(self) -> str:
        return display.run(self)

    def refresh(self) -> Run:
        """Reads its state again."""
        self.value = self.workspace.api.training.get_run(self.id)
        return self

    def logs(self) -> Iterator[dict[str, Any]]:
        """Log lines of all nodes as they come, until the run ends."""
        stream = self.workspace.api.training.log_stream(self.id)
        for data in stream.events():
            page = json.loads(data)
            yield from page["lines"]
            if page["ended"]:
                return

    def follow(self) -> Run:
        """Prints the logs until the run has ended."""
        for line in self.logs():
            print(f"{line['node']}  {line['text']}", flush=True)
        return self.wait()

    def wait(self) -> Run:
        """Blocks until the run has ended and its model, if it has one, is saved."""
        self.value = wait_until(
            self.workspace.transport,
            self.id,
            lambda: self.workspace.api.training.get_run(self.id),
            lambda run: run["state"] in ENDED and run["settled"],
        )
        return self

    def check(self) -> Run:
        """Raises unless the run completed, with the reason."""
        if self.state != "completed":
            reason = (self.value["reason"] or {}).get("detail", "")
            raise TopsError(f"run {self.value['name']} {self.value['number']} {self.state}: {reason}")
        return self

    def stop(self) -> Run:
        """Asks it to stop, and waits until it has."""
        self.workspace.api.training.stop_run(self.id)
        return self.wait()

    def resume(self) -> Run:
        """Goes on from the checkpoint as a new attempt."""
        self.value = self.workspace.api.training.resume_run(self.id)
        return self

    def metrics(self) -> pandas.DataFrame:
        """The curves of its event files: tag, step, value, a row a point."""
        import pandas as pd

        series = self.workspace.api.training.metrics(self.id)["series"]
        rows = [
            {"tag": s["tag"], "step": step, "value": value}
            for s in series
            for step, value in zip(s["steps"], s["values"], strict=True)
        ]
        return pd.DataFrame(rows, columns=["tag", "step", "value"])

    def model(self) -> Model:
        """The model version it was saved as."""
        version_id = self.value["modelVersionId"]
        if not version_id:
            raise NotFound("the run was not saved as a model version")
        version = self.workspace.api.models.get_version(version_id)
        return Model(self.workspace, self.workspace.api.models.get(version["setId"]), version)
