"""What belongs to single agents, on disk: drafts, preferences and reminders.

What an agent gave up stays as an empty row until it is tidied away, so that a revision is not given twice meanwhile.
"""

from datetime import datetime, timedelta
from typing import Any

from ccs.kept import Draft, DraftMode, Preferences, Reminder
from ccs.models import from_millis, to_millis
from store.rows import Row, Table

DRAFTS = Table(
    "drafts", ("agent_id", "session_id", "mode", "text", "revision", "updated_at"),
    key=("agent_id", "session_id", "mode"), mutable=("text", "revision", "updated_at"),
)
PREFERENCES = Table("preferences", ("agent_id", "value"), key=("agent_id",), mutable=("value",))

REMINDERS = Table("reminders", ("agent_id", "session_id", "at"), key=("agent_id", "session_id"), mutable=("at",))

DRAFTS_SHOWN = 500                      # the newest
DRAFTS_KEPT = timedelta(days=7)
AFTER_CLOSE = timedelta(hours=1)        # a session may end while somebody still writes in it


def draft_row(draft: Draft) -> Row:
    return (*draft.key, draft.text, draft.revision, to_millis(draft.updated_at))


def preferences_row(preferences: Preferences) -> Row:
    return (preferences.agent_id, preferences.text)


def reminder_row(reminder: Reminder) -> Row:
    return (*reminder.key, reminder.at and to_millis(reminder.at))


def draft(connection: Any, agent_id: str, session_id: str, mode: str) -> Draft | None:
    row = connection.execute(
        f"SELECT {DRAFTS.listed} FROM drafts WHERE agent_id = ? AND session_id = ? AND mode = ?",
        (agent_id, session_id, mode),
    ).fetchone()
    return _draft(row) if row else None


def drafts(connection: Any, agent_id: str) -> list[Draft]:
    """An agent's, those she has not given up."""
    rows = connection.execute(
        f"SELECT {DRAFTS.listed} FROM drafts WHERE agent_id = ? AND text <> '' ORDER BY updated_at DESC LIMIT ?",
        (agent_id, DRAFTS_SHOWN),
    ).fetchall()
    return [_draft(row) for row in rows]


def count_drafts(connection: Any, agent_id: str) -> int:
    return connection.execute(
        "SELECT count(*) FROM drafts WHERE agent_id = ? AND text <> ''", (agent_id,)
    ).fetchone()[0]


def preferences(connection: Any, agent_id: str) -> Preferences | None:
    row = connection.execute(
        f"SELECT {PREFERENCES.listed} FROM preferences WHERE agent_id = ?", (agent_id,)
    ).fetchone()
    return Preferences(*row) if row else None


def reminders(connection: Any) -> list[Reminder]:
    """Everybody's, those that are still wanted."""
    rows = connection.execute(f"SELECT {REMINDERS.listed} FROM reminders WHERE at IS NOT NULL").fetchall()
    return [Reminder(agent_id, session_id, from_millis(at)) for agent_id, session_id, at in rows]


def forget_old(connection: Any, now: datetime) -> None:
    """Drafts of sessions that are over, and those nobody has touched for a week; reminders that were seen."""
    connection.execute("DELETE FROM reminders WHERE at IS NULL")
    over = to_millis(now - AFTER_CLOSE)
    connection.execute("DELETE FROM drafts WHERE updated_at < ?", (to_millis(now - DRAFTS_KEPT),))
    connection.execute(
        "DELETE FROM drafts WHERE updated_at < ? AND (text = '' OR NOT EXISTS ("
        "SELECT 1 FROM sessions WHERE id = session_id AND (status <> 'closed' OR sessions.updated_at >= ?)))",
        (over, over),
    )


def _draft(row: Row) -> Draft:
    agent_id, session_id, mode, text, revision, updated_at = row
    return Draft(agent_id, session_id, DraftMode(mode), text, revision, from_millis(updated_at))
