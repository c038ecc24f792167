"""The events of Douyin (抖音), read: what each of them says.

The pages of developer.open-douyin.com: webhooks/summarize for the handshake and the delivery rules,
search-management/private-message for the events; what they leave open follows the SDKs.

Messages of private conversations become what a customer or the staff says, or what our own app has sent; a recall finds
its message; whatever else Douyin tells is kept as a notice under the event's own name. The signature knows no time, so
every id is taken once for good.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from attrs import field, frozen

from ccs import codec
from ccs.channels.base import Callback, readable
from ccs.channels.douyin.members import members_of, objects_of, opened, text_of, time_of
from ccs.codec import LONGEST_IDENTIFIER, LONGEST_TEXT, Identifier, OptionalText
from ccs.errors import BadRequest
from ccs.incoming.inbound import (
    CodeOffered,
    CustomerSays,
    EchoHeard,
    Inbound,
    MessageRecalled,
    PlatformAsks,
    PlatformTells,
    StaffSays,
)
from ccs.models import Attachment, Customer, PlatformId, Stage, Via

HANDSHAKE = "verify_webhook"
RECALL = "im_recall_msg"
ENTERS = "im_enter_direct_msg"
ALBUM = {"user_local_image", "user_local_video"}    # of the customer's own, to be asked for at once

PRIVATE = {"im_receive_msg", "im_send_msg"}
SENT = {"im_send_msg", "im_group_send_msg"}         # by the business, whether in the app or by the API
MESSAGES = PRIVATE | SENT | {"im_group_receive_msg"}
GROUP = 2                                           # a `conversation_type`

ENTERED_FOR = timedelta(seconds=30)     # in which she may be greeted

# Members of a message that have places of their own, or nothing more to say once it is read. Its own id stays with it:
# whoever answers or recalls the message must name it.
PLACED = {"conversation_short_id", "conversation_type", "create_time", "message_type", "source", "user_infos"}


@frozen
class Event:
    """What every event has."""

    event: Identifier


@frozen
class Challenge:
    challenge: int


@frozen
class Handshake:
    content: Challenge


@frozen
class Content:
    """What a message cannot do without."""

    server_message_id: Identifier
    message_type: Identifier
    conversation_short_id: OptionalText = ""


@frozen
class TextContent(Content):
    text: str = field(kw_only=True)


@frozen
class Said:
    """A message in either direction."""

    from_user_id: Identifier
    to_user_id: Identifier
    content: Content


@frozen
class SaidInText(Said):
    content: TextContent


def inbound(channel: str, client_key: str, callback: Callback) -> Inbound:
    """What a callback says that has proved itself. Raises BadRequest with every fault."""
    told = opened(callback.body)
    event = codec.read(Event, told).event
    if event == HANDSHAKE:
        return challenge(told)
    content = members_of(told, "content")
    account = _account(event, told)
    ids = tuple(PlatformId(channel, account, value) for value in _names(event, content, callback))
    tells = PlatformTells(channel, account, event, told, ids)
    if content.get("conversation_type") == GROUP:
        return tells
    if event == RECALL:
        return _recalled(channel, told, tells)
    if event == ENTERS:
        return _enters(channel, told, tells)
    if event not in PRIVATE:
        return tells
    if _is_our_own(event, content, client_key):
        return _echo(channel, told, tells)
    return _says(channel, event, told, ids)


def _says(channel: str, event: str, told: Mapping[str, Any], ids: tuple[PlatformId, ...]) -> CustomerSays | StaffSays:
    """A message of a private conversation. Who is who depends on its direction."""
    content = members_of(told, "content")
    is_text = content.get("message_type") == "text"
    message = codec.read(SaidInText if is_text else Said, told)
    business, customer = message.to_user_id, message.from_user_id
    if event in SENT:
        business, customer = customer, business
    placed = PLACED | {"text"} if is_text else PLACED
    said: dict[str, Any] = {
        "content": _words(message.content.message_type, content),
        "ids": ids,
        "type": message.content.message_type,
        "platform_time": time_of(content),
        "fields": {name: value for name, value in content.items() if name not in placed},
        "attachment": _file(message),
    }
    who = Customer(channel, business, customer, *_name_and_avatar(content, customer))
    if event in SENT:
        return StaffSays(who, pauses=True, **said)
    return CustomerSays(who, Via.NATIVE, conversation=message.content.conversation_short_id, **said)


def _words(kind: str, content: Mapping[str, Any]) -> str:
    return text_of(content, "text") if kind == "text" else readable(kind, _detail(content))


def _file(message: "Said") -> Attachment | None:
    """What is needed to ask for it: see `Media.fetch`."""
    content = message.content
    if content.message_type not in ALBUM or not content.conversation_short_id:
        return None
    return Attachment(Stage.FETCHING, source=urlencode({
        "open_id": message.from_user_id, "conversation_id": content.conversation_short_id,
        "message_id": content.server_message_id,
    }))


def _echo(channel: str, told: Mapping[str, Any], tells: PlatformTells) -> Inbound:
    """What our app sent. If it does not say to whom, it is only noted."""
    content, to = members_of(told, "content"), text_of(told, "to_user_id")
    reference, kind = text_of(content, "server_message_id"), text_of(content, "message_type")
    if not (to and reference and kind):
        return tells
    return EchoHeard(
        Customer(channel, tells.account, to), reference, kind, _words(kind, content), time_of(content), tells
    )


def _recalled(channel: str, told: Mapping[str, Any], tells: PlatformTells) -> Inbound:
    """Either side may take back; no page tells which of the two is the customer then."""
    content, sender, to = members_of(told, "content"), text_of(told, "from_user_id"), text_of(told, "to_user_id")
    reference = text_of(content, "server_message_id") or text_of(content, "msg_id")
    if not (sender and to and reference):
        return tells
    customer, other = Customer(channel, to, sender), Customer(channel, sender, to)
    return MessageRecalled(customer, reference, tells.ids, or_customer=other, tells=tells)


def _enters(channel: str, told: Mapping[str, Any], tells: PlatformTells) -> Inbound:
    """She opened the chat. Counted from when that was, not from when we heard of it."""
    content, sender = members_of(told, "content"), text_of(told, "from_user_id")
    reference, entered = text_of(content, "server_message_id"), time_of(content)
    if not (sender and tells.account and reference and entered):
        return tells
    return CodeOffered(
        Customer(channel, tells.account, sender), "entered", reference, entered + ENTERED_FOR, tells.ids,
        conversation=text_of(content, "conversation_short_id"), unless_open=True, tells=tells,
    )


def challenge(told: Mapping[str, Any]) -> PlatformAsks:
    """The handshake: the number goes back under its own key, and nothing else does."""
    return PlatformAsks({"challenge": codec.read(Handshake, told).content.challenge})


def is_handshake(body: bytes) -> bool:
    """Raises nothing: whatever cannot be read is the gateway's to refuse."""
    if HANDSHAKE.encode() not in body:      # nearly always, and then the body need not be decoded twice
        return False
    try:
        told = codec.decode(body)
    except BadRequest:
        return False
    return isinstance(told, dict) and told.get("event") == HANDSHAKE


