"""A change on its way to disk, and everything that waits for it to be there."""

import asyncio
import logging
from collections.abc import Callable, Generator
from typing import Any

from ccs.models import NOTHING, Change

log = logging.getLogger(__name__)


class Ticket:
    """A change on its way to disk.

    Awaiting it gives its `value` once the change is durable, or raises `StoreUnavailable`. What is registered with
    `then` runs in order when it is durable, and never if it fails, whether or not anybody still waits.
    """

    __slots__ = ("change", "first_event_id", "value", "_settled", "_error", "_callbacks")

    def __init__(self, change: Change = NOTHING, first_event_id: int = 0, value: Any = None) -> None:
        self.change = change
        self.first_event_id = first_event_id
        self.value = value
        self._settled = False
        self._error: BaseException | None = None
        self._callbacks: list[tuple[Callable[..., None], tuple[Any, ...], bool]] = []

    @classmethod
    def durable(cls, value: Any = None) -> "Ticket":
        """For what is on disk already."""
        ticket = cls(value=value)
        ticket._settled = True
        return ticket

    @property
    def is_settled(self) -> bool:
        return self._settled

    @property
    def moved(self) -> bool:
        """Whether this is a change of its own, and not the answer that all was so already."""
        return not self.change.is_empty

    def then(self, act: Callable[..., None], *args: Any) -> "Ticket":
        if not self._settled:
            self._callbacks.append((act, args, False))
        elif self._error is None:
            act(*args)
        return self

    def finally_(self, act: Callable[[BaseException | None], None]) -> None:
        """Call `act(error)` however it ends; `error` is None when the change is durable."""
        if self._settled:
            act(self._error)
        else:
            self._callbacks.append((act, (), True))

    def settle(self, error: BaseException | None = None) -> None:
        """Once, by the journal: durable, or failed with `error`."""
        self._settled = True
        self._error = error
        callbacks, self._callbacks = self._callbacks, []
        for act, args, always in callbacks:
            try:
                if always:
                    act(error)
                elif error is None:
                    act(*args)
            except Exception:
                log.exception("what should have followed a commit failed")     # and must not stop the others

    def followed_by(self, value: Any = None, error: BaseException | None = None) -> "Ticket":
        """A ticket for an answer that rests on this one: settled after it, with `value` or `error`."""
        after = Ticket(value=value)
        self.finally_(lambda failed: after.settle(failed or error))
        return after

    def __await__(self) -> Generator[Any, None, Any]:
        if not self._settled:
            waiter = asyncio.get_running_loop().create_future()
            self.finally_(lambda error: _wake(waiter))
            yield from waiter.__await__()
        if self._error is not None:
            raise self._error
        return self.value


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():       # its caller may have gone
        waiter.set_result(None)
