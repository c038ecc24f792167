"""Forgetting in time: the demo runs for days."""

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from attrs import Factory, define

from ccs.demo.wecom.errors import Refused

Clock = Callable[[], float]         # seconds since 1970

K = TypeVar("K")
V = TypeVar("V")

KEPT = 10_000                       # of everything, the newest
MINUTE, HOUR, DAY = 60, 3600, 86400


def remember(where: dict[K, V], key: K, value: V, most: int = KEPT) -> V:
    """As the newest; the oldest go."""
    where.pop(key, None)
    where[key] = value
    while len(where) > most:
        del where[next(iter(where))]
    return value


@define
class Limit:
    """So many calls within so many seconds; who comes more often is shut out for as long again."""

    calls: int
    seconds: float = MINUTE
    _times: "deque[float]" = Factory(deque)
    _shut_until: float = 0.0

    def count(self, now: float) -> None:
        """Raises Refused with 45009."""
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        if now < self._shut_until:
            raise Refused(45009)
        if len(self._times) >= self.calls:
            self._shut_until = now + self.seconds
            raise Refused(45009)
        self._times.append(now)
