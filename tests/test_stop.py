"""A stop: in time whatever is stuck, with an answer for everyone who is owed one, and nothing lost."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from ccs.demo.gateway import Gateway
from ccs.errors import StoreUnavailable
from ccs.models import Customer, Session, Status, Via
from ccs.outgoing.reclaim import Reclaims
from store.archive import Archive
from tests.conftest import PATIENCE, Stage, until
from tests.moods import hangs
from tests.platforms import gateway_message
from tests.process import Process
from tests.raw import SlowReader
from tests.test_lifecycle import NOW
from tests.test_websocket import LARGE

LONGEST_STOP = 10.0         # seconds; then service managers kill


@pytest.fixture
def process(tmp_path: Path, gateway: Gateway) -> Iterator[Process]:
    process = Process(tmp_path, gateway.url)
    yield process
    process.stop()


def message(customer: str, text: str, message_id: str) -> bytes:
    return json.dumps(gateway_message(customer, text, message_id)).encode()


@pytest.mark.gen_test(timeout=60)
async def test_a_stop_is_in_time_and_loses_nothing_whoever_is_stuck(
    process: Process, gateway: Gateway, slow_reader: SlowReader
) -> None:
    """A gateway that never answers, a page that never reads, idle lines, half a header, half a body, and a burst."""
    gateway.moods.append(hangs)
    await asyncio.to_thread(process.start)
    wang = await websocket_connect(f"{process.base.replace('http', 'ws')}/ws/cs/wang")
    reading = asyncio.ensure_future(closed(wang))
    async with httpx.AsyncClient(base_url=process.base, timeout=30) as http:
        await post(http, gateway, message("陈女士", "在吗", "m-1"))
        [session] = (await http.get("/api/sessions")).json()["data"]
        path = f"/api/sessions/{session['sessionId']}"
        await http.post(f"{path}/accept", json={"csId": "wang"})
        assert (await http.post(f"{path}/message", json={"content": "在的"})).status_code == 200
        await until(lambda: gateway.requests)
        await slow_reader.opens(process.port, "wang")
        for number in range(20):
            await post(http, gateway, message("陈女士", LARGE, f"large-{number}"))

        idle = await asyncio.open_connection("127.0.0.1", process.port)
        halves = [await asyncio.open_connection("127.0.0.1", process.port) for _ in range(3)]
        body = b" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\nhalf"
        for (_, writer), half in zip(halves, [b"GET /api/sess", b"POST /channel/jd/callback" + body,
                                              b"POST " + path.encode() + b"/close" + body], strict=True):
            writer.write(half)
            await writer.drain()

        burst = asyncio.ensure_future(customers(http, gateway))
        await until(lambda: burst.done() or http._transport._pool.connections)      # type: ignore[attr-defined]
        started = time.monotonic()
        code = await asyncio.to_thread(process.stop)
        assert code == 0 and time.monotonic() - started < LONGEST_STOP, process.log
        taken = await burst
    assert await asyncio.wait_for(reading, PATIENCE) == 1012
    wang.close()
    for reader, writer in [idle, *halves]:
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()
    assert "ERROR" not in process.log and "Traceback" not in process.log

    await asyncio.to_thread(process.start)
    await until(lambda: gateway.said)
    assert [said["message"]["text"] for said in gateway.said] == ["在的"] and len(gateway.requests) == 2
    assert taken and {name async for name in everyone(process)} == taken | {"陈女士"}
    again = await asyncio.to_thread(process.get, path)
    assert (again["status"], again["manualCsId"], again["messageCount"]) == ("manual", "wang", 22)


async def closed(socket: WebSocketClientConnection) -> int | None:
    """Reads on until the server closes: the code with which it did."""
    while await socket.read_message() is not None:
        pass
    return socket.close_code


async def everyone(process: Process) -> AsyncIterator[str]:
    """All customers, page by page."""
    async with httpx.AsyncClient(base_url=process.base) as http:
        cursor = ""
        while cursor is not None:
            answer = await http.get("/api/sessions", params={"limit": 500, "cursor": cursor})
            for row in answer.json()["data"]:
                yield row["customerId"]
            cursor = answer.headers.get("X-Next-Cursor")


async def post(http: httpx.AsyncClient, gateway: Gateway, body: bytes) -> int:
    answer = await http.post("/channel/jd/callback", content=body, headers=gateway.headers(body))
    return answer.status_code


async def customers(http: httpx.AsyncClient, gateway: Gateway) -> set[str]:
    """Who wrote until nobody listened any more, and was told that it was kept."""
    taken: set[str] = set()

    async def writes(number: int) -> None:
        while True:
            name = f"c{number}-{len(taken)}"
            try:
                status = await post(http, gateway, message(name, "在吗", name))
            except httpx.TransportError:
                return
            assert status in (200, 503)
            if status == 200:
                taken.add(name)
            await asyncio.sleep(0.02)           # all the time, but not with all the power of the machine

    await asyncio.gather(*(writes(number) for number in range(8)))
    return taken


@pytest.mark.gen_test
async def test_who_asked_before_the_stop_is_answered(stage: Stage, gateway: Gateway, monkeypatch) -> None:
    """What waits for the disk, and what takes its time; and what comes while the doors close is told to come again."""
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("在吗")
    session_id = (await wang.hears("new_pending_session"))["sessionId"]
    disk, gate = threading.Event(), asyncio.Event()
    journal, pages = stage.server._journal, Archive.history
    write = journal._write

    def slow_write(batch: Any) -> None:
        disk.wait(10)
        write(batch)

    async def slow_pages(*args: Any) -> Any:
        await gate.wait()
        async for page in pages(*args):
            yield page

    monkeypatch.setattr(journal, "_write", slow_write)
    monkeypatch.setattr(Archive, "history", slow_pages)
    asked = [asyncio.ensure_future(act) for act in (
        wang.accepts(session_id), chen.writes("还在吗"), stage.get(f"/api/sessions/{session_id}/history"),
    )]
    await until(lambda: stage.server._registry._taking and len(stage.server._busy) == 2)
    base = stage.base
    stopping = asyncio.ensure_future(stage.stop())
    await until(lambda: stage.server is None)
    disk.set()
    await until(lambda: asked[0].done() and asked[1].done())
    gate.set()
    answers = [await asyncio.wait_for(asking, PATIENCE) for asking in asked]
    await stopping
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [message["content"] for message in answers[2].json()["data"]] == ["在吗"]     # what was there when she asked
    with pytest.raises(httpx.TransportError):
        await stage.http.get(f"{base}/healthz")

    await stage.start()
    assert (await stage.session(session_id))["manualCsId"] == "wang"
    assert [row["content"] for row in await stage.history(session_id)] == ["在吗", "还在吗"]


@pytest.mark.gen_test
async def test_what_never_ends_is_not_waited_for(stage: Stage, monkeypatch) -> None:
    async def endless(*_: Any) -> Any:
        await asyncio.Event().wait()
        yield []

    monkeypatch.setattr("server.FINISH", 0.1)
    await stage.start()
    chen = stage.customer()
    await chen.says("在吗")
    asking = asyncio.ensure_future(stage.get(f"/api/sessions/{(await chen.session())['sessionId']}/history"))
    monkeypatch.setattr(Archive, "history", endless)
    await until(lambda: stage.server._busy)
    await asyncio.wait_for(stage.stop(), PATIENCE)
    with pytest.raises(httpx.TransportError):
        await asking


@pytest.mark.gen_test
async def test_who_takes_a_session_back_while_the_server_stops_is_told_to_come_again() -> None:
    session = Session("s-1", Customer("wechat", "kf", "wmChen"), Via.KF, Status.MANUAL, NOW, NOW, 1, agent_id="wang")
    asked: list[str] = []

    class Silent:
        def get(self, session_id: str) -> Session:
            return session

        async def reclaim(self, session: Session) -> None:
            asked.append(session.id)
            await asyncio.Event().wait()

    reclaims = Reclaims(Silent(), None, {"wechat": Silent()})       # type: ignore[arg-type, dict-item]
    both = [asyncio.ensure_future(reclaims.reclaim("s-1", None)) for _ in range(2)]
    await until(lambda: asked)
    await reclaims.stop()
    for asking in (*both, asyncio.ensure_future(reclaims.reclaim("s-1", None))):
        with pytest.raises(StoreUnavailable):
            await asking
    assert asked == ["s-1"]
