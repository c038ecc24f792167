"""Fills the search index beside everything else: a batch at a time, and the slower the more others have to do."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from ccs.errors import StoreUnavailable
from ccs.worker import Worker, end

log = logging.getLogger(__name__)

FIRST_AFTER = 3.0       # seconds after a start, when everybody's page comes back at once
LOOK_EVERY = 0.5        # seconds between looks whether anything was said
SHORTEST = 0.01         # seconds of rest after a batch
LATE = 0.003            # seconds by which a rest may end too late; more says that the loop is busy
GIVE_WAY = 20           # times as long as a batch took is the rest then; otherwise as long as it took
AFTER_FAILURE = 30.0    # seconds until a disk that does not take the index is tried again


class Index(Protocol):
    @property
    def behind(self) -> int: ...

    async def advance(self) -> None: ...


class Indexer(Worker):
    """`published` tells the id of the last event on disk: while it stays and nothing is behind, nothing is done."""

    def __init__(self, index: Index, published: Callable[[], int]) -> None:
        self._index = index
        self._published = published
        self._task: asyncio.Task[None] | None = None

    def resume(self) -> None:
        self._task = self._task or asyncio.create_task(self._run(), name="indexer")

    async def stop(self) -> None:
        if self._task:
            await end([self._task])

    async def _run(self) -> None:
        seen, is_busy = -1, False
        await asyncio.sleep(FIRST_AFTER)
        while True:
            if seen == self._published() and not self._index.behind:
                await asyncio.sleep(LOOK_EVERY)
                continue
            seen, started = self._published(), time.monotonic()
            try:
                await self._index.advance()
            except StoreUnavailable as error:
                log.warning("the search index could not be written: %s", error.__cause__)
                await asyncio.sleep(AFTER_FAILURE)
                continue
            rest = max(SHORTEST, (time.monotonic() - started) * (GIVE_WAY if is_busy else 1))
            before = time.monotonic()
            await asyncio.sleep(rest)
            is_busy = time.monotonic() - before - rest > LATE
