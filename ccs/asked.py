"""What somebody asks to see, and what is found: lists, searches, verdicts, a page at a time."""

from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from ccs.kept import Note, Verdict
from ccs.models import Agent, Message, Session, Status


@frozen
class SessionFilter:
    """Which sessions a list shows; None is "any"."""

    channel: str | None = None
    status: Status | None = None
    agent_id: str | None = None
    text: str | None = None             # in the customer's name or id, the last message, or the session's id
    failed: bool = False                # only those of which a message did not arrive
    mentions: str | None = None         # whom a note names
    tag: str | None = None
    reader: Agent | None = None         # who asks, where she may not read everything: `text` looks at no more than she


@frozen
class Sought:
    """What somebody searches for among all that was said; None is "any"."""

    match: str                          # what the index is asked
    holds: Callable[[str], bool]        # whether a text that matches is meant
    limit: int
    is_common: bool = False             # so short that it is likely to stand among the newest
    channel: str | None = None
    status: Status | None = None
    agent_id: str | None = None
    tag: str | None = None
    since: datetime | None = None
    until: datetime | None = None       # not included
    session_id: str | None = None       # only in this one: its beginning first, and without the index
    after: int | None = None            # `Finding.next` of the page before
    reader: Agent | None = None         # who asks, where she may not read everything


@frozen
class Found:
    """Something that was said, or noted, with its session."""

    session: Session
    message: Message | None = None
    note: Note | None = None

    @property
    def text(self) -> str:
        return self.message.content if self.message else self.note.content if self.note else ""


@frozen
class Finding:
    """A page of what was found, and where the next begins; None at the end."""

    found: tuple[Found, ...]
    next: int | None = None


@frozen
class Judged:
    """A verdict, with the answer it is on and what of the customer's was answered."""

    verdict: Verdict
    session: Session
    question: tuple[Message, ...]
    answer: Message


@frozen
class Page:
    """Where in a list, and how much of it."""

    limit: int
    after: tuple[int, str] | None = None        # the sort key and id of the last row of the page before
    sort: str = "updatedAt"                     # newest first, as "createdAt"; "waitingSince": longest waiting first
