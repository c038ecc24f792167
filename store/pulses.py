"""What went through a channel of late, as its latest sessions tell: a bounded look, however many there are."""

from typing import Any

from ccs.kept import Pulse
from ccs.models import Sender, Status, from_millis

SESSIONS_SEEN = 20          # of each status, the latest
MESSAGES_SEEN = 30          # of each of them, the last
OUTCOMES_SEEN = 3

_LATEST = " UNION ALL ".join(
    f"SELECT * FROM (SELECT id, seq FROM sessions WHERE channel = :channel AND status = '{status}'"
    f" ORDER BY updated_at DESC LIMIT {SESSIONS_SEEN})" for status in Status
)
_SAID = f"""
    WITH latest AS MATERIALIZED ({_LATEST})
    SELECT %s FROM latest JOIN messages ON messages.session_id = latest.id
    AND messages.seq > latest.seq - {MESSAGES_SEEN}
"""
_LAST_IN = _SAID % "MAX(messages.created_at)" + f" WHERE messages.sender = '{Sender.CUSTOMER}'"
_OUT = _SAID % "deliveries.state, deliveries.reason, messages.created_at" + """
    JOIN deliveries ON deliveries.session_id = messages.session_id AND deliveries.seq = messages.seq
    WHERE deliveries.state IN ('sent', 'failed', 'uncertain') OR deliveries.attempts > 0 AND deliveries.reason <> ''
    ORDER BY messages.created_at DESC
"""


def of_channel(connection: Any, channel: str) -> Pulse:
    [last_in] = connection.execute(_LAST_IN, {"channel": channel}).fetchone()
    rows = connection.execute(_OUT, {"channel": channel}).fetchall()
    last_out = next((at for state, _, at in rows if state == "sent"), None)
    return Pulse(
        None if last_in is None else from_millis(last_in), None if last_out is None else from_millis(last_out),
        tuple((state, reason or "") for state, reason, _ in rows[:OUTCOMES_SEEN]),
    )
