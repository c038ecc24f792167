"""The index of what was said: its tables, and how it takes in what is new.

It has a file of its own, `search.db`, so that it costs acknowledged commits nothing: not their time, not their WAL, not
their backup. Whatever is in it can be made again from the database, which is attached to its connection as `kept` and
only read. Of each session it knows how far it has come, so it can stop anywhere, and goes on with the session that
changed last: after the loss of the file the newest is found first.

Notes are texts too: what is said of `seq` holds of their `number`, which stands in `texts.seq` with a minus.

A text's number tells its time, so that the newest comes first and a span of time is a span of numbers, in whatever
order texts were taken in. FTS5 keeps words and numbers only; where a text lies stands in `texts`.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from store import database, events, meta
from store.rows import write

FILE_NAME = "search.db"
VERSION = 1             # of the tables and of how texts are cut into words; another one is made anew

BATCH = 512             # texts taken in at once, which takes some 20 ms
EVENTS = 2000           # looked at in one go
SURVEY = 5000           # sessions, the same
A_MILLISECOND = 8       # numbers; when more was said in it, the next takes some
FARTHEST = 600_000      # milliseconds from its time at which a text may have found its number
LONGEST = 8000          # characters of a text that are looked at
CACHE_KIB = 4 * 1024
SHORT_WAL = 1000        # pages; it is checkpointed by whoever commits, for whom nobody waits

_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE places (
    number INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL,
    wanted INTEGER NOT NULL,
    notes INTEGER NOT NULL,
    wanted_notes INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX places_behind ON places (updated_at) WHERE seq < wanted;
CREATE INDEX notes_behind ON places (updated_at) WHERE notes < wanted_notes;
CREATE TABLE texts (number INTEGER PRIMARY KEY, place INTEGER NOT NULL, seq INTEGER NOT NULL);
CREATE VIRTUAL TABLE words USING fts5 (said, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
PRAGMA user_version = {VERSION};
"""
_WANTED = """
INSERT INTO places (session_id, seq, wanted, notes, wanted_notes, updated_at)
SELECT id, 0, seq, 0, notes, updated_at FROM kept.sessions WHERE {which}
ON CONFLICT (session_id) DO UPDATE
SET wanted = excluded.wanted, wanted_notes = excluded.wanted_notes, updated_at = excluded.updated_at
WHERE excluded.wanted > wanted OR excluded.wanted_notes > wanted_notes
"""
_CHANGED = "SELECT session_id FROM kept.events WHERE id > :after AND id <= :last"
# One row of JSON: each step of a statement gives the interpreter lock away and has to win it back from a busy loop.
_NEXT = f"""
SELECT json_group_array(json_array(place, seq, created_at, content)) FROM (
    SELECT places.number AS place, said.{{number}} AS seq, said.created_at,
        CASE WHEN {{is_said}} THEN substr(content, 1, {LONGEST}) END AS content
    FROM places CROSS JOIN kept.{{table}} AS said
    WHERE places.{{reached}} < places.{{wanted}} AND said.session_id = places.session_id
        AND said.{{number}} > places.{{reached}} AND said.{{number}} <= places.{{wanted}}
    ORDER BY places.updated_at DESC LIMIT {BATCH}
)
"""
_RENOTED = f"""
SELECT notes.session_id, -notes.number, notes.created_at, substr(content, 1, {LONGEST}), former, removed_at
FROM kept.events JOIN kept.notes ON notes.session_id = events.session_id AND notes.number = events.seq
WHERE events.id > :after AND events.id <= :last AND events.type = 'note_updated'
"""
_RECALLED = f"""
SELECT messages.session_id, messages.seq, messages.created_at, substr(content, 1, {LONGEST})
FROM kept.events JOIN kept.messages ON messages.session_id = events.session_id AND messages.seq = events.seq
WHERE events.id > :after AND events.id <= :last AND events.type = 'message_updated' AND recalled_at IS NOT NULL
"""


