"""``topsdl stop --everything``: ends runs and services, too, before the companion."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .client import Workspace, connect
from .client.events import wait_until

#: States of a run with nothing left to stop.
ENDED = frozenset({"stopped", "failed", "completed"})


def end_everything(data_directory: Path) -> None:
    """Stops each run and takes down each service of every project, and waits until the runs have ended.

    Nothing is deleted: runs can be resumed, services deployed again.
    """
    with connect(data_directory=data_directory) as tops:
        runs = [run for project in tops.pages(tops.api.projects.list) for run in _live_runs(tops, project["id"])]
        for run in runs:
            _say(f"stopping run {run['name']} {run['number']}")
            tops.api.training.stop_run(run["id"])
        for project in tops.pages(tops.api.projects.list):
            for service in tops.pages(tops.api.serving.list_services, project["id"]):
                _take_down(tops, service)
        for run in runs:
            wait_until(tops.transport, run["id"], lambda: tops.api.training.get_run(run["id"]), _has_ended)


def _live_runs(tops: Workspace, project_id: str) -> Iterator[dict[str, Any]]:
    for definition in tops.pages(tops.api.training.list, project_id):
        for run in tops.pages(tops.api.training.list_runs, definition["id"]):
            if not _has_ended(run):
                yield run


def _has_ended(run: dict[str, Any]) -> bool:
    return run["state"] in ENDED


def _take_down(tops: Workspace, service: dict[str, Any]) -> None:
    if service["gray"]:
        tops.api.serving.remove_gray(service["id"])
    if service["production"]:
        tops.api.serving.remove_production(service["id"])
    if service["gray"] or service["production"]:
        _say(f"took down service {service['name']}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
