"""What was done with sessions, in the order in which it was done."""

from typing import Any

from ccs.kept import Deed, DeedKind
from ccs.models import from_millis, to_millis
from store.rows import Row, Table

TABLE = Table("deeds", ("session_id", "kind", "at", "agent_id", "about"))


def to_row(deed: Deed) -> Row:
    return (deed.session_id, deed.kind.value, to_millis(deed.at), deed.agent_id, deed.about)


def latest(connection: Any, session_id: str, limit: int) -> list[Deed]:
    """The session's last ones, oldest first."""
    rows = connection.execute(
        f"SELECT {TABLE.listed} FROM deeds WHERE session_id = ? ORDER BY id DESC LIMIT ?", (session_id, limit)
    ).fetchall()
    return [
        Deed(session_id, DeedKind(kind), from_millis(at), agent_id, about)
        for session_id, kind, at, agent_id, about in reversed(rows)
    ]
