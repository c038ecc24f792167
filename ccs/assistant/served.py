"""What the assistant took off the agents' hands within the last hour, for whoever looks at an empty queue."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from ccs.models import Clock

SPAN = timedelta(hours=1)
FRESH = timedelta(seconds=20)       # all agents look at the same number, and it need not be of this second


class Served:
    """`count` tells of how many sessions since a moment."""

    def __init__(self, count: Callable[[datetime], Awaitable[int]], now: Clock) -> None:
        self._count = count
        self._now = now
        self._known: tuple[datetime, int] | None = None
        self._turn = asyncio.Lock()

    async def last_hour(self) -> int:
        async with self._turn:
            now = self._now()
            if self._known is None or now - self._known[0] >= FRESH:
                self._known = (now, await self._count(now - SPAN))
            return self._known[1]
