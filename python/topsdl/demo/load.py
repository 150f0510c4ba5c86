"""Sends images to a service and counts what came back."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

import httpx

from ..client import Service


@dataclass
class Tally:
    """What a stretch of requests was answered with."""

    requests: int = 0
    failed: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    #: Image name -> the label answered last.
    labels: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def ask(service: Service, name: str, content: bytes, tally: Tally) -> None:
    """One request, counted."""
    tally.requests += 1
    try:
        answer = service.request("POST", "/predict", content=content, timeout=30)
    except httpx.HTTPError as error:
        tally.failed += 1
        tally.errors.append(f"{name}: {error}")
        return
    if answer.status_code != 200:
        tally.failed += 1
        tally.errors.append(f"{name}: HTTP {answer.status_code} {answer.text[:200]}")
        return
    value = answer.json()
    tally.tags[value["tag"]] += 1
    tally.labels[name] = value["label"]


def ask_all(service: Service, images: list[tuple[str, bytes]], requests: int) -> Tally:
    """``requests`` requests, going round the images."""
    tally = Tally()
    for index in range(requests):
        ask(service, *images[index % len(images)], tally)
    return tally


class BackgroundLoad:
    """Requests that go on, one after another in a few threads, while something else happens."""

    def __init__(self, service: Service, images: list[tuple[str, bytes]], threads: int = 2) -> None:
        self.tallies = [Tally() for _ in range(threads)]
        self._stop = threading.Event()
        self._answered = threading.Condition()
        self._threads = [
            threading.Thread(target=self._run, args=(service, images, tally), daemon=True)
            for tally in self.tallies
        ]

    def _run(self, service: Service, images: list[tuple[str, bytes]], tally: Tally) -> None:
        for index in count():
            if self._stop.is_set():
                return
            ask(service, *images[index % len(images)], tally)
            with self._answered:
                self._answered.notify_all()

    def __enter__(self) -> BackgroundLoad:
        for thread in self._threads:
            thread.start()
        self.more(1)
        return self

    def more(self, requests: int) -> None:
        """Returns when so many more requests have been answered."""
        goal = self.requests + requests
        with self._answered:
            self._answered.wait_for(lambda: self.requests >= goal)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return sum(tally.requests for tally in self.tallies)

    @property
    def failed(self) -> int:
        """Requests that failed so far."""
        return sum(tally.failed for tally in self.tallies)

    @property
    def errors(self) -> list[str]:
        """What the failed ones said."""
        return [error for tally in self.tallies for error in tally.errors]
