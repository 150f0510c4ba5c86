"""Sums the reports of all runners and prints the line that closes a test run: ``N passed, N failed``."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def check(path: Path) -> tuple[int, int]:
    """One check: its outcome as a word."""
    passed = path.read_text().strip() == "passed"
    return int(passed), int(not passed)


def jest(path: Path) -> tuple[int, int]:
    """Jest's JSON; a file that could not be loaded counts as one failure."""
    report = json.loads(path.read_text())
    return report["numPassedTests"], report["numFailedTests"] + report["numRuntimeErrorTestSuites"]


def pytest(path: Path) -> tuple[int, int]:
    """JUnit XML as pytest writes it."""
    passed = failed = 0
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        failed += bad
        passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
    return passed, failed


def playwright(path: Path) -> tuple[int, int]:
    """Playwright's JSON; errors outside of tests, such as a server that did not start, count too."""
    report = json.loads(path.read_text())
    stats = report["stats"]
    return stats["expected"] + stats["flaky"], stats["unexpected"] + len(report.get("errors", ()))


READERS = {".check": check, ".jest.json": jest, ".junit.xml": pytest, ".playwright.json": playwright}


def count(directory: Path) -> tuple[int, int]:
    """Passed and failed in all reports below a directory.

    A runner that failed counts as failed even when its report names no failure, or is missing.
    """
    outcomes: dict[str, tuple[int, int]] = {}
    for path in sorted(directory.iterdir()):
        reader = next((reader for suffix, reader in READERS.items() if path.name.endswith(suffix)), None)
        if reader:
            outcomes[path.name.split(".")[0]] = reader(path)
    for path in directory.glob("*.exit"):
        passed, failed = outcomes.get(path.stem, (0, 0))
        outcomes[path.stem] = passed, max(failed, 1)
    for name, (passed, failed) in outcomes.items():
        print(f"{name:10} {passed} passed, {failed} failed", file=sys.stderr)
    return sum(passed for passed, _ in outcomes.values()), sum(failed for _, failed in outcomes.values())


def main() -> int:
    passed, failed = count(Path(sys.argv[1]))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
