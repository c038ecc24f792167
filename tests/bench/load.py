"""A load that costs little itself: raw sockets, requests made beforehand, answers counted as they come."""

import asyncio
import struct
import time
from collections import deque
from collections.abc import Sequence

from attrs import Factory, define

LATE = 60.0             # seconds after which a run has failed


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request on its way."""

    def __init__(self, requests: "deque[bytes]", results: "Results", done: "asyncio.Future[None]") -> None:
        self._requests = requests
        self._results = results
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._results.latencies.append(time.perf_counter() - self._sent_at)
        if not data.startswith(b"HTTP/1.1 200"):
            self._results.refused += 1
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        assert self._transport
        if not self._requests:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(self._requests.popleft())


@define
class Results:
    seconds: float = 0.0
    refused: int = 0
    latencies: list[float] = Factory(list)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


async def post_all(port: int, requests: Sequence[bytes], connections: int) -> Results:
    """Send every request over so many connections; how long it took and what came back."""
    loop = asyncio.get_running_loop()
    waiting, results = deque(requests), Results()
    started = time.perf_counter()
    ends = []
    for _ in range(connections):
        end: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(lambda end=end: _Connection(waiting, results, end), "127.0.0.1", port)
        ends.append(end)
    await asyncio.wait_for(asyncio.gather(*ends), LATE)
    results.seconds = time.perf_counter() - started
    return results


class Ear:
    """A WebSocket that counts the frames it hears and, if asked, keeps them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard = 0
        self._reader = reader
        self._writer = writer
        self._task = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, port: int, path: str) -> "Ear":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
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
                place = end
            pending = pending[place:]

    async def hears(self, frames: int) -> None:
        """Until it has heard so many in all."""
        deadline = time.monotonic() + LATE
        while self.heard < frames:
            if time.monotonic() > deadline:
                raise TimeoutError(f"heard {self.heard} of {frames} frames")
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
