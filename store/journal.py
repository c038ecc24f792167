"""The writer: one connection, one thread, many changes in one transaction.

Whatever waits while a commit runs forms the next batch, so a burst of a thousand callbacks costs a few fsyncs and a
lone one costs one. A batch is begun when a turn of the loop brought nothing more to it: a few large commits cost much
less than many small ones, and whoever waits for the same one is answered at the same time. When a batch fails, every
change that is not on disk yet fails with it, and the thread then tries until the disk takes writes again, reads back
what those changes had touched, and reports it.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

from ccs.errors import StoreUnavailable
from ccs.models import Briefing, Change, Message, Session, Snapshot
from store import (
    attachments, bell, customers, database, deeds, deliveries, events, feedback, handoffs, inbox, logins, messages,
    meta, notes, own, replies, sessions, streams, tags,
)
from store.rows import Table, write

log = logging.getLogger(__name__)

ENOUGH = 64             # changes that are written without waiting for more
FIRST_RETRY = 0.1       # seconds before the disk is tried again after a failure, doubling
LAST_RETRY = 2.0        # up to this


class Ticket(Protocol):
    """A change to write, and who to tell."""

    change: Change
    first_event_id: int

    def settle(self, error: BaseException | None = None) -> None: ...


class Journal:
    """Writes changes in the order of `append`. All methods belong to the loop's thread."""

    def __init__(
        self, path: Path, on_failed: Callable[[], None], on_restored: Callable[[Snapshot, set[str]], None]
    ) -> None:
        self._path = path
        self._on_failed = on_failed
        self._on_restored = on_restored
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Ticket] = []
        self._busy = False
        self._failed = False
        self._closing = threading.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._connection = database.connect(path)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def is_healthy(self) -> bool:
        return not self._failed

    @property
    def waiting(self) -> int:
        """Changes that the next batch will write."""
        return len(self._waiting)

    def append(self, ticket: Ticket) -> None:
        """Put a change in line. Its ticket is settled on the loop, in the order given.

        What one turn of the loop appends is in one transaction: all of it comes to be, or nothing.
        """
        self._waiting.append(ticket)
        if not self._busy:
            self._busy = True
            self._quiet.clear()
            self._loop.call_soon(self._gather)

    async def close(self) -> None:
        """Write what waits, then stop."""
        if not self._failed:
            await self._quiet.wait()
        self._closing.set()
        self._work.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    async def tidy(self, now: datetime) -> None:
        """Delete what is kept no longer, and keep the WAL short.

        Most of a checkpoint is done beside the commits, over a connection of its own. What came meanwhile is done in
        line with them, so that the WAL is empty for a moment, and the next commit starts again at its beginning.
        """
        self._work.put(lambda: self._try("old rows could not be deleted", self._forget_old, now))
        if database.wal_is_long(self._path):
            await asyncio.to_thread(self._try, "the database could not be checkpointed", self._checkpoint_beside)
            self._work.put(lambda: self._try("the database could not be checkpointed", self._checkpoint_in_line))

    def forget(self, now: datetime) -> None:
        """Delete what agents left lying, which can wait longer than the rest."""
        self._work.put(lambda: self._try("what agents gave up could not be deleted", self._forget_given_up, now))

    # On the loop

    def _gather(self, before: int = 0) -> None:
        """Begin a batch when nothing came since the last turn of the loop, or there is enough."""
        if before < len(self._waiting) < ENOUGH:
            self._loop.call_soon(self._gather, len(self._waiting))
        else:
            self._start()

    def _start(self) -> None:
        batch, self._waiting = self._waiting, []
        self._work.put(lambda: self._write(batch))

    def _written(self, batch: list[Ticket], error: BaseException | None) -> None:
        if error is not None:
            self._fail(batch, error)
            return
        if self._waiting:
            self._gather()
        else:
            self._busy = False
            self._quiet.set()
        for ticket in batch:
            ticket.settle()

    def _fail(self, batch: list[Ticket], error: BaseException) -> None:
        log.error("the database takes no writes, %d changes were not kept: %s", len(batch) + len(self._waiting), error)
        self._failed = True
        self._on_failed()
        lost, self._waiting = batch + self._waiting, []
        touched = set().union(*(ticket.change.touched for ticket in lost))
        for ticket in lost:
            ticket.settle(StoreUnavailable())
        self._quiet.set()
        self._work.put(lambda: self._repair(touched))

    def _repaired(self, snapshot: Snapshot, touched: set[str]) -> None:
        log.warning("the database takes writes again; %d sessions were read back", len(touched))
        self._failed = False
        self._busy = False
        self._quiet.set()
        self._on_restored(snapshot, touched)

    # In the thread

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()

    def _write(self, batch: list[Ticket]) -> None:
        error: BaseException | None = None
        try:
            with database.transaction(self._connection):
                for table, rows in _rows(batch):
                    write(self._connection, table, rows)
        except Exception as failure:        # the disk's, or a bug's: either way nothing of this batch is promised
            error = failure
        self._tell(self._written, batch, error)

    def _repair(self, touched: set[str]) -> None:
        wait = FIRST_RETRY
        while True:
            try:
                self._connection.close()
                self._connection = database.connect(self._path)
                with database.transaction(self._connection):
                    write(self._connection, meta.TABLE, [("repaired_at", str(time.time()))])
                snapshot = snapshot_of(self._connection, touched)
                break
            except Exception as error:      # whatever it is, the next try may go better
                log.warning("the database still takes no writes: %s", error)
            if self._closing.wait(wait):
                return
            wait = min(wait * 2, LAST_RETRY)
        self._tell(self._repaired, snapshot, touched)

    def _forget_old(self, now: datetime) -> None:
        events.forget_old(self._connection, now)
        logins.forget_ended(self._connection, now)

    def _forget_given_up(self, now: datetime) -> None:
        own.forget_old(self._connection, now)
        bell.forget_old(self._connection, now)
        replies.forget_deleted(self._connection)

    def _checkpoint_in_line(self) -> None:
        database.checkpoint(self._connection)

    def _checkpoint_beside(self) -> None:
        with closing(database.connect(self._path)) as connection:
            database.checkpoint(connection)

    def _try(self, complaint: str, act: Callable[..., None], *args: Any) -> None:
        """Housekeeping may fail; the next time comes soon."""
        try:
            act(*args)
        except database.DatabaseError as error:
            log.warning("%s: %s", complaint, error)

    def _tell(self, act: Callable[..., None], *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(act, *args)
        except RuntimeError:
            log.debug("the loop is closed")         # the process is going; nobody waits any more


def _rows(batch: Iterable[Ticket]) -> Iterable[tuple[Table, list[Any]]]:
    """The rows of a batch by table.

    Of what changed several times only the last state is written, in the place of the first touch: a close stands
    before the new session of the same customer, as the unique index wants it.
    """
    now = round(time.time() * 1000)
    last_sessions: dict[str, Session] = {}
    last_deliveries: dict[tuple[str, int], Message] = {}
    changes = [ticket.change for ticket in batch]
    for change in changes:
        if change.session:
            last_sessions[change.session.id] = change.session
        for message in (*change.messages, *change.deliveries):
            if message.delivery:
                last_deliveries[message.session_id, message.seq] = message
    yield sessions.TABLE, [sessions.to_row(session) for session in last_sessions.values()]
    yield tags.TABLE, tags.rows(changes, last_sessions.values())
    yield messages.TABLE, [messages.to_row(message) for change in changes for message in change.messages]
    yield messages.REVISED, [messages.to_row(message) for change in changes for message in change.revised]
    yield attachments.TABLE, [
        attachments.to_row(message)
        for change in changes for message in (*change.messages, *change.revised) if message.attachment
    ]
    yield deliveries.TABLE, [deliveries.to_row(message) for message in last_deliveries.values()]
    yield inbox.PLATFORM_IDS, [platform_id for change in changes for platform_id in change.ids]
    yield events.TABLE, [
        events.to_row(ticket.first_event_id + offset, event, now)
        for ticket in batch for offset, event in enumerate(ticket.change.events)
    ]
    yield inbox.NOTICES, [inbox.notice_row(notice) for change in changes for notice in change.notices]
    yield inbox.NUDGES, [inbox.nudge_row(nudge) for change in changes for nudge in change.nudges]
    yield streams.CURSORS, [streams.cursor_row(cursor) for change in changes for cursor in change.cursors]
    yield streams.TOKENS, [streams.token_row(token) for change in changes for token in change.tokens]
    yield streams.PROFILES, [streams.profile_row(profile) for change in changes for profile in change.profiles]
    yield feedback.TABLE, [feedback.to_row(verdict) for change in changes for verdict in change.verdicts]
    yield notes.TABLE, [notes.to_row(note) for change in changes for note in change.notes]
    yield customers.TABLE, [customers.to_row(card) for change in changes for card in change.cards]
    yield deeds.TABLE, [deeds.to_row(deed) for change in changes for deed in change.deeds]
    yield handoffs.TABLE, [handoffs.to_row(*each) for each in _last_briefings(changes)]
    yield logins.TABLE, [logins.to_row(login) for change in changes for login in change.logins]
    yield own.DRAFTS, [own.draft_row(draft) for change in changes for draft in change.drafts]
    yield own.REMINDERS, [own.reminder_row(each) for change in changes for each in change.reminders]
    yield replies.TABLE, [replies.to_row(reply) for change in changes for reply in change.quick_replies]
    yield replies.USES, [replies.use_row(use) for change in changes for use in change.quick_uses]
    yield bell.TABLE, [bell.to_row(entry) for change in changes for entry in change.bell]
    yield bell.SEEN, [bell.to_row(entry) for change in changes for entry in change.seen]
    yield own.PREFERENCES, [own.preferences_row(each) for change in changes for each in change.preferences]


def _last_briefings(changes: Iterable[Change]) -> Iterable[tuple[str, Briefing]]:
    return {id_: briefing for change in changes for id_, briefing in change.briefings.items()}.items()


def snapshot_of(connection: Any, touched: set[str] | None = None) -> Snapshot:
    """What memory is built from: everything at start, or what some sessions are on disk."""
    if touched is None:
        found = sessions.open_ones(connection)
        waiting = messages.undelivered(connection)
    else:
        found = iter(sessions.these(connection, touched))
        waiting = messages.undelivered(connection, list(touched))
    counts, blocked = sessions.count(connection), sessions.count_blocked(connection)
    return Snapshot(tuple(found), tuple(waiting), events.last_id(connection), counts, blocked)


def load(path: Path) -> Snapshot:
    """The snapshot to start from."""
    with closing(database.connect(path)) as connection:
        return snapshot_of(connection)
