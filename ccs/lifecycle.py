"""The rules of a session: who may do what, and what follows.

Each rule takes a session as it is and returns the `Change` that follows, or raises a `Refusal`. No rule does I/O or
asks for the time; the only thing not given to it is the fresh id of what it creates. A rule that finds its wish
already true returns an empty `Change`.

    ai       ask_for_human → pending     takeover → manual     close → closed
    pending  accept → manual                                   close → closed
    manual   release → ai    transfer → manual | pending       takeover (supervisor)    close → closed
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve

from ccs import fate, limits
from ccs.errors import (
    CannotReply,
    Forbidden,
    NotDeliverable,
    Refusal,
    SessionShut,
    TakenByAnother,
    UnknownAgent,
    WrongStatus,
)
from ccs.inbound import CustomerSays, Reclaimed, StaffSays
from ccs.limits import UNLIMITED, Limits
from ccs.models import (
    NOTHING,
    Agent,
    Change,
    Customer,
    Event,
    EventType,
    Fate,
    Message,
    Outgoing,
    Sender,
    Session,
    Status,
    new_id,
)

ASSISTANT_ID = "assistant"      # senderId of what the assistant says
PREVIEW = 200                   # characters of the last message that a list row carries

PLATFORMS_SECOND = timedelta(seconds=1)     # platforms tell the time no finer; in doubt the next refusal teaches

STATUS_WORDS = {
    Status.AI: "助手接待中",
    Status.PENDING: "待接入",
    Status.MANUAL: "人工接待中",
    Status.CLOSED: "已结束",
}


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
        pending_reason=None if assistant_on else "assistant_off",
        **allowed.renewed(_heard_at(says, now)),
    )
    session, message = _hears(session, now, says)
    event = EventType.NEW_MESSAGE if assistant_on else EventType.NEW_PENDING_SESSION
    return Change(session, (message,), events=(Event(event, session, message),), ids=says.ids)


def staff_writes(
    session: Session, now: datetime, says: StaffSays, unsent: Iterable[Message] = (), allowed: Limits = UNLIMITED
) -> Change:
    """Somebody answered in the platform's own client: shown as a person's message, and nothing is sent.

    Where that `pauses` the assistant, what it had not begun to send is withdrawn and she waits for people from now on.
    """
    message = _next(
        session, now, Sender.MANUAL, says.staff_id, says.content,
        type=says.type, platform_time=says.platform_time, fields=says.fields, attachment=says.attachment,
    )
    session = _after(session, message, turn=session.turn + 1, waiting_since=None)
    if not says.pauses or session.status is not Status.AI:
        return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),), ids=says.ids)
    withdrawn, given_back = _withdrawn(session, unsent, allowed)
    session = evolve(session, status=Status.PENDING, pending_reason="staff_answered", **given_back)
    events = (
        Event(EventType.NEW_MESSAGE, session, message), Event(EventType.NEW_PENDING_SESSION, session),
        *(Event(EventType.MESSAGE_UPDATED, session, each) for each in withdrawn),
    )
    return Change(session, (message,), deliveries=withdrawn, events=events, ids=says.ids)


def owner_changes(session: Session, now: datetime, owner: str | None, ended: bool) -> Change:
    """Somebody serves the customer in the platform's own client, or no longer does; `ended`: nobody may answer now."""
    until = _ended(session, now) if ended else session.reply_until
    if (owner, until) == (session.platform_owner, session.reply_until):
        return NOTHING
    session = _moved(session, now, platform_owner=owner, reply_until=until)
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


def answer(
    session: Session, now: datetime, turn: int, text: str, helped: bool, allowed: Limits = UNLIMITED
) -> Change:
    """The assistant speaks, if nothing happened since it began to think; if it cannot be heard, a person is asked."""
    if session.status is not Status.AI or session.turn != turn:
        raise _wrong(session, "会话已有变化，助手不再回复")
    parts = allowed.parts(text)
    try:
        limits.must_allow(session, now, parts)
    except CannotReply:
        return _waits(session, now, "cannot_reply")
    message = _next(session, now, Sender.AI, ASSISTANT_ID, text, delivery=fate.promise(now))
    session = _after(
        session, message, waiting_since=None, unhelped=0 if helped else session.unhelped + 1,
        **limits.spent(session, parts),
    )
    return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),))


