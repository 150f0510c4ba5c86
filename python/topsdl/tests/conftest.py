"""A Jupyter Server as a process of its own, with the extension and the stand-in companion."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from topsdl import launcher

TOKEN = "secret-of-jupyter"
STAND_IN = Path(__file__).with_name("stand_in.py")


@dataclass
class Server:
    """A running Jupyter Server."""

    url: str
    data: Path
    process: subprocess.Popen[str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"token {TOKEN}"}

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)


def start_server(home: Path, data: Path, **extension: str) -> Server:
    """Starts one and returns once it says that it serves.

    :param extension: further traits of ``TopsDLExtension``
    """
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TOPSDL_")},
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_DATA_DIR": str(home / "share"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    options = {
        "ServerApp.port": "0",
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.open_browser": "False",
        "ServerApp.allow_root": "True",
        "ServerApp.root_dir": str(home),
        "ServerApp.base_url": "/base/",
        "IdentityProvider.token": TOKEN,
        "ServerApp.jpserver_extensions": "topsdl=True",
        "TopsDLExtension.data_dir": str(data),
        "TopsDLExtension.presets": "False",
        **{f"TopsDLExtension.{name}": value for name, value in extension.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "topsdl.tests.server", *(f"--{name}={value}" for name, value in options.items())],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=home,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        url = re.search(r"http://127\.0\.0\.1:\d+/base", line)
        if url:
            break
    else:
        raise AssertionError("".join(said))
    # What it says later goes to pytest's captured output; unread it would fill the pipe.
    threading.Thread(target=lambda: sys.stderr.writelines(process.stderr or ()), daemon=True).start()
    return Server(url.group(), data, process)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the launcher of this process start the stand-in."""
    monkeypatch.setattr(launcher, "companion_command", lambda: [sys.executable, str(STAND_IN)])


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Starts Jupyter Servers on one data directory; they and the companion end with the test."""
    started: list[Server] = []
    data = tmp_path / "data"

    def start() -> Server:
        home = tmp_path / f"home{len(started)}"
        home.mkdir()
        started.append(start_server(home, data))
        return started[-1]

    yield start
    for server in started:
        server.stop()
    launcher.stop(data)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Jupyter Server for the tests of a file."""
    home = tmp_path_factory.mktemp("home")
    server = start_server(home, home / "data")
    yield server
    server.stop()
    launcher.stop(server.data)
