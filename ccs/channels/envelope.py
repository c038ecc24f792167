"""The neutral envelope by which a gateway says what happened on its platform. The definition is ours.

For a platform whose own chat API is not to be had. `/openapi.yaml` describes it as `Envelope`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ccs import wire
from ccs.channels.base import readable
from ccs.errors import BadRequest
from ccs.inbound import CustomerSays, Inbound, PlatformTells, StaffSays
from ccs.models import Customer, PlatformId, Via, from_millis
from ccs.wire import Identifier, OptionalText

MILLIS_LIMIT = 10**14       # the year 5138; larger times are a mistake in the gateway

SPOKEN = {"id", "msgType", "sentAt", "text"}        # members of a message that have places of their own
KIND_DETAILS = {"product": ("sku", "title"), "order": ("order", "id")}


@frozen
class EnvelopeCustomer:
    id: Identifier
    nickname: OptionalText = ""
    avatar: OptionalText = ""


@frozen
class EnvelopeMessage:
    id: Identifier
    msgType: Identifier
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
    ids: tuple[PlatformId, ...] = (PlatformId(channel, envelope.shopId, f"event:{envelope.eventId}"),)
    if envelope.type != "message" or envelope.senderType == "system":
        return PlatformTells(channel, envelope.shopId, envelope.type, payload, ids)
    assert envelope.customer and envelope.message      # or it had been refused
    message = envelope.message
    ids += (PlatformId(channel, envelope.shopId, f"message:{message.id}"),)
    customer = Customer(
        channel, envelope.shopId, envelope.customer.id, envelope.customer.nickname, envelope.customer.avatar
    )
    said: dict[str, Any] = {
        "content": _content(message, payload["message"]),
        "ids": ids,
        "type": message.msgType,
        "platform_time": _sent_at(message),
        "fields": {name: value for name, value in payload["message"].items() if name not in SPOKEN},
    }
    if envelope.senderType == "staff":
        return StaffSays(customer, **said)
    return CustomerSays(customer, Via.GATEWAY, conversation=envelope.conversationId, **said)


def _envelope(payload: dict[str, Any]) -> Envelope:
    """Raises BadRequest with every fault: those of single members, and those between them."""
    faults = _between(payload)
    try:
        envelope = wire.read(Envelope, payload)
    except BadRequest as error:
        raise BadRequest("；".join([str(error), *faults])) from None
    if faults:
        raise BadRequest("；".join(faults))
    return envelope


def _between(payload: dict[str, Any]) -> list[str]:
    """What a message event needs beyond members of the right type."""
    if payload.get("type") != "message" or payload.get("senderType") == "system":
        return []
    faults = [f"message 事件必须有 {name}" for name in ("shopId", "customer", "message") if not payload.get(name)]
    if payload.get("senderType", "customer") not in ("customer", "staff"):
        faults.append("senderType 只能是 customer、staff 或 system")
    message = payload.get("message")
    if isinstance(message, dict):
        if message.get("msgType") == "text" and message.get("text") is None:
            faults.append("text 消息必须有 text")
        sent_at = message.get("sentAt")
        if isinstance(sent_at, int) and not 0 <= sent_at < MILLIS_LIMIT:
            faults.append("sentAt 必须是毫秒时间戳")
    return faults


def _content(message: EnvelopeMessage, fields: Mapping[str, Any]) -> str:
    if message.msgType == "text":
        return message.text or ""
    member, name = KIND_DETAILS.get(message.msgType, ("", ""))
    detail = fields.get(member)
    return readable(message.msgType, detail.get(name) if isinstance(detail, dict) else message.text)


def _sent_at(message: EnvelopeMessage) -> datetime | None:
    return None if message.sentAt is None else from_millis(message.sentAt)
