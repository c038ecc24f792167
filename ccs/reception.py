"""Every verb of platforms: what customers and staff do there, what a platform tells, and what was fetched from it.

As the desk's, each puts its change through the pipe without awaiting anything. Here everything is taken once, however
often it comes: what is known by its ids already gets the ticket of the first time.
"""

from collections.abc import Callable
from typing import Any

from attrs import evolve

from ccs import lifecycle
from ccs.incoming.inbound import (
    CodeOffered,
    CustomerSays,
    EchoHeard,
    MessageRecalled,
    OwnerChanged,
    PlatformNudges,
    PlatformTells,
    StaffSays,
)
from ccs.kept import Cursor, Nudge, Profile, Token
from ccs.models import Change, Customer, Event, EventType, Fate, Message, PlatformId, Session
from ccs.outgoing import echoes, fate
from ccs.outgoing.limits import Limits
from ccs.pipe import Pipe
from ccs.ticket import Ticket


class Reception:
    """The verbs. `assistant_on` tells whether the assistant serves a channel.

    `wake_puller` is told the channel and account that have news, `introduce` a session whose customer has no name yet,
    `heed` a platform's notice, `use_code` what may be answered once: each once what it rests on is on disk.
    `recognised` is a customer with what agents keep of her; `forget_owner` hears of whom the platform says that
    somebody else serves her now.
    """

    def __init__(self, pipe: Pipe, *, assistant_on: Callable[[str], bool]) -> None:
        self.registry = pipe.registry
        self._pipe = pipe
        self._now = pipe.now
        self._assistant_on = assistant_on
        self.wake_puller: Callable[[str, str], None] = lambda channel, account: None
        self.heed: Callable[[PlatformTells], None] = lambda tells: None
        self.introduce: Callable[[Session], None] = lambda session: None
        self.recognised: Callable[[Customer], Customer] = lambda customer: customer
        self.use_code: Callable[[CodeOffered], None] = lambda offered: None
        self.forget_owner: Callable[[Customer], None] = lambda customer: None

    def customer_writes(self, says: CustomerSays) -> Ticket:
        if again := self.registry.taken(says.ids):
            return again
        session = self.registry.open_session(says.customer)
        allowed = self._pipe.limits(says.customer.channel, says.via)
        unsent = sum(map(allowed.unsent, self.registry.outgoing(session.id))) if session and allowed.replies else 0
        serves = self._assistant_on(says.customer.channel)
        if session is None:
            says = evolve(says, customer=self.recognised(says.customer))
        change = lifecycle.customer_writes(session, self._now(), says, serves, allowed, unsent)
        ticket = self._pipe.commit(change)
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
        allowed = self._pipe.allowed(session.id)
        return self._pipe.commit(lifecycle.staff_writes(session, self._now(), says, unsent, allowed))

    def message_recalled(self, recalled: MessageRecalled) -> Ticket:
        """What nobody can find any more is kept as a notice."""
        if again := self.registry.taken(recalled.ids):
            return again
        for customer in filter(None, (recalled.customer, recalled.or_customer)):
            session = self.registry.open_session(customer)
            message = self.registry.by_reference(session, recalled.reference) if session else None
            if session and message:
                return self._pipe.commit(evolve(lifecycle.recall(session, self._now(), message), ids=recalled.ids))
        if recalled.tells:
            return self.platform_tells(recalled.tells)
        return self._unplaced(recalled.customer, "message_recalled", recalled.ids, msgid=recalled.reference)

    def echo_heard(self, echo: EchoHeard) -> Ticket:
        """What our app has sent has arrived, whatever became of the answer to our request."""
        if again := self.registry.taken(echo.tells.ids):
            return again
        for session in self.registry.speaking_to(echo.customer):
            limits = self._pipe.allowed(session.id)
            known = {message.seq: message for message in self.registry.latest(session)}
            known.update((message.seq, message) for message in self.registry.outgoing(session.id))
            message = echoes.meant(echo, [known[seq] for seq in sorted(known)], limits)
            if message:
                return self._echoed(session, message, echo, limits)
        return self.platform_tells(echo.tells)

    def _echoed(self, session: Session, message: Message, echo: EchoHeard, limits: Limits) -> Ticket:
        if message.delivery and message.delivery.state is Fate.SENT and message.delivery.platform_id:
            return self._pipe.commit(Change(ids=echo.tells.ids))
        moved = fate.echoed(message, echo.reference, self._now(), is_part=echoes.is_part(message, limits))
        event = Event(EventType.MESSAGE_UPDATED, session, moved)
        ticket = self._pipe.commit(Change(deliveries=(moved,), events=(event,), ids=echo.tells.ids), moved)
        return ticket.then(self._pipe.wake_outbox, session.id)        # which may wait for just this

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
        return self._pipe.commit(evolve(change, ids=changed.ids))

    def code_offered(self, offered: CodeOffered) -> Ticket:
        """The code itself is kept nowhere: after a restart it is too old. To blocked customers nothing is said."""
        if again := self.registry.taken(offered.ids):
            return again
        is_known = offered.unless_open and self.registry.open_session(offered.customer) is not None
        ticket = self.platform_tells(offered.tells) if offered.tells else (
            self._unplaced(offered.customer, f"code_offered_{offered.occasion}", offered.ids)
        )
        is_silent = is_known or self.recognised(offered.customer).blocked
        return ticket if is_silent else ticket.then(self.use_code, offered)

    def _unplaced(self, customer: Customer, kind: str, ids: tuple[PlatformId, ...], **more: Any) -> Ticket:
        payload = {"customerId": customer.id, **more}
        return self.platform_tells(PlatformTells(customer.channel, customer.account, kind, payload, ids))

    def platform_tells(self, tells: PlatformTells) -> Ticket:
        if again := self.registry.taken(tells.ids):
            return again
        ticket = self._pipe.commit(Change(notices=(self._pipe.notice(tells),), ids=tells.ids))
        return ticket.then(self.heed, tells)

    def platform_nudges(self, nudges: PlatformNudges) -> Ticket:
        nudge = Nudge(nudges.channel, nudges.account, nudges.token, self._now())
        ticket = self._pipe.commit(Change(nudges=(nudge,)))
        ticket.then(self.wake_puller, nudges.channel, nudges.account)
        return ticket

    def fetched(self, cursor: Cursor) -> Ticket:
        """What one turn of the loop commits is one transaction: an account's items, and how far they reach."""
        return self._pipe.commit(Change(cursors=(cursor,)))

    def keep_token(self, token: Token) -> Ticket:
        return self._pipe.commit(Change(tokens=(token,)))

    def customer_known(self, profile: Profile) -> Ticket:
        """The profile is kept, and shown in the customer's open session."""
        change = Change()
        customer = Customer(profile.channel, profile.account, profile.customer_id)
        if session := self.registry.open_session(customer):
            change = lifecycle.customer_known(session, self._now(), profile.name, profile.avatar)
        return self._pipe.commit(evolve(change, profiles=(profile,)))

    def file_moved(self, message: Message) -> Ticket:
        """The message's attachment is now as given."""
        session = self.registry.get(message.session_id)
        return self._pipe.commit(lifecycle.file_moves(session, self._now(), message))
