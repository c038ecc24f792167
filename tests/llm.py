"""A model's server with every vice, byte by byte; what an honest one does is played by `llmock`, which is not ours.

Each request is answered by the next of its `acts`, the last one again and again. An act writes bytes; it may wait
for the test to say `go` and for the client to leave.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from attrs import define, field, frozen
from tornado.ioloop import IOLoop

from ccs.assistant.model.client import Client, Endpoint, Patience
from ccs.assistant.model.counters import Counters
from ccs.assistant.model.ledger import Ledger
from ccs.assistant.words import Question, Said

PATIENCE = 5.0
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

Act = Callable[["Visit"], Awaitable[None]]


@define
class Visit:
    """A request and its line."""

    asked: dict[str, Any]
    headers: dict[str, str]
    writer: asyncio.StreamWriter
    left: asyncio.Event = field(factory=asyncio.Event)      # the client is gone
    go: asyncio.Event = field(factory=asyncio.Event)

    async def says(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()


@define
class Server:
    acts: list[Act]
    port: int = 0
    visits: list[Visit] = field(factory=list)
    _came: asyncio.Condition = field(factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @classmethod
    @asynccontextmanager
    async def open(cls, *acts: Act) -> "AsyncIterator[Server]":
        server = cls(list(acts))
        listening = await asyncio.start_server(server._serve, "127.0.0.1", 0)
        server.port = listening.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            for visit in server.visits:
                visit.left.set()
                visit.go.set()
                visit.writer.close()
            listening.close()

    async def visit(self, number: int) -> Visit:
        """The request of this number (from 0), once it is here."""
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(lambda: len(self.visits) > number)
        return self.visits[number]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        visit = Visit(json.loads(body or b"{}"), headers, writer)
        act = self.acts[min(len(self.visits), len(self.acts) - 1)]
        async with self._came:
            self.visits.append(visit)
            self._came.notify_all()
        watching = asyncio.ensure_future(self._watch(reader, visit))
        try:
            await act(visit)
        except ConnectionError:
            pass
        finally:
            writer.close()
            watching.cancel()

    async def _watch(self, reader: asyncio.StreamReader, visit: Visit) -> None:
        try:
            while await reader.read(1024):
                pass
        except ConnectionError:
            pass
        visit.left.set()


# Acts


def says(*pieces: bytes) -> Act:
    """A stream of these bytes, and then its end."""
    return lambda visit: visit.says(STREAM, *pieces)


def stalls(*pieces: bytes) -> Act:
    """These bytes, and then nothing until the client has left."""
    async def act(visit: Visit) -> None:
        await visit.says(STREAM, *pieces)
        await visit.left.wait()
    return act


def refuses(status: int, body: object = None, **headers: str) -> Act:
    said = json.dumps(body if body is not None else {"error": {"message": "no"}}).encode()
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(said)}\r\n{more}\r\n"
    return lambda visit: visit.says(head.encode() + said)


def whole(message: dict[str, Any], **more: Any) -> Act:
    """One JSON object, from a server that does not stream."""
    said = json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **more}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n"
    return lambda visit: visit.says(head.encode() + said)


def chunk(text: str | None = None, finish: str | None = None, **delta: Any) -> bytes:
    told = {**({"content": text} if text is not None else {}), **delta}
    choice = {"index": 0, "delta": told, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"


def calls(name: str, arguments: object) -> bytes:
    """A whole call of a tool, and the end."""
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    piece = {"index": 0, "id": "c", "function": {"name": name, "arguments": written}}
    return chunk(tool_calls=[piece]) + chunk(finish="tool_calls") + DONE


USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":70,"completion_tokens":7,"total_tokens":77}}\n\n'
DONE = b"data: [DONE]\n\n"


# Who asks


Asks = Callable[..., Client]


@pytest.fixture
def client(io_loop: IOLoop) -> Iterator[Asks]:
    """Makes clients, `client(url)`, and closes them."""
    made: list[Client] = []

    def make(url: str, *, concurrency: int = 4, key: str = "", **patience: float) -> Client:
        waits = Patience(**{"first": PATIENCE, "between": PATIENCE, "after": PATIENCE, **patience})
        made.append(Client(Endpoint(url, "gpt-4o", key), concurrency, Counters(), Random(1), waits))
        return made[-1]

    yield make
    for each in made:
        io_loop.run_sync(each.close)


def free(tokens: int) -> None:
    """Nobody pays."""


@frozen
class Entry:
    id: str
    question: str
    answer: str


@frozen
class Hit:
    entry: Entry
    confidence: float


SHIPPING = Hit(Entry("k-ship", "多久发货", "现货付款后 48 小时内发货，一般 3-5 天送达，满 99 元包邮。"), 0.9)
RETURNS = Hit(Entry("k-back", "怎么退货", "支持 7 天无理由退货，客服电话 400-820-8820。"), 0.6)


def search(text: str, channel: str, now: datetime) -> list[Hit]:
    return [SHIPPING, RETURNS]


def question(*said: str, before: tuple[Said, ...] = ()) -> Question:
    return Question("s-1", "jd", "10001", said, before, NOW)


@define
class Pages:
    """A book in memory."""

    lines: list[tuple[date, str, int]] = field(factory=list)

    def entries(self, since: date) -> list[tuple[date, str, int]]:
        return [line for line in self.lines if line[0] >= since]

    def write(self, day: date, session_id: str, tokens: int) -> None:
        self.lines.append((day, session_id, tokens))


def ledger(daily: int = 0, per_session: int = 0, book: Pages | None = None) -> Ledger:
    return Ledger(daily, per_session, lambda: NOW.date(), book or Pages())
