"""One customer's visit: she writes, waits, reads what arrives, answers to that, and leaves.

She knows the server by what reaches her phone, and nothing else. All her waiting goes through `Time` and all her
choices through one `Random`, so that a test plays hours in an instant and gets the same words each time.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from random import Random
from typing import Protocol

from attrs import Factory, define

from ccs.demo.lines import Colleague, Line, asked_for, filled
from ccs.demo.reading import Heard, pictured, read
from ccs.demo.stories import AGAIN, Ask, Story

# Seconds, at the natural pace.
THINKS = (0.6, 2.0)             # before a line is begun
TYPES = (0.12, 0.3)             # for each character
LONGEST_TYPING = 12.0
READS = 0.06                    # for each character that arrives
LONGEST_READING = 6.0
PATIENCE = (50.0, 100.0, 240.0, 900.0)      # until she asks whether anybody is there, and asks again
LONGEST_SILENCE = 3600.0        # from then on she asks once an hour, for as long as it takes
LINGERS = 40.0                  # after her thanks, for a last word

LONGEST_TYPED = 28              # characters that a person would write at once; more was ready before

LAST = (Heard.ANSWER, Heard.ANYTHING_ELSE, Heard.REFUSAL, Heard.FAREWELL)     # when she has nothing more to say to it
SPOKEN = (Heard.GREETING, Heard.QUESTION, Heard.HOLD)       # somebody is there, or will be
MOST_UNREAD = 100               # the newest; nobody scrolls further back
MOST_TURNS = 12                 # answers that she answers to; then she has had enough


class Time(Protocol):
    """Where all waiting goes."""

    async def until(self, event: asyncio.Event, seconds: float) -> bool:
        """Waits for the event, at most so long at the natural pace; whether it came."""
        ...


@define
class NaturalTime:
    """The clock on the wall, `pace` times as fast."""

    pace: float = 1.0

    async def until(self, event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds / self.pace):
                await event.wait()
        except TimeoutError:
            return False
        return True


@define
class Phone:
    """What has arrived and is not read yet."""

    _unread: "deque[str]" = Factory(lambda: deque(maxlen=MOST_UNREAD))
    _rings: asyncio.Event = Factory(asyncio.Event)

    def receive(self, text: str) -> None:
        self._unread.append(text)
        self._rings.set()

    async def rings(self, time: Time, within: float) -> bool:
        return bool(self._unread) or await time.until(self._rings, within)

    def read(self) -> list[str]:
        read = list(self._unread)
        self._unread.clear()
        self._rings.clear()
        return read

    @property
    def first_words(self) -> str:
        return self._unread[0] if self._unread else ""


@define
class Customer:
    """A person with an errand. `says` brings a line to her platform, and through it to the server.

    `known` is what is true in this visit: see `lines.facts`.
    """

    story: Story
    known: dict[str, str]
    phone: Phone
    says: Callable[[Line], Awaitable[None]]
    time: Time
    chance: Random
    _ready: dict[Heard, "deque[Line]"] = Factory(dict)      # what she has not said yet, by what it answers
    _named: list[Line] = Factory(list)          # what she has been asked for by name, and has given
    _asks_for_person: bool = False              # with her last line
    _is_with_person: bool = False               # or will be soon, by all that she can see
    _asks: "deque[Ask]" = Factory(deque)        # what she still wants to know; the first of it is asked
    _is_disappointed: bool = False              # by an answer to that

    async def visit(self) -> None:
        story = self.story
        more = deque(story.more)
        self._ready = {
            Heard.GREETING: deque([story.again]), Heard.QUESTION: deque(story.details), Heard.ANSWER: more,
            Heard.ANYTHING_ELSE: more, Heard.REFUSAL: deque(story.upset),
        }
        self._asks = deque(story.asks)
        for number, line in enumerate((*story.opening, *(ask.words for ask in story.asks[:1]))):
            await self._say(line, typed_before=number == 0)
        for _ in range(MOST_TURNS):
            if not await self._reacts(*await self._hears()):
                return
        await self._say(self._one_of(story.manner.parting))

    # Waiting and reading

    async def _hears(self) -> tuple[Heard, str]:
        """What comes, however long it takes. In between she asks, less and less often."""
        waits = 0
        while not await self.phone.rings(self.time, self._patience(waits)):
            words = self.story.manner.waits
            await self._say(words[min(waits, len(words) - 1)])
            waits += 1
        return await self._reads()

    async def _reads(self) -> tuple[Heard, str]:
        """The last words that have arrived by the time she has read the first; a machine counts only when alone."""
        await self._pause(1.0 + min(LONGEST_READING, READS * len(self.phone.first_words)))
        heard = [(read(text), text) for text in self.phone.read()]
        people = [each for each in heard if each[0] is not Heard.MACHINE]
        words = [each for each in people if each[0] is not Heard.FILE]      # pictures may come with them
        return (words or people or heard)[-1]

    def _patience(self, waits: int) -> float:
        usual = PATIENCE[waits] if waits < len(PATIENCE) else LONGEST_SILENCE
        return usual * self.chance.uniform(0.8, 1.3)

    # Reacting

    async def _reacts(self, heard: Heard, text: str) -> bool:
        """Whether she stays."""
        if self.story.machine_will_do:
            return False
        if heard is Heard.COURTESY or heard is Heard.MACHINE and self._asks_for_person:
            return True
        if self._asks and re.search(self._asks[0].right, text):
            return await self._goes_on()
        self._is_with_person |= heard in SPOKEN and len(text) <= LONGEST_TYPED
        if self._takes_for_machine(heard, text):
            await self._doubts()
            return True
        if line := self._has_ready(heard, text):
            await self._say(line)
            return True
        self.known["sent"] = pictured(text)
        await self._say(self._usual_words(heard))
        if heard is Heard.ANSWER:
            await self._lingers()
        return heard not in LAST

    async def _goes_on(self) -> bool:
        """She knows what she wanted to know, whoever it was that told her: she asks the next thing, or thanks."""
        self._asks.popleft()
        self._is_disappointed = False
        if self._asks:
            await self._say(self._asks[0].words)
            return True
        await self._say(self._usual_words(Heard.ANSWER))
        await self._lingers()
        return False

    def _takes_for_machine(self, heard: Heard, text: str) -> bool:
        """By all that she can see: it says so, or misses the point, or was ready at once before anybody greeted her."""
        if heard is Heard.MACHINE:
            return True
        if self._is_with_person or heard is Heard.FILE:
            return False
        return bool(self._asks) or len(text) > LONGEST_TYPED

    async def _doubts(self) -> None:
        """She asks once more what a machine might know, and then for a person."""
        if self._asks and not self._is_disappointed:
            self._is_disappointed = True
            has_other_words = self.story.again != AGAIN and len(self._asks) == 1
            await self._say(self.story.again if has_other_words else self._asks[0].words)
            return
        self._is_with_person = True
        await self._say(self._usual_words(Heard.MACHINE))

    def _has_ready(self, heard: Heard, text: str) -> Line | None:
        """A line of the story that fits, or what an agent asks for by name; each is said once."""
        if heard is Heard.QUESTION and (named := asked_for(text)) and named not in self._named:
            self._named.append(named)
            self._ready[heard] = deque(line for line in self._ready[heard] if line != named)
            return named
        lines = self._ready.get(heard)
        return lines.popleft() if lines else None

    async def _lingers(self) -> None:
        """After her thanks, for a last question or good wishes."""
        if await self.phone.rings(self.time, LINGERS):
            last, _ = await self._reads()
            if last in (Heard.QUESTION, Heard.ANYTHING_ELSE, Heard.FAREWELL):
                await self._say(self._usual_words(Heard.ANYTHING_ELSE if last is Heard.QUESTION else last))

    def _usual_words(self, heard: Heard) -> str:
        manner = self.story.manner
        return self._one_of({
            Heard.MACHINE: manner.asks,
            Heard.GREETING: manner.pressed,
            Heard.QUESTION: manner.pressed,
            Heard.ANYTHING_ELSE: manner.nothing_more,
            Heard.HOLD: manner.held,
            Heard.FILE: manner.looks,
            Heard.REFUSAL: manner.resigned,
            Heard.FAREWELL: manner.parting,
            Heard.ANSWER: manner.thanks,
        }[heard])

    def _one_of(self, words: tuple[str, ...]) -> str:
        return self.chance.choice(words)

    # Writing

    async def _say(self, line: Line, typed_before: bool = False) -> None:
        line = filled(line, self.known)
        if not typed_before:
            await self._pause(self.chance.uniform(*THINKS) + self._takes(line))
        await self.says(line)
        self._asks_for_person = isinstance(line, str) and "人工" in line
        self._is_with_person |= self._asks_for_person

    def _takes(self, line: Line) -> float:
        """To type it; to find a picture takes a while too, and of others one sees nothing but that they are late."""
        if isinstance(line, Colleague):
            return line.after * self.chance.uniform(0.8, 1.3)
        length = len(line) if isinstance(line, str) else 8
        return min(LONGEST_TYPING, length * self.chance.uniform(*TYPES))

    async def _pause(self, seconds: float) -> None:
        await self.time.until(asyncio.Event(), seconds)
