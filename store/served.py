"""How much the assistant does by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ccs.models import to_millis

LOOKED_BACK = 20        # messages at a session's end among which its answer is looked for

# In the order in which messages lie: each page of them is read once, however many sessions there were. The limit is
# none; without one SQLite would drop the order.
SERVED = """
    SELECT count(*) FROM (
        SELECT id, seq FROM sessions
        WHERE channel IN ({channels}) AND status IN ('ai', 'closed') AND updated_at >= ?
        AND agent_id IS NULL AND pending_reason IS NULL ORDER BY id LIMIT -1
    ) AS candidate
    WHERE EXISTS (
        SELECT 1 FROM messages WHERE session_id = candidate.id AND seq > candidate.seq - ? AND sender = 'ai'
        AND created_at >= ?
    )
"""


def count(connection: Any, channels: Sequence[str], since: datetime) -> int:
    """Sessions in which it answered since then, and of which it asked nobody to take over."""
    start = to_millis(since)
    sql = SERVED.format(channels=", ".join("?" * len(channels)))
    return connection.execute(sql, (*channels, start, LOOKED_BACK, start)).fetchone()[0]
