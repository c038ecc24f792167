"""How soon somebody may try again who failed, and whoever waits for that."""

import asyncio
from random import Random

from attrs import define

KEPT = 10_000           # of those who failed; beyond, the one who failed longest ago is forgotten
FORGOTTEN_AFTER = 3600  # seconds without a failure


def pause(failures: int, first: float, longest: float, chance: Random) -> float:
    """Seconds after so many failures in a row: doubling, with jitter so that a thousand do not come back at once."""
    return min(longest, first * 2 ** min(failures - 1, 16)) * chance.uniform(0.5, 1.0)


async def woken_or(woken: asyncio.Event, seconds: float | None) -> None:
    """Until it is set, and no longer than so; None is for ever."""
    try:
        await asyncio.wait_for(woken.wait(), seconds)
    except TimeoutError:
        pass


@define
class _Failures:
    number: int = 0
    last: float = 0.0


class Backoff:
    """Failures by key, where a key is whatever tells one who tries from another: a few are free, then waits double.

    After `free` failures waits begin, from one second to `longest`. Times are seconds of any one clock. It may be set
    back: nobody waits longer for that.
    """

    def __init__(self, free: int, longest: float) -> None:
        self._free = free
        self._longest = longest
        self._failures: dict[str, _Failures] = {}

    def wait(self, key: str, now: float) -> float:
        """Seconds until the next try; 0 when it may be now."""
        failures = self._failures.get(key)
        if failures is None or failures.number < self._free:
            return 0.0
        wait = min(2.0 ** (failures.number - self._free), self._longest)
        return min(wait, max(0.0, failures.last + wait - now))

    def failed(self, key: str, now: float) -> None:
        failures = self._failures.pop(key, None)
        if failures is None or now - failures.last > FORGOTTEN_AFTER:
            failures = _Failures()
        self._failures[key] = _Failures(min(failures.number + 1, self._free + 10), now)     # the latest stand last
        if len(self._failures) > KEPT:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, key: str) -> None:
        self._failures.pop(key, None)
