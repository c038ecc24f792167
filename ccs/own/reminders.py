"""Reminders: a session that an agent wants to look at again later.

They are all in memory, as the disk has them. One that is due is told to her windows, and to each that she opens, until
she has said that she saw it; a restart forgets none.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from ccs.errors import BadRequest
from ccs.kept import Reminder
from ccs.models import Agent, Change
from ccs.own.moving import Moving
from ccs.pipe import Pipe
from ccs.ticket import Ticket
from ccs.worker import Worker

FURTHEST = timedelta(days=366)
MOST = 200              # of one agent


class Archive(Protocol):
    def reminders(self) -> list[Reminder]: ...


class Reminders(Worker):
    """The verbs, and `ring`, which is to be called now and then. `tell` gets what is due and whose it is."""

    def __init__(self, pipe: Pipe, archive: Archive, tell: Callable[[Reminder], None]) -> None:
        self._pipe = pipe
        self._archive = archive
        self._tell = tell
        self._durable: dict[tuple[str, str], Reminder] = {}
        self._moving = Moving[tuple[str, str], Reminder](self._durable.get)
        self._waiting: set[tuple[str, str]] = set()         # those that have not rung yet
        self._next: datetime | None = None                  # when the first of them is due

    def resume(self) -> None:
        """After a start, or when the disk is back: what the disk holds."""
        found = {reminder.key: reminder for reminder in self._archive.reminders()}
        self._durable.clear()
        self._durable.update(found)
        self._waiting = set(found)
        self._look_ahead()

    def of(self, agent: Agent) -> list[Reminder]:
        """Hers that are on disk, the earliest first."""
        hers = [reminder for reminder in self._durable.values() if reminder.agent_id == agent.id]
        return sorted(hers, key=_when)

    def due(self, agent: Agent) -> list[Reminder]:
        return [reminder for reminder in self.of(agent) if _when(reminder) <= self._pipe.now()]

    def set(self, agent: Agent, session_id: str, at: datetime) -> Ticket:
        """The ticket's value is the reminder; it takes the place of the one before. Raises BadRequest."""
        reminder = Reminder(agent.id, session_id, at)
        if at > self._pipe.now() + FURTHEST:
            raise BadRequest("提醒时间不能超过一年 @ $.at")
        before = self._moving.get(reminder.key)
        if before == reminder:
            return self._moving.ticket(reminder.key).followed_by(reminder)
        if (before is None or before.at is None) and self._count(agent) >= MOST:
            raise BadRequest(f"提醒不能超过 {MOST} 个")
        return self._keep(reminder)

    def dismiss(self, agent: Agent, session_id: str) -> Ticket:
        """She saw it, or does not want it any more."""
        gone = Reminder(agent.id, session_id, None)
        before = self._moving.get(gone.key)
        if before is None or before.at is None:
            return self._moving.ticket(gone.key).followed_by(gone)
        return self._keep(gone)

    def ring(self) -> None:
        """Tell of those that have come due, each once."""
        now = self._pipe.now()
        if self._next is None or now < self._next:
            return
        for key in sorted(key for key in self._waiting if _when(self._durable[key]) <= now):
            self._waiting.discard(key)
            self._tell(self._durable[key])
        self._look_ahead()

    def _count(self, agent: Agent) -> int:
        every = {*self._durable, *(reminder.key for reminder in self._moving.values())}
        return sum(agent_id == agent.id for agent_id, _ in every)

    def _keep(self, reminder: Reminder) -> Ticket:
        ticket = self._pipe.commit(Change(reminders=(reminder,)), reminder)
        ticket.then(self._is_durable, reminder)
        return self._moving.moves(reminder.key, reminder, ticket)

    def _is_durable(self, reminder: Reminder) -> None:
        if reminder.at is None:
            self._durable.pop(reminder.key, None)
            self._waiting.discard(reminder.key)
        else:
            self._durable[reminder.key] = reminder
            self._waiting.add(reminder.key)
        self._look_ahead()

    def _look_ahead(self) -> None:
        self._next = min((_when(self._durable[key]) for key in self._waiting), default=None)


def _when(reminder: Reminder) -> datetime:
    assert reminder.at          # of those that are kept
    return reminder.at
