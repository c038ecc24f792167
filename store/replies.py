"""Quick replies on disk, and how often each agent used them.

What is deleted stays as a row until it is tidied away, as everything is written in one way.
"""

import json
from collections.abc import Sequence
from typing import Any

from ccs.kept import Picture, QuickReply, QuickUse, Scope
from ccs.models import from_millis, to_millis
from store.rows import Row, Table

_MUTABLE = (
    "scope", "owner", "channels", "folder", "shortcut", "title", "content", "initials", "pinyin", "picture_name",
    "picture_mime", "picture_size", "picture_digest", "updated_at", "is_deleted",
)
TABLE = Table("quick_replies", ("id", *_MUTABLE), key=("id",), mutable=_MUTABLE)
USES = Table(
    "quick_reply_uses", ("agent_id", "reply_id", "uses", "used_at"),
    key=("agent_id", "reply_id"), mutable=("uses", "used_at"),
)


def to_row(reply: QuickReply) -> Row:
    picture = reply.picture
    pictured = (picture.name, picture.mime, picture.size, picture.digest) if picture else (None,) * 4
    return (
        reply.id, reply.scope.value, reply.owner, json.dumps(reply.channels), reply.folder, reply.shortcut, reply.title,
        reply.content, reply.initials, reply.pinyin, *pictured, to_millis(reply.updated_at), reply.is_deleted,
    )


def use_row(use: QuickUse) -> Row:
    return (*use.key, use.uses, to_millis(use.used_at))


def all_of_them(connection: Any) -> list[QuickReply]:
    rows = connection.execute(f"SELECT {TABLE.listed} FROM quick_replies WHERE is_deleted = 0").fetchall()
    return [_from_row(row) for row in rows]


def use(connection: Any, agent_id: str, reply_id: str) -> QuickUse | None:
    row = connection.execute(
        f"SELECT {USES.listed} FROM quick_reply_uses WHERE agent_id = ? AND reply_id = ?", (agent_id, reply_id)
    ).fetchone()
    return _use(row) if row else None


def uses(connection: Any, agent_id: str) -> dict[str, QuickUse]:
    """An agent's, by the reply."""
    rows = connection.execute(f"SELECT {USES.listed} FROM quick_reply_uses WHERE agent_id = ?", (agent_id,)).fetchall()
    return {use.reply_id: use for use in map(_use, rows)}


def pictured(connection: Any, digests: Sequence[str]) -> set[str]:
    """Which of these files are a reply's picture."""
    rows = connection.execute(
        "SELECT DISTINCT picture_digest FROM quick_replies"
        " WHERE is_deleted = 0 AND picture_digest IN (SELECT value FROM json_each(?))", (json.dumps(list(digests)),),
    )
    return {digest for digest, in rows}


def forget_deleted(connection: Any) -> None:
    connection.execute("DELETE FROM quick_replies WHERE is_deleted = 1")
    connection.execute("DELETE FROM quick_reply_uses WHERE reply_id NOT IN (SELECT id FROM quick_replies)")


def _from_row(row: Row) -> QuickReply:
    (
        id_, scope, owner, channels, folder, shortcut, title, content, initials, pinyin, name, mime, size, digest,
        updated_at, is_deleted,
    ) = row
    return QuickReply(
        id_, Scope(scope), owner, title, content, from_millis(updated_at), tuple(json.loads(channels)), folder,
        shortcut, initials, pinyin, Picture(name, mime, size, digest) if digest else None, bool(is_deleted),
    )


def _use(row: Row) -> QuickUse:
    agent_id, reply_id, times, used_at = row
    return QuickUse(agent_id, reply_id, times, from_millis(used_at))
