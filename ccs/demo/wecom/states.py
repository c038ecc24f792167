"""A customer's session at an account, as 微信客服 sees it (path 94669)."""

from math import inf
from typing import Any

from attrs import Factory, define

from ccs.demo.memory import HOUR
from ccs.demo.platform import Refused

NEW, ASSISTANT, WAITING, STAFF, ENDED = range(5)
STEPS = {NEW: (ASSISTANT, WAITING, STAFF, ENDED), ASSISTANT: (WAITING, STAFF, ENDED), WAITING: (STAFF, ENDED),
         STAFF: (STAFF, ENDED), ENDED: ()}      # by API

LASTS = 48 * HOUR               # a session, and the time to answer in
ALLOWANCE = 5                   # answers to each message of the customer's


@define
class Session:
    """Is over after 48 hours in which nobody has renewed it."""

    state: int = ENDED
    servicer: str = ""              # who holds it, or held it when it ended
    said_at: float = -inf           # the customer's last message
    renewed_at: float = -inf
    left: int = 0                   # of the allowance
    welcomed_at: float = -inf
    entered: dict[str, Any] = Factory(dict)     # how she came in the last time
    entered_at: float = -inf

    def has_lapsed(self, now: float) -> bool:
        """Its time is up, and nobody has ended it."""
        return self.state != ENDED and now - self.renewed_at >= LASTS

    def moves(self, state: int, servicer: str = "") -> None:
        self.state = state
        if state != ENDED:
            self.servicer = servicer

    def heard(self, now: float) -> None:
        """The customer has said something."""
        if self.state == ENDED:
            self.moves(NEW)
        self.said_at = self.renewed_at = now
        self.left = ALLOWANCE

    def steps(self, state: int, servicer: str) -> None:
        """As an app wishes. Raises Refused."""
        if state not in STEPS[self.state]:
            raise Refused(95016, f"{self.state} to {state}")
        self.moves(state, servicer if state == STAFF else "")

    def check_open(self, now: float) -> None:
        """That an app may say something now. Raises Refused."""
        if self.said_at > -inf and now - self.said_at >= LASTS:
            raise Refused(95002)
        if self.state == ENDED:
            raise Refused(95013)
        if self.state not in (NEW, ASSISTANT):
            raise Refused(95018)
        if not self.left:
            raise Refused(95001)

    def may_be_welcomed(self, now: float) -> bool:
        return now - max(self.welcomed_at, self.said_at) >= LASTS
