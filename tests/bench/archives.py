"""Databases as they are after months: a hundred thousand open sessions, two million messages.

Sessions are written as the product writes them. So is the longest history; all others are its beginning, copied by
SQLite itself, which makes millions of rows in seconds.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import frozen

from ccs.models import (
    Customer, Delivery, Event, EventType, Fate, Message, Sender, Session, Status, Via, from_millis, new_id,
)
from ccs.search import query
from store import database, deliveries, events, messages, sessions
from store.epoch import Epoch
from store.rows import Table, write
from store.search import Search

CHANNELS = ("wechat", "douyin", "jd")
STATUSES = (Status.AI, Status.PENDING, Status.MANUAL, Status.MANUAL)
AGENTS = 3                      # few, so that each holds more than a page of sessions even in the small one
LONG = "0" * 32                 # the id of the session with the long history
SPAN = 30 * 24 * 3600 * 1000    # milliseconds over which sessions were last touched
MIXED = 7919                    # a prime, by which neighbours on disk are strangers in time
WORDS = ("请问这件衣服还有 L 码吗？想要黑色的", "您好，有的，今天下单明天就能发出")
TAKEN = """
INSERT INTO platform_ids (channel, account, value) SELECT sessions.channel, sessions.account, messages.id
FROM sessions JOIN messages ON messages.session_id = sessions.id WHERE messages.sender = 'customer' ORDER BY 1, 2, 3
"""


@frozen
class Size:
    sessions: int
    messages: int               # of each session
    longest: int                # of the one with the long history


BIG = Size(100_000, 20, 20_000)
SMALL = Size(1_000, 10, 200)


def archive(folder: Path, size: Size) -> Path:
    """A folder for `product` with such a database, built when first asked for."""
    home = folder / f"archive-{size.sessions}"
    if not home.exists():
        started = time.perf_counter()
        build(home / "data" / database.FILE_NAME, size)
        index(home / "data")
        print(f"  built {size.sessions:,} sessions in {time.perf_counter() - started:.0f} s", flush=True)
    return home


def build(file: Path, size: Size, make: "Callable[[int, Size, int], Session] | None" = None) -> None:
    """With `make` sessions are other than usual: of a number, the size and the time in milliseconds."""
    file.parent.mkdir(parents=True)
    database.prepare(file)
    now = int(time.time() * 1000)
    with closing(database.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        with database.transaction(connection):
            everyone = [(make or session)(number, size, now) for number in range(size.sessions)]
            write(connection, sessions.TABLE, [sessions.to_row(one) for one in everyone])
            longest = list(history(everyone[0]))
            write(connection, messages.TABLE, [messages.to_row(one) for one in longest])
            write(connection, deliveries.TABLE, [deliveries.to_row(one) for one in longest if one.delivery])
            multiply(connection, messages.TABLE)
            multiply(connection, deliveries.TABLE)
            connection.execute(TAKEN)
            write(connection, events.TABLE, [
                events.to_row(number, Event(EventType.SESSION_UPDATED, everyone[number % size.sessions]), now)
                for number in range(1, events.KEPT + 1)
            ])
    with closing(database.connect(file)) as connection:      # in WAL mode again
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def index(data: Path) -> float:
    """Fill the search index, as the server would beside its work; how many seconds that took."""
    started = time.perf_counter()
    search = Search(data, Epoch(data).name, query.words)
    while search.behind:
        search._do(search._advance)
    search.close()
    return time.perf_counter() - started


def session(number: int, size: Size, now: int) -> Session:
    """Channel, status and holder in every combination."""
    status = STATUSES[number // len(CHANNELS) % len(STATUSES)]
    touched = from_millis(now - number * MIXED % size.sessions * (SPAN // size.sessions))
    length = size.messages if number else size.longest
    return Session(
        new_id() if number else LONG,
        Customer(CHANNELS[number % len(CHANNELS)], "shop", f"buyer-{number}", f"顾客{number}"),
        Via.GATEWAY, status, touched, touched, f"conversation-{number}",
        agent_id=f"agent-{number // 12 % AGENTS}" if status is Status.MANUAL else None,
        seq=length, version=length, last_text=WORDS[1], last_message_at=touched,
        waiting_since=touched if status is Status.PENDING else None,
    )


def history(of: Session) -> Iterator[Message]:
    """Question and answer in turns, one each second until now."""
    for seq in range(1, of.seq + 1):
        asks, at = seq % 2, of.created_at - timedelta(seconds=of.seq - seq)
        yield Message(
            new_id(), of.id, seq, Sender.CUSTOMER if asks else Sender.MANUAL, of.customer.id if asks else "agent-0",
            WORDS[0] if asks else WORDS[1], at,
            delivery=None if asks else Delivery(new_id(), Fate.SENT, at, at, attempts=1),
        )


def multiply(connection: Any, table: Table) -> None:
    """Give every other session the beginning of the long history, as far as its own goes, at times of its own."""
    copied = {
        "session_id": "sessions.id", "id": "lower(hex(randomblob(16)))",
        "created_at": "sessions.created_at - 1000 * (sessions.seq - long.seq)",
    }
    chosen = ", ".join(copied.get(column, f"long.{column}") for column in table.columns)
    connection.execute(f"CREATE TEMP TABLE long AS SELECT * FROM {table.name} ORDER BY seq")
    connection.execute("CREATE INDEX temp.by_seq ON long (seq)")
    connection.execute(
        f"INSERT INTO {table.name} ({', '.join(table.columns)}) SELECT {chosen} FROM sessions CROSS JOIN long"
        " WHERE long.seq <= sessions.seq AND sessions.id <> ? ORDER BY sessions.id, long.seq",
        (LONG,),
    )
    connection.execute("DROP TABLE temp.long")
