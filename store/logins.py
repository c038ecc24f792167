"""Logins on disk, by the SHA-256 of their tokens."""

from datetime import datetime
from typing import Any

from ccs.kept import Login
from ccs.models import from_millis, to_millis
from store.rows import Row, Table

TABLE = Table(
    "logins", ("id", "agent_id", "credential", "created_at", "expires_at"), key=("id",), mutable=("expires_at",)
)


def to_row(login: Login) -> Row:
    return (login.id, login.agent_id, login.credential, to_millis(login.created_at), to_millis(login.expires_at))


def one(connection: Any, login_id: str) -> Login | None:
    row = connection.execute(f"SELECT {TABLE.listed} FROM logins WHERE id = ?", (login_id,)).fetchone()
    return _from_row(row) if row else None


def of_agent(connection: Any, agent_id: str | None) -> list[Login]:
    """Of everyone, if it is None."""
    rows = connection.execute(
        f"SELECT {TABLE.listed} FROM logins WHERE ? IS NULL OR agent_id = ?", (agent_id, agent_id)
    ).fetchall()
    return [_from_row(row) for row in rows]


def forget_ended(connection: Any, now: datetime) -> None:
    connection.execute("DELETE FROM logins WHERE expires_at <= ?", (to_millis(now),))


def _from_row(row: Row) -> Login:
    login_id, agent_id, credential, created_at, expires_at = row
    return Login(login_id, agent_id, credential, from_millis(created_at), from_millis(expires_at))
