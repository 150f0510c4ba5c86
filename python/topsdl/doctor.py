"""What this machine has of what runs and services need."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .locations import NotFoundHere, find_node

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


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `packages` would mend it."""

    what: str
    ok: bool
    detail: str
    packages: tuple[str, ...] = ()


def examine(data_directory: Path) -> list[Finding]:
    """Looks at everything that can be missing; changes nothing."""
    return [_node(), *(_program(*entry) for entry in PROGRAMS), _sandbox(), _file_system(data_directory)]


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
        return Finding("node", True, find_node())
    except NotFoundHere as error:
        return Finding("node", False, str(error))


def _program(name: str, purpose: str, package: str) -> Finding:
    path = find_program(name)
    return Finding(name, path is not None, path or f"needed for {purpose}", (package,))


def _sandbox() -> Finding:
    what = "sandboxes"
    bwrap = find_program("bwrap")
    if bwrap is None:
        return Finding(what, False, "cannot be tried without bwrap", ("bubblewrap",))
    command = [bwrap, "--unshare-user", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(what, False, str(error))
    if tried.returncode == 0:
        return Finding(what, True, "can be made here")
    return Finding(
        what,
        False,
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
            False,
            f"{database} is on a network file system ({kind}): choose a local one by --data, or for the database alone"
            " by the setting database.directory",
        )
    free = shutil.disk_usage(existing).free
    return Finding("data directory", True, f"{data_directory} ({free / 1e9:.0f} GB free)")


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
