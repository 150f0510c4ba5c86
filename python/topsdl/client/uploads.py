"""Uploads in parts that go on where they broke off."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ._api import Api
from .errors import ConnectionFailed, ProblemError
from .transport import Transport

PART_BYTES = 8 * 1024**2
RETRIES = 5


def upload(
    transport: Transport,
    project_id: str,
    path: Path,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Sends a file and returns the finished upload."""
    api = Api(transport)
    failures = 0
    # Opened before anything is made there: it may not be a file that can be read.
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        current = api.uploads.create(project_id, file_name=path.name, size=size)
        while current["offset"] < size:
            file.seek(current["offset"])
            part = file.read(PART_BYTES)
            try:
                current = api.uploads.append(current["id"], part, upload_offset=current["offset"])
                failures = 0
            except (ConnectionFailed, ProblemError) as error:
                failures += 1
                resumable = isinstance(error, ConnectionFailed) or error.code == "upload-offset"
                if not resumable or failures > RETRIES:
                    raise
                transport.wait_until_back()
                current = api.uploads.get(current["id"])
            if progress:
                progress(current["offset"], size)
    return current
