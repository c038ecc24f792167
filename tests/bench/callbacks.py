"""The whole path of a WeCom callback, against a bare Tornado handler.

The product verifies, decrypts, parses, dedupes, commits with synchronous=FULL, pushes to the holder's socket and
answers; the yardstick reads the body and answers. 32 keep-alive connections, in turns.
"""

import statistics
from collections.abc import Sequence
from pathlib import Path

from attrs import Factory, define

from tests.bench.load import Ear, callbacks, hold_everyone, percentile, post_all
from tests.bench.report import Row
from tests.bench.servers import Running, product, yardstick


@define
class Entrant:
    """A server in the race, and what was measured of it in each round. As a string, the medians."""

    name: str
    server: Running
    ear: Ear | None = None              # the holder's, if it pushes
    rates: list[float] = Factory(list)
    tails: list[float] = Factory(list)
    loop: list[float] = Factory(list)   # microseconds of processor time for each message
    rest: list[float] = Factory(list)   # the same, of its other threads

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def __str__(self) -> str:
        spent = statistics.median(map(sum, zip(self.loop, self.rest, strict=True)))
        return f"{self.rate:,.0f} (p99 {statistics.median(self.tails):.0f} ms, CPU {spent:.0f} µs each)"

    async def take(self, requests: Sequence[bytes]) -> None:
        heard, (loop, rest) = self.ear.heard if self.ear else 0, self.server.cpu
        results = await post_all(self.server.port, requests)
        if self.ear:
            await self.ear.hears(heard + len(requests))
        loop_now, rest_now = self.server.cpu
        self.rates.append(results.rate)
        self.tails.append(percentile(results.latencies, 99))
        self.loop.append((loop_now - loop) / len(requests) * 1e6)
        self.rest.append((rest_now - rest) / len(requests) * 1e6)
        print(f"  {self.name:30} {self.rates[-1]:6.0f}/s  p99 {self.tails[-1]:5.1f} ms", flush=True)


async def run(folder: Path, quick: bool) -> list[Row]:
    with yardstick("bare", folder / "bare") as simple, product(folder / "callbacks") as server:
        bare, ours = Entrant("a bare Tornado handler", simple), Entrant("CCS", server, await hold_everyone(server.port))
        await race([bare, ours], *((2000, 3) if quick else (6000, 5)))
    return [against(bare, ours, "≥ 0.60", "≥ 0.95")]


async def race(entrants: Sequence[Entrant], messages: int, rounds: int) -> None:
    """Every entrant takes the same messages in turns; the first round warms them up and does not count."""
    stored = {entrant.name: entrant.server.stored() for entrant in entrants if entrant.ear}
    for _ in range(rounds + 1):
        requests = callbacks(messages)
        for entrant in entrants:
            await entrant.take(requests)
    for entrant in entrants:
        for measured in (entrant.rates, entrant.tails, entrant.loop, entrant.rest):
            del measured[0]
        print(f"  {entrant.name}: processor time for each message {statistics.median(entrant.loop):.0f} µs in the loop,"
              f" {statistics.median(entrant.rest):.0f} µs in other threads")
        if entrant.ear:
            entrant.ear.close()
            kept = entrant.server.stored() - stored[entrant.name]
            assert kept == messages * (rounds + 1), f"{entrant.name} kept {kept} messages"


def against(theirs: Entrant, ours: Entrant, hold: str, aim: str) -> Row:
    """The ratio is the median of those of each round, in which both met the same machine."""
    ratio = statistics.median(our / their for our, their in zip(ours.rates, theirs.rates, strict=True))
    return Row(
        f"WeCom callbacks a second, whole path, against {theirs.name}", str(theirs), str(ours),
        f"{ratio:.2f}", hold, aim,
    )
