"""Forgetting in time: the demo runs for days."""

from collections.abc import Callable
from typing import TypeVar

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
