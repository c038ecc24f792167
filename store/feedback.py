"""What agents think of answers: one verdict of each on each message."""

import json
from collections.abc import Sequence
from typing import Any

from ccs.kept import Thumb, Verdict
from ccs.models import from_millis, to_millis
from store.rows import Row, Table

TABLE = Table(
    "feedback", ("session_id", "seq", "agent_id", "thumb", "note", "given_at"),
    key=("session_id", "seq", "agent_id"), mutable=("thumb", "note", "given_at"),
)

# Of one message, as a column beside it. Only what the assistant said is looked up.
COLUMN = """
    CASE WHEN messages.sender = 'ai' THEN (
        SELECT json_group_array(json_array(agent_id, thumb, note, given_at)) FROM feedback
        WHERE feedback.session_id = messages.session_id AND feedback.seq = messages.seq AND thumb <> 'none'
    ) END"""

Place = tuple[int, str, int, str]       # of a verdict in the order of their times


def to_row(verdict: Verdict) -> Row:
    return (
        verdict.session_id, verdict.seq, verdict.agent_id, verdict.thumb.value, verdict.note,
        to_millis(verdict.given_at),
    )


def from_column(session_id: str, seq: int, text: str | None) -> tuple[Verdict, ...]:
    """In the order in which they were given."""
    if not text or text == "[]":
        return ()
    given = sorted(json.loads(text), key=lambda row: row[3])
    return tuple(_verdict((session_id, seq, *row)) for row in given)


def page(connection: Any, after: Place, until: int, limit: int) -> list[Verdict]:
    """Up to `limit` verdicts given before `until`, oldest first, from behind a place on."""
    rows = connection.execute(
        f"SELECT {TABLE.listed} FROM feedback WHERE thumb <> 'none' AND given_at < ?"
        " AND (given_at, session_id, seq, agent_id) > (?, ?, ?, ?)"
        " ORDER BY given_at, session_id, seq, agent_id LIMIT ?",
        (until, *after, limit),
    )
    return [_verdict(row) for row in rows]


def from_time(moment: int) -> Place:
    """Before every verdict that was given then or later."""
    return moment, "", 0, ""


def place_of(verdict: Verdict) -> Place:
    return to_millis(verdict.given_at), verdict.session_id, verdict.seq, verdict.agent_id


def _verdict(row: Sequence[Any]) -> Verdict:
    session_id, seq, agent_id, thumb, note, given_at = row
    return Verdict(session_id, seq, agent_id, Thumb(thumb), note, from_millis(given_at))
