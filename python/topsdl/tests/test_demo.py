"""The demo's algorithm, as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

TRAIN = Path(__file__).parent.parent / "demo" / "digits" / "train.py"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Training data of two classes."""
    names = [f"{color}-{n}.png" for color in ("black", "white") for n in range(20)]
    for name in names:
        Image.new("L", (8, 8), 0 if name.startswith("black") else 255).save(tmp_path / name)
    lines = [f"{name},{name.partition('-')[0]}\n" for name in names]
    (tmp_path / "train_label_file.txt").write_text("".join(lines))
    (tmp_path / "classes.txt").write_text("black\nwhite\n")
    return tmp_path


def test_a_rank_that_fails_ends_the_others(data: Path, tmp_path: Path) -> None:
    script = f"""
        [ $OMPI_COMM_WORLD_RANK = 0 ] && data={data} || data=/nowhere
        exec {sys.executable} {TRAIN} --data_dir=$data --output_dir={tmp_path / "out"} --epochs=2
    """
    ended = subprocess.run(
        ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "2", "bash", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "/nowhere" in ended.stderr
