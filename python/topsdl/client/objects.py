"""Datasets, algorithms, models, runs and services as objects for notebooks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import display
from .errors import ConnectionFailed, NotFound, TopsError
from .files import download_directory, read_file, upload_directory
from .pictures import write_class_folders
from .record import Record, Version
from .transport import UNSET

if TYPE_CHECKING:
    import pandas

ENDED = ("completed", "failed", "stopped", "lost")


class DatasetVersion(Version):
    """One version of a dataset."""

    last_import: dict[str, Any] | None = None

    @property
    def dataset(self) -> dict[str, Any]:
        """What the server said of the dataset."""
        return self.parent

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

    def _read(self) -> dict[str, Any]:
        return self.workspace.api.datasets.get_version(self.id)

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
        """The images in class folders, written into ``path`` or a temporary directory."""
        target = Path(path) if path else Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        write_class_folders(self, target)
        return target


class _Files(Version):
    """A version of an algorithm or model set."""

    feature: str

    @property
    def _api(self) -> Any:
        return getattr(self.workspace.api, self.feature)

    @property
    def set(self) -> dict[str, Any]:
        """What the server said of the set."""
        return self.parent

    def _read(self) -> dict[str, Any]:
        return self._api.get_version(self.id)

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


class Run(Record):
    """One run of a training definition."""

    @property
    def state(self) -> str:
        """As it was when last read; :meth:`refresh` reads it again."""
        return self.value["state"]

    def __repr__(self) -> str:
        return f"<run {self.name!r}: {self.state}>"

    def _repr_html_(self) -> str:
        return display.run(self)

    def _read(self) -> dict[str, Any]:
        return self.workspace.api.training.get_run(self.id)

    def logs(self) -> Iterator[dict[str, Any]]:
        """Log lines of all nodes as they come, until the run ends.

        They go on where they were when the companion was started again meanwhile.
        """
        position: Any = UNSET
        while True:
            try:
                stream = self.workspace.api.training.log_stream(self.id, from_=position)
                for data in stream.events():
                    page = json.loads(data)
                    position = page["position"]
                    yield from page["lines"]
                    if page["ended"]:
                        return
            except ConnectionFailed:
                pass
            self.workspace.transport.wait_until_back()

    def follow(self) -> Run:
        """Prints what the run waits for, then the logs until it has ended."""
        self._say_what_it_waits_for()
        for line in self.logs():
            print(f"{line['node']}  {line['text']}", flush=True)
        return self.wait()

    def _say_what_it_waits_for(self) -> None:
        said = None

        def say(run: dict[str, Any]) -> None:
            nonlocal said
            reason = run["reason"]["detail"] if run["state"] == "pending" and run["reason"] else None
            if reason and reason != said:
                print(reason, flush=True)
            said = reason

        self._wait(lambda run: run["state"] != "pending", say)

    def wait(self) -> Run:
        """Blocks until the run has ended and its model, if it has one, is saved."""
        return self._wait(lambda run: run["state"] in ENDED and run["settled"])

    def check(self) -> Run:
        """Raises unless the run completed, with the reason."""
        if self.state != "completed":
            reason = (self.value["reason"] or {}).get("detail", "")
            raise TopsError(f"run {self.name} {self.state}: {reason}")
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
