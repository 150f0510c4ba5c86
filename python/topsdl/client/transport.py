"""HTTP to the companion, over its Unix socket or over TCP."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast
from urllib.parse import quote as _quote

import httpx

from .errors import ConnectionFailed, ProblemError


class Unset:
    """The type of :data:`UNSET`: a field that is not sent, unlike ``None``, which is."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset()

#: A raw body: bytes, or pieces of bytes as they come.
Content = bytes | Iterable[bytes]


def quote(value: object) -> str:
    """A path parameter, escaped whole."""
    return _quote(str(value), safe="")


#: How long a companion that went away is waited for: a JupyterLab starts it again within seconds.
BACK_WITHIN_SECONDS = 60.0


@contextmanager
def _connected(place: str) -> Iterator[None]:
    """Calls what breaks between here and the companion by one name."""
    try:
        yield
    except httpx.TransportError as error:
        raise ConnectionFailed(f"TopsDL's companion{place} cannot be reached: {error}") from error


class Stream:
    """A raw answer. Use it in a ``with``, or call :meth:`read`, which closes it."""

    def __init__(self, response: httpx.Response, place: str) -> None:
        self._response, self._place = response, place

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connection back."""
        self._response.close()

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""
        return self._response.headers

    def read(self) -> bytes:
        """All of it."""
        with self, _connected(self._place):
            return self._response.read()

    def __iter__(self) -> Iterator[bytes]:
        with self, _connected(self._place):
            yield from self._response.iter_bytes()

    def lines(self) -> Iterator[str]:
        """Lines of text as they come."""
        with self, _connected(self._place):
            yield from self._response.iter_lines()

    def events(self) -> Iterator[str]:
        """The data of server-sent events as they come."""
        data: list[str] = []
        for line in self.lines():
            if line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
            elif not line and data:
                yield "\n".join(data)
                data = []


class Transport:
    """Sends requests and turns problem documents into :class:`ProblemError`.

    ``socket`` is the companion's Unix socket; without it ``url`` is reached over TCP.
    """

    def __init__(
        self,
        url: str = "http://topsdl/",
        *,
        socket: str | None = None,
        token: str | None = None,
        language: str | None = None,
        timeout: float = 60,
    ) -> None:
        headers = {"X-TopsDL-Client": "python"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if language:
            headers["Accept-Language"] = language
        self.url = url if url.endswith("/") else url + "/"
        self._place = "" if socket else f" at {url}"
        self.http = httpx.Client(
            base_url=self.url,
            transport=httpx.HTTPTransport(uds=socket) if socket else None,
            headers=headers,
            timeout=httpx.Timeout(timeout, read=None),
            # A proxy of the environment has no business between us and a local socket.
            trust_env=not socket,
        )

    def authorize(self, token: str) -> None:
        """Uses a session's or a personal access token from now on."""
        self.http.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Closes all connections."""
        self.http.close()

    def wait_until_back(self) -> None:
        """Returns once the companion serves again; raises :class:`ConnectionFailed` when it stays away."""
        deadline, pause = time.monotonic() + BACK_WITHIN_SECONDS, 0.05
        while True:
            try:
                self.stream("GET", "ready", prefix="").close()
                return
            except (ConnectionFailed, ProblemError):
                if time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, 2.0)

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Sends a request and returns its JSON, or ``None`` where there is none."""
        with self.stream(method, path, **options) as answer:
            body = answer.read()
        return httpx.Response(200, content=body).json() if body else None

    def stream(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        content: Content | None = None,
        content_type: str | None = None,
        accept: str = "application/json",
        prefix: str = "api",
    ) -> Stream:
        """Sends a request and returns the answer while it still comes.

        Raises :class:`ProblemError` for a problem and :class:`ConnectionFailed` where nothing answers.
        """
        sent = {k: v for k, v in (headers or {}).items() if v is not None}
        sent["Accept"] = accept
        if content_type:
            sent["Content-Type"] = content_type
        request = self.http.build_request(
            method,
            prefix + path,
            params=_present(query, plain=True),
            json=_present(body),
            content=content,
            headers=sent,
        )
        with _connected(self._place):
            response = self.http.send(request, stream=True)
            if response.is_error:
                response.read()
        if response.is_error:
            raise ProblemError.of(response)
        return Stream(response, self._place)


def _present(values: Mapping[str, Any] | None, *, plain: bool = False) -> dict[str, Any] | None:
    if values is None:
        return None
    present = {k: v for k, v in values.items() if not isinstance(v, Unset)}
    if plain:
        present = {
            k: str(v).lower() if isinstance(v, bool) else v
            for k, v in present.items()
            if v is not None
        }
    return cast(dict[str, Any], present)


class Group:
    """Operations of one feature."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
