"""The workbench in a headless Chromium, as an agent has it who holds 2,000 sessions, one of them 5,000 messages long.

Everything is timed inside the page (`watching.js`), from what began it until the animation frame after the one that
showed it. The yardstick is the same page of an agent with 20 sessions and a short thread. Chromium has the core of the
load to itself; server and customers share the other. Times hold what a frame takes at 60 Hz: 17 ms are one of them.
"""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen

from tests.bench.archives import Size
from tests.bench.desk import Desk, desk
from tests.bench.report import Row

LARGE, SMALL = Size(2_000, 20, 5_000), Size(20, 20, 50)
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
    """Milliseconds."""

    first: list[float]          # until both list and thread are there
    switches: list[float]
    back: list[float]           # to the long thread, all of which was read
    messages: list[float]


async def measured(desk: Desk, times: Times) -> Taken:
    first = [await desk.loads() for _ in range(times.loads + 1)]
    await desk.lists_everyone()
    switches = [await desk.opens(other) for other in desk.others(times.switches + WARM)]
    await desk.opens(0)
    await desk.reads_all()
    back = []
    for other in desk.others(times.messages // 2 + WARM):
        await desk.opens(other)
        back.append(await desk.opens(0))
    messages = [await desk.hears() for _ in range(times.messages + WARM)]
    return Taken(first[1:], switches[WARM:], back[WARM:], messages[WARM:])


def compared(little: Taken, much: Taken) -> Iterable[Row]:
    office = f"{LARGE.sessions:,} sessions and a thread of {LARGE.longest:,} messages"
    for what, name, hold, aim in (
        (f"from loading the page to list and thread, {office}", "first", "≤ 1.5 of the yardstick", "≤ 1.1"),
        ("another session, from click to pixels", "switches", "p95 < 100 ms", "p95 < 50 ms"),
        (f"back to a thread of {LARGE.longest:,} messages that were read", "back", "p95 < 100 ms", "p95 < 50 ms"),
        (f"a message to a thread of {LARGE.longest:,}, from frame to pixels", "messages", "p95 < 50 ms", "p95 < 35 ms"),
    ):
        few, many = getattr(little, name), getattr(much, name)
        print(f"  {what}: {told(few)} → {told(many)}", flush=True)
        ratio = statistics.median(many) / statistics.median(few)
        yield Row(what, told(few), told(many), f"{ratio:.1f}", hold, aim)


def told(taken: Sequence[float]) -> str:
    return f"{statistics.median(taken):.0f} ms (p95 {p95(taken):.0f})"


def p95(taken: Sequence[float]) -> float:
    return sorted(taken)[len(taken) * 95 // 100]


async def loaded(desk: Desk, seconds: int) -> Row:
    tasks = await desk.under_load(RATE, seconds)
    longest = max(tasks, default=0)
    print(f"  {RATE} events/s for {seconds} s: {len(tasks)} long tasks, {sum(tasks):.0f} ms, longest {longest:.0f} ms")
    return Row(
        f"tasks over 50 ms while {RATE} events a second come for {seconds} s", "",
        f"{len(tasks)} (longest {longest:.0f} ms)" if tasks else "none", "", "none", "none",
    )


async def scrolled(desk: Desk) -> Row:
    down = await desk.asks("scrolls", ["#list [role=tabpanel]", False])
    print(f"  scrolling the list: {down['frames']} frames, p95 {down['p95']:.0f} ms, longest {down['longest']:.0f} ms")
    return Row(
        f"scrolling {LARGE.sessions:,} rows, from frame to frame", "",
        f"p95 {down['p95']:.0f} ms, longest {down['longest']:.0f} ms", "", "p95 < 34 ms", "longest < 34 ms",
    )


async def remembered(desk: Desk, times: int) -> Row:
    """After a round in which the page has seen all of them."""
    for other in desk.others(times // 5):
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
