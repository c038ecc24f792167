"""When the assistant thinks, and that it never speaks over anybody.

A turn begins when a customer's message is on disk while her session is `ai`. What the assistant decides is posted only
if the session's `turn` is still the one it thought about; otherwise somebody else has spoken, accepted or closed.
"""

import logging
from collections.abc import Callable

from ccs.assistant.greeter import Answer, HandOff, consider
from ccs.desk import Desk
from ccs.errors import StoreUnavailable
from ccs.models import Message, Sender, Session
from ccs.registry import Registry
from ccs.settings import AssistantSettings
from ccs.ticket import Ticket
from ccs.worker import Worker

log = logging.getLogger(__name__)


class Turns(Worker):
    """Runs the assistant's turns. `latest` reads a session's last messages, oldest first."""

    def __init__(
        self, registry: Registry, desk: Desk, settings: AssistantSettings,
        latest: Callable[[Session], list[Message]],
    ) -> None:
        self._registry = registry
        self._desk = desk
        self._settings = settings
        self._latest = latest

    def wake(self, session_id: str) -> None:
        """A customer may be waiting for the assistant in this session."""
        try:
            session = self._registry.get(session_id)
            if session.awaits_assistant and self._registry.in_flight(session_id).is_settled:
                self._post(session, self._think(session))
            # else something more was said, which is not on disk yet and wakes us again when it is
        except StoreUnavailable:
            log.warning("assistant of session %s waits for the database", session_id)   # `resume` comes after it

    def resume(self) -> None:
        """After a start, or when the disk is back: whoever waits for the assistant is taken up again."""
        for session in self._registry.open_sessions():
            self.wake(session.id)

    def _think(self, session: Session) -> Answer | HandOff:
        try:
            return consider(session, unanswered(self._latest(session)), self._settings)
        except Exception:
            log.exception("assistant of session %s failed", session.id)
            return HandOff("assistant_error")       # never silence

    def _post(self, session: Session, decision: Answer | HandOff) -> Ticket:
        if isinstance(decision, HandOff):
            return self._desk.ask_for_human(session.id, decision.reason)
        return self._desk.answer(session.id, session.turn, decision.text, helped=decision.helped)


def unanswered(messages: list[Message]) -> list[Message]:
    """The customer's messages since anybody of ours last spoke."""
    ours = [place for place, message in enumerate(messages, 1) if message.sender is not Sender.CUSTOMER]
    return messages[ours[-1] if ours else 0:]
