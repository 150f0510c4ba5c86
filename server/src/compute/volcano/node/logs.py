"""Writes a node's output as `compute/logs/format.ts` describes it, and repeats it on the container's own output.

A log is a sequence of bytes in segments `<node>.<position of the first byte>.log`; the first and the last segments are kept.
Lines are `<RFC 3339> stdout|stderr|engine F|P <bytes>`, as the Container Runtime Interface has them: P is a piece of a line,
F its end.
"""

import os
import re
import select
import threading
import time

LONGEST_PIECE = 64 * 1024
SEGMENTS = 8
# A node that writes faster than this is slowed down: its output is read no faster, and its pipe fills up.
BYTES_PER_SECOND = 64 * 1024 * 1024
# What is repeated for `kubectl logs`: the machine's disk holds it a second time, and nothing keeps it for long.
REPEATED_PER_SECOND = 1024 * 1024
# A line that is not ended is written as a piece after this time, so that a progress bar shows.
FLUSH_AFTER = 0.15
SYNC_AFTER = 1.0
# Other machines see what a file system of these kinds holds only once it was synced.
REMOTE = re.compile(r"^(nfs|nfs4|cifs|smb3|ceph|lustre|gpfs|afs|9p|virtiofs|fuse\..*)$")


def stamp():
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%03dZ" % (now % 1 * 1000)


def head(stream, partial):
    return f"{stamp()} {stream} {'P' if partial else 'F'} ".encode()


class Budget:
    """So many bytes a second; a quarter of a second's worth may come at once."""

    def __init__(self, per_second):
        self._per_second = per_second
        self._left = per_second / 4
        self._at = time.monotonic()

    def spend(self, amount):
        """Takes the amount, and gives the time to wait until there is something left again."""
        now = time.monotonic()
        earned = (now - self._at) * self._per_second
        self._left = min(self._per_second / 4, self._left + earned) - amount
        self._at = now
        return max(0.0, -self._left / self._per_second)

    def allows(self, amount):
        """Takes the amount if it is there."""
        if self.spend(0) > 0 or self._left < amount:
            return False
        self._left -= amount
        return True


class Log:
    """One node's log. A full disk loses lines and nothing else: the run goes on."""

    def __init__(self, directory, node, limit):
        self._directory = directory
        self._node = node
        self._segment_bytes = max(LONGEST_PIECE * 2, limit // SEGMENTS)
        self._segments = self._found()
        self._file = None
        self._lock = threading.Lock()
        self._budget = Budget(BYTES_PER_SECOND)
        self._repeated = Budget(REPEATED_PER_SECOND)
        self._left_out = 0
        self._remote = bool(REMOTE.match(file_system(directory)))
        self._synced = time.monotonic()

    def say(self, text):
        """A line of the engine's own."""
        self._write("engine", text.encode().replace(b"\n", b" ") + b"\n")

    def pump(self, stream, source):
        """Writes what comes from a file descriptor until its end. Blocks: runs in a thread of its own."""
        rest = b""
        while True:
            if rest and not select.select([source], [], [], FLUSH_AFTER)[0]:
                self._write(stream, rest)
                rest = b""
            data = os.read(source, LONGEST_PIECE)
            if not data:
                break
            rest = self._take(stream, rest, data)
            wait = self._budget.spend(len(data))
            if wait > 0:
                time.sleep(wait)
        if rest:
            self._write(stream, rest)
        os.close(source)

    def sync(self):
        """Brings what was written to the disk."""
        with self._lock:
            if self._file is not None:
                try:
                    os.fsync(self._file)
                except OSError:
                    pass

    def _take(self, stream, rest, data):
        """Writes whole lines, and pieces of those that are too long; gives back what remains."""
        end = data.rfind(b"\n") + 1
        if end == 0:
            rest += data
            while len(rest) > LONGEST_PIECE:
                cut = character_start(rest, LONGEST_PIECE)
                self._write(stream, rest[:cut])
                rest = rest[cut:]
            return rest
        first = data.index(b"\n") + 1
        line = rest + data[:first]
        while len(line) > LONGEST_PIECE + 1:
            cut = character_start(line, LONGEST_PIECE)
            self._write(stream, line[:cut])
            line = line[cut:]
        # What was read at once has no line that is longer than a piece, but for the first with what was left before it.
        self._write(stream, line + data[first:end])
        return data[end:]

    def _write(self, stream, data):
        """Whole lines, or a piece of one. The lines of one call get the same time."""
        partial = not data.endswith(b"\n")
        lead = head(stream, partial)
        body = data if partial else data[:-1].replace(b"\n", b"\n" + lead) + b"\n"
        record = lead + body + (b"\n" if partial else b"")
        with self._lock:
            self._repeat(stream, data)
            try:
                file = self._open(len(record))
                view = memoryview(record)
                while view:
                    view = view[os.write(file, view) :]
                if self._remote and time.monotonic() - self._synced > SYNC_AFTER:
                    os.fdatasync(file)
                    self._synced = time.monotonic()
            except OSError:
                pass

    def _repeat(self, stream, data):
        """For `kubectl logs`, as far as it does not cost much; never waits for long on whoever reads it."""
        if not self._repeated.allows(len(data)):
            self._left_out += len(data)
            return
        try:
            if self._left_out > 0:
                os.write(1, b"[%d bytes are only in the log that TopsDL keeps]\n" % self._left_out)
                self._left_out = 0
            os.write(2 if stream == "stderr" else 1, data)
        except OSError:
            pass

    def _open(self, size):
        last = self._segments[-1] if self._segments else None
        if self._file is not None and last[1] + size <= self._segment_bytes:
            last[1] += size
            return self._file
        if self._file is not None:
            os.close(self._file)
            self._file = None
        position = 0 if last is None else last[0] + last[1]
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        self._file = os.open(self._path(position), flags, 0o644)
        self._segments.append([position, size])
        if len(self._segments) > SEGMENTS:
            # The beginning says how the run was started and the end how it went: the second oldest goes.
            os.unlink(self._path(self._segments.pop(1)[0]))
        return self._file

    def _found(self):
        """Segments of the containers before this one: a replica that is started again goes on with its log."""
        pattern = re.compile(re.escape(self._node) + r"\.(\d{15,})\.log$")
        starts = [int(found[1]) for found in map(pattern.match, os.listdir(self._directory)) if found]
        return [[start, os.stat(self._path(start)).st_size] for start in sorted(starts)]

    def _path(self, position):
        return os.path.join(self._directory, f"{self._node}.{position:015d}.log")


def character_start(data, at):
    """The largest cut at or before `at` that does not tear a UTF-8 character."""
    for cut in range(at, at - 4, -1):
        if data[cut] & 0xC0 != 0x80:
            return cut
    return at


def file_system(path):
    """The type of the file system that a path is on."""
    best = ("", "")
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            before, _, after = line.partition(" - ")
            place = before.split(" ")[4]
            if (path == place or path.startswith(place.rstrip("/") + "/")) and len(place) >= len(best[0]):
                best = (place, after.split(" ")[0])
    return best[1]
