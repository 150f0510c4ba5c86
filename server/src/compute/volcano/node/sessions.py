"""Programs beside the command of the run: how one is started in the node's environment, and ended."""

import json
import os
import resource
import signal
import sys

import files
import processes
from environment import environment

SESSION = "TOPSDL_SESSION"


def execute(session, variables, argv):
    """Becomes a program in the node's environment, marked so that `kill` finds it and what it started."""
    run = files.given()
    env = {**environment(run), **json.loads(variables), SESSION: session}
    os.chdir("/workspace")
    resource.setrlimit(resource.RLIMIT_NPROC, (run["maxProcesses"], run["maxProcesses"]))
    try:
        os.execvpe(argv[0], argv, env)
    except OSError as problem:
        print(f"{argv[0]}: {problem.strerror}", file=sys.stderr)
        return 127


def kill(session):
    mark = f"{SESSION}={session}".encode()
    for process in processes.others():
        try:
            with open(f"/proc/{process.pid}/environ", "rb") as file:
                if mark in file.read().split(b"\0"):
                    processes.signal_one(process.pid, signal.SIGKILL)
        except OSError:
            pass
    return 0
