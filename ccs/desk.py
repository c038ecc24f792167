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

from ccs import echoes, fate, lifecycle
from ccs.errors import ClientIdReused, Refusal, SessionShut
from ccs.inbound import (
    CodeOffered,
    CustomerSays,
    EchoHeard,
    MessageRecalled,
    OwnerChanged,
    PlatformNudges,
    PlatformTells,
    Reclaimed,
    StaffSays,
)
from ccs.limits import UNLIMITED, Limits
from ccs.models import (
    Agent,
    Change,
    Clock,
    Cursor,
    Customer,
    Event,
    EventType,
    Fate,
    Login,
    Message,
    Notice,
    Nudge,
    Outgoing,
    PlatformId,
    Profile,
    Session,
    Stage,
    Token,
    Via,
)
from ccs.registry import Registry
from ccs.ticket import Ticket

Publish = Callable[[Sequence[Event], int], None]
LimitsOf = Callable[[str, Via], Limits]         # of a channel, for those who came in by this way


class Desk:
    """The verbs.

    `wake_outbox` and `wake_assistant` are told the id of a session that has work for them, `wake_puller` the channel
    and account that have news, `wake_fetcher` a message whose file is to be fetched, `introduce` a session whose
    customer has no name yet, `heed` a platform's notice, `use_code` what may be answered once, `end_logins` the ids of
    logins that are over: each once what it rests on is on disk. `check` raises BadRequest for what a session's platform
    would take from nobody; `forget_owner` hears of whom the platform says that somebody else serves her now.
    """

    def __init__(
        self, registry: Registry, publish: Publish, clock: Clock, *, assistant_on: bool,
        limits: LimitsOf = lambda channel, via: UNLIMITED,
    ) -> None:
        self.registry = registry
        self._publish = publish
        self._now = clock
        self._assistant_on = assistant_on
        self._limits = limits
        self.wake_outbox: Callable[[str], None] = lambda session_id: None
        self.wake_assistant: Callable[[str], None] = lambda session_id: None
        self.wake_puller: Callable[[str, str], None] = lambda channel, account: None
        self.wake_fetcher: Callable[[Message], None] = lambda message: None
        self.heed: Callable[[PlatformTells], None] = lambda tells: None
        self.introduce: Callable[[Session], None] = lambda session: None
        self.use_code: Callable[[CodeOffered], None] = lambda offered: None
        self.check: Callable[[Session, Outgoing], None] = lambda session, said: None
        self.forget_owner: Callable[[Customer], None] = lambda customer: None
        self.end_logins: Callable[[set[str]], None] = lambda login_ids: None

    # What platforms bring

    def customer_writes(self, says: CustomerSays) -> Ticket:
        if again := self.registry.taken(says.ids):
            return again
        session = self.registry.open_session(says.customer)
        allowed = self._limits(says.customer.channel, says.via)
        unsent = sum(map(allowed.unsent, self.registry.outgoing(session.id))) if session and allowed.replies else 0
        change = lifecycle.customer_writes(session, self._now(), says, self._assistant_on, allowed, unsent)
        ticket = self._commit(change)
        if change.session and not change.session.customer.name:
            ticket.then(self.introduce, change.session)
        return ticket

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
        unsent = self.registry.outgoing(session.id)
        return self._commit(lifecycle.staff_writes(session, self._now(), says, unsent, self._allowed(session.id)))

    def message_recalled(self, recalled: MessageRecalled) -> Ticket:
        """What nobody can find any more is kept as a notice."""
        if again := self.registry.taken(recalled.ids):
            return again
        for customer in filter(None, (recalled.customer, recalled.or_customer)):
            session = self.registry.open_session(customer)
            message = self.registry.by_reference(session, recalled.reference) if session else None
            if session and message:
                return self._commit(evolve(lifecycle.recall(session, self._now(), message), ids=recalled.ids))
        if recalled.tells:
            return self.platform_tells(recalled.tells)
        return self._unplaced(recalled.customer, "message_recalled", recalled.ids, msgid=recalled.reference)

    def echo_heard(self, echo: EchoHeard) -> Ticket:
        """What our app has sent has arrived, whatever became of the answer to our request."""
        if again := self.registry.taken(echo.tells.ids):
            return again
        for session in self.registry.speaking_to(echo.customer):
            limits = self._allowed(session.id)
            known = {message.seq: message for message in self.registry.latest(session)}
            known.update((message.seq, message) for message in self.registry.outgoing(session.id))
            message = echoes.meant(echo, [known[seq] for seq in sorted(known)], limits)
            if message:
                return self._echoed(session, message, echo, limits)
        return self.platform_tells(echo.tells)

    def _echoed(self, session: Session, message: Message, echo: EchoHeard, limits: Limits) -> Ticket:
        if message.delivery and message.delivery.state is Fate.SENT and message.delivery.platform_id:
            return self._commit(Change(ids=echo.tells.ids))
        moved = fate.echoed(message, echo.reference, self._now(), is_part=echoes.is_part(message, limits))
        event = Event(EventType.MESSAGE_UPDATED, session, moved)
        ticket = self._commit(Change(deliveries=(moved,), events=(event,), ids=echo.tells.ids), moved)
        return ticket.then(self.wake_outbox, session.id)        # which may wait for just this

    def owner_changed(self, changed: OwnerChanged) -> Ticket:
        """Of a customer without an open session nothing needs to be known: when she writes, the platform is asked."""
        if again := self.registry.taken(changed.ids):
            return again
        self.forget_owner(changed.customer)
        session = self.registry.open_session(changed.customer)
        if session is None:
            return self._unplaced(
                changed.customer, "owner_changed", changed.ids, owner=changed.owner, ended=changed.ended
            )
        change = lifecycle.owner_changes(session, self._now(), changed.owner, changed.ended)
        return self._commit(evolve(change, ids=changed.ids))

    def code_offered(self, offered: CodeOffered) -> Ticket:
        """The code itself is kept nowhere: after a restart it is too old."""
        if again := self.registry.taken(offered.ids):
            return again
        is_known = offered.unless_open and self.registry.open_session(offered.customer) is not None
        ticket = self.platform_tells(offered.tells) if offered.tells else (
            self._unplaced(offered.customer, f"code_offered_{offered.occasion}", offered.ids)
        )
        return ticket if is_known else ticket.then(self.use_code, offered)

    def _unplaced(self, customer: Customer, kind: str, ids: tuple[PlatformId, ...], **more: Any) -> Ticket:
        payload = {"customerId": customer.id, **more}
        return self.platform_tells(PlatformTells(customer.channel, customer.account, kind, payload, ids))

    def platform_tells(self, tells: PlatformTells) -> Ticket:
        if again := self.registry.taken(tells.ids):
            return again
        ticket = self._commit(Change(notices=(self._notice(tells),), ids=tells.ids))
        return ticket.then(self.heed, tells)

    def platform_nudges(self, nudges: PlatformNudges) -> Ticket:
        nudge = Nudge(nudges.channel, nudges.account, nudges.token, self._now())
        ticket = self._commit(Change(nudges=(nudge,)))
        ticket.then(self.wake_puller, nudges.channel, nudges.account)
        return ticket

    def fetched(self, cursor: Cursor) -> Ticket:
        """What one turn of the loop commits is one transaction: an account's items, and how far they reach."""
        return self._commit(Change(cursors=(cursor,)))

    def keep_token(self, token: Token) -> Ticket:
        return self._commit(Change(tokens=(token,)))

    def customer_known(self, profile: Profile) -> Ticket:
        """The profile is kept, and shown in the customer's open session."""
        change = Change()
        customer = Customer(profile.channel, profile.account, profile.customer_id)
        if session := self.registry.open_session(customer):
            change = lifecycle.customer_known(session, self._now(), profile.name, profile.avatar)
        return self._commit(evolve(change, profiles=(profile,)))

    def file_moved(self, message: Message) -> Ticket:
        """The message's attachment is now as given."""
        session = self.registry.get(message.session_id)
        return self._commit(lifecycle.file_moves(session, self._now(), message))

    # What the assistant does

    def answer(self, session_id: str, turn: int, text: str, *, helped: bool) -> Ticket:
        return self._apply(session_id, lifecycle.answer, turn, text, helped, self._allowed(session_id))

    def ask_for_human(self, session_id: str, reason: str) -> Ticket:
        return self._apply(session_id, lifecycle.ask_for_human, reason)

    # What agents do

    def accept(self, session_id: str, agent: Agent | None) -> Ticket:
        unsent = self.registry.outgoing(session_id)
        return self._apply(session_id, lifecycle.accept, agent, unsent, self._allowed(session_id))

    def takeover(self, session_id: str, agent: Agent) -> Ticket:
        unsent = self.registry.outgoing(session_id)
        return self._apply(session_id, lifecycle.takeover, agent, unsent, self._allowed(session_id))

    def reply(self, session_id: str, said: Outgoing, client_id: str | None, by: Agent | None = None) -> Ticket:
        """The ticket's value is the stored message; the same `client_id` and words give it again.

        Raises BadRequest for what the platform would take from nobody.
        """
        session = self.registry.get(session_id)
        self.check(session, said)
        if client_id and (known := self.registry.said(session.id, client_id)):
            message, ticket = known
            if by and by.id != message.sender_id:
                lifecycle.must_hold(session, by)
            if _says_the_same(message, said):
                return ticket.followed_by(message)
            return ticket.followed_by(error=ClientIdReused("这个 clientMsgId 已经用于另一条内容"))
        return self._apply(session_id, lifecycle.reply, said, client_id, by, self._allowed(session_id))

    def release(self, session_id: str, by: Agent | None) -> Ticket:
        return self._apply(session_id, lifecycle.release, by, self._assistant_on)

    def transfer(self, session_id: str, by: Agent | None, to: Agent | None) -> Ticket:
        return self._apply(session_id, lifecycle.transfer, by, to)

    def close(self, session_id: str, by: Agent | None, reason: str = "agent") -> Ticket:
        return self._apply(session_id, lifecycle.close, by, reason)

    def read(self, session_id: str, agent: Agent, seq: int) -> Ticket:
        return self._apply(session_id, lifecycle.read, agent.id, seq)

    def retry(self, session_id: str, message_id: str, by: Agent | None) -> Ticket:
        """The ticket's value is the message, on its way again."""
        session = self.registry.get(session_id)
        message, ticket = self.registry.message(session_id, message_id)
        try:
            change = lifecycle.retry(session, self._now(), message, by, self._allowed(session_id))
        except Refusal as refusal:
            return _last(ticket, self.registry.in_flight(session_id)).followed_by(error=refusal)
        return self._commit(change, change.deliveries[0])

    def reclaimed(self, seen: Session, reclaimed: Reclaimed, by: Agent | None) -> Ticket:
        """A session, as it was `seen` when that was asked for, was taken back from the platform's own client."""
        return self._apply(seen.id, lifecycle.reclaimed, seen, reclaimed, by)

    def recalled(self, session_id: str, message_id: str) -> Ticket:
        """The platform took back what we said. The ticket's value is the message."""
        session = self.registry.get(session_id)
        message, ticket = self.registry.message(session_id, message_id)
        change = lifecycle.recall(session, self._now(), message)
        return self._commit(change, change.revised[0]) if change.revised else ticket.followed_by(message)

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

    def delivery_moved(self, message: Message) -> Ticket:
        """The message's delivery is now as given."""
        event = Event(EventType.MESSAGE_UPDATED, self.registry.get(message.session_id), message)
        return self._commit(Change(deliveries=(message,), events=(event,)), message)

    def result_told(self, message: Message, tells: PlatformTells, shut: SessionShut | None) -> Ticket:
        """The platform's last word on a message, which is now as given; and what that says of its session."""
        session = self.registry.get(message.session_id)
        change = lifecycle.failed_behind(session, self._now(), message, self._allowed(session.id), shut)
        return self._commit(evolve(change, notices=(self._notice(tells),), ids=tells.ids), message)

    def not_delivered(self, message: Message, shut: SessionShut | None = None, seen: Session | None = None) -> Ticket:
        """The message failed before all of it left; see the rule."""
        session = self.registry.get(message.session_id)
        allowed = self._allowed(message.session_id)
        return self._commit(lifecycle.not_delivered(session, self._now(), message, allowed, shut, seen), message)

    # The pipe

    def _allowed(self, session_id: str) -> Limits:
        session = self.registry.get(session_id)
        return self._limits(session.customer.channel, session.via)

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
        for message in change.messages:
            if message.attachment and message.attachment.stage is Stage.FETCHING:
                ticket.then(self.wake_fetcher, message)
        if change.session and change.session.awaits_assistant:
            ticket.then(self.wake_assistant, change.session.id)
        return ticket

    def _notice(self, tells: PlatformTells) -> Notice:
        return Notice(tells.channel, tells.account, tells.kind, tells.payload, self._now())


def _last(*tickets: Ticket) -> Ticket:
    """Of a session's changes, the one that settles after the others: tickets settle in the order they were given."""
    return next((ticket for ticket in reversed(tickets) if not ticket.is_settled), tickets[0])


def _says_the_same(message: Message, said: Outgoing) -> bool:
    digests = [each.attachment and each.attachment.digest for each in (message, said)]
    alike = (message.content, message.type, digests[0]) == (said.content, said.type, digests[1])
    return alike and all(message.fields.get(name) == value for name, value in said.fields.items())
