"""First and last words: what may be said once on an occasion, with a code that is good for seconds only.

Called once the occasion is on disk, and beside whatever is being fetched just then. The code is kept nowhere, so after
a restart nothing is said a second time.
"""

import asyncio
import logging
from collections.abc import Mapping

from ccs.channels.base import Channel
from ccs.errors import DeliveryDelayed, DeliveryError
from ccs.incoming.inbound import CodeOffered
from ccs.models import Clock, new_id
from ccs.worker import Worker, end

log = logging.getLogger(__name__)

PAUSE = 1.0         # seconds until another try


class Welcome(Worker):
    """Uses codes, each in a task of its own. Lives on the loop's thread."""

    def __init__(self, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._channels = channels
        self._now = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def use(self, offered: CodeOffered) -> None:
        left = (offered.until - self._now()).total_seconds()
        if self._stopping:
            log.info("%s: not answered, the server stops", _what(offered))
            return
        if left <= 0:
            log.info("%s: the time to answer has passed", _what(offered))
            return
        task = asyncio.create_task(self._say(offered, left), name=f"welcome {offered.customer.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Begin nothing new: an occasion may come to the disk after this."""
        self._stopping = True
        await end(self._tasks)

    async def _say(self, offered: CodeOffered, left: float) -> None:
        """Under the same id at each try: the platform says it once at most."""
        channel, message_id = self._channels[offered.customer.channel], new_id()
        try:
            async with asyncio.timeout(left):
                while True:
                    try:
                        if await channel.use_code(offered, message_id):
                            log.info("%s: answered with %s", _what(offered), message_id)
                        return
                    except DeliveryDelayed as delay:
                        log.warning("%s: not answered yet: %s", _what(offered), delay)
                    await asyncio.sleep(PAUSE)
        except DeliveryError as refused:
            log.warning("%s: could not be answered: %s", _what(offered), refused)
        except TimeoutError:
            log.warning("%s: could not be answered in time", _what(offered))
        except Exception:
            log.exception("%s: could not be answered", _what(offered))


def _what(offered: CodeOffered) -> str:
    customer = offered.customer
    return f"{customer.channel} account {customer.account}, customer {customer.id} {offered.occasion}"
