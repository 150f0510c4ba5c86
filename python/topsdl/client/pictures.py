"""The pictures of a dataset version as files in class folders."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .objects import DatasetVersion

#: Pictures that are fetched at the same time.
AT_ONCE = 4


def write_class_folders(version: DatasetVersion, directory: Path) -> None:
    """Writes each picture, byte for byte as it was imported, into the folder of its label.

    Those without a label lie beside the folders. It needs no more than to be allowed to look at them,
    unlike an export, which is something new in the project.
    """
    labels = {label["id"]: label["name"] for label in version.labels()}
    directory.mkdir(parents=True, exist_ok=True)
    for name in labels.values():
        (directory / name).mkdir(exist_ok=True)

    def write(place: tuple[Path, dict[str, Any]]) -> None:
        path, image = place
        path.write_bytes(version.content(image))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way: deque[Future[None]] = deque()
        # A few ahead only: there may be a million of them.
        for place in _places(version.images(), labels, directory):
            under_way.append(pool.submit(write, place))
            if len(under_way) > 4 * AT_ONCE:
                under_way.popleft().result()
        for last in under_way:
            last.result()


def _places(
    images: Iterable[dict[str, Any]], labels: dict[str, str], directory: Path
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Gives every picture a path of its own; the same pictures in the same order get the same."""
    taken: dict[Path, int] = {}
    for image in images:
        label = next((labels.get(a["shape"]["labelId"]) for a in image["annotations"]), None)
        folder = directory / label if label else directory
        wanted = path = folder / image["name"].rpartition("/")[2]
        while path in taken:
            taken[wanted] += 1
            path = wanted.with_stem(f"{wanted.stem} ({taken[wanted]})")
        taken[path] = 1
        yield path, image
