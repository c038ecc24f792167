"""The bytes of attachments, beside the database: each file under the SHA-256 of what it holds.

What lies there is never changed, so the same picture sent by a hundred customers is kept once, and a file can be served
while another is written. What is not whole yet lies among the parts, which no start finds worth keeping: a file has
its name only once the disk has all of it.
"""

import asyncio
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from typing import Any, ParamSpec, TypeVar

from attrs import frozen

from ccs.errors import CannotStart, NoRoom

FOLDER = "files"
PARTS = "parts"             # what is being written
UPLOADS = "uploads"         # what is known of each upload of the last day, under its id
ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)

KEEP_FREE = 256 << 20       # bytes that stay free, for the database: what is said matters more than pictures
UNUSED = 24 * 3600.0        # seconds that an uploaded file waits to be sent
THREADS = 4                 # that wait for the disk; a slow one must not stop what needs none
AT_ONCE = 256 * 1024        # bytes read to be digested

P = ParamSpec("P")
T = TypeVar("T")


@frozen
class Kept:
    """A file that is on disk for good."""

    digest: str
    size: int
    head: bytes             # how it begins, by which its kind is told


class Files:
    """The folder of a data folder's files. Methods belong to the loop's thread; long waits for the disk to others."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._parts = self._folder / PARTS
        self._uploads = self._folder / UPLOADS
        self._promised: dict[Path, int] = {}        # what parts may still take
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="files")

    def prepare(self) -> None:
        """Make the folder if need be, and clear away what the last run did not finish. Raises CannotStart."""
        try:
            for folder in (self._folder, self._parts, self._uploads):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for part in self._parts.iterdir():
                part.unlink()
        except OSError as error:
            raise CannotStart(f"{self._folder} cannot be used: {error.strerror}") from error

    def close(self) -> None:
        self._pool.shutdown()

    def path(self, digest: str) -> Path:
        """Where the bytes of this digest lie, if they do. Raises ValueError for what is no digest."""
        if not DIGEST.fullmatch(digest):
            raise ValueError("no digest")
        return self._folder / digest[:2] / digest

    def has(self, digest: str) -> bool:
        return bool(DIGEST.fullmatch(digest)) and self.path(digest).is_file()

    def part(self, wanted: int) -> Path:
        """A fresh name to write up to so many bytes to, until it is dropped. Raises NoRoom if that fills the disk."""
        if free(self._folder) - sum(self._promised.values()) - wanted < KEEP_FREE:
            raise NoRoom
        part = self._parts / f"{token_hex(16)}.part"
        part.touch(mode=0o600)
        self._promised[part] = wanted
        return part

    async def keep(self, part: Path) -> Kept:
        """The part is whole. Once this returns it is on disk, with its name. Raises OSError."""
        return await self.apart(_keep, part, self.path)

    def drop(self, part: Path) -> None:
        """The part was kept, or is not wanted any more."""
        self._promised.pop(part, None)
        part.unlink(missing_ok=True)

    async def remember(self, upload_id: str, what: Mapping[str, Any]) -> None:
        """What is to be known of an upload for a day, on disk like the file itself; its `digest` is among it."""
        await self.apart(_remember, self._uploads, upload_id, json.dumps(what, ensure_ascii=False))

    async def remembered(self, upload_id: str) -> dict[str, Any] | None:
        """None once it is forgotten. Who asks is about to use it, so its day begins anew."""
        return await self.apart(_renewed, self._uploads / upload_id) if ID.fullmatch(upload_id) else None

    async def forget_unused(self, used: Callable[[list[str]], set[str]]) -> int:
        """Delete what was uploaded a day ago and never sent; `used` tells which of some digests were. How many."""
        return await self.apart(_forget_unused, self._uploads, self.path, used)

    async def apart(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What waits for the disk, in a thread of this folder's own."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: act(*args, **kwargs))


def free(folder: Path) -> int:
    """Bytes."""
    return shutil.disk_usage(folder).free


def copy_all(data_dir: Path, backup: Path) -> Path | None:
    """Copy every file beside the backup of the database, into a folder named after it; None if there are none.

    After the database, so that whatever the copy of that names is there. What an earlier backup brought there already
    is not copied again: it never changes. Raises CannotStart.
    """
    target = backup.with_name(f"{backup.name}.{FOLDER}")
    try:
        found = [path for path in (data_dir / FOLDER).glob("??/*") if DIGEST.fullmatch(path.name)]
        for path in found:
            copy = target / path.parent.name / path.name
            if not copy.exists():
                copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copyfile(path, unfinished := copy.with_name(f"{copy.name}.part"))
                unfinished.replace(copy)
    except OSError as error:
        raise CannotStart(f"{data_dir / FOLDER} cannot be copied to {target}: {error}") from error
    return target if found else None


# In a thread


def _keep(part: Path, path_of: Callable[[str], Path]) -> Kept:
    digest, size, head = hashlib.sha256(), 0, b""
    with open(part, "rb") as file:
        while piece := file.read(AT_ONCE):
            head, size = head or piece[:512], size + len(piece)
            digest.update(piece)
        os.fsync(file.fileno())
    name = digest.hexdigest()
    path = path_of(name)
    if path.is_file():
        os.utime(path)              # it is wanted anew
        part.unlink()
    else:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        part.replace(path)
        for folder in (path.parent, path.parent.parent):
            _sync_folder(folder)
    return Kept(name, size, head)


def _sync_folder(folder: Path) -> None:
    """A name too is only on disk once its folder is."""
    if os.name == "nt":             # where folders cannot be opened, and names are written through
        return
    line = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(line)
    finally:
        os.close(line)


def _remember(uploads: Path, upload_id: str, text: str) -> None:
    part = uploads.parent / PARTS / f"{upload_id}.note"
    with open(part, "x", encoding="utf-8", opener=_for_us_only) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(uploads / upload_id)
    _sync_folder(uploads)


def _for_us_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _renewed(note: Path) -> dict[str, Any] | None:
    known = _remembered(note)
    if known is not None:
        note.touch(exist_ok=True)
    return known


def _remembered(note: Path) -> dict[str, Any] | None:
    try:
        return json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _forget_unused(
    uploads: Path, path_of: Callable[[str], Path], used: Callable[[list[str]], set[str]]
) -> int:
    notes = list(uploads.iterdir())
    old = {note: str((_remembered(note) or {}).get("digest")) for note in notes if _is_old(note)}
    if not old:
        return 0
    young = {str((_remembered(note) or {}).get("digest")) for note in notes if note not in old}
    unused = {digest for digest in old.values() if DIGEST.fullmatch(digest)} - young
    unused -= used(sorted(unused))
    for path in map(path_of, unused):
        if _is_old(path):           # else it came again meanwhile
            path.with_suffix(".wav").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
    for note in old:
        note.unlink(missing_ok=True)
    return len(unused)


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - UNUSED
    except FileNotFoundError:
        return False
