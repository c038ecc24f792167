"""Every verb of the product.

Each verb reads a session, asks its rule, and puts the change through the one pipe: memory now, the disk with the next
batch, and only then whoever is told of it. Verbs are plain functions: nothing awaits between reading a session and
committing its change, so no two agents can interleave. Each returns a ticket; its caller answers when that settles.

A refusal rests on what the session is in memory, which may not be on disk yet. It is therefore given as a ticket too,
which waits for that change and fails with it.
"""

from collections.abc import Callable, Sequence

from attrs import evolve

from ccs import fate, lifecycle
from ccs.errors import ClientIdReused, NotDeliverable, NotFound, Refusal
from ccs.models import (
    Agent,
    Change,
    Clock,
    CustomerSays,
    Event,
    Message,
    Notice,
    Nudge,
    PlatformNudges,
    PlatformTells,
    Session,
    StaffSays,
    Status,
)
from ccs.registry import Registry, Ticket

Publish = Callable[[Sequence[Event], int], None]
Rule = Callable[[Session], Change]


class Desk:
    """The verbs. `wake_outbox` and `wake_assistant` are told the id of a session that has work for them."""

    def __init__(self, registry: Registry, publish: Publish, clock: Clock, *, assistant_on: bool) -> None:
        self.registry = registry
        self._publish = publish
        self._now = clock
        self._assistant_on = assistant_on
        self.wake_outbox: Callable[[str], None] = lambda session_id: None
        self.wake_assistant: Callable[[str], None] = lambda session_id: None

    # What platforms bring

    def customer_writes(self, says: CustomerSays) -> Ticket:
        if again := self.registry.taken(says.ids):
            return again
        session = self.registry.open_session(says.customer)
        return self._commit(lifecycle.customer_writes(session, says, self._now(), self._assistant_on))

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
        return self._commit(lifecycle.staff_writes(session, says, self._now()))

    def platform_tells(self, tells: PlatformTells) -> Ticket:
        if again := self.registry.taken(tells.ids):
            return again
        return self._commit(Change(notices=(self._notice(tells),), ids=tells.ids))

    def platform_nudges(self, nudges: PlatformNudges) -> Ticket:
        nudge = Nudge(nudges.channel, nudges.account, nudges.token, self._now())
        return self._commit(Change(nudges=(nudge,)))

    # What the assistant does

    def answer(self, session_id: str, turn: int, text: str, *, helped: bool) -> Ticket:
        now = self._now()
        return self._apply(session_id, lambda session: lifecycle.answer(session, turn, text, now, helped=helped))

    def ask_for_human(self, session_id: str, reason: str) -> Ticket:
        return self._apply(session_id, lambda session: lifecycle.ask_for_human(session, reason, self._now()))

    # What agents do

    def accept(self, session_id: str, agent: Agent) -> Ticket:
        unsent = self.registry.outgoing(session_id)
        return self._apply(session_id, lambda session: lifecycle.accept(session, agent, self._now(), unsent))

    def takeover(self, session_id: str, agent: Agent) -> Ticket:
        unsent = self.registry.outgoing(session_id)
        return self._apply(session_id, lambda session: lifecycle.takeover(session, agent, self._now(), unsent))

    def reply(self, session_id: str, text: str, client_id: str | None, by: Agent | None = None) -> Ticket:
        """The ticket's value is the stored message; the same `client_id` and text give it again."""
        session = self.registry.get(session_id)
        if client_id and (said := self.registry.said(session.id, client_id)):
            message, ticket = said
            if message.content == text:
                return ticket.followed_by(message)
            return ticket.followed_by(error=ClientIdReused("这个 clientMsgId 已经用于另一条内容"))
        return self._apply(session_id, lambda session: lifecycle.reply(session, text, client_id, self._now(), by))

    def release(self, session_id: str, by: Agent | None) -> Ticket:
        if not self._assistant_on:
            raise Refusal("助手未启用，不能转回助手")
        return self._apply(session_id, lambda session: lifecycle.release(session, by, self._now()))

    def transfer(self, session_id: str, by: Agent | None, to: Agent | None) -> Ticket:
        return self._apply(session_id, lambda session: lifecycle.transfer(session, by, to, self._now()))

    def close(self, session_id: str, by: Agent | None, reason: str = "agent") -> Ticket:
        return self._apply(session_id, lambda session: lifecycle.close(session, by, reason, self._now()))

    def read(self, session_id: str, agent: Agent, seq: int) -> Ticket:
        return self._apply(session_id, lambda session: lifecycle.read(session, agent.id, seq))

    def retry(self, session_id: str, message: Message | None, by: Agent | None) -> Ticket:
        """Send again what failed, or what may or may not have arrived: a new attempt under a new request id."""
        session = self.registry.get(session_id)
        if message is None:
            raise NotFound("消息不存在")
        lifecycle.must_hold(session, by)
        if message.delivery is None or not fate.may_retry(message.delivery):
            raise NotDeliverable("只有发送失败或结果未知的消息可以重试")
        return self.delivery_moved(session, fate.again(message, self._now()))

    # What becomes of deliveries

    def delivery_moved(self, session: Session, message: Message, because: PlatformTells | None = None) -> Ticket:
        """The message's delivery is now as given; `because` of what a platform told, if it was that."""
        change = fate.moved(session, message)
        if because:
            change = evolve(change, notices=(self._notice(because),), ids=because.ids)
        return self._commit(change, message)

    # The pipe

    def _apply(self, session_id: str, rule: Rule) -> Ticket:
        session = self.registry.get(session_id)
        try:
            change = rule(session)
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
        session = change.session
        if session and session.status is Status.AI and session.waiting_since:
            ticket.then(self.wake_assistant, session.id)
        return ticket

    def _notice(self, tells: PlatformTells) -> Notice:
        return Notice(tells.channel, tells.account, tells.kind, tells.payload, self._now())
