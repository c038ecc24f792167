"""The doorway for platforms: a callback becomes an inbound, and the inbound is taken exactly once.

One callback is read, decided and committed without awaiting; its caller answers the platform when the ticket settles,
so that acknowledged means durable.
"""

from collections.abc import Mapping

from ccs.channels.base import Callback, Channel
from ccs.channels.jd import JD
from ccs.channels.wecom import WeCom
from ccs.errors import NotFound
from ccs.incoming.inbound import (
    CodeOffered,
    CustomerSays,
    EchoHeard,
    Inbound,
    MessageRecalled,
    OwnerChanged,
    PlatformAsks,
    PlatformTells,
    StaffSays,
)
from ccs.outbox import Outbox
from ccs.reception import Reception
from ccs.ticket import Ticket


class Intake:
    """Takes callbacks for every channel."""

    def __init__(self, channels: Mapping[str, Channel], reception: Reception, outbox: Outbox) -> None:
        self._channels = channels
        self._reception = reception
        self._outbox = outbox

    def take_callback(self, channel: str, callback: Callback) -> Ticket:
        """Of `POST /channel/{channel}/callback`. Raises NotFound, ChannelOff, BadSignature, BadRequest.

        The ticket's value is a mapping if the platform wants that for an answer.
        """
        if channel not in self._channels:
            raise NotFound("没有这个渠道")
        return self.take(self._channels[channel].read(callback))

    def take_daojia(self, interface: str, callback: Callback) -> Ticket:
        """Of `POST /channel/jd/djsw/{interface}`. Raises ChannelOff, BadSignature, BadRequest."""
        channel = self._channels["jd"]
        assert isinstance(channel, JD)
        return self.take(channel.read_push(interface, callback))

    def take_wecom(self, callback: Callback) -> Ticket:
        """Of `POST /wecom/callback`. Raises ChannelOff, BadSignature."""
        return self.take(self._wecom.read_encrypted(callback))

    def verify_wecom(self, query: Mapping[str, str]) -> bytes:
        """Of `GET /wecom/callback`: the words to answer with. Raises ChannelOff, BadSignature."""
        return self._wecom.verify_url(query)

    @property
    def _wecom(self) -> WeCom:
        channel = self._channels["wechat"]
        assert isinstance(channel, WeCom)
        return channel

    def take(self, inbound: Inbound | None) -> Ticket:
        """What a channel has read or fetched. Everything is taken once, however often it comes."""
        if inbound is None:
            return Ticket.durable()
        if isinstance(inbound, PlatformAsks):
            return Ticket.durable(inbound.answer)
        if isinstance(inbound, CustomerSays):
            return self._reception.customer_writes(inbound)
        if isinstance(inbound, StaffSays):
            return self._reception.staff_writes(inbound)
        if isinstance(inbound, MessageRecalled):
            return self._reception.message_recalled(inbound)
        if isinstance(inbound, OwnerChanged):
            return self._reception.owner_changed(inbound)
        if isinstance(inbound, CodeOffered):
            return self._reception.code_offered(inbound)
        if isinstance(inbound, EchoHeard):
            return self._reception.echo_heard(inbound)
        if isinstance(inbound, PlatformTells):
            if inbound.kind == "send_result":
                return self._outbox.hear_result(inbound)
            return self._reception.platform_tells(inbound)
        return self._reception.platform_nudges(inbound)
