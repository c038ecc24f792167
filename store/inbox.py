"""What platforms brought beside messages: the ids they may repeat, notices, and nudges to fetch."""

import json
from typing import Any

from ccs.kept import Notice, Nudge
from ccs.models import PlatformId, from_millis, to_millis
from store.rows import Row, Table

PLATFORM_IDS = Table("platform_ids", ("channel", "account", "value"))
NOTICES = Table("notices", ("channel", "account", "kind", "payload", "received_at"))
NUDGES = Table(
    "nudges", ("channel", "account", "token", "received_at"),
    key=("channel", "account"), mutable=("token", "received_at"),
)

_NEXT = "SELECT value FROM platform_ids WHERE channel = ? AND account = ? AND value >= ? ORDER BY value LIMIT 1"


def next_taken(connection: Any, wanted: PlatformId) -> str | None:
    """The least value from this one on, of its channel and account: the id itself if it is taken."""
    row = connection.execute(_NEXT, wanted).fetchone()
    return row and row[0]


def notice_row(notice: Notice) -> Row:
    payload = json.dumps(notice.payload, ensure_ascii=False)
    return (notice.channel, notice.account, notice.kind, payload, to_millis(notice.received_at))


def nudge(connection: Any, channel: str, account: str) -> Nudge | None:
    """The account's last nudge."""
    row = connection.execute(
        f"SELECT {NUDGES.listed} FROM nudges WHERE channel = ? AND account = ?", (channel, account)
    ).fetchone()
    return Nudge(channel, account, row[2], from_millis(row[3])) if row else None


def nudge_row(nudge: Nudge) -> Row:
    return (nudge.channel, nudge.account, nudge.token, to_millis(nudge.received_at))
