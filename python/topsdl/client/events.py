"""Waiting for something to happen, from the companion's event stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any

from .errors import ConnectionFailed
from .transport import Transport


def changes(transport: Transport) -> Generator[dict[str, Any], None, None]:
    """Changes the caller may see, as they are committed; the first item is ``{"type": "welcome"}``."""
    stream = transport.stream("GET", "events", accept="text/event-stream", prefix="")
    for data in stream.events():
        yield json.loads(data)


def wait_until(
    transport: Transport,
    object_id: str,
    look: Callable[[], dict[str, Any]],
    done: Callable[[dict[str, Any]], bool],
    changed: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Looks at an object now and after each of its changes until ``done``; returns it as it then is.

    It listens before it looks, so that no change falls between, and listens anew where the companion
    was started again meanwhile.
    """
    while True:
        try:
            with closing(changes(transport)) as stream:
                for message in stream:
                    ours = message["type"] == "change" and message["event"]["id"] == object_id
                    if ours or message["type"] in ("welcome", "reset"):
                        value = look()
                        if changed:
                            changed(value)
                        if done(value):
                            return value
        except ConnectionFailed:
            pass
        transport.wait_until_back()
