"""Taking a session back from whoever serves it in the platform's own client.

The platform is asked first, and the session moves once it has agreed. Whoever asks meanwhile gets the same answer.
"""

import asyncio
from collections.abc import Mapping

from ccs import lifecycle
from ccs.channels.base import Channel
from ccs.desk import Desk
from ccs.errors import StoreUnavailable, WrongStatus
from ccs.models import Agent, Session, Status
from ccs.registry import Registry
from ccs.worker import Worker, end, shared


class Reclaims(Worker):
    """One request for each session at a time."""

    def __init__(self, registry: Registry, desk: Desk, channels: Mapping[str, Channel]) -> None:
        self._registry = registry
        self._desk = desk
        self._channels = channels
        self._asking: dict[str, asyncio.Task[Session]] = {}
        self._stopping = False

    async def reclaim(self, session_id: str, by: Agent | None) -> Session:
        """The session, durably ours. Raises Refusal with words for each reason why it is not, and StoreUnavailable."""
        if self._stopping:
            raise StoreUnavailable
        session = self._registry.get(session_id)
        lifecycle.must_hold(session, by)
        if session.status is not Status.MANUAL and not (by and by.supervises and session.is_open):
            raise WrongStatus("请先接入会话，再收回")
        if session_id not in self._asking:
            task = asyncio.create_task(self._reclaim(session, by), name=f"reclaim {session_id}")
            self._asking[session_id] = task
            task.add_done_callback(lambda _: self._asking.pop(session_id, None))
        return await shared(self._asking[session_id])

    async def stop(self) -> None:
        """What a platform has agreed to meanwhile is asked for anew."""
        self._stopping = True
        await end(self._asking.values())

    async def _reclaim(self, session: Session, by: Agent | None) -> Session:
        reclaimed = await self._channels[session.customer.channel].reclaim(session)
        await self._desk.reclaimed(session, reclaimed, by)
        return self._registry.get(session.id)
