"""What agents do. `by` is None when access is open: then whoever holds the session."""

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve

from ccs.errors import Forbidden, Refusal, TakenByAnother, UnknownAgent
from ccs.incoming.inbound import Reclaimed
from ccs.kept import DeedKind
from ccs.lifecycle import bell
from ccs.lifecycle.platforms import owner_changes
from ccs.lifecycle.rights import must_answer, must_hold, where_it_stands, wrong_status
from ccs.lifecycle.steps import after, deed, held_by, moved, next_message, waits
from ccs.models import NOTHING, Agent, Change, Event, EventType, Message, Outgoing, Sender, Session, Status
from ccs.outgoing import fate, limits
from ccs.outgoing.limits import UNLIMITED, Limits


def accept(
    session: Session, now: datetime, agent: Agent | None, unsent: Iterable[Message] = (), allowed: Limits = UNLIMITED
) -> Change:
    """A waiting session becomes the agent's own. What the assistant had not begun to send is withdrawn.

    The state is refused before the agent is (None: nobody we know): what does not wait is for nobody to accept.
    """
    if session.status is Status.MANUAL:
        if agent and session.agent_id == agent.id:
            return NOTHING
        raise TakenByAnother(f"会话已被 {session.agent_id} 接入", where_it_stands(session))
    if session.status is not Status.PENDING:
        raise wrong_status(session, "只有待接入的会话可以接入")
    if agent is None:
        raise UnknownAgent
    return held_by(session, now, agent.id, unsent, allowed, deed(session, now, DeedKind.ACCEPTED, agent))


def takeover(
    session: Session, now: datetime, agent: Agent, unsent: Iterable[Message] = (), allowed: Limits = UNLIMITED
) -> Change:
    """Any agent may take a session from the assistant; only a supervisor may take one from an agent."""
    if session.status is Status.MANUAL:
        if session.agent_id == agent.id:
            return NOTHING
        if not agent.supervises:
            raise Forbidden(f"会话由 {session.agent_id} 接待，只有主管可以接管", where_it_stands(session))
    elif session.status is not Status.AI:
        raise wrong_status(session, "只有 AI 或其他客服接待中的会话可以接管")
    done = deed(session, now, DeedKind.TAKEN_OVER, agent, session.agent_id or "")
    taken = held_by(session, now, agent.id, unsent, allowed, done)
    return evolve(taken, bell=bell.changes_hands(session, now, agent, agent)) if session.agent_id else taken


def reply(
    session: Session, now: datetime, said: Outgoing, client_id: str | None, by: Agent | None = None,
    allowed: Limits = UNLIMITED,
) -> Change:
    """The holder, or a supervisor, answers. `by` is None when access is open: then it is the holder.

    Raises CannotReply when the platform would not bring it to the customer.
    """
    must_answer(session, by)
    parts = allowed.parts_of(said)
    limits.must_allow(session, now, parts)
    message = next_message(
        session, now, Sender.MANUAL, by.id if by else session.agent_id or "", said.content,
        type=said.type, fields=said.fields, attachment=said.attachment,
        client_id=client_id, delivery=fate.promise(now),
    )
    session = after(session, message, waiting_since=None, unread=0, **limits.spent(session, parts))
    return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),))


def release(
    session: Session, now: datetime, by: Agent | None, assistant_on: bool, conclusion: str | None = None
) -> Change:
    """The holder hands the session back to the assistant. What she concludes answers what was asked so far."""
    if not assistant_on:
        raise Refusal("AI 未启用，不能转回 AI；可以转回待接入队列")
    if session.status is not Status.MANUAL:
        raise wrong_status(session, "只有人工接待中的会话可以转回 AI")
    must_hold(session, by)
    done = deed(session, now, DeedKind.RELEASED, by)
    session = moved(
        session, now, status=Status.AI, agent_id=None, unhelped=0, pending_reason=None, conclusion=conclusion,
        waiting_since=None if conclusion else session.waiting_since,
    )
    return Change(session, events=(Event(EventType.SESSION_UPDATED, session),), deeds=(done,))


def transfer(session: Session, now: datetime, by: Agent | None, to: Agent | None) -> Change:
    """To a colleague, or with `to` None back to the queue."""
    if session.status is not Status.MANUAL:
        raise wrong_status(session, "只有人工接待中的会话可以转接")
    must_hold(session, by)
    done = deed(session, now, DeedKind.TRANSFERRED, by, to.id if to else "")
    if to is None:
        return evolve(waits(session, now, "transferred"), deeds=(done,))
    if to.id == session.agent_id:
        return NOTHING
    taken = held_by(session, now, to.id, (), UNLIMITED, done)
    return evolve(taken, bell=bell.changes_hands(session, now, by, to))


def close(session: Session, now: datetime, by: Agent | None, reason: str) -> Change:
    """The conversation ends; the customer's next message opens a new session."""
    if session.status is Status.CLOSED:
        return NOTHING
    if session.status is Status.MANUAL:
        must_hold(session, by)
    done = deed(session, now, DeedKind.CLOSED, by, reason)
    session = moved(session, now, status=Status.CLOSED, waiting_since=None, close_reason=reason)
    return Change(session, events=(Event(EventType.SESSION_CLOSED, session),), deeds=(done,))


def read(session: Session, now: datetime, agent_id: str, seq: int) -> Change:
    """The holder has seen everything up to `seq`."""
    unread = min(session.unread, max(0, session.seq - seq))
    if session.agent_id != agent_id or not session.is_open or unread == session.unread:
        return NOTHING
    session = evolve(session, unread=unread, version=session.version + 1)
    return Change(session, events=(Event(EventType.SESSION_UPDATED, session),))


def reclaimed(session: Session, now: datetime, seen: Session, reclaimed: Reclaimed, by: Agent | None) -> Change:
    """Nobody serves the customer in the platform's own client any more; what she was told is part of the history.

    If she has written since the session was `seen`, she may be answered at once.
    """
    ended = reclaimed.ended and seen.reply_until == session.reply_until
    change = owner_changes(session, now, None, ended)
    session = change.session or session
    if not reclaimed.words:
        return change
    by_id = by.id if by else session.agent_id or ""
    message = next_message(session, now, Sender.MANUAL, by_id, reclaimed.words, delivery=reclaimed.delivery(now))
    session = after(session, message)
    return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),))
