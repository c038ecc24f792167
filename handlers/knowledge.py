"""What agents add to the knowledge base."""

import asyncio

from attrs import frozen

from ccs.assistant.knowledge.entries import LONGEST_ANSWER, LONGEST_QUESTION, MOST_ALTERNATIVES
from ccs.assistant.notebook import NAME, Note
from ccs.channels import CHANNELS
from ccs.errors import BadRequest
from handlers.base import ApiHandler


@frozen
class NoteRequest:
    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    channel: str | None = None


class KnowledgeNotes(ApiHandler):
    async def post(self) -> None:
        if not self.parts.config.assistant.agents_add_knowledge:
            self.must_supervise("只有主管和管理员可以补充知识库")
        note = self._note()
        async with self.parts.notes_in_turn:
            line = await asyncio.to_thread(self.parts.notebook.add, note)
            await self.parts.reread()
        self.answer({"file": NAME, "line": line})

    def _note(self) -> Note:
        asked = self.read(NoteRequest)
        faults = [
            *_too_long("question", asked.question, LONGEST_QUESTION),
            *_too_long("answer", asked.answer, LONGEST_ANSWER),
        ]
        for number, each in enumerate(asked.alternatives):
            faults += _too_long(f"alternatives[{number}]", each, LONGEST_QUESTION)
        if len(asked.alternatives) > MOST_ALTERNATIVES:
            faults.append(f"不能超过 {MOST_ALTERNATIVES} 个 @ $.alternatives")
        if asked.channel and asked.channel not in CHANNELS:
            faults.append(f"只能是 {'、'.join(CHANNELS)} @ $.channel")
        if faults:
            raise BadRequest("；".join(faults))
        return Note(asked.question, asked.answer, asked.alternatives, asked.channel or "")


def _too_long(name: str, text: str, most: int) -> list[str]:
    return [f"不能超过 {most} 个字符 @ $.{name}"] if len(text) > most else []
