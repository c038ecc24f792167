"""What the assistant does."""

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve

from ccs.errors import CannotReply
from ccs.lifecycle.rights import wrong_status
from ccs.lifecycle.steps import CANNOT_REPLY, after, next_message, waits
from ccs.models import NOTHING, Briefing, Change, Event, EventType, Message, Outgoing, Sender, Session, Status
from ccs.outgoing import fate, limits
from ccs.outgoing.limits import UNLIMITED, Limits

ASSISTANT_ID = "assistant"      # senderId of what the assistant says
FOR_THE_AGENT = 1               # replies that are left to whoever takes over, where the platform counts them


def answer(
    session: Session, now: datetime, turn: int, said: Sequence[Outgoing], unhelped: int, allowed: Limits = UNLIMITED,
    unheard: Briefing | None = None,
) -> Change:
    """The assistant speaks, if nothing happened since it began to think; if it cannot be heard, a person is asked.

    Of what comes after the first message as much is said as the platform takes. `unhelped` turns in a row have had no
    answer by now; `unheard` is for that person.
    """
    if session.status is not Status.AI or session.turn != turn:
        raise wrong_status(session, "会话已有变化，AI 不再回复")
    said = _as_many_as_fit(session, said, allowed)
    if not _may_say(session, now, sum(allowed.parts_of(each) for each in said)):
        return waits(session, now, CANNOT_REPLY, unheard)
    messages: list[Message] = []
    for each in said:
        session, message = _says(session, now, each, allowed)
        messages.append(message)
    session = evolve(session, waiting_since=None, unhelped=unhelped)
    return _told(session, messages)


def ask_for_human(
    session: Session, now: datetime, reason: str, words: str = "", briefing: Briefing | None = None,
    allowed: Limits = UNLIMITED,
) -> Change:
    """The assistant steps back and the session waits for an agent; `reason` says why.

    The customer is told so in these `words`, if that leaves the agent a reply. They are no answer: she waits on.
    """
    if session.status is not Status.AI:
        raise wrong_status(session, "只有 AI 接待中的会话可以转人工")
    holding = Outgoing(words, fields={"assistant": {"holding": True}})
    if not words or not _may_say(session, now, allowed.parts_of(holding) + FOR_THE_AGENT):
        return waits(session, now, reason, briefing)
    session, message = _says(session, now, holding, allowed)
    change = waits(session, now, reason, briefing)
    assert change.session
    told = Event(EventType.NEW_MESSAGE, change.session, message)
    return evolve(change, messages=(message,), events=(told, *change.events))


def card_renewed(session: Session, now: datetime, briefing: Briefing) -> Change:
    """She has said more since the assistant stepped back. Whoever has taken the session by now reads it herself."""
    if session.status is not Status.PENDING:
        return NOTHING
    session = evolve(session, version=session.version + 1)
    event = Event(EventType.SESSION_UPDATED, session, briefing=briefing)
    return Change(session, events=(event,), briefings={session.id: briefing})


def _says(session: Session, now: datetime, said: Outgoing, allowed: Limits) -> tuple[Session, Message]:
    message = next_message(
        session, now, Sender.AI, ASSISTANT_ID, said.content, type=said.type, fields=said.fields,
        attachment=said.attachment, delivery=fate.promise(now),
    )
    return after(session, message, **limits.spent(session, allowed.parts_of(said))), message


def _may_say(session: Session, now: datetime, parts: int) -> bool:
    try:
        limits.must_allow(session, now, parts)
    except CannotReply:
        return False
    return True


def _as_many_as_fit(session: Session, said: Sequence[Outgoing], allowed: Limits) -> Sequence[Outgoing]:
    left = session.replies_left
    while left is not None and len(said) > 1 and sum(map(allowed.parts_of, said)) > left:
        said = said[:-1]
    return said


def _told(session: Session, messages: Sequence[Message]) -> Change:
    events = tuple(Event(EventType.NEW_MESSAGE, session, message) for message in messages)
    return Change(session, tuple(messages), events=events)
