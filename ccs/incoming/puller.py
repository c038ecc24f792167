"""The puller: fetches what platforms only tell of, one account beside the other, none waiting for another.

A wake-up says that there is news; the stream itself says what. So wake-ups may be lost, come twice or come late: each
account is looked after from the start on, when woken, and by a slow timer.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple, Protocol

from attrs import define, field

from ccs import backoff
from ccs.channels.base import NothingToPull, Source
from ccs.errors import DeliveryDelayed, DeliveryRefused, StoreUnavailable
from ccs.incoming import stream
from ccs.incoming.inbound import Inbound
from ccs.incoming.stream import Stream
from ccs.models import Clock
from ccs.reception import Reception
from ccs.ticket import Ticket
from ccs.worker import Worker, end

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0           # seconds after a failure, doubling; a wake-up does not come through earlier either
PAUSE_CAP = 300.0           # seconds; customers wait, and by then the platform is well again or will not be soon
REFUSED_FLOOR = 60.0        # seconds after a refusal in which not even a wake-up asks again: too many wrong calls
REFUSED_PAUSE = 600.0       # within an hour shut a company out; and how soon a mended setting is noticed without one
SLOWEST = 16                # times the usual pause of the timer, when the platform complains of it
LOOK_EVERY = 3600.0         # seconds between two looks at which accounts there are
LOOK_RARELY = 86_400.0      # the same where there is nothing to be fetched; a callback or a restart is noticed at once


class Archive(stream.Archive, Protocol):
    def accounts(self, channel: str) -> list[str]: ...


class Pause(NamedTuple):
    """How long to wait: in any case, and unless woken."""

    least: float
    most: float


class Puller(Worker):
    """One task for each account, and one for each channel that looks for accounts. Lives on the loop's thread."""

    def __init__(
        self, sources: Mapping[str, Source], take: Callable[[Inbound], Ticket], reception: Reception, archive: Archive,
        clock: Clock, chance: Random,
    ) -> None:
        self._sources = sources
        self._take = take
        self._reception = reception
        self._archive = archive
        self._now = clock
        self._chance = chance
        self._followers: dict[tuple[str, str], Follower] = {}
        self._tasks: dict[tuple[str, ...], asyncio.Task[None]] = {}
        self._stopping = False

    def wake(self, channel: str, account: str) -> None:
        """There may be news. No wake is lost, however often it comes."""
        if channel not in self._sources:
            log.warning("%s account %s has news that cannot be fetched: the channel has no secret", channel, account)
        elif known := self._followers.get((channel, account)):
            known.woken.set()
        else:
            self._follow(channel, account)

    def resume(self) -> None:
        """After a start, or when the disk is back: see what there is at every account."""
        for channel, source in self._sources.items():
            try:
                for account in self._archive.accounts(channel):
                    self.wake(channel, account)
            except StoreUnavailable:
                log.warning("accounts of %s wait for the database", channel)
            if (channel,) not in self._tasks and not self._stopping:
                self._tasks[channel,] = asyncio.create_task(self._look(channel, source), name=f"accounts {channel}")

    async def stop(self) -> None:
        """Begin nothing new. What has been fetched is with the journal already, and requests on their way leave
        nothing behind."""
        self._stopping = True
        await end(self._tasks.values())

    def _follow(self, channel: str, account: str) -> None:
        if self._stopping or (channel, account) in self._followers:
            return
        source = self._sources[channel]
        stream = Stream(channel, account, source, self._take, self._reception, self._archive, self._now)
        follower = self._followers[channel, account] = Follower(stream, source.every, self._chance)
        self._tasks[channel, account] = asyncio.create_task(follower.run(), name=f"pull {channel} {account}")

    async def _look(self, channel: str, source: Source) -> None:
        """Accounts that never told us anything may have been written to while we were away."""
        setbacks = Setbacks(f"the accounts of {channel}", self._chance)
        while True:
            pause = LOOK_EVERY
            try:
                for account in await source.accounts():
                    self._follow(channel, account)
                setbacks.are_over()
            except DeliveryDelayed as delay:
                pause = setbacks.delayed(delay)
            except NothingToPull as nothing:
                pause = LOOK_RARELY
                setbacks.are_idle(nothing)
            except DeliveryRefused as refused:
                pause = setbacks.refused(refused)
            except Exception:
                log.exception("the accounts of %s could not be listed", channel)
            await asyncio.sleep(pause)


@define(eq=False)
class Follower:
    """Looks after one account, for as long as the server runs."""

    _stream: Stream
    _every: float
    _chance: Random
    woken: asyncio.Event = field(factory=asyncio.Event, init=False)
    _pace: int = field(default=1, init=False)       # of the timer; greater is slower
    _setbacks: "Setbacks" = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._setbacks = Setbacks(f"{self._stream.channel} account {self._stream.account}", self._chance)

    async def run(self) -> None:
        while True:
            self.woken.clear()
            pause = await self._visit()
            await asyncio.sleep(pause.least)
            await backoff.woken_or(self.woken, pause.most - pause.least)

    async def _visit(self) -> Pause:
        """Fetch what there is; how long to wait then."""
        try:
            await self._stream.catch_up()
        except StoreUnavailable:
            log.warning("%s waits for the database", self._setbacks.of)        # `resume` comes after it
        except DeliveryDelayed as delay:
            return self._delayed(delay)
        except DeliveryRefused as refused:
            return Pause(REFUSED_FLOOR, self._setbacks.refused(refused))
        except Exception:
            log.exception("%s could not be fetched", self._setbacks.of)
            return Pause(REFUSED_FLOOR, REFUSED_PAUSE)
        else:
            self._setbacks.are_over()
            self._pace = max(1, self._pace // 2)
        return Pause(0, self._every * self._pace * self._chance.uniform(0.8, 1.2))

    def _delayed(self, delay: DeliveryDelayed) -> Pause:
        """A limit on fetching without a token does not hold for a wake-up, which brings one."""
        pause = self._setbacks.delayed(delay)
        if delay.retry_after is None:
            return Pause(min(pause, FIRST_PAUSE), pause)
        if self._stream.had_token:
            return Pause(pause, pause)
        self._pace = min(self._pace * 2, SLOWEST)
        return Pause(FIRST_PAUSE, max(pause, FIRST_PAUSE))


@define
class Setbacks:
    """What went wrong in a row, told in the log so that somebody sees it and nobody drowns in it."""

    of: str
    _chance: Random
    _delays: int = field(default=0, init=False)
    _refusal: str = field(default="", init=False)

    def delayed(self, delay: DeliveryDelayed) -> float:
        """How long to wait, in seconds."""
        self._delays += 1
        pause = delay.retry_after or backoff.pause(self._delays, FIRST_PAUSE, PAUSE_CAP, self._chance)
        log.warning("%s cannot be fetched now (%s), again in %.1f s", self.of, delay, pause)
        return pause

    def refused(self, refused: DeliveryRefused) -> float:
        """How long to wait. The same refusal is told once: it is for the administrator, not for another try."""
        if self._refusal != str(refused):
            self._refusal = str(refused)
            log.error("%s cannot be fetched: %s (code %s)", self.of, refused, refused.code)
        return REFUSED_PAUSE

    def are_idle(self, nothing: DeliveryRefused) -> None:
        """Told once too, and calmly."""
        if self._refusal != str(nothing):
            self._refusal = str(nothing)
            log.info("%s: %s (code %s)", self.of, nothing, nothing.code)

    def are_over(self) -> None:
        if self._delays or self._refusal:
            log.info("%s can be fetched again", self.of)
        self._delays, self._refusal = 0, ""
