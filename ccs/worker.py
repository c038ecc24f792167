"""What goes on by itself beside the requests, and how a server takes all of it up and ends it.

A worker's tasks live on the loop. Whatever one has not finished stands on disk, or is not worth being kept.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeVar

from ccs.errors import StoreUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

Job = Callable[[], Awaitable[object] | None]


class Worker:
    """Who has nothing to take up, or nothing to end, leaves that out."""

    def resume(self) -> None:
        """After a start, or when the disk is back: go on with everything that is not finished."""

    async def stop(self) -> None:
        """Begin nothing new, and end what is on its way or let it come back. Called once."""


class Rounds(Worker):
    """The same jobs every so many seconds, by their names; one that fails does not keep the others from being done."""

    def __init__(self, every: float, jobs: Mapping[str, Job], *, first_after: float = 0.0) -> None:
        self._every = every
        self._jobs = jobs
        self._first_after = first_after
        self._task: asyncio.Task[None] | None = None

    def resume(self) -> None:
        self._task = self._task or asyncio.create_task(self._run(), name=f"every {self._every} s")

    async def stop(self) -> None:
        if self._task:
            await end([self._task])

    async def _run(self) -> None:
        await asyncio.sleep(self._first_after)
        while True:
            for name, job in self._jobs.items():
                try:
                    if (doing := job()) is not None:
                        await doing
                except Exception:
                    log.exception("%s failed", name)
            await asyncio.sleep(self._every)


async def end(tasks: "Collection[asyncio.Task[T]]") -> None:
    """Break these off, and wait until they are."""
    tasks = list(tasks)         # which leave their places when they are done
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def shared(task: "asyncio.Task[T]") -> T:
    """What comes of a task for which several wait, none of whom ends it. Raises StoreUnavailable if `end` does."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():
            raise StoreUnavailable from None
        raise
