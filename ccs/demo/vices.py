"""What a platform may do with a call instead of taking it as usual, and with what it tells the server.

Append one of these to a platform's `moods` for the next call, to `moods_of[name]` for the next call of that name, or
set it as `habits[name]` (`habits[EVERY]` is all of them) for every call until it is taken away. Or give the platform a
`Temper`, by which they come now and then.
"""

import asyncio
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, TypeVar

from attrs import Factory, define

from ccs.demo.platform import Call, Mood, Refused

T = TypeVar("T")

SLOW = (0.5, 3.0)       # seconds; more than an agent notices, less than the server waits


# With a call


def usual(call: Call) -> bool:
    return False


def refuses(code: int, **more: Any) -> Mood:
    """Does nothing and says so, in the platform's own way. Some codes mean that it is busy, some that it never will."""
    def mood(call: Call) -> bool:
        call.say(call.refusal(Refused(code), **more))
        return True
    return mood


def breaks(status: int = 502) -> Mood:
    """An HTTP error out of a proxy in front, and nothing else."""
    def mood(call: Call) -> bool:
        call.set_status(status)
        call.finish("<html>Bad Gateway</html>")
        return True
    return mood


def cuts(call: Call) -> bool:
    """Hangs up before anything is done."""
    call.detach().close()
    return True


def loses_answer(call: Call) -> bool:
    """Does what it is asked, and hangs up."""
    call.act()
    return cuts(call)


def is_slow(seconds: float) -> Mood:
    """Does what it is asked, in its own time."""
    async def mood(call: Call) -> bool:
        await asyncio.sleep(seconds)
        return False
    return mood


def waits(gate: asyncio.Event) -> Mood:
    """Does nothing before the gate is open."""
    async def mood(call: Call) -> bool:
        await gate.wait()
        return False
    return mood


def answers_late(gate: asyncio.Event) -> Mood:
    """Does what it is asked, and says so once the gate is open."""
    async def mood(call: Call) -> bool:
        answer = call.act()
        await gate.wait()
        call.say(answer)
        return True
    return mood


# Now and then


@define
class Temper:
    """One call in so many goes wrong, never two in a row: whatever is said arrives, if it is said again."""

    chance: Random
    busy: Sequence[Mood]            # its own ways of saying that it is
    only: str = ""                  # what calls are named that it is bad-tempered with; empty: all
    one_in: int = 12
    _was_bad: bool = False

    def mood(self, name: str) -> Mood | None:
        if self.only not in ("", name):
            return None
        self._was_bad = not self._was_bad and self.chance.randrange(self.one_in) == 0
        if not self._was_bad:
            return None
        return self.chance.choice((*self.busy, breaks(503), loses_answer, is_slow(self.chance.uniform(*SLOW))))


# With what it tells the server


def mixed_up(events: Iterable[T], chance: Random) -> list[T]:
    """As they arrive over a bad line: some twice, and none where it was; each at least once."""
    return _shuffled((event for event in events for _ in range(chance.choice((1, 1, 2)))), chance)


def jumbled(events: Iterable[T], chance: Random) -> list[T]:
    """Each of them twice, in any order: platforms promise neither once nor in turn."""
    return _shuffled((event for event in events for _ in range(2)), chance)


@define
class Line:
    """By which callbacks reach the server: now and then one is lost on the way, comes twice, or is late."""

    chance: Random
    lost: float = 0.0
    twice: float = 0.0
    late: float = 0.0           # arrives after the next one
    _is_new: bool = True
    _held: list[Any] = Factory(list)

    def through(self, event: T) -> list[T]:
        """What arrives now, at last with what was late."""
        if not self._held and self.chance.random() < self.late:
            self._held.append(event)
            return []
        arriving = [event] * self.times() + self._held
        self._held = []
        return arriving

    def times(self) -> int:
        """How often the next one arrives. The very first comes through: whoever opens the page sees somebody."""
        luck, self._is_new = 1.0 if self._is_new else self.chance.random(), False
        return 0 if luck < self.lost else 2 if luck < self.lost + self.twice else 1


def _shuffled(events: Iterable[T], chance: Random) -> list[T]:
    arriving = list(events)
    chance.shuffle(arriving)
    return arriving
