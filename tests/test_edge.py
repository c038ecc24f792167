"""The edge under clients that do not behave."""

import asyncio

import pytest

import server
from handlers import callbacks
from tests.conftest import Stage, until


@pytest.mark.gen_test
@pytest.mark.parametrize("path", ["/channel/jd/callback", "/wecom/callback", "/api/sessions/x/close"])
async def test_a_body_that_never_arrives_is_cut_off(stage: Stage, monkeypatch, path: str) -> None:
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    monkeypatch.setattr(callbacks, "SLOWEST_BODY", 0.05)
    await stage.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
    assert await asyncio.wait_for(reader.read(), 5) == b""
    await stage.customer().says("在吗")
    writer.close()


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
    ids = stage.server._archive._connection
    await until(lambda: ids.execute("SELECT 1 FROM platform_ids WHERE value = 'event:e'").fetchone())
    assert (await stage.get("/healthz")).status_code == 200
