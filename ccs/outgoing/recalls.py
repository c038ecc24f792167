"""Taking back what we said, where the platform can: it is asked first, and the message is marked once it has agreed."""

from collections.abc import Mapping

from ccs import lifecycle
from ccs.channels.base import Channel
from ccs.desk import Desk
from ccs.errors import NotDeliverable
from ccs.models import Agent, Fate, Message
from ccs.registry import Registry


class Recalls:
    """Asking twice does no harm: the platform refuses, or agrees again."""

    def __init__(self, registry: Registry, desk: Desk, channels: Mapping[str, Channel]) -> None:
        self._registry = registry
        self._desk = desk
        self._channels = channels

    async def recall(self, session_id: str, message_id: str, by: Agent | None) -> Message:
        """The message, durably taken back. Raises Refusal with words for each reason why it is not."""
        session = self._registry.get(session_id)
        lifecycle.must_hold(session, by)
        message, ticket = self._registry.message(session_id, message_id)
        if message.recalled_at:
            await ticket
            return message
        if message.delivery is None or message.delivery.state is not Fate.SENT:
            raise NotDeliverable("只有从这里发出并已送达的消息可以撤回")
        await self._channels[session.customer.channel].recall(session, message)
        return await self._desk.recalled(session_id, message_id)
