"""What agents keep of customers, and how long each has been known."""

import json
from datetime import datetime
from typing import Any

from ccs.kept import Card
from ccs.models import Customer, from_millis, to_millis
from store.rows import Row, Table

_MUTABLE = ("remark", "note", "changed_by", "changed_at", "blocked_at", "blocked_by", "blocked_reason", "attributes")
TABLE = Table(
    "customers", ("channel", "account", "customer_id", *_MUTABLE),
    key=("channel", "account", "customer_id"), mutable=_MUTABLE,
)

# Of one session, as columns beside it: what she is called, since when she is blocked, and when any of it was changed.
BESIDE = ("remark", "blocked_at", "changed_at")
COLUMNS = ", ".join(
    f"""(
        SELECT {column} FROM customers
        WHERE customers.channel = sessions.channel AND customers.account = sessions.account
            AND customers.customer_id = sessions.customer_id
    )""" for column in BESIDE
)

_HERS = "channel = ? AND account = ? AND customer_id = ?"


def to_row(card: Card) -> Row:
    return (
        card.channel, card.account, card.customer_id, card.remark, card.note, card.changed_by,
        to_millis(card.changed_at), card.blocked_at and to_millis(card.blocked_at), card.blocked_by,
        card.blocked_reason, json.dumps(card.attributes, ensure_ascii=False) if card.attributes else None,
    )


def one(connection: Any, customer: Customer) -> Card | None:
    row = connection.execute(f"SELECT {TABLE.listed} FROM customers WHERE {_HERS}", customer.key).fetchone()
    if row is None:
        return None
    (
        channel, account, customer_id, remark, note, changed_by, changed_at, blocked_at, blocked_by, reason,
        attributes,
    ) = row
    return Card(
        channel, account, customer_id, remark, note, changed_by, from_millis(changed_at),
        None if blocked_at is None else from_millis(blocked_at), blocked_by, reason,
        tuple((name, value) for name, value in json.loads(attributes)) if attributes else (),
    )


def acquaintance(connection: Any, customer: Customer) -> tuple[int, datetime]:
    """How many sessions she has had, and when the first began. She has had one."""
    count, first = connection.execute(
        f"SELECT count(*), min(created_at) FROM sessions WHERE {_HERS}", customer.key
    ).fetchone()
    return count, from_millis(first)
