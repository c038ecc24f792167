"""What is kept beside sessions and what was said in them, as frozen values: of platforms, their customers, what
agents think of answers and tell each other, logins, and what belongs to agents.

Times are as in `ccs/models.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import frozen

from ccs.customers.attributes import Attributes


@frozen
class Notice:
    """Something a platform told us that nobody said: kept, and routed by its kind."""

    channel: str
    account: str
    kind: str
    payload: Mapping[str, Any]
    received_at: datetime


@frozen
class Nudge:
    """A platform saying "come and fetch": durable until it has been fetched."""

    channel: str
    account: str
    token: str
    received_at: datetime


@frozen
class Cursor:
    """How far an account's stream has been fetched. On disk together with what was fetched up to there."""

    channel: str
    account: str
    value: str
    fetched_at: datetime


@frozen
class Token:
    """What a platform gave us to call it with, so that a restart does not ask again."""

    name: str
    value: str
    expires_at: datetime


@frozen
class Profile:
    """What a platform says of a customer beside her messages."""

    channel: str
    account: str
    customer_id: str
    name: str
    avatar: str             # an address
    fetched_at: datetime


class Thumb(StrEnum):
    """What an agent says of an answer of the assistant's."""

    GOOD = "good"
    BAD = "bad"
    NONE = "none"           # nothing any more


@frozen
class Verdict:
    """Of one agent on one message; the last one counts."""

    session_id: str
    seq: int
    agent_id: str           # empty: nobody was named, while access is open
    thumb: Thumb
    note: str
    given_at: datetime


@frozen
class Note:
    """What agents tell each other in a session. No customer, no platform and no assistant ever sees it."""

    id: str
    session_id: str
    number: int             # its only order within the session, from 1
    agent_id: str           # empty: nobody was named and nobody holds the session, while access is open
    content: str
    mentions: tuple[str, ...]
    after_seq: int          # of the message that was the last then
    created_at: datetime
    client_id: str | None = None                # the page's clientNoteId
    former: tuple[str, ...] = ()                # what stood there before it was written anew, the oldest first
    edited_at: datetime | None = None
    removed_at: datetime | None = None          # by who wrote it; nobody is shown its words any more

    @property
    def calls(self) -> tuple[str, ...]:
        """Whom it names, but for who wrote it."""
        return tuple(cs_id for cs_id in self.mentions if cs_id != self.agent_id)


@frozen
class Card:
    """What agents keep of a customer: how they call her among themselves, and what they should know of her."""

    channel: str
    account: str
    customer_id: str
    remark: str
    note: str
    changed_by: str
    changed_at: datetime
    blocked_at: datetime | None = None          # None: she is not
    blocked_by: str = ""
    blocked_reason: str = ""
    attributes: Attributes = ()


class DeedKind(StrEnum):
    """What may be done with a session, as its log tells it; `about` says more."""

    ASKED = "asked"                 # a person, by the assistant or in its place; about: the reason
    ACCEPTED = "accepted"
    TAKEN_OVER = "taken_over"       # about: from whom; nothing: from the assistant
    RELEASED = "released"           # to the assistant
    TRANSFERRED = "transferred"     # about: to whom; nothing: to the queue
    CLOSED = "closed"               # about: the reason
    BLOCKED = "blocked"             # its customer; about: the reason
    UNBLOCKED = "unblocked"
    REVEALED = "revealed"           # a number of hers; about: the number, masked


@frozen
class Deed:
    """What was done with a session, and by whom. Kept for good."""

    session_id: str
    kind: DeedKind
    at: datetime
    agent_id: str = ""              # empty: none of ours, or nobody was named while access is open
    about: str = ""


@frozen
class Login:
    """A browser that may act for an agent until `expires_at`."""

    id: str                 # SHA-256 of the token that only the browser has
    agent_id: str
    credential: str         # stands for the password it was made with: another password ends it
    created_at: datetime
    expires_at: datetime


class DraftMode(StrEnum):
    """What a draft is to become."""

    REPLY = "reply"
    NOTE = "note"


@frozen
class Draft:
    """What an agent is writing in a session, and has not said. Empty once it is said or given up."""

    agent_id: str
    session_id: str
    mode: DraftMode
    text: str
    revision: int           # rises with each writing
    updated_at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.agent_id, self.session_id, self.mode)


@frozen
class Preferences:
    """How an agent likes her workbench: the page's own names and values, as JSON."""

    agent_id: str
    text: str


@frozen
class Reminder:
    """That an agent wants to be reminded of a session, until she has said that she saw it."""

    agent_id: str
    session_id: str
    at: datetime | None     # None: not any more

    @property
    def key(self) -> tuple[str, str]:
        return (self.agent_id, self.session_id)


class BellKind(StrEnum):
    """Why something is on an agent's bell."""

    MENTIONED = "mentioned"     # a colleague's note names her
    RECEIVED = "received"       # a session was handed to her
    LOST = "lost"               # somebody else has a session of hers now
    FAILED = "failed"           # something that was said in a session of hers did not arrive


@frozen
class BellEntry:
    """What concerned an agent while she may have looked elsewhere, until she has seen it and for a while after."""

    id: str
    agent_id: str
    kind: BellKind
    session_id: str
    at: datetime
    by: str = ""                    # who wrote, or who has the session now; empty: nobody was named
    text: str = ""                  # the beginning of the note, or why it failed
    is_seen: bool = False


class Scope(StrEnum):
    """Whose a quick reply is."""

    PERSONAL = "personal"
    GROUP = "group"
    ALL = "all"


@frozen
class Picture:
    """The picture of a quick reply. Its bytes lie among the files, under their digest."""

    name: str
    mime: str
    size: int
    digest: str


@frozen
class QuickReply:
    """What agents say again and again."""

    id: str
    scope: Scope
    owner: str                      # an agent's id, a group's name, or nothing
    title: str
    content: str
    updated_at: datetime
    channels: tuple[str, ...] = ()  # for which it is meant; none: for all
    folder: str = ""
    shortcut: str = ""
    initials: str = ""              # of the title's syllables, by which it is found; alternatives between blanks
    pinyin: str = ""                # the syllables whole
    picture: Picture | None = None
    is_deleted: bool = False


@frozen
class QuickUse:
    """How often an agent has said it, and when last."""

    agent_id: str
    reply_id: str
    uses: int
    used_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        return (self.agent_id, self.reply_id)


@frozen
class Pulse:
    """What went through a channel of late: the newest thing that came, that left, and what became of the last sent."""

    last_in: datetime | None
    last_out: datetime | None
    outcomes: tuple[tuple[str, str], ...]   # state and reason of the last few deliveries, the newest first
