"""Sessions by their tags. The rows follow those of `sessions` by triggers, see `store/migrations.py`."""

from collections.abc import Sequence
from typing import Any

from ccs.models import SessionFilter, Status

JOINED = "session_tags CROSS JOIN sessions ON sessions.id = session_tags.session_id"    # in this order


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
