"""`python -m tests.bench.broadcast`: one event to a thousand sockets, against `write_message` on each.

32 concurrent callbacks bring messages of waiting sessions, which every agent's page is told of. The yardstick tells
each event to every socket in turn. Counted is the time until the last socket has the last event.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench.callbacks import CONNECTIONS, LOAD_CORE, bare, callback, product
from tests.bench.load import LATE, post_all

MARK = b'"type":"session_updated"'
SHOUT = b"POST /shout HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx"


class Crowd:
    """Many sockets that count the events they hear, as cheaply as can be."""

    def __init__(self) -> None:
        self.heard = 0

    async def gather(self, port: int, size: int) -> None:
        loop = asyncio.get_running_loop()
        for number in range(size):
            opened: asyncio.Future[None] = loop.create_future()
            await loop.create_connection(lambda done=opened: _Ear(self, port, number, done), "127.0.0.1", port)
            await opened

    async def hears(self, events: int) -> None:
        deadline = time.monotonic() + LATE
        while self.heard < events:
            assert time.monotonic() < deadline, f"heard {self.heard} of {events}"
            await asyncio.sleep(0.001)


class _Ear(asyncio.Protocol):
    def __init__(self, crowd: Crowd, port: int, number: int, opened: "asyncio.Future[None]") -> None:
        self._crowd, self._port, self._number, self._opened = crowd, port, number, opened
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(
            f"GET /ws/cs/agent-{self._number} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if not self._opened.done():
            self._opened.set_result(None)
        data = self._rest + data
        self._crowd.heard += data.count(MARK)
        self._rest = data[-len(MARK) + 1:]          # a mark may be cut in two


async def compare(sockets: int, events: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, bare() as bare_port, product(Path(folder)) as port:
        await post_all(port, [callback(port, f"first-{index}", f"c{index}") for index in range(CONNECTIONS)], 1)
        shouted, pushed = Crowd(), Crowd()
        await shouted.gather(bare_port, sockets)
        await pushed.gather(port, sockets)
        ratios = []
        for number in range(rounds + 1):
            requests = [callback(port, f"r{number}-{index}", f"c{index % CONNECTIONS}") for index in range(events)]
            yardstick = await rate(shouted, sockets, bare_port, [SHOUT] * events)
            ours = await rate(pushed, sockets, port, requests)
            if number:                              # the first round warms both up
                ratios.append(ours / yardstick)
                print(f"round {number}: write_message {yardstick:5.0f} events/s   product {ours:5.0f} events/s"
                      f"   ratio {ours / yardstick:.1f}")
        print(f"median ratio {statistics.median(ratios):.1f} at {sockets} sockets")


async def rate(crowd: Crowd, sockets: int, port: int, requests: list[bytes]) -> float:
    """Events per second, each to every socket."""
    before, started = crowd.heard, time.perf_counter()
    results = await post_all(port, requests, CONNECTIONS)
    assert not results.refused
    await crowd.hears(before + sockets * len(requests))
    return len(requests) / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--events", type=int, default=200, help="in each round")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {LOAD_CORE})
    asyncio.run(compare(given.sockets, given.events, given.rounds))


if __name__ == "__main__":
    main()
