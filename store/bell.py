"""What is on agents' bells, on disk."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ccs.kept import BellEntry, BellKind
from ccs.models import Session, from_millis, to_millis
from store import sessions
from store.rows import Row, Table

COLUMNS = ("id", "agent_id", "kind", "session_id", "at", "by_id", "text", "is_seen")
TABLE = Table("bell", COLUMNS, key=("id",), mutable=("at", "text", "is_seen"))
SEEN = Table("bell", COLUMNS, key=("id",), mutable=("is_seen",))        # whose words may have changed meanwhile

SHOWN = 100                             # of one agent, the newest
SEEN_KEPT = timedelta(days=7)
KEPT = timedelta(days=30)               # what nobody looked at for so long was settled in another way
MOST_AT_ONCE = 5_000                    # deleted in one transaction, which others wait for


def to_row(entry: BellEntry) -> Row:
    return (
        entry.id, entry.agent_id, entry.kind.value, entry.session_id, to_millis(entry.at), entry.by, entry.text,
        int(entry.is_seen),
    )


def of_agent(connection: Any, agent_id: str) -> list[tuple[BellEntry, Session]]:
    """Hers with their sessions, the newest first, but for notes that were taken away."""
    rows = connection.execute(
        f"SELECT {TABLE.listed} FROM bell WHERE agent_id = ? AND (kind <> 'mentioned' OR text <> '')"
        " ORDER BY at DESC, id DESC LIMIT ?", (agent_id, SHOWN),
    ).fetchall()
    entries = [_entry(row) for row in rows]
    found = {session.id: session for session in sessions.these(connection, {entry.session_id for entry in entries})}
    return [(entry, found[entry.session_id]) for entry in entries]


def unseen(connection: Any, agent_id: str, ids: Sequence[str]) -> list[BellEntry]:
    """Those of hers among these that she has not seen."""
    rows = connection.execute(
        f"SELECT {TABLE.listed} FROM bell WHERE id IN ({', '.join('?' * len(ids))}) AND agent_id = ? AND NOT is_seen",
        (*ids, agent_id),
    ).fetchall()
    return [_entry(row) for row in rows]


def forget_old(connection: Any, now: datetime) -> None:
    """The oldest of what is too old; the rest the next time."""
    for is_seen, kept in ((True, SEEN_KEPT), (False, KEPT)):
        connection.execute(
            "DELETE FROM bell WHERE id IN (SELECT id FROM bell WHERE is_seen = ? AND at < ? ORDER BY at LIMIT ?)",
            (int(is_seen), to_millis(now - kept), MOST_AT_ONCE),
        )


def _entry(row: Row) -> BellEntry:
    id_, agent_id, kind, session_id, at, by, text, is_seen = row
    return BellEntry(id_, agent_id, BellKind(kind), session_id, from_millis(at), by, text, bool(is_seen))
