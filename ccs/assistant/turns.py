"""When the assistant thinks, when it speaks, and that it never speaks over anybody.

A turn begins when a customer's message is on disk while her session is `ai`. What she writes in one breath is one turn.
If she writes while the assistant thinks, it thinks again about all of it; if anybody else takes the session, or it
ends, the thought is broken off at once. What comes of it is posted only if the session's `turn` is still the one it
was about. Whatever fails ends with a person being asked: never with silence.
"""

import asyncio
import logging
from collections.abc import Callable

from attrs import define, field

from ccs.assistant import rules
from ccs.assistant.asking import question_of
from ccs.assistant.card import briefing, of_unheard
from ccs.assistant.words import Answer, HandOff, Question, Reason, Responder, Summarise, Summary
from ccs.desk import Desk
from ccs.errors import StoreUnavailable
from ccs.models import Briefing, Clock, Message, Session
from ccs.registry import Registry
from ccs.settings import AssistantSettings
from ccs.worker import Worker, end

log = logging.getLogger(__name__)

MOST_AT_ONCE = 16           # thoughts at the same time; the others stand in line, first come, first served
LONGEST_CALM = 4            # times `wait_seconds` that she is waited for while she keeps writing
MOST_THOUGHTS = 6           # of one turn; who writes on through all of them is better served by a person
SUMMARY_PATIENCE = 3.0      # seconds that a hand-off waits for a model's summary


@define(eq=False)
class Turn:
    """A session that is being thought of."""

    about: int = 0                                      # the session's `turn`
    summed_up: bool = False                             # once is enough: who writes on does not wait for another
    moved: asyncio.Event = field(factory=asyncio.Event)     # it is about more by now
    thought: "asyncio.Task[Answer | HandOff] | None" = None
    task: "asyncio.Task[None] | None" = None

    def hear(self, turn: int) -> None:
        """She has written, if this is another turn."""
        if turn != self.about:
            self.moved.set()
            self._drop_thought()

    def break_off(self) -> None:
        self._drop_thought()
        if self.task:
            self.task.cancel()

    def _drop_thought(self) -> None:
        if self.thought:
            self.thought.cancel()


