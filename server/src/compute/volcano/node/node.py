"""A node from the start of its pod to its end: it prepares itself, runs the command of the run and keeps its output."""

import os
import resource
import signal
import socket
import subprocess
import threading
import time

import asking
import files
import processes
from ending import Ending
from environment import environment
from logs import Log
from peers import Peers, prepare_ssh, start_sshd, write_hostfile

STATS_EVERY = 1.0
# How long programs that outlive the command may go on writing to its output before they are ended.
LAST_WORDS = 0.5


class Node:
    def __init__(self, role):
        self.role = role
        self.run = files.given()
        self.name = self._own_name()
        self.log = Log(files.LOGS, self.name, self.run["logLimitBytes"])
        self.env = environment(self.run)
        self.record = {"node": self.name, "startedAt": now()}
        self.memory_kills = processes.memory_kills()
        self.started = threading.Event()
        self.stopping = files.end_asked()
        self.ending = threading.Thread(target=self._end_when_asked, daemon=True)
        self.peers = Peers(self.run["nodes"][1:] if role == "master" else [])
        self.sshd = None
        self.command = None
        self.pumps = []

    def main(self):
        self.ending.start()
        os.makedirs(files.RUNTIME, exist_ok=True)
        threading.Thread(target=self._measure, daemon=True).start()
        if self.role != "replica":
            if not files.claim(self.name):
                return self._end("repeated", 1, "its pod was replaced after it had started")
            try:
                self._meet()
            except (OSError, RuntimeError) as problem:
                return self._end("setup", 1, str(problem))
        if self.role == "master" and not self.stopping:
            silent = self.peers.wait(self.run["readyTimeoutMs"] / 1000, lambda: self.stopping)
            if silent and not self.stopping:
                self.record["silent"] = silent[0]
                return self._end("silent", 1, f"{', '.join(silent)} never answered on ssh")
        if self.stopping:
            return self._end("stopped", 143)
        if self.role != "worker":
            try:
                self._start()
            except OSError as problem:
                return self._end("setup", 126, str(problem))
        files.keep("record", self.name, self.record)
        self.started.set()
        return self._wait()

    def _own_name(self):
        host = socket.gethostname()
        return f"replica-{host.rsplit('-', 1)[1]}" if self.role == "replica" else host

    def _meet(self):
        """Makes this node reachable for the others, where there are any."""
        write_hostfile(self.run)
        if len(self.run["nodes"]) > 1:
            prepare_ssh()
            reading, writing = os.pipe()
            self.sshd = start_sshd(self.env, writing)
            os.close(writing)
            self._pump("engine", reading)

    def _start(self):
        out, err = os.pipe(), os.pipe()
        limit = self.run["maxProcesses"]

        def before():
            asking.release()
            resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))

        self.command = subprocess.Popen(
            self.run["argv"],
            cwd=self.run["workingDirectory"],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=out[1],
            stderr=err[1],
            start_new_session=True,
            preexec_fn=before,
        )
        os.close(out[1])
        os.close(err[1])
        self._pump("stdout", out[0])
        self._pump("stderr", err[0])
        if self.run["ports"]:
            # Loaded where it is needed: most nodes have no ports, and start sooner without it.
            from doors import open_doors

            open_doors(self.run["ports"])

    def _pump(self, stream, source):
        pump = threading.Thread(target=self.log.pump, args=(stream, source), daemon=True)
        pump.start()
        self.pumps.append(pump)

    def _wait(self):
        """Waits for the command, or for sshd where that is what the node is there for; takes in every process that was left behind."""
        main = self.command or self.sshd
        while True:
            pid, status = os.waitpid(-1, 0)
            if pid == main.pid:
                code = exit_code(status)
                break
        if self.stopping:
            self.ending.join()
            # Nobody asks how a worker ended that was told to.
            return self._end("stopped", 0 if self.role == "worker" else 143)
        if self.role == "worker":
            # Whatever ended sshd, a worker without it is none: never a success.
            return self._end("died", code or 1)
        return self._end("command", code)

    def _end_when_asked(self):
        if not self.stopping:
            asking.wait()
            self.stopping = True
        self.started.wait()
        Ending(self.role, len(self.run["nodes"]) > 1, self.peers.any_left).run()
        if self.command is None:
            # On a worker it is what is waited for.
            processes.signal_one(self.sshd.pid, signal.SIGTERM)

    def _end(self, how, code, detail=None):
        """Leaves what is known of the end, with everything that was written before it on the disk."""
        for pump in self.pumps:
            pump.join(LAST_WORDS)
        processes.end_all()
        for pump in self.pumps:
            pump.join()
        if detail is not None:
            self.log.say(detail)
        self.log.sync()
        killed = processes.memory_kills() > self.memory_kills
        self.record.update(ended=how, exitCode=code, endedAt=now(), outOfMemory=killed, detail=detail)
        files.keep("record", self.name, self.record, durable=True)
        return code

    def _measure(self):
        before = None
        while True:
            sample = {"time": now(), **processes.usage()}
            elapsed = 0 if before is None else (sample["time"] - before["time"]) / 1000
            used = 0 if before is None else sample["cpuSeconds"] - before["cpuSeconds"]
            sample["cpuCores"] = used / elapsed if elapsed > 0 else 0
            files.keep("stats", self.name, sample)
            before = sample
            time.sleep(STATS_EVERY)


def exit_code(status):
    """As a shell has it: 128 and the signal's number for what a signal ended."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def now():
    return int(time.time() * 1000)
