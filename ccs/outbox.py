"""The outbox: brings what we say to the platforms, one session's messages in order.

A reply is a row before it is a request, and `sending` is on disk before the request leaves. So whatever stops the
process, the next start knows what may have been sent, and goes on by the same rules as after any lost answer.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from attrs import evolve

from ccs.backoff import woken_or
from ccs.channels.base import Channel, Way
from ccs.desk import Desk
from ccs.errors import CannotReply, DeliveryDelayed, DeliveryRefused, SessionShut, StoreUnavailable
from ccs.incoming.inbound import PlatformTells
from ccs.models import Clock, Fate, Message, Session
from ccs.outgoing import fate, limits
from ccs.reception import Reception
from ccs.registry import Registry
from ccs.ticket import Ticket
from ccs.worker import Worker

log = logging.getLogger(__name__)

DRAIN = 7.0             # seconds that a stop waits for what is on its way; service managers give it ten in all
MOST_AT_ONCE = 64       # requests on their way at the same time; as many as the HTTP client has connections


class Outbox(Worker):
    """One task for each session that has something to send, and none for the others."""

    def __init__(
        self, registry: Registry, desk: Desk, reception: Reception, channels: Mapping[str, Channel], clock: Clock,
        chance: Random,
    ) -> None:
        self._registry = registry
        self._desk = desk
        self._reception = reception
        self._channels = channels
        self._now = clock
        self._chance = chance
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: dict[str, asyncio.Event] = {}
        self._stopping = False

    def wake(self, session_id: str) -> None:
        """There may be something to send in this session. No wake is lost, however often it comes."""
        if self._stopping:
            return
        if event := self._woken.get(session_id):
            event.set()
            return
        self._woken[session_id] = asyncio.Event()
        self._tasks[session_id] = asyncio.create_task(self._run(session_id), name=f"outbox {session_id}")

    def resume(self) -> None:
        """After a start, or when the disk is back: go on with everything that is not finished."""
        for session_id in self._registry.sessions_with_outgoing():
            self.wake(session_id)

    async def stop(self) -> None:
        """Let what is on its way come back; begin nothing new."""
        self._stopping = True
        for event in self._woken.values():
            event.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=DRAIN)
            for worker in late:
                worker.cancel()

    def hear_result(self, tells: PlatformTells) -> Ticket:
        """A gateway's final word on a request of ours (`send_result`)."""
        if again := self._registry.taken(tells.ids):
            return again
        found = self._registry.delivery(str(tells.payload.get("requestId", "")))
        if found is None or found[0].customer.channel != tells.channel:
            return self._reception.platform_tells(tells)
        shut = self._channels[tells.channel].shut_by(tells.payload)
        return self._desk.result_told(_final(found[1], tells.payload), tells, shut)

    # One session's worker

    async def _run(self, session_id: str) -> None:
        woken = self._woken[session_id]
        try:
            while not self._stopping:
                woken.clear()
                waiting = self._registry.outgoing(session_id)
                if not waiting:
                    break
                pause = (waiting[0].delivery.due_at - self._now()).total_seconds() if waiting[0].delivery else 0.0
                if pause > 0:
                    await woken_or(woken, pause)
                    continue
                await self._deliver(waiting[0])
        except StoreUnavailable:
            log.warning("outbox of session %s waits for the database", session_id)      # `resume` comes after it
        except Exception:
            log.exception("outbox of session %s stopped", session_id)
        finally:
            del self._woken[session_id], self._tasks[session_id]
        if self._registry.outgoing(session_id) and woken.is_set():
            self.wake(session_id)

    async def _deliver(self, message: Message) -> None:
        session = self._registry.get(message.session_id)
        channel = self._channels.get(session.customer.channel)
        way = channel.ways_out().get(session.via) if channel else None
        if way is None:
            reason = channel.no_way_out(session.via) if channel else "该渠道已不存在"
            await self._ends(fate.failed(message, reason))
            return
        if message.delivery is None or fate.is_too_late(message.delivery, self._now()):
            await self._ends(fate.given_up(message))
            return
        interrupted = message.delivery.state is Fate.SENDING
        if interrupted and not way.idempotent:      # by a crash: nobody knows whether it left
            await self._desk.delivery_moved(self._unanswered(way, message))
            return
        async with self._room:
            if (waiting := self._registry.waiting(message)) != message:
                return                              # withdrawn while it stood in line
            session = self._registry.get(message.session_id)
            may_have_arrived = interrupted or message.delivery.lost     # then its first result is asked for, no more
            if not (may_have_arrived and way.idempotent) and (why := _not_now(session, self._now())):
                await self._ends(fate.not_allowed(message, why))
                return
            message = fate.sending(waiting)
            await self._desk.delivery_moved(message)
            moved, shut = await self._attempt(way, session, message)
        if (waiting := self._registry.waiting(message)) == message:
            await self._ends(evolve(moved, verdicts=waiting.verdicts), shut, session)
        # else the platform's final word on it came before the answer to the request itself, and stands

    def _ends(self, message: Message, shut: SessionShut | None = None, seen: Session | None = None) -> Ticket:
        """An attempt is over, or there will be none."""
        if message.delivery and message.delivery.state is Fate.FAILED:
            return self._desk.not_delivered(message, shut, seen)
        return self._desk.delivery_moved(message)

    async def _attempt(self, way: Way, session: Session, message: Message) -> tuple[Message, SessionShut | None]:
        """The message as it is then, and what the platform said of the session if it was a refusal."""
        try:
            return await self._sent(way, session, message), None
        except SessionShut as shut:
            return fate.failed(message, str(shut)), shut

    async def _sent(self, way: Way, session: Session, message: Message) -> Message:
        """Raises SessionShut."""
        delivery = message.delivery
        assert delivery is not None
        try:
            sent = await way.send(session, message)
        except DeliveryRefused as refusal:
            log.warning("delivery %s refused on attempt %d", delivery.id, delivery.attempts)
            if isinstance(refusal, SessionShut):
                raise
            return fate.failed(message, str(refusal))
        except DeliveryDelayed as delay:
            log.warning("delivery %s delayed on attempt %d, lost=%s", delivery.id, delivery.attempts, delay.lost)
            return self._delayed(way, message, delay)
        except Exception:
            log.exception("delivery %s met an unexpected fault on attempt %d", delivery.id, delivery.attempts)
            return self._delayed(way, message, DeliveryDelayed("发送时出现内部错误", lost=True))
        log.info("delivery %s sent on attempt %d", delivery.id, delivery.attempts)
        return fate.part_sent(message, self._now()) if sent.is_part else fate.sent(message, sent.platform_id)

    def _delayed(self, way: Way, message: Message, delay: DeliveryDelayed) -> Message:
        if delay.lost and not way.idempotent:
            return self._unanswered(way, message)
        return fate.delayed(message, delay, self._now(), self._chance)

    def _unanswered(self, way: Way, message: Message) -> Message:
        """Nobody knows whether it left. Its echo is waited for once, where there are echoes."""
        if way.hears_echoes and message.delivery and not message.delivery.lost:
            return fate.awaits_echo(message, self._now())
        return fate.unanswered(message)


def _not_now(session: Session, now: datetime) -> str | None:
    """Why nothing leaves in this session now, for the agent. Of its allowance the message has its part already."""
    try:
        limits.must_allow(session, now, parts=0)
    except CannotReply as refusal:
        return str(refusal)
    return None


def _final(message: Message, payload: Mapping[str, Any]) -> Message:
    """The message after the platform's last word on it, or on a part of it."""
    request_id, reason = str(payload.get("requestId")), payload.get("reason")
    if payload.get("ok") is True:
        return fate.confirmed(message)
    reason = reason if isinstance(reason, str) and reason else "平台未能送达"
    delivery = message.delivery
    part = delivery.part_of(request_id) if delivery and delivery.id != request_id else None
    return fate.failed(message, reason) if part is None else fate.part_failed(message, part, reason)
