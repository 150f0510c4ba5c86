"""Starts the companion of a data directory, or finds the one that already runs.

There is one companion per data directory, however many JupyterLabs and scripts ask for it. It is started
in a session of its own, so that it outlives whoever started it; when it ends is its own decision (nobody
holds a lease any more and no run, service or task is alive).
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .locations import CompanionRecord, companion_command, read_record, socket_path

#: How long a start may take: migrations of a large database, after a backup of it, are part of it.
START_SECONDS = 300.0
#: How long a clean shutdown may take before it is forced.
STOP_SECONDS = 30.0
#: How long runs may take to end: the longest grace that a run can ask for, and some.
END_EVERYTHING_SECONDS = 3700.0


class CompanionFailed(RuntimeError):
    """The companion did not become ready; the message holds the last lines that it said."""


@dataclass(frozen=True)
class Companion:
    """A companion that answers: where it listens."""

    data_directory: Path
    socket: Path
    pid: int


class UnixConnection(http.client.HTTPConnection):
    """``http.client`` over a Unix socket."""

    def __init__(self, path: Path, timeout: float = 10.0) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(os.fspath(self._path))


def answers(path: Path) -> bool:
    """Whether a companion that is ready listens on this socket."""
    connection = UnixConnection(path, timeout=5.0)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def running(data_directory: Path) -> Companion | None:
    """The companion that serves this directory now, or None."""
    record = read_record(data_directory)
    if record is not None and answers(record.socket):
        return Companion(data_directory, record.socket, record.pid)
    return None


def ensure(data_directory: Path, options: tuple[str, ...] = ()) -> Companion:
    """Finds the companion of a data directory, or starts it and waits until it is ready.

    :param options: further options for the companion's command line, used only when it is started
    :raises CompanionFailed: when it ended, or was not ready in time; with what it said
    :raises NotFoundHere: when there is no Node to run it
    """
    data_directory = data_directory.expanduser().absolute()
    try:
        data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _start_lock(data_directory):
            return running(data_directory) or _start(data_directory, options)
    except OSError as error:
        reason = "it is not a directory" if isinstance(error, FileExistsError) else error.strerror
        raise CompanionFailed(f"the data directory {data_directory} cannot be used: {reason}") from error


def stop(data_directory: Path, everything: bool = False) -> bool:
    """Asks the companion of a data directory to shut down, and waits until it has.

    :param everything: end runs and services, too; otherwise they stay, each owned by a supervisor of its own,
        and the next companion finds them
    :returns: False when none was running
    :raises CompanionFailed: when it refused
    """
    data_directory = data_directory.expanduser().absolute()
    companion = running(data_directory)
    if companion is None:
        return False
    # Taken before it is asked, so that the number cannot have gone to another process meanwhile.
    descriptor = os.pidfd_open(companion.pid)
    try:
        _ask_to_stop(companion, everything)
        if not _ends_within(descriptor, STOP_SECONDS):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            _ends_within(descriptor, STOP_SECONDS)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)
    return True


def _ask_to_stop(companion: Companion, everything: bool) -> None:
    secret = (companion.data_directory / "secret").read_text("utf-8").strip()
    body = json.dumps({"secret": secret, "everything": everything})
    connection = UnixConnection(companion.socket, timeout=END_EVERYTHING_SECONDS)
    try:
        connection.request("POST", "/internal/stop", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 202:
            raise CompanionFailed(f"the companion refused to stop: {answer.read(2000).decode('utf-8', 'replace')}")
    finally:
        connection.close()


def _ends_within(descriptor: int, seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], seconds)[0])


@contextmanager
def _start_lock(data_directory: Path) -> Iterator[None]:
    # Not the companion's own lock, which it holds while it lives: this one is held while somebody starts it,
    # so that the others wait and then find it.
    with open(data_directory / "start.lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(data_directory: Path, options: tuple[str, ...]) -> Companion:
    logs = data_directory / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    log_path = logs / "companion.log"
    # Readiness has a pipe of its own, so that standard output can stay the log after we have gone.
    reading, writing = os.pipe()
    command = [
        *companion_command(),
        *companion_options(data_directory),
        *("--ready-fd", str(writing)),
        *options,
    ]
    with open(log_path, "ab") as log, os.fdopen(reading, "rb", 0) as ready:
        os.fchmod(log.fileno(), 0o600)
        start = log.tell()
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=data_directory,
                env=_environment(),
                start_new_session=True,
                pass_fds=(writing,),
            )
        finally:
            os.close(writing)
        try:
            socket_of = _await_ready(ready)
        except CompanionFailed as failed:
            process.kill()
            code = process.wait()
            raise CompanionFailed(str(failed) or _last_words(log_path, start, code)) from None
    # It may well end before we do, and somebody has to take note.
    threading.Thread(target=process.wait, name="topsdl-companion", daemon=True).start()
    return Companion(data_directory, socket_of, process.pid)


def companion_options(data_directory: Path, socket: Path | None = None) -> list[str]:
    """The options every companion of this installation is started with; makes the socket's directory.

    :param socket: where it is to listen; by itself as :func:`socket_path` has it
    :raises CompanionFailed: when that directory is somebody else's, who could listen there in our place
    """
    path = socket_path(data_directory) if socket is None else socket.expanduser().absolute()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = path.parent.lstat()
    if path.parent != data_directory and (about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o022):
        raise CompanionFailed(f"{path.parent} is not this user's alone: remove it, or use a data directory with a shorter path")
    return [
        *("--data", os.fspath(data_directory)),
        *("--socket", os.fspath(path)),
        # The image `host` of runs is this Python's environment.
        *("--python", sys.executable),
        *("--python-base", sys.base_prefix),
    ]


def _environment() -> dict[str, str]:
    # Jupyter's own token and the like are none of the companion's business.
    return {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}


def _await_ready(ready: BinaryIO) -> Path:
    """Waits for the line of JSON that says where the companion listens.

    :raises CompanionFailed: when it ended or took too long; with the reason, if it gave one
    """
    deadline = time.monotonic() + START_SECONDS
    said = b""
    while not said.endswith(b"\n"):
        if not select.select([ready], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise CompanionFailed(f"the companion was not ready after {START_SECONDS:.0f} s")
        part = ready.read(4096)
        if not part:
            raise CompanionFailed
        said += part
    try:
        fields = json.loads(said)
        if fields.get("ready") is True:
            return Path(fields["socket"])
        raise CompanionFailed(f"the companion did not start: {fields['why']}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CompanionFailed(f"the companion said {said[:200]!r} instead of where it listens") from error


def _last_words(log_path: Path, start: int, code: int) -> str:
    with open(log_path, "rb") as log:
        # Unless the log has begun anew since.
        log.seek(start if start <= os.fstat(log.fileno()).st_size else 0)
        lines = log.read().decode("utf-8", "replace").splitlines()
    end = "\n".join(lines[-12:]) or "it said nothing"
    return f"the companion did not start (exit {code}); its log is {log_path}:\n{end}"


__all__ = ["Companion", "CompanionFailed", "CompanionRecord", "UnixConnection", "answers", "ensure", "running", "stop"]
