"""What agents note in a session, for each other alone, and for a while may write anew or take away."""

from collections.abc import AsyncIterator

from attrs import frozen

from ccs import lifecycle
from ccs.codec import Identifier, LongText, encode
from ccs.models import Agent, Session
from handlers.sessions import SessionHandler


@frozen
class NoteRequest:
    content: LongText
    clientNoteId: Identifier | None = None
    csId: Identifier | None = None


@frozen
class EditRequest:
    content: LongText
    csId: Identifier | None = None


class NoteHandler(SessionHandler):
    def mentioned(self, content: str) -> tuple[str, ...]:
        return lifecycle.mentioned(content, [Agent(agent.id, agent.name) for agent in self.parts.config.agents])


class Notes(NoteHandler):
    async def get(self, session_id: str) -> None:
        await self.answer_list(self._rendered(self.readable(session_id)))

    async def post(self, session_id: str) -> None:
        self.parts.registry.get(session_id)
        request = self.read(NoteRequest)
        by, content = self.by(request.csId), request.content.strip()
        mentions = self.mentioned(content)
        self.answer(self.parts.wire.note(
            await self.parts.talk.note(session_id, content, mentions, request.clientNoteId, by)
        ))

    async def _rendered(self, session: Session) -> AsyncIterator[list[bytes]]:
        async for page in self.parts.archive.notes(session.id, session.notes):
            yield [encode(self.parts.wire.note(note)) for note in page]


class OneNote(NoteHandler):
    async def put(self, session_id: str, note_id: str) -> None:
        request = self.read(EditRequest)
        by, content = self.by(request.csId), request.content.strip()
        self.answer(self.parts.wire.note(
            await self.parts.talk.edit_note(session_id, note_id, content, self.mentioned(content), by)
        ))

    async def delete(self, session_id: str, note_id: str) -> None:
        by = self.by(self.query("csId"))
        self.answer(self.parts.wire.note(await self.parts.talk.remove_note(session_id, note_id, by)))
