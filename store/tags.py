"""Sessions by their tags: a row for each tag of a session, with what the list is filtered and ordered by.

It is written beside the row of its session. A session without tags, as most are, costs nothing here.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ccs.asked import SessionFilter
from ccs.models import Change, Session, Status, to_millis
from store.rows import Row, Table

TABLE = Table(
    "session_tags", ("session_id", "name", "status", "updated_at", "channel", "agent_id"),
    key=("session_id", "name"), mutable=("status", "updated_at", "agent_id"),
)
JOINED = "session_tags CROSS JOIN sessions ON sessions.id = session_tags.session_id"    # in this order


def rows(changes: Iterable[Change], last: Iterable[Session]) -> list[Row]:
    """Of a batch, after which its sessions are as in `last`. What was taken off has no status, and is found nowhere."""
    off = {
        (change.session.id, name): _row(change.session, name, None)
        for change in changes if change.session and change.untagged for name in change.untagged
    }
    on = {
        (session.id, name): _row(session, name, session.status)
        for session in last if session.tags for name in session.tags
    }
    return list((off | on).values())


def _row(session: Session, name: str, status: Status | None) -> Row:
    return (
        session.id, name, status and status.value, to_millis(session.updated_at), session.customer.channel,
        session.agent_id,
    )


def clauses(wanted: SessionFilter, statuses: Sequence[Status]) -> tuple[list[str], list[Any]]:
    """The filters as SQL, but for a search. The index knows enough of a session to pass over one that is not wanted."""
    clauses = ["session_tags.name = ?", f"session_tags.status IN ({', '.join('?' * len(statuses))})"]
    values: list[Any] = [wanted.tag, *(status.value for status in statuses)]
    for name, value in (("channel", wanted.channel), ("agent_id", wanted.agent_id)):
        if value is not None:
            clauses.append(f"session_tags.{name} = ?")
            values.append(value)
    return clauses, values


def counted(connection: Any) -> dict[str, int]:
    """The tags of open sessions, and how many have each."""
    rows = connection.execute("SELECT name, count(*) FROM session_tags WHERE status <> 'closed' GROUP BY name")
    return dict(rows.fetchall())
