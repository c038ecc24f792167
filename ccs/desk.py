"""Every verb of the product.

Each verb reads a session, asks its rule, and puts the change through the one pipe: memory now, the disk with the next
batch, and only then whoever is told of it. Verbs are plain functions: nothing awaits between reading a session and
committing its change, so no two agents can interleave. Each returns a ticket; its caller answers when that settles.

A refusal rests on what the session is in memory, which may not be on disk yet. It is therefore given as a ticket too,
which waits for that change and fails with it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import evolve

from ccs import fate, lifecycle
from ccs.errors import ClientIdReused, NotDeliverable, Refusal
from ccs.inbound import CustomerSays, PlatformNudges, PlatformTells, StaffSays
from ccs.models import Agent, Change, Clock, Event, EventType, Login, Message, Notice, Nudge
from ccs.registry import Registry
from ccs.ticket import Ticket

Publish = Callable[[Sequence[Event], int], None]


class Desk:
    """The verbs.

    `wake_outbox` and `wake_assistant` are told the id of a session that has work for them, `end_logins` the ids of
    logins that are over.
    """

    def __init__(self, registry: Registry, publish: Publish, clock: Clock, *, assistant_on: bool) -> None:
        self.registry = registry
        self._publish = publish
        self._now = clock
        self._assistant_on = assistant_on
        self.wake_outbox: Callable[[str], None] = lambda session_id: None
        self.wake_assistant: Callable[[str], None] = lambda session_id: None
        self.end_logins: Callable[[set[str]], None] = lambda login_ids: None

    # What platforms bring

    def customer_writes(self, says: CustomerSays) -> Ticket:
        if again := self.registry.taken(says.ids):
            return again
        session = self.registry.open_session(says.customer)
        return self._commit(lifecycle.customer_writes(session, self._now(), says, self._assistant_on))

    def staff_writes(self, says: StaffSays) -> Ticket:
        """Without an open session there is no conversation to show it in; it is kept as a notice."""
        if again := self.registry.taken(says.ids):
            return again
        session = self.registry.open_session(says.customer)
        if session is None:
            payload = {"customerId": says.customer.id, "staffId": says.staff_id, "content": says.content}
            return self.platform_tells(
                PlatformTells(says.customer.channel, says.customer.account, "staff_message", payload, says.ids)
            )
        return self._commit(lifecycle.staff_writes(session, self._now(), says))

    def platform_tells(self, tells: PlatformTells) -> Ticket:
        if again := self.registry.taken(tells.ids):
            return again
        return self._commit(Change(notices=(self._notice(tells),), ids=tells.ids))

    def platform_nudges(self, nudges: PlatformNudges) -> Ticket:
        nudge = Nudge(nudges.channel, nudges.account, nudges.token, self._now())
        return self._commit(Change(nudges=(nudge,)))

    # What the assistant does

    def answer(self, session_id: str, turn: int, text: str, *, helped: bool) -> Ticket:
        return self._apply(session_id, lifecycle.answer, turn, text, helped)

    def ask_for_human(self, session_id: str, reason: str) -> Ticket:
        return self._apply(session_id, lifecycle.ask_for_human, reason)

    # What agents do

    def accept(self, session_id: str, agent: Agent | None) -> Ticket:
        return self._apply(session_id, lifecycle.accept, agent, self.registry.outgoing(session_id))

    def takeover(self, session_id: str, agent: Agent) -> Ticket:
        return self._apply(session_id, lifecycle.takeover, agent, self.registry.outgoing(session_id))

    def reply(self, session_id: str, text: str, client_id: str | None, by: Agent | None = None) -> Ticket:
        """The ticket's value is the stored message; the same `client_id` and text give it again."""
        session = self.registry.get(session_id)
        if client_id and (said := self.registry.said(session.id, client_id)):
            message, ticket = said
            if by and by.id != message.sender_id:
                lifecycle.must_hold(session, by)
            if message.content == text:
                return ticket.followed_by(message)
            return ticket.followed_by(error=ClientIdReused("这个 clientMsgId 已经用于另一条内容"))
        return self._apply(session_id, lifecycle.reply, text, client_id, by)

    def release(self, session_id: str, by: Agent | None) -> Ticket:
        return self._apply(session_id, lifecycle.release, by, self._assistant_on)

    def transfer(self, session_id: str, by: Agent | None, to: Agent | None) -> Ticket:
        return self._apply(session_id, lifecycle.transfer, by, to)

    def close(self, session_id: str, by: Agent | None, reason: str = "agent") -> Ticket:
        return self._apply(session_id, lifecycle.close, by, reason)

    def read(self, session_id: str, agent: Agent, seq: int) -> Ticket:
        return self._apply(session_id, lifecycle.read, agent.id, seq)

    def retry(self, session_id: str, message_id: str, by: Agent | None) -> Ticket:
        """Send again what failed, or what may or may not have arrived: a new attempt under a new request id."""
        lifecycle.must_hold(self.registry.get(session_id), by)
        message, ticket = self.registry.message(session_id, message_id)
        if message.delivery is None or not fate.may_retry(message.delivery):
            return ticket.followed_by(error=NotDeliverable("只有发送失败或结果未知的消息可以重试"))
        return self.delivery_moved(fate.again(message, self._now()))

    # Who may act for an agent

    def log_in(self, login: Login) -> Ticket:
        return self._commit(Change(logins=(login,)))

    def log_out(self, logins: Iterable[Login]) -> Ticket:
        """These end now. Their sockets are closed whatever the disk says: a page whose login lasts comes again."""
        ended = tuple(evolve(login, expires_at=self._now()) for login in logins)
        ticket = self._commit(Change(logins=ended))
        ticket.finally_(lambda error: self.end_logins({login.id for login in ended}))
        return ticket

    # What becomes of deliveries

    def delivery_moved(self, message: Message, because: PlatformTells | None = None) -> Ticket:
        """The message's delivery is now as given; `because` of what a platform told, if it was that."""
        event = Event(EventType.MESSAGE_UPDATED, self.registry.get(message.session_id), message)
        change = Change(deliveries=(message,), events=(event,))
        if because:
            change = evolve(change, notices=(self._notice(because),), ids=because.ids)
        return self._commit(change, message)

    # The pipe

    def _apply(self, session_id: str, rule: Callable[..., Change], *args: Any) -> Ticket:
        session = self.registry.get(session_id)
        try:
            change = rule(session, self._now(), *args)
        except Refusal as refusal:
            return self.registry.in_flight(session_id).followed_by(error=refusal)
        if change.is_empty:
            return self.registry.in_flight(session_id).followed_by(session)
        return self._commit(change, change.messages[0] if change.messages else change.session)

    def _commit(self, change: Change, value: object = None) -> Ticket:
        ticket = self.registry.commit(change, value)
        if change.events:
            ticket.then(self._publish, change.events, ticket.first_event_id)
        for message in (*change.messages, *change.deliveries):
            if message.delivery and message.delivery.state.is_open:
                ticket.then(self.wake_outbox, message.session_id)
        if change.session and change.session.awaits_assistant:
            ticket.then(self.wake_assistant, change.session.id)
        return ticket

    def _notice(self, tells: PlatformTells) -> Notice:
        return Notice(tells.channel, tells.account, tells.kind, tells.payload, self._now())
