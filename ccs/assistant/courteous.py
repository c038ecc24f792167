"""Politeness needs no model: who only greets is greeted, whoever else would answer."""

from attrs import frozen

from ccs.assistant.knowledge.smalltalk import Courtesy, courtesy
from ccs.assistant.words import Answer, Basis, HandOff, Question, Responder


@frozen
class Courteous:
    """A `Responder` in front of another, which is asked about everything but a greeting or thanks."""

    welcome: str
    thanked: str
    then: Responder

    async def respond(self, question: Question) -> Answer | HandOff:
        match courtesy(question.text):
            case Courtesy.GREETING:
                return Answer(self.welcome, Basis(1.0), helped=False)
            case Courtesy.THANKS:
                return Answer(self.thanked, Basis(1.0))
            case _:
                return await self.then.respond(question)
