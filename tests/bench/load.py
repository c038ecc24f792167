"""A load that costs little itself: raw sockets, requests made beforehand, answers counted as they come."""

import asyncio
import json
import struct
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from hashlib import sha1
from itertools import count
from typing import Any
from urllib.parse import urlencode

from attrs import Factory, define, frozen

from tests.bench.servers import AGENT, PROGRAM
from tests.platforms import TOKEN, wecom_request, wecom_text

LATE = 60.0             # seconds after which a run has failed
CUSTOMERS = 100
CONNECTIONS = 32
MESSAGE_IDS = count(1)  # none twice, whichever row asks: a repeated message would be answered and not be work
MARK = b'"type":"session_updated"'
PING = b"\x89\x00"      # a frame without payload; nothing in a text looks like it


def callback(message_id: int, customer: str) -> bytes:
    """A complete HTTP request with an encrypted message, made by wechatpy.

    It has the signature of an unencrypted message too, which WeRoBot wants besides.
    """
    nonce = str(message_id)
    query, body = wecom_request(wecom_text(customer, f"请问这件衣服还有 L 码吗？{nonce}", nonce), nonce=nonce)
    query["signature"] = sha1("".join(sorted((TOKEN, query["timestamp"], nonce))).encode()).hexdigest()
    return (
        f"POST /wecom/callback?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def callbacks(messages: int, customers: int = CUSTOMERS) -> list[bytes]:
    """So many new messages, as many from each customer."""
    return [callback(next(MESSAGE_IDS), f"c{index % customers}") for index in range(messages)]


# Many requests at once


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request on its way."""

    def __init__(self, requests: Iterator[bytes], results: "Results", done: "asyncio.Future[None]") -> None:
        self._requests = requests
        self._results = results
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._sent_at = 0.0
        self._begun = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        data = self._begun + data
        if not _is_whole(data):
            self._begun = data
            return
        self._begun = b""
        self._results.latencies.append(time.perf_counter() - self._sent_at)
        if not data.startswith(b"HTTP/1.1 200"):
            self._results.refused += 1
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        assert self._transport
        request = next(self._requests, None)
        if request is None:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def _is_whole(answer: bytes) -> bool:
    """Some servers send head and body separately."""
    head, end, body = answer.partition(b"\r\n\r\n")
    return bool(end) and len(body) == int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])


@define
class Results:
    seconds: float = 0.0
    refused: int = 0
    latencies: list[float] = Factory(list)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


async def post_all(port: int, requests: Iterable[bytes], connections: int = CONNECTIONS) -> Results:
    """Send every request over so many connections; how long it took. All must be answered with 200."""
    loop = asyncio.get_running_loop()
    waiting, results = iter(requests), Results()
    started = time.perf_counter()
    ends = []
    for _ in range(connections):
        end: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(lambda end=end: _Connection(waiting, results, end), "127.0.0.1", port)
        ends.append(end)
    await asyncio.wait_for(asyncio.gather(*ends), LATE)
    results.seconds = time.perf_counter() - started
    assert not results.refused, f"{results.refused} of {len(results.latencies)} refused"
    return results


def percentile(latencies: Sequence[float], percent: int) -> float:
    """In milliseconds."""
    return sorted(latencies)[len(latencies) * percent // 100] * 1000


# One request after another


@frozen
class Answer:
    seconds: float
    status: int
    headers: dict[str, str]         # names in lower case
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)["data"]


class Client:
    """One keep-alive connection that asks one thing after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def get(self, path: str) -> Answer:
        answer = await self.ask("GET", path)
        assert answer.status == 200, answer.body
        return answer

    async def ask(self, method: str, path: str, body: object = None) -> Answer:
        sent = b"" if body is None else json.dumps(body).encode()
        started = time.perf_counter()
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {PROGRAM}\r\nContent-Length: {len(sent)}\r\n\r\n".encode() + sent
        )
        head, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if "content-length" in headers:
            received = await self._reader.readexactly(int(headers["content-length"]))
        else:
            received = b"".join([chunk async for chunk in self._chunks()])
        return Answer(time.perf_counter() - started, int(head.split()[1]), headers, received)

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self._reader.readline(), 16):
            yield (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readline()

    def close(self) -> None:
        self._writer.close()


# Sockets of agents


def upgrade(agent: str) -> bytes:
    """The request for an agent's WebSocket."""
    return (
        f"GET /ws/cs/{agent} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Authorization: Bearer {PROGRAM}\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def pong(payload: bytes = b"") -> bytes:
    """Without it a socket is given up as dead. Masked with zeros, which changes nothing."""
    return bytes((0x8A, 0x80 | len(payload))) + bytes(4) + payload


class Ear:
    """The holder's WebSocket, which counts the frames it hears."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard = 0
        self._reader = reader
        self._writer = writer
        self._task = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, port: int) -> "Ear":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(upgrade(AGENT))
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head, head
        return cls(reader, writer)

    async def _listen(self) -> None:
        pending = b""
        while data := await self._reader.read(1 << 18):
            pending += data
            place = 0
            while (end := _end_of_frame(pending, place)) and end <= len(pending):
                self.heard += pending[place] & 0x0F == 1
                if pending[place] == PING[0]:
                    self._writer.write(pong(pending[place + 2:end]))
                place = end
            pending = pending[place:]

    async def hears(self, frames: int) -> None:
        """Until it has heard so many in all."""
        deadline = time.monotonic() + LATE
        while self.heard < frames:
            assert time.monotonic() < deadline, f"heard {self.heard} of {frames} frames"
            await asyncio.sleep(0.001)

    def close(self) -> None:
        self._task.cancel()
        self._writer.close()


def _end_of_frame(data: bytes, start: int) -> int:
    """Where the frame that begins at `start` ends; 0 while its head is not here yet."""
    if len(data) < start + 2:
        return 0
    short = data[start + 1] & 0x7F
    if short < 126:
        return start + 2 + short
    size = 2 if short == 126 else 8
    if len(data) < start + 2 + size:
        return 0
    return start + 2 + size + struct.unpack("!H" if size == 2 else "!Q", data[start + 2:start + 2 + size])[0]


async def hold_everyone(port: int) -> Ear:
    """Every customer has written once and is held by one agent, whose socket is returned."""
    ear, client = await Ear.open(port), await Client.open(port)
    await post_all(port, callbacks(CUSTOMERS))
    for session in (await client.get(f"/api/sessions?channelType=wechat&status=pending&limit={CUSTOMERS}")).data:
        answer = await client.ask("POST", f"/api/sessions/{session['sessionId']}/accept", {"csId": AGENT})
        assert answer.status == 200, answer.body
    client.close()
    return ear


class Crowd:
    """Many sockets that count the events of waiting sessions they hear, as cheaply as can be."""

    def __init__(self) -> None:
        self.heard = 0
        self._transports: list[asyncio.BaseTransport] = []

    async def gather(self, port: int, size: int) -> None:
        loop = asyncio.get_running_loop()
        for number in range(size):
            opened: asyncio.Future[None] = loop.create_future()
            transport, _ = await loop.create_connection(
                lambda done=opened: _Listener(self, f"agent-{number}", done), "127.0.0.1", port
            )
            self._transports.append(transport)
            await opened

    async def hears(self, events: int) -> None:
        deadline = time.monotonic() + LATE
        while self.heard < events:
            assert time.monotonic() < deadline, f"heard {self.heard} of {events}"
            await asyncio.sleep(0.001)

    def leave(self) -> None:
        for transport in self._transports:
            transport.close()


class _Listener(asyncio.Protocol):
    def __init__(self, crowd: Crowd, agent: str, opened: "asyncio.Future[None]") -> None:
        self._crowd, self._agent, self._opened = crowd, agent, opened
        self._transport: asyncio.Transport | None = None
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(upgrade(self._agent))

    def data_received(self, data: bytes) -> None:
        if not self._opened.done():
            self._opened.set_result(None)
        if PING in data and self._transport:
            self._transport.write(pong())
        data = self._rest + data
        self._crowd.heard += data.count(MARK)
        self._rest = data[-len(MARK) + 1:]          # a mark may be cut in two
