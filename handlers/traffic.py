"""How long work that can wait gives way to callbacks.

A whole history of twenty thousand messages leaves in hundreds of slices. If each turn of the loop held one of them
beside its share of a burst of callbacks, agents' small requests, which need three turns, would wait half as long again.
"""

import asyncio
import time

LATELY = 0.01       # seconds after a callback in which more are expected; within a burst they come far closer
REST = 0.005        # seconds in which a few turns of a burst pass


class Traffic:
    """Knows when callbacks came last."""

    def __init__(self) -> None:
        self._last_callback = -LATELY

    def callbacks_taken(self) -> float:
        """Now, which is returned (seconds, monotonic)."""
        self._last_callback = time.monotonic()
        return self._last_callback

    async def give_way(self) -> None:
        """Between two slices: at once while nothing else comes, after a rest while callbacks do."""
        if time.monotonic() - self._last_callback < LATELY:
            await asyncio.sleep(REST)
