"""What has happened since the start, as plain counts for whoever measures. Nothing of what anybody said."""

import time
from collections import Counter

from attrs import define, field

from ccs.models import Change, Sender, Session, Status

FINAL = {"sent", "failed", "uncertain"}


@define
class Tally:
    """Counted in passing, once it is on disk: a few additions for each change."""

    started_at: float = field(factory=time.time)            # seconds since 1970
    messages: Counter[tuple[str, Sender]] = field(factory=Counter)          # by channel and who said them
    callbacks: Counter[tuple[str, str]] = field(factory=Counter)            # by channel and outcome
    deliveries: Counter[str] = field(factory=Counter)       # by what became of them
    turns: Counter[tuple[str, str]] = field(factory=Counter)                # by outcome and, of a hand-off, its reason

    def turn_broken_off(self) -> None:
        self.turns["cancelled", ""] += 1

    def settled(self, change: Change, before: Session | None) -> None:
        """A change is on disk; `before` is what its session was."""
        session = change.session
        if change.deliveries:
            for message in change.deliveries:
                delivery = message.delivery
                if delivery and delivery.state in FINAL and not delivery.dismissed_at:      # that has been counted
                    self.deliveries[delivery.state.value] += 1
        if session is None:
            return
        for message in change.messages:
            self.messages[session.customer.channel, message.sender] += 1
        if before is not None and before.status is Status.AI:
            if session.status is Status.PENDING:
                self.turns["handed_off", session.pending_reason or ""] += 1
            elif change.messages and change.messages[0].sender is Sender.AI:
                self.turns["answered", ""] += 1
