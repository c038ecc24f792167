"""The edge under clients that do not behave."""

import asyncio

import pytest
from attrs import evolve
from sqlite_utils.utils import sqlite3
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

import server
from handlers import doorway
from tests.conftest import Stage, until


@pytest.mark.gen_test
@pytest.mark.parametrize("path", ["/channel/jd/callback", "/wecom/callback", "/api/sessions/x/close"])
async def test_a_body_that_never_arrives_is_cut_off(stage: Stage, monkeypatch, path: str) -> None:
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    monkeypatch.setattr(doorway, "SLOWEST_BODY", 0.05)
    await stage.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
    assert await asyncio.wait_for(reader.read(), 5) == b""
    await stage.customer().says("在吗")
    writer.close()


@pytest.mark.gen_test
@pytest.mark.parametrize("beginning", ["", "POST /wecom/callback HTTP/1.1\r\nHost: x\r\n"])
@pytest.mark.parametrize("before", ["", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_a_connection_that_falls_silent_is_closed(stage: Stage, monkeypatch, before: str, beginning: str) -> None:
    """Whatever it began, and whatever it said before."""
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    monkeypatch.setattr(doorway, "LONGEST_SILENCE", 0.1)
    await stage.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write(f"{before}{beginning}".encode())
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 200" if before else b"")
    writer.close()


@pytest.mark.gen_test
async def test_a_connection_that_is_gone_is_forgotten(stage: Stage, monkeypatch) -> None:
    """Many come for one request only."""
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    await stage.start()
    awaited = stage.server._http_server.request_callback.awaited
    _, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    await until(lambda: awaited)
    writer.close()
    await until(lambda: not awaited)


@pytest.mark.gen_test
async def test_an_open_socket_is_no_late_request(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    monkeypatch.setattr(doorway, "LONGEST_SILENCE", 0.1)
    monkeypatch.setattr(doorway, "SLOWEST_BODY", 0.1)
    await stage.start()
    wang = await stage.agent("wang")
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    assert await asyncio.wait_for(reader.read(), 5) == b""      # later than that
    assert await wang.heard_nothing()
    writer.close()


@pytest.mark.gen_test
@pytest.mark.parametrize("host, status", [
    ("localhost", 200), ("127.0.0.1:8080", 200), ("[::1]:8080", 200), ("192.168.1.7", 200), ("kf-pc:8080", 200),
    ("evil.example", 403), ("localhost.evil.example", 403), ("evil.example:80", 403),
])
async def test_while_access_is_open_only_our_own_names_are_answered(stage, settings, host: str, status: int) -> None:
    """A page whose name was pointed at this machine would read every customer's words (DNS rebinding)."""
    await stage.start(evolve(settings, server=evolve(settings.server, allowed_hosts=("kf-pc",))))
    answer = await stage.http.get(f"{stage.base}/api/sessions", headers={"Host": host})
    assert answer.status_code == status and (status == 200 or "allowed_hosts" in answer.json()["message"])
    request = HTTPRequest(f"{stage.base.replace('http', 'ws')}/ws/cs/wang", headers={"Host": host})
    if status == 200:
        (await websocket_connect(request)).close()
    else:
        with pytest.raises(HTTPClientError, match="403"):
            await websocket_connect(request)


@pytest.mark.gen_test
@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://["}, {"Origin": "http://127.0.0.1:99999"},
    {"Origin": "http://127.0.0.1:1"}, {"Origin": ""},
])
async def test_another_sites_page_changes_nothing(stage: Stage, headers: dict[str, str]) -> None:
    await stage.start()
    chen = stage.customer()
    await chen.says("在吗")
    path = f"{stage.base}/api/sessions/{(await chen.session())['sessionId']}/close"
    assert (await stage.http.post(path, headers=headers)).status_code == 403
    assert (await chen.session())["status"] == "pending"
    own = {"Origin": stage.base, "Sec-Fetch-Site": "same-origin"}
    assert (await stage.http.post(path, headers=own)).status_code == 200


@pytest.mark.gen_test
async def test_requests_in_one_packet_are_answered_in_their_order(stage: Stage, gateway) -> None:
    await stage.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    body = b'{"type":"ping","eventId":"e","version":"1"}'
    head = "".join(f"{name}: {value}\r\n" for name, value in gateway.headers(body).items())
    line = "POST /channel/jd/callback HTTP/1.1\r\nHost: x\r\n"
    callback = f"{line}{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    other = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    writer.write(callback + other + callback + other.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    answers = (await asyncio.wait_for(reader.read(), 5)).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"200"] * 4
    assert [b'"code":0' in answer for answer in answers] == [True, False, True, False]
    writer.close()


@pytest.mark.gen_test
async def test_a_platform_that_hangs_up_is_still_kept(stage: Stage, gateway) -> None:
    """It will come again; what it brought is there already."""
    await stage.start()
    _, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    body = b'{"eventId":"e","type":"session_started","shopId":"1"}'
    head = "".join(f"{name}: {value}\r\n" for name, value in gateway.headers(body).items())
    writer.write(f"POST /channel/jd/callback HTTP/1.1\r\nHost: x\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode())
    writer.write(body)
    await writer.drain()
    writer.close()
    disk = sqlite3.connect(stage.settings.server.data_dir / "ccs.db")
    await until(lambda: disk.execute("SELECT 1 FROM platform_ids WHERE value = 'event:e'").fetchone())
    disk.close()
    assert (await stage.get("/healthz")).status_code == 200


@pytest.mark.gen_test
@pytest.mark.parametrize("public_url, host, origin, is_ours", [
    ("https://kf.example.com", "10.0.0.7:8080", "https://kf.example.com", True),
    ("https://KF.Example.com:443/", "10.0.0.7:8080", "https://kf.example.com", True),
    ("", "kf-pc", "https://kf-pc", True), ("", "kf-pc", "https://KF-PC:443", True),
    ("", "kf-pc", "https://kf-pc:8443", False),
    ("https://kf.example.com", "kf-pc", "https://kf.example.com.evil.example", False),
])
async def test_a_page_of_ours_is_ours_by_every_way(stage, settings, public_url, host, origin, is_ours) -> None:
    """REST and WebSocket agree, whether or not a proxy tells by which name and scheme it was called."""
    await stage.start(evolve(settings, server=evolve(
        settings.server, public_url=public_url, allowed_hosts=("KF-PC",)
    )))
    headers = {"Host": host, "Origin": origin}
    answer = await stage.http.post(f"{stage.base}/api/logout", headers=headers)
    assert answer.status_code == (200 if is_ours else 403)
    request = HTTPRequest(f"{stage.base.replace('http', 'ws')}/ws/cs/wang", headers=headers)
    if is_ours:
        (await websocket_connect(request)).close()
    else:
        with pytest.raises(HTTPClientError, match="403"):
            await websocket_connect(request)
