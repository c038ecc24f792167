"""Events on disk: who was told what, as references. Whoever replays them renders what they point to."""

from datetime import datetime, timedelta
from typing import Any

from ccs.models import Event, EventType, Session, to_millis
from store import handoffs, messages, notes, sessions
from store.rows import Row, Table

KEPT = 50_000                       # a page that was away longer than this many events loads afresh
KEPT_FOR = timedelta(hours=24)
CARRY_CARDS = (EventType.NEW_PENDING_SESSION, EventType.SESSION_UPDATED)
OF_NOTES = (EventType.NOTE_ADDED, EventType.NOTE_UPDATED)
MOST_AT_ONCE = 5_000                # deleted in one transaction, which others wait for

TABLE = Table("events", ("id", "type", "session_id", "seq", "status", "agent_id", "created_at"))


def to_row(event_id: int, event: Event, written_at: int) -> Row:
    """`status` and `agent_id` are the session's at that time: they tell who was in the audience.

    `seq` is the message's, or of a note its number.
    """
    session = event.session
    seq = event.note.number if event.note else event.message and event.message.seq
    return (event_id, event.type.value, session.id, seq, session.status.value, session.agent_id, written_at)


def oldest_id(connection: Any) -> int:
    """0 when there are none."""
    return connection.execute("SELECT coalesce(min(id), 0) FROM events").fetchone()[0]


def between(connection: Any, after: int, last: int, limit: int) -> list[tuple[int, Event]]:
    """Up to `limit` events with their ids, above `after` up to `last`, with sessions and messages as they are now."""
    rows = connection.execute(
        "SELECT id, type, session_id, seq FROM events WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
        (after, last, limit),
    ).fetchall()
    known = {session.id: session for session in sessions.these(connection, {row[2] for row in rows})}
    return [
        (event_id, _event(connection, EventType(kind), known[session_id], seq))
        for event_id, kind, session_id, seq in rows
    ]


def _event(connection: Any, kind: EventType, session: Session, seq: int | None) -> Event:
    if kind in OF_NOTES and seq is not None:
        return Event(kind, session, note=notes.one(connection, session.id, "number", seq))
    return Event(
        kind, session,
        None if seq is None else messages.one(connection, session.id, "seq", seq),
        handoffs.one(connection, session.id) if kind in CARRY_CARDS else None,
    )


def last_id(connection: Any) -> int:
    return connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0]


def forget_old(connection: Any, now: datetime) -> int:
    """Delete what is kept no longer, a little at a time; returns how many rows went. The last one stays."""
    last = last_id(connection)
    oldest = connection.execute("SELECT id, created_at FROM events ORDER BY id LIMIT 1").fetchone()
    too_many, too_old = last - KEPT, to_millis(now - KEPT_FOR)
    if oldest is None or oldest[0] > too_many and oldest[1] >= too_old:
        return 0
    return connection.execute(
        "DELETE FROM events WHERE id IN"
        " (SELECT id FROM events WHERE (id <= ? OR created_at < ?) AND id < ? ORDER BY id LIMIT ?)",
        (too_many, too_old, last, MOST_AT_ONCE),
    ).rowcount
