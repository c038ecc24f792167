"""The stream of an account of 微信客服, read: what each item of `msg_list` says.

The page 接收消息和事件 (path 94670). Nothing in a stream may stop what stands behind it: what is not known is shown as a
message of an unknown kind or kept as a notice, and what cannot be read at all is kept as it is.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from ccs.channels.wecom.cards import words
from ccs.incoming.inbound import (
    CodeOffered, CustomerSays, Inbound, MessageRecalled, OwnerChanged, PlatformTells, StaffSays,
)
from ccs.models import Attachment, Customer, PlatformId, Stage, Via, from_millis

log = logging.getLogger(__name__)

CUSTOMER, STAFF = 3, 5                          # origin; 4 is the system, whose items are events
CODE_LASTS = timedelta(seconds=20)              # a welcome's and an ending's (path 95122)
LATEST = 253_402_300_799                        # the last second that a date can have
FILES = {"image", "voice", "video", "file"}

FAILURES = {                                    # fail_type
    0: "微信未能送达，没有说明原因",
    1: "客服账号已被删除，消息没有送达",
    2: "应用已被关闭，消息没有送达",
    4: "客户超过 48 小时没有来信，消息没有送达；客户再次来信后才能回复",
    5: "会话已在微信端结束，消息没有送达；客户再次来信后才能回复",
    6: "客户来信后已发满 5 条，消息没有送达；客户再次来信后才能回复",
    8: "企业没有完成验证，消息没有送达，请联系管理员",
    10: "客户拒收了消息",
    11: "企业没有成员登录企业微信，消息没有送达；请任一成员登录企业微信 App 后重试",
    12: "微信客服组件不允许发送这种类型的消息",
    13: "微信安全限制，消息没有送达，请修改内容后再发",
}


@frozen
class Item:
    """One item, its id, and whose it is."""

    channel: str
    account: str
    told: Mapping[str, Any]

    @property
    def msgid(self) -> str:
        return _text(self.told, "msgid")

    @property
    def customer(self) -> Customer | None:
        """None where none is named."""
        name = _text(self.told, "external_userid") or _text(self.event, "external_userid")
        return Customer(self.channel, self.account, name) if name else None

    @property
    def event(self) -> Mapping[str, Any]:
        event = self.told.get("event")
        return event if isinstance(event, Mapping) else {}

    @property
    def time(self) -> datetime | None:
        seconds = self.told.get("send_time")
        return from_millis(seconds * 1000) if type(seconds) is int and 0 < seconds <= LATEST else None

    def ids(self, about: str) -> tuple[PlatformId, ...]:
        return (PlatformId(self.channel, self.account, f"{about}:{self.msgid or digest(self.told)}"),)

    def notice(self, kind: str) -> PlatformTells:
        return PlatformTells(self.channel, self.account, kind, dict(self.told), self.ids("notice"))


def read(channel: str, account: str, told: Any) -> tuple[Inbound, ...]:
    """What one item says. Never raises."""
    try:
        item = Item(channel, _account(told) or account, told)
        return _event(item) if told.get("msgtype") == "event" else _message(item)
    except Exception:       # whatever it is, those behind it must not wait
        log.exception("an item of %s account %s cannot be read", channel, account)
        ids = (PlatformId(channel, account, f"unreadable:{digest(told)}"),)
        return (PlatformTells(channel, account, "unreadable", {"item": told}, ids),)


def digest(told: Any) -> str:
    """Stands for an item without an id."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _account(told: Mapping[str, Any]) -> str:
    """Events name it inside."""
    event = told.get("event")
    return _text(told, "open_kfid") or (_text(event, "open_kfid") if isinstance(event, Mapping) else "")


# Messages


def _message(item: Item) -> tuple[Inbound, ...]:
    kind, customer = _text(item.told, "msgtype"), item.customer
    if not kind or customer is None:
        return (item.notice("unreadable"),)
    said: dict[str, Any] = {
        "content": words(kind, item.told.get(kind)), "ids": item.ids("message"), "type": kind,
        "platform_time": item.time, "fields": _fields(item, kind), "attachment": _file(item, kind),
    }
    if item.told.get("origin") == CUSTOMER:
        return (CustomerSays(customer, Via.KF, **said),)
    if item.told.get("origin") == STAFF:
        return (StaffSays(customer, staff_id=_text(item.told, "servicer_userid"), **said),)
    return (item.notice("unknown_origin"),)


def _fields(item: Item, kind: str) -> dict[str, Any]:
    """The raw body, but for a text what is shown already; and the id by which it may be taken back."""
    body = item.told.get(kind)
    fields = dict(body) if isinstance(body, Mapping) else {} if body is None else {"raw": body}
    if kind == "text" and isinstance(fields.get("content"), str):
        del fields["content"]
    return {**fields, "msgid": item.msgid} if item.msgid else fields


def _file(item: Item, kind: str) -> Attachment | None:
    body = item.told.get(kind)
    source = _text(body, "media_id") if kind in FILES and isinstance(body, Mapping) else ""
    return Attachment(Stage.FETCHING, source=source) if source else None


# Events


def _event(item: Item) -> tuple[Inbound, ...]:
    """Those that name a customer and mean something to her session; every other is kept as a notice."""
    kind = _text(item.event, "event_type")
    if not kind:
        return (item.notice("unreadable"),)
    customer = item.customer
    read_one = EVENTS.get(kind)
    known = read_one(item, customer) if read_one and customer else ()
    return known or (item.notice(kind),)


def _entered(item: Item, customer: Customer) -> tuple[Inbound, ...]:
    return _code(item, customer, "entered", "welcome_code")


def _session_moved(item: Item, customer: Customer) -> tuple[Inbound, ...]:
    change = item.event.get("change_type")
    if change == 3:
        ended = OwnerChanged(customer, None, item.ids("event"), ended=True)
        return (ended, *_code(item, customer, "ended", "msg_code"))
    servicer = _text(item.event, "new_servicer_userid")
    if change not in (1, 2, 4) or not servicer:
        return ()
    return (OwnerChanged(customer, servicer, item.ids("event")),)


def _code(item: Item, customer: Customer, occasion: str, member: str) -> tuple[Inbound, ...]:
    """Counted from when it happened, not from when we heard of it."""
    code, happened = _text(item.event, member), item.time
    if not code or happened is None:
        return ()
    return (CodeOffered(customer, occasion, code, happened + CODE_LASTS, item.ids("code")),)


def _send_failed(item: Item, customer: Customer) -> tuple[Inbound, ...]:
    """Accepted, and not delivered after all: a late answer to a request of ours."""
    request = _text(item.event, "fail_msgid")
    if not request:
        return ()
    number = item.event.get("fail_type")
    reason = FAILURES.get(number) if type(number) is int else None
    payload = {"requestId": request, "ok": False, "reason": reason or f"微信未能送达（原因 {number}）", "failType": number}
    return (PlatformTells(item.channel, item.account, "send_result", payload, item.ids("event")),)


def _recalled(item: Item, customer: Customer) -> tuple[Inbound, ...]:
    reference = _text(item.event, "recall_msgid")
    return (MessageRecalled(customer, reference, item.ids("event")),) if reference else ()


EVENTS: dict[str, Callable[[Item, Customer], tuple[Inbound, ...]]] = {
    "enter_session": _entered,
    "session_status_change": _session_moved,
    "msg_send_fail": _send_failed,
    "user_recall_msg": _recalled,
    "servicer_recall_msg": _recalled,
}


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
