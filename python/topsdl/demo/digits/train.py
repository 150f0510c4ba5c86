"""Trains an image classifier on any number of nodes by mpi4py, from a dataset version's training data.

Writes into the output directory: a checkpoint after each epoch (a run that is started again goes on
from it and ends with the same bytes), TensorBoard events, ``model.onnx`` and ``evaluation.json``.
The checkpoint that is exported is the best on a validation part of the training file; the test file
is looked at once, at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import traceback
from pathlib import Path

# The ranks are the parallelism: threads of the linear algebra would only wait for each other.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from mpi4py import MPI

import checkpoint
import export
import images
import network


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_dir", type=Path, required=True, help="a dataset's directory")
    parser.add_argument("--output_dir", type=Path, default=Path("/workspace/persistent-model"))
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch_size", type=int, default=64, help="over all ranks")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--rate", type=float, default=0.002)
    parser.add_argument("--size", type=int, default=16, help="images are shrunk to size x size")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--validation", type=float, default=0.1, help="share of the training file")
    return parser.parse_args()


def split_validation(x: np.ndarray, y: np.ndarray, share: float, seed: int):
    """Sets a seeded, stratified part of the rows apart: ``(train x, y), (validation x, y)``."""
    rng = np.random.default_rng([seed, 2])
    apart = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        apart[rows[: int(len(rows) * share)]] = True
    return (x[~apart], y[~apart]), (x[apart], y[apart])


def shifted(x: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Each image moved by at most one pixel to each side, so that the net learns shapes, not places."""
    pictures = x.reshape(-1, size, size)
    moved = np.empty_like(pictures)
    steps = rng.integers(-1, 2, size=(len(pictures), 2))
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            rows = (steps == (dy, dx)).all(axis=1)
            moved[rows] = np.roll(pictures[rows], (dy, dx), axis=(1, 2))
    return moved.reshape(x.shape)


def train_epoch(comm: MPI.Comm, state: checkpoint.State, x, y, options) -> float:
    """One pass: each rank takes its share of every batch, gradients are summed over the ranks."""
    rng = np.random.default_rng([options.seed, 3, state.epoch])
    order = rng.permutation(len(y))
    x = shifted(x, options.size, rng)
    # Smaller steps towards the end, by the epoch alone, so that a resumed run takes the same ones.
    state.optimizer.rate = options.rate * (1 - state.epoch / max(1, options.epochs)) ** 0.5
    batch_size = options.batch_size
    keys = sorted(state.parameters)
    total = 0.0
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        mine = batch[comm.rank :: comm.size]
        gradients, loss = network.gradient(state.parameters, x[mine], y[mine])
        flat = np.concatenate([gradients[key].ravel() for key in keys] + [np.array([loss])])
        comm.Allreduce(MPI.IN_PLACE, flat, op=MPI.SUM)
        total += flat[-1]
        flat /= len(batch)
        position = 0
        for key in keys:
            shape = gradients[key].shape
            gradients[key] = flat[position : position + gradients[key].size].reshape(shape)
            position += gradients[key].size
        state.optimizer.step(state.parameters, gradients)
    return total / max(1, len(order))


def main() -> None:
    options = arguments()
    comm = MPI.COMM_WORLD
    chief = comm.rank == 0
    hosts = comm.gather(socket.gethostname(), root=0)
    classes = images.read_classes(options.data_dir)
    x, y = images.load(
        images.read_list(options.data_dir, "train_label_file.txt", classes), options.size
    )
    if not len(y):
        raise SystemExit("train_label_file.txt lists no images")
    (x, y), (vx, vy) = split_validation(x, y, options.validation, options.seed)

    options.output_dir.mkdir(parents=True, exist_ok=True)
    path = options.output_dir / "checkpoint.npz"
    state = checkpoint.load(path, options.rate) if chief else None
    if chief and state is None:
        parameters = network.initial(x.shape[1], options.hidden, len(classes), options.seed)
        copy = {k: v.copy() for k, v in parameters.items()}
        state = checkpoint.State(
            0, parameters, network.Adam(parameters, options.rate), copy, -1.0
        )
    state = comm.bcast(state, root=0)
    writer = None
    if chief:
        from tensorboardX import SummaryWriter

        print(f"hosts {' '.join(sorted(set(hosts)))}", flush=True)
        print(
            f"{len(y)} images to train on, {len(vy)} to choose by, {len(classes)} classes, "
            f"{comm.size} ranks, from epoch {state.epoch}",
            flush=True,
        )
        writer = SummaryWriter(str(options.output_dir / "events"))
        writer.add_scalar("progress/total", options.epochs, state.epoch)

    while state.epoch < options.epochs:
        loss = train_epoch(comm, state, x, y, options)
        state.epoch += 1
        accuracy = network.accuracy(state.parameters, vx, vy)
        if accuracy >= state.best_accuracy:
            state.best_accuracy = accuracy
            state.best = {k: v.copy() for k, v in state.parameters.items()}
        if chief and writer:
            checkpoint.save(path, state)
            writer.add_scalar("loss/train", loss, state.epoch)
            writer.add_scalar("accuracy/validation", accuracy, state.epoch)
            writer.flush()
            print(
                f"epoch {state.epoch}/{options.epochs}  loss {loss:.4f}  val_acc {accuracy:.4f}",
                flush=True,
            )

    if chief and writer:
        finish(options, state, classes, writer, sorted(set(hosts)))
        writer.close()


def finish(options, state: checkpoint.State, classes: list[str], writer, hosts: list[str]) -> None:
    """Exports the best parameters and measures them once on the test file."""
    test_file = options.data_dir / "test_label_file.txt"
    items = images.read_list(options.data_dir, test_file.name, classes) if test_file.exists() else []
    tx, ty = images.load(items, options.size)
    evaluation = {
        "classes": len(classes),
        "testImages": len(ty),
        "testAccuracy": network.accuracy(state.best, tx, ty),
        "validationAccuracy": state.best_accuracy,
        "epochs": state.epoch,
    }
    checkpoint.write_whole(
        options.output_dir / "model.onnx",
        lambda file: export.write_onnx(file, state.best, classes, options.size),
    )
    text = json.dumps(evaluation, indent=2).encode()
    checkpoint.write_whole(options.output_dir / "evaluation.json", lambda file: file.write(text))
    writer.add_scalar("accuracy/test", evaluation["testAccuracy"], state.epoch)
    print(
        f"test accuracy {evaluation['testAccuracy']:.4f} on {len(ty)} images, "
        f"trained on {' '.join(hosts)}",
        flush=True,
    )


if __name__ == "__main__":
    try:
        main()
    except Exception:
        # The other ranks would wait for this one for ever.
        traceback.print_exc()
        MPI.COMM_WORLD.Abort(1)
