"""What agents tell each other, clustered by session."""

import json
from collections.abc import Sequence
from typing import Any

from ccs.kept import Note
from ccs.models import from_millis, to_millis
from store.rows import Row, Table

_MUTABLE = ("content", "mentions", "former", "edited_at", "removed_at")
TABLE = Table(
    "notes", ("session_id", "number", "id", "agent_id", "after_seq", "client_id", "created_at", *_MUTABLE),
    key=("session_id", "number"), mutable=_MUTABLE,
)


def to_row(note: Note) -> Row:
    return (
        note.session_id, note.number, note.id, note.agent_id, note.after_seq, note.client_id,
        to_millis(note.created_at), note.content, json.dumps(note.mentions) if note.mentions else None,
        json.dumps(note.former, ensure_ascii=False) if note.former else None,
        note.edited_at and to_millis(note.edited_at), note.removed_at and to_millis(note.removed_at),
    )


def from_row(row: Sequence[Any]) -> Note:
    (
        session_id, number, note_id, agent_id, after_seq, client_id, created_at, content, mentions, former, edited_at,
        removed_at,
    ) = row
    return Note(
        note_id, session_id, number, agent_id, content, tuple(json.loads(mentions)) if mentions else (), after_seq,
        from_millis(created_at), client_id, tuple(json.loads(former)) if former else (),
        None if edited_at is None else from_millis(edited_at),
        None if removed_at is None else from_millis(removed_at),
    )


def one(connection: Any, session_id: str, column: str, value: str | int) -> Note | None:
    """The session's note whose `id`, `number` or `client_id` it is."""
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
