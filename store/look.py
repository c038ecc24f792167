"""A look at the database from beside: for the checkup, whether or not a server has it open. It writes nothing."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from ccs.errors import StoreUnavailable
from ccs.kept import Token
from ccs.models import Sender, Status, from_millis
from store import database, streams

SESSIONS_SEEN = 50          # of each status, the latest; who wrote last is among those that changed last
CHECK_TIME = 0.5            # seconds; of a large file only a part is read. Without WAL (an old SQLite) writers wait
STEPS = 10_000              # of SQLite's machine between two looks at the time

_MOMENTS = (
    "SELECT received_at FROM (SELECT received_at FROM notices WHERE channel = :channel ORDER BY id DESC LIMIT 1)",
    "SELECT MAX(received_at) FROM nudges WHERE channel = :channel",
    *(
        f"""
        SELECT MAX(messages.created_at) FROM messages JOIN (
            SELECT id FROM sessions WHERE channel = :channel AND status = '{status}'
            ORDER BY updated_at DESC LIMIT {SESSIONS_SEEN}
        ) AS latest ON messages.session_id = latest.id WHERE messages.sender = '{Sender.CUSTOMER}'
        """
        for status in Status
    ),
)

T = TypeVar("T")


class Look:
    """Opens the file for each question and closes it again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def exists(self) -> bool:
        return self._path.exists()

    async def last_callback(self, channel: str) -> datetime | None:
        """When a platform last brought something: a message, a notice or a nudge. Raises StoreUnavailable."""
        return await asyncio.to_thread(self._ask, lambda connection: _last_callback(connection, channel))

    async def has_streams(self, channel: str) -> bool:
        """Whether the platform ever woke us to fetch, or gave us something. Raises StoreUnavailable."""
        return self.exists and bool(await asyncio.to_thread(self._ask, lambda db: streams.accounts(db, channel)))

    async def fault(self) -> str | None:
        """What SQLite finds wrong with the file, as far as it gets. Raises StoreUnavailable."""
        return await asyncio.to_thread(self._ask, _fault)

    def token(self, name: str) -> Token | None:
        """The one of this name that a server has kept; None as well where that cannot be read."""
        try:
            return self._ask(lambda connection: streams.token(connection, name)) if self.exists else None
        except StoreUnavailable:
            return None

    def _ask(self, question: Callable[[Any], T]) -> T:
        try:
            with closing(database.connect(self._path, read_only=True)) as connection:
                return question(connection)
        except database.DatabaseError as error:
            raise StoreUnavailable from error


def _last_callback(connection: Any, channel: str) -> datetime | None:
    rows = [connection.execute(query, {"channel": channel}).fetchone() for query in _MOMENTS]
    moments = [row[0] for row in rows if row and row[0] is not None]
    return from_millis(max(moments)) if moments else None


def _fault(connection: Any) -> str | None:
    connection.execute("SELECT COUNT(*) FROM sessions WHERE status = ?", (Status.PENDING,)).fetchone()
    deadline = time.monotonic() + CHECK_TIME
    connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
    try:
        fault = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except database.DatabaseError:
        if time.monotonic() > deadline:
            return None
        raise
    return None if fault == "ok" else str(fault)
