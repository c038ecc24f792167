"""The assistant's help for agents: `/api/sessions/{id}/suggestions`, `…/summary` and `…/polish`. It sends nothing.

Whoever asks and leaves ends what she asked for.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from attrs import frozen
from tornado.iostream import StreamClosedError

from ccs import lifecycle
from ccs.assistant.model.help import MANNERS, MOST_SUGGESTIONS, Conversation, Draft
from ccs.assistant.words import Said
from ccs.codec import Identifier
from ccs.errors import BadRequest
from ccs.models import Session
from handlers.base import ApiHandler
from handlers.sessions import OptionalAgentRequest, SessionHandler

T = TypeVar("T")

LOOKED_AT = 40          # messages, the last ones


@frozen
class SuggestionsRequest:
    count: int = MOST_SUGGESTIONS
    csId: Identifier | None = None


@frozen
class PolishRequest:
    text: str
    manner: str
    csId: Identifier | None = None


class HelpHandler(SessionHandler):
    """For who may answer the session, or accept it."""

    _asked: "asyncio.Task[Any] | None" = None
    _has_left = False

    def helped(self, session_id: str, cs_id: str | None) -> Session:
        session = self.stored(session_id)
        lifecycle.must_help(session, self.by(cs_id))
        return session

    async def conversation(self, session: Session) -> Conversation:
        said = await self.parts.archive.messages_before(session.id, session.seq + 1, LOOKED_AT)
        lines = tuple(Said(message.sender, message.content) for message in said if not message.recalled_at)
        return Conversation(session.id, session.customer.channel, lines, self.parts.now())

    async def attended(self, asked: Coroutine[Any, Any, T]) -> T:
        """What is asked for, as long as somebody waits for it."""
        self._asked = asyncio.create_task(asked)
        try:
            return await self._asked
        except asyncio.CancelledError:
            if self._has_left:
                raise StreamClosedError from None
            raise

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._has_left = True
        if self._asked:
            self._asked.cancel()


class Suggestions(HelpHandler):
    async def post(self, session_id: str) -> None:
        request = self.read(SuggestionsRequest)
        if not 1 <= request.count <= MOST_SUGGESTIONS:
            raise BadRequest(f"必须是 1 到 {MOST_SUGGESTIONS} @ $.count")
        conversation = await self.conversation(self.helped(session_id, request.csId))
        drafts = await self.attended(self.parts.help.suggest(conversation, request.count))
        self.answer({"suggestions": [described(draft) for draft in drafts]})


class Summary(HelpHandler):
    async def post(self, session_id: str) -> None:
        request = self.read(OptionalAgentRequest)
        conversation = await self.conversation(self.helped(session_id, request.csId))
        self.answer(described(await self.attended(self.parts.help.summary(conversation))))


class Polish(HelpHandler):
    async def post(self, session_id: str) -> None:
        request = self.read(PolishRequest)
        if not request.text.strip():
            raise BadRequest("不能为空 @ $.text")
        if request.manner not in MANNERS:
            raise BadRequest(f"只能是 {'、'.join(MANNERS)} @ $.manner")
        session = self.helped(session_id, request.csId)
        self.answer(described(await self.attended(self.parts.help.polish(session.id, request.text, request.manner))))


def described(draft: Draft) -> dict[str, Any]:
    return {
        "text": draft.text, "entries": list(draft.entries), "doubts": list(draft.doubts), "byModel": draft.by_model,
    }


class Served(ApiHandler):
    """What it does without them."""

    async def get(self) -> None:
        self.answer({"lastHour": await self.parts.served.last_hour()})
