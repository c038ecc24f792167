"""The customers: who is in the shop, who comes next, and how their words reach the server.

There are so many seats, and one customer in each: whoever has not been answered keeps her seat, so never more than that
many wait. The people are few enough to come back, so an unattended demo stays small over days. A server that is gone or
busy is asked again with growing pauses, with the same message, as platforms do.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from itertools import count, cycle, islice
from random import Random

import httpx
from attrs import Factory, define

from ccs.demo.customer import Customer, Phone, Time
from ccs.demo.doors import Call, Door
from ccs.demo.lines import SAID, Comes, Leaves, Line, facts, purchase
from ccs.demo.people import PEOPLE, Person
from ccs.demo.stories import AFTERTHOUGHTS, STORIES, Story

log = logging.getLogger(__name__)

# Seconds, at the natural pace.
FIRST_ARRIVAL = 0.5             # so that whoever opens the page sees somebody
BETWEEN_ARRIVALS = (6.0, 14.0)
BETWEEN_VISITS = (15.0, 60.0)
COMES_BACK = 0.25               # of those who leave, having remembered something
FIRST_RETRY, LAST_RETRY = 1.0, 60.0
SHUT_OUT = 300.0                # after an answer that no second try will change

TRIES = 3                       # of what a platform tells by itself
REQUEST_PATIENCE = 10.0         # seconds of ours, whatever the pace


class TurnedAway(Exception):
    """The server will not have this message, however often it comes."""


@define
class World:
    """Plays the customers against `base`, the server's address, while it is open. The same seed says the same words."""

    doors: Mapping[str, Door]
    time: Time
    seats: int
    seed: int
    taken: int = 0              # messages that the server said it has, or that their platform has for it
    refused: int = 0
    _phones: dict[tuple[str, str], Phone] = Factory(dict)       # of those in the shop, by door and id
    _serial: Iterator[int] = Factory(lambda: count(1))
    _mail: "asyncio.Queue[Call]" = Factory(asyncio.Queue)       # what platforms tell by themselves
    _on_the_way: int = 0        # of that

    @property
    def is_idle(self) -> bool:
        """Nothing is on its way to the server but what a customer says."""
        return not self._on_the_way

    @asynccontextmanager
    async def open(self, base: str) -> AsyncIterator[None]:
        """Customers come and go until this is left."""
        for name, door in self.doors.items():
            door.tell(partial(self._arrived, name), self._post_later)
        chance = Random(self.seed)
        stories = [STORIES[0], *chance.sample(STORIES[1:], len(STORIES) - 1)]
        async with httpx.AsyncClient(base_url=base, timeout=REQUEST_PATIENCE, trust_env=False) as http:
            for door in self.doors.values():
                await door.opens(http)
            tasks = [asyncio.create_task(self._postman(http), name="postman")]
            tasks += [
                asyncio.create_task(self._seat(number, stories, Random(chance.random()), http), name=f"seat {number}")
                for number in range(self.seats)
            ]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    # One seat

    async def _seat(self, number: int, stories: list[Story], chance: Random, http: httpx.AsyncClient) -> None:
        await self._pause(FIRST_ARRIVAL + number * chance.uniform(*BETWEEN_ARRIVALS))
        errands = islice(cycle(stories), number * len(stories) // self.seats, None)     # each seat begins elsewhere
        strangers = set(PEOPLE[number::self.seats])
        for person in cycle(PEOPLE[number::self.seats]):
            story = next(each for each in errands if _fits(each, person, is_new=person in strangers))
            strangers.discard(person)
            await self._visit(person, story, chance, http)
            if not story.machine_will_do and chance.random() < COMES_BACK:
                await self._pause(chance.uniform(*BETWEEN_VISITS))
                await self._visit(person, chance.choice(AFTERTHOUGHTS), chance, http)
            await self._pause(chance.uniform(*BETWEEN_VISITS))

    async def _visit(self, person: Person, story: Story, chance: Random, http: httpx.AsyncClient) -> None:
        async def says(line: Line) -> None:
            await self._bring(person, line, http)

        phone = self._phones[person.door, person.id] = Phone()
        known = facts(story, person.door, chance)
        try:
            await says(Comes(purchase(known, story.days)))
            await Customer(story, known, phone, says, self.time, chance).visit()
            await says(Leaves())
        except TurnedAway as refusal:
            log.warning("the server does not take what %s customers say: %s", person.door, refusal)
            await self._pause(SHUT_OUT)
        except Exception:
            log.exception("the visit of %s, about %s, went wrong", person.id, story.about)
            await self._pause(SHUT_OUT)
        finally:
            del self._phones[person.door, person.id]

    def _arrived(self, door: str, customer: str, text: str) -> None:
        """An answer reaches a phone; whoever has left the shop does not look any more."""
        if phone := self._phones.get((door, customer)):
            phone.receive(text)

    # To the server

    async def _bring(self, person: Person, line: Line, http: httpx.AsyncClient) -> None:
        """Returns once the server has it. Raises TurnedAway."""
        serial, retry = next(self._serial), FIRST_RETRY
        while (status := await self._post(person, line, serial, http)) != 200:
            if status is not None and status < 500 and status != 429:
                self.refused += 1
                raise TurnedAway(f"HTTP {status}")
            await self._pause(retry)
            retry = min(LAST_RETRY, 2 * retry)
        self.taken += isinstance(line, SAID)

    async def _post(self, person: Person, line: Line, serial: int, http: httpx.AsyncClient) -> int | None:
        """The first status that is not 200, if there is one; None if no answer came."""
        for call in self.doors[person.door].calls(person, line, serial):
            if (status := await _sent(call, http)) != 200:
                return status
        return 200

    def _post_later(self, call: Call) -> None:
        self._on_the_way += 1
        self._mail.put_nowait(call)

    async def _postman(self, http: httpx.AsyncClient) -> None:
        """Brings what platforms tell by themselves. They try a few times, and then nobody ever hears of it."""
        while True:
            call, tries = await self._mail.get(), TRIES
            while tries and await _sent(call, http) != 200:
                tries -= 1
            self._on_the_way -= 1

    async def _pause(self, seconds: float) -> None:
        await self.time.until(asyncio.Event(), seconds)


async def _sent(call: Call, http: httpx.AsyncClient) -> int | None:
    """The status of the answer; None if none came. Of what is lost on the way, the platform does not know."""
    status = 200
    try:
        for _ in range(call.times):
            answer = await http.post(
                call.path, params=dict(call.query), headers=dict(call.headers), content=call.body
            )
            status = answer.status_code
    except httpx.TransportError:
        return None
    return status


def _fits(story: Story, person: Person, *, is_new: bool) -> bool:
    """One who has met the machine before, or an agent, comes for more than a look round."""
    return person.door in story.doors and (is_new or not story.machine_will_do)
