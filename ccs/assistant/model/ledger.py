"""What models have cost, and how much they still may: in tokens, for a day and for a session.

Before a request its estimated cost is set aside, so that several at once cannot spend the same rest. What it really
cost is in the book as soon as it is known, and so a restart does not forget it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Protocol

from ccs.assistant.model.client import Charge
from ccs.errors import CCSError

log = logging.getLogger(__name__)

SESSIONS_LAST = timedelta(days=7)       # a session that goes on for longer begins anew


class Book(Protocol):
    """What was spent, on disk."""

    def entries(self, since: date) -> Iterable[tuple[date, str, int]]:
        """Day, session and tokens, of this day and later ones."""
        ...

    def write(self, day: date, session_id: str, tokens: int) -> None:
        """Raises OSError."""
        ...


class BudgetSpent(CCSError):
    """What models may cost is spent. The words are Chinese, for agents."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}的模型用量已达上限，请自己回复，或请管理员调整 assistant.openai 的用量设置")


class Ledger:
    """`daily` and `per_session` are tokens; 0 is without limit."""

    def __init__(self, daily: int, per_session: int, today: Callable[[], date], book: Book) -> None:
        self._daily = daily
        self._per_session = per_session
        self._today = today
        self._book = book
        self._days: Counter[date] = Counter()
        self._sessions: Counter[str] = Counter()
        self._set_aside: Counter[str] = Counter()
        for day, session_id, tokens in book.entries(today() - SESSIONS_LAST):
            self._count(day, session_id, tokens)

    @property
    def spent_today(self) -> int:
        return self._days[self._today()]

    @contextmanager
    def set_aside(self, session_id: str, tokens: int) -> Iterator[Charge]:
        """While it lasts so many tokens are taken; what is charged comes in their place. Raises BudgetSpent."""
        if self._daily and self.spent_today + self._set_aside.total() + tokens > self._daily:
            raise BudgetSpent("今天")
        if self._per_session and self._sessions[session_id] + self._set_aside[session_id] + tokens > self._per_session:
            raise BudgetSpent("这个会话")
        self._set_aside[session_id] += tokens
        try:
            yield lambda cost: self._charge(session_id, cost)
        finally:
            self._set_aside[session_id] -= tokens
            self._set_aside += Counter()        # sessions with nothing set aside are gone from it

    def _charge(self, session_id: str, tokens: int) -> None:
        day = self._today()
        self._count(day, session_id, tokens)
        try:
            self._book.write(day, session_id, tokens)
        except OSError as error:        # it is counted all the same until a restart
            log.warning("what the model cost could not be written down: %s", error.strerror)

    def _count(self, day: date, session_id: str, tokens: int) -> None:
        self._days[day] += tokens
        if self._per_session:
            self._sessions[session_id] += tokens
