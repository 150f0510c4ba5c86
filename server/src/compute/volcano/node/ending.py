"""
How the processes of a node are asked to end, so that each has its time to save, whoever ends before.

SIGTERM goes to those that do the work. What only carries them gets none, because that would take the others' time away: ssh would
hang up, and mpirun, which gives its processes two seconds, would kill them. mpirun does the same when one process ends before the
others, on whichever node, such as one that has nothing to save: so it is halted until all are gone. On one node that is when the
first has ended; with several, at once, for what ends on another node it hears of before this one does. What a carrier starts after
all is told, too; what the others start is not, because it may be a part of saving.
"""

import signal
import time

import processes

LAUNCHERS = ("mpirun", "mpiexec", "orterun", "orted", "prterun", "prted")
CARRIERS = ("ssh", "sshd", *LAUNCHERS)
CHECK_EVERY = 0.05
PEERS_EVERY = 0.2
# How long what carried others may take to end by itself once they are gone.
CARRIERS_TAKE = 1.0
# The same for a launcher that was halted, which first does in its own two seconds what it was about to.
HALTED_TAKE = 3.0
# Pods of a run are not told to end in the same moment: what a daemon would tell mpirun meanwhile is held back.
PODS_APART = 2.0


class Ending:
    def __init__(self, role, several, peers_left):
        self._role = role
        self._several = several
        self._peers_left = peers_left
        self._told = set()
        self._ranks = set()
        self._halted = set()

    def run(self):
        """Returns when everything that was to be waited for is gone. The kubelet ends the pod when that takes longer than the grace."""
        began = time.monotonic()
        if self._several:
            self._halt(processes.others())
        else:
            self._lost_one(processes.others())
        for process in processes.others():
            self._tell(process)
        while True:
            left = processes.others()
            carriers = {process.pid for process in left if process.name in CARRIERS}
            for process in left:
                if process.parent in carriers:
                    self._tell(process)
            working = [process for process in left if process.name not in CARRIERS]
            if not working and not (self._role == "master" and self._peers_left()):
                break
            if self._role == "worker" and time.monotonic() - began > PODS_APART:
                self._release()
            if not self._several and self._lost_one(left):
                self._halt(left)
            time.sleep(CHECK_EVERY if working else PEERS_EVERY)
        until = time.monotonic() + (HALTED_TAKE if self._halted else CARRIERS_TAKE)
        self._release()
        while time.monotonic() < until and any(process.name != "sshd" for process in processes.others()):
            time.sleep(CHECK_EVERY)

    def _tell(self, process):
        if process.name not in CARRIERS and process.pid not in self._told:
            self._told.add(process.pid)
            processes.signal_one(process.pid, signal.SIGTERM)

    def _lost_one(self, left):
        """Whether a process that a launcher started has ended."""
        launchers = {process.pid for process in left if process.name in LAUNCHERS}
        self._ranks.update(
            process.pid for process in left if process.parent in launchers and process.name not in CARRIERS
        )
        return bool(self._ranks - {process.pid for process in left})

    def _halt(self, left):
        for process in left:
            if process.name in LAUNCHERS and process.pid not in self._halted:
                self._halted.add(process.pid)
                processes.signal_one(process.pid, signal.SIGSTOP)

    def _release(self):
        """Lets launchers pass on what they still have of the others' output."""
        for pid in self._halted:
            processes.signal_one(pid, signal.SIGCONT)
