"""``<base_url>topsdl/...``: everything that the browser asks of the companion.

WebSockets, authentication and the record of activity are jupyter-server-proxy's. Plain requests are relayed
here, because its relay holds a whole answer in memory (and gives up at 100 MB), recognises an event stream
by one spelling of ``Accept`` only, and does not notice when the browser goes away.
"""

from __future__ import annotations

import asyncio
import hmac
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

import aiohttp
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from jupyter_server_proxy.handlers import LocalProxyHandler
from tornado.httpclient import HTTPError as ClientError
from tornado.httputil import HTTPHeaders
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketError
from yarl import URL

from .keeper import Connection, Unavailable, Upstream
from .problem import write_problem

#: Headers that belong to one connection, not to what is sent over it.
HOP_BY_HOP = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split()
)
#: The companion's cookies are named after its instance: `topsdl-<instance>`.
COOKIE_PREFIX = "topsdl-"


def forwarded_prefix(base_url: str) -> str:
    """The path below which the browser sees the companion, without a slash at the end."""
    return url_path_join(base_url, "topsdl")


def own_cookie(cookie: str, prefix: str, secure: bool) -> str:
    """A cookie of a companion elsewhere as one of this JupyterLab: for the proxy's path, and usable without TLS here."""
    pair, *attributes = (part.strip() for part in cookie.split(";"))
    dropped = ("path=", "domain=") if secure else ("path=", "domain=", "secure")
    kept = [attribute for attribute in attributes if not attribute.lower().startswith(dropped)]
    return "; ".join([pair, f"Path={prefix}/", *kept])


