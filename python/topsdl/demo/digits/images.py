"""Reads labeled images as the training data of a dataset version lists them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps


def load_pixels(path: Path | str, size: int) -> np.ndarray:
    """Decodes one image upright, in grey, shrunk to a square.

    Returns ``size * size`` float32 values from 0 (black) to 1 (white).
    """
    with Image.open(path) as image:
        return to_pixels(image, size)


def to_pixels(image: Image.Image, size: int) -> np.ndarray:
    """The same for an image that is open already."""
    grey = ImageOps.exif_transpose(image).convert("L").resize((size, size), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.float32).reshape(-1) / np.float32(255)


def read_classes(data_dir: Path) -> list[str]:
    """The labels' names, one a line, in the order of their indices."""
    lines = (data_dir / "classes.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line]


def read_list(data_dir: Path, name: str, classes: list[str]) -> list[tuple[Path, int]]:
    """Reads a label file: ``data,label`` a line, the path relative to the dataset's directory."""
    index = {label: i for i, label in enumerate(classes)}
    with (data_dir / name).open(encoding="utf-8", newline="") as file:
        return [(data_dir / row[0], index[row[1]]) for row in csv.reader(file) if row]


def load(items: list[tuple[Path, int]], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Decodes a list: ``(n, size * size)`` float32 pixels and ``(n,)`` int64 class indices."""
    if not items:
        return np.zeros((0, size * size), np.float32), np.zeros(0, np.int64)
    pixels = np.stack([load_pixels(path, size) for path, _ in items])
    return pixels, np.array([label for _, label in items], dtype=np.int64)
