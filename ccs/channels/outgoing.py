"""What is said through a gateway: the messages of the envelope that go out, and which of them an agent may send."""

import base64
from collections.abc import Mapping
from typing import Any

from ccs.channels import cards
from ccs.channels.base import Taken
from ccs.errors import BadRequest, DeliveryRefused
from ccs.models import Message, Outgoing, Session, Stage

FILES = ("image", "voice", "video", "file")     # kinds that are a file; it goes along in the request
LARGEST_FILE = 8 << 20      # bytes; in base64 a third more, and web servers commonly take 10 to 16 MB at once
LONGEST_LINK = 2048         # characters
TAKEN = (*(Taken(kind, LARGEST_FILE, 1) for kind in FILES), *map(Taken, (*cards.MEMBERS, "link")))


def check(said: Outgoing) -> None:
    """Raises BadRequest for what no gateway is asked to say."""
    if said.type in cards.MEMBERS:
        cards.must_be_whole(said.type, said.fields)
    elif said.type in FILES:
        _must_have_its_file(said)
    elif said.type == "link":
        _must_lead_somewhere(said.fields)
    elif said.type != "text":
        raise BadRequest(f"该渠道不能发送 {said.type} 类型的消息；可以发送文字、图片、语音、视频、文件、链接、商品和订单")


def request(session: Session, message: Message, file: bytes | None) -> dict[str, Any]:
    """The body of `POST /messages`."""
    assert message.delivery is not None
    return {
        "version": "1",
        "requestId": message.delivery.id,
        "shopId": session.customer.account,
        "customerId": session.customer.id,
        "conversationId": session.conversation,
        "message": {"msgType": message.type, **_members(message, file)},
    }


def _members(message: Message, file: bytes | None) -> dict[str, Any]:
    """What a message has by its kind. `text` always stands for it in words."""
    fields = message.fields
    if message.type in FILES:
        attachment = message.attachment
        if attachment is None or file is None:
            raise DeliveryRefused("这条消息的文件已不在，请重新选择文件")
        return {
            "text": message.content, "name": attachment.name, "mime": attachment.mime, "size": len(file),
            "data": base64.b64encode(file).decode(),
        }
    if message.type in cards.MEMBERS:
        member = cards.MEMBERS[message.type]
        return {"text": message.content, member: fields.get(member, {})}
    if message.type == "link":
        return {"text": message.content, "link": {name: fields[name] for name in LINK if name in fields}}
    return {"text": message.content}


LINK = ("url", "title", "desc")


def _must_have_its_file(said: Outgoing) -> None:
    file = said.attachment
    if file is None or file.stage is not Stage.READY:
        raise BadRequest("请先上传文件，再用 fileId 发送")
    if file.size and file.size > LARGEST_FILE:
        raise BadRequest(f"文件超过 {LARGEST_FILE >> 20} MB，网关收不下，请压缩后再发")


def _must_lead_somewhere(fields: Mapping[str, Any]) -> None:
    url = fields.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")) or len(url) > LONGEST_LINK:
        raise BadRequest("fields.url 必须是 http:// 或 https:// 开头的地址")
    if not all(isinstance(fields.get(name, ""), str) for name in LINK):
        raise BadRequest("fields.title 和 fields.desc 必须是文字")
