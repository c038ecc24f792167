"""Sessions on disk: their row, the lookups of the rules, and the pages of the list."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import evolve

from ccs.asked import Page, SessionFilter
from ccs.models import NOBODY, CountKey, Customer, Session, Status, Via, from_millis, to_millis
from store import customers, listed, tags
from store.rows import Row, Table

_MUTABLE = (
    "customer_name", "customer_avatar", "status", "agent_id", "seq", "version", "turn", "last_text",
    "last_message_at", "waiting_since", "unread", "unhelped", "pending_reason", "close_reason", "updated_at",
    "reply_until", "replies_left", "platform_owner", "conclusion", "tags", "notes", "asked",
)
TABLE = Table(
    "sessions",
    ("id", "channel", "account", "customer_id", "via", "conversation", "created_at", *_MUTABLE),
    key=("id",),
    mutable=_MUTABLE,
)
# As `lifecycle.may_read` has it for who does not supervise. An id has no character that JSON would write otherwise.
READABLE = (
    "(sessions.status <> 'manual'"
    " OR instr(json_quote(sessions.agent_id) || coalesce(sessions.asked, ''), json_quote(?)))"
)
_OPEN = [status for status in Status if status is not Status.CLOSED]
COLUMNS = f"{TABLE.listed}, {customers.COLUMNS}"


def to_row(session: Session) -> Row:
    customer = session.customer
    return (
        session.id, customer.channel, customer.account, customer.id, session.via.value, session.conversation,
        to_millis(session.created_at), customer.name, customer.avatar, session.status.value, session.agent_id,
        session.seq, session.version, session.turn, session.last_text,
        session.last_message_at and to_millis(session.last_message_at),
        session.waiting_since and to_millis(session.waiting_since),
        session.unread, session.unhelped, session.pending_reason, session.close_reason,
        to_millis(session.updated_at), session.reply_until and to_millis(session.reply_until),
        session.replies_left, session.platform_owner, session.conclusion,
        json.dumps(session.tags, ensure_ascii=False) if session.tags else None, session.notes,
        json.dumps(dict(session.asked)) if session.asked else None,
    )


def from_row(row: Sequence[Any]) -> Session:
    (
        session_id, channel, account, customer_id, via, conversation, created_at, name, avatar, status, agent_id,
        seq, version, turn, last_text, last_message_at, waiting_since, unread, unhelped, pending_reason,
        close_reason, updated_at, reply_until, replies_left, platform_owner, conclusion, tags, notes, asked, remark,
        blocked_at, changed_at,
    ) = row
    customer = Customer(
        channel, account, customer_id, name, avatar, remark or "", blocked_at is not None,
        from_millis(changed_at) if changed_at else None,
    )
    return Session(
        session_id, customer, Via(via), Status(status),
        from_millis(created_at), from_millis(updated_at), conversation, agent_id, seq, version, turn, last_text,
        None if last_message_at is None else from_millis(last_message_at),
        None if waiting_since is None else from_millis(waiting_since),
        unread, unhelped, pending_reason, close_reason,
        None if reply_until is None else from_millis(reply_until), replies_left, platform_owner,
        conclusion, tuple(json.loads(tags)) if tags else (), notes, json.loads(asked) if asked else NOBODY,
    )


def one(connection: Any, session_id: str) -> Session | None:
    row = connection.execute(f"SELECT {COLUMNS} FROM sessions WHERE id = ?", (session_id,)).fetchone()
    return from_row(row) if row else None


def open_ones(connection: Any) -> Iterator[Session]:
    return map(from_row, connection.execute(f"SELECT {COLUMNS} FROM sessions WHERE status <> 'closed'"))


def these(connection: Any, session_ids: Iterable[str]) -> list[Session]:
    return [session for session_id in session_ids if (session := one(connection, session_id))]


def earlier(connection: Any, session: Session, limit: int) -> list[Session]:
    """The same customer's sessions that began before this one, the newest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM sessions WHERE channel = ? AND account = ? AND customer_id = ?"
        " AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
        (*session.customer.key, to_millis(session.created_at), session.id, limit),
    ).fetchall()
    return [from_row(row) for row in rows]


