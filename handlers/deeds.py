"""What was done with a session, from its beginning on: who accepted it, who ended it, and whom else it went to."""

from collections.abc import Iterator
from typing import Any

from ccs.kept import Deed, DeedKind
from ccs.models import Session, Status
from handlers.sessions import SessionHandler

MOST = 200              # the last; no session has as many that is not made to


class Log(SessionHandler):
    async def get(self, session_id: str) -> None:
        session = self.readable(session_id)
        deeds = await self.parts.archive.deeds(session_id, MOST)
        self.answer(list(self._told(session, deeds)))

    def _told(self, session: Session, deeds: list[Deed]) -> Iterator[dict[str, Any]]:
        """What was done before such things were kept is told as far as the session itself knows it."""
        yield {"kind": "opened", "at": self.parts.wire.time(session.created_at)}
        if session.status is Status.CLOSED and all(deed.kind is not DeedKind.CLOSED for deed in deeds):
            ended = Deed(session.id, DeedKind.CLOSED, session.updated_at, about=session.close_reason or "")
            deeds = sorted([*deeds, ended], key=lambda deed: deed.at)
        yield from map(self.parts.wire.deed, deeds)