@frozen
class Source:
    """A table of texts, and how far each session's are taken in."""

    table: str
    number: str             # its order within a session
    reached: str            # columns of `places`
    wanted: str
    sign: int
    is_said: str

    @property
    def next(self) -> str:
        return _NEXT.format(
            table=self.table, number=self.number, reached=self.reached, wanted=self.wanted, is_said=self.is_said
        )


MESSAGES = Source("messages", "seq", "seq", "wanted", 1, "said.recalled_at IS NULL")
NOTES = Source("notes", "number", "notes", "wanted_notes", -1, "said.removed_at IS NULL")


def open_index(folder: Path, epoch: str) -> Any:
    """A connection to the index of the database in this folder. One of another database, or version, is made anew."""
    file = folder / FILE_NAME
    connection = _connect(file)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION or meta.get(connection, "epoch") != epoch:
            connection.close()
            throw_away(folder)
            connection = _connect(file)
            connection.executescript(_TABLES)
            write(connection, meta.TABLE, [("epoch", epoch)])
        kept = (folder / database.FILE_NAME).absolute().as_uri()
        connection.execute("ATTACH ? AS kept", (f"{kept}?mode=ro",))
        if meta.get(connection, "event") is None:       # what came before shows in the sessions themselves
            write(connection, meta.TABLE, [("event", str(events.last_id(connection)))])
    except BaseException:
        connection.close()
        raise
    return connection


def throw_away(folder: Path) -> None:
    """Away with the index. Raises OSError."""
    for ending in ("", "-wal", "-shm", "-journal"):
        (folder / f"{FILE_NAME}{ending}").unlink(missing_ok=True)


