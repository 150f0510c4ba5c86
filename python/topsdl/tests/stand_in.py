"""A companion small enough to test what is around it: readiness, leases, and every way of answering."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import signal
import sys
from pathlib import Path

from aiohttp import WSMsgType, web


async def lease(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    leases = request.app["leases"]
    leases["open"] += 1
    try:
        await asyncio.Event().wait()
    finally:
        leases["open"] -= 1
    return response


async def count(request: web.Request) -> web.Response:
    return web.json_response({"pid": os.getpid(), **request.app["leases"], "streams": request.app["streams"]["open"]})


async def echo(request: web.Request) -> web.Response:
    body = await request.read()
    return web.json_response(
        {
            "method": request.method,
            "target": request.raw_path,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "length": len(body),
        },
        headers=[("Set-Cookie", "topsdl-a=1; Path=/topsdl/"), ("Set-Cookie", "topsdl-b=2; Path=/topsdl/")],
    )


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    request.app["streams"]["open"] += 1
    try:
        await response.write(b"data: first\n\n")
        await asyncio.Event().wait()
    finally:
        request.app["streams"]["open"] -= 1
    return response


async def large(request: web.Request) -> web.StreamResponse:
    size = int(request.query["size"])
    response = web.StreamResponse(headers={"Content-Length": str(size)})
    await response.prepare(request)
    block = bytes(1 << 20)
    for start in range(0, size, len(block)):
        await response.write(block[: size - start])
    return response


async def stop(request: web.Request) -> web.Response:
    if (await request.json())["secret"] != (request.app["data"] / "secret").read_text().strip():
        return web.json_response({"code": "sign-in-failed"}, status=401)
    request.app["ended"].set()
    return web.json_response({"stopping": True}, status=202)


async def socket(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    await ws.send_str(request.headers.get("X-Forwarded-Prefix", ""))
    async for message in ws:
        if message.type == WSMsgType.TEXT:
            await ws.send_str(message.data.upper())
    return ws


async def owner(request: web.Request) -> web.Response:
    secret = (request.app["data"] / "secret").read_text().strip()
    if (await request.json())["secret"] != secret:
        return web.json_response({"code": "signed-out"}, status=401)
    path = request.headers["X-Forwarded-Prefix"] + "/"
    return web.json_response(
        {"user": {"name": "owner"}, "token": "never-in-a-page"},
        status=201,
        headers={"Set-Cookie": f"topsdl-x=s; Path={path}; HttpOnly"},
    )


async def serve(data: Path, path: str, ready: int) -> None:
    app = web.Application(client_max_size=1 << 30)
    ended = app["ended"] = asyncio.Event()
    app["data"], app["leases"], app["streams"] = data, {"open": 0}, {"open": 0}
    app.router.add_get("/ready", lambda _: web.Response())
    app.router.add_get("/internal/lease", lease)
    app.router.add_get("/api/count", count)
    app.router.add_get("/events", stream)
    app.router.add_get("/large", large)
    app.router.add_post("/internal/stop", stop)
    app.router.add_get("/ws", socket)
    app.router.add_post("/api/account/owner-session", owner)
    app.router.add_route("*", "/echo{rest:.*}", echo)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    Path(path).unlink(missing_ok=True)
    await web.UnixSite(runner, path).start()
    record = {"pid": os.getpid(), "socket": path, "startedAt": "", "version": "0", "bootId": ""}
    (data / "companion.json").write_text(json.dumps(record))
    os.write(ready, json.dumps({"ready": True, "socket": path}).encode() + b"\n")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    for option in ("--data", "--socket", "--python", "--python-base", "--ready-fd"):
        parser.add_argument(option)
    given = parser.parse_args()
    data = Path(given.data)
    if (data / "broken").exists():
        print("the configuration is wrong", file=sys.stderr)
        sys.exit(3)
    if (data / "full").exists():
        os.write(int(given.ready_fd), json.dumps({"ready": False, "why": "the disk is full"}).encode() + b"\n")
        sys.exit(1)
    lock = open(data / "companion.lock", "a")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    secret = data / "secret"
    if not secret.exists():
        secret.write_text("a secret\n")
    asyncio.run(serve(data, given.socket, int(given.ready_fd)))


if __name__ == "__main__":
    main()
