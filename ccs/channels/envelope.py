"""The neutral envelope by which a gateway says what happened on its platform. The definition is ours.

For a platform whose own chat API is not to be had. `/openapi.yaml` describes it as `Envelope`, and the README tells
gateway authors how to use it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ccs import codec
from ccs.channels import cards
from ccs.channels.base import readable
from ccs.codec import Identifier, OptionalText
from ccs.errors import BadRequest
from ccs.incoming.inbound import CustomerSays, Inbound, MessageRecalled, OwnerChanged, PlatformTells, StaffSays
from ccs.models import Customer, PlatformId, Via, from_millis

MILLIS_LIMIT = 10**14       # the year 5138; larger times are a mistake in the gateway

SPOKEN = {"id", "msgType", "sentAt", "text"}        # members of a message that have places of their own
OURS = {"msgid", "card"}                            # names of ours among what a message brings along

NEEDED = {                  # members without which an event of this type says nothing
    "message": ("shopId", "customer", "message"),
    "message_recalled": ("shopId", "customer", "message"),
    "send_result": ("requestId",),
}


@frozen
class EnvelopeCustomer:
    id: Identifier
    nickname: OptionalText = ""
    avatar: OptionalText = ""


@frozen
class EnvelopeMessage:
    id: Identifier
    msgType: Identifier | None = None       # a recall names a message without it
    sentAt: int | None = None
    text: str | None = None


@frozen
class Envelope:
    """What every type of event has in common. Unknown members are ignored."""

    eventId: Identifier
    type: Identifier
    version: str = "1"
    shopId: OptionalText = ""
    customer: EnvelopeCustomer | None = None
    conversationId: OptionalText = ""
    message: EnvelopeMessage | None = None
    senderType: OptionalText = "customer"


def inbound(channel: str, payload: dict[str, Any]) -> Inbound | None:
    """What the decoded envelope says; None for a ping. Raises BadRequest."""
    envelope = _envelope(payload)
    if envelope.type == "ping":
        return None
    event = PlatformId(channel, envelope.shopId, f"event:{envelope.eventId}")
    customer = envelope.customer and Customer(
        channel, envelope.shopId, envelope.customer.id, envelope.customer.nickname, envelope.customer.avatar
    )
    if envelope.senderType != "system" and customer and envelope.message:
        if envelope.type == "message":
            return _says(envelope, envelope.message, customer, event, payload["message"])
        if envelope.type == "message_recalled":
            return MessageRecalled(customer, envelope.message.id, (event,))
    if envelope.type == "session_ended" and customer and envelope.shopId:
        return OwnerChanged(customer, None, (event,), ended=True)
    return PlatformTells(channel, envelope.shopId, envelope.type, payload, (event,))


def _says(
    envelope: Envelope, message: EnvelopeMessage, customer: Customer, event: PlatformId, told: Mapping[str, Any]
) -> CustomerSays | StaffSays:
    kind = message.msgType or ""        # or it had been refused
    said: dict[str, Any] = {
        "content": _content(kind, message, told),
        "ids": (event, PlatformId(customer.channel, customer.account, f"message:{message.id}")),
        "type": kind,
        "platform_time": _sent_at(message),
        "fields": _fields(kind, message, told),
    }
    if envelope.senderType == "staff":
        return StaffSays(customer, **said)
    return CustomerSays(customer, Via.GATEWAY, conversation=envelope.conversationId, **said)


def _envelope(payload: dict[str, Any]) -> Envelope:
    """Raises BadRequest with every fault: those of single members, and those between them."""
    faults = _between(payload)
    try:
        envelope = codec.read(Envelope, payload)
    except BadRequest as error:
        raise BadRequest("；".join([str(error), *faults])) from None
    if faults:
        raise BadRequest("；".join(faults))
    return envelope


def _between(payload: dict[str, Any]) -> list[str]:
    """What an event of its type needs beyond members of the right type."""
    kind = payload.get("type")
    if not isinstance(kind, str) or kind not in NEEDED or payload.get("senderType") == "system":
        return []
    faults = [f"{kind} 事件必须有 {name}" for name in NEEDED[kind] if not payload.get(name)]
    if kind != "message":
        return faults
    if payload.get("senderType", "customer") not in ("customer", "staff"):
        faults.append("senderType 只能是 customer、staff 或 system")
    message = payload.get("message")
    return faults + (_in_message(message) if isinstance(message, dict) else [])


def _in_message(message: dict[str, Any]) -> list[str]:
    faults = []
    if message.get("msgType") is None:
        faults.append("message.msgType 必须给出")
    if message.get("msgType") == "text" and message.get("text") is None:
        faults.append("text 消息必须有 text")
    sent_at = message.get("sentAt")
    if isinstance(sent_at, int) and not 0 <= sent_at < MILLIS_LIMIT:
        faults.append("sentAt 必须是毫秒时间戳")
    return faults


def _content(kind: str, message: EnvelopeMessage, told: Mapping[str, Any]) -> str:
    if kind == "text":
        return message.text or ""
    card = cards.told(kind, told)
    return card.words() if card else readable(kind, message.text)


def _fields(kind: str, message: EnvelopeMessage, told: Mapping[str, Any]) -> dict[str, Any]:
    """What came with a message, the card in it for a page to draw, and the id by which a recall names it."""
    fields = {name: value for name, value in told.items() if name not in SPOKEN | OURS}
    card = cards.told(kind, told)
    return {**fields, **({"card": card.card()} if card else {}), "msgid": message.id}


def _sent_at(message: EnvelopeMessage) -> datetime | None:
    return None if message.sentAt is None else from_millis(message.sentAt)
