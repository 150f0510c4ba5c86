"""What this machine has of what runs and services need; of a cluster, the companion's own program tells."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .locations import NotFoundHere, companion_command, find_node

#: Program, what it is for, Debian's package.
PROGRAMS = (
    ("bwrap", "the sandbox of each node", "bubblewrap"),
    ("sshd", "password-less ssh between nodes", "openssh-server"),
    ("ssh", "password-less ssh between nodes", "openssh-client"),
    ("mpirun", "training on several nodes", "openmpi-bin"),
    ("ip", "the network of a run", "iproute2"),
    ("nsenter", "the network of a run", "util-linux"),
)
#: SQLite's write-ahead log needs memory that all its users share; these have none, or lie about locks.
NETWORK_FILE_SYSTEMS = frozenset("nfs nfs4 cifs smb3 smbfs 9p afs ceph fuse.sshfs fuse.glusterfs lustre".split())


#: How findings are told of: what is missing is not there at all, and a note stops nothing.
WORDS = {"ok": "ok     ", "note": "note   ", "missing": "MISSING", "wrong": "WRONG  "}


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `packages` would mend it. `state` is one of `WORDS`."""

    what: str
    state: str
    detail: str
    packages: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.state in ("ok", "note")


def examine(data_directory: Path, run: bool = False) -> Iterator[Finding]:
    """Looks at everything that can be missing; changes nothing.

    :param run: whether to run something on the cluster, too, where one is configured; it is removed afterwards
    """
    node = _node()
    yield node
    if not node.ok:
        yield from _machine(data_directory, "local")
        return
    with _companion(data_directory, run) as lines:
        first = next(lines)
        engine = first.get("engine")
        yield from _machine(data_directory, engine)
        for line in lines if "engine" in first else (first, *lines):
            yield Finding(line["what"], line["state"], line["detail"])
    if run and engine == "local":
        yield Finding("trial run", "note", "there is one on a cluster only, and compute.engine is local")


def _machine(data_directory: Path, engine: str | None) -> Iterator[Finding]:
    """What has to be on this machine.

    :param engine: where runs run; None where the configuration does not say, so that nobody knows what they need
    """
    if engine == "local":
        yield from (_program(*entry) for entry in PROGRAMS)
        yield _sandbox()
    yield _file_system(data_directory)


@contextmanager
def _companion(data_directory: Path, run: bool) -> Iterator[Iterator[dict[str, str]]]:
    """Asks the companion's program; gives the lines that it says, with a finding at the end where it failed."""
    command = [*companion_command(), "doctor", "--data", os.fspath(data_directory), *(["--run"] if run else [])]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, text=True) as process,
    ):

        def lines() -> Iterator[dict[str, str]]:
            assert process.stdout is not None
            yield from map(json.loads, process.stdout)
            if process.wait() != 0:
                complaints.seek(0)
                said = complaints.read().strip().splitlines()
                # Of a stack trace the line that names the error.
                why = next((line for line in said if "Error" in line), said[-1] if said else "it said nothing")
                yield {"what": "companion", "state": "wrong", "detail": f"its program failed (exit {process.returncode}): {why}"}

        try:
            yield lines()
        finally:
            # An interrupt reaches it as well, and then it removes what it has made.
            process.communicate()


def missing_programs() -> str | None:
    """Programs that this machine lacks, with the line that installs them, as a sentence; None when it has all."""
    missing = [(name, purpose, package) for name, purpose, package in PROGRAMS if find_program(name) is None]
    if not missing:
        return None
    named = ", ".join(f"{name} ({purpose})" for name, purpose, _ in missing)
    return f"missing on this machine: {named}. Install with: {installation(package for _, _, package in missing)}"


def installation(packages: Iterable[str]) -> str:
    """The line that installs Debian packages."""
    return f"sudo apt-get install --yes {' '.join(sorted(set(packages)))}"


def find_program(name: str) -> str | None:
    """A program on PATH or where Debian keeps the administrator's."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))


def _node() -> Finding:
    try:
        return Finding("node", "ok", find_node())
    except NotFoundHere as error:
        return Finding("node", "missing", str(error))


def _program(name: str, purpose: str, package: str) -> Finding:
    path = find_program(name)
    if path is None:
        return Finding(name, "missing", f"needed for {purpose}", (package,))
    return Finding(name, "ok", path)


def _sandbox() -> Finding:
    what = "sandboxes"
    bwrap = find_program("bwrap")
    if bwrap is None:
        return Finding(what, "missing", "cannot be tried without bwrap", ("bubblewrap",))
    command = [bwrap, "--unshare-user", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(what, "wrong", str(error))
    if tried.returncode == 0:
        return Finding(what, "ok", "can be made here")
    return Finding(
        what,
        "wrong",
        f"this machine refuses them ({tried.stderr.strip()}); runs are plain processes of one node then."
        " Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1, or the container's --security-opt",
    )


def _file_system(data_directory: Path) -> Finding:
    existing = _existing(data_directory)
    database = _existing(database_directory(data_directory))
    kind = _kind_of_file_system(database)
    if kind in NETWORK_FILE_SYSTEMS:
        return Finding(
            "data directory",
            "wrong",
            f"{database} is on a network file system ({kind}): choose a local one by --data, or for the database alone"
            " by the setting database.directory",
        )
    free = shutil.disk_usage(existing).free
    return Finding("data directory", "ok", f"{data_directory} ({free / 1e9:.0f} GB free)")


def database_directory(data_directory: Path) -> Path:
    """Where the database is: what is set for the companion, else where the last one has left it."""
    given = os.environ.get("TOPSDL_DATABASE_DIRECTORY")
    if given:
        return Path(given)
    try:
        return Path((data_directory / "db" / "elsewhere").read_text("utf-8").strip())
    except OSError:
        return data_directory / "db"


def _existing(path: Path) -> Path:
    """The path, or what there is of it."""
    return next(above for above in (path, *path.parents) if above.exists())


def _kind_of_file_system(path: Path) -> str:
    """The type of the mount that holds a path: the longest mount point above it."""
    best, kind = -1, ""
    real = os.path.realpath(path)
    for line in Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines():
        _, point, found, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if (real == point or real.startswith(point.rstrip("/") + "/")) and len(point) >= best:
            best, kind = len(point), found
    return kind
