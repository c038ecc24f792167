"""What agents think of the assistant's answers."""

from attrs import frozen

from ccs.errors import BadRequest
from ccs.kept import Thumb
from ccs.wire import Identifier, Note
from handlers.sessions import SessionHandler


@frozen
class FeedbackRequest:
    verdict: Identifier
    note: Note = ""
    csId: Identifier | None = None


class Feedback(SessionHandler):
    async def post(self, session_id: str, message_id: str) -> None:
        request = self.read(FeedbackRequest)
        if request.verdict not in tuple(Thumb):
            raise BadRequest(f"只能是 {'、'.join(Thumb)} @ $.verdict")
        by = self.by(request.csId)
        message = await self.parts.desk.judge(session_id, message_id, Thumb(request.verdict), request.note.strip(), by)
        self.answer(self.parts.wire.message(message))
