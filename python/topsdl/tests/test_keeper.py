"""The companion's life around Jupyter Servers: started once, found, started again, outlived."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from topsdl import launcher
from topsdl.locations import socket_path

from .conftest import Server


def count(server: Server) -> dict[str, int]:
    return httpx.get(f"{server.url}/topsdl/api/count", headers=server.headers, timeout=30).json()


def test_two_servers_share_one_companion_and_it_outlives_them(servers: Callable[[], Server]) -> None:
    first, second = servers(), servers()
    assert count(first)["pid"] == count(second)["pid"]
    companion = launcher.running(first.data)
    assert companion is not None
    first.stop()
    second.stop()
    assert launcher.running(first.data) == companion


def test_a_companion_that_died_is_started_again(servers: Callable[[], Server]) -> None:
    server = servers()
    before = count(server)["pid"]
    os.kill(before, signal.SIGKILL)
    # The next request waits for the next companion; one that was under way when it died says so.
    answers = [httpx.get(f"{server.url}/topsdl/api/count", headers=server.headers, timeout=30) for _ in range(3)]
    assert answers[-1].json()["pid"] != before
    assert {answer.status_code for answer in answers} <= {200, 503}


def test_why_there_is_none_is_said(servers: Callable[[], Server], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "broken").touch()
    server = servers()
    url = f"{server.url}/topsdl/api/count"
    problem = httpx.get(url, headers=server.headers, timeout=30)
    assert (problem.status_code, problem.headers["content-type"]) == (503, "application/problem+json")
    assert problem.json()["code"] == "unavailable"
    assert "the configuration is wrong" in problem.json()["detail"]
    page = httpx.get(url, headers={**server.headers, "Accept": "text/html"}, timeout=30)
    assert "the configuration is wrong" in page.text
    (tmp_path / "data" / "broken").unlink()
    assert httpx.get(url, headers=server.headers, timeout=60).status_code in (200, 503)


def test_many_at_once_start_one(stand_in: None, tmp_path: Path) -> None:
    data = tmp_path / "data"
    try:
        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(lambda _: launcher.ensure(data), range(8)))
        assert len(found) == 1
        assert (data.stat().st_mode & 0o777) == 0o700
    finally:
        assert launcher.stop(data)
    assert launcher.running(data) is None
    assert launcher.stop(data) is False


def test_a_long_directory_gets_a_short_socket(stand_in: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/tmp")
    data = tmp_path / ("d" * 120)
    assert socket_path(data).parent == Path(f"/tmp/topsdl-{os.getuid()}")
    try:
        assert launcher.answers(launcher.ensure(data).socket)
    finally:
        launcher.stop(data)


def test_a_socket_is_not_made_where_others_may_write(stand_in: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    data = tmp_path / ("d" * 120)
    place = socket_path(data).parent
    place.mkdir()
    place.chmod(0o777)
    with pytest.raises(launcher.CompanionFailed, match=f"{place} is not this user's alone"):
        launcher.ensure(data)
