"""What agents decide about a customer: that they want nothing of her, or to be told a number of hers.

Blocking is a veil, no step of the session: what she writes is taken and kept as ever, and her sessions stand where they
stood. But nobody is called for them, no clock of theirs runs, and the assistant does not answer. What was veiled comes
back as it is then: who waited for a person is called for, and the assistant answers what it has not answered.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import evolve

from ccs.errors import BadRequest
from ccs.kept import Card, DeedKind
from ccs.lifecycle.rights import must_read, must_tend
from ccs.lifecycle.steps import calls, deed, taken_back
from ccs.models import NOTHING, Agent, Change, Event, EventType, Message, Sender, Session, Status
from ccs.outgoing import fate
from ccs.outgoing.limits import UNLIMITED, Limits

LONGEST_REASON = 200        # characters


def block(
    session: Session, now: datetime, before: Card, reason: str, open_session: Session | None, by: Agent | None,
    unsent: Iterable[Message] = (), allowed: Limits = UNLIMITED, latest: Sequence[Message] = (),
) -> Change:
    """The session's customer, whichever of her sessions it is; `before` is what is kept of her.

    What the assistant had not begun to send is withdrawn; these are the `latest` messages of her open session:
    what it was an answer to waits again.
    """
    _must_tend(session, open_session, by)
    if len(reason) > LONGEST_REASON or reason and not reason.isprintable():
        raise BadRequest(f"原因应为一行、至多 {LONGEST_REASON} 个字 @ $.reason")
    if before.blocked_at:
        return NOTHING
    done = deed(session, now, DeedKind.BLOCKED, by, reason)
    card = evolve(before, blocked_at=now, blocked_by=done.agent_id, blocked_reason=reason)
    session = open_session or session
    withdrawn, given_back = taken_back(session, unsent, allowed, fate.BLOCKED)
    if withdrawn:
        since = session.waiting_since or _asked_at(latest, withdrawn[0])
        session = evolve(session, waiting_since=since, **given_back)
    session = _with(session, True)
    events = (_tells(session), *(Event(EventType.MESSAGE_UPDATED, session, message) for message in withdrawn))
    return Change(session, deliveries=withdrawn, events=events, cards=(card,), deeds=(done,))


def _asked_at(messages: Sequence[Message], answer: Message) -> datetime:
    """When the first thing was said that this answers."""
    before = [message for message in messages if message.seq < answer.seq]
    answered = max((message.seq for message in before if message.sender is not Sender.CUSTOMER), default=0)
    return next((message.created_at for message in before if message.seq > answered), answer.created_at)


def unblock(
    session: Session, now: datetime, before: Card, open_session: Session | None, by: Agent | None
) -> Change:
    _must_tend(session, open_session, by)
    if before.blocked_at is None:
        return NOTHING
    card = evolve(before, blocked_at=None, blocked_by="", blocked_reason="")
    done = deed(session, now, DeedKind.UNBLOCKED, by)
    session = _with(open_session or session, False)
    return Change(session, events=(_tells(session),), cards=(card,), deeds=(done,))


def reveal(session: Session, now: datetime, masked: str, by: Agent | None) -> Change:
    """An agent is told a number of the customer's, of which `masked` says which; that she was, is kept."""
    must_read(session, by)
    return Change(deeds=(deed(session, now, DeedKind.REVEALED, by, masked),))


def _must_tend(session: Session, open_session: Session | None, by: Agent | None) -> None:
    """An old session is everyone's; the open one is what is veiled, which is not for who is only asked to look."""
    must_tend(session, by)
    if open_session:
        must_tend(open_session, by)


def _with(session: Session, blocked: bool) -> Session:
    """Her open session, or where she has none the one in which she was blocked or is no longer."""
    customer = evolve(session.customer, blocked=blocked)
    return evolve(session, customer=customer, version=session.version + 1, turn=session.turn + 1)


def _tells(session: Session) -> Event:
    return Event(calls(session) if session.status is Status.PENDING else EventType.SESSION_UPDATED, session)
