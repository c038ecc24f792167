"""Session lists and history pages at 100,000 open sessions and two million messages, against the same at a hundredth.

One agent's page asks for one thing at a time. Both sizes answer with as many rows, in turns; what differs is only how
much lies beside them.
"""

import statistics
from itertools import cycle, islice
from pathlib import Path

from attrs import Factory, define

from tests.bench.archives import BIG, LONG, SMALL, archive
from tests.bench.load import Answer, Client
from tests.bench.report import Row
from tests.bench.servers import product

ROWS = 50               # of a list; the small one has as many for every filter
LINES = 10              # of a history; every session has as many
LISTS = {
    "all sessions": "",
    "one status": "&status=pending",
    "one channel and status": "&channelType=jd&status=ai",
    "one agent's": "&csId=agent-1",
    "one agent's in one channel": "&csId=agent-1&channelType=jd",
}


@define
class Desk:
    """One agent's page on a server, with what it may ask for and how long that took."""

    client: Client
    paths: dict[str, list[str]]                 # by what is asked; several are asked in turns
    latencies: dict[str, list[float]] = Factory(dict)

    @classmethod
    async def open(cls, port: int) -> "Desk":
        client = await Client.open(port)
        recent = await client.get("/api/sessions?limit=500")
        cursor = recent.headers["x-next-cursor"]
        ids = [session["sessionId"] for session in recent.data]
        paths = {what: [f"/api/sessions?limit={ROWS}{query}"] for what, query in LISTS.items()}
        paths["a later page"] = [f"/api/sessions?limit={ROWS}&cursor={cursor}"]
        paths["a history"] = [f"/api/sessions/{one}/history?limit={LINES}" for one in ids if one != LONG]
        paths["a page of a long history"] = [f"/api/sessions/{LONG}/history?limit={ROWS}&before=101"]
        return cls(client, paths)

    async def ask(self, what: str, times: int) -> Answer:
        for path in islice(cycle(self.paths[what]), times):
            answer = await self.client.get(path)
            self.latencies.setdefault(what, []).append(answer.seconds)
        return answer

    def median(self, what: str) -> float:
        """In milliseconds."""
        return statistics.median(self.latencies[what]) * 1000


async def run(folder: Path, quick: bool) -> list[Row]:
    times, rounds = (20, 5) if quick else (50, 10)
    with product(archive(folder, SMALL)) as first, product(archive(folder, BIG)) as second:
        small, big = await Desk.open(first.port), await Desk.open(second.port)
        for number in range(rounds + 1):
            for what in small.paths:
                few, many = await small.ask(what, times), await big.ask(what, times)
                assert len(few.data) == len(many.data) == (LINES if what == "a history" else ROWS), what
            if not number:
                small.latencies.clear()         # the first round warms both up
                big.latencies.clear()
        small.client.close()
        big.client.close()
    for what in small.paths:
        print(f"  {what:26}  {small.median(what):.2f} ms  {big.median(what):.2f} ms"
              f"  ratio {big.median(what) / small.median(what):.2f}", flush=True)
    usual, ours = (statistics.median(map(desk.median, desk.paths)) for desk in (small, big))
    worst = max(big.median(what) / small.median(what) for what in small.paths)
    return [Row(
        "lists and history pages, 100,000 open sessions and 2,000,000 messages against 1,000 and 10,000",
        f"{usual:.2f} ms", f"{ours:.2f} ms", f"{ours / usual:.2f} (worst query {worst:.2f})", "≤ 1.5", "≤ 1.1",
    )]
