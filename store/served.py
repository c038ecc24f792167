"""How much the assistant does by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ccs.models import to_millis

LOOKED_BACK = 20        # messages at a session's end among which its answer is looked for

SERVED = """
    SELECT count(*) FROM sessions
    WHERE channel IN ({channels}) AND status IN ('ai', 'closed') AND updated_at >= ?
    AND agent_id IS NULL AND pending_reason IS NULL AND EXISTS (
        SELECT 1 FROM messages WHERE session_id = sessions.id AND seq > sessions.seq - ? AND sender = 'ai'
        AND created_at >= ?
    )
"""


def count(connection: Any, channels: Sequence[str], since: datetime) -> int:
    """Sessions in which it answered since then, and of which it asked nobody to take over."""
    start = to_millis(since)
    sql = SERVED.format(channels=", ".join("?" * len(channels)))
    return connection.execute(sql, (*channels, start, LOOKED_BACK, start)).fetchone()[0]
