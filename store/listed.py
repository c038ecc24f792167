"""Lists that the index of the usual one does not serve, and what a list shows beside the sessions themselves."""

import json
from collections.abc import Sequence
from typing import Any

from ccs.asked import Page, SessionFilter
from ccs.beside import PREVIEW, Beside, LastSaid, seconds_of
from ccs.models import Sender, Session, Status

AT_ONCE = 500           # ids in one statement
UNHEEDED = "state = 'failed' AND dismissed_at IS NULL"       # did not arrive, and nobody has put it aside
FAILED = f"sessions.id IN (SELECT session_id FROM deliveries WHERE {UNHEEDED})"
TAGGED = "sessions.id IN (SELECT session_id FROM session_tags WHERE name = ?)"
MENTIONING = (
    "sessions.id IN (SELECT session_id FROM notes, json_each(notes.mentions)"
    " WHERE notes.mentions IS NOT NULL AND notes.removed_at IS NULL AND json_each.value = ?)"
)
_ORDERS = {
    "updatedAt": ("updated_at", "DESC", "<"), "waitingSince": ("waiting_since", "ASC", ">"),
    "createdAt": ("created_at", "DESC", "<"),
}


def is_served(wanted: SessionFilter, place: Page) -> bool:
    return wanted.failed or wanted.mentions is not None or place.sort == "createdAt"


def clauses(wanted: SessionFilter) -> tuple[list[str], list[Any]]:
    """What is asked of the messages and notes of a session, as SQL."""
    clauses: list[str] = [FAILED] if wanted.failed else []
    if wanted.mentions is None:
        return clauses, []
    return [*clauses, MENTIONING], [wanted.mentions]


def ids(
    connection: Any, clauses: Sequence[str], values: Sequence[Any], wanted: SessionFilter, place: Page
) -> list[str]:
    """One page: one walk along `sessions_by_creation` for each status, or through those of which something failed."""
    column, order, beyond = _ORDERS[place.sort]
    if wanted.tag is not None:
        clauses, values = [*clauses, TAGGED], [*values, wanted.tag]
    parts: list[str] = []
    all_values: list[Any] = []
    for status in (wanted.status,) if wanted.status else Status:
        parts.append(
            f"SELECT sessions.id, {column} AS place FROM sessions WHERE {' AND '.join(clauses)} AND status = ?"
            f" AND {column} IS NOT NULL{f' AND ({column}, sessions.id) {beyond} (?, ?)' if place.after else ''}"
        )
        all_values += [*values, status.value, *(place.after or ())]
    sql = f"{' UNION ALL '.join(parts)} ORDER BY 2 {order}, 1 {order} LIMIT ?"
    return [session_id for session_id, _ in connection.execute(sql, [*all_values, place.limit])]


def beside(connection: Any, sessions: Sequence[Session]) -> dict[str, Beside]:
    """What stands beside each of these sessions, as they were read."""
    failed = _failed(connection, [session.id for session in sessions])
    return {
        session.id: Beside(_last_said(connection, session.id, session.seq), failed.get(session.id, 0))
        for session in sessions
    }


def _last_said(connection: Any, session_id: str, seq: int) -> LastSaid | None:
    """The last of its messages that nobody has put aside."""
    row = connection.execute(
        "SELECT seq, sender, sender_id, type, fields, recalled_at, content FROM messages AS said"
        " WHERE session_id = ? AND seq <= ? AND NOT EXISTS (SELECT 1 FROM deliveries"
        "  WHERE session_id = said.session_id AND seq = said.seq AND dismissed_at IS NOT NULL)"
        " ORDER BY seq DESC LIMIT 1", (session_id, seq),
    ).fetchone()
    if row is None:
        return None
    found, sender, sender_id, kind, fields, recalled_at, content = row
    seconds = seconds_of(json.loads(fields)) if fields and kind in ("voice", "video") else None
    text = None if found == seq else content[:PREVIEW]
    return LastSaid(found, Sender(sender), sender_id, kind, seconds, recalled_at is not None, text)


def _failed(connection: Any, session_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(session_ids), AT_ONCE):
        some = session_ids[start:start + AT_ONCE]
        found.update(connection.execute(
            f"SELECT session_id, count(*) FROM deliveries WHERE {UNHEEDED}"
            f" AND session_id IN ({', '.join('?' * len(some))}) GROUP BY session_id", some,
        ).fetchall())
    return found
