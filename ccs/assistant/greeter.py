"""The assistant without any knowledge: it greets, and the customer who goes on is helped by a person."""

from ccs.assistant.words import Answer, Basis, Question


class Greeter:
    """A greeting is no answer, so `assistant.max_failures` ends it."""

    def __init__(self, welcome: str) -> None:
        self._welcome = welcome

    async def respond(self, question: Question) -> Answer:
        return Answer(self._welcome, Basis(0.0), helped=False)
