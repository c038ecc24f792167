"""What a channel read, before it is a message, a notice, a nudge or an answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import Factory, frozen

from ccs.models import Attachment, Customer, Delivery, Fate, PlatformId, Via


@frozen
class CustomerSays:
    """A customer wrote."""

    customer: Customer
    via: Via
    content: str
    ids: tuple[PlatformId, ...]
    type: str = "text"
    conversation: str = ""
    platform_time: datetime | None = None
    fields: Mapping[str, Any] = Factory(dict)
    attachment: Attachment | None = None


@frozen
class StaffSays:
    """Somebody of the merchant's answered in the platform's own client."""

    customer: Customer
    content: str
    ids: tuple[PlatformId, ...]
    staff_id: str = ""
    type: str = "text"
    platform_time: datetime | None = None
    fields: Mapping[str, Any] = Factory(dict)
    attachment: Attachment | None = None
    pauses: bool = False    # the assistant leaves the customer to people


@frozen
class MessageRecalled:
    """Whoever said it took it back. `reference` is the platform's id of the message."""

    customer: Customer
    reference: str
    ids: tuple[PlatformId, ...]
    or_customer: Customer | None = None     # where the platform does not say which of two she is
    tells: "PlatformTells | None" = None    # to be kept if the message cannot be found


@frozen
class OwnerChanged:
    """Who serves the customer in the platform's own client from now on; None is nobody.

    `ended`: the platform has ended the conversation, and takes nothing more until the customer writes.
    """

    customer: Customer
    owner: str | None
    ids: tuple[PlatformId, ...]
    ended: bool = False


@frozen
class CodeOffered:
    """One message may be sent in answer to what happened, with this code, until then."""

    customer: Customer
    occasion: str           # "entered" or "ended"
    code: str
    until: datetime
    ids: tuple[PlatformId, ...]
    conversation: str = ""
    unless_open: bool = False               # who has an open session here is not greeted anew
    tells: "PlatformTells | None" = None    # to be kept of it, where that is more than the occasion


@frozen
class PlatformTells:
    """An event of the platform's: kept as a notice."""

    channel: str
    account: str
    kind: str
    payload: Mapping[str, Any]
    ids: tuple[PlatformId, ...] = ()


@frozen
class EchoHeard:
    """The platform tells what our own app has sent. If that is nothing we know of, it is kept as a notice."""

    customer: Customer
    reference: str          # the platform's id of the message
    type: str
    content: str
    sent_at: datetime | None
    tells: PlatformTells


@frozen
class PlatformNudges:
    """A wake-up that carries no message."""

    channel: str
    account: str
    token: str


@frozen
class PlatformAsks:
    """A question that is answered at once, with exactly these words, and leaves nothing."""

    answer: Mapping[str, Any]


@frozen
class Reclaimed:
    """A session that somebody served in the platform's own client was taken back. No inbound: we asked for it."""

    ended: bool                     # nothing is taken until the customer writes
    words: str = ""                 # that were said to her, under this id
    message_id: str = ""
    fate: Fate = Fate.SENT          # of the words
    reason: str | None = None

    def delivery(self, now: datetime) -> Delivery:
        return Delivery(self.message_id, self.fate, created_at=now, due_at=now, reason=self.reason, attempts=1)


Inbound = (
    CustomerSays | StaffSays | MessageRecalled | OwnerChanged | CodeOffered | EchoHeard | PlatformTells
    | PlatformNudges | PlatformAsks
)
