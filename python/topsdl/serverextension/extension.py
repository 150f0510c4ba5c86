"""The extension's application: configuration, handlers, and the companion's lifetime."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from urllib.parse import urlsplit

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, TraitError, Unicode, default, validate

from ..doctor import missing_programs
from ..launcher import Companion
from ..locations import default_data_directory, read_record
from ..presets import add_presets, missing_packages
from .keeper import LocalUpstream, RemoteUpstream, Upstream
from .notebook import NotebookHandler
from .owner import OwnerSessionHandler
from .proxy import CompanionProxyHandler
from .translation import install_catalog


class TopsDLExtension(ExtensionApp):
    """Starts or finds the companion when JupyterLab starts, and proxies ``<base_url>topsdl/`` to it."""

    name = "topsdl"
    extension_url = "/topsdl"
    load_other_extensions = True
    description = "A machine-learning workplace: data, labels, training, serving."

    data_dir = Unicode(
        help="The directory that holds everything. Default: TOPSDL_DATA_DIR, or topsdl in the user's data directory."
    ).tag(config=True)
    server_url = Unicode(
        help="The address of a companion elsewhere, such as https://host:port; then none is started here. Default: TOPSDL_SERVER."
    ).tag(config=True)

    presets = Bool(
        True, help="Whether to add the public dataset and algorithm to a new data directory, where topsdl[demo] is installed."
    ).tag(config=True)

    @default("data_dir")
    def _default_data_dir(self) -> str:
        return str(default_data_directory())

    @default("server_url")
    def _default_server_url(self) -> str:
        return os.environ.get("TOPSDL_SERVER", "")

    @validate("server_url")
    def _valid_server_url(self, proposal: dict[str, str]) -> str:
        url = proposal["value"]
        if url:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise TraitError(f"TopsDLExtension.server_url: {url!r} is not an http or https address")
        return url

    def initialize_settings(self) -> None:
        self.upstream: Upstream
        if self.server_url:
            self.upstream = RemoteUpstream(self.server_url)
            # What the client in a kernel goes by; there it needs a personal access token, too.
            os.environ["TOPSDL_URL"] = self.server_url
        else:
            directory = Path(self.data_dir).expanduser().absolute()
            # Kernels inherit the environment: that is how the magics find the companion.
            os.environ["TOPSDL_DATA_DIR"] = str(directory)
            self.upstream = LocalUpstream(directory, self.log, on_ready=self._companion_is_ready)
        self.settings["topsdl_upstream"] = self.upstream
        install_catalog()

    def initialize_handlers(self) -> None:
        upstream = {"upstream": self.upstream}
        self.handlers.extend(
            [
                (r"/topsdl/(.*)", CompanionProxyHandler, upstream),
                (r"/topsdl-owner/session", OwnerSessionHandler, upstream),
                (r"/topsdl-owner/notebook", NotebookHandler),
            ]
        )

    async def _start_jupyter_server_extension(self, serverapp: object) -> None:
        """Called by Jupyter Server once its event loop runs."""
        self.upstream.start()

    async def stop_extension(self) -> None:
        await self.upstream.close()

    def _companion_is_ready(self, companion: Companion) -> None:
        record = read_record(companion.data_directory)
        if record is not None and record.engine == "local" and (missing := missing_programs()):
            self.log.warning("TopsDL: %s. What can run without them runs.", missing)
        if self.presets and not missing_packages():
            threading.Thread(
                target=self._add_presets, args=(companion.data_directory,), name="topsdl-presets", daemon=True
            ).start()

    def _add_presets(self, data_directory: Path) -> None:
        if not add_presets(data_directory):
            self.log.warning("TopsDL: the public sets were not added; see %s", data_directory / "logs" / "presets.log")
