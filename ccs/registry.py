"""The open sessions in memory, and the one way by which they change.

`commit` applies a change to memory at once and hands it to the journal; the `Ticket` it returns is settled when the
disk has it. Rules and routing read memory here; whatever anybody is *shown* is read from disk or told by tickets, so
that nothing is true for others before it is durable.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ccs.asked import SessionFilter
from ccs.errors import NotFound, StoreUnavailable
from ccs.incoming.taken import Taken
from ccs.models import Briefing, Change, CountKey, Customer, Message, PlatformId, Session, Snapshot
from ccs.tally import Tally
from ccs.ticket import Ticket


class Journal(Protocol):
    """What writes changes to disk in the order given, many in one transaction."""

    def append(self, ticket: Ticket) -> None: ...


class Archive(Protocol):
    """One indexed read each, answered at once, of what is on disk."""

    def session(self, session_id: str) -> Session | None: ...

    def next_taken(self, wanted: PlatformId) -> str | None: ...

    def said(self, session_id: str, client_id: str) -> Message | None: ...

    def message(self, session_id: str, message_id: str) -> Message | None: ...

    def by_reference(self, session: Session, reference: str) -> Message | None: ...

    def latest(self, session: Session) -> list[Message]: ...

    def briefing(self, session_id: str) -> Briefing | None: ...

    def delivery(self, delivery_id: str) -> tuple[Session, Message] | None: ...


class Registry:
    """Sessions in memory. One instance; lives on the loop's thread."""

    def __init__(self, journal: Journal, archive: Archive, tally: Tally | None = None) -> None:
        self._tally = tally or Tally()
        self._journal = journal
        self._archive = archive
        self._sessions: dict[str, Session] = {}
        self._of_customer: dict[tuple[str, str, str], str] = {}
        self._outgoing: dict[str, dict[int, Message]] = {}      # session → seq → message, open deliveries only
        self._in_flight: dict[str, Ticket] = {}
        self._taking: dict[PlatformId, Ticket] = {}
        self._saying: dict[tuple[str, str], tuple[Message, Ticket]] = {}        # by client id
        self._moving: dict[tuple[str, int], tuple[Message, Ticket]] = {}        # by seq: the message's latest state
        self._referred: dict[tuple[str, str], Message] = {}                     # by the platform's id, not on disk yet
        self._taken = Taken(archive.next_taken)
        self._last_event_id = 0
        self._suspended = False
        self._counts: Counter[CountKey] = Counter()             # durable sessions, closed ones too
        self._blocked: Counter[CountKey] = Counter()            # of these the open ones of blocked customers
        self.published_event_id = 0                             # the last that is on disk

    # Looking

    def get(self, session_id: str) -> Session:
        """The session as the rules see it. Raises NotFound.

        After a failed write memory holds what never came to be, so until `restore` it raises StoreUnavailable.
        """
        if self._suspended:
            raise StoreUnavailable
        session = self._sessions.get(session_id) or self._archive.session(session_id)
        if session is None:
            raise NotFound("会话不存在")
        return session

    def open_session(self, customer: Customer) -> Session | None:
        session_id = self._of_customer.get(customer.key)
        return self._sessions[session_id] if session_id else None

    def speaking_to(self, customer: Customer) -> list[Session]:
        """Her open session, and closed ones of which something is still on its way."""
        ids = dict.fromkeys([self._of_customer.get(customer.key), *self._outgoing])
        sessions = [self.get(session_id) for session_id in ids if session_id]
        return [session for session in sessions if session.customer.key == customer.key]

    def open_sessions(self) -> Iterable[Session]:
        return [session for session in self._sessions.values() if session.is_open]

    def count(self, wanted: SessionFilter) -> int:
        """How many sessions on disk a list with these filters holds, whatever their number. Not for searches."""
        return _sum(self._counts, wanted)

    def count_calling(self, wanted: SessionFilter) -> int:
        """The same without those of blocked customers, for whom nobody is called: how many want somebody."""
        return _sum(self._counts, wanted) - _sum(self._blocked, wanted)

    def counts(self) -> Mapping[CountKey, int]:
        """How many sessions there are on disk, by channel, status and agent."""
        return self._counts

    def in_flight(self, session_id: str) -> Ticket:
        """The last change of this session that is not on disk yet; a durable ticket if there is none."""
        return self._in_flight.get(session_id) or Ticket.durable()

    def taken(self, ids: tuple[PlatformId, ...]) -> Ticket | None:
        """The ticket to wait for if a platform brings again what we have; None if it is new."""
        for platform_id in ids:
            if ticket := self._taking.get(platform_id):
                return ticket.followed_by()
        if any(platform_id in self._taken for platform_id in ids):
            return Ticket.durable()
        return None

    def said(self, session_id: str, client_id: str) -> tuple[Message, Ticket] | None:
        """The message that this session already holds under the page's own id."""
        if waiting := self._saying.get((session_id, client_id)):
            return waiting
        message = self._archive.said(session_id, client_id)
        return self._current(message) if message else None

    def message(self, session_id: str, message_id: str) -> tuple[Message, Ticket]:
        """The message as the rules see it, and the ticket on which that rests. Raises NotFound."""
        message = self._archive.message(session_id, message_id)
        if message is None:
            raise NotFound("消息不存在")
        return self._current(message)

    def by_reference(self, session: Session, reference: str) -> Message | None:
        """The session's message that the platform calls so, as the rules see it; of the last few."""
        message = self._referred.get((session.id, reference)) or self._archive.by_reference(session, reference)
        return message and self._current(message)[0]

    def briefing(self, session_id: str) -> Briefing | None:
        """What the assistant told of the session when it handed it over, as it is on disk."""
        return self._archive.briefing(session_id)

    def latest(self, session: Session) -> list[Message]:
        """Its last few messages that are on disk, as the rules see them."""
        return [self._current(message)[0] for message in self._archive.latest(session)]

    def delivery(self, delivery_id: str) -> tuple[Session, Message] | None:
        """The message that is delivered under this request id, or a part of it, with its session.

        None once a later attempt began.
        """
        found = self._archive.delivery(delivery_id)
        if found is None:
            return None
        message, _ = self._current(found[1])
        delivery = message.delivery
        is_its = delivery and (delivery.id == delivery_id or delivery.part_of(delivery_id) is not None)
        return (found[0], message) if is_its else None

    def outgoing(self, session_id: str) -> list[Message]:
        """What still has to reach the platform, oldest first."""
        waiting = self._outgoing.get(session_id, {})
        return [waiting[seq] for seq in sorted(waiting)]

    def waiting(self, message: Message) -> Message | None:
        """The message as it is now if it still has to reach the platform."""
        return self._outgoing.get(message.session_id, {}).get(message.seq)

    def _current(self, message: Message) -> tuple[Message, Ticket]:
        return self._moving.get((message.session_id, message.seq)) or (message, Ticket.durable())

    def count_outgoing(self) -> Counter[str]:
        """How many messages still have to reach a platform, by where their deliveries stand."""
        waiting = (message for messages in self._outgoing.values() for message in messages.values())
        return Counter(message.delivery.state.value for message in waiting if message.delivery)

    def sessions_with_outgoing(self) -> list[str]:
        return list(self._outgoing)

    # Changing

    def commit(self, change: Change, value: Any = None) -> Ticket:
        """Memory now, the disk with the next batch. Raises StoreUnavailable while the disk takes nothing."""
        if self._suspended:
            raise StoreUnavailable
        ticket = Ticket(change, self._last_event_id + 1, value)
        self._last_event_id += len(change.events)
        if change.session:
            before = self._sessions.get(change.session.id)
            self._put(change.session)
            self._in_flight[change.session.id] = ticket
        else:
            before = None
        for message in (*change.messages, *change.deliveries):
            if message.delivery:
                self._track(message)
                self._moving[message.session_id, message.seq] = (message, ticket)
        for message in change.revised:
            self._moving[message.session_id, message.seq] = (message, ticket)
            if change.verdicts and message.seq in self._outgoing.get(message.session_id, ()):
                self._outgoing[message.session_id][message.seq] = message
        for message in change.messages:
            if message.client_id:
                self._saying[message.session_id, message.client_id] = (message, ticket)
            if message.reference:
                self._referred[message.session_id, message.reference] = message
        for platform_id in change.ids:
            self._taking[platform_id] = ticket
        ticket.finally_(lambda error: self._settled(ticket, before, error))
        self._journal.append(ticket)
        return ticket

    def _put(self, session: Session) -> None:
        self._sessions[session.id] = session
        if session.is_open:
            self._of_customer[session.customer.key] = session.id
        elif self._of_customer.get(session.customer.key) == session.id:
            del self._of_customer[session.customer.key]

    def _track(self, message: Message) -> None:
        if message.delivery and message.delivery.state.is_open:
            self._outgoing.setdefault(message.session_id, {})[message.seq] = message
        elif waiting := self._outgoing.get(message.session_id):
            waiting.pop(message.seq, None)
            if not waiting:
                del self._outgoing[message.session_id]

    def _settled(self, ticket: Ticket, before: Session | None, error: BaseException | None) -> None:
        change = ticket.change
        for platform_id in change.ids:
            if self._taking.get(platform_id) is ticket:
                del self._taking[platform_id]
        for message in change.messages:
            if message.client_id:
                self._saying.pop((message.session_id, message.client_id), None)
            if message.reference:
                self._referred.pop((message.session_id, message.reference), None)
        for message in (*change.messages, *change.deliveries, *change.revised):
            key = message.session_id, message.seq
            if key in self._moving and self._moving[key][1] is ticket:
                del self._moving[key]
        if change.session and self._in_flight.get(change.session.id) is ticket:
            del self._in_flight[change.session.id]
            if error is None and not change.session.is_open:
                self._sessions.pop(change.session.id, None)
        if error is not None:
            return
        self._tally.settled(change, before)
        self._taken.add(change.ids)
        self.published_event_id = max(self.published_event_id, ticket.first_event_id + len(change.events) - 1)
        if change.session and (before or change.session.is_open):       # what is not in memory has long been closed
            if before:
                self._add(before, -1)
            self._add(change.session, 1)

    def _add(self, session: Session, by: int) -> None:
        self._counts[_count_key(session)] += by
        if session.customer.blocked and session.is_open:
            self._blocked[_count_key(session)] += by

    # Failing and coming back

    def suspend(self) -> None:
        """The disk failed: refuse every change until `restore`."""
        self._suspended = True

    def restore(self, snapshot: Snapshot, touched: Iterable[str] | None = None) -> None:
        """Take what the disk holds for truth: of everything (None, at start) or of the sessions `touched`."""
        for session_id in touched if touched is not None else list(self._sessions):
            if gone := self._sessions.pop(session_id, None):
                if self._of_customer.get(gone.customer.key) == session_id:
                    del self._of_customer[gone.customer.key]
            self._outgoing.pop(session_id, None)
        for session in snapshot.sessions:
            if session.is_open:
                self._put(session)
        for message in snapshot.outgoing:
            self._track(message)
        self._last_event_id = max(self._last_event_id, snapshot.last_event_id)
        self.published_event_id = max(self.published_event_id, snapshot.last_event_id)
        self._counts, self._blocked = Counter(snapshot.counts), Counter(snapshot.blocked)
        self._taken.look_again()
        self._suspended = False


def _sum(counts: Mapping[CountKey, int], wanted: SessionFilter) -> int:
    return sum(
        number for (channel, status, agent_id), number in counts.items()
        if wanted.channel in (None, channel) and wanted.status in (None, status)
        and wanted.agent_id in (None, agent_id)
    )


def _count_key(session: Session) -> CountKey:
    return (session.customer.channel, session.status.value, session.agent_id)
