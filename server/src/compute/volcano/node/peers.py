"""How the nodes of a run reach each other: keys, sshd, names, and waiting for those that are not there yet."""

import os
import socket
import subprocess
import threading
import time

import asking
from files import RUNTIME

SSH = "/root/.ssh"
# Where Volcano's `ssh` plugin puts the keys of the job: the pod's user can read them there, and ssh wants files of its own.
KEYS = "/etc/topsdl/ssh"
SSHD = "/usr/sbin/sshd"
PORT = 22
RETRY_AFTER = 0.1


def prepare_ssh():
    """Puts keys and configuration where ssh and sshd look for them."""
    os.makedirs(SSH, 0o700, exist_ok=True)
    for name in ("id_rsa", "authorized_keys"):
        write(os.path.join(SSH, name), read(os.path.join(KEYS, name)))
    public = " ".join(read(os.path.join(KEYS, "id_rsa.pub")).split()[:2])
    # All nodes show the job's own key, and so nobody else can be taken for one of them.
    write(os.path.join(SSH, "known_hosts"), f"topsdl {public}\n")
    ours = f"""IdentityFile {SSH}/id_rsa
UserKnownHostsFile {SSH}/known_hosts
HostKeyAlias topsdl
StrictHostKeyChecking yes
PreferredAuthentications publickey
LogLevel ERROR
"""
    # Of a setting that is there twice ssh takes the first; what the plugin says of each host's name follows.
    write(os.path.join(SSH, "config"), ours + read(os.path.join(KEYS, "config")))


def start_sshd(env, log):
    """Starts sshd, which hands the node's environment to its sessions."""
    if not os.access(SSHD, os.X_OK):
        raise RuntimeError(f"the image has no {SSHD}")
    variables = " ".join(quoted(f"{name}={value}") for name, value in env.items() if "\n" not in value)
    write(
        os.path.join(RUNTIME, "sshd_config"),
        f"""Port {PORT}
HostKey {SSH}/id_rsa
AuthorizedKeysFile {SSH}/authorized_keys
AuthenticationMethods publickey
PermitRootLogin yes
StrictModes no
UsePAM no
UseDNS no
PidFile none
PrintMotd no
PrintLastLog no
MaxStartups 256
MaxSessions 256
Subsystem sftp internal-sftp
LogLevel ERROR
SetEnv {variables}
""",
    )
    return subprocess.Popen(
        [SSHD, "-D", "-e", "-f", os.path.join(RUNTIME, "sshd_config")],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        close_fds=True,
        preexec_fn=asking.release,
    )


def quoted(text):
    """An argument as sshd_config(5) reads it: in double quotes, with backslashes before quotes and backslashes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_hostfile(run):
    """`/etc/mpi/hostfile` as the manual's recipe makes it; the recipe may write it anew."""
    workers = run["nodes"][1:]
    write("/etc/mpi/hostfile", "".join(f"{name} slots={run['slots']}\n" for name in ["localhost", *workers]), 0o644)


class Peers:
    """The other nodes of the run, by the addresses that they had when it began."""

    def __init__(self, names):
        self._names = names
        self._addresses = {}

    def wait(self, seconds, cancelled):
        """Waits until sshd of each node says its name; gives those that never did, or had not when it was cancelled."""
        deadline = time.monotonic() + seconds
        threads = [threading.Thread(target=self._await, args=(name, deadline, cancelled), daemon=True) for name in self._names]
        for thread in threads:
            thread.start()
        for thread in threads:
            # A resolver that hangs must not hold the run for longer than was said.
            thread.join(max(0.0, deadline + 1 - time.monotonic()))
        return [name for name in self._names if name not in self._addresses]

    def any_left(self):
        """Whether a node is still there: its sshd ends when everything else on it has."""
        return any(answers(address, 1.0) for address in self._addresses.values())

    def _await(self, name, deadline, cancelled):
        while time.monotonic() < deadline and not cancelled():
            try:
                address = socket.getaddrinfo(name, PORT, type=socket.SOCK_STREAM)[0][4][0]
                if answers(address, max(0.1, min(5.0, deadline - time.monotonic()))):
                    self._addresses[name] = address
                    return
            except OSError:
                pass
            time.sleep(RETRY_AFTER)


def answers(address, seconds):
    try:
        with socket.create_connection((address, PORT), seconds) as connection:
            connection.settimeout(seconds)
            # To sshd, who goes without a word is worth a line in its log.
            connection.sendall(b"SSH-2.0-topsdl\r\n")
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text, mode=0o600):
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(text)
