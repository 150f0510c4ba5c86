"""Directories to and from the versions of algorithm and model sets."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from ._api import AlgorithmsApi, ModelsApi

SKIPPED = {"__pycache__", ".ipynb_checkpoints", ".git"}


def upload_directory(api: AlgorithmsApi | ModelsApi, version_id: str, directory: Path) -> int:
    """Writes every file below a directory into a version; returns how many. Links are not followed."""
    count = 0
    for path in sorted(directory.rglob("*")):
        relative = path.relative_to(directory)
        if path.is_file() and not path.is_symlink() and not SKIPPED & set(relative.parts):
            api.write_file(version_id, path.read_bytes(), path=relative.as_posix())
            count += 1
    return count


def download_directory(api: AlgorithmsApi | ModelsApi, version_id: str, directory: Path) -> Path:
    """Unpacks all files of a version into a directory, which is made."""
    archive = io.BytesIO(api.archive(version_id).read())
    directory.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(directory)
    return directory


def read_file(api: AlgorithmsApi | ModelsApi, version_id: str, path: str) -> bytes:
    """A file's bytes."""
    return api.read_file(version_id, path=path).read()
