"""What platforms bring: what customers and staff say in their clients, and what is known of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import evolve

from ccs.incoming.inbound import CustomerSays, StaffSays
from ccs.kept import Deed, DeedKind
from ccs.lifecycle.steps import after, calls, last_moment, moved, next_message, taken_back
from ccs.models import NOTHING, Change, Customer, Event, EventType, Message, Sender, Session, Status, new_id
from ccs.outgoing import limits
from ccs.outgoing.limits import UNLIMITED, Limits

NO_ASSISTANT = "assistant_off"
STAFF_ANSWERED = "staff_answered"


def customer_writes(
    session: Session | None, now: datetime, says: CustomerSays, assistant_on: bool, allowed: Limits = UNLIMITED,
    unsent: int = 0,
) -> Change:
    """A customer's message joins her open session, or opens one; the platform allows answers to it anew.

    `unsent` messages of ours have yet to leave, and will be of those.
    """
    if session is None:
        return _opens(now, says, assistant_on, allowed)
    session, message = _hears(
        session, now, says,
        customer=_known_better(session.customer, says.customer),
        turn=session.turn + 1,
        waiting_since=session.waiting_since or now,
        unread=session.unread + 1,
        platform_owner=session.platform_owner if limits.is_within_window(session, now) else None,
        **allowed.renewed(_heard_at(says, now), unsent),
    )
    return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),), ids=says.ids)


def _opens(now: datetime, says: CustomerSays, assistant_on: bool, allowed: Limits) -> Change:
    session = Session(
        id=new_id(),
        customer=says.customer,
        via=says.via,
        status=Status.AI if assistant_on else Status.PENDING,
        created_at=now,
        updated_at=now,
        version=0,
        conversation=says.conversation,
        waiting_since=now,
        unread=1,
        pending_reason=None if assistant_on else NO_ASSISTANT,
        **allowed.renewed(_heard_at(says, now)),
    )
    session, message = _hears(session, now, says)
    told = (Event(EventType.NEW_MESSAGE, session, message),)
    if assistant_on:
        return Change(session, (message,), events=told, ids=says.ids)
    deeds = (Deed(session.id, DeedKind.ASKED, now, about=NO_ASSISTANT),)
    if not session.customer.blocked:
        told = (Event(EventType.NEW_PENDING_SESSION, session, message),)
    return Change(session, (message,), events=told, ids=says.ids, deeds=deeds)


def _hears(session: Session, now: datetime, says: CustomerSays, **fields: Any) -> tuple[Session, Message]:
    message = next_message(
        session, now, Sender.CUSTOMER, says.customer.id, says.content,
        type=says.type, platform_time=says.platform_time, fields=says.fields, attachment=says.attachment,
    )
    return after(session, message, **fields), message


def _heard_at(says: CustomerSays, now: datetime) -> datetime:
    """When the platform began to count: by its own time, if that is not in the future."""
    return min(says.platform_time or now, now)


def staff_writes(
    session: Session, now: datetime, says: StaffSays, unsent: Iterable[Message] = (), allowed: Limits = UNLIMITED
) -> Change:
    """Somebody answered in the platform's own client: shown as a person's message, and nothing is sent.

    Where that `pauses` the assistant, what it had not begun to send is withdrawn and she waits for people from now on.
    """
    message = next_message(
        session, now, Sender.MANUAL, says.staff_id, says.content,
        type=says.type, platform_time=says.platform_time, fields=says.fields, attachment=says.attachment,
    )
    session = after(session, message, turn=session.turn + 1, waiting_since=None)
    if not says.pauses or session.status is not Status.AI:
        return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),), ids=says.ids)
    withdrawn, given_back = taken_back(session, unsent, allowed)
    session = evolve(session, status=Status.PENDING, pending_reason=STAFF_ANSWERED, **given_back)
    events = (
        Event(EventType.NEW_MESSAGE, session, message), Event(calls(session), session),
        *(Event(EventType.MESSAGE_UPDATED, session, each) for each in withdrawn),
    )
    deeds = (Deed(session.id, DeedKind.ASKED, now, about=STAFF_ANSWERED),)
    return Change(session, (message,), deliveries=withdrawn, events=events, ids=says.ids, deeds=deeds)


def owner_changes(session: Session, now: datetime, owner: str | None, ended: bool) -> Change:
    """Somebody serves the customer in the platform's own client, or no longer does; `ended`: nobody may answer now."""
    until = last_moment(session, now) if ended else session.reply_until
    if (owner, until) == (session.platform_owner, session.reply_until):
        return NOTHING
    session = moved(session, now, platform_owner=owner, reply_until=until)
    return Change(session, events=(Event(EventType.SESSION_UPDATED, session),))


def recall(session: Session, now: datetime, message: Message) -> Change:
    """Whoever said it took it back. What stood there stays on disk; the page says that it was taken back."""
    if message.recalled_at:
        return NOTHING
    message = evolve(message, recalled_at=now)
    return Change(revised=(message,), events=(Event(EventType.MESSAGE_UPDATED, session, message),))


def file_moves(session: Session, now: datetime, message: Message) -> Change:
    """The message's attachment is now as given."""
    return Change(revised=(message,), events=(Event(EventType.MESSAGE_UPDATED, session, message),))


def customer_known(session: Session, now: datetime, name: str, avatar: str) -> Change:
    """The platform says who the customer is."""
    customer = _known_better(session.customer, evolve(session.customer, name=name, avatar=avatar))
    if customer == session.customer:
        return NOTHING
    session = evolve(session, customer=customer, version=session.version + 1)
    return Change(session, events=(Event(EventType.SESSION_UPDATED, session),))


def _known_better(known: Customer, told: Customer) -> Customer:
    """Keep what we know of a customer unless the platform now says more."""
    if (not told.name or told.name == known.name) and (not told.avatar or told.avatar == known.avatar):
        return known
    return evolve(known, name=told.name or known.name, avatar=told.avatar or known.avatar)