def _account(event: str, told: Mapping[str, Any]) -> str:
    """The business: who it is to, or from if the business sent it; some events name one side only."""
    to, sender = text_of(told, "to_user_id"), text_of(told, "from_user_id")
    return sender or to if event in SENT else to or sender


def _names(event: str, content: Mapping[str, Any], callback: Callback) -> list[str]:
    """What to know it by if it comes again.

    A message is known by its own id too. In other events that member names the message they are about.
    """
    names = [f"msg-id:{_short(msg_id)}"] if (msg_id := callback.headers.get("Msg-Id", "").strip()) else []
    if event in MESSAGES and (message_id := text_of(content, "server_message_id")):
        names.append(f"message:{_short(message_id)}")
    return names or [f"body:{hashlib.sha256(callback.body).hexdigest()}"]


def _short(name: str) -> str:
    """It is kept for good; what nobody would call an id is still the same one when it comes again."""
    return name if len(name) <= LONGEST_IDENTIFIER else hashlib.sha256(name.encode()).hexdigest()


def _is_our_own(event: str, content: Mapping[str, Any], client_key: str) -> bool:
    """Whether it echoes what our own app sent. Without a key of ours nothing does: people send without one."""
    return event in SENT and bool(client_key) and content.get("source") == client_key


def _name_and_avatar(content: Mapping[str, Any], open_id: str) -> tuple[str, str]:
    """Both parties are described, in any order."""
    for info in objects_of(content, "user_infos"):
        if info.get("open_id") == open_id:
            avatar = text_of(info, "avatar")
            return text_of(info, "nick_name")[:LONGEST_IDENTIFIER], avatar if len(avatar) <= LONGEST_TEXT else ""
    return "", ""


def _detail(content: Mapping[str, Any]) -> str:
    """What makes a placeholder more readable: what was written on a 留资卡片, or any text."""
    lines = [f"{text_of(line, 'label')}：{text_of(line, 'value')}" for line in objects_of(content, "card_data")]
    return "，".join(lines) or text_of(content, "text")
