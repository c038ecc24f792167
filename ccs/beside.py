"""What a list shows of a session beside the session itself: who said the last thing and what kind of thing it was, and
how many messages did not arrive.

It is read along with a page of the list, not kept with each session: a message costs nothing more for it.
"""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ccs.models import Message, Sender

PREVIEW = 200           # characters of what was said that a row carries
LONGEST = 24 * 3600     # seconds that a voice may last; what claims more is mistaken


@frozen
class LastSaid:
    """The last message that was not put aside. Its words stand with the session, unless others came after them."""

    seq: int
    sender: Sender
    sender_id: str
    type: str = "text"
    seconds: int | None = None      # of a voice, where the platform tells
    recalled: bool = False
    text: str | None = None         # as much as a row carries, where what came after was put aside

    @classmethod
    def of(cls, message: Message) -> "LastSaid":
        return cls(
            message.seq, message.sender, message.sender_id, message.type, seconds_of(message.fields),
            message.recalled_at is not None,
        )


@frozen
class Beside:
    said: LastSaid | None = None
    failed: int = 0


NOTHING = Beside()


def seconds_of(fields: Mapping[str, Any]) -> int | None:
    """How long a voice or video lasts, if that is told in a way that makes sense."""
    told = fields.get("duration", fields.get("seconds"))
    return told if type(told) is int and 0 < told <= LONGEST else None
