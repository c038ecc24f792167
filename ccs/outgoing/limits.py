"""What a platform allows us to say after a customer's message: how long, how often, and how much at a time.

Pure functions. The limits are a channel's and come from its settings; what is left of them stands in the session, so
that every agent sees it and nothing leaves that the platform would refuse.
"""

from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from ccs.errors import HeldAtPlatform, QuotaUsedUp, WindowClosed
from ccs.models import Message, Outgoing, Session


@frozen
class Limits:
    """None is "any"."""

    window: timedelta | None = None     # from her last message
    replies: int | None = None          # until she writes again
    text_bytes: int | None = None       # of one message in UTF-8; a longer text leaves as several
    text_length: int | None = None      # the same in characters

    def renewed(self, heard_at: datetime, unsent: int = 0) -> dict[str, Any]:
        """What a session allows once its customer has written, and so many messages have yet to leave."""
        left = None if self.replies is None else max(0, self.replies - unsent)
        return {"reply_until": self.window and heard_at + self.window, "replies_left": left}

    def parts(self, text: str) -> int:
        """As how many messages of the platform's a text leaves."""
        return len(self.pieces(text))

    def parts_of(self, said: Outgoing) -> int:
        return self.parts(said.content) if said.type == "text" else 1

    def pieces(self, text: str) -> list[str]:
        """The text as it leaves."""
        return split(text, self.text_bytes, self.text_length)

    def unsent(self, message: Message) -> int:
        """How many messages of the platform's have yet to leave for it."""
        parts = self.parts(message.content) if message.type == "text" else 1
        return parts - (message.delivery.parts_sent if message.delivery else 0)


UNLIMITED = Limits()


def is_within_window(session: Session, now: datetime) -> bool:
    """Whether the platform's conversation still goes on, as far as we know. It may end without a word."""
    return session.reply_until is None or now < session.reply_until


def must_allow(session: Session, now: datetime, parts: int) -> None:
    """Raises HeldAtPlatform, WindowClosed or QuotaUsedUp if so many messages would not reach the customer."""
    if session.platform_owner:
        raise HeldAtPlatform(session.platform_owner)
    if not is_within_window(session, now):
        raise WindowClosed
    if session.replies_left is not None and parts > session.replies_left:
        raise QuotaUsedUp(session.replies_left, parts)


def spent(session: Session, parts: int) -> dict[str, Any]:
    """What a session allows after so many messages more."""
    left = session.replies_left
    return {} if left is None else {"replies_left": max(0, left - parts)}


def given_back(session: Session, parts: int, limits: Limits) -> dict[str, Any]:
    """What a session allows when so many messages turn out not to have left."""
    left = session.replies_left
    return {} if left is None or limits.replies is None else {"replies_left": min(limits.replies, left + parts)}


def split(text: str, most_bytes: int | None, most_length: int | None = None) -> list[str]:
    """The text in pieces of at most so many UTF-8 bytes, never within a character, and so many characters; at a line's
    end where that fits.
    """
    pieces = []
    while len(piece := _start(text, most_bytes, most_length)) < len(text):
        line_end = piece.rfind("\n") + 1
        piece = piece[:line_end] if line_end > len(piece) // 2 else piece
        pieces.append(piece)
        text = text[len(piece):]
    return [*pieces, text]


def _start(text: str, most_bytes: int | None, most_length: int | None) -> str:
    text = text[:most_length]
    return text if most_bytes is None else text.encode()[:most_bytes].decode(errors="ignore")
