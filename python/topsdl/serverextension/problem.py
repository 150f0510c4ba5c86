"""Problem documents (RFC 9457) for what fails before a request reaches the companion."""

from __future__ import annotations

import json
from html import escape

from tornado.web import RequestHandler

PAGE = """<!doctype html><meta charset="utf-8"><title>TopsDL</title>
<style>body{{font:14px/1.5 system-ui,sans-serif;margin:4rem auto;max-width:44rem;padding:0 1rem;color-scheme:light dark}}pre{{white-space:pre-wrap}}</style>
<h1>TopsDL</h1><pre>{detail}</pre>"""


def write_problem(handler: RequestHandler, status: int, code: str, detail: str) -> None:
    """Answers with a problem: as JSON, or as a page for someone who opened the address in a browser."""
    handler.set_status(status)
    handler.set_header("Cache-Control", "no-store")
    if "text/html" in handler.request.headers.get("Accept", ""):
        handler.set_header("Content-Type", "text/html; charset=utf-8")
        handler.write(PAGE.format(detail=escape(detail)))
        return
    handler.set_header("Content-Type", "application/problem+json")
    handler.write(
        json.dumps(
            {
                "type": "about:blank",
                "title": code,
                "status": status,
                "detail": detail,
                "code": code,
                "params": {"detail": detail},
            },
            ensure_ascii=False,
        )
    )