def _connect(file: Path) -> Any:
    connection = database.connect(file)
    connection.execute("PRAGMA synchronous = NORMAL")       # a power cut may take the last of it, which is made again
    connection.execute(f"PRAGMA wal_autocheckpoint = {SHORT_WAL}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


def survey(connection: Any, after: int) -> int | None:
    """See which sessions have more than the index knows, a part of them at a time; where the next part begins."""
    last = connection.execute(
        f"SELECT max(rowid) FROM (SELECT rowid FROM kept.sessions WHERE rowid > ? ORDER BY rowid LIMIT {SURVEY})",
        (after,),
    ).fetchone()[0]
    if last is not None:
        connection.execute(_WANTED.format(which="rowid > ? AND rowid <= ?"), (after, last))
    return last


def heed(connection: Any, cut: Callable[[str], str]) -> bool:
    """See which sessions changed since, and forget what was taken back. Whether that was all."""
    after = int(meta.get(connection, "event") or 0)
    last, count = connection.execute(
        f"SELECT max(id), count(*) FROM (SELECT id FROM kept.events WHERE id > ? ORDER BY id LIMIT {EVENTS})", (after,)
    ).fetchone()
    if last is None:
        return True
    span = {"after": after, "last": last}
    connection.execute(_WANTED.format(which=f"id IN ({_CHANGED})"), span)
    for session_id, seq, created_at, content in connection.execute(_RECALLED, span).fetchall():
        _forget(connection, session_id, seq, created_at, cut(content))
    for session_id, seq, created_at, content, former, removed_at in connection.execute(_RENOTED, span).fetchall():
        if removed_at is None:
            _add(connection, session_id, seq, created_at, cut(content))
        else:
            wordings = [*(json.loads(former) if former else ()), content]
            _forget(connection, session_id, seq, created_at, cut("\n".join(wordings)[:LONGEST]))
    write(connection, meta.TABLE, [("event", str(last))])
    return count < EVENTS


def behind(connection: Any) -> int:
    """How many messages and notes it knows of and has not taken in."""
    return sum(connection.execute(
        f"SELECT coalesce(sum({each.wanted} - {each.reached}), 0) FROM places WHERE {each.reached} < {each.wanted}"
    ).fetchone()[0] for each in (MESSAGES, NOTES))


def take_in(connection: Any, cut: Callable[[str], str]) -> int:
    """The next few texts, of the sessions that changed last. How many there were."""
    return _take_in(connection, cut, NOTES) + _take_in(connection, cut, MESSAGES)


def _take_in(connection: Any, cut: Callable[[str], str], source: Source) -> int:
    said = sorted(json.loads(connection.execute(source.next).fetchone()[0]), key=lambda each: each[2])
    texts = [each for each in said if each[3] is not None]
    numbers = _numbers(connection, [created_at * A_MILLISECOND for _, _, created_at, _ in texts])
    numbered = list(zip(numbers, texts, strict=True))
    _insert(connection, "texts (number, place, seq)", [
        (number, text[0], source.sign * text[1]) for number, text in numbered
    ])
    _insert(connection, "words (rowid, said)", [(number, cut(text[3])) for number, text in numbered])
    if len(said) < BATCH:
        connection.execute(
            f"UPDATE places SET {source.reached} = {source.wanted} WHERE {source.reached} < {source.wanted}"
        )
    else:
        reached: dict[int, int] = {}
        for place, seq, _, _ in said:
            reached[place] = max(seq, reached.get(place, 0))
        connection.execute(
            f"UPDATE places SET {source.reached} = reached.value ->> 1 FROM json_each(?) AS reached"
            " WHERE places.number = reached.value ->> 0", (json.dumps(list(reached.items())),),
        )
    return len(said)


def _insert(connection: Any, what: str, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = ", ".join(f"value ->> {place}" for place in range(what.count(",") + 1))
    connection.execute(f"INSERT INTO {what} SELECT {columns} FROM json_each(?)", (json.dumps(rows),))


def _numbers(connection: Any, wanted: list[int]) -> list[int]:
    """For texts in the order of their time: the numbers of their times, or the next free ones."""
    floors: dict[int, int] = {}         # by place in the list: where a taken number leads to
    while True:
        numbers: list[int] = []
        for place, number in enumerate(wanted):
            last = numbers[-1] if numbers else -1
            numbers.append(max(number, last + 1, floors.get(place, 0)))
        taken = connection.execute(
            "SELECT min(number) FROM texts WHERE number IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
        ).fetchone()[0]
        if taken is None:
            return numbers
        floors[numbers.index(taken)] = connection.execute(
            "SELECT number + 1 FROM texts AS here WHERE number >= ?"
            " AND NOT EXISTS (SELECT 1 FROM texts WHERE number = here.number + 1) ORDER BY number LIMIT 1", (taken,),
        ).fetchone()[0]


def _add(connection: Any, session_id: str, seq: int, created_at: int, words: str) -> None:
    """Further words by which a text is found. That it has lost others is seen when it is looked at."""
    if number := _number_of(connection, session_id, seq, created_at):
        connection.execute("INSERT INTO words (rowid, said) VALUES (?, ?)", (*number, words))


def _forget(connection: Any, session_id: str, seq: int, created_at: int, words: str) -> None:
    if number := _number_of(connection, session_id, seq, created_at):
        connection.execute("INSERT INTO words (words, rowid, said) VALUES ('delete', ?, ?)", (*number, words))
        connection.execute("DELETE FROM texts WHERE number = ?", number)


def _number_of(connection: Any, session_id: str, seq: int, created_at: int) -> tuple[int] | None:
    """Of a text that was taken in."""
    found: tuple[int] | None = connection.execute(
        "SELECT texts.number FROM texts JOIN places ON places.number = texts.place"
        " WHERE texts.number BETWEEN ? AND ? AND session_id = ? AND texts.seq = ? ORDER BY texts.number LIMIT 1",
        (created_at * A_MILLISECOND, (created_at + FARTHEST) * A_MILLISECOND, session_id, seq),
    ).fetchone()
    return found
