"""What the engine gave to this node, and what the node leaves for it on the shared volume."""

import json
import os

GIVEN = "/opt/topsdl/given"
KEPT = "/opt/topsdl/kept"
LOGS = os.path.join(KEPT, "logs")
RUNTIME = "/run/topsdl"


def given():
    """The part of the plan that a node needs; `nodeFiles.ts` writes it."""
    with open(os.path.join(GIVEN, "run.json"), encoding="utf-8") as file:
        return json.load(file)


def end_asked():
    """
    Whether the end was asked for before this node could hear it: the engine notes that before it has anybody told. The pod of a replica
    may also have been started again since.
    """
    return os.path.exists(os.path.join(GIVEN, "stopped.json"))


def keep(kind, node, content, durable=False):
    """Replaces `<node>.<kind>.json` as a whole. A full disk loses it, and the run goes on."""
    path = os.path.join(KEPT, f"{node}.{kind}.json")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        file = os.open(path + ".new", flags, 0o644)
        try:
            os.write(file, json.dumps(content).encode())
            if durable:
                os.fsync(file)
        finally:
            os.close(file)
        os.rename(path + ".new", path)
    except OSError:
        pass


def claim(node):
    """
    Whether this is the first start of the node. A controller that missed the end of a pod makes another one in its place: the
    command must not run twice, for its result is there already or lost.
    """
    try:
        os.close(os.open(os.path.join(KEPT, f"{node}.started"), os.O_CREAT | os.O_EXCL, 0o644))
        return True
    except FileExistsError:
        return False
