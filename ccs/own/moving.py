"""What is on its way to disk, in front of what is there: rules see the one, everybody else the other."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from ccs.ticket import Ticket

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Moving(Generic[K, V]):
    """Values by key. `stored` reads what the disk has."""

    def __init__(self, stored: Callable[[K], V | None]) -> None:
        self._stored = stored
        self._moving: dict[K, tuple[V, Ticket]] = {}

    def get(self, key: K) -> V | None:
        moving = self._moving.get(key)
        return moving[0] if moving else self._stored(key)

    def ticket(self, key: K) -> Ticket:
        """On which the value rests."""
        moving = self._moving.get(key)
        return moving[1] if moving else Ticket.durable()

    def values(self) -> list[V]:
        """Those on their way."""
        return [value for value, _ in self._moving.values()]

    def moves(self, key: K, value: V, ticket: Ticket) -> Ticket:
        self._moving[key] = (value, ticket)
        ticket.finally_(lambda error: self._settled(key, ticket))
        return ticket

    def _settled(self, key: K, ticket: Ticket) -> None:
        if key in self._moving and self._moving[key][1] is ticket:
            del self._moving[key]
