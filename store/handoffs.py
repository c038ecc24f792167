"""What the assistant told of the sessions that it handed over: of each the last time."""

import json
from collections.abc import Sequence
from typing import Any

from attrs import asdict

from ccs.models import Briefing, from_millis, to_millis
from store.rows import Row, Table

TABLE = Table("handoffs", ("session_id", "briefing"), key=("session_id",), mutable=("briefing",))
LISTS = ("orders", "products", "phones")


def to_row(session_id: str, briefing: Briefing) -> Row:
    told = {**asdict(briefing), "at": to_millis(briefing.at)}
    return session_id, json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


def one(connection: Any, session_id: str) -> Briefing | None:
    row = connection.execute("SELECT briefing FROM handoffs WHERE session_id = ?", (session_id,)).fetchone()
    return _from_json(row[0]) if row else None


def wishes(connection: Any, session_ids: Sequence[str]) -> dict[str, str]:
    """What the customer wanted, by the session, where anything was told of that."""
    rows = connection.execute(
        "SELECT session_id, briefing ->> 'wants' FROM handoffs"
        f" WHERE session_id IN ({', '.join('?' * len(session_ids))})", session_ids,
    ).fetchall()
    return {session_id: wants for session_id, wants in rows if wants}


def _from_json(text: str) -> Briefing:
    told = json.loads(text)
    lists = {name: tuple(told.get(name, ())) for name in LISTS}
    return Briefing(**{**told, **lists, "at": from_millis(told["at"])})