def ask_for_human(session: Session, now: datetime, reason: str) -> Change:
    """The assistant steps back and the session waits for an agent; `reason` says why."""
    if session.status is not Status.AI:
        raise _wrong(session, "只有助手接待中的会话可以转人工")
    return _waits(session, now, reason)


def accept(
    session: Session, now: datetime, agent: Agent | None, unsent: Iterable[Message] = (), allowed: Limits = UNLIMITED
) -> Change:
    """A waiting session becomes the agent's own. What the assistant had not begun to send is withdrawn.

    The state is refused before the agent is (None: nobody we know): what does not wait is for nobody to accept.
    """
    if session.status is Status.MANUAL:
        if agent and session.agent_id == agent.id:
            return NOTHING
        raise TakenByAnother(f"会话已被 {session.agent_id} 接入", _where(session))
    if session.status is not Status.PENDING:
        raise _wrong(session, "只有待接入的会话可以接入")
    if agent is None:
        raise UnknownAgent
    return _held_by(session, now, agent.id, unsent, allowed)


def takeover(
    session: Session, now: datetime, agent: Agent, unsent: Iterable[Message] = (), allowed: Limits = UNLIMITED
) -> Change:
    """Any agent may take a session from the assistant; only a supervisor may take one from an agent."""
    if session.status is Status.MANUAL:
        if session.agent_id == agent.id:
            return NOTHING
        if not agent.supervises:
            raise Forbidden(f"会话由 {session.agent_id} 接待，只有主管可以接管", _where(session))
    elif session.status is not Status.AI:
        raise _wrong(session, "只有助手或其他客服接待中的会话可以接管")
    return _held_by(session, now, agent.id, unsent, allowed)


def reply(
    session: Session, now: datetime, said: Outgoing, client_id: str | None, by: Agent | None = None,
    allowed: Limits = UNLIMITED,
) -> Change:
    """The holder, or a supervisor, answers. `by` is None when access is open: then it is the holder.

    Raises CannotReply when the platform would not bring it to the customer.
    """
    must_answer(session, by)
    parts = allowed.parts(said.content) if said.type == "text" else 1
    limits.must_allow(session, now, parts)
    message = _next(
        session, now, Sender.MANUAL, by.id if by else session.agent_id or "", said.content,
        type=said.type, fields=said.fields, attachment=said.attachment,
        client_id=client_id, delivery=fate.promise(now),
    )
    session = _after(session, message, waiting_since=None, unread=0, **limits.spent(session, parts))
    return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),))


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


def not_delivered(
    session: Session, now: datetime, message: Message, allowed: Limits, shut: SessionShut | None = None,
    seen: Session | None = None,
) -> Change:
    """It failed before all of it left: what did not is given back. `shut` is what the platform said of the session as
    it was `seen`, which her writing meanwhile has overtaken.
    """
    known = limits.given_back(session, allowed.unsent(message), allowed)
    if shut:
        overtaken = seen is None or seen.reply_until != session.reply_until
        known.update(_learnt(session, now, shut, overtaken))
    return _delivers(session, now, message, **known)


def failed_behind(
    session: Session, now: datetime, message: Message, allowed: Limits, shut: SessionShut | None
) -> Change:
    """The platform had taken it, and says later that it did not arrive; `shut` as in `not_delivered`."""
    if shut is None:
        return _delivers(session, now, message)
    heard_at = session.reply_until - allowed.window if session.reply_until and allowed.window else session.created_at
    overtaken = heard_at + PLATFORMS_SECOND > message.created_at
    return _delivers(session, now, message, **_learnt(session, now, shut, overtaken))


def _learnt(session: Session, now: datetime, shut: SessionShut, overtaken: bool) -> dict[str, Any]:
    """What the platform said of the session, but for what her writing has `overtaken`."""
    learnt: dict[str, Any] = {"platform_owner": shut.owner} if shut.owner else {}
    if shut.used_up and not overtaken:
        learnt["replies_left"] = 0
    if shut.closed and not overtaken:
        learnt["reply_until"] = _ended(session, now)
    return learnt


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
    message = _next(session, now, Sender.MANUAL, by_id, reclaimed.words, delivery=reclaimed.delivery(now))
    session = _after(session, message)
    return Change(session, (message,), events=(Event(EventType.NEW_MESSAGE, session, message),))