class Turns(Worker):
    """One task for each session that waits for the assistant, and none for the others. `clock` tells local time."""

    def __init__(
        self, registry: Registry, desk: Desk, settings: AssistantSettings, responder: Responder, clock: Clock,
        summarise: Summarise | None = None,
    ) -> None:
        self._registry = registry
        self._desk = desk
        self._settings = settings
        self._responder = responder
        self._now = clock
        self._summarise = summarise
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._turns: dict[str, Turn] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.broken_off: Callable[[], None] = lambda: None      # told of each thought that somebody else made needless

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for it."""
        return not self._tasks

    def wake(self, session_id: str) -> None:
        """A customer may be waiting for the assistant in this session."""
        if self._stopping:
            return
        try:
            session = self._registry.get(session_id)
        except StoreUnavailable:
            return                          # `resume` comes after it
        if turn := self._turns.get(session_id):
            turn.hear(session.turn)
        elif session.awaits_assistant:
            turn = self._turns[session_id] = Turn(session.turn)
            turn.task = asyncio.create_task(self._run(session_id, turn), name=f"assistant {session_id}")
            self._tasks.add(turn.task)
            turn.task.add_done_callback(self._tasks.discard)

    def hush(self, session: Session) -> None:
        """It has nothing to say there now: what it thinks of is dropped at once."""
        turn = self._turns.get(session.id)
        if turn and turn.task is not asyncio.current_task():
            del self._turns[session.id]     # if it comes back, it begins anew
            turn.break_off()
            self.broken_off()

    def resume(self) -> None:
        """After a start, or when the disk is back: whoever waits for the assistant is taken up again."""
        for session in self._registry.open_sessions():
            if session.awaits_assistant:
                self.wake(session.id)

    async def stop(self) -> None:
        """Who is not answered yet is taken up again at the next start."""
        self._stopping = True
        for turn in self._turns.values():
            turn.break_off()
        await end(self._tasks)

    def brief(self, session: Session, unheard: Message) -> Briefing | None:
        """The card of a session whose answer was not heard; none if it cannot be made, for a person is asked anyway."""
        try:
            return of_unheard(unheard, session, self._registry.latest(session), self._now())
        except Exception:
            log.exception("session %s has no card", session.id)
            return None

    # One session's task

    async def _run(self, session_id: str, turn: Turn) -> None:
        try:
            await self._take(session_id, turn)
        except StoreUnavailable:
            log.warning("assistant of session %s waits for the database", session_id)   # `resume` comes after it
        except Exception:
            log.exception("assistant of session %s failed", session_id)
            self._give_up(session_id)
        finally:
            if self._turns.get(session_id) is turn:
                del self._turns[session_id]

    async def _take(self, session_id: str, turn: Turn) -> None:
        thoughts, calm_by = 0, self._latest_calm()
        while True:
            session, messages = await self._look(session_id)
            turn.about = session.turn
            turn.moved.clear()
            question = question_of(session, messages, self._now())
            if not session.awaits_assistant or not question.said:
                return
            reason = rules.before(question, self._settings)
            if thoughts >= MOST_THOUGHTS:
                reason = reason or Reason.TIMEOUT
            if reason is None and not await self._is_calm(turn, calm_by):
                continue
            decision = HandOff(reason) if reason else await self._think(turn, question)
            thoughts += not reason
            if not turn.moved.is_set():
                decision = rules.after(decision, session.unhelped, self._settings)
                summary = await self._summary(turn, question, decision)
                if self._registry.get(session_id).turn == session.turn:
                    self._post(session, question, messages, decision, summary)
                    return
            calm_by = self._latest_calm()

    async def _look(self, session_id: str) -> tuple[Session, list[Message]]:
        """The session with what was said in it, once all of that is on disk."""
        while not (ticket := self._registry.in_flight(session_id)).is_settled:
            await ticket
        session = self._registry.get(session_id)
        return session, self._registry.latest(session)

    def _latest_calm(self) -> float:
        return asyncio.get_running_loop().time() + LONGEST_CALM * self._settings.wait_seconds

    async def _is_calm(self, turn: Turn, latest: float) -> bool:
        """Whether she has been silent for a while, or has been waited for long enough."""
        left = latest - asyncio.get_running_loop().time()
        seconds = min(self._settings.wait_seconds, left)
        if seconds > 0:
            try:
                await asyncio.wait_for(turn.moved.wait(), seconds)
            except TimeoutError:
                pass
        return not turn.moved.is_set()

    # What it decides

    async def _think(self, turn: Turn, question: Question) -> Answer | HandOff:
        """Of no use once the turn has moved. The time in line counts too."""
        turn.thought = thought = asyncio.create_task(self._respond(question), name=f"answer {question.session_id}")
        try:
            await asyncio.wait({thought}, timeout=self._settings.timeout_seconds)
        finally:
            turn.thought = None
            thought.cancel()                # done by now, or no longer wanted: the request itself is broken off
        if not thought.done():
            log.warning("assistant of session %s took too long", question.session_id)
            return HandOff(Reason.TIMEOUT)
        if thought.cancelled():
            return HandOff(Reason.ERROR)
        return thought.result()

    async def _respond(self, question: Question) -> Answer | HandOff:
        async with self._room:
            try:
                decision = await self._responder.respond(question)
                if not isinstance(decision, Answer | HandOff):
                    raise TypeError(f"a responder gave {type(decision).__name__}")
                return decision
            except Exception:
                log.exception("assistant of session %s failed", question.session_id)
                return HandOff(Reason.ERROR)

    async def _summary(self, turn: Turn, question: Question, decision: Answer | HandOff) -> Summary | None:
        """A model's, if there is one and it is quick."""
        if self._summarise is None or turn.summed_up or isinstance(decision, Answer):
            return None
        turn.summed_up = True
        try:
            async with asyncio.timeout(SUMMARY_PATIENCE):
                return await self._summarise(question, decision.reason)
        except Exception as error:          # the rules' own stands in
            log.warning("session %s was not summed up: %s", question.session_id, type(error).__name__)
            return None

    def _post(
        self, session: Session, question: Question, messages: list[Message], decision: Answer | HandOff,
        summary: Summary | None,
    ) -> None:
        if isinstance(decision, HandOff):
            card = briefing(question, decision, messages, summary)
            self._desk.ask_for_human(session.id, decision.reason, self._words(decision.reason), card)
        else:
            unheard = briefing(question, HandOff(Reason.CANNOT_REPLY, decision.text, decision.basis), messages)
            unhelped = decision.unhelped_after(session.unhelped)
            self._desk.answer(session.id, session.turn, decision.said, unhelped=unhelped, unheard=unheard)

    def _give_up(self, session_id: str) -> None:
        """Not even a card could be made."""
        try:
            self._desk.ask_for_human(session_id, Reason.ERROR, self._words(Reason.ERROR))
        except StoreUnavailable:
            pass                            # `resume` comes after it

    def _words(self, reason: str) -> str:
        if reason == Reason.OFF:
            return ""                       # whoever turned it off wants it to be silent
        return self._settings.closed_words if reason == Reason.OFF_HOURS else self._settings.holding
