"""How much memory the server takes, and how soon it answers: with nothing, and with 100,000 open sessions."""

import statistics
from pathlib import Path

from tests.bench.archives import BIG, archive
from tests.bench.load import Client, Crowd, callbacks, post_all
from tests.bench.report import Row
from tests.bench.servers import product

SOCKETS = 200
MESSAGES = 2000         # so that what is measured has been at work
CUSTOMERS = 50


async def memory(folder: Path, quick: bool) -> list[Row]:
    with product(folder / "memory") as server:
        idle = server.memory
    with product(archive(folder, BIG)) as server:
        began = server.memory
        crowd, client = Crowd(), await Client.open(server.port)
        await crowd.gather(server.port, SOCKETS)
        await post_all(server.port, callbacks(CUSTOMERS, CUSTOMERS))
        before = crowd.heard
        await post_all(server.port, callbacks(MESSAGES, CUSTOMERS))
        await crowd.hears(before + MESSAGES * SOCKETS)
        for _ in range(10):
            await client.get("/api/sessions")
        full = server.memory
        crowd.leave()
        client.close()
    print(f"  idle {idle:.0f} MB; with 100,000 sessions {began:.0f} MB, at work with {SOCKETS} sockets {full:.0f} MB")
    return [
        Row("resident memory, idle", "", f"{idle:.0f} MB", "", "< 60 MB", "< 45 MB"),
        Row(
            f"resident memory, 100,000 open sessions and {SOCKETS} sockets, after {MESSAGES:,} messages",
            "", f"{full:.0f} MB", "", "< 300 MB", "< 200 MB",
        ),
    ]


async def start(folder: Path, quick: bool) -> list[Row]:
    empty: list[float] = []
    full: list[float] = []
    for number in range(4 if quick else 8):
        for home, taken in ((folder / "start", empty), (archive(folder, BIG), full)):
            with product(home) as server:
                taken.append(server.started_in)
        print(f"  start {number + 1}  empty {empty[-1]:.2f} s  with 100,000 sessions {full[-1]:.2f} s", flush=True)
    usual, ours = statistics.median(empty), statistics.median(full)
    return [Row(
        "from start to first answer, 100,000 open sessions against none",
        f"{usual:.2f} s", f"{ours:.2f} s", f"{ours / usual:.1f}", "< 3 s", "< 1 s",
    )]