def _delivers(session: Session, now: datetime, message: Message, **fields: Any) -> Change:
    """The message's delivery moved, and perhaps what the session allows."""
    if _is_unheard(session, message):
        return _waits_unheard(evolve(session, **fields), now, message)
    changed = evolve(session, version=session.version + 1, **fields)
    if not session.is_open or evolve(changed, version=session.version) == session:
        return Change(deliveries=(message,), events=(Event(EventType.MESSAGE_UPDATED, session, message),))
    return Change(changed, deliveries=(message,), events=(
        Event(EventType.MESSAGE_UPDATED, changed, message), Event(EventType.SESSION_UPDATED, changed),
    ))


def _is_unheard(session: Session, message: Message) -> bool:
    """Whether she waits for an assistant that believes to have answered her."""
    failed = message.delivery is not None and message.delivery.state is Fate.FAILED
    return failed and message.sender is Sender.AI and session.status is Status.AI


def _waits_unheard(session: Session, now: datetime, message: Message) -> Change:
    """A person is asked, as where the assistant knows before that it cannot be heard."""
    waiting_since = session.waiting_since or message.created_at
    change = _waits(evolve(session, waiting_since=waiting_since), now, "cannot_reply")
    assert change.session
    told = Event(EventType.MESSAGE_UPDATED, change.session, message)
    return evolve(change, deliveries=(message,), events=(told, *change.events))


def release(session: Session, now: datetime, by: Agent | None, assistant_on: bool) -> Change:
    """The holder hands the session back to the assistant."""
    if not assistant_on:
        raise Refusal("助手未启用，不能转回助手；可以转回待接入队列")
    if session.status is not Status.MANUAL:
        raise _wrong(session, "只有人工接待中的会话可以转回助手")
    must_hold(session, by)
    session = _moved(session, now, status=Status.AI, agent_id=None, unhelped=0, pending_reason=None)
    return Change(session, events=(Event(EventType.SESSION_UPDATED, session),))


def transfer(session: Session, now: datetime, by: Agent | None, to: Agent | None) -> Change:
    """To a colleague, or with `to` None back to the queue."""
    if session.status is not Status.MANUAL:
        raise _wrong(session, "只有人工接待中的会话可以转接")
    must_hold(session, by)
    if to is None:
        return _waits(session, now, "transferred")
    if to.id == session.agent_id:
        return NOTHING
    return _held_by(session, now, to.id, (), UNLIMITED)


def close(session: Session, now: datetime, by: Agent | None, reason: str) -> Change:
    """The conversation ends; the customer's next message opens a new session."""
    if session.status is Status.CLOSED:
        return NOTHING
    if session.status is Status.MANUAL:
        must_hold(session, by)
    session = _moved(session, now, status=Status.CLOSED, waiting_since=None, close_reason=reason)
    return Change(session, events=(Event(EventType.SESSION_CLOSED, session),))


def read(session: Session, now: datetime, agent_id: str, seq: int) -> Change:
    """The holder has seen everything up to `seq`."""
    unread = min(session.unread, max(0, session.seq - seq))
    if session.agent_id != agent_id or not session.is_open or unread == session.unread:
        return NOTHING
    session = evolve(session, unread=unread, version=session.version + 1)
    return Change(session, events=(Event(EventType.SESSION_UPDATED, session),))


def may_open(session: Session, agent: Agent) -> bool:
    """Who may look at a session live: anyone until somebody holds it, then the holder and supervisors."""
    return session.is_open and may_read(session, agent)


def may_read(session: Session, agent: Agent) -> bool:
    """Who may be told what is said in a session: while somebody holds it, she and supervisors; otherwise everyone."""
    return session.status is not Status.MANUAL or session.agent_id == agent.id or agent.supervises


