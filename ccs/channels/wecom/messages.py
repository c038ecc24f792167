"""Decrypted callbacks of WeCom, turned into inbounds.

The pages of developer.work.weixin.qq.com: 消息格式 (path 90239), 事件格式 (90240), 微信客服 接收消息和事件 (94670).
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ccs.channels.base import readable
from ccs.channels.wecom import xml
from ccs.errors import BadSignature
from ccs.incoming.inbound import CustomerSays, Inbound, PlatformNudges, PlatformTells
from ccs.models import Attachment, Customer, PlatformId, Stage, Via, from_millis

COMMON = {"ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "AgentID"}
DETAILS = {"location": "Label", "link": "Title"}        # what makes a placeholder more readable
SECONDS_DIGITS = 11                                     # a unix time of more digits is none


def inbound(channel: str, plain: bytes) -> Inbound:
    """What a decrypted callback says. Raises BadSignature when it is no WeCom message at all."""
    told = xml.fields(plain)
    account = _text(told, "AgentID") or _text(told, "ToUserName")
    kind = _text(told, "MsgType").lower()
    if not account or not kind:
        raise BadSignature("no message")
    if kind == "event":
        return _event(channel, account, told, plain)
    sender = _text(told, "FromUserName")
    if not sender:
        raise BadSignature("no sender")
    return CustomerSays(
        Customer(channel, account, sender),
        Via.NATIVE,
        content=_text(told, "Content") if kind == "text" else readable(kind, _text(told, DETAILS.get(kind, ""))),
        ids=(PlatformId(channel, account, f"message:{_text(told, 'MsgId') or _digest(plain)}"),),
        type=kind,
        platform_time=_time(told),
        fields={name: value for name, value in told.items() if name not in COMMON and name != "Content"},
        attachment=Attachment(Stage.FETCHING, source=file) if (file := _text(told, "MediaId")) else None,
    )


def _event(channel: str, account: str, told: Mapping[str, Any], plain: bytes) -> Inbound:
    """Event names differ in letter case between pages, so they are kept in lower case."""
    event = _text(told, "Event").lower()
    if event == "kf_msg_or_event":
        return PlatformNudges(channel, _text(told, "OpenKfId") or account, _text(told, "Token"))
    # WeCom names no id for events; its page suggests the sender and the time, which is one event of a kind in a
    # second. The digest of the whole tells two different ones of the same second apart.
    ids = (PlatformId(channel, account, f"event:{_digest(plain)}"),)
    return PlatformTells(channel, account, event, told, ids)


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name, "")
    return value if isinstance(value, str) else ""


def _time(told: Mapping[str, Any]) -> datetime | None:
    seconds = _text(told, "CreateTime")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= SECONDS_DIGITS):
        return None
    return from_millis(int(seconds) * 1000)


def _digest(plain: bytes) -> str:
    return hashlib.sha256(plain).hexdigest()
