"""Looking after what platforms grant for a time: see `Channel.tend`."""

import asyncio
import logging
from collections.abc import Iterable

from ccs.channels.base import Channel

log = logging.getLogger(__name__)

EVERY = 600.0           # seconds; what is looked after lasts for days


async def tend(channels: Iterable[Channel]) -> None:
    """Every now and then, until it is cancelled; one channel's fault is not another's."""
    while True:
        for channel in channels:
            try:
                await channel.tend()
            except Exception:
                log.exception("channel %s could not be looked after", channel.name)
        await asyncio.sleep(EVERY)
