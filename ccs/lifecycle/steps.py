"""Steps that several rules share: how a session moves on, what it says next, and who has it then."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import evolve

from ccs.beside import PREVIEW
from ccs.kept import Deed, DeedKind
from ccs.models import Agent, Briefing, Change, Event, EventType, Message, Sender, Session, Status, new_id
from ccs.outgoing import fate, limits
from ccs.outgoing.limits import Limits

CANNOT_REPLY = "cannot_reply"   # what the assistant says would not reach her


def moved(session: Session, now: datetime, **fields: Any) -> Session:
    """In other hands, or otherwise no longer what anybody thought about."""
    return evolve(
        session, version=session.version + 1, turn=session.turn + 1, updated_at=_not_before(session, now), **fields
    )


def next_message(
    session: Session, now: datetime, sender: Sender, sender_id: str, content: str, **more: Any
) -> Message:
    """The session's next message."""
    now = _not_before(session, now)
    return Message(new_id(), session.id, session.seq + 1, sender, sender_id, content, now, **more)


def after(session: Session, message: Message, **fields: Any) -> Session:
    """The session once the message is said."""
    return evolve(
        session,
        seq=message.seq,
        version=session.version + 1,
        updated_at=message.created_at,
        last_text=message.content[:PREVIEW],
        last_message_at=message.created_at,
        **fields,
    )


def _not_before(session: Session, now: datetime) -> datetime:
    """A clock that was set back must not put a later message before an earlier one."""
    return max(now, session.updated_at)


def waits(session: Session, now: datetime, reason: str, briefing: Briefing | None = None) -> Change:
    """For an agent, who is told this of it."""
    session = moved(
        session, now, status=Status.PENDING, agent_id=None, pending_reason=reason,
        waiting_since=session.waiting_since or now,
    )
    event = Event(calls(session), session, briefing=briefing)
    return Change(
        session, events=(event,), briefings={session.id: briefing} if briefing else {},
        deeds=(Deed(session.id, DeedKind.ASKED, now, about=reason),),
    )


def calls(session: Session) -> EventType:
    """How agents are told of a session that waits for one of them. Nobody is called for a blocked customer."""
    return EventType.SESSION_UPDATED if session.customer.blocked else EventType.NEW_PENDING_SESSION


def deed(session: Session, now: datetime, kind: DeedKind, by: Agent | None, about: str = "") -> Deed:
    """What an agent does. `by` is None while access is open: then whoever holds the session."""
    return Deed(session.id, kind, now, by.id if by else session.agent_id or "", about)


def held_by(
    session: Session, now: datetime, agent_id: str, unsent: Iterable[Message], allowed: Limits, done: Deed
) -> Change:
    """By an agent; what the assistant had not begun to send is withdrawn."""
    withdrawn, given_back = taken_back(session, unsent, allowed)
    session = moved(session, now, status=Status.MANUAL, agent_id=agent_id, **given_back)
    events = (
        Event(EventType.SESSION_ACCEPTED, session),
        *(Event(EventType.MESSAGE_UPDATED, session, message) for message in withdrawn),
    )
    return Change(session, deliveries=withdrawn, events=events, deeds=(done,))


def taken_back(
    session: Session, unsent: Iterable[Message], allowed: Limits, reason: str = fate.WITHDRAWN
) -> tuple[tuple[Message, ...], dict[str, Any]]:
    """What the assistant had not begun to send, and what the session allows without it."""
    withdrawn = tuple(
        fate.withdrawn(message, reason) for message in unsent
        if message.sender is Sender.AI and fate.may_withdraw(message)
    )
    parts = sum(map(allowed.unsent, withdrawn))
    return withdrawn, limits.given_back(session, parts, allowed) if parts else {}


def last_moment(session: Session, now: datetime) -> datetime:
    """Until when answers are taken, if none is any more."""
    return now if session.reply_until is None else min(now, session.reply_until)
