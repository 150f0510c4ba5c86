"""Finds the companion and signs in."""

from __future__ import annotations

import os
from pathlib import Path

from ..locations import default_data_directory, read_record, socket_path
from ._api import Api
from .errors import ConnectionFailed
from .transport import Transport


def open_transport(
    url: str | None = None,
    token: str | None = None,
    data_directory: str | Path | None = None,
    language: str | None = None,
    *,
    admin: bool = False,
) -> Transport:
    """A signed-in transport.

    A companion elsewhere is named by ``url`` and ``token``, or by ``TOPSDL_URL`` and
    ``TOPSDL_TOKEN``. Otherwise it is the one of the data directory on this machine, as whose owner
    the caller acts unless a token is given: whoever can read the directory is its owner.

    ``admin`` signs in as the built-in administrator instead, of a directory on this machine; elsewhere
    the caller is whom the token belongs to.
    """
    token = token or os.environ.get("TOPSDL_TOKEN")
    url = url or (None if data_directory else os.environ.get("TOPSDL_URL"))
    if url:
        if not token:
            raise ConnectionFailed(
                f"{url} needs a personal access token: make one in the panel Account and put it into TOPSDL_TOKEN"
            )
        return Transport(url, token=token, language=language)
    directory = Path(data_directory) if data_directory else default_data_directory()
    record = read_record(directory)
    socket = record.socket if record else socket_path(directory)
    if not socket.exists():
        raise ConnectionFailed(
            f"no companion is running on {directory}; open JupyterLab, or run: topsdl start"
        )
    transport = Transport(socket=str(socket), token=token, language=language)
    if admin:
        sign_in_as_admin(transport, directory)
    elif not token:
        sign_in_as_owner(transport, directory)
    return transport


def sign_in_as_owner(transport: Transport, directory: Path) -> None:
    """Exchanges the data directory's secret for a session of its owner."""
    transport.authorize(Api(transport).account.owner_session(secret=_secret(directory))["token"])


def sign_in_as_admin(transport: Transport, directory: Path) -> None:
    """Exchanges it for a session of the built-in administrator."""
    body = {"secret": _secret(directory)}
    session = transport.call("POST", "internal/administrator", body=body, prefix="")
    transport.authorize(session["token"])


def _secret(directory: Path) -> str:
    try:
        return (directory / "secret").read_text("utf-8").strip()
    except OSError as error:
        raise ConnectionFailed(
            f"{directory / 'secret'} cannot be read; give a personal access token in TOPSDL_TOKEN"
        ) from error
