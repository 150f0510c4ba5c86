"""Checks what runs of the demo measured, each in a file; several are of one directory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

EXPECTED = {
    "images": lambda n: n == 1797,
    "labeled": lambda n: n == 1797,
    "annotatorSaves": lambda n: n >= 20,
    "nodes": lambda n: n == 2,
    "hostnames": lambda names: len(set(names)) == 2,
    "testImages": lambda n: n > 0,
    "testAccuracy": lambda share: share >= 0.95,
    "modelVersion": lambda name: isinstance(name, str) and name,
    "tensorboardScalars": lambda n: n >= 1,
    "requests": lambda n: n == 2000,
    "failed": lambda n: n == 0,
    "grayShare": lambda share: 0.09 <= share <= 0.11,
    "swapFailed": lambda n: n == 0,
    "serviceAccuracy": lambda share: share >= 0.95,
    "seconds": lambda n: n > 0,
}


def read(path: str) -> tuple[dict[str, Any], list[str]]:
    """One run's figures, and what is wrong with them."""
    text = Path(path).read_text("utf-8")
    if text.count("\n") != 1:
        return {}, [f"stdout is not one line: {text[:200]!r}"]
    figures = json.loads(text)
    faults = [
        f"{name} is {figures.get(name)!r}"
        for name, holds in EXPECTED.items()
        if name not in figures or not holds(figures[name])
    ]
    return figures, faults


def main() -> int:
    faults: list[str] = []
    versions: set[str] = set()
    for number, path in enumerate(sys.argv[1:], 1):
        figures, more = read(path)
        version = figures.get("modelVersion")
        if version in versions:
            more.append("it made no model version of its own")
        versions.add(version)
        faults += [f"run {number}: {fault}" for fault in more]
        print(json.dumps(figures), file=sys.stderr)
    for fault in faults:
        print(f"demo: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