def of_customer(connection: Any, customer: Customer, limit: int) -> list[Session]:
    """Hers, the newest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM sessions WHERE channel = ? AND account = ? AND customer_id = ?"
        " ORDER BY created_at DESC, id DESC LIMIT ?", (*customer.key, limit),
    ).fetchall()
    return [from_row(row) for row in rows]


def count(connection: Any) -> Counter[CountKey]:
    rows = connection.execute("SELECT channel, status, agent_id, count(*) FROM sessions GROUP BY 1, 2, 3")
    return Counter({(channel, status, agent_id): number for channel, status, agent_id, number in rows})


def count_blocked(connection: Any) -> Counter[CountKey]:
    """Of these the open ones of blocked customers."""
    rows = connection.execute(
        "SELECT sessions.channel, status, agent_id, count(*) FROM customers"
        " CROSS JOIN sessions USING (channel, account, customer_id)"
        " WHERE blocked_at IS NOT NULL AND status <> 'closed' GROUP BY 1, 2, 3"
    )
    return Counter({(channel, status, agent_id): number for channel, status, agent_id, number in rows})


def page(connection: Any, wanted: SessionFilter, place: Page, channels: Sequence[str]) -> list[Session]:
    """One page of the list, in the order of `place.sort`, starting after `place.after`."""
    if listed.is_served(wanted, place):
        return these(connection, listed.ids(connection, *_clauses(evolve(wanted, tag=None)), wanted, place))
    if wanted.tag is not None and place.sort != "waitingSince":
        rows = _tagged(connection, wanted, place)
    elif place.sort == "waitingSince":
        rows = _in_order(connection, wanted, place, "waiting_since", "ASC")
    elif wanted.agent_id is not None:
        rows = _in_order(connection, wanted, place, "updated_at", "DESC")
    else:
        rows = _merged(connection, wanted, place, channels)
    return [from_row(row) for row in rows]


def _in_order(connection: Any, wanted: SessionFilter, place: Page, column: str, order: str) -> Iterable[Row]:
    """In the order of one column: of the sessions of one agent along their index, or of those that wait: open ones."""
    clauses, values = _clauses(wanted, _OPEN)
    clauses.append(f"{column} IS NOT NULL")
    if place.after:
        clauses.append(f"({column}, id) {'>' if order == 'ASC' else '<'} (?, ?)")
        values.extend(place.after)
    return connection.execute(
        f"SELECT {COLUMNS} FROM {tags.JOINED if wanted.tag else 'sessions'} WHERE {' AND '.join(clauses)}"
        f" ORDER BY {column} {order}, id {order} LIMIT ?",
        [*values, place.limit],
    ).fetchall()


def _merged(connection: Any, wanted: SessionFilter, place: Page, channels: Sequence[str]) -> Iterable[Row]:
    """Newest first: one walk along `sessions_listed` for each (channel, status), merged by SQLite as it goes.

    One index serves every combination of the filters this way, and each message has only that one to move in.
    """
    parts: list[str] = []
    values: list[Any] = []
    for channel in (wanted.channel,) if wanted.channel else channels:
        for status in (wanted.status,) if wanted.status else Status:
            clauses, own = _clauses(evolve(wanted, channel=channel, status=status))
            if place.after:
                clauses.append("(updated_at, id) < (?, ?)")
                own.extend(place.after)
            parts.append(f"SELECT {COLUMNS} FROM sessions WHERE {' AND '.join(clauses)}")
            values += own
    updated_at = TABLE.columns.index("updated_at") + 1
    sql = f"{' UNION ALL '.join(parts)} ORDER BY {updated_at} DESC, 1 DESC LIMIT ?"
    return connection.execute(sql, [*values, place.limit]).fetchall()


def _tagged(connection: Any, wanted: SessionFilter, place: Page) -> Iterable[Row]:
    """The same along `session_tags`: one walk for each status, since what was closed over years may have the tag."""
    parts: list[str] = []
    values: list[Any] = []
    for status in (wanted.status,) if wanted.status else Status:
        clauses, own = _clauses(wanted, [status])
        if place.after:
            clauses.append("(session_tags.updated_at, session_tags.session_id) < (?, ?)")
            own.extend(place.after)
        parts.append(
            f"SELECT {COLUMNS}, session_tags.updated_at, session_tags.session_id"
            f" FROM {tags.JOINED} WHERE {' AND '.join(clauses)}"
        )
        values += own
    width = len(TABLE.columns) + len(customers.BESIDE)
    sql = f"{' UNION ALL '.join(parts)} ORDER BY {width + 1} DESC, {width + 2} DESC LIMIT ?"
    return [row[:width] for row in connection.execute(sql, [*values, place.limit])]


def found(connection: Any, wanted: SessionFilter, waiting: bool) -> int:
    """How many sessions a search matches, or have a tag. Plain filters are counted in memory."""
    clauses, values = _clauses(wanted, _OPEN if waiting else None)
    if waiting:
        clauses.append("waiting_since IS NOT NULL")
    alone = not (waiting or wanted.text or wanted.failed or wanted.mentions)
    source = "sessions" if wanted.tag is None else "session_tags" if alone else tags.JOINED
    return connection.execute(f"SELECT count(*) FROM {source} WHERE {' AND '.join(clauses)}", values).fetchone()[0]


def _clauses(wanted: SessionFilter, statuses: Sequence[Status] | None = None) -> tuple[list[str], list[Any]]:
    """The filters as SQL, never empty. With a tag all but a search are asked of its index, of these statuses."""
    if wanted.tag is not None:
        clauses, values = tags.clauses(wanted, [wanted.status] if wanted.status else statuses or list(Status))
    else:
        clauses, values = ["1"], []
        for name, value in (("channel", wanted.channel), ("status", wanted.status), ("agent_id", wanted.agent_id)):
            if value is not None:
                clauses.append(f"{name} = ?")
                values.append(str(value))
    extra, more = listed.clauses(wanted)
    clauses += extra
    values += more
    if wanted.text is not None:
        found = [f"instr(lower({column}), lower(?))" for column in ("customer_name", "customer_id", "id", "last_text")]
        values += [wanted.text] * len(found)
        if wanted.reader and not wanted.reader.supervises:
            found[-1] += f" AND {READABLE}"
            values.append(wanted.reader.id)
        clauses.append(f"({' OR '.join(found)})")
    return clauses, values
