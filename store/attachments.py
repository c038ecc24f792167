"""Attachments on disk: what is known of the file of a message. The bytes lie beside the database."""

import json
from collections.abc import Sequence
from typing import Any

from ccs.models import Attachment, Message, Stage, from_millis, to_millis
from store.rows import Row, Table

_MUTABLE = ("stage", "name", "mime", "size", "digest", "source", "reason", "attempts", "due_at")
TABLE = Table("attachments", ("session_id", "seq", *_MUTABLE), key=("session_id", "seq"), mutable=_MUTABLE)


def to_row(message: Message) -> Row:
    file = message.attachment
    assert file is not None
    return (
        message.session_id, message.seq, file.stage.value, file.name, file.mime, file.size, file.digest, file.source,
        file.reason, file.attempts, file.due_at and to_millis(file.due_at),
    )


def from_row(row: Sequence[Any]) -> Attachment | None:
    """None where a message has none, which an outer join shows as a row of nulls."""
    _, _, stage, name, mime, size, digest, source, reason, attempts, due_at = row
    if stage is None:
        return None
    return Attachment(
        Stage(stage), name, mime, size, digest, source, reason, attempts,
        None if due_at is None else from_millis(due_at),
    )


def used(connection: Any, digests: Sequence[str]) -> set[str]:
    """Which of these any message has. One walk through the table, which is asked for now and then only."""
    rows = connection.execute(
        "SELECT DISTINCT digest FROM attachments WHERE digest IN (SELECT value FROM json_each(?))",
        (json.dumps(list(digests)),),
    )
    return {digest for digest, in rows}
