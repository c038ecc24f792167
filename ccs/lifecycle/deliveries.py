"""What becomes of what we said: it is sent again, or was not heard, and what that says of its session."""

from datetime import datetime, timedelta
from typing import Any

from attrs import evolve

from ccs.errors import NotDeliverable, SessionShut
from ccs.lifecycle import bell
from ccs.lifecycle.rights import must_hold
from ccs.lifecycle.steps import CANNOT_REPLY, last_moment, waits
from ccs.models import NOTHING, Agent, Briefing, Change, Event, EventType, Fate, Message, Sender, Session, Status
from ccs.outgoing import fate, limits
from ccs.outgoing.limits import UNLIMITED, Limits

UNCONFIRMED = "unconfirmed"                 # nobody knows whether the assistant's answer reached her
PLATFORMS_SECOND = timedelta(seconds=1)     # platforms tell the time no finer; in doubt the next refusal teaches


def retry(
    session: Session, now: datetime, message: Message, by: Agent | None, allowed: Limits = UNLIMITED
) -> Change:
    """Send again what failed, or what may or may not have arrived: a new attempt under a new request id.

    Raises CannotReply as `reply` does.
    """
    must_hold(session, by)
    if message.delivery is None or not fate.may_retry(message.delivery):
        raise NotDeliverable("只有发送失败或结果未知的消息可以重试")
    parts = allowed.unsent(message)
    limits.must_allow(session, now, parts)
    return _delivers(session, now, fate.again(message, now), **limits.spent(session, parts))


def dismiss(session: Session, now: datetime, message: Message, by: Agent | None) -> Change:
    """What failed is put aside: it stays among what was said, and nobody is told any more that it did not arrive."""
    must_hold(session, by)
    if message.delivery is None or message.delivery.state is not Fate.FAILED:
        raise NotDeliverable("只有发送失败的消息可以删除")
    if message.delivery.dismissed_at:
        return NOTHING
    aside = fate.dismissed(message, now)
    return Change(deliveries=(aside,), events=(Event(EventType.MESSAGE_UPDATED, session, aside),))


def not_delivered(
    session: Session, now: datetime, message: Message, allowed: Limits, shut: SessionShut | None = None,
    seen: Session | None = None, unheard: Briefing | None = None,
) -> Change:
    """It failed before all of it left: what did not is given back. `shut` is what the platform said of the session as
    it was `seen`, which her writing meanwhile has overtaken. `unheard` is for the person who answers in its place.
    """
    known = limits.given_back(session, allowed.unsent(message), allowed)
    if shut:
        overtaken = seen is None or seen.reply_until != session.reply_until
        known.update(_learnt(session, now, shut, overtaken))
    return _delivers(session, now, message, unheard, **known)


def delivery_moves(session: Session, now: datetime, message: Message, unheard: Briefing | None = None) -> Change:
    """The message's delivery is now as given. `unheard` is for whoever is asked when nobody knows if it was heard."""
    return _delivers(session, now, message, unheard)


def failed_behind(
    session: Session, now: datetime, message: Message, allowed: Limits, shut: SessionShut | None,
    unheard: Briefing | None = None,
) -> Change:
    """The platform had taken it, and says later that it did not arrive; the rest as in `not_delivered`."""
    if shut is None:
        return _delivers(session, now, message, unheard)
    heard_at = session.reply_until - allowed.window if session.reply_until and allowed.window else session.created_at
    overtaken = heard_at + PLATFORMS_SECOND > message.created_at
    return _delivers(session, now, message, unheard, **_learnt(session, now, shut, overtaken))


def _learnt(session: Session, now: datetime, shut: SessionShut, overtaken: bool) -> dict[str, Any]:
    """What the platform said of the session, but for what her writing has `overtaken`."""
    learnt: dict[str, Any] = {"platform_owner": shut.owner} if shut.owner else {}
    if shut.used_up and not overtaken:
        learnt["replies_left"] = 0
    if shut.closed and not overtaken:
        learnt["reply_until"] = last_moment(session, now)
    return learnt


def _delivers(
    session: Session, now: datetime, message: Message, unheard: Briefing | None = None, **fields: Any
) -> Change:
    """The message's delivery moved, and perhaps what the session allows."""
    if is_unheard(session, message):
        return _waits_unheard(evolve(session, **fields), now, message, unheard)
    changed = evolve(session, version=session.version + 1, **fields)
    told = bell.fails(session, now, message)
    if not session.is_open or evolve(changed, version=session.version) == session:
        return Change(deliveries=(message,), events=(Event(EventType.MESSAGE_UPDATED, session, message),), bell=told)
    return Change(changed, deliveries=(message,), bell=told, events=(
        Event(EventType.MESSAGE_UPDATED, changed, message), Event(EventType.SESSION_UPDATED, changed),
    ))


def is_unheard(session: Session, message: Message) -> bool:
    """Whether she waits, or may well wait, for an assistant that believes to have answered her."""
    lost = message.delivery is not None and message.delivery.state in (Fate.FAILED, Fate.UNCERTAIN)
    return lost and message.sender is Sender.AI and session.status is Status.AI


def _waits_unheard(session: Session, now: datetime, message: Message, unheard: Briefing | None) -> Change:
    """A person is asked, as where the assistant knows before that it cannot be heard."""
    waiting_since = session.waiting_since or message.created_at
    reason = UNCONFIRMED if message.delivery and message.delivery.state is Fate.UNCERTAIN else CANNOT_REPLY
    change = waits(evolve(session, waiting_since=waiting_since), now, reason, unheard)
    assert change.session
    told = Event(EventType.MESSAGE_UPDATED, change.session, message)
    return evolve(change, deliveries=(message,), events=(told, *change.events))
