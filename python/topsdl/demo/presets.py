"""The first public sets: the digits as a dataset, and the algorithm that trains and serves on them."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..client import Workspace, connect
from ..client.events import wait_until
from ..client.files import upload_directory
from ..client.uploads import upload
from ..locations import default_data_directory
from .archive import write_archive

DIGITS = "digits"
ALGORITHM_DIRECTORY = Path(__file__).parent / "digits"


def _public(tops: Workspace, operation: Callable[..., Any]) -> dict[str, Any] | None:
    found = tops.pages(operation, tops.project_id, visibility="public", search=DIGITS)
    return next((item for item in found if item["name"] == DIGITS), None)


def seed(data_directory: str | Path | None = None) -> None:
    """Makes the public sets where they are missing or were left half made; otherwise does nothing.

    Public sets are the administrator's to make, so it signs in as such. A second caller, such as the
    notebook beside the JupyterLab that makes them at its first start, waits for the first.
    """
    with connect(data_directory=data_directory) as tops:
        if complete(tops):
            return
    directory = Path(data_directory) if data_directory else default_data_directory()
    with (
        open(directory / "presets.lock", "a") as lock,
        connect(data_directory=directory, admin=True) as tops,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        seed_algorithm(tops)
        seed_dataset(tops)


def complete(tops: Workspace) -> bool:
    """Whether both sets are there with something in them."""
    algorithm = _public(tops, tops.api.algorithms.list)
    dataset = _public(tops, tops.api.datasets.list)
    return bool(
        algorithm
        and algorithm["versions"]
        and algorithm["versions"][0]["fileCount"]
        and dataset
        and dataset["versions"]
        and dataset["versions"][0]["counts"]["total"]
    )


def seed_algorithm(tops: Workspace) -> dict[str, Any]:
    """The public algorithm set; returns its newest version."""
    api = tops.api.algorithms
    found = _public(tops, api.list) or api.create(
        tops.project_id,
        name=DIGITS,
        scenario="image-classification",
        details="Trains on any number of nodes by mpi4py, exports ONNX, serves with onnxruntime.",
        public=True,
    )
    if found["versions"] and found["versions"][0]["fileCount"]:
        return found["versions"][0]
    version = found["versions"][0] if found["versions"] else api.create_version(found["id"])
    upload_directory(api, version["id"], ALGORITHM_DIRECTORY)
    return api.get_version(version["id"])


def seed_dataset(tops: Workspace) -> dict[str, Any]:
    """The public dataset, every image labeled; returns its newest version."""
    api = tops.api.datasets
    found = _public(tops, api.list) or api.create(
        tops.project_id, name=DIGITS, data_type="image", annotation_type="classification", public=True
    )
    if found["versions"] and found["versions"][0]["counts"]["total"]:
        return found["versions"][0]
    version = found["versions"][0] if found["versions"] else api.create_version(found["id"])
    with tempfile.TemporaryDirectory() as directory:
        archive = Path(directory) / "digits.zip"
        write_archive(archive)
        sent = upload(tops.transport, tops.project_id, archive)
    started = api.start_import(version["id"], upload_ids=[sent["id"]])
    wait_until(
        tops.transport,
        started["task"]["id"],
        lambda: tops.api.tasks.get(started["task"]["id"]),
        lambda task: task["state"] in ("completed", "failed", "cancelled"),
    )
    return api.get_version(version["id"])
