"""Reading what is on disk.

Single indexed reads run on the loop's own read-only connection, in microseconds. Lists, histories and counts run in a
small thread pool, one page at a time, so that no read transaction outlives a page.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from ccs.asked import Judged, Page, SessionFilter
from ccs.beside import Beside
from ccs.errors import StoreUnavailable
from ccs.kept import (
    BellEntry, Card, Cursor, Deed, Draft, Login, Note, Nudge, Preferences, Profile, Pulse, QuickReply, QuickUse,
    Reminder, Token, Verdict,
)
from ccs.models import Briefing, Customer, Event, Message, PlatformId, Sender, Session, to_millis
from store import (
    attachments, bell, customers, database, deeds, events, feedback, handoffs, inbox, listed, logins, messages, notes,
    own, pulses, replies, served, sessions, streams, tags,
)

READERS = 2             # threads; more only queue for the interpreter lock on two cores
PAGE = 50               # rows read, and later rendered, in one go

LATEST = 20             # messages that the assistant looks back
SESSIONS, HEARD = 10, 200   # of a customer, and messages of hers in each, in which something is looked for
REFERRED = 200          # messages back that a platform's later event may mean

P = ParamSpec("P")
T = TypeVar("T")


class Archive:
    """Everything that is asked of the disk. Raises StoreUnavailable when it cannot be read."""

    def __init__(self, path: Path, channels: Sequence[str]) -> None:
        self._path = path
        self._channels = tuple(channels)
        self._connection = database.connect(path, read_only=True)
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="archive")
        self._local = threading.local()

    def close(self) -> None:
        self._pool.shutdown()
        self._connection.close()

    # On the loop: one indexed read each

    def session(self, session_id: str) -> Session | None:
        return self._now(sessions.one, session_id)

    def beside_one(self, session: Session) -> Beside:
        return self._now(listed.beside, [session])[session.id]

    def briefing(self, session_id: str) -> Briefing | None:
        """What the assistant told of the session when it last handed it over."""
        return self._now(handoffs.one, session_id)

    def next_taken(self, wanted: PlatformId) -> str | None:
        return self._now(inbox.next_taken, wanted)

    def said(self, session_id: str, client_id: str) -> Message | None:
        return self._now(messages.one, session_id, "client_id", client_id)

    def message(self, session_id: str, message_id: str) -> Message | None:
        return self._now(messages.one, session_id, "id", message_id)

    def by_reference(self, session: Session, reference: str) -> Message | None:
        """The session's newest message that the platform calls so, if it is among the last few."""
        latest = self._now(messages.before, session.id, session.seq + 1, REFERRED)
        return next((message for message in reversed(latest) if message.reference == reference), None)

    def delivery(self, delivery_id: str) -> tuple[Session, Message] | None:
        """The message that is, or was, delivered under this request id, with its session."""
        message = self._now(messages.of_delivery, delivery_id)
        session = message and self.session(message.session_id)
        return (session, message) if session and message else None

    def latest(self, session: Session) -> list[Message]:
        """The session's last few messages, oldest first."""
        return self._now(messages.before, session.id, session.seq + 1, LATEST)

    def last_heard(self, session: Session) -> Message | None:
        """The customer's newest message."""
        return next(iter(self._now(messages.latest_of, session.id, Sender.CUSTOMER, 1)), None)

    def noted(self, session_id: str, client_id: str) -> Note | None:
        return self._now(notes.one, session_id, "client_id", client_id)

    def note(self, session_id: str, note_id: str) -> Note | None:
        return self._now(notes.one, session_id, "id", note_id)

    def card(self, customer: Customer) -> Card | None:
        return self._now(customers.one, customer)

    def fetching(self) -> list[Message]:
        """Messages whose file is still with the platform, oldest first."""
        return self._now(messages.fetching)

    def cursors(self) -> list[Cursor]:
        return self._now(streams.cursors)

    def nudge(self, channel: str, account: str) -> Nudge | None:
        return self._now(inbox.nudge, channel, account)

    def accounts(self, channel: str) -> list[str]:
        """The accounts of which a nudge came or something was fetched."""
        return self._now(streams.accounts, channel)

    def token(self, name: str) -> Token | None:
        return self._now(streams.token, name)

    def profile(self, channel: str, account: str, customer_id: str) -> Profile | None:
        return self._now(streams.profile, channel, account, customer_id)

    def oldest_event_id(self) -> int:
        return self._now(events.oldest_id)

    def login(self, login_id: str) -> Login | None:
        return self._now(logins.one, login_id)

    def logins(self, agent_id: str | None = None) -> list[Login]:
        return self._now(logins.of_agent, agent_id)

    def draft(self, agent_id: str, session_id: str, mode: str) -> Draft | None:
        return self._now(own.draft, agent_id, session_id, mode)

    def count_drafts(self, agent_id: str) -> int:
        return self._now(own.count_drafts, agent_id)

    def preferences(self, agent_id: str) -> Preferences | None:
        return self._now(own.preferences, agent_id)

    def quick_use(self, agent_id: str, reply_id: str) -> QuickUse | None:
        return self._now(replies.use, agent_id, reply_id)

    def unseen(self, agent_id: str, ids: Sequence[str]) -> list[BellEntry]:
        return self._now(bell.unseen, agent_id, ids)

    # On the loop, at a start and after a failure

    def quick_replies(self) -> list[QuickReply]:
        return self._now(replies.all_of_them)

    def reminders(self) -> list[Reminder]:
        return self._now(own.reminders)

    # In whatever thread asks

    def used_files(self, digests: Sequence[str]) -> set[str]:
        """Which of these files belong to a message or a quick reply."""
        connection = self._own_connection()
        try:
            return attachments.used(connection, digests) | replies.pictured(connection, digests)
        except database.DatabaseError as error:
            raise StoreUnavailable from error

    # In the pool: pages

    async def sessions(self, wanted: SessionFilter, place: Page) -> list[Session]:
        return await self._soon(sessions.page, wanted, place, self._channels)

    async def beside(self, found: Sequence[Session]) -> dict[str, Beside]:
        """What a list shows beside these sessions."""
        return await self._soon(listed.beside, found)

    async def found(self, wanted: SessionFilter, *, waiting: bool) -> int:
        return await self._soon(sessions.found, wanted, waiting)

    async def events(self, after: int, last: int) -> AsyncIterator[list[tuple[int, Event]]]:
        """The events above `after` up to `last`, a page at a time, with sessions and messages as they are now."""
        while page := await self._soon(events.between, after, last, PAGE):
            yield page
            after = page[-1][0]

    async def history(self, session_id: str, last: int) -> AsyncIterator[list[Message]]:
        """The history up to `last`, ascending, a page at a time."""
        seq = 0
        while page := await self._soon(messages.after, session_id, seq, last, PAGE):
            yield page
            seq = page[-1].seq

    async def messages_after(self, session_id: str, seq: int, last: int, limit: int) -> list[Message]:
        return await self._soon(messages.after, session_id, seq, last, limit)

    async def messages_before(self, session_id: str, seq: int, limit: int) -> list[Message]:
        return await self._soon(messages.before, session_id, seq, limit)

    async def notes(self, session_id: str, last: int) -> AsyncIterator[list[Note]]:
        """The session's notes up to the one of this number, ascending, a page at a time."""
        number = 0
        while page := await self._soon(notes.after, session_id, number, last, PAGE):
            yield page
            number = page[-1].number

    async def earlier(self, session: Session, limit: int) -> list[Session]:
        """The same customer's sessions that began before this one, the newest first."""
        return await self._soon(sessions.earlier, session, limit)

    async def wishes(self, session_ids: Sequence[str]) -> dict[str, str]:
        """What their customers wanted, of those of these sessions that the assistant has handed over."""
        return await self._soon(handoffs.wishes, session_ids)

    async def acquaintance(self, customer: Customer) -> tuple[int, datetime]:
        """How many sessions a customer has had, and when the first began."""
        return await self._soon(customers.acquaintance, customer)

    async def heard(self, customer: Customer, is_told: Callable[[Session], bool]) -> list[Message]:
        """What she wrote last in those of her last sessions that the caller is told, the newest first."""
        return await self._soon(_heard, customer, is_told)

    async def deeds(self, session_id: str, limit: int) -> list[Deed]:
        """What was done with the session: the last of it, oldest first."""
        return await self._soon(deeds.latest, session_id, limit)

    async def tags(self) -> dict[str, int]:
        """The tags of open sessions, and how many have each."""
        return await self._soon(tags.counted)

    async def drafts(self, agent_id: str) -> list[Draft]:
        """Hers, the newest first."""
        return await self._soon(own.drafts, agent_id)

    async def on_bell(self, agent_id: str) -> list[tuple[BellEntry, Session]]:
        """What is on hers, with the sessions, the newest first."""
        return await self._soon(bell.of_agent, agent_id)

    async def quick_uses(self, agent_id: str) -> dict[str, QuickUse]:
        """Hers, by the reply."""
        return await self._soon(replies.uses, agent_id)

    async def served(self, since: datetime) -> int:
        """In how many sessions the assistant has answered since then without asking for a person."""
        return await self._soon(served.count, self._channels, since)

    async def pulse(self, channel: str) -> Pulse:
        return await self._soon(pulses.of_channel, channel)

    async def judged(self, since: datetime, until: datetime) -> AsyncIterator[list[Judged]]:
        """The verdicts given from `since` until before `until`, oldest first, a page at a time."""
        place, end = feedback.from_time(to_millis(since)), to_millis(until)
        while page := await self._soon(_judged, place, end):
            yield page
            place = feedback.place_of(page[-1].verdict)

    def _now(self, query: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return query(self._connection, *args, **kwargs)
        except database.DatabaseError as error:
            raise StoreUnavailable from error

    async def _soon(self, query: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            try:
                return query(self._own_connection(), *args, **kwargs)
            except database.DatabaseError as error:
                raise StoreUnavailable from error

        return await asyncio.get_running_loop().run_in_executor(self._pool, run)

    def _own_connection(self) -> Any:
        if not hasattr(self._local, "connection"):
            self._local.connection = database.connect(self._path, read_only=True)
        return self._local.connection


def _heard(connection: Any, customer: Customer, is_told: Callable[[Session], bool]) -> list[Message]:
    told = filter(is_told, sessions.of_customer(connection, customer, SESSIONS))
    return [
        message for session in told for message in messages.latest_of(connection, session.id, Sender.CUSTOMER, HEARD)
    ]


def _judged(connection: Any, after: feedback.Place, until: int) -> list[Judged]:
    """A page of verdicts with all that belongs to them."""
    return [_with_answer(connection, verdict) for verdict in feedback.page(connection, after, until, PAGE)]


def _with_answer(connection: Any, verdict: Verdict) -> Judged:
    session = sessions.one(connection, verdict.session_id)
    *before, answer = messages.before(connection, verdict.session_id, verdict.seq + 1, LATEST)
    assert session                          # neither sessions nor messages are ever deleted
    return Judged(verdict, session, _answered(before), answer)


def _answered(before: list[Message]) -> tuple[Message, ...]:
    """What the customer had said since anybody spoke; an answer may be several messages."""
    end = len(before)
    while end and before[end - 1].sender is Sender.AI:
        end -= 1
    begin = end
    while begin and before[begin - 1].sender is Sender.CUSTOMER:
        begin -= 1
    return tuple(before[begin:end])
