"""The epoch: the random name of one unbroken line of event ids.

A page that was away resumes after the last event id it saw. If the database was put back from a copy meanwhile, the
same ids mean other events. So beside the database lies a small file with the epoch and the highest id that was told to
anybody; a start that finds less in the database, or no such file, takes a new epoch, and every page loads afresh.
"""

import logging
from contextlib import closing
from pathlib import Path
from secrets import token_hex

from store import database, events, meta
from store.rows import write

log = logging.getLogger(__name__)

FILE_NAME = "epoch"


class Epoch:
    """The epoch of a data folder. Made at each start, before any event is told."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._noted = 0
        with closing(database.connect(folder / database.FILE_NAME)) as connection:
            self.name = meta.get(connection, "epoch") or ""
            last = events.last_id(connection)
            self.is_new = not self.name or not self._goes_on(last)
            if self.is_new:
                self.name = token_hex(8)
                write(connection, meta.TABLE, [("epoch", self.name)])
            self.note(last)

    def _goes_on(self, last: int) -> bool:
        """Whether nothing that was told is missing from the database."""
        try:
            name, told = self._file.read_text().split()
            return name == self.name and int(told) <= last
        except (OSError, ValueError):
            return False

    def note(self, told: int) -> None:
        """Remember the highest id told so far. Called now and then, and at the end."""
        if told == self._noted and self._file.exists():
            return
        fresh = self._file.with_name(f"{FILE_NAME}.part")
        try:
            fresh.write_text(f"{self.name} {told}\n")
            fresh.replace(self._file)
            self._noted = told
        except OSError as error:
            log.warning("%s could not be written: %s", self._file, error)
