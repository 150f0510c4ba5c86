"""A companion elsewhere: for several people, behind TCP, each with a JupyterLab of their own."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from topsdl import launcher
from topsdl.client import ConnectionFailed, connect

from .conftest import Server, start_server


@dataclass
class Remote:
    """A companion that was started as a service of the machine is."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]

    @property
    def password(self) -> str:
        return (self.data / "admin-password").read_text().strip()


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    data = tmp_path_factory.mktemp("elsewhere")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with open(data / "said", "wb") as said:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "topsdl.command", "serve", "--data", str(data), "--listen", address),
                *("--socket", str(data.parent / "run" / "s")),
            ],
            stdout=subprocess.PIPE,
            stderr=said,
        )
    assert process.stdout is not None
    assert b'"ready":true' in process.stdout.readline()
    assert (data.parent / "run" / "s").is_socket()
    yield Remote(f"http://{address}", data, process)
    launcher.stop(data)
    process.wait(20)


@pytest.fixture(scope="module")
def server(remote: Remote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    server = start_server(home, home / "unused", server_url=remote.url)
    yield server
    server.stop()


def test_people_sign_in_by_name_and_password(server: Server, remote: Remote) -> None:
    with httpx.Client(base_url=f"{server.url}/", headers={**server.headers, "X-TopsDL-Client": "test"}) as client:
        owner = client.post("topsdl-owner/session")
        assert (owner.status_code, owner.json()["code"]) == (404, "not-found")
        assert client.get("topsdl/api/projects").status_code == 401
        credentials = {"name": "admin", "password": remote.password}
        session = client.post("topsdl/api/account/sessions", json=credentials)
        assert session.status_code == 201
        # The cookie belongs to the addresses that the browser sees.
        assert "Path=/base/topsdl/" in session.headers["set-cookie"]
        assert client.get("topsdl/api/projects").json()["total"] == 1
    assert not server.data.exists()


def test_kernels_need_a_token(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPSDL_URL", remote.url)
    monkeypatch.delenv("TOPSDL_TOKEN", raising=False)
    with pytest.raises(ConnectionFailed, match=f"{remote.url} needs a personal access token.*TOPSDL_TOKEN"):
        connect()
    monkeypatch.delenv("TOPSDL_URL")
    with connect(data_directory=remote.data) as tops:
        monkeypatch.setenv("TOPSDL_TOKEN", tops.api.account.create_token(name="kernel")["token"])
    monkeypatch.setenv("TOPSDL_URL", remote.url)
    # An administrator's "copy as Python" asks to act as such: here one is whom the token belongs to.
    for admin in (False, True):
        with connect(admin=admin) as tops:
            assert tops.project["name"] == "default"
    monkeypatch.setenv("TOPSDL_TOKEN", "guessed")
    with pytest.raises(ConnectionFailed, match="none of this companion's"):
        connect()


def test_one_that_is_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = "http://127.0.0.1:9"
    server = start_server(tmp_path, tmp_path / "unused", server_url=away)
    try:
        answer = httpx.get(f"{server.url}/topsdl/api/projects", headers=server.headers)
        assert answer.status_code == 503
        assert answer.json()["detail"].startswith(f"the companion at {away} does not answer")
    finally:
        server.stop()
    with pytest.raises(ConnectionFailed, match=f"companion at {away} cannot be reached"):
        connect(url=away, token="any")
