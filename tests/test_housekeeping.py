"""What grows is kept in bounds, beside the work and not in its way."""

from datetime import timedelta

import pytest
from sqlite_utils.utils import sqlite3

from ccs.models import to_millis, utc_now
from store import database, events, listed
from store.journal import Journal


def file_with_events(path, ages: list[timedelta]) -> sqlite3.Connection:
    database.prepare(path)
    connection = database.connect(path)
    connection.executemany(
        "INSERT INTO events VALUES (?, 'session_updated', 's', NULL, 'ai', NULL, ?)",
        [(number, to_millis(utc_now() - age)) for number, age in enumerate(ages, 1)],
    )
    return connection


@pytest.mark.parametrize("ages, kept", [
    ([timedelta(hours=25)] * 3 + [timedelta(hours=23)] * 2, [4, 5]),
    ([timedelta(hours=1)] * 5, [1, 2, 3, 4, 5]),
    ([timedelta(hours=30)] * 3, [3]),                   # the last id must never be given again
])
def test_events_are_kept_a_day(tmp_path, ages, kept) -> None:
    connection = file_with_events(tmp_path / "ccs.db", ages)
    events.forget_old(connection, utc_now())
    assert [event_id for event_id, in connection.execute("SELECT id FROM events")] == kept


def test_a_busy_day_keeps_the_newest_events(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(events, "KEPT", 3)
    connection = file_with_events(tmp_path / "ccs.db", [timedelta()] * 10)
    events.forget_old(connection, utc_now())
    assert [event_id for event_id, in connection.execute("SELECT id FROM events")] == [8, 9, 10]


@pytest.mark.parametrize("what, index", [
    (f"SELECT count(*) FROM sessions WHERE {listed.FAILED}", "deliveries_unheeded"),
    (f"SELECT count(*) FROM sessions WHERE {listed.MENTIONING}", "notes_mentioning"),
])
def test_what_failed_and_who_is_named_is_listed_out_of_an_index_alone(tmp_path, what, index) -> None:
    """Two million messages and their notes are not read for it."""
    connection = file_with_events(tmp_path / "ccs.db", [])
    connection.execute("ANALYZE")
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {what}", ["wang"] * what.count("?"))]
    [step] = [step for step in plan if "deliveries" in step or "notes" in step]
    assert index in step and "COVERING" in step, plan


@pytest.mark.gen_test
async def test_the_wal_starts_again_at_its_beginning(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(database, "LONG_WAL", 0)
    path = tmp_path / "ccs.db"
    database.prepare(path)
    journal = Journal(path, lambda: None, lambda *found: None)
    other = database.connect(path)
    other.execute("INSERT INTO meta VALUES ('a', 'b')")
    await journal.tidy(utc_now())
    await journal.close()
    size = (tmp_path / "ccs.db-wal").stat().st_size
    other.execute("INSERT INTO meta VALUES ('c', 'd')")
    assert (tmp_path / "ccs.db-wal").stat().st_size == size
    other.close()
