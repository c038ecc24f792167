"""What platforms brought beside messages: the ids they may repeat, notices, and nudges to fetch."""

import json
from collections.abc import Iterable
from typing import Any

from ccs.models import Notice, Nudge, PlatformId, to_millis
from store.rows import Row, Table

PLATFORM_IDS = Table("platform_ids", ("channel", "account", "value"))
NOTICES = Table("notices", ("channel", "account", "kind", "payload", "received_at"))
NUDGES = Table(
    "nudges", ("channel", "account", "token", "received_at"),
    key=("channel", "account"), mutable=("token", "received_at"),
)

_TAKEN = "SELECT 1 FROM platform_ids WHERE channel = ? AND account = ? AND value = ?"


def has_taken(connection: Any, ids: Iterable[PlatformId]) -> bool:
    return any(connection.execute(_TAKEN, platform_id).fetchone() for platform_id in ids)


def notice_row(notice: Notice) -> Row:
    payload = json.dumps(notice.payload, ensure_ascii=False)
    return (notice.channel, notice.account, notice.kind, payload, to_millis(notice.received_at))


def nudge_row(nudge: Nudge) -> Row:
    return (nudge.channel, nudge.account, nudge.token, to_millis(nudge.received_at))
