"""``POST <base_url>topsdl-owner/session``: signs in whoever owns the data directory.

Whoever may use this JupyterLab acts as its operating-system user, and so could read the secret themselves;
the handler spares them that. Jupyter authenticates the request and checks its XSRF token.
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from jupyter_server.base.handlers import APIHandler
from tornado import web

from .keeper import Unavailable, Upstream
from .problem import write_problem
from .proxy import forwarded_prefix


class OwnerSessionHandler(APIHandler):
    """Exchanges the data directory's secret for a session cookie of its owner."""

    def initialize(self, upstream: Upstream) -> None:
        self.upstream = upstream

    @web.authenticated
    async def post(self) -> None:
        try:
            await self._exchange()
        except Unavailable as error:
            write_problem(self, 503, "unavailable", str(error))
        except aiohttp.ClientError as error:
            write_problem(self, 503, "unavailable", f"{self.upstream.name} does not answer ({type(error).__name__})")

    async def _exchange(self) -> None:
        connection = await self.upstream.connection()
        if self.upstream.secret is None:
            write_problem(self, 404, "not-found", "This companion is elsewhere: sign in with name and password.")
            return
        # Read for each request: a restored or new data directory has another one.
        secret = self.upstream.secret.read_text("utf-8").strip()
        async with connection.session.post(
            f"{connection.base}/api/account/owner-session",
            json={"secret": secret},
            headers={
                "Content-Type": "application/json",
                "X-TopsDL-Client": "jupyter-server",
                "X-Forwarded-Prefix": forwarded_prefix(self.base_url),
                "X-Forwarded-Host": self.request.host,
                "X-Forwarded-Proto": self.request.protocol,
                "X-Forwarded-For": self.request.remote_ip or "",
            },
        ) as response:
            body = await response.read()
            self.set_status(response.status)
            self.set_header("Content-Type", response.headers.get("Content-Type", "application/json"))
            self.set_header("Cache-Control", "no-store")
            for cookie in response.headers.getall("Set-Cookie", ()):
                self.add_header("Set-Cookie", cookie)
            self.finish(_without_token(body) if response.status < 300 else body)


def _without_token(body: bytes) -> bytes:
    """The session without its bearer token: the page has the cookie, which its scripts cannot read."""
    session: dict[str, Any] = json.loads(body)
    session.pop("token", None)
    return json.dumps(session, ensure_ascii=False).encode()
