"""The demo's archive: scikit-learn's 1,797 digits as PNG files in class folders."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

#: Pixels an edge: each of the 8 x 8 values becomes a square of 8 x 8 pixels.
EDGE = 64


def digit_images() -> list[tuple[str, bytes]]:
    """All digits in the order of the data set: label and PNG bytes."""
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    found = []
    for pixels, label in zip(digits.images, digits.target, strict=True):
        grey = np.kron(np.round(pixels * 255 / 16).astype(np.uint8), np.ones((8, 8), np.uint8))
        buffer = io.BytesIO()
        Image.fromarray(grey, "L").save(buffer, "PNG", optimize=True)
        found.append((str(label), buffer.getvalue()))
    return found


def write_archive(path: Path, unlabeled: int = 0) -> dict[str, str]:
    """Writes a zip archive of class folders; the last ``unlabeled`` images lie outside of them.

    Returns the right label of each image by its file name, for those outside the folders too.
    """
    images = digit_images()
    labels: dict[str, str] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for index, (label, content) in enumerate(images):
            name = f"digit-{index:04d}.png"
            labels[name] = label
            folder = f"{label}/" if index < len(images) - unlabeled else ""
            # A fixed date keeps the archive the same, byte for byte, whenever it is made.
            entry = zipfile.ZipInfo(folder + name, (2020, 1, 1, 0, 0, 0))
            archive.writestr(entry, content)
    return labels
