"""What can go wrong between a script and the companion."""

from __future__ import annotations

from typing import Any

import httpx


class TopsError(Exception):
    """The base of what this package raises."""


class ConnectionFailed(TopsError):
    """The companion is not running, or something else answered."""


class NotFound(TopsError):
    """Nothing has the name that was asked for; the message lists what there is."""


class ProblemError(TopsError):
    """The companion refused: ``code``, ``status``, ``field`` and ``params`` say why, ``str()`` for people."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.code: str = problem["code"]
        self.status: int = problem["status"]
        self.params: dict[str, Any] = problem.get("params", {})
        self.field: str | None = problem.get("field")
        fields = [
            f"{entry['field'].removeprefix('body.')}: {entry['detail']}"
            for entry in problem.get("fields", [])
        ]
        super().__init__("\n".join([problem["detail"], *fields]))

    @staticmethod
    def of(response: httpx.Response) -> TopsError:
        """The error of an answer that is not a success."""
        try:
            problem = response.json()
            return ProblemError(problem)
        except (ValueError, KeyError, TypeError):
            return ConnectionFailed(f"TopsDL's companion cannot be reached (HTTP {response.status_code})")
