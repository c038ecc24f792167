"""The index of what was said, as others see it: it takes in what is new a little at a time, and is asked.

One thread does both, by one connection, so nobody waits for a lock: a search waits for at most one batch. A file that
is damaged or gone is made anew, and what it has not taken in yet is `behind`.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from ccs.errors import StoreUnavailable
from ccs.asked import Finding, Sought
from store import database, indexing
from store.finding import find

log = logging.getLogger(__name__)

PATIENCE = 2.0          # seconds for a search, the wait for its turn included
FEW = 4 * indexing.BATCH    # messages behind which are counted each time; of more the next batch is subtracted

T = TypeVar("T")


class Search:
    """Of one data folder. `cut` makes the words of a text."""

    def __init__(self, folder: Path, epoch: str, cut: Callable[[str], str]) -> None:
        self._folder = folder
        self._epoch = epoch
        self._cut = cut
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._connection: Any = None
        self._surveyed: int | None = 0      # how far the sessions were looked through; None: all of them
        self._knows_all = False             # that there is to take in; how much of that is left is `_known`
        self._known = 0

    @property
    def behind(self) -> int:
        """How many messages are not in the index yet, as far as it knows; 0 only if there are none."""
        return self._known or int(not self._knows_all)

    async def advance(self) -> None:
        """Take in a little of what is new. Raises StoreUnavailable."""
        await self._soon(self._advance)

    async def find(self, sought: Sought) -> Finding:
        """What was said until now, as far as the index is. Raises TooBroad, StoreUnavailable."""
        deadline = time.monotonic() + PATIENCE

        def run(connection: Any) -> Finding:
            if not sought.session_id:
                self._try_to_advance(connection)
            return find(connection, sought, deadline)

        return await self._soon(run)

    def close(self) -> None:
        self._thread.submit(self._close)
        self._thread.shutdown()

    # In the thread

    async def _soon(self, act: Callable[[Any], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, act)

    def _do(self, act: Callable[[Any], T]) -> T:
        """Once more with a new index if this one is of no use."""
        try:
            try:
                return act(self._open())
            except database.DatabaseError as error:
                self._close()
                if not database.is_damage(error):
                    raise
                log.warning("the search index is made anew: %s", error)
                indexing.throw_away(self._folder)
                return act(self._open())
        except (database.DatabaseError, OSError) as error:
            raise StoreUnavailable from error

    def _open(self) -> Any:
        if self._connection and not (self._folder / indexing.FILE_NAME).exists():
            self._close()
        if not self._connection:
            self._connection = indexing.open_index(self._folder, self._epoch)
            self._surveyed, self._knows_all = 0, False
        return self._connection

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _try_to_advance(self, connection: Any) -> None:
        """What is in the index is found without room for more, too. Raises DatabaseError where it is damaged."""
        try:
            self._advance(connection)
        except database.DatabaseError as error:
            if database.is_damage(error):
                raise
            log.debug("the search index takes nothing: %s", error)

    def _advance(self, connection: Any) -> None:
        with database.transaction(connection):
            is_looking = self._surveyed is not None
            if self._surveyed is not None:
                self._surveyed = indexing.survey(connection, self._surveyed)
            self._knows_all = indexing.heed(connection, self._cut) and self._surveyed is None
            self._known = max(0, self._known - indexing.take_in(connection, self._cut))
            if is_looking or self._known < FEW:
                self._known = indexing.behind(connection)
