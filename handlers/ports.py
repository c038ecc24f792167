"""What handlers ask of the disk, without knowing it."""

from collections.abc import AsyncIterator
from typing import Protocol

from ccs.models import Event, Message, Page, Session, SessionFilter


class Archive(Protocol):
    """Reads what is durable, so that nobody is shown what could still be lost. Raises StoreUnavailable."""

    def session(self, session_id: str) -> Session | None: ...

    async def sessions(self, wanted: SessionFilter, place: Page) -> list[Session]: ...

    async def found(self, wanted: SessionFilter, *, waiting: bool) -> int: ...

    def oldest_event_id(self) -> int: ...

    def events(self, after: int, last: int) -> AsyncIterator[list[tuple[int, Event]]]: ...

    def history(self, session_id: str) -> AsyncIterator[list[Message]]: ...

    async def messages_after(self, session_id: str, seq: int, limit: int) -> list[Message]: ...

    async def messages_before(self, session_id: str, seq: int, limit: int) -> list[Message]: ...


class Health(Protocol):
    @property
    def is_healthy(self) -> bool: ...
