"""How long a small request takes while much goes on, against the same while nothing does: the p99s of both.

The probe asks for one session over one connection, again and again. Meanwhile come callbacks over 32 connections as
fast as they are answered, with a page of their holder's that is never read; whole histories of 20,000 rows; and logins,
once the server has them: by themselves first, to see which costs what, then all together. Whatever disturbs lives in a
process of its own that gives way to the probe's.
"""

import asyncio
import os
import socket
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import takewhile
from multiprocessing import get_context
from pathlib import Path

from tests.bench.archives import BIG, LONG, archive
from tests.bench.load import AGENT, Client, Ear, callbacks, hold_everyone, percentile, post_all, upgrade
from tests.bench.report import Row
from tests.bench.servers import Running, product

PAUSE = 0.002           # seconds between one answer and the next question
REST = 2.0              # seconds after which what a burst leaves to be tidied is tidied
POLITE = 10             # the niceness of what disturbs, so that the load's own core does not delay the probe
FASTEST = 6000          # callbacks a second that are made beforehand


# What disturbs. Each goes on until its time is over, and returns how often it did what it does


async def burst(port: int, until: float, requests: Sequence[bytes]) -> int:
    results = await post_all(port, takewhile(lambda _: time.monotonic() < until, requests))
    return len(results.latencies)


async def slow_reader(port: int, until: float, requests: Sequence[bytes]) -> int:
    """A page of the holder's that is told everything and reads nothing."""
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        deaf.sendall(upgrade(AGENT))
        await asyncio.sleep(until - time.monotonic())
    return 1


async def histories(port: int, until: float, requests: Sequence[bytes]) -> int:
    client, read = await Client.open(port), 0
    while time.monotonic() < until:
        assert (await client.get(f"/api/sessions/{LONG}/history")).body.count(b'"seq":') == BIG.longest
        read += 1
    client.close()
    return read


async def logins(port: int, until: float, requests: Sequence[bytes]) -> int:
    """Wrong ones, which cost as much as right ones."""
    client, tried = await Client.open(port), 0
    while time.monotonic() < until:
        await client.ask("POST", "/api/login", {"csId": AGENT, "password": "wrong"})
        tried += 1
    client.close()
    return tried


Disturbance = Callable[[int, float, Sequence[bytes]], Awaitable[int]]
DISTURBANCES: tuple[Disturbance, ...] = (burst, slow_reader, histories, logins)


def disturb(port: int, seconds: float, acts: Sequence[Disturbance], requests: Sequence[bytes]) -> dict[str, int]:
    """What the other process does."""
    async def together() -> dict[str, int]:
        until = time.monotonic() + seconds
        done = await asyncio.gather(*(act(port, until, requests) for act in acts), asyncio.sleep(seconds))
        return {act.__name__: times or 0 for act, times in zip(acts, done, strict=False)}
    return asyncio.run(together())


# The probe


async def run(folder: Path, quick: bool) -> list[Row]:
    seconds, rounds = (1.5, 3) if quick else (2.0, 5)
    polite = ProcessPoolExecutor(1, get_context("spawn"), os.nice, (POLITE,))
    with product(archive(folder, BIG)) as server, polite:
        possible = [act for act in DISTURBANCES if act is not logins or await has_logins(server.port)]
        parts = [[], possible[:2], *([act] for act in possible[2:]), possible]
        tails: list[list[float]] = [[] for _ in parts]
        ear = await hold_everyone(server.port)
        for _ in range(rounds):
            await asyncio.sleep(REST)
            for part, taken in zip(parts, tails, strict=True):
                requests = callbacks(round(seconds * FASTEST)) if burst in part else []
                taken.append(await probe(server, ear, polite, seconds, part, requests))
        ear.close()
    idle, loaded = statistics.median(tails[0]), statistics.median(tails[-1])
    what = ", ".join(act.__name__.replace("_", " ") for act in possible)
    return [Row(
        f"p99 of a request beside {what}, against the idle p99",
        f"{idle:.1f} ms", f"{loaded:.1f} ms", f"{loaded / idle:.1f}", "≤ 10", "≤ 4",
    )]


async def has_logins(port: int) -> bool:
    client = await Client.open(port)
    answer = await client.ask("POST", "/api/login", {})
    client.close()
    return answer.status != 404


async def probe(
    server: Running, ear: Ear, polite: Executor, seconds: float, acts: Sequence[Disturbance], requests: Sequence[bytes]
) -> float:
    """The p99 in milliseconds of as many requests as fit in while all this goes on, and nothing of it goes wrong."""
    heard, stored = ear.heard, server.stored()
    work = asyncio.get_running_loop().run_in_executor(polite, disturb, server.port, seconds, acts, requests)
    client, latencies = await Client.open(server.port), []
    while not work.done():
        latencies.append((await client.get(f"/api/sessions/{LONG}")).seconds)
        await asyncio.sleep(PAUSE)
    client.close()
    done = work.result()
    await ear.hears(heard + done.get("burst", 0))
    assert server.stored() == stored + done.get("burst", 0)
    what = ", ".join(f"{name} {times:,}" for name, times in done.items()) or "idle"
    middle, tail = percentile(latencies, 50), percentile(latencies, 99)
    print(f"  {what:50}  median {middle:5.1f} ms  p99 {tail:5.1f} ms", flush=True)
    return tail
