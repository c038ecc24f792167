"""First words to a customer who opens the chat: `im_enter_direct_msg`.

The page enter-direct-msg-webhook; the numbers are of third-party guides, for Douyin publishes none. Douyin knows no
request ids, so what may have arrived is never said again.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

from ccs.channels.douyin.sending import Private
from ccs.errors import DeliveryDelayed, DeliveryRefused
from ccs.incoming.inbound import CodeOffered
from ccs.models import Clock

OPENINGS = 3                        # of one customer in a day that may be answered
DAY = timedelta(days=1)
REMEMBERED = 10_000                 # customers, the latest; beyond, and after a restart, Douyin counts by itself


class Greeting:
    """Says what the settings want said, once for each time she enters."""

    def __init__(self, words: str, private: Private, now: Clock) -> None:
        self._words = words
        self._private = private
        self._now = now
        self._answered: OrderedDict[tuple[str, str, str], dict[str, datetime]] = OrderedDict()

    async def say(self, offered: CodeOffered) -> bool:
        """False if nothing is to be said. Raises DeliveryDelayed, never lost, or DeliveryRefused."""
        if not self._words or not self._may_answer(offered):
            return False
        try:
            await self._private.greet(offered, self._words)
        except DeliveryDelayed as delay:
            if delay.lost:
                raise DeliveryRefused("已发出但没有收到抖音的答复，不再重试") from delay
            raise
        return True

    def _may_answer(self, offered: CodeOffered) -> bool:
        key, now = offered.customer.key, self._now()
        openings = {code: at for code, at in self._answered.pop(key, {}).items() if now - at < DAY}
        may = offered.code in openings or len(openings) < OPENINGS
        self._answered[key] = {**openings, offered.code: now} if may else openings
        if len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)
        return may
