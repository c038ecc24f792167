"""The log: one fact a line, and in no line what a customer said or what proves who somebody is."""

import asyncio
import base64
import json
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccs.demo.gateway import Gateway
from ccs.logs import FORMAT, OneLine, printable
from handlers.base import Handler
from handlers.routes import ROUTES
from tests.conftest import Stage, until
from tests.moods import fails
from tests.platforms import SECRET, gateway_message
from tests.process import Process

FACT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING|ERROR) [\w.]+: \S.*")
FORGED = "2026-01-01 00:00:00,000 INFO ccs: all is well"
WORDS = "身份证三一零一零一"
TOKEN = "t0ken-of-xiao-wang"


def lines_of(record: logging.LogRecord) -> list[str]:
    return OneLine(FORMAT).format(record).split("\n")


def fact(words: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("ccs", logging.INFO, "", 0, words, args, info)


@given(some.text(some.characters(codec=None), max_size=50))
def test_whatever_is_logged_is_one_line_of_visible_characters(foreign: str) -> None:
    [line] = lines_of(fact("customer %s", foreign))
    assert line.isprintable() and FACT.fullmatch(line)
    assert len(lines_of(fact("customer %s", "x" * 10_000))[0]) < 2010
    assert printable("陈女士 in Süd 👋") == "陈女士 in Süd 👋"


@given(some.text(some.characters(codec=None), max_size=50))
def test_no_line_of_a_traceback_can_pass_for_a_fact(foreign: str) -> None:
    try:
        raise RuntimeError(f"{foreign}\n{FORGED}")
    except RuntimeError as error:
        first, *others = lines_of(fact("failed", error=error))
    assert FACT.fullmatch(first) and len(others) >= 4
    assert all(line.startswith("    ") and line.isprintable() for line in others)


# A whole server, at debug


@pytest.fixture
def process(tmp_path: Path, gateway: Gateway) -> Iterator[Process]:
    process = Process(tmp_path, gateway.url, log_level="debug")
    yield process
    process.stop()


NASTY = [
    f"GET /api/sessions/x%0A{FORGED.replace(' ', '%20')} HTTP/1.1\r\nHost: x\r\n\r\n",
    f"GET /api/sessions/x\x85{FORGED.replace(' ', '_')} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    f"GET /ws/cs/a%0d%0a{FORGED.replace(' ', '%20')}?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n",
    f"GET /ws/cs/%FF?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    f"GET /ws/cs/wang?token={TOKEN} HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    f"GET /ws/cs/wang?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n",
    f"GET /api/sessions?token={TOKEN}&limit=x HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n",
    f"GET /api/sessions?q=%FF&token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: {TOKEN} \x1b[31m{FORGED}\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-{TOKEN} : \x01\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\x00\r\n\r\n",
    f"GET /\x1b[31m?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    f"POST /channel/j%0Ad/callback?signature={TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    f"POST /channel/jd/callback?signature={TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    f"POST /wecom/callback?msg_signature={TOKEN}&timestamp=x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "POST /api/sessions/x/close HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data\r\nContent-Length: "
    f"{len(TOKEN)}\r\n\r\n{TOKEN}",
    f"POST /api/sessions/x/close?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://{TOKEN}.example\r\n"
    "Content-Length: 0\r\n\r\n",
    f"{TOKEN}\r\n\r\n",
]


@pytest.mark.gen_test(timeout=60)
async def test_nothing_foreign_makes_a_line_of_its_own_and_no_words_or_secrets_are_logged(
    process: Process, gateway: Gateway
) -> None:
    """At debug; with a customer who is called like a fact, a gateway that refuses, and everything that is malformed."""
    process.start()
    gateway.moods.extend([fails(400), fails(500)])
    async with httpx.AsyncClient(base_url=process.base, timeout=30) as http:
        for number, text in enumerate([WORDS, f"{WORDS}\n{FORGED}"]):
            name = f"陈\u2028{FORGED}"
            told = gateway_message("chen", text, f"m{number}") | {"customer": {"id": "chen", "nickname": name}}
            body = json.dumps(told, ensure_ascii=False).encode()
            answer = await http.post("/channel/jd/callback", content=body, headers=gateway.headers(body))
            assert answer.status_code == 200
        [session] = (await http.get("/api/sessions")).json()["data"]
        path = f"/api/sessions/{session['sessionId']}"
        await http.post(f"{path}/accept", json={"csId": "wang"})
        for text in (WORDS, WORDS):
            assert (await http.post(f"{path}/message", json={"content": text})).status_code == 200
        assert (await http.post(f"{path}/accept", json={"csId": "li", WORDS: WORDS})).status_code == 400
        assert (await http.post(f"{path}/message", json={"content": [WORDS], "clientMsgId": WORDS * 200})).is_error
        assert (await http.post(f"{path}/message", content=f'{{"content": "{WORDS}', headers={
            "Content-Type": "application/json"})).status_code == 400
    await until(lambda: len(gateway.requests) == 2)
    for request in NASTY:
        await asyncio.to_thread(answered, process.port, request.encode("latin-1"))
    assert await asyncio.to_thread(process.stop) == 0

    log = process.log
    facts = log.rstrip("\n").split("\n")
    assert len(facts) >= 20 and [line for line in facts if not (FACT.fullmatch(line) and line.isprintable())] == []
    assert not re.search(f"^{re.escape(FORGED)}", log, re.MULTILINE)
    assert [secret for secret in (WORDS, TOKEN, SECRET) if secret in log] == []
    assert "ERROR" not in log and "refused on attempt 1" in log and "delayed on attempt 1" in log


def answered(port: int, request: bytes) -> None:
    """Sent as it is; whatever comes back, until the server closes or says no more."""
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        while line.recv(65536):
            pass


@pytest.mark.gen_test
async def test_a_fault_of_ours_is_logged_with_its_traceback_but_not_with_its_query(
    stage: Stage, monkeypatch, caplog
) -> None:
    class Broken(Handler):
        def get(self) -> None:
            raise RuntimeError("a fault of ours")

    def broken_open(self: object, cs_id: str) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("handlers.routes.ROUTES", [*ROUTES, ("/broken", Broken)])
    monkeypatch.setattr("handlers.websocket.AgentSocket.open", broken_open)
    await stage.start()
    assert (await stage.get("/broken", token=TOKEN)).status_code == 500
    key = base64.b64encode(b"0123456789abcdef").decode()
    answered_now = await stage.http.get(f"{stage.base}/ws/cs/wang", params={"token": TOKEN}, headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
    })
    assert answered_now.status_code == 101
    await stage.stop()
    told = [line for record in caplog.records for line in lines_of(record)]
    assert len([line for line in told if line.strip() == "RuntimeError: a fault of ours"]) == 2
    assert [line for line in told if TOKEN in line] == []
