"""Every verb of agents and the assistant, and what becomes of what they say.

Each verb reads a session, asks its rule, and puts the change through the pipe. Verbs are plain functions: nothing
awaits between reading a session and committing its change, so no two agents can interleave. Each returns a ticket; its
caller answers when that settles. What platforms bring has its verbs in `ccs/reception.py`.
"""

from collections.abc import Callable, Iterable, Sequence

from attrs import evolve

from ccs import lifecycle
from ccs.errors import BadRequest, ClientIdReused, Refusal, SessionShut
from ccs.incoming.inbound import PlatformTells, Reclaimed
from ccs.kept import Login, Thumb
from ccs.models import Agent, Briefing, Change, Message, Outgoing, Session
from ccs.pipe import Pipe
from ccs.ticket import Ticket


class Desk:
    """The verbs. `assistant_on` tells whether the assistant serves a channel.

    `end_logins` is told the ids of logins that are over; `check` raises BadRequest for what a session's platform would
    take from nobody; `brief` makes the card for the agent whom an answer that was not heard is left to.
    """

    def __init__(self, pipe: Pipe, *, assistant_on: Callable[[str], bool]) -> None:
        self.registry = pipe.registry
        self._pipe = pipe
        self._now = pipe.now
        self._assistant_on = assistant_on
        self.check: Callable[[Session, Outgoing], None] = lambda session, said: None
        self.brief: Callable[[Session, Message], Briefing | None] = lambda session, unheard: None
        self.end_logins: Callable[[set[str]], None] = lambda login_ids: None

    # What the assistant does

    def answer(
        self, session_id: str, turn: int, said: Sequence[Outgoing], *, unhelped: int, unheard: Briefing | None = None
    ) -> Ticket:
        """The first message and what belongs to it, but for what its platform would take from nobody."""
        session = self.registry.get(session_id)
        said = [said[0], *(each for each in said[1:] if self._is_taken(session, each))]
        allowed = self._pipe.allowed(session_id)
        return self._pipe.apply(session_id, lifecycle.answer, turn, said, unhelped, allowed, unheard)

    def _is_taken(self, session: Session, said: Outgoing) -> bool:
        try:
            self.check(session, said)
        except BadRequest:
            return False
        return True

    def ask_for_human(
        self, session_id: str, reason: str, words: str = "", briefing: Briefing | None = None
    ) -> Ticket:
        allowed = self._pipe.allowed(session_id)
        return self._pipe.apply(session_id, lifecycle.ask_for_human, reason, words, briefing, allowed)

    def renew_card(self, session_id: str, briefing: Briefing) -> Ticket:
        """What the agent who will take over is told by now."""
        return self._pipe.apply(session_id, lifecycle.card_renewed, briefing)

    # What agents do

    def accept(self, session_id: str, agent: Agent | None) -> Ticket:
        unsent = self.registry.outgoing(session_id)
        return self._pipe.apply(session_id, lifecycle.accept, agent, unsent, self._pipe.allowed(session_id))

    def takeover(self, session_id: str, agent: Agent) -> Ticket:
        unsent = self.registry.outgoing(session_id)
        return self._pipe.apply(session_id, lifecycle.takeover, agent, unsent, self._pipe.allowed(session_id))

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
        return self._pipe.apply(session_id, lifecycle.reply, said, client_id, by, self._pipe.allowed(session_id))

    def release(self, session_id: str, by: Agent | None, conclusion: str | None = None) -> Ticket:
        serves = self._assistant_on(self.registry.get(session_id).customer.channel)
        return self._pipe.apply(session_id, lifecycle.release, by, serves, conclusion)

    def transfer(self, session_id: str, by: Agent | None, to: Agent | None) -> Ticket:
        return self._pipe.apply(session_id, lifecycle.transfer, by, to)

    def close(self, session_id: str, by: Agent | None, reason: str = "agent") -> Ticket:
        return self._pipe.apply(session_id, lifecycle.close, by, reason)

    def read(self, session_id: str, agent: Agent, seq: int) -> Ticket:
        return self._pipe.apply(session_id, lifecycle.read, agent.id, seq)

    def retry(self, session_id: str, message_id: str, by: Agent | None) -> Ticket:
        """The ticket's value is the message, on its way again."""
        session = self.registry.get(session_id)
        message, ticket = self.registry.message(session_id, message_id)
        try:
            change = lifecycle.retry(session, self._now(), message, by, self._pipe.allowed(session_id))
        except Refusal as refusal:
            return _last(ticket, self.registry.in_flight(session_id)).followed_by(error=refusal)
        return self._pipe.commit(change, change.deliveries[0])

    def dismiss(self, session_id: str, message_id: str, by: Agent | None) -> Ticket:
        """A message that failed is put aside. The ticket's value is the message."""
        session = self.registry.get(session_id)
        message, ticket = self.registry.message(session_id, message_id)
        try:
            change = lifecycle.dismiss(session, self._now(), message, by)
        except Refusal as refusal:
            return _last(ticket, self.registry.in_flight(session_id)).followed_by(error=refusal)
        return ticket.followed_by(message) if change.is_empty else self._pipe.commit(change, change.deliveries[0])

    def reclaimed(self, seen: Session, reclaimed: Reclaimed, by: Agent | None) -> Ticket:
        """A session, as it was `seen` when that was asked for, was taken back from the platform's own client."""
        return self._pipe.apply(seen.id, lifecycle.reclaimed, seen, reclaimed, by)

    def recalled(self, session_id: str, message_id: str) -> Ticket:
        """The platform took back what we said. The ticket's value is the message."""
        session = self.registry.get(session_id)
        message, ticket = self.registry.message(session_id, message_id)
        change = lifecycle.recall(session, self._now(), message)
        return self._pipe.commit(change, change.revised[0]) if change.revised else ticket.followed_by(message)

    def judge(self, session_id: str, message_id: str, thumb: Thumb, note: str, by: Agent | None) -> Ticket:
        """What an agent thinks of an answer. The ticket's value is the message with it."""
        session = self.registry.get(session_id)
        message, ticket = self.registry.message(session_id, message_id)
        try:
            change = lifecycle.judge(session, self._now(), message, thumb, note, by)
        except Refusal as refusal:
            return _last(ticket, self.registry.in_flight(session_id)).followed_by(error=refusal)
        return self._pipe.commit(change, change.revised[0]) if change.revised else ticket.followed_by(message)

    # Who may act for an agent

    def log_in(self, login: Login) -> Ticket:
        return self._pipe.commit(Change(logins=(login,)))

    def log_out(self, logins: Iterable[Login]) -> Ticket:
        """These end now. Their sockets are closed whatever the disk says: a page whose login lasts comes again."""
        ended = tuple(evolve(login, expires_at=self._now()) for login in logins)
        ticket = self._pipe.commit(Change(logins=ended))
        ticket.finally_(lambda error: self.end_logins({login.id for login in ended}))
        return ticket

    # What becomes of deliveries

    def delivery_moved(self, message: Message) -> Ticket:
        """The message's delivery is now as given."""
        session = self.registry.get(message.session_id)
        change = lifecycle.delivery_moves(session, self._now(), message, self._card(session, message))
        return self._pipe.commit(change, message)

    def result_told(self, message: Message, tells: PlatformTells, shut: SessionShut | None) -> Ticket:
        """The platform's last word on a message, which is now as given; and what that says of its session."""
        session = self.registry.get(message.session_id)
        allowed, card = self._pipe.allowed(session.id), self._card(session, message)
        change = lifecycle.failed_behind(session, self._now(), message, allowed, shut, card)
        return self._pipe.commit(evolve(change, notices=(self._pipe.notice(tells),), ids=tells.ids), message)

    def not_delivered(self, message: Message, shut: SessionShut | None = None, seen: Session | None = None) -> Ticket:
        """The message failed before all of it left; see the rule."""
        session = self.registry.get(message.session_id)
        allowed, card = self._pipe.allowed(session.id), self._card(session, message)
        change = lifecycle.not_delivered(session, self._now(), message, allowed, shut, seen, card)
        return self._pipe.commit(change, message)

    def _card(self, session: Session, message: Message) -> Briefing | None:
        return self.brief(session, message) if lifecycle.is_unheard(session, message) else None


def _last(*tickets: Ticket) -> Ticket:
    """Of a session's changes, the one that settles after the others: tickets settle in the order they were given."""
    return next((ticket for ticket in reversed(tickets) if not ticket.is_settled), tickets[0])


def _says_the_same(message: Message, said: Outgoing) -> bool:
    digests = [each.attachment and each.attachment.digest for each in (message, said)]
    alike = (message.content, message.type, digests[0]) == (said.content, said.type, digests[1])
    told = {name: value for name, value in said.fields.items() if name != "assistant"}     # who drafted it says nothing
    return alike and all(message.fields.get(name) == value for name, value in told.items())
