"""Finding what was said: among everything by the index, within one session by reading it.

What matches in the index is read and looked at before it is shown: the index may hold pairs of characters that stand
apart, and what was taken back, or may not be read any more, is found by nobody.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from ccs.asked import Finding, Found, Sought
from ccs.errors import TooBroad
from ccs.models import to_millis
from store import database, messages, notes, sessions
from store.indexing import A_MILLISECOND

NEWEST = 1000           # texts that are read before the index is asked for what stands in most of them
NOTES_BETWEEN = 1_000_000   # places after each message of a session, for notes
STEPS = 10_000          # of SQLite's machine between two looks at the time
FIRST, LAST = -2**63, 2**63 - 1

_SAID = """
{place}, places.session_id, texts.seq, coalesce(messages.content, notes.content, '') FROM {texts}
CROSS JOIN places ON places.number = texts.place
CROSS JOIN kept.sessions ON sessions.id = places.session_id
LEFT JOIN kept.messages ON messages.session_id = places.session_id AND messages.seq = texts.seq
LEFT JOIN kept.notes ON notes.session_id = places.session_id AND notes.number = -texts.seq
WHERE {where} AND messages.recalled_at IS NULL AND notes.removed_at IS NULL ORDER BY {place} DESC
"""
_BY_INDEX = _SAID.format(
    place="words.rowid", texts="words CROSS JOIN texts ON texts.number = words.rowid", where="{where}")
_BY_TIME = _SAID.format(place="texts.number", texts="texts", where="{where}")
_IN_SESSION = f"""
place, sessions.id, said.seq, content FROM kept.sessions CROSS JOIN (
    SELECT seq * {NOTES_BETWEEN} AS place, session_id, seq, content, created_at FROM kept.messages
    WHERE session_id = ?1 AND recalled_at IS NULL
    UNION ALL
    SELECT after_seq * {NOTES_BETWEEN} + number, session_id, -number, content, created_at FROM kept.notes
    WHERE session_id = ?1 AND removed_at IS NULL
) AS said ON said.session_id = sessions.id
WHERE {{where}} ORDER BY place
"""


def find(connection: Any, sought: Sought, deadline: float) -> Finding:
    """A page, or as much of it as was found until the deadline. Raises TooBroad where that is nothing."""
    if time.monotonic() > deadline:     # others were before it
        raise TooBroad
    hits: list[tuple[str, int]] = []
    reached = None
    connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
    try:
        for place, session_id, seq, content in _candidates(connection, sought):
            if sought.holds(content):
                if len(hits) == sought.limit:
                    break
                hits.append((session_id, seq))
            reached = place
            if time.monotonic() > deadline:
                break
        else:
            reached = None
    except database.DatabaseError:
        if time.monotonic() <= deadline:
            raise
    finally:
        connection.set_progress_handler(None, 0)
    if not hits and time.monotonic() > deadline:
        raise TooBroad
    return Finding(tuple(_found(connection, hits)), reached)


def _candidates(connection: Any, sought: Sought) -> Iterator[Sequence[Any]]:
    """What may be meant, with its place, in the order in which it is shown."""
    if sought.session_id:
        yield from _in_session(connection, sought)
        return
    last = LAST if sought.after is None else sought.after
    if sought.is_common:
        newest = connection.execute(
            "SELECT min(number) FROM (SELECT number FROM texts WHERE number < ? ORDER BY number DESC LIMIT ?)",
            (last, NEWEST),
        ).fetchone()[0] or 0
        yield from _everywhere(connection, _BY_TIME, sought, {"texts.number": (newest, last)})
        last = newest
    yield from _everywhere(connection, _BY_INDEX, sought, {"words.rowid": (FIRST, last)}, sought.match)


def _in_session(connection: Any, sought: Sought) -> Iterator[Sequence[Any]]:
    return _rows(connection, _IN_SESSION, sought, {
        "sessions.id = ?1": sought.session_id, "place > ?": sought.after or 0,
        "said.created_at >= ?": _millis(sought.since), "said.created_at < ?": _millis(sought.until),
    })


def _everywhere(
    connection: Any, query: str, sought: Sought, span: Mapping[str, tuple[int, int]], match: str | None = None
) -> Iterator[Sequence[Any]]:
    """A text's number tells its time."""
    [(number, (first, last))] = span.items()
    since, until = _millis(sought.since), _millis(sought.until)
    return _rows(connection, query, sought, {
        "words MATCH ?": match,
        f"{number} >= ?": first if since is None else max(first, since * A_MILLISECOND),
        f"{number} < ?": last if until is None else min(last, until * A_MILLISECOND),
    })


def _rows(connection: Any, query: str, sought: Sought, place: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    wanted = {
        **place, "sessions.channel = ?": sought.channel, "sessions.status = ?": sought.status,
        "sessions.agent_id = ?": sought.agent_id,
        "EXISTS (SELECT 1 FROM json_each(sessions.tags) WHERE value = ?)": sought.tag,
    }
    if sought.reader and not sought.reader.supervises:
        wanted[sessions.READABLE] = sought.reader.id
    wanted = {clause: value for clause, value in wanted.items() if value is not None}
    with closing(connection.execute(f"SELECT {query.format(where=' AND '.join(wanted))}", [*wanted.values()])) as rows:
        yield from rows


def _millis(moment: datetime | None) -> int | None:
    return None if moment is None else to_millis(moment)


def _found(connection: Any, hits: Sequence[tuple[str, int]]) -> Iterator[Found]:
    for session_id, seq in hits:
        session = sessions.one(connection, session_id)
        if session and seq > 0 and (message := messages.one(connection, session_id, "seq", seq)):
            yield Found(session, message)
        elif session and (note := notes.one(connection, session_id, "number", -seq)):
            yield Found(session, note=note)
