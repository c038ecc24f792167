"""The words of the domain as frozen values.

A rule takes a `Session` and returns a `Change`; nothing here does I/O. Times are aware UTC datetimes cut to
milliseconds, which is what the wire and the disk keep, so a value survives both unchanged.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from types import MappingProxyType
from typing import Any, NamedTuple

from attrs import Factory, field, frozen

from ccs.kept import (
    BellEntry, Card, Cursor, Deed, Draft, Login, Note, Notice, Nudge, Preferences, Profile, QuickReply, QuickUse,
    Reminder, Token, Verdict,
)

Clock = Callable[[], datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PART_DIGITS = 2
NOBODY: Mapping[str, int] = MappingProxyType({})


def utc_now() -> datetime:
    """The time now, in whole milliseconds."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def from_millis(millis: int) -> datetime:
    return EPOCH + timedelta(milliseconds=millis)


def to_millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def new_id() -> str:
    """32 hexadecimal characters: the longest id WeCom takes for a message of ours (kf/send_msg, path 94677)."""
    return token_hex(16)


class Status(StrEnum):
    """Where a session stands: `ai → pending → manual → closed`."""

    AI = "ai"
    PENDING = "pending"
    MANUAL = "manual"
    CLOSED = "closed"


class Sender(StrEnum):
    CUSTOMER = "customer"
    AI = "ai"
    MANUAL = "manual"


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Fate(StrEnum):
    """What became of a delivery. `SENDING` is on disk before the request leaves."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"

    @property
    def is_open(self) -> bool:
        return self is Fate.PENDING or self is Fate.SENDING


class Stage(StrEnum):
    """Where the file of a message stands."""

    FETCHING = "fetching"   # the platform has it, and we do not yet
    READY = "ready"
    FAILED = "failed"


class EventType(StrEnum):
    """What the workbench is told. The first four are the contract's."""

    NEW_MESSAGE = "new_message"
    NEW_PENDING_SESSION = "new_pending_session"
    SESSION_ACCEPTED = "session_accepted"
    SESSION_CLOSED = "session_closed"
    SESSION_UPDATED = "session_updated"
    MESSAGE_UPDATED = "message_updated"
    NOTE_ADDED = "note_added"
    NOTE_UPDATED = "note_updated"

    @property
    def is_transition(self) -> bool:
        """Told to everyone who may see the list, once each; others go to those who may open the session."""
        return self in (EventType.NEW_PENDING_SESSION, EventType.SESSION_ACCEPTED, EventType.SESSION_CLOSED)


class Via(StrEnum):
    """The way a session came in; its answers leave by the same way."""

    NATIVE = "native"       # the platform's own callback and API
    GATEWAY = "gateway"     # the neutral envelope of a gateway in front
    KF = "kf"               # 微信客服: fetched from WeCom and answered by its API


@frozen
class Agent:
    """Somebody who answers in the workbench; `id` is `csId` on the wire."""

    id: str
    name: str = ""
    role: Role = Role.AGENT
    groups: tuple[str, ...] = ()

    @property
    def supervises(self) -> bool:
        return self.role is not Role.AGENT

    @property
    def administers(self) -> bool:
        return self.role is Role.ADMIN


@frozen
class Customer:
    """Who writes, and where: one open session for each (channel, account, id)."""

    channel: str
    account: str            # the merchant's side: kfId on the wire
    id: str                 # the platform's own id, verbatim
    name: str = ""
    avatar: str = ""
    remark: str = ""        # what agents call her
    blocked: bool = False   # agents want nothing of her
    changed_at: datetime | None = None      # when what they keep of her was changed; None: nothing is kept

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.channel, self.account, self.id)


@frozen
class Session:
    """One conversation with one customer."""

    id: str
    customer: Customer
    via: Via
    status: Status
    created_at: datetime
    updated_at: datetime
    conversation: str = ""                      # the gateway's conversationId, handed back with each answer
    agent_id: str | None = None                 # the holder; kept after close
    seq: int = 0                                # of the last message; also how many there are
    version: int = 1                            # orders what clients see of it
    turn: int = 1                               # rises only with status, holder, a customer's message or her blocking
    last_text: str | None = None
    last_message_at: datetime | None = None
    waiting_since: datetime | None = None       # the oldest thing nobody of ours has answered yet
    unread: int = 0                             # the customer's messages that the holder has not seen
    unhelped: int = 0                           # turns in a row that the assistant had no answer for
    pending_reason: str | None = None
    close_reason: str | None = None
    reply_until: datetime | None = None         # how long the platform takes answers; None: for ever
    replies_left: int | None = None             # how many it takes until the customer writes again; None: any number
    platform_owner: str | None = None           # who of the merchant's serves her in the platform's own client
    conclusion: str | None = None               # what the last holder told the assistant when she handed it back
    tags: tuple[str, ...] = ()                  # in the order in which they were added
    notes: int = 0                              # how many agents wrote
    asked: Mapping[str, int] = NOBODY           # whom colleagues' notes name, and how many of those that stand do so

    @property
    def is_open(self) -> bool:
        return self.status is not Status.CLOSED

    @property
    def awaits_assistant(self) -> bool:
        waits = self.waiting_since is not None and not self.customer.blocked
        return waits and self.status is Status.AI and self.platform_owner is None


