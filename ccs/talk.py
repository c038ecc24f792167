"""The verbs of what agents tell each other: notes, tags, and what is kept of customers, blocked ones included.

As in `ccs/desk.py` nothing awaits between reading and committing, and each verb returns a ticket.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from attrs import evolve

from ccs import lifecycle
from ccs.errors import ClientIdReused, NotFound, Refusal
from ccs.kept import Card, Note
from ccs.models import EPOCH, Agent, Change, Customer, Session
from ccs.pipe import Pipe
from ccs.ticket import Ticket


class Archive(Protocol):
    """What is on disk; one indexed read each."""

    def noted(self, session_id: str, client_id: str) -> Note | None: ...

    def note(self, session_id: str, note_id: str) -> Note | None: ...

    def card(self, customer: Customer) -> Card | None: ...


class Talk:
    """The verbs, and what of theirs is on its way to disk."""

    def __init__(self, pipe: Pipe, archive: Archive) -> None:
        self._registry = pipe.registry
        self._pipe = pipe
        self._now = pipe.now
        self._archive = archive
        self._noting: dict[tuple[str, str], tuple[Note, Ticket]] = {}
        self._renoting: dict[str, tuple[Note, Ticket]] = {}
        self._describing: dict[tuple[str, str, str], tuple[Card, Ticket]] = {}

    def note(
        self, session_id: str, content: str, mentions: tuple[str, ...], client_id: str | None, by: Agent | None
    ) -> Ticket:
        """The ticket's value is the note; the same `client_id` and words give it again."""
        session = self._registry.get(session_id)
        if client_id and (known := self._known(session, client_id)):
            return self._again(session, *known, content, by)
        ticket = self._pipe.apply(session_id, lifecycle.write_note, content, mentions, client_id, by)
        for note in ticket.change.notes:            # none if it was refused
            ticket.value = note
            if client_id:
                key = (session_id, client_id)
                self._noting[key] = (note, ticket)
                ticket.finally_(lambda error: self._noted(key))
        return ticket

    def _again(self, session: Session, note: Note, ticket: Ticket, content: str, by: Agent | None) -> Ticket:
        is_same = [*note.former, note.content][0] == content
        error: Refusal | None = None if is_same else ClientIdReused("这个 clientNoteId 已经用于另一条备注")
        try:
            lifecycle.must_read(session, by)
        except Refusal as refusal:
            ticket, error = self._registry.in_flight(session.id), refusal
        return ticket.followed_by(note, error)

    def _noted(self, key: tuple[str, str]) -> None:
        del self._noting[key]

    def _known(self, session: Session, client_id: str) -> tuple[Note, Ticket] | None:
        if waiting := self._noting.get((session.id, client_id)):
            return waiting
        note = self._archive.noted(session.id, client_id)
        return (note, Ticket.durable()) if note else None

    def edit_note(
        self, session_id: str, note_id: str, content: str, mentions: tuple[str, ...], by: Agent | None
    ) -> Ticket:
        """The ticket's value is the note."""
        return self._renote(session_id, note_id, lifecycle.edit_note, content, mentions, by)

    def remove_note(self, session_id: str, note_id: str, by: Agent | None) -> Ticket:
        """The ticket's value is what is left of the note."""
        return self._renote(session_id, note_id, lifecycle.remove_note, by)

    def _renote(self, session_id: str, note_id: str, rule: Callable[..., Change], *given: Any) -> Ticket:
        session = self._registry.get(session_id)
        waiting = self._renoting.get(note_id)
        note, rests_on = waiting or (self._archive.note(session_id, note_id), Ticket.durable())
        if note is None:
            raise NotFound("备注不存在")
        try:
            change = rule(session, self._now(), note, *given)
        except Refusal as refusal:
            return self._registry.in_flight(session_id).followed_by(error=refusal)
        if change.is_empty:
            return rests_on.followed_by(note)
        ticket = self._pipe.commit(change, change.notes[0])
        self._renoting[note_id] = (change.notes[0], ticket)
        ticket.finally_(lambda error: self._renoted(note_id, ticket))
        return ticket

    def _renoted(self, note_id: str, ticket: Ticket) -> None:
        if self._renoting.get(note_id, (None, None))[1] is ticket:
            del self._renoting[note_id]

    def tag(self, session_id: str, add: list[str], remove: list[str], by: Agent | None) -> Ticket:
        return self._pipe.apply(session_id, lifecycle.tag, add, remove, by)

    def mark_unread(self, session_id: str, by: Agent | None) -> Ticket:
        return self._pipe.apply(session_id, lifecycle.mark_unread, by)

    def recognised(self, customer: Customer) -> Customer:
        """With what agents keep of her, for a session that she opens."""
        card, _ = self._card(customer)
        changed_at = None if card.changed_at == EPOCH else card.changed_at
        return evolve(customer, remark=card.remark, blocked=card.blocked_at is not None, changed_at=changed_at)

    def describe(
        self, session_id: str, by: Agent | None, *, remark: str | None = None, note: str | None = None,
        attributes: Iterable[tuple[str, str]] = (),
    ) -> Ticket:
        """Keep of the session's customer what is given. The ticket's value is the card."""
        def rule(session: Session, before: Card, open_session: Session | None) -> Change:
            card = evolve(
                before, remark=before.remark if remark is None else remark, note=before.note if note is None else note,
                changed_by=by.id if by else "", changed_at=max(self._now(), before.changed_at),
            )
            return lifecycle.describe(session, before, card, attributes, open_session, by)

        return self._keep(session_id, rule)

    def block(self, session_id: str, reason: str, by: Agent | None) -> Ticket:
        """The session's customer. The ticket's value is the card."""
        def rule(session: Session, before: Card, open_session: Session | None) -> Change:
            told = open_session or session
            unsent, allowed = self._registry.outgoing(told.id), self._pipe.allowed(told.id)
            latest = self._registry.latest(told) if unsent else ()
            return lifecycle.block(session, self._now(), before, reason, open_session, by, unsent, allowed, latest)

        return self._keep(session_id, rule)

    def unblock(self, session_id: str, by: Agent | None) -> Ticket:
        return self._keep(session_id, lambda session, before, open_session: lifecycle.unblock(
            session, self._now(), before, open_session, by
        ))

    def reveal(self, session_id: str, masked: str, by: Agent | None) -> Ticket:
        """Once this is kept the agent may be told the number."""
        return self._pipe.apply(session_id, lifecycle.reveal, masked, by)

    def _keep(self, session_id: str, rule: Callable[[Session, Card, Session | None], Change]) -> Ticket:
        """What the rule makes of the card of the session's customer."""
        session = self._registry.get(session_id)
        open_session = self._registry.open_session(session.customer)
        before, ticket = self._card(session.customer)
        try:
            change = rule(session, before, open_session)
        except Refusal as refusal:      # the open one's holder forbids it; a closed one is for everybody
            return self._registry.in_flight((open_session or session).id).followed_by(error=refusal)
        if change.is_empty:
            return ticket.followed_by(before)
        [card] = change.cards
        ticket, key = self._pipe.commit(change, card), session.customer.key
        self._describing[key] = (card, ticket)
        ticket.finally_(lambda error: self._described(key, ticket))
        return ticket

    def _card(self, customer: Customer) -> tuple[Card, Ticket]:
        """What is kept of her, and the ticket on which that rests."""
        if waiting := self._describing.get(customer.key):
            return waiting
        card = self._archive.card(customer)
        return card or Card(*customer.key, "", "", "", EPOCH), Ticket.durable()

    def _described(self, key: tuple[str, str, str], ticket: Ticket) -> None:
        if self._describing.get(key, (None, None))[1] is ticket:
            del self._describing[key]
