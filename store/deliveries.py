"""Deliveries on disk: one for each message of ours that has a platform to go to."""

from collections.abc import Sequence
from typing import Any

from ccs.models import Delivery, Fate, Message, from_millis, to_millis
from store.rows import Row, Table

_MUTABLE = (
    "id", "state", "reason", "attempts", "lost", "platform_id", "created_at", "due_at", "parts_sent", "dismissed_at",
)
TABLE = Table("deliveries", ("session_id", "seq", *_MUTABLE), key=("session_id", "seq"), mutable=_MUTABLE)


def to_row(message: Message) -> Row:
    delivery = message.delivery
    assert delivery is not None
    return (
        message.session_id, message.seq, delivery.id, delivery.state.value, delivery.reason, delivery.attempts,
        int(delivery.lost), delivery.platform_id, to_millis(delivery.created_at), to_millis(delivery.due_at),
        delivery.parts_sent, delivery.dismissed_at and to_millis(delivery.dismissed_at),
    )


def from_row(row: Sequence[Any]) -> Delivery | None:
    """None where a message has none, which an outer join shows as a row of nulls."""
    (
        _, _, delivery_id, state, reason, attempts, lost, platform_id, created_at, due_at, parts_sent, dismissed_at,
    ) = row
    if delivery_id is None:
        return None
    return Delivery(
        delivery_id, Fate(state), from_millis(created_at), from_millis(due_at), reason, attempts, bool(lost),
        platform_id, parts_sent, None if dismissed_at is None else from_millis(dismissed_at),
    )
