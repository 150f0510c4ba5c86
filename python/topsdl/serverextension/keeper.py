"""Keeps a companion for as long as this JupyterLab lives.

The keeper starts or finds the companion and then holds one long request open: its lease. The companion
counts leases to know that it is still wanted, and the end of the request tells the keeper, without asking
again and again, that the companion is gone and has to be started anew.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import aiohttp

from ..launcher import Companion, ensure
from ..locations import NotFoundHere

#: A companion that lived this long was well; its end is not counted as a failed start.
WELL_AFTER_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 60.0


class Unavailable(RuntimeError):
    """There is no companion to talk to now; the message is for people."""


class Upstream(Protocol):
    """Where requests go: a companion on this machine, or one elsewhere."""

    #: The file of the owner's secret, or None when the owner cannot be signed in from here.
    secret: Path | None
    #: What people call it when it does not answer.
    name: str

    async def connection(self) -> Connection:
        """An HTTP client for the companion; waits while it starts.

        :raises Unavailable: when it cannot be reached
        """
        ...

    def start(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Connection:
    """An HTTP client with the address that it is for."""

    session: aiohttp.ClientSession
    #: Scheme and authority, without a slash at the end.
    base: str
    #: The companion's Unix socket, when it listens on one.
    socket: Path | None = None


def _client(connector: aiohttp.BaseConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        # Event streams and downloads last as long as they last; only the way there is limited.
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


class RemoteUpstream:
    """A companion elsewhere. People sign in there by name and password: its secret is not ours to read."""

    secret = None

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self.name = f"the companion at {self._url}"
        self._connection: Connection | None = None

    def start(self) -> None:
        """Nothing to start."""

    async def connection(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(_client(aiohttp.TCPConnector(limit=0)), self._url)
        return self._connection

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.session.close()


@dataclass
class LocalUpstream:
    """The companion of a data directory on this machine."""

    name = "the companion"

    data_directory: Path
    log: logging.Logger
    #: Called with each companion that became ready, before anyone waiting is told.
    on_ready: Callable[[Companion], None] = lambda companion: None
    launch: Callable[[Path], Companion] = ensure
    _task: asyncio.Task[None] | None = None
    _state: asyncio.Condition = field(default_factory=asyncio.Condition)
    _connection: Connection | None = None
    _trouble: str | None = None
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def secret(self) -> Path:
        return self.data_directory / "secret"

    def start(self) -> None:
        """Begins to keep a companion; called on the event loop."""
        self._task = asyncio.ensure_future(self._keep())

    async def connection(self) -> Connection:
        self._wanted.set()
        async with self._state:
            await self._state.wait_for(lambda: self._connection is not None or self._trouble is not None)
            if self._connection is None:
                raise Unavailable(self._trouble or "the companion is not running")
            return self._connection

    async def close(self) -> None:
        """Lets go of the lease; the companion decides by itself whether it still has something to do."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            try:
                companion = await asyncio.to_thread(self.launch, self.data_directory)
                await self._with(companion, self._hold_lease)
                lived = time.monotonic() - began
                failures = 0 if lived >= WELL_AFTER_SECONDS else failures + 1
                self.log.warning("The companion (process %d) is gone after %.0f s", companion.pid, lived)
            except (OSError, RuntimeError, NotFoundHere, aiohttp.ClientError) as error:
                failures += 1
                self.log.error("TopsDL: %s", error)
                await self._settle(None, str(error))
            if failures > 1:
                await self._pause(min(2.0**failures, LONGEST_PAUSE_SECONDS))

    async def _with(self, companion: Companion, use: Callable[[Connection], Awaitable[None]]) -> None:
        async with _client(aiohttp.UnixConnector(str(companion.socket), limit=0)) as session:
            connection = Connection(session, "http://localhost", companion.socket)
            self.on_ready(companion)
            await self._settle(connection, None)
            try:
                await use(connection)
            finally:
                # From here on requests wait for the next one instead of failing on this one.
                await self._settle(None, None)

    async def _hold_lease(self, connection: Connection) -> None:
        try:
            async with connection.session.get(f"{connection.base}/internal/lease") as lease:
                if lease.status != 200:
                    raise Unavailable(f"the companion gives no lease (status {lease.status}): is it of another version?")
                async for _ in lease.content.iter_any():
                    pass
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
            pass  # that is how the end of a killed process looks

    async def _settle(self, connection: Connection | None, trouble: str | None) -> None:
        async with self._state:
            self._connection, self._trouble = connection, trouble
            self._state.notify_all()

    async def _pause(self, seconds: float) -> None:
        """After failed starts: until somebody asks for the companion again, but a while at least."""
        await asyncio.sleep(min(seconds / 4, 10.0))
        self._wanted.clear()
        try:
            await asyncio.wait_for(self._wanted.wait(), seconds)
        except asyncio.TimeoutError:
            pass
