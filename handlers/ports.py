"""What handlers ask of the disk, without knowing it."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from ccs import fetcher
from ccs.asked import Finding, Judged, Page, SessionFilter, Sought
from ccs.beside import Beside
from ccs.kept import Card, Draft, Login, Note, Preferences, Pulse, QuickUse
from ccs.models import Briefing, Customer, Event, Message, Session


class Archive(Protocol):
    """Reads what is durable, so that nobody is shown what could still be lost. Raises StoreUnavailable."""

    def session(self, session_id: str) -> Session | None: ...

    def briefing(self, session_id: str) -> Briefing | None: ...

    async def sessions(self, wanted: SessionFilter, place: Page) -> list[Session]: ...

    def beside_one(self, session: Session) -> Beside: ...

    async def beside(self, found: Sequence[Session]) -> dict[str, Beside]: ...

    async def found(self, wanted: SessionFilter, *, waiting: bool) -> int: ...

    def message(self, session_id: str, message_id: str) -> Message | None: ...

    def oldest_event_id(self) -> int: ...

    async def drafts(self, agent_id: str) -> list[Draft]: ...

    async def quick_uses(self, agent_id: str) -> dict[str, QuickUse]: ...

    async def pulse(self, channel: str) -> Pulse: ...

    def preferences(self, agent_id: str) -> Preferences | None: ...

    def login(self, login_id: str) -> Login | None: ...

    def logins(self, agent_id: str) -> list[Login]: ...

    def events(self, after: int, last: int) -> AsyncIterator[list[tuple[int, Event]]]: ...

    def history(self, session_id: str, last: int) -> AsyncIterator[list[Message]]: ...

    def notes(self, session_id: str, last: int) -> AsyncIterator[list[Note]]: ...

    def card(self, customer: Customer) -> Card | None: ...

    async def earlier(self, session: Session, limit: int) -> list[Session]: ...

    async def acquaintance(self, customer: Customer) -> tuple[int, datetime]: ...

    async def tags(self) -> dict[str, int]: ...

    def judged(self, since: datetime, until: datetime) -> AsyncIterator[list[Judged]]: ...

    async def messages_after(self, session_id: str, seq: int, last: int, limit: int) -> list[Message]: ...

    async def messages_before(self, session_id: str, seq: int, limit: int) -> list[Message]: ...


class Search(Protocol):
    """Finds what was said: see `store/search.py`."""

    @property
    def behind(self) -> int: ...

    async def find(self, sought: Sought) -> Finding: ...


class Files(fetcher.Files, Protocol):
    """Where files are kept: see `store/files.py`."""

    async def remember(self, upload_id: str, what: Mapping[str, Any]) -> None: ...

    async def remembered(self, upload_id: str) -> dict[str, Any] | None: ...


class ModelCounts(Protocol):
    """What a language model has been asked since the start. `failures` is by kind."""

    requests: int
    attempts: int
    tokens: int
    seconds: float
    running: int
    failures: Counter[str]


class Health(Protocol):
    @property
    def is_healthy(self) -> bool: ...

    @property
    def waiting(self) -> int: ...
