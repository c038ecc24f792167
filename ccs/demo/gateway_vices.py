"""What a gateway may do with a message instead of taking it as usual, and what it may do with what customers write.

Append one of these to `moods` for the next request, or give a gateway a `Temper` by which they come now and then.
"""

import asyncio
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, TypeVar

from attrs import define

from ccs.demo.gateway import Messages, Mood

T = TypeVar("T")

SLOW = (0.5, 3.0)       # seconds; more than an agent notices, less than the server waits


def answers(code: int, **data: Any) -> Mood:
    """Does nothing and says so: 2002 is a refusal, 5000 a busy platform."""
    def mood(request: Messages) -> bool:
        request.finish({"code": code, "data": data})
        return True
    return mood


def limits(seconds: float) -> Mood:
    """Too many; come again after so many seconds."""
    return answers(3001, retryAfter=seconds)


def breaks(status: int = 502) -> Mood:
    """An HTTP error out of a proxy in front, and nothing else."""
    def mood(request: Messages) -> bool:
        request.set_status(status)
        request.finish("<html>Bad Gateway</html>")
        return True
    return mood


def cuts(request: Messages) -> bool:
    """Hangs up before anything is said."""
    request.detach().close()
    return True


def loses_answer(request: Messages) -> bool:
    """Says it, and hangs up."""
    request.gateway.take(request.body)
    return cuts(request)


def is_slow(seconds: float) -> Mood:
    """Says it, in its own time."""
    async def mood(request: Messages) -> bool:
        await asyncio.sleep(seconds)
        return False
    return mood


def waits(gate: asyncio.Event) -> Mood:
    """Does nothing before the gate is open."""
    async def mood(request: Messages) -> bool:
        await gate.wait()
        return False
    return mood


@define
class Temper:
    """One request in so many goes wrong, never two in a row: whatever is said arrives, if it is said again."""

    chance: Random
    one_in: int = 12
    _was_bad: bool = False

    def mood(self) -> Mood | None:
        """For the next request; None is as usual."""
        self._was_bad = not self._was_bad and self.chance.randrange(self.one_in) == 0
        if not self._was_bad:
            return None
        return self._one_of(
            lambda: limits(round(self.chance.uniform(0.5, 2.0), 1)), lambda: answers(5000), lambda: breaks(503),
            lambda: loses_answer, lambda: is_slow(self.chance.uniform(*SLOW)),
        )

    def _one_of(self, *vices: Callable[[], Mood]) -> Mood:
        return self.chance.choice(vices)()


def mixed_up(events: Iterable[T], chance: Random) -> list[T]:
    """As they arrive over a bad line: some twice, and none where it was; each at least once."""
    arriving = [event for event in events for _ in range(chance.choice((1, 1, 2)))]
    chance.shuffle(arriving)
    return arriving
