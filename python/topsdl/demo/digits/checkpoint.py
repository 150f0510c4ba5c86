"""Checkpoints that are whole or not there, and the same bytes for the same state."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from network import Adam, Parameters


@dataclass
class State:
    """All that the next epoch depends on."""

    epoch: int
    parameters: Parameters
    optimizer: Adam
    best: Parameters
    best_accuracy: float


def write_whole(path: Path, write) -> None:
    """Calls ``write`` with a binary file beside ``path`` and moves it there once it is on the disk."""
    temporary = path.with_name(f".{path.name}.partial")
    with temporary.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def save(path: Path, state: State) -> None:
    """Writes the state after an epoch."""
    arrays = {
        **{f"parameter.{k}": v for k, v in state.parameters.items()},
        **{f"first.{k}": v for k, v in state.optimizer.first.items()},
        **{f"second.{k}": v for k, v in state.optimizer.second.items()},
        **{f"best.{k}": v for k, v in state.best.items()},
        "meta": np.frombuffer(
            json.dumps(
                {
                    "epoch": state.epoch,
                    "step": state.optimizer.step_count,
                    "best_accuracy": state.best_accuracy,
                }
            ).encode(),
            dtype=np.uint8,
        ),
    }
    write_whole(path, lambda file: np.savez(file, **arrays))


def load(path: Path, rate: float) -> State | None:
    """Reads a state back; none where there is no checkpoint."""
    if not path.exists():
        return None
    with np.load(path) as arrays:
        pick = lambda prefix: {  # noqa: E731
            name.removeprefix(prefix): arrays[name] for name in arrays.files if name.startswith(prefix)
        }
        meta = json.loads(bytes(arrays["meta"]))
        parameters = pick("parameter.")
        optimizer = Adam(parameters, rate)
        optimizer.first, optimizer.second = pick("first."), pick("second.")
        optimizer.step_count = meta["step"]
        return State(meta["epoch"], parameters, optimizer, pick("best."), meta["best_accuracy"])
