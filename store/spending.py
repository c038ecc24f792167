"""What models have cost, a file for each month and a line for each request: `2026-11-24 <session> <tokens>`.

Lines are only ever added. One that a crash has cut is skipped, and costs at most the count of one request. A month is
kept for a year and then deleted. It goes into backups, so that a restored server does not spend a day's money twice.
"""

import logging
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ccs.errors import CannotStart

log = logging.getLogger(__name__)

FOLDER = "spending"
KEPT = 13                   # months, this one included: the same month a year ago can be compared


class Spending:
    """The files below the data folder; made with the first line."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def entries(self, since: date) -> Iterator[tuple[date, str, int]]:
        """Of this day and later ones."""
        for path in _months(self._folder):
            if path.stem >= f"{since:%Y-%m}":
                for line in path.read_text(encoding="ascii", errors="replace").splitlines():
                    if (entry := _entry(line)) and entry[0] >= since:
                        yield entry

    def write(self, day: date, session_id: str, tokens: int) -> None:
        """Raises OSError."""
        self._folder.mkdir(exist_ok=True)
        with (self._folder / f"{day:%Y-%m}.txt").open("a+b") as file:
            is_cut = file.seek(0, 2) and (file.seek(-1, 2), file.read(1))[1] != b"\n"
            file.write(b"\n" * bool(is_cut) + f"{day.isoformat()} {session_id} {tokens}\n".encode("ascii"))

    def forget_old(self, today: date) -> None:
        """Delete the months before the last `KEPT`."""
        months = 12 * today.year + today.month - KEPT           # before the first of those kept
        first = f"{months // 12:04}-{months % 12 + 1:02}"
        for path in _months(self._folder):
            if path.stem < first:
                path.unlink(missing_ok=True)
                log.info("what models cost in %s is forgotten", path.stem)


def copy_all(data_dir: Path, backup: Path) -> None:
    """Copy every month beside the backup of the database, into a folder named after it. Raises CannotStart."""
    target = backup.with_name(f"{backup.name}.{FOLDER}")
    try:
        for path in _months(data_dir / FOLDER):
            target.mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(path, target / path.name)
    except OSError as error:
        raise CannotStart(f"{data_dir / FOLDER} cannot be copied to {target}: {error}") from error


def _months(folder: Path) -> list[Path]:
    return sorted(folder.glob("????-??.txt"))


def _entry(line: str) -> tuple[date, str, int] | None:
    """What a line says; None for one that was cut."""
    try:
        day, session_id, tokens, end = f"{line} .".split(" ")
        return (date.fromisoformat(day), session_id, int(tokens)) if end == "." else None
    except ValueError:
        return None
