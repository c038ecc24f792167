"""What agents tell each other, clustered by session."""

import json
from collections.abc import Sequence
from typing import Any

from ccs.kept import Note
from ccs.models import from_millis, to_millis
from store.rows import Row, Table

TABLE = Table(
    "notes",
    ("session_id", "number", "id", "agent_id", "content", "mentions", "after_seq", "client_id", "created_at"),
)


def to_row(note: Note) -> Row:
    return (
        note.session_id, note.number, note.id, note.agent_id, note.content,
        json.dumps(note.mentions) if note.mentions else None, note.after_seq, note.client_id,
        to_millis(note.created_at),
    )


def from_row(row: Sequence[Any]) -> Note:
    session_id, number, note_id, agent_id, content, mentions, after_seq, client_id, created_at = row
    return Note(
        note_id, session_id, number, agent_id, content, tuple(json.loads(mentions)) if mentions else (), after_seq,
        from_millis(created_at), client_id,
    )


def one(connection: Any, session_id: str, column: str, value: str | int) -> Note | None:
    """The session's note whose `number` or `client_id` it is."""
    row = connection.execute(
        f"SELECT {TABLE.listed} FROM notes WHERE session_id = ? AND {column} = ?", (session_id, value)
    ).fetchone()
    return from_row(row) if row else None


def after(connection: Any, session_id: str, number: int, last: int, limit: int) -> list[Note]:
    """Up to `limit` notes whose number is above `number` and at most `last`, ascending."""
    rows = connection.execute(
        f"SELECT {TABLE.listed} FROM notes WHERE session_id = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?",
        (session_id, number, last, limit),
    ).fetchall()
    return [from_row(row) for row in rows]
