"""What the file knows about itself."""

from contextlib import closing
from pathlib import Path
from secrets import token_hex

from store import database
from store.rows import Table, write

TABLE = Table("meta", ("key", "value"), key=("key",), mutable=("value",))


def epoch(path: Path) -> str:
    """The random name of this file's line of events, made when it is first asked for."""
    with closing(database.connect(path)) as connection:
        found = connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        if found:
            return found[0]
        fresh = token_hex(8)
        write(connection, TABLE, [("epoch", fresh)])
        return fresh
