"""The one pipe through which every change goes: memory now, the disk with the next batch, then whoever is told of it.

A refusal rests on what the session is in memory, which may not be on disk yet. It is therefore given as a ticket too,
which waits for that change and fails with it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ccs.errors import Refusal
from ccs.incoming.inbound import PlatformTells
from ccs.kept import BellEntry, Notice
from ccs.models import Change, Clock, Event, Message, Session, Stage, Status, Via
from ccs.outgoing.limits import UNLIMITED, Limits
from ccs.registry import Registry
from ccs.ticket import Ticket

Publish = Callable[[Sequence[Event], int], None]
LimitsOf = Callable[[str, Via], Limits]         # of a channel, for those who came in by this way


class Pipe:
    """For the desk and the reception, whose verbs read a session, ask its rule and hand over the change.

    `wake_outbox`, `wake_assistant` and `wake_cards` are told the id of a session that has work for them, `wake_fetcher`
    a message whose file is to be fetched, `ring` what is on agents' bells of a session: each once what it rests on is
    on disk. `hush_assistant` is told at once of a session in which the assistant has nothing to say now.
    """

    def __init__(
        self, registry: Registry, publish: Publish, clock: Clock,
        limits: LimitsOf = lambda channel, via: UNLIMITED,
    ) -> None:
        self.registry = registry
        self.now = clock
        self.limits = limits
        self._publish = publish
        self.wake_outbox: Callable[[str], None] = lambda session_id: None
        self.wake_assistant: Callable[[str], None] = lambda session_id: None
        self.wake_cards: Callable[[str], None] = lambda session_id: None
        self.wake_fetcher: Callable[[Message], None] = lambda message: None
        self.ring: Callable[[Sequence[BellEntry], Session], None] = lambda rung, session: None
        self.hush_assistant: Callable[[Session], None] = lambda session: None

    def allowed(self, session_id: str) -> Limits:
        """What the session's platform takes."""
        session = self.registry.get(session_id)
        return self.limits(session.customer.channel, session.via)

    def apply(self, session_id: str, rule: Callable[..., Change], *args: Any) -> Ticket:
        """What the rule says to the session. The ticket's value is the first message, or the session."""
        session = self.registry.get(session_id)
        try:
            change = rule(session, self.now(), *args)
        except Refusal as refusal:
            return self.registry.in_flight(session_id).followed_by(error=refusal)
        if change.is_empty:
            return self.registry.in_flight(session_id).followed_by(session)
        return self.commit(change, change.messages[0] if change.messages else change.session)

    def commit(self, change: Change, value: object = None) -> Ticket:
        """`value` is the ticket's."""
        ticket = self.registry.commit(change, value)
        if change.session and not change.session.awaits_assistant:
            self.hush_assistant(change.session)
        if change.events:
            ticket.then(self._publish, change.events, ticket.first_event_id)
        if change.bell:
            ticket.then(self.ring, change.bell, change.events[0].session)
        for message in (*change.messages, *change.deliveries):
            if message.delivery and message.delivery.state.is_open:
                ticket.then(self.wake_outbox, message.session_id)
        for message in change.messages:
            if message.attachment and message.attachment.stage is Stage.FETCHING:
                ticket.then(self.wake_fetcher, message)
        if change.session and change.session.awaits_assistant:
            ticket.then(self.wake_assistant, change.session.id)
        if change.session and change.session.status is Status.PENDING and change.messages:
            ticket.then(self.wake_cards, change.session.id)
        return ticket

    def notice(self, tells: PlatformTells) -> Notice:
        return Notice(tells.channel, tells.account, tells.kind, tells.payload, self.now())