class CompanionProxyHandler(LocalProxyHandler):
    """Relays requests and WebSockets to the companion."""

    def __init__(self, *args: Any, upstream: Upstream, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proxy_base = "topsdl"
        self.upstream = upstream
        self._connection: Connection | None = None
        self._relaying: asyncio.Task[None] | None = None

    def initialize(self, **_: Any) -> None:
        """The arguments were taken by the constructor."""

    def compute_etag(self) -> None:
        """The companion's entity tags are passed on; Tornado shall not make its own."""

    # --- plain requests ---------------------------------------------------------------------------

    async def http_get(self, path: str) -> None:
        await self.proxy(path)

    async def post(self, path: str) -> None:
        await self.proxy(path)

    async def put(self, path: str) -> None:
        await self.proxy(path)

    async def delete(self, path: str) -> None:
        await self.proxy(path)

    async def head(self, path: str) -> None:
        await self.proxy(path)

    async def patch(self, path: str) -> None:
        await self.proxy(path)

    async def options(self, path: str) -> None:
        await self.proxy(path)

    async def proxy(self, path: str) -> None:
        """Relays one request; ends early, on both sides, when the browser goes away."""
        self._record_activity()
        if self._is_internal(path):
            write_problem(self, 404, "not-found", "There is nothing at this address.")
            return
        relaying = self._relaying = asyncio.ensure_future(self._relay(path))
        try:
            await relaying
        except asyncio.CancelledError:
            if not relaying.cancelled():
                raise
        except Unavailable as error:
            write_problem(self, 503, "unavailable", str(error))
        except StreamClosedError:
            pass  # the browser has gone while it was being written to
        except aiohttp.ClientError as error:
            if self._headers_written:
                # A cut answer must look cut: the connection is closed without its proper end.
                self.log.warning("The companion broke off its answer to %s: %s", self.request.path, error)
                self.request.connection.stream.close()
            else:
                write_problem(self, 503, "unavailable", f"{self.upstream.name} does not answer ({type(error).__name__})")
        finally:
            self._relaying = None

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._relaying is not None:
            self._relaying.cancel()

    async def _relay(self, path: str) -> None:
        connection = await self.upstream.connection()
        request = connection.session.request(
            self.request.method,
            URL(f"{connection.base}{self._target(path)}", encoded=True),
            headers=self._forwarded_headers(connection),
            data=self.request.body or None,
            allow_redirects=False,
        )
        async with request as response:
            self._copy_head(response, remote=connection.socket is None)
            async for chunk in response.content.iter_any():
                self.write(chunk)
                # jupyter-server-proxy wraps `flush` of the instance so that it returns nothing; without
                # waiting for it, a slow reader would let the answer pile up in memory.
                await JupyterHandler.flush(self)
            if self.request.method != "HEAD" and response.headers.get("Content-Length") is None:
                await JupyterHandler.flush(self)

    def _copy_head(self, response: aiohttp.ClientResponse, remote: bool) -> None:
        self.set_status(response.status, response.reason)
        # JupyterLab's own policy stays where the companion has none of its own.
        policy = self._headers.get("Content-Security-Policy")
        headers = HTTPHeaders()
        for name, value in response.headers.items():
            if name.lower() in HOP_BY_HOP:
                continue
            if name.lower() == "location" and value.startswith("/") and not value.startswith("//"):
                value = forwarded_prefix(self.base_url) + value
            if name.lower() == "set-cookie" and remote:
                value = own_cookie(value, forwarded_prefix(self.base_url), self.request.protocol == "https")
            headers.add(name, value)
        if policy and "Content-Security-Policy" not in headers:
            headers["Content-Security-Policy"] = policy
        self._headers = headers

    # --- what is sent on --------------------------------------------------------------------------

    @staticmethod
    def _is_internal(path: str) -> bool:
        # Leases and the like are between the companion and this process.
        return path.strip("/").split("/", 1)[0] == "internal"

    def _target(self, path: str) -> str:
        # The path arrives decoded. `%` alone is not among the safe ones: a name may hold it.
        target = "/" + quote(path, safe="/:@!$&'()*+,;=-._~")
        query = "&".join(
            part for part in self.request.query.split("&") if part and not part.startswith("token=")
        )
        return f"{target}?{query}" if query else target

    def _forwarded_headers(self, connection: Connection) -> dict[str, str]:
        headers = {
            name: value for name, value in self.request.headers.items() if name.lower() not in HOP_BY_HOP
        }
        for name in ("Content-Length", "Cookie"):
            headers.pop(name, None)
        cookies = self._companion_cookies()
        if cookies:
            headers["Cookie"] = cookies
        if self._is_jupyters(headers.get("Authorization", "")):
            del headers["Authorization"]
        headers["X-Forwarded-Prefix"] = forwarded_prefix(self.base_url)
        headers["X-Forwarded-Host"] = self.request.host
        headers["X-Forwarded-Proto"] = self.request.protocol
        headers["X-Forwarded-For"] = self.request.remote_ip or ""
        if connection.socket is None:
            # Another machine believes no forwarding headers, and would take our page's origin for a foreign
            # one. Jupyter has checked it for WebSockets; other requests need the client's own header.
            for name in ("Host", "Origin", "Referer"):
                headers.pop(name, None)
        return headers

    def _companion_cookies(self) -> str:
        """The companion's cookies alone: JupyterLab's session and other servers' are not its business."""
        pairs = []
        for part in self.request.headers.get_list("Cookie"):
            try:
                parsed = SimpleCookie(part)
            except CookieError:
                continue
            pairs += [f"{name}={morsel.coded_value}" for name, morsel in parsed.items() if name.startswith(COOKIE_PREFIX)]
        return "; ".join(pairs)

    def _is_jupyters(self, authorization: str) -> bool:
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "token":
            return True
        token = getattr(self.identity_provider, "token", "")
        return bool(token) and hmac.compare_digest(value.strip().encode(), token.encode())

    # --- WebSockets -------------------------------------------------------------------------------

    async def open(self, path: str) -> None:
        """Connects the browser's WebSocket with one to the companion."""
        try:
            if self._is_internal(path):
                raise Unavailable("there is nothing at this address")
            self._connection = await self.upstream.connection()
            self.unix_socket = None if self._connection.socket is None else str(self._connection.socket)
            await self.proxy_open("localhost", 0, path)
        except Unavailable as error:
            self.close(1013, str(error)[:120])
        except (OSError, ClientError, WebSocketError) as error:
            # 1013, "try again later", is what the panels' connection reconnects on.
            self.log.info("No WebSocket to the companion: %s", error)
            self.close(1013, "the companion refused the connection")

    def get_client_uri(self, protocol: str, host: str, port: int, proxied_path: str) -> str:
        assert self._connection is not None
        return f"ws{self._connection.base.removeprefix('http')}{self._target(proxied_path.lstrip('/'))}"

    def proxy_request_headers(self) -> HTTPHeaders:
        assert self._connection is not None
        return HTTPHeaders(self._forwarded_headers(self._connection))
