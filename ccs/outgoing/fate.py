"""The rules of a delivery: what may become of a message on its way to a platform.

    pending → sending → sent | failed | uncertain        sending → pending (delayed)        failed, uncertain → again

Pure functions from a message to the same message with its delivery moved.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from attrs import evolve

from ccs import backoff
from ccs.errors import DeliveryDelayed
from ccs.models import Delivery, Fate, Message, new_id

FIRST_PAUSE = 1.0                       # seconds before the second attempt
PAUSE_CAP = 300.0                       # seconds; after five minutes the agent has found another way
GIVE_UP_AFTER = timedelta(hours=24)     # also how long a gateway honours our request id

AWAITS_ECHO = timedelta(seconds=60)     # by then a platform that echoes what it took has done so

GAVE_UP = "24 小时内多次重试仍然失败，已停止发送"
TRIES_AGAIN = "，稍后自动重试"
WITHDRAWN = "客服已接入，AI 的这条回复未发送"
BLOCKED = "客户已被拉黑，AI 的这条回复未发送"
AWAITED = "已发出，正在等待平台确认"
NOT_KNOWN = "已发出但没有收到平台的答复，可能已送达；请确认后再决定是否重试"


def promise(now: datetime) -> Delivery:
    """A message of ours is to reach the platform. Its request id ends with a letter, as none of its parts' does."""
    return Delivery(f"{new_id()[:-1]}f", Fate.PENDING, created_at=now, due_at=now)


def sending(message: Message) -> Message:
    """The attempt begins. On disk before the request leaves."""
    delivery = _of(message)
    return _with(message, state=Fate.SENDING, attempts=delivery.attempts + 1)


def sent(message: Message, platform_id: str | None) -> Message:
    return _with(message, state=Fate.SENT, reason=None, platform_id=platform_id, lost=False, dismissed_at=None)


def part_sent(message: Message, now: datetime) -> Message:
    """The platform took a part of it. The next goes on from there, whatever stops the process in between."""
    parts_sent = _of(message).parts_sent + 1
    return _with(message, state=Fate.PENDING, reason=None, attempts=0, lost=False, due_at=now, parts_sent=parts_sent)


def confirmed(message: Message) -> Message:
    """The platform says that it arrived."""
    return sent(message, _of(message).platform_id)


def failed(message: Message, reason: str) -> Message:
    return _with(message, state=Fate.FAILED, reason=reason)


def part_failed(message: Message, number: int, reason: str) -> Message:
    """A part that the platform had taken did not arrive after all. Sent again, it begins there."""
    message = failed(message, f"这条内容分成几条发出，其中第 {number + 1} 条发送失败：{reason}")
    return _with(message, parts_sent=min(number, _of(message).parts_sent))


def unanswered(message: Message) -> Message:
    """The request left, its answer never came, and asking again might say it twice."""
    return _with(message, state=Fate.UNCERTAIN, reason=NOT_KNOWN, lost=True)


def awaits_echo(message: Message, now: datetime) -> Message:
    """As `unanswered`, but the platform will tell by itself if it took the message: wait for that first."""
    return _with(message, reason=AWAITED, lost=True, due_at=now + AWAITS_ECHO)


def echoed(message: Message, platform_id: str, now: datetime, *, is_part: bool) -> Message:
    """The platform told that it took it, or the part that was on its way."""
    return part_sent(message, now) if is_part else sent(message, platform_id)


def delayed(message: Message, error: DeliveryDelayed, now: datetime, chance: Random) -> Message:
    """Try again later, longer each time, as long as that is still within the day."""
    delivery = _of(message)
    message = _with(message, state=Fate.PENDING, reason=str(error), lost=delivery.lost or error.lost)
    pause = error.retry_after or backoff.pause(delivery.attempts, FIRST_PAUSE, PAUSE_CAP, chance)
    left = (delivery.created_at + GIVE_UP_AFTER - now).total_seconds()
    if pause >= left:
        return given_up(message)
    return _with(message, reason=f"{error}{TRIES_AGAIN}", due_at=now + timedelta(seconds=pause))


def is_too_late(delivery: Delivery, now: datetime) -> bool:
    """After a day the agent has helped otherwise, and a gateway no longer knows our request id."""
    return now - delivery.created_at >= GIVE_UP_AFTER


def given_up(message: Message) -> Message:
    """Say honestly what is known: it failed, or nobody can tell."""
    delivery = _of(message)
    if delivery.lost or delivery.state is Fate.SENDING:
        return unanswered(message)
    cause = (delivery.reason or "").removesuffix(TRIES_AGAIN)
    return failed(message, f"{GAVE_UP}。最后一次原因：{cause}" if cause else GAVE_UP)


def not_allowed(message: Message, why: str) -> Message:
    """The platform takes it no more, and nobody tries again."""
    delivery = _of(message)
    return unanswered(message) if delivery.lost else failed(message, why)


def dismissed(message: Message, now: datetime) -> Message:
    return _with(message, dismissed_at=now)


def may_retry(delivery: Delivery) -> bool:
    return delivery.state in (Fate.FAILED, Fate.UNCERTAIN)


def again(message: Message, now: datetime) -> Message:
    """A fresh promise for the same words: the platform answers a known request id with its first result.

    Parts that have arrived are not said again.
    """
    return evolve(message, delivery=evolve(promise(now), parts_sent=_of(message).parts_sent))


def may_withdraw(message: Message) -> bool:
    """Nothing of it has left, as far as anybody can know."""
    delivery = message.delivery
    return delivery is not None and delivery.state is Fate.PENDING and not delivery.lost and not delivery.parts_sent


def withdrawn(message: Message, reason: str) -> Message:
    return failed(message, reason)


def _of(message: Message) -> Delivery:
    if message.delivery is None:
        raise ValueError(f"message {message.id} has nowhere to go")
    return message.delivery


def _with(message: Message, **fields: Any) -> Message:
    return evolve(message, delivery=evolve(_of(message), **fields))
