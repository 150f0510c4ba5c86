"""``POST <base_url>topsdl-owner/notebook``: puts "Start here" where the file browser shows it."""

from __future__ import annotations

from pathlib import Path

from jupyter_server.base.handlers import APIHandler
from tornado import web

from ..starter import put_notebook


class NotebookHandler(APIHandler):
    """Answers with the notebook's path, for JupyterLab to open."""

    @web.authenticated
    def post(self) -> None:
        root = getattr(self.contents_manager, "root_dir", None)
        if root is None:
            raise web.HTTPError(409, "this JupyterLab keeps its files elsewhere than in a directory")
        self.finish({"path": put_notebook(Path(root)).name})
