"""How long a small request takes while much goes on, against the same while nothing does: the p99s of both.

The probe asks for one session over one connection, again and again. Meanwhile come callbacks over 32 connections as
fast as they are answered, with a page of their holder's that is never read; whole histories of 20,000 rows; and logins:
by themselves first, to see which costs what, then all together. What a burst alone costs a bare Tornado handler is told
beside. Whatever disturbs lives in a process of its own that gives way to the probe's. Of
each the calmest round counts: nothing but other work on the machine makes the same thing slower.
"""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import takewhile
from multiprocessing import get_context
from pathlib import Path

from attrs import frozen

from tests.bench.archives import BIG, LONG, archive
from tests.bench.load import Client, Ear, callbacks, hold_everyone, percentile, post_all, upgrade
from tests.bench.report import Row
from tests.bench.servers import AGENT, LOGINS, PASSWORD, Running, product, yardstick

PAUSE = 0.002           # seconds between one answer and the next question
REST = 2.0              # seconds after which what a burst leaves to be tidied is tidied
POLITE = 10             # the niceness of what disturbs, so that the load's own core does not delay the probe
FASTEST = 9000          # callbacks a second that are made beforehand
SESSION = f"/api/sessions/{LONG}"


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
        assert (await client.get(f"{SESSION}/history")).body.count(b'"seq":') == BIG.longest
        read += 1
    client.close()
    return read


async def logins(port: int, until: float, requests: Sequence[bytes]) -> int:
    client, times = await Client.open(port), 0
    while time.monotonic() < until:
        assert (await client.ask("POST", "/api/login", {"csId": AGENT, "password": PASSWORD})).status == 200
        times += 1
    client.close()
    return times


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
    with product(archive(folder, BIG), LOGINS) as server, yardstick("bare", folder / "calm") as simple, polite:
        bare = Probe("bare", simple, "/wecom/callback", seconds, polite)
        ours = Probe("CCS", server, SESSION, seconds, polite, await hold_everyone(server.port))
        parts = [[], DISTURBANCES[:2], *([act] for act in DISTURBANCES[2:]), DISTURBANCES]
        tails: list[list[float]] = []
        for _ in range(rounds):
            await asyncio.sleep(REST)
            tails.append([await ours.beside(*part) for part in parts] + [await bare.beside(burst)])
    idle, *_, loaded, burdened = map(min, zip(*tails, strict=True))
    return [Row(
        f"p99 of a request beside {', '.join(act.__name__.replace('_', ' ') for act in DISTURBANCES)}, against idle",
        f"{idle:.1f} ms (bare Tornado beside a burst alone {burdened:.1f} ms)",
        f"{loaded:.1f} ms", f"{loaded / idle:.0f}", "≤ 10", "≤ 4",
    )]


@frozen
class Probe:
    """Asks a server for one small thing, again and again."""

    name: str
    server: Running
    path: str
    seconds: float
    polite: Executor
    ear: Ear | None = None              # of who holds all sessions, if the server pushes

    async def beside(self, *acts: Disturbance) -> float:
        """The p99, in milliseconds, of as many requests as fit in while this goes on, and nothing goes wrong."""
        requests = callbacks(round(self.seconds * FASTEST)) if burst in acts else []
        heard, stored = (self.ear.heard, self.server.stored()) if self.ear else (0, 0)
        work = asyncio.get_running_loop().run_in_executor(
            self.polite, disturb, self.server.port, self.seconds, acts, requests
        )
        client, latencies = await Client.open(self.server.port), []
        while not work.done():
            latencies.append((await client.get(self.path)).seconds)
            await asyncio.sleep(PAUSE)
        client.close()
        done = work.result()
        if self.ear:
            await self.ear.hears(heard + done.get("burst", 0))
            assert self.server.stored() == stored + done.get("burst", 0)
        what = ", ".join(f"{name} {times:,}" for name, times in done.items()) or "idle"
        middle, tail = percentile(latencies, 50), percentile(latencies, 99)
        print(f"  {self.name:4}  {what:40}  median {middle:5.1f} ms  p99 {tail:5.1f} ms", flush=True)
        return tail
