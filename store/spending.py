"""What models have cost, a file for each month and a line for each request: `2026-11-24 <session> <tokens>`.

Lines are only ever added. One that a crash has cut is skipped, and costs at most the count of one request.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

FOLDER = "spending"


class Spending:
    """The files below the data folder; made with the first line."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def entries(self, since: date) -> Iterator[tuple[date, str, int]]:
        """Of this day and later ones."""
        for path in sorted(self._folder.glob("????-??.txt")):
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


def _entry(line: str) -> tuple[date, str, int] | None:
    """What a line says; None for one that was cut."""
    try:
        day, session_id, tokens, end = f"{line} .".split(" ")
        return (date.fromisoformat(day), session_id, int(tokens)) if end == "." else None
    except ValueError:
        return None
