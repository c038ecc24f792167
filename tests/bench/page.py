"""The workbench in a headless Chromium, as an agent has it who holds 2,000 sessions, one of them 5,000 messages long.

Everything is timed inside the page (`watching.js`), from what began it until the animation frame after the one that
showed it. The yardstick is the same page of an agent with 20 sessions and a short thread. Chromium has the core of the
load to itself; server and customers share the other. Times hold what a frame takes at 60 Hz: 17 ms are one of them.
"""

import statistics
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

from attrs import evolve, frozen

from tests.bench.archives import Size
from tests.bench.desk import ROUND, Desk, desk
from tests.bench.report import Row

LARGE, SMALL = Size(2_000, 20, 5_000), Size(20, 20, 50)
OFFICE = f"{LARGE.sessions:,} sessions and a thread of {LARGE.longest:,} messages"
WARM = 3                # of each kind at first, which do not count
RATE = 100              # events a second


async def run(folder: Path, quick: bool) -> list[Row]:
    times = Times(3, 30, 20, 10, 300) if quick else Times(7, 200, 100, 60, 1000)
    async with desk(folder, SMALL) as small:
        little = await measured(small, times)
    async with desk(folder, LARGE) as large:
        much = await measured(large, times)
        rows = [*compared(little, much)]
        rows.append(await loaded(large, times.seconds))
        rows.append(await scrolled(large))
        rows.append(await remembered(large, times.memory))
    return rows


@frozen
class Times:
    loads: int
    switches: int
    messages: int
    seconds: int
    memory: int


@frozen
class Taken:
    """Milliseconds until it was to be seen, and those the page computed for each, where one page did it all."""

    until: list[float]
    work: float | None

    def __str__(self) -> str:
        work = "" if self.work is None else f", work {self.work:.0f}"
        return f"{statistics.median(self.until):.0f} ms (p95 {p95(self.until):.0f}{work})"


async def measured(desk: Desk, times: Times) -> dict[str, Taken]:
    async def back() -> float:
        await desk.opens(next(others))
        return await desk.opens(0)

    others = desk.others(sys.maxsize)
    taken = {"first": evolve(await _timed(desk, desk.loads, times.loads), work=None)}
    await desk.lists_everyone()
    taken["switch"] = await _timed(desk, lambda: desk.opens(next(others)), times.switches)
    await desk.opens(0)
    await desk.reads_all()
    taken["back"] = await _timed(desk, back, times.messages // 2)
    taken["message"] = await _timed(desk, desk.hears, times.messages)
    return taken


async def _timed(desk: Desk, act: Callable[[], Awaitable[float]], times: int) -> Taken:
    for _ in range(WARM):
        await act()
    before = await desk.worked()
    until = [await act() for _ in range(times)]
    return Taken(until, (await desk.worked() - before) / times)


def compared(little: dict[str, Taken], much: dict[str, Taken]) -> Iterable[Row]:
    for name, what, hold, aim in (
        ("first", f"from loading the page to its list and thread, {OFFICE}", "≤ 1.5", "≤ 1.1"),
        ("switch", "from a click on another session to its words", "p95 < 100 ms", "p95 < 50 ms"),
        ("back", f"back to the session of {LARGE.longest:,} messages, all read", "p95 < 100 ms", "p95 < 50 ms"),
        ("message", f"from a frame with a message to the end of {LARGE.longest:,}", "p95 < 50 ms", "p95 < 35 ms"),
    ):
        few, many = little[name], much[name]
        print(f"  {what}: {few} → {many}", flush=True)
        ratio = statistics.median(many.until) / statistics.median(few.until)
        yield Row(what, str(few), str(many), f"{ratio:.1f}", hold, aim)


def p95(taken: Sequence[float]) -> float:
    return sorted(taken)[len(taken) * 95 // 100]


async def loaded(desk: Desk, seconds: int) -> Row:
    before = await desk.worked()
    tasks = await desk.under_load(RATE, seconds)
    busy = (await desk.worked() - before) / seconds / 10
    found = f"{len(tasks)} (longest {max(tasks, default=0):.0f} ms), busy {busy:.0f} % of the time"
    print(f"  {RATE} events/s for {seconds} s: tasks over 50 ms {found}", flush=True)
    return Row(f"tasks over 50 ms while {RATE} events a second come for {seconds} s", "", found, "", "none", "none")


async def scrolled(desk: Desk) -> Row:
    down = await desk.asks("scrolls", ["#list [role=tabpanel]", False])
    print(f"  scrolling the list: {down['frames']} frames, p95 {down['p95']:.0f} ms, longest {down['longest']:.0f} ms")
    return Row(
        f"scrolling {LARGE.sessions:,} rows, from frame to frame", "",
        f"p95 {down['p95']:.0f} ms, longest {down['longest']:.0f} ms", "", "p95 < 34 ms", "longest < 34 ms",
    )


async def remembered(desk: Desk, times: int) -> Row:
    """After a round in which the page has seen all of them."""
    for other in desk.others(ROUND):
        await desk.opens(other)
    before = await desk.memory()
    for other in desk.others(times):
        await desk.opens(other)
    after = await desk.memory()
    for name in before:
        print(f"  {name}: {before[name]:,.1f} → {after[name]:,.1f} after {times:,} switches", flush=True)
    return Row(
        f"the page's memory after {times:,} switches, against before",
        *(f"{held['MB']:.1f} MB, {held['nodes']:,.0f} nodes, {held['listeners']:,.0f} listeners"
          for held in (before, after)),
        f"{after['MB'] / before['MB']:.2f}", "≤ 1.1", "≤ 1.02",
    )
