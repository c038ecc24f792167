"""Customers' pictures, beside the database: fetched once and kept for a while, each under the SHA-256 of its address.

Nothing here must be kept: what is lost is fetched again.
"""

import time
from contextlib import suppress
from itertools import count
from pathlib import Path

FOLDER = "avatars"
MOST = 20_000           # files; at most half a megabyte each, and a few KB as a rule
SPARE = 1_000           # fewer than that are left when there were too many, so that they are not counted each time
COUNT_EVERY = 500       # files written


class Avatars:
    """The folder of a data folder's pictures. Each method takes the disk's time: call it in a thread."""

    def __init__(self, data_dir: Path, most: int = MOST) -> None:
        self._folder = data_dir / FOLDER
        self._most = most
        self._serial = count()

    def get(self, digest: str) -> tuple[bytes, float] | None:
        """The picture, and how many seconds ago it came; None if it is not here."""
        path = self._path(digest)
        try:
            return path.read_bytes(), max(0.0, time.time() - path.stat().st_mtime)
        except OSError:
            return None

    def put(self, digest: str, picture: bytes) -> None:
        """Whole or not at all. Raises OSError."""
        path, serial = self._path(digest), next(self._serial)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{digest}.{serial}.part")
        try:
            fresh.write_bytes(picture)
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        if serial % COUNT_EVERY == 0:
            self.tidy()

    def tidy(self) -> None:
        """Without the oldest where there are too many."""
        files = sorted(_files(self._folder))
        if len(files) > self._most:
            for _, path in files[:len(files) - max(self._most - SPARE, 0)]:
                path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _files(folder: Path) -> list[tuple[float, Path]]:
    """All of them with the time at which each came, those too that a crash left behind."""
    found = []
    for path in folder.glob("??/*"):
        with suppress(OSError):         # gone, or replaced just now
            found.append((path.stat().st_mtime, path))
    return found
