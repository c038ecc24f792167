"""What the file knows about itself: single values by name."""

from typing import Any

from store.rows import Table

TABLE = Table("meta", ("key", "value"), key=("key",), mutable=("value",))


def get(connection: Any, key: str) -> str | None:
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return found[0] if found else None
