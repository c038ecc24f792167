"""Opening the file: the lock on its folder, its migrations, its connections, its backup.

The file is `ccs.db` in `data_dir`, in WAL mode with synchronous=FULL: a commit that returned is on disk. SQLite before
3.51.3 can lose commits in WAL mode when several connections are open; there the rollback journal is used instead,
which is safe with any number of connections, only slower.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlite_utils import Database, Migrations
from sqlite_utils.utils import sqlite3

from ccs.errors import CannotStart
from store import migrations

log = logging.getLogger(__name__)

FILE_NAME = "ccs.db"
PATIENCE = 5.0                  # seconds to wait for somebody else's lock before a write counts as failed
SAFE_WAL = (3, 51, 3)           # the first SQLite whose WAL mode is safe with several connections
STATEMENTS_KEPT = 512           # of each connection; the writer has one for each table and number of rows
LONG_WAL = 4 * 1024 * 1024      # bytes; SQLite's own limit, which `connect` turns off
CACHE_KIB = 16 * 1024           # the writer's page cache

SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB = 1, 11, 26     # of SQLite's result codes

DatabaseError = sqlite3.Error


class DataDir:
    """The folder that holds everything a merchant must keep. Locked for as long as the process uses it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / FILE_NAME
        self._lock: BinaryIO | None = None

    def lock(self) -> None:
        """Create the folder if need be and take it for this process. Raises CannotStart."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)     # customers' words are nobody else's
            self._lock = open(self.path / "lock", "a+b")
        except OSError as error:
            raise CannotStart(f"data_dir {self.path} cannot be used: {error.strerror}") from error
        if not _lock_file(self._lock):
            self._lock.close()
            self._lock = None
            raise CannotStart(f"data_dir {self.path} is in use by another running server; stop that one first")

    def unlock(self) -> None:
        if self._lock:
            self._lock.close()      # which gives the lock back
            self._lock = None


def _lock_file(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def prepare(path: Path, steps: Migrations = migrations.steps) -> None:
    """Create the file, or bring it up to this version, keeping a copy of what it was. Raises CannotStart."""
    try:
        with closing(connect(path)) as connection:
            db = _Database(connection)
            applied = {step.name for step in steps.applied(db)}
            known = {step.name for step in steps._migrations}
            if applied - known:
                raise CannotStart(
                    f"{path} was written by a newer version of CCS (it knows {', '.join(sorted(applied - known))});"
                    " install that version again, or put back an older copy of the file"
                )
            if applied == known:
                return
            if applied:
                copy = path.with_name(f"{path.name}.before-{max(known)}")
                backup(path, copy)
                log.info("database copied to %s before its migration", copy)
            steps.apply(db)
            log.info("database %s is at %s", path, max(known))
    except sqlite3.DatabaseError as error:
        raise CannotStart(f"{path} cannot be opened: {error}") from error


class _Database(Database):
    """Takes a script apart by its lines. sqlite-utils does so by its characters, which takes as long as all the rest
    of a first start."""

    def executescript(self, sql: str) -> Any:
        cursor, statement = self.conn.cursor(), ""
        for line in sql.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                cursor.execute(statement)
                statement = ""
        assert not statement.strip(), f"the last statement of a migration has no end: {statement}"
        return cursor


def connect(path: Path, *, read_only: bool = False) -> Any:
    """A connection in autocommit mode, usable from the thread that will own it."""
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None,
        check_same_thread=False, cached_statements=STATEMENTS_KEPT,
    )
    if read_only:
        return connection
    wal = sqlite3.sqlite_version_info >= SAFE_WAL
    connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'TRUNCATE'}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")      # `checkpoint` does it, outside acknowledging commits
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


def is_damage(error: Exception) -> bool:
    """Whether the file is not what it should be, rather than out of reach, locked, or without room."""
    code = getattr(error, "sqlite_errorcode", SQLITE_ERROR)
    return code & 0xFF in (SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB)     # the first: a table is missing


def in_memory() -> Any:
    """A database that nobody else sees and that ends with its last user; any one thread may use it at a time."""
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def warn_of_old_sqlite() -> None:
    if sqlite3.sqlite_version_info < SAFE_WAL:
        log.warning(
            "SQLite %s is older than 3.51.3: running without WAL, which is safe but slower; `pip install pysqlite3`"
            " where it has a wheel brings a current one", sqlite3.sqlite_version,
        )


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def checkpoint(connection: Any) -> None:
    """Move what the WAL holds into the file, as far as that makes nobody wait."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def wal_is_long(path: Path) -> bool:
    """Whether a checkpoint is due. A WAL that grows and grows costs the kernel new blocks and readers longer looks."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > LONG_WAL
    except OSError:
        return False


def backup(path: Path, target: Path) -> Path:
    """A consistent copy of the file, taken while it may be in use; returns where it lies. Raises CannotStart."""
    if not path.exists():
        raise CannotStart(f"there is no database at {path}")
    if target.is_dir():
        target = target / FILE_NAME
    if target.exists() and target.samefile(path):
        raise CannotStart("a backup must go to another file than the database itself")
    unfinished = target.with_name(f"{target.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        with closing(connect(path, read_only=True)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            fault = copy.execute("PRAGMA quick_check").fetchone()[0]
            if fault != "ok":
                raise CannotStart(f"the copy of {path} is damaged: {fault}")
        return unfinished.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise CannotStart(f"{path} cannot be copied to {target}: {error}") from error
