"""What the browser sees of the companion through Jupyter Server."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import httpx
import pytest

from topsdl.serverextension.proxy import own_cookie

from .conftest import TOKEN, Server


@pytest.fixture
def client(server: Server):
    with httpx.Client(base_url=server.url, headers=server.headers, timeout=30) as client:
        yield client


def streams(client: httpx.Client) -> int:
    return client.get("/topsdl/api/count").json()["streams"]


def test_relays_method_target_body_and_status(client: httpx.Client) -> None:
    sent = client.request("PATCH", f"/topsdl/echo/a%20b/%E7%8C%AB%25?q=%2F&token={TOKEN}&r=1", content=b"12345")
    assert sent.status_code == 200
    got = sent.json()
    assert (got["method"], got["length"]) == ("PATCH", 5)
    assert got["target"] == "/echo/a%20b/%E7%8C%AB%25?q=%2F&r=1"
    assert client.get("/topsdl/nothing-here").status_code == 404


def test_says_where_it_is_and_keeps_jupyters_secrets(client: httpx.Client) -> None:
    headers = client.post(
        "/topsdl/echo", headers={"Cookie": "topsdl-i=mine; username-x=jupyters", "X-TopsDL-Client": "t"}
    ).json()["headers"]
    assert headers["x-forwarded-prefix"] == "/base/topsdl"
    assert headers["cookie"] == "topsdl-i=mine"
    assert headers["x-topsdl-client"] == "t"
    assert TOKEN not in json.dumps(headers)


def test_a_bearer_token_of_the_companion_passes(server: Server) -> None:
    answer = httpx.get(f"{server.url}/topsdl/echo?token={TOKEN}", headers={"Authorization": "Bearer pat"})
    assert answer.json()["headers"]["authorization"] == "Bearer pat"


def test_every_cookie_comes_back(client: httpx.Client) -> None:
    cookies = client.get("/topsdl/echo").headers.get_list("set-cookie")
    assert [cookie for cookie in cookies if cookie.startswith("topsdl-")] == [
        "topsdl-a=1; Path=/topsdl/",
        "topsdl-b=2; Path=/topsdl/",
    ]


def test_needs_jupyters_sign_in(server: Server) -> None:
    assert httpx.post(f"{server.url}/topsdl/echo").status_code == 403
    assert httpx.get(f"{server.url}/topsdl/echo").status_code == 302


def test_internal_addresses_are_not_for_browsers(client: httpx.Client) -> None:
    assert client.get("/topsdl/internal/lease").status_code == 404
    assert client.get("/topsdl//internal/lease").status_code == 404


def test_events_arrive_as_they_come_and_end_with_the_reader(client: httpx.Client) -> None:
    # No `Accept` that says so: the answer's type is enough.
    with client.stream("GET", "/topsdl/events") as stream:
        events = stream.iter_text()
        assert next(events) == "data: first\n\n"
        assert streams(client) == 1
    # The companion learns of it within a few round trips.
    assert any(streams(client) == 0 for _ in range(100))


def test_large_bodies_both_ways(client: httpx.Client) -> None:
    size = 150_000_000
    with client.stream("GET", f"/topsdl/large?size={size}") as stream:
        assert stream.headers["content-length"] == str(size)
        assert sum(len(chunk) for chunk in stream.iter_raw()) == size
    assert client.put("/topsdl/echo", content=bytes(50_000_000)).json()["length"] == 50_000_000


def test_websocket(server: Server) -> None:
    async def talk() -> None:
        async with aiohttp.ClientSession(headers=server.headers) as session:
            async with session.ws_connect(f"{server.url}/topsdl/ws") as ws:
                assert (await ws.receive()).data == "/base/topsdl"
                await ws.send_str("hello")
                assert (await ws.receive()).data == "HELLO"
            async with session.ws_connect(f"{server.url}/topsdl/echo") as refused:
                assert (await refused.receive()).type == aiohttp.WSMsgType.CLOSE
                assert refused.close_code == 1013

    asyncio.run(talk())


def test_owner_session(server: Server, client: httpx.Client) -> None:
    answer = client.post("/topsdl-owner/session")
    assert answer.status_code == 201
    assert answer.json() == {"user": {"name": "owner"}}
    assert answer.headers["set-cookie"].startswith("topsdl-x=s; Path=/base/topsdl/; HttpOnly")
    # Signed in to Jupyter by its cookie, a foreign page's request lacks the XSRF token.
    with httpx.Client() as browser:
        browser.get(f"{server.url}/api/status?token={TOKEN}")
        assert browser.post(f"{server.url}/topsdl-owner/session").status_code == 403


def test_start_here_is_put_into_the_file_browser(client: httpx.Client) -> None:
    path = client.post("/topsdl-owner/notebook").json()["path"]
    assert client.get(f"/api/contents/{path}?content=0").json()["type"] == "notebook"


def test_a_cookie_from_elsewhere_becomes_our_own() -> None:
    cookie = "topsdl-a=1; Path=/; HttpOnly; Secure; SameSite=Strict"
    assert own_cookie(cookie, "/base/topsdl", secure=False) == "topsdl-a=1; Path=/base/topsdl/; HttpOnly; SameSite=Strict"
    assert "Secure" in own_cookie(cookie, "/base/topsdl", secure=True)
