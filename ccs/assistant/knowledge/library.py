"""The library: the knowledge as its files have it by now.

Files are looked at every few seconds, and read again when one has changed. Reading and indexing happen in a thread, and
only what is ready takes the place of what was: a search finds the old knowledge or the new, never half of either.
"""

import asyncio
import logging
import os
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path

from ccs.assistant.knowledge import reading
from ccs.assistant.knowledge.plain import plain
from ccs.assistant.knowledge.reading import Shelf
from ccs.assistant.knowledge.search import Hit, Knowledge, MakeIndex
from ccs.worker import Worker, end

log = logging.getLogger(__name__)

EVERY = 3.0             # seconds between looks
SETTLED = 0.5           # seconds for which nothing may change before it is read: whoever saves is not done at once
UNSETTLED = 10          # such waits, after which it is read as it is: something may change it without end
MOST_LOGGED = 50        # faults of one reading; `check` lists them all

State = dict[str, tuple[int, int]]


class Library(Worker):
    """Without a folder it is empty, and costs nothing."""

    def __init__(self, folder: Path | None, zone: tzinfo, index: MakeIndex) -> None:
        self._folder = folder
        self._zone = zone
        self._index = index
        self._seen: State | None = None
        self._runner: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()      # one at a time, so that what was read later stays
        self.shelf = Shelf()
        self._knowledge: Knowledge | None = None

    def search(self, text: str, channel: str, now: datetime) -> tuple[Hit, ...]:
        return self._knowledge.search(text, channel, now) if self._knowledge else ()

    def place_of(self, question: str, channel: str) -> str | None:
        """The file and line of an entry that is asked for in these words and as widely: in this channel, or if it is
        empty in all. It may take a while: call it in a thread.
        """
        wanted = plain(question)
        alike = (entry for entry in self.shelf.entries if entry.is_as_wide_as(channel))
        found = (entry for entry in alike if wanted in map(plain, entry.phrasings))
        return next((f"{entry.file}:{entry.line}" for entry in found), None)

    async def open(self) -> None:
        """Read it now, if there is a folder: for the first time, or because we have written in it ourselves."""
        if self._folder:
            await self._read()

    def resume(self) -> None:
        if self._folder and self._runner is None:
            self._runner = asyncio.create_task(self._run(), name="library")

    async def stop(self) -> None:
        if self._runner:
            await end([self._runner])

    async def _run(self) -> None:
        while True:
            try:
                if await asyncio.to_thread(self._has_changed):
                    await self._settled()
                    await self._read()
            except Exception:
                log.exception("the knowledge base could not be read; what was read before is used")
            await asyncio.sleep(EVERY)

    async def _read(self) -> None:
        async with self._reading:
            await asyncio.to_thread(self._look)

    async def _settled(self) -> None:
        assert self._folder
        before, now = None, await asyncio.to_thread(state, self._folder)
        for _ in range(UNSETTLED):
            if now == before:
                return
            await asyncio.sleep(SETTLED)
            before, now = now, await asyncio.to_thread(state, self._folder)

    # In a thread

    def _has_changed(self) -> bool:
        assert self._folder
        return state(self._folder) != self._seen

    def _look(self) -> None:
        """Read all, then let it take the place of what was."""
        assert self._folder
        self._seen = state(self._folder)            # first: what changes while we read is read again
        shelf = reading.read(self._folder, self.shelf)
        if self._knowledge is None or shelf.entries != self.shelf.entries:
            self._knowledge = Knowledge(shelf.entries, self._zone, self._index)
        self.shelf = shelf
        log.info("the knowledge base in %s has %d entries and %d faults", self._folder, len(shelf.entries),
                 len(shelf.faults))
        for fault in shelf.faults[:MOST_LOGGED]:
            log.warning("knowledge: %s", fault)


def state(folder: Path) -> State:
    """When each file was changed and how long it is; pictures too, for an entry may wait for one."""
    found: State = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            with suppress(OSError):
                told = os.stat(os.path.join(place, name))
                found[os.path.join(place, name)] = (told.st_mtime_ns, told.st_size)
    return found
