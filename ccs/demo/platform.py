"""A fake platform: it listens, takes calls to its API, and treats some of them otherwise than usual.

WeCom, Douyin, JD's JOS and the gateways are such platforms, each with calls of its own. What may go wrong with a call
stands in `vices.py`, and goes wrong in the same way whoever's call it is.
"""

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from inspect import isawaitable
from typing import Any, Protocol

from attrs import Factory, define, field
from tornado.web import RequestHandler

from ccs.demo.local import Local
from ccs.demo.memory import KEPT
from ccs.demo.samples import Sample

EVERY = "*"         # in the place of a call's name

Mood = Callable[["Call"], bool | Awaitable[bool]]   # does what it likes with a call; False lets it go on as usual


class Refused(Exception):
    """What a platform says no to: its number, and words that are for people only."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words


class Temper(Protocol):
    """How a platform is now and then: see `vices.py`."""

    def mood(self, name: str) -> Mood | None:
        """For the next call, which is of this name; None is as usual."""
        ...


@define
class Platform(Local):
    """`moods` is for whoever wants the next calls treated otherwise, one each; `moods_of` for the next of one name.

    `habits` are of every call of a name, or of EVERY. Where there is nothing of these, it is as its `temper` lets it.
    """

    calls: "deque[str]" = field(default=Factory(lambda: deque(maxlen=KEPT)), kw_only=True)      # by their names
    moods: "deque[Mood]" = field(factory=deque, kw_only=True)
    moods_of: dict[str, "deque[Mood]"] = field(factory=dict, kw_only=True)
    habits: dict[str, Mood] = field(factory=dict, kw_only=True)
    temper: Temper | None = field(default=None, kw_only=True)

    def next(self, name: str, *moods: Mood) -> None:
        """How the next calls of this name will be treated."""
        self.moods_of.setdefault(name, deque()).extend(moods)

    def moods_for(self, name: str) -> Iterator[Mood]:
        """All that a call of this name is up against now, each until one of them has dealt with it."""
        waiting = [queue for queue in (self.moods, self.moods_of.get(name)) if queue]
        for queue in waiting:
            yield queue.popleft()
        yield from (self.habits[each] for each in (name, EVERY) if each in self.habits)
        if not waiting and self.temper and (mood := self.temper.mood(name)):
            yield mood

    async def hangs_up(self) -> None:
        """Nobody listens any more, until `comes_back`."""
        await self.close()

    def comes_back(self) -> None:
        self.start(self.port)


class Call(RequestHandler, ABC):
    """A call to a platform's API. Subclasses say how it is understood, and by what it is answered."""

    name = ""

    def initialize(self, platform: Any) -> None:
        self.platform = platform

    async def get(self, name: str) -> None:
        await self.take(name)

    async def post(self, name: str) -> None:
        await self.take(name)

    async def take(self, name: str) -> None:
        self.name = name
        self.platform.calls.append(name)
        for mood in self.platform.moods_for(name):
            treated = mood(self)
            if await treated if isawaitable(treated) else treated:
                return
        self.say(self.act())

    def act(self) -> Any:
        """Does what is asked, whether or not it will be answered: see `say`."""
        try:
            return self.acts()
        except Refused as refused:
            return self.refusal(refused)

    @abstractmethod
    def acts(self) -> Any:
        """The answer. Raises Refused."""

    @abstractmethod
    def refusal(self, refused: Refused, **more: Any) -> Any:
        """The answer of one who does not."""

    def say(self, answer: Any) -> None:
        """JSON in UTF-8, as all of them do, or a file."""
        if isinstance(answer, Sample):
            self.set_header("Content-Type", answer.mime)
            self.finish(answer.content)
            return
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(json.dumps(answer, ensure_ascii=False).encode())

    def asked(self, name: str) -> str:
        """In the query."""
        return self.get_query_argument(name, "", strip=False)

    def told(self) -> Mapping[str, Any]:
        """The body, which is a JSON object. Raises ValueError."""
        try:
            body = json.loads(self.request.body)
        except RecursionError:
            raise ValueError("too deep") from None
        if not isinstance(body, dict):
            raise ValueError("no object")
        return body
