"""How often WeCom lets an app call."""

from collections import deque

from attrs import Factory, define

from ccs.demo.memory import MINUTE
from ccs.demo.platform import Refused


@define
class Limit:
    """So many calls within so many seconds; who comes more often is shut out for as long again."""

    calls: int
    seconds: float = MINUTE
    _times: "deque[float]" = Factory(deque)
    _shut_until: float = 0.0

    def count(self, now: float) -> None:
        """Raises Refused with 45009."""
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        if now < self._shut_until:
            raise Refused(45009)
        if len(self._times) >= self.calls:
            self._shut_until = now + self.seconds
            raise Refused(45009)
        self._times.append(now)
