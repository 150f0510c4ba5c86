"""The main job, step by step, through the API that people use; each figure is measured."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ..client import DatasetVersion, Model, Package, Run, Service, Workspace
from ..client.events import wait_until
from .archive import write_archive
from .load import BackgroundLoad, ask_all
from .presets import DIGITS

#: Images that the archive leaves unlabeled, to be labeled as a person does.
UNLABELED = 24
NODES = 2
REQUESTS = 2000
SWAPS = 4
REQUESTS_BETWEEN_SWAPS = 50
COMMAND = (
    "mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -np 2 "
    "python3 /workspace/algorithm/digits/train.py "
    "--data_dir=/workspace/dataset/digits --output_dir=/workspace/persistent-model --epochs=40"
)


def say(text: str) -> None:
    """Progress, for people."""
    print(text, file=sys.stderr, flush=True)


class MainJob:
    """Data, labels, training, model, package, service."""

    def __init__(self, tops: Workspace) -> None:
        self.tops = tops
        self.figures: dict[str, Any] = {}

    def run(self) -> dict[str, Any]:
        """Does all of it and returns the figures."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="topsdl-demo-") as directory:
            archive = Path(directory) / "digits.zip"
            answers = write_archive(archive, UNLABELED)
            say(f"import {archive.stat().st_size:,} bytes")
            version = self.tops.import_archive(DIGITS, archive)
        self.label(version, answers)
        test_images = self.training_data(version, answers)
        run = self.train(version)
        model = self.evaluate(run)
        service = self.serve(model)
        self.ask(service, test_images, answers)
        self.swap(service, test_images)
        self.figures["seconds"] = round(time.monotonic() - began, 1)
        return self.figures

    def label(self, version: DatasetVersion, answers: dict[str, str]) -> None:
        """Labels one by one what the archive left open, by the operation that the grid uses."""
        unlabeled = list(version.images(state="unlabeled"))
        say(f"label {len(unlabeled)} images")
        saves = 0
        for image in unlabeled:
            saved = version.label(image, answers[image["name"].rpartition("/")[2]])
            saves += saved["state"] == "labeled"
        counts = version.refresh().counts
        self.figures |= {
            "images": counts["total"],
            "labeled": counts["labeled"],
            "annotatorSaves": saves,
        }

    def training_data(
        self, version: DatasetVersion, answers: dict[str, str]
    ) -> list[tuple[str, bytes]]:
        """Generates the split; returns the test images, which share no content with the others."""
        say("training data")
        api = self.tops.api
        started = api.datasets.start_training_data(version.id)
        if started["task"]:
            self.finish_task(started["task"]["id"])
        read = lambda name: {  # noqa: E731
            Path(line.rpartition(",")[0]).name
            for line in api.datasets.training_data_content(version.id, path=name)
            .read()
            .decode()
            .splitlines()
            if line
        }
        train, test = read("train_label_file.txt"), read("test_label_file.txt")
        images = {image["name"].rpartition("/")[2]: image for image in version.images()}
        shared = {images[n]["sha256"] for n in train} & {images[n]["sha256"] for n in test}
        if shared:
            raise RuntimeError(f"{len(shared)} images are both trained on and tested with")
        self.figures["testImages"] = len(test)
        return [(name, version.content(images[name])) for name in sorted(test)]

    def finish_task(self, task_id: str) -> None:
        """Waits for a task and raises what it failed with."""
        task = wait_until(
            self.tops.transport,
            task_id,
            lambda: self.tops.api.tasks.get(task_id),
            lambda value: value["state"] in ("completed", "failed", "cancelled"),
        )
        if task["state"] != "completed":
            raise RuntimeError(f"{task['kind']} {task['state']}: {task['problem']}")

    def train(self, version: DatasetVersion) -> Run:
        """Trains on two nodes and follows the logs."""
        say(f"train on {NODES} nodes")
        run = self.tops.train(
            "digits-mpi",
            COMMAND,
            spec="i10x1",
            nodes=NODES,
            data=[version],
            algorithms=[DIGITS],
            save_to="digits-model",
        )
        hostnames: list[str] = []
        for line in run.logs():
            say(f"  {line['node']}  {line['text']}")
            if line["text"].startswith("hosts "):
                hostnames = line["text"].split()[1:]
        run.wait().check()
        self.figures |= {"nodes": len(run.value["nodes"]), "hostnames": hostnames}
        return run

    def evaluate(self, run: Run) -> Model:
        """Reads what the run left as a model version, and its curves."""
        model = run.model()
        evaluation = json.loads(model.read("evaluation.json"))
        if evaluation["testImages"] != self.figures["testImages"]:
            raise RuntimeError("the run tested on other images than the split has")
        series = self.tops.api.training.metrics(run.id)["series"]
        self.figures |= {
            "testAccuracy": round(evaluation["testAccuracy"], 4),
            "modelVersion": model.id,
            "tensorboardScalars": sum(len(s["steps"]) for s in series),
        }
        return model

    def build(self, model: Model, tag: str) -> Package:
        """Builds a package version around the model, marked so that its answers tell it apart."""
        say(f"package for {tag}")
        return self.tops.package(
            "digits-package",
            models=[model],
            algorithms=[DIGITS],
            command=["python3", "/workspace/algorithm/digits/serve.py", "--port", "8080"],
            environment={"MODEL_TAG": tag},
        )

    def serve(self, model: Model) -> Service:
        """Serves a production version and a gray one beside it with a tenth of the requests."""
        production, gray = self.build(model, "production"), self.build(model, "gray")
        service = self.tops.service("digits-service", create=True)
        for role in ("gray", "production"):
            if service.value[role]:
                service.remove(role)
        say("deploy")
        service.deploy(production)
        return service.deploy(gray, "gray", share=0.1)

    def ask(
        self, service: Service, images: list[tuple[str, bytes]], answers: dict[str, str]
    ) -> None:
        """Sends the requests and compares the answers."""
        say(f"{REQUESTS} requests")
        tally = ask_all(service, images, REQUESTS)
        for error in tally.errors[:5]:
            say(f"  {error}")
        right = sum(answers[name] == label for name, label in tally.labels.items())
        self.figures |= {
            "requests": tally.requests,
            "failed": tally.failed,
            "grayShare": tally.tags["gray"] / max(1, sum(tally.tags.values())),
            "serviceAccuracy": round(right / len(images), 4),
        }

    def swap(self, service: Service, images: list[tuple[str, bytes]]) -> None:
        """Exchanges the versions, there and back, while requests go on."""
        say("swap under load")
        with BackgroundLoad(service, images) as load:
            for _ in range(SWAPS):
                service.swap()
                load.more(REQUESTS_BETWEEN_SWAPS)
        for error in load.errors[:5]:
            say(f"  {error}")
        self.figures["swapFailed"] = load.failed
