"""Many agents at once, and many who are slow: each is told everything once and in time, and none costs others much."""

import asyncio
import resource
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from attrs import evolve

from ccs import hub
from ccs.incoming.inbound import CustomerSays
from ccs.models import Customer, PlatformId, Via
from ccs.outbox import Outbox
from handlers.line import MOST_BYTES, MOST_FRAMES
from tests.conftest import PATIENCE, Stage, until
from tests.process import Process
from tests.raw import Ear, SlowReader

SOON = 20.0             # seconds for what a thousand sockets do, both ends of them on one core


@pytest.fixture(autouse=True)
def enough_file_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= 4096, f"4,096 file descriptors are needed and {hard} allowed"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))


async def write(stage: Stage, number: int, text: str = "在吗", *, customers: int = 10**9) -> None:
    """Customers write, without the way through HTTP."""
    assert stage.server
    for start in range(0, number, 100):
        await asyncio.gather(*(stage.worker(Outbox)._reception.customer_writes(CustomerSays(
            Customer("jd", "1", f"c{place % customers}"), Via.GATEWAY, text, (PlatformId("jd", "1", stage.new_id()),),
        )) for place in range(start, min(start + 100, number))))


async def everyone(settings, stage: Stage, number: int) -> list[Ear]:
    """So many agents, each with one socket, after `hello`."""
    await stage.start(evolve(settings, agents=()))
    ears: list[Ear] = []
    for start in range(0, number, 100):
        ears += await asyncio.gather(*(
            Ear.open(stage.server.port, f"agent-{place}") for place in range(start, min(start + 100, number))
        ))
    for ear in ears:
        assert (await ear.hears())["type"] == "hello"
    return ears


@pytest.mark.gen_test(timeout=60)
async def test_a_thousand_sockets_are_told_once_each(stage: Stage, settings) -> None:
    ears = await everyone(settings, stage, 1000)
    started = time.monotonic()
    await write(stage, 3)
    for ear in ears:
        ear.sends(type="ping")
    told = await asyncio.gather(*(ear.hears_until("pong") for ear in ears))
    assert time.monotonic() - started < SOON
    assert {tuple(frame["type"] for frame in frames) for frames in told} == {("new_pending_session",) * 3 + ("pong",)}
    assert len({tuple(frame["eventId"] for frame in frames[:-1]) for frames in told}) == 1
    for ear in ears:
        ear.cut()


@pytest.mark.gen_test(timeout=60)
async def test_two_hundred_who_come_back_at_once_miss_nothing_and_hear_nothing_twice(stage: Stage, settings) -> None:
    """As after a switch was restarted, with customers writing on all the while."""
    ears = await everyone(settings, stage, 200)
    epoch = stage.server._epoch.name
    for ear in ears:
        ear.cut()
    await write(stage, 100)
    writing = asyncio.ensure_future(write(stage, 100))

    async def comes_back(number: int) -> list[int]:
        ear = await Ear.open(stage.server.port, f"agent-{number}")
        hello = await ear.hears()
        ear.sends(type="resume", epoch=epoch, eventId=0, bound=[])
        frames = await ear.hears_until("resume_ok")
        done = frames.pop()
        early = {frame["eventId"] for frame in frames if frame["eventId"] > hello["eventId"]}
        missed = [frame["eventId"] for frame in frames if frame["eventId"] <= hello["eventId"]]
        assert missed == sorted(set(missed)) and len(missed) == hello["eventId"]
        await writing
        ear.sends(type="ping")
        later = [frame["eventId"] for frame in (await ear.hears_until("pong"))[:-1]]
        assert later == sorted(set(later)) and (not later or later[0] > done["eventId"])
        ear.cut()
        return sorted({*missed, *early, *later})

    started = time.monotonic()
    shown = await asyncio.gather(*(comes_back(number) for number in range(200)))
    assert time.monotonic() - started < SOON
    assert all(ids == list(range(1, 201)) for ids in shown)


@pytest.fixture
def deaf() -> Iterator[list[SlowReader]]:
    """Two hundred pages that never read."""
    lines = [SlowReader(socket.socket()) for _ in range(200)]
    yield lines
    for reader in lines:
        reader.line.close()


