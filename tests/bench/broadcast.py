"""One event to a thousand sockets, against `write_message` on each.

32 concurrent callbacks bring messages of waiting sessions, which every agent's page is told of. The yardstick tells
each event to every socket in turn. Counted is the time until the last socket has the last event.
"""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.load import CONNECTIONS, Crowd, callbacks, post_all
from tests.bench.report import Row
from tests.bench.servers import product, yardstick

SOCKETS = 1000
LONGER = 5              # times as many events for the product, so that its rounds take about as long
SHOUT = b"POST /shout HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx"


async def run(folder: Path, quick: bool) -> list[Row]:
    events, rounds = (100, 2) if quick else (200, 3)
    with yardstick("bare", folder / "shout") as simple, product(folder / "broadcast") as server:
        await post_all(server.port, callbacks(CONNECTIONS, CONNECTIONS))
        shouted, pushed = Crowd(), Crowd()
        await shouted.gather(simple.port, SOCKETS)
        await pushed.gather(server.port, SOCKETS)
        theirs, ours = [], []
        for number in range(1, rounds + 2):
            theirs.append(await rate(shouted, simple.port, [SHOUT] * events))
            ours.append(await rate(pushed, server.port, callbacks(events * LONGER, CONNECTIONS)))
            print(f"  round {number}  write_message {theirs[-1]:4.0f}/s  CCS {ours[-1]:4.0f}/s", flush=True)
        shouted.leave()
        pushed.leave()
    yours, mine = statistics.median(theirs[1:]), statistics.median(ours[1:])    # the first round warms both up
    return [Row(
        f"events a second to {SOCKETS:,} sockets, against `write_message` on each",
        f"{yours:.0f}", f"{mine:.0f}", f"{mine / yours:.1f}", "≥ 8", "≥ 12",
    )]


async def rate(crowd: Crowd, port: int, requests: Sequence[bytes]) -> float:
    """Events per second, each to every socket."""
    before, started = crowd.heard, time.perf_counter()
    await post_all(port, requests)
    await crowd.hears(before + SOCKETS * len(requests))
    return len(requests) / (time.perf_counter() - started)
