"""What the assistant does."""

from datetime import datetime

from ccs import fate, limits
from ccs.errors import CannotReply
from ccs.lifecycle.rights import wrong_status
from ccs.lifecycle.steps import after, next_message, waits
from ccs.limits import UNLIMITED, Limits
from ccs.models import Change, Event, EventType, Sender, Session, Status

ASSISTANT_ID = "assistant"      # senderId of what the assistant says


def answer(
    session: Session, now: datetime, turn: int, text: str, helped: bool, allowed: Limits = UNLIMITED
) -> Change:
    """The assistant speaks, if nothing happened since it began to think; if it cannot be heard, a person is asked."""
    if session.status is not Status.AI or session.turn != turn:
        raise wrong_status(session, "会话已有变化，助手不再回复")
    parts = allowed.parts(text)
    try:
        limits.must_allow(session, now, parts)
    except CannotReply:
        return waits(session, now, "cannot_reply")
    message = next_message(session, now, Sender.AI, ASSISTANT_ID, text, delivery=fate.promise(now))
    session = after(
        session, message, waiting_since=None, unhelped=0 if helped else session.unhelped + 1,
        **limits.spent(session, parts),
    )
    return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),))


def ask_for_human(session: Session, now: datetime, reason: str) -> Change:
    """The assistant steps back and the session waits for an agent; `reason` says why."""
    if session.status is not Status.AI:
        raise wrong_status(session, "只有助手接待中的会话可以转人工")
    return waits(session, now, reason)
