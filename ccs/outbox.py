"""The outbox: brings what we say to the platforms, one session's messages in order.

A reply is a row before it is a request, and `sending` is on disk before the request leaves. So whatever stops the
process, the next start knows what may have been sent, and goes on by the same rules as after any lost answer.
"""

import asyncio
import logging
from collections.abc import Mapping
from random import Random

from ccs import fate
from ccs.channels.base import Channel, Way
from ccs.desk import Desk
from ccs.errors import DeliveryDelayed, DeliveryRefused, StoreUnavailable
from ccs.inbound import PlatformTells
from ccs.models import Clock, Fate, Message, Session
from ccs.registry import Registry
from ccs.ticket import Ticket

log = logging.getLogger(__name__)

MOST_AT_ONCE = 64       # requests on their way at the same time; as many as the HTTP client has connections


class Outbox:
    """One worker for each session that has something to send, and none for the others."""

    def __init__(
        self, registry: Registry, desk: Desk, channels: Mapping[str, Channel], clock: Clock,
        chance: Random,
    ) -> None:
        self._registry = registry
        self._desk = desk
        self._channels = channels
        self._now = clock
        self._chance = chance
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._workers: dict[str, asyncio.Task[None]] = {}
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
        self._workers[session_id] = asyncio.create_task(self._run(session_id), name=f"outbox {session_id}")

    def resume(self) -> None:
        """After a start, or when the disk is back: go on with everything that is not finished."""
        for session_id in self._registry.sessions_with_outgoing():
            self.wake(session_id)

    async def stop(self, patience: float) -> None:
        """Let what is on its way come back; begin nothing new."""
        self._stopping = True
        for event in self._woken.values():
            event.set()
        if self._workers:
            _, late = await asyncio.wait(self._workers.values(), timeout=patience)
            for worker in late:
                worker.cancel()

    def hear_result(self, tells: PlatformTells) -> Ticket:
        """A gateway's final word on a request of ours (`send_result`)."""
        if again := self._registry.taken(tells.ids):
            return again
        found = self._registry.delivery(str(tells.payload.get("requestId", "")))
        if found is None or found[0].customer.channel != tells.channel:
            return self._desk.platform_tells(tells)
        message = found[1]
        reason = tells.payload.get("reason")
        if tells.payload.get("ok") is True:
            moved = fate.confirmed(message)
        else:
            moved = fate.failed(message, reason if isinstance(reason, str) and reason else "平台未能送达")
        return self._desk.delivery_moved(moved, tells)

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
                    await _either(woken, pause)
                    continue
                await self._deliver(waiting[0])
        except StoreUnavailable:
            log.warning("outbox of session %s waits for the database", session_id)      # `resume` comes after it
        except Exception:
            log.exception("outbox of session %s stopped", session_id)
        finally:
            del self._woken[session_id], self._workers[session_id]
        if self._registry.outgoing(session_id) and woken.is_set():
            self.wake(session_id)

    async def _deliver(self, message: Message) -> None:
        session = self._registry.get(message.session_id)
        channel = self._channels.get(session.customer.channel)
        way = channel.ways_out().get(session.via) if channel else None
        if way is None:
            reason = channel.no_way_out(session.via) if channel else "该渠道已不存在"
            await self._desk.delivery_moved(fate.failed(message, reason))
            return
        if message.delivery is None or fate.is_too_late(message.delivery, self._now()):
            await self._desk.delivery_moved(fate.given_up(message))
            return
        interrupted = message.delivery.state is Fate.SENDING
        if interrupted and not way.idempotent:      # by a crash: nobody knows whether it left
            await self._desk.delivery_moved(fate.unanswered(message))
            return
        async with self._room:
            if self._registry.waiting(message) != message:
                return                              # withdrawn while it stood in line
            message = fate.sending(message)
            await self._desk.delivery_moved(message)
            moved = await self._attempt(way, session, message)
        if self._registry.waiting(message) == message:
            await self._desk.delivery_moved(moved)
        # else the platform's final word on it came before the answer to the request itself, and stands

    async def _attempt(self, way: Way, session: Session, message: Message) -> Message:
        delivery = message.delivery
        assert delivery is not None
        try:
            sent = await way.send(session, message)
        except DeliveryRefused as refusal:
            log.warning("delivery %s refused on attempt %d", delivery.id, delivery.attempts)
            return fate.failed(message, str(refusal))
        except DeliveryDelayed as delay:
            log.warning("delivery %s delayed on attempt %d, lost=%s", delivery.id, delivery.attempts, delay.lost)
            return self._delayed(way, message, delay)
        except Exception:
            log.exception("delivery %s met an unexpected fault on attempt %d", delivery.id, delivery.attempts)
            return self._delayed(way, message, DeliveryDelayed("发送时出现内部错误", lost=True))
        log.info("delivery %s sent on attempt %d", delivery.id, delivery.attempts)
        return fate.sent(message, sent.platform_id)

    def _delayed(self, way: Way, message: Message, delay: DeliveryDelayed) -> Message:
        if delay.lost and not way.idempotent:
            return fate.unanswered(message)
        return fate.delayed(message, delay, self._now(), self._chance)


async def _either(woken: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(woken.wait(), seconds)
    except TimeoutError:
        pass