@frozen
class Delivery:
    """Our promise to bring one message to a platform. `id` is the request id the platform sees."""

    id: str
    state: Fate
    created_at: datetime
    due_at: datetime
    reason: str | None = None
    attempts: int = 0
    lost: bool = False                          # an attempt left and its answer never came
    platform_id: str | None = None              # what the platform calls the message once it took it
    parts_sent: int = 0                         # of a text that is too long for one message of the platform's
    dismissed_at: datetime | None = None        # when an agent put it aside: it failed, and nobody need look after it

    def part_id(self, number: int) -> str:
        """The request id of one of its parts, counted from 0; as long as its own."""
        return f"{self.id[:-PART_DIGITS]}{number:0{PART_DIGITS}}"

    def part_of(self, request_id: str) -> int | None:
        """Which part has this request id; None if it is none's."""
        number = request_id[-PART_DIGITS:]
        is_part = number.isascii() and number.isdigit() and self.part_id(int(number)) == request_id
        return int(number) if is_part else None


@frozen
class Attachment:
    """The file of a message. Its bytes lie in the data folder under their digest."""

    stage: Stage
    name: str = ""
    mime: str = ""
    size: int | None = None                     # bytes
    digest: str | None = None                   # SHA-256 in hexadecimal, once the bytes are here
    source: str = ""                            # by which the platform hands it out, as long as it does
    reason: str | None = None                   # why it is not here, for the agent
    attempts: int = 0
    due_at: datetime | None = None              # when fetching it is to be tried (again)


@frozen
class Message:
    """One thing said. `seq` is its only order within the session; `created_at` rises with it."""

    id: str
    session_id: str
    seq: int
    sender: Sender
    sender_id: str
    content: str
    created_at: datetime
    type: str = "text"
    client_id: str | None = None                # the page's clientMsgId
    platform_time: datetime | None = None       # for display, never for order
    fields: Mapping[str, Any] = Factory(dict)   # what the platform said beside the readable content
    delivery: Delivery | None = None
    attachment: Attachment | None = None
    recalled_at: datetime | None = None         # when whoever said it took it back
    # What agents think of it makes no other message of it: whoever sends it need not begin anew.
    verdicts: tuple[Verdict, ...] = field(default=(), eq=False)

    @property
    def is_holding(self) -> bool:
        """Only says that she is to wait for a person."""
        assistant = self.fields.get("assistant")
        return self.sender is Sender.AI and isinstance(assistant, dict) and bool(assistant.get("holding"))

    @property
    def is_drafted(self) -> bool:
        """An agent has sent what the assistant had written for her, without changing a letter."""
        assistant = self.fields.get("assistant")
        return self.sender is Sender.MANUAL and isinstance(assistant, dict) and bool(assistant.get("drafted"))

    @property
    def reference(self) -> str | None:
        """The platform's own id of it, where a later event may name it."""
        named: str | None = self.fields.get("msgid") or self.fields.get("server_message_id")
        return named or (self.delivery.platform_id if self.delivery else None)


@frozen
class Outgoing:
    """What an agent wants to be said."""

    content: str
    type: str = "text"
    fields: Mapping[str, Any] = Factory(dict)
    attachment: Attachment | None = None


@frozen
class Briefing:
    """What an agent is told of a session that the assistant hands over. `handoff` on the wire."""

    reason: str                                 # as in the session's `pending_reason`
    at: datetime
    mood: str = "calm"                          # or impatient, or angry
    wants: str = ""
    tried: str = ""
    open: str = ""
    orders: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()                # masked
    draft: str = ""                             # what the assistant would have said
    basis: Mapping[str, Any] = Factory(dict)    # what the draft rests on


@frozen
class Event:
    """What the workbench is told of a change, with the session as it was then."""

    type: EventType
    session: Session
    message: Message | None = None
    briefing: Briefing | None = None            # of a session that the assistant hands over
    note: Note | None = None


class PlatformId(NamedTuple):
    """A name under which a platform may bring the same thing again. Taken once, for good."""

    channel: str
    account: str
    value: str


@frozen
class Change:
    """What a rule decided. Applied to memory and written to disk as one, or not at all."""

    session: Session | None = None
    messages: tuple[Message, ...] = ()          # newly said
    deliveries: tuple[Message, ...] = ()        # said before; their delivery moved
    revised: tuple[Message, ...] = ()           # said before; taken back, or more is known of their file
    events: tuple[Event, ...] = ()
    ids: tuple[PlatformId, ...] = ()
    notices: tuple[Notice, ...] = ()
    nudges: tuple[Nudge, ...] = ()
    cursors: tuple[Cursor, ...] = ()
    tokens: tuple[Token, ...] = ()
    profiles: tuple[Profile, ...] = ()
    verdicts: tuple[Verdict, ...] = ()          # on messages that are `revised` by them
    untagged: tuple[str, ...] = ()              # the tags that the session has no longer
    notes: tuple[Note, ...] = ()
    cards: tuple[Card, ...] = ()
    deeds: tuple[Deed, ...] = ()
    logins: tuple[Login, ...] = ()              # begun, or ended by another `expires_at`
    briefings: Mapping[str, Briefing] = Factory(dict)       # by the id of the session
    drafts: tuple[Draft, ...] = ()
    preferences: tuple[Preferences, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    quick_uses: tuple[QuickUse, ...] = ()
    bell: tuple[BellEntry, ...] = ()            # new, or with other words than before
    seen: tuple[BellEntry, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == NOTHING

    @property
    def touched(self) -> set[str]:
        """The ids of the sessions whose memory this change moved."""
        ids = {message.session_id for message in (*self.messages, *self.deliveries, *self.revised)}
        return ids | {self.session.id} if self.session else ids


NOTHING = Change()          # what a rule returns that finds its wish already true

CountKey = tuple[str, str, str | None]      # channel, status, agent


@frozen
class Snapshot:
    """What memory is built from, at start and after a failed write."""

    sessions: tuple[Session, ...]           # the open ones
    outgoing: tuple[Message, ...]           # those with open deliveries
    last_event_id: int
    counts: Counter[CountKey]               # of all sessions, closed ones too
    blocked: Counter[CountKey] = Factory(Counter)   # of these the open ones of blocked customers
