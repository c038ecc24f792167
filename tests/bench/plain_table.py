"""What the yardsticks keep messages in: one table, in WAL mode with synchronous=FULL, and a commit for each message."""

import json
import sqlite3

OPEN = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "CREATE TABLE messages (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, content TEXT NOT NULL)",
)
INSERT = "INSERT OR IGNORE INTO messages VALUES (?, ?, ?)"


class PlainTable:
    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path)
        for statement in OPEN:
            self._connection.execute(statement)

    def keep(self, message_id: int, customer: str, content: str) -> bool:
        """False if the platform has brought it before."""
        with self._connection:
            return self._connection.execute(INSERT, (message_id, customer, content)).rowcount > 0


def told(message_id: int, customer: str, content: str) -> str:
    """What the holder's page is pushed."""
    return json.dumps({"type": "new_message", "id": message_id, "customer": customer, "content": content})
