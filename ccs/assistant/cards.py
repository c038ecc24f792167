"""Keeps hand-off cards up to date: who calls for a person first often tells her matter only while she waits for one.

A card is made anew once she pauses. One that was not, because the process stopped just then, follows with her next
message; what she wrote stands in the session all the same.
"""

import asyncio
import logging

from ccs.assistant.asking import question_of
from ccs.assistant.card import renewed
from ccs.desk import Desk
from ccs.errors import StoreUnavailable
from ccs.models import Clock, Status
from ccs.registry import Registry
from ccs.worker import Worker, end

log = logging.getLogger(__name__)


class Cards(Worker):
    """One task for all sessions, while there are any. `pause` is in seconds; `clock` tells local time."""

    def __init__(self, registry: Registry, desk: Desk, pause: float, clock: Clock) -> None:
        self._registry = registry
        self._desk = desk
        self._pause = pause
        self._now = clock
        self._due: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def wake(self, session_id: str) -> None:
        """Something was said in this session while it waits for an agent."""
        self._due.add(session_id)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="hand-off cards")

    async def stop(self) -> None:
        if self._task:
            await end([self._task])

    async def _run(self) -> None:
        while self._due:
            await asyncio.sleep(self._pause)
            due, self._due = self._due, set()
            for session_id in due:
                self._renew(session_id)
                await asyncio.sleep(0)          # others get a turn
        self._task = None

    def _renew(self, session_id: str) -> None:
        try:
            session, card = self._registry.get(session_id), self._registry.briefing(session_id)
            if session.status is not Status.PENDING or card is None:
                return
            messages = self._registry.latest(session)
            fresh = renewed(card, question_of(session, messages, self._now()), messages)
            if fresh != card:
                self._desk.renew_card(session_id, fresh)
        except StoreUnavailable:
            log.warning("the card of session %s waits for her next message", session_id)
        except Exception:                       # the old one stands
            log.exception("the card of session %s was not renewed", session_id)