def _waits(session: Session, now: datetime, reason: str) -> Change:
    session = _moved(
        session, now, status=Status.PENDING, agent_id=None, pending_reason=reason,
        waiting_since=session.waiting_since or now,
    )
    return Change(session, events=(Event(EventType.NEW_PENDING_SESSION, session),))


def _held_by(
    session: Session, now: datetime, agent_id: str, unsent: Iterable[Message], allowed: Limits
) -> Change:
    withdrawn, given_back = _withdrawn(session, unsent, allowed)
    session = _moved(session, now, status=Status.MANUAL, agent_id=agent_id, **given_back)
    events = (
        Event(EventType.SESSION_ACCEPTED, session),
        *(Event(EventType.MESSAGE_UPDATED, session, message) for message in withdrawn),
    )
    return Change(session, deliveries=withdrawn, events=events)


def _withdrawn(
    session: Session, unsent: Iterable[Message], allowed: Limits
) -> tuple[tuple[Message, ...], dict[str, Any]]:
    """What the assistant had not begun to send, and what the session allows without it."""
    withdrawn = tuple(
        fate.withdrawn(message) for message in unsent if message.sender is Sender.AI and fate.may_withdraw(message)
    )
    parts = sum(map(allowed.unsent, withdrawn))
    return withdrawn, limits.given_back(session, parts, allowed) if parts else {}


def _moved(session: Session, now: datetime, **fields: Any) -> Session:
    return evolve(
        session, version=session.version + 1, turn=session.turn + 1, updated_at=_not_before(session, now), **fields
    )


def _ended(session: Session, now: datetime) -> datetime:
    """Until when answers are taken, if none is any more."""
    return now if session.reply_until is None else min(now, session.reply_until)


def _hears(session: Session, now: datetime, says: CustomerSays, **fields: Any) -> tuple[Session, Message]:
    message = _next(
        session, now, Sender.CUSTOMER, says.customer.id, says.content,
        type=says.type, platform_time=says.platform_time, fields=says.fields, attachment=says.attachment,
    )
    return _after(session, message, **fields), message


def _heard_at(says: CustomerSays, now: datetime) -> datetime:
    """When the platform began to count: by its own time, if that is not in the future."""
    return min(says.platform_time or now, now)


def _next(
    session: Session, now: datetime, sender: Sender, sender_id: str, content: str, **more: Any
) -> Message:
    """The session's next message."""
    now = _not_before(session, now)
    return Message(new_id(), session.id, session.seq + 1, sender, sender_id, content, now, **more)


def _after(session: Session, message: Message, **fields: Any) -> Session:
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


def _known_better(known: Customer, told: Customer) -> Customer:
    """Keep what we know of a customer unless the platform now says more."""
    if (not told.name or told.name == known.name) and (not told.avatar or told.avatar == known.avatar):
        return known
    return evolve(known, name=told.name or known.name, avatar=told.avatar or known.avatar)


def must_hold(session: Session, by: Agent | None) -> None:
    """Raises Forbidden if somebody else holds it, unless a supervisor asks, or access is open (None)."""
    if by and session.agent_id and by.id != session.agent_id and not by.supervises:
        raise Forbidden(f"会话由 {session.agent_id} 接待，只有 {session.agent_id} 本人或主管可以操作", _where(session))


def must_answer(session: Session, by: Agent | None) -> None:
    """Raises WrongStatus or Forbidden unless it is for this agent to answer in it."""
    if session.status is not Status.MANUAL:
        raise _wrong(session, "只有人工接待中的会话可以回复")
    must_hold(session, by)


def must_read(session: Session, agent: Agent | None) -> None:
    """Raises Forbidden if what is said in it is not for this agent."""
    if agent and not may_read(session, agent):
        raise Forbidden(f"会话由 {session.agent_id} 接待，只有 {session.agent_id} 本人或主管可以查看", _where(session))


def _wrong(session: Session, words: str) -> WrongStatus:
    return WrongStatus(f"{words}，当前状态：{STATUS_WORDS[session.status]}", _where(session))


def _where(session: Session) -> dict[str, Any]:
    """What a refusal tells of the session: where it stands, and who holds it."""
    where = {"sessionId": session.id, "status": session.status.value}
    if session.agent_id:
        where["manualCsId"] = session.agent_id
    return where
