"""Processes of a pod, and what its control group says of them. Version 1 and 2 of control groups, as the kernel documents them."""

import os
import signal
from typing import NamedTuple

GROUPS = "/sys/fs/cgroup"


class Process(NamedTuple):
    pid: int
    parent: int
    name: str


def others():
    """Every process of the pod but the first, without those that have ended and only wait to be asked how."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and entry != "1":
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:
                    text = file.read()
            except OSError:
                continue
            # The name is in parentheses and may have any character, parentheses as well.
            end = text.rindex(b")")
            state, parent = text[end + 2 :].split(b" ", 2)[:2]
            if state not in (b"Z", b"X"):
                name = text[text.index(b"(") + 1 : end].decode(errors="replace")
                found.append(Process(int(entry), int(parent), name))
    return found


def signal_one(pid, number):
    """Sends a signal, if there is still somebody to send it to."""
    try:
        os.kill(pid, number)
    except OSError:
        pass


def end_all():
    """Ends every other process of the pod, also those that are being made meanwhile."""
    while True:
        left = others()
        if not left:
            return
        for process in left:
            signal_one(process.pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0] > 0:
                pass
        except ChildProcessError:
            pass


def read(*names):
    """The text of the first file that is there."""
    for name in names:
        try:
            with open(os.path.join(GROUPS, name), encoding="ascii") as file:
                return file.read()
        except OSError:
            continue
    return ""


def value(text, key):
    for line in text.splitlines():
        name, _, rest = line.partition(" ")
        if name == key:
            return int(rest)
    return 0


def memory_kills():
    """How often the kernel ended a process here for its memory."""
    return value(read("memory/memory.oom_control", "memory.events"), "oom_kill")


def usage():
    """What the pod uses: seconds of processor time, bytes of memory, processes, bytes over the network since its start."""
    nanoseconds = read("cpu,cpuacct/cpuacct.usage", "cpuacct/cpuacct.usage").strip()
    cpu = int(nanoseconds) / 1e9 if nanoseconds else value(read("cpu.stat"), "usage_usec") / 1e6
    memory = int(read("memory/memory.usage_in_bytes", "memory.current").strip() or 0)
    statistics = read("memory/memory.stat", "memory.stat")
    # What the kernel would give back at once is not in use.
    idle = value(statistics, "total_inactive_file") or value(statistics, "inactive_file")
    received = sent = 0
    with open("/proc/net/dev", encoding="ascii") as lines:
        for line in lines:
            name, colon, rest = line.partition(":")
            if colon and name.strip() != "lo":
                fields = rest.split()
                received += int(fields[0])
                sent += int(fields[8])
    return {
        "cpuSeconds": cpu,
        "memoryBytes": max(0, memory - idle),
        "processes": len(others()),
        "receivedBytes": received,
        "sentBytes": sent,
    }
