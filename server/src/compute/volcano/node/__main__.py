"""
The first process of a pod. `node master|worker|replica` is the node; `node exec` starts a program beside it in the same environment, and
`node kill` ends one that was started so.

Runs with Python 3.8 or later and nothing else, in whatever image the run has.
"""

import os
import sys

import asking

what, *rest = sys.argv[1:]
if what in ("exec", "kill"):
    import sessions

    sys.exit(sessions.execute(rest[0], rest[1], rest[2:]) if what == "exec" else sessions.kill(rest[0]))
asking.hold()
# Loaded after that, because it takes a moment.
from node import Node  # noqa: E402

result = Node(what).main()
# Threads that measure must not hold the end up.
os._exit(result)
