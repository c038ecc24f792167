"""Messages on disk, clustered by session: a page of a history is one short walk."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve

from ccs.models import PART_DIGITS, Message, Sender, from_millis, new_id, to_millis
from store import attachments, deliveries, feedback
from store.rows import Row, Table

COMMON = len(new_id()) - PART_DIGITS    # of the request ids of a delivery and of its parts

TABLE = Table(
    "messages",
    ("session_id", "seq", "id", "sender", "sender_id", "content", "type", "client_id", "platform_time", "fields",
     "created_at", "recalled_at"),
)
REVISED = evolve(TABLE, key=("session_id", "seq"), mutable=("fields", "recalled_at"))     # rows that are there
_JOINED = (
    f"SELECT {TABLE.listed}, {deliveries.TABLE.listed}, {attachments.TABLE.listed}, {feedback.COLUMN} FROM messages"
    " LEFT JOIN deliveries ON deliveries.session_id = messages.session_id AND deliveries.seq = messages.seq"
    " LEFT JOIN attachments ON attachments.session_id = messages.session_id AND attachments.seq = messages.seq"
)
_FILE = len(TABLE.columns) + len(deliveries.TABLE.columns)      # where an attachment's columns begin


def to_row(message: Message) -> Row:
    return (
        message.session_id, message.seq, message.id, message.sender.value, message.sender_id, message.content,
        message.type, message.client_id,
        message.platform_time and to_millis(message.platform_time),
        json.dumps(message.fields, ensure_ascii=False) if message.fields else None,
        to_millis(message.created_at), message.recalled_at and to_millis(message.recalled_at),
    )


def from_row(row: Sequence[Any]) -> Message:
    """Of a row of the three tables, and the verdicts."""
    (
        session_id, seq, message_id, sender, sender_id, content, kind, client_id, platform_time, fields, created_at,
        recalled_at,
    ) = row[:len(TABLE.columns)]
    return Message(
        message_id, session_id, seq, Sender(sender), sender_id, content, from_millis(created_at), kind, client_id,
        None if platform_time is None else from_millis(platform_time),
        json.loads(fields) if fields else {},
        deliveries.from_row(row[len(TABLE.columns):_FILE]),
        attachments.from_row(row[_FILE:-1]),
        None if recalled_at is None else from_millis(recalled_at),
        feedback.from_column(session_id, seq, row[-1]),
    )


def one(connection: Any, session_id: str, column: str, value: str | int) -> Message | None:
    """The session's message whose `id`, `client_id` or `seq` it is."""
    row = connection.execute(
        f"{_JOINED} WHERE messages.session_id = ? AND messages.{column} = ?", (session_id, value)
    ).fetchone()
    return from_row(row) if row else None


def undelivered(connection: Any, session_ids: Sequence[str] | None = None) -> Iterator[Message]:
    """Messages with open deliveries: all of them, or those of some sessions."""
    where = f"{_JOINED} WHERE deliveries.state IN ('pending', 'sending')"
    if session_ids is None:
        yield from map(from_row, connection.execute(where))
        return
    for session_id in session_ids:
        yield from map(from_row, connection.execute(f"{where} AND deliveries.session_id = ?", (session_id,)))


def fetching(connection: Any) -> list[Message]:
    """Messages whose file is still with the platform, oldest first."""
    where = f"{_JOINED} WHERE attachments.stage = 'fetching' ORDER BY messages.created_at"
    return [from_row(row) for row in connection.execute(where)]


def of_delivery(connection: Any, delivery_id: str) -> Message | None:
    """Also by the request id of one of its parts."""
    row = connection.execute(f"{_JOINED} WHERE deliveries.id = ?", (delivery_id,)).fetchone()
    common = delivery_id[:-PART_DIGITS]
    if row is None and len(common) == COMMON:
        row = connection.execute(
            f"{_JOINED} WHERE deliveries.id BETWEEN ? AND ?", (common, f"{common}{'f' * PART_DIGITS}")
        ).fetchone()
    return from_row(row) if row else None


def after(connection: Any, session_id: str, seq: int, last: int, limit: int) -> list[Message]:
    """Up to `limit` messages whose seq is above `seq` and at most `last`, ascending."""
    return _page(connection, "messages.seq > ? AND messages.seq <= ?", "ASC", session_id, seq, last, limit)


def before(connection: Any, session_id: str, seq: int, limit: int) -> list[Message]:
    """The `limit` messages nearest below `seq`, ascending."""
    return _page(connection, "messages.seq < ?", "DESC", session_id, seq, limit)[::-1]


def latest_of(connection: Any, session_id: str, sender: Sender, limit: int) -> list[Message]:
    """What this side said last, the newest first."""
    return _page(connection, "messages.sender = ?", "DESC", session_id, sender.value, limit)


def _page(connection: Any, where: str, order: str, *values: str | int) -> list[Message]:
    rows = connection.execute(
        f"{_JOINED} WHERE messages.session_id = ? AND {where} ORDER BY messages.seq {order} LIMIT ?", values
    ).fetchall()
    return [from_row(row) for row in rows]
