"""The checkup (体检): what keeps customers from reaching this merchant, step by step and in words anybody understands.

Each channel brings its own steps (`Channel.checkup`), `premises.py` those of the machine. Nothing here writes, and
no secret comes into what is found, so that a finding may be shown, copied and sent to whoever helps.

A step that does not answer within `PATIENCE` has failed. Steps wait only for what they need, so that the whole takes no
longer than its longest chain of needs; WeCom's has three steps that ask, which is well below half a minute.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from attrs import frozen

from ccs.models import Clock
from ccs.settings import Config
from ccs.worker import Worker, end, shared

log = logging.getLogger(__name__)

PATIENCE = 5.5                      # seconds for one step; a little more than `Http` tries to connect
FRESH = timedelta(seconds=10)       # whoever asks again within is told the same; WeCom blocks who errs too often


class Result(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@frozen
class Opinion:
    """What a step found, and what to do about it; both in Chinese, for somebody who knows nothing of computers."""

    result: Result
    words: str
    advice: str = ""


@frozen
class Step:
    """One question. Without what it `needs`, by the names of steps before it, asking is pointless."""

    name: str
    title: str
    look: Callable[[], Awaitable[Opinion]]
    needs: tuple[str, ...] = ()


@frozen
class Finding:
    """A step and its outcome."""

    channel: str
    step: str
    title: str
    result: Result
    words: str
    advice: str


@frozen
class Report:
    checked_at: datetime
    findings: tuple[Finding, ...]

    @property
    def is_fine(self) -> bool:
        return all(finding.result is not Result.FAIL for finding in self.findings)


class Records(Protocol):
    """What the disk knows. Read as it lies, whether or not a server is running."""

    async def last_callback(self, channel: str) -> datetime | None:
        """When the channel's platform last brought something. Raises StoreUnavailable."""
        ...

    async def has_streams(self, channel: str) -> bool:
        """Whether there ever was something to fetch from the channel's platform. Raises StoreUnavailable."""
        ...

    async def fault(self) -> str | None:
        """What is wrong with the database. Raises StoreUnavailable."""
        ...

    @property
    def exists(self) -> bool: ...


@frozen
class Visit:
    """What steps may look at, besides what their channel knows."""

    config: Config
    records: Records
    now: Clock
    takes_writes: Callable[[], bool] = lambda: True     # as the running server knows

    def clock_time(self, moment: datetime) -> str:
        """As it stands on the merchant's wall."""
        return f"{moment.astimezone(ZoneInfo(self.config.server.timezone)):%Y-%m-%d %H:%M}"


async def examine(groups: Mapping[str, Sequence[Step]], now: Clock) -> Report:
    """Every step of every group, told in their order."""
    checked_at = now()
    found = await asyncio.gather(*(_examined(channel, steps) for channel, steps in groups.items()))
    return Report(checked_at, tuple(finding for group in found for finding in group))


async def _examined(channel: str, steps: Sequence[Step]) -> list[Finding]:
    asked: dict[str, asyncio.Task[Finding]] = {}
    async with asyncio.TaskGroup() as group:
        for step in steps:
            asked[step.name] = group.create_task(_in_turn(channel, step, [asked[name] for name in step.needs]))
    return [task.result() for task in asked.values()]


async def _in_turn(channel: str, step: Step, needed: "Sequence[asyncio.Task[Finding]]") -> Finding:
    for earlier in [await task for task in needed]:
        if earlier.result in (Result.FAIL, Result.SKIPPED):
            opinion = skipped(f"“{earlier.title}”没有通过，这一项先不检查")
            break
    else:
        opinion = await _ask(channel, step)
    return Finding(channel, step.name, step.title, opinion.result, opinion.words, opinion.advice)


async def _ask(channel: str, step: Step) -> Opinion:
    try:
        async with asyncio.timeout(PATIENCE):
            return await step.look()
    except TimeoutError:
        return fail(
            f"等了 {PATIENCE:.0f} 秒没有答复",
            "请检查本机能否上网、防火墙是否拦截了本程序，过几分钟再检查一次",
        )
    except Exception:
        log.exception("step %s of %s failed", step.name, channel)
        return fail("检查时出错，没有得出结论", "请把日志里的出错信息发给技术支持")


class Doctor(Worker):
    """Examines once at a time: who asks meanwhile, or soon after, shares what is found."""

    def __init__(self, groups: Callable[[], Mapping[str, Sequence[Step]]], now: Clock) -> None:
        self._groups = groups       # made anew each time, for steps may remember what earlier ones found
        self._now = now
        self._latest: asyncio.Task[Report] | None = None

    async def report(self) -> Report:
        """Raises StoreUnavailable when the server stops meanwhile."""
        if self._latest is None or self._is_stale(self._latest):
            self._latest = asyncio.create_task(examine(self._groups(), self._now))
        return await shared(self._latest)

    async def stop(self) -> None:
        if self._latest:
            await end([self._latest])

    def _is_stale(self, task: "asyncio.Task[Report]") -> bool:
        if not task.done():
            return False
        failed = task.cancelled() or task.exception() is not None
        return failed or not timedelta() <= self._now() - task.result().checked_at <= FRESH


# Opinions


def ok(words: str) -> Opinion:
    return Opinion(Result.OK, words)


def warn(words: str, advice: str) -> Opinion:
    return Opinion(Result.WARN, words, advice)


def fail(words: str, advice: str) -> Opinion:
    return Opinion(Result.FAIL, words, advice)


def skipped(words: str, advice: str = "") -> Opinion:
    return Opinion(Result.SKIPPED, words, advice)