@pytest.mark.gen_test(timeout=60)
async def test_two_hundred_who_never_read_cost_little_and_keep_nobody_waiting(stage: Stage, settings, deaf) -> None:
    await stage.start(evolve(settings, agents=()))
    for number, reader in enumerate(deaf):
        await reader.opens(stage.server.port, f"deaf-{number % 5}")
    await write(stage, 5, customers=5)
    for number, row in enumerate((await stage.get("/api/sessions")).json()["data"]):
        assert (await stage.post(f"/api/sessions/{row['sessionId']}/accept", {"csId": f"deaf-{number}"})).is_success
    wang = await Ear.open(stage.server.port, "wang")
    await wang.hears_until("hello")
    largest = 0
    for _ in range(50):
        await write(stage, 100, "很长的话" * 300, customers=5)
        await stage.customer(stage.new_id()).says("有人吗")
        started = time.monotonic()
        assert (await wang.hears_until("new_pending_session"))[-1]
        assert time.monotonic() - started < 1
        largest = max(largest, max(held_for(line) for line in stage.server._hub._all))
    assert 100 * 1024 < largest <= 2 * MOST_BYTES, "one write on its way, and one queue behind it"
    assert sum(held_for(line) for line in stage.server._hub._all) < 200 * MOST_BYTES // 4
    assert all(len(line._queue) <= MOST_FRAMES for line in stage.server._hub._all)
    wang.cut()


def held_for(line) -> int:
    """Bytes that wait in this process for one socket."""
    stream = line._socket.ws_connection.stream
    return sum(map(len, line._queue)) + len(stream._write_buffer)


# Limits


@pytest.mark.gen_test(timeout=60)
async def test_one_agent_has_fifty_sockets_and_the_next_is_told_so(stage: Stage) -> None:
    await stage.start()
    ears = [await Ear.open(stage.server.port, "wang") for _ in range(hub.MOST_OF_AGENT + 1)]
    told = [(await ear.hears())["type"] for ear in ears]
    assert told == ["hello"] * hub.MOST_OF_AGENT + ["closed"]
    one_more = await Ear.open(stage.server.port, "wang")
    assert await one_more.hears() == {"type": "closed", "code": 4429}
    li = await stage.agent("li")
    ears[0].cut()
    await until(lambda: len(stage.server._hub._of_agent["wang"]) < hub.MOST_OF_AGENT)
    again = await Ear.open(stage.server.port, "wang")
    assert (await again.hears())["type"] == "hello" and await li.heard_nothing()
    for ear in [*ears, one_more, again]:
        ear.cut()


@pytest.mark.gen_test
async def test_all_agents_together_have_a_limit_too(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(hub, "MOST_SOCKETS", 2)
    await stage.start()
    wang, li = await stage.agent("wang"), await stage.agent("li")
    zhao = await Ear.open(stage.server.port, "zhao")
    assert await zhao.hears() == {"type": "closed", "code": 4429}
    assert await wang.heard_nothing() and await li.heard_nothing()
    zhao.cut()


@pytest.mark.gen_test(timeout=60)
async def test_more_connections_than_file_descriptors_are_refused_and_nothing_spins(tmp_path) -> None:
    """A loop that can neither take nor refuse a connection would only try, and fill the disk with words about it."""
    process = Process(tmp_path, wrapper=["prlimit", "--nofile=100:100"])
    await asyncio.to_thread(process.start)
    try:
        lines = [await asyncio.open_connection("127.0.0.1", process.port) for _ in range(150)]
        for _, writer in lines:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        heard = [await asyncio.wait_for(first(reader), PATIENCE) for reader, _ in lines]
        assert 30 <= heard.count(b"HTTP/1.1 200") <= 50 and heard.count(b"") == 150 - heard.count(b"HTTP/1.1 200")
        for _, writer in lines:
            writer.close()
        while not await answers(process):
            pass
        assert process.stop() == 0 and len(process.log.splitlines()) < 10, process.log
    finally:
        process.stop()


async def answers(process: Process) -> bool:
    try:
        async with httpx.AsyncClient() as http:
            return (await http.get(f"{process.base}/healthz")).status_code == 200
    except httpx.TransportError:
        return False


async def first(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(12)
    except ConnectionResetError:
        return b""
