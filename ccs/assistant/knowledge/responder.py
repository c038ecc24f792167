"""Answers from the knowledge base: greets who greets, says what an entry says, and fetches a person otherwise.

An answer is given only where one entry is sure enough and no other is nearly as good and says something else. What is
not given is kept as a draft for the agent.
"""

import time
from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from ccs.assistant.knowledge.pictures import Attach, belongings
from ccs.assistant.knowledge.plain import plain
from ccs.assistant.knowledge.search import Hit
from ccs.assistant.knowledge.smalltalk import Courtesy, courtesy
from ccs.assistant.words import Answer, Basis, HandOff, Question, Reason, Source

NEARLY = 0.06           # two confidences closer than this say that either may be meant
A_DRAFT = 0.25          # below this an entry is no help to an agent either
THANKED = "不客气，还有需要随时告诉我～"

Search = Callable[[str, str, datetime], tuple[Hit, ...]]


@frozen
class FromKnowledge:
    """A `Responder`. `search` finds entries, `attach` keeps a picture so that a message can have it."""

    search: Search
    attach: Attach
    welcome: str
    min_confidence: float

    async def respond(self, question: Question) -> Answer | HandOff:
        begun = time.perf_counter()
        hits = self.search(question.text, question.channel, question.now)
        basis = _basis(hits, begun)
        if hits and hits[0].confidence >= self.min_confidence and not disputed(hits):
            entry = hits[0].entry
            return Answer(entry.answer, basis, more=await belongings(entry, self.attach))
        kind = courtesy(question.text)
        if kind is Courtesy.GREETING:
            return Answer(self.welcome, Basis(1.0), helped=False)
        if kind is Courtesy.THANKS:
            return Answer(THANKED, Basis(1.0), asked=False)
        draft = hits[0].entry.answer if hits and hits[0].confidence >= A_DRAFT else ""
        return HandOff(Reason.LOW_CONFIDENCE, draft, basis)


def disputed(hits: tuple[Hit, ...]) -> bool:
    """Whether another entry is nearly as good as the best, and says something else to the same customers."""
    best = hits[0]
    return any(
        best.confidence - other.confidence < NEARLY and plain(other.entry.answer) != plain(best.entry.answer)
        and not (best.entry.is_particular and not other.entry.is_particular)
        for other in hits[1:]
    )


def _basis(hits: tuple[Hit, ...], begun: float) -> Basis:
    sources = tuple(Source(hit.entry.id, hit.entry.question, hit.confidence) for hit in hits
                    if hit.confidence >= A_DRAFT)
    confidence = hits[0].confidence if hits else 0.0
    return Basis(confidence, sources, milliseconds=round(1000 * (time.perf_counter() - begun)))
