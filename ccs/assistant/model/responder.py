"""Answers customers by the model, from what the shop has written and nothing else.

The model chooses between `answer` and `hand_off`; whatever else it says is a hand-off too, and so is an answer that
names no entry, or claims what stands nowhere. Only a cancelled turn ends without a decision.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any, Protocol

from attrs import evolve, frozen

from ccs.assistant.model import estimate, guard, prompts
from ccs.assistant.model.client import Client
from ccs.assistant.model.failures import Kind, ModelFailure
from ccs.assistant.model.ledger import BudgetSpent, Ledger
from ccs.assistant.model.masking import Mask
from ccs.assistant.model.structured import Choice, Malformed, choose
from ccs.assistant.model.talk import Line, Reply, Talk
from ccs.assistant.words import Answer, Basis, HandOff, Question, Reason, Source
from ccs.models import Outgoing, Sender

log = logging.getLogger(__name__)

MOST_ENTRIES = 6


class Entry(Protocol):
    """Something the shop has written."""

    @property
    def id(self) -> str: ...

    @property
    def question(self) -> str: ...

    @property
    def answer(self) -> str: ...


class Hit(Protocol):
    """An entry that may answer a question, and how surely (0 to 1)."""

    @property
    def entry(self) -> Any: ...         # an Entry

    @property
    def confidence(self) -> float: ...


class Search(Protocol):
    def __call__(self, text: str, channel: str, now: datetime) -> Sequence[Hit]:
        """Best first."""
        ...


More = Callable[[Any], Awaitable[tuple[Outgoing, ...]]]      # what belongs to an Entry beside its words


async def nothing_more(entry: Any) -> tuple[Outgoing, ...]:
    return ()


@frozen
class Terms:
    """How the shop wants to be served."""

    seconds: float = 20.0               # for all of a turn
    max_tokens: int = 500               # of an answer
    instructions: str = ""
    masks: bool = True


class ModelResponder:
    """A `Responder`."""

    def __init__(
        self, client: Client, search: Search, ledger: Ledger, terms: Terms, chance: Random, more: More = nothing_more
    ) -> None:
        self._more = more
        self._client = client
        self._search = search
        self._ledger = ledger
        self._terms = terms
        self._chance = chance

    async def respond(self, question: Question) -> Answer | HandOff:
        hits = self._known(question)
        if not hits:
            return HandOff(Reason.LOW_CONFIDENCE)       # with nothing to rest on there is nothing to ask
        mask = Mask(is_on=self._terms.masks)
        talk, room = self._talk(question, hits, mask)
        started = asyncio.get_running_loop().time()
        try:
            with self._ledger.set_aside(question.session_id, talk.tokens + talk.max_tokens) as charge:
                choice = await choose(self._client, talk, self._terms.seconds, charge)
        except BudgetSpent:
            return HandOff(Reason.BUDGET)
        except ModelFailure as failure:
            return HandOff(Reason.TIMEOUT if failure.kind in (Kind.TIMEOUT, Kind.QUEUE) else Reason.ERROR)
        except Malformed as malformed:
            log.warning("the model chose nothing for session %s", question.session_id)
            return HandOff(Reason.ERROR, basis=self._basis((), malformed.reply, started))
        decision = self._decided(choice, question, hits[:room], mask, started)
        return await self._with_more(decision, hits) if isinstance(decision, Answer) else decision

    async def _with_more(self, answer: Answer, hits: Sequence[Hit]) -> Answer:
        """What belongs to its entry, if it rests on just one."""
        used = {source.id for source in answer.basis.sources}
        entry = next((hit.entry for hit in hits if {hit.entry.id} == used), None)
        return evolve(answer, more=await self._more(entry)) if entry else answer

    def _known(self, question: Question) -> list[Hit]:
        """What may answer it; where she goes on from what she said before, that is looked for too."""
        before = [said.text for said in question.before if said.sender is Sender.CUSTOMER][-1:]
        hits = list(self._search(question.text, question.channel, question.now))[:MOST_ENTRIES]
        known = {hit.entry.id for hit in hits}
        if before and len(hits) < MOST_ENTRIES:
            more = self._search(f"{before[0]}\n{question.text}", question.channel, question.now)
            hits += [hit for hit in more if hit.entry.id not in known]
        return hits[:MOST_ENTRIES]

    def _talk(self, question: Question, hits: Sequence[Hit], mask: Mask) -> tuple[Talk, int]:
        """What the model is told, and how many of the entries it is told of."""
        mark = f"{self._chance.getrandbits(48):012x}"
        entries, room = prompts.entries([(hit.entry.question, hit.entry.answer) for hit in hits])
        parts = [entries]
        masked = [evolve(said, text=mask.mask(said.text)) for said in question.before]
        if before := prompts.spoken(masked, prompts.BEFORE):
            parts.append(prompts.quoted("之前的对话", before, mark))
        if question.concluded:
            concluded = estimate.shortened(mask.mask(question.concluded), prompts.CONCLUDED)
            parts.append(prompts.quoted("同事已经定下的，不要与它相反", concluded, mark))
        parts.append(prompts.quoted("客户现在说", prompts.newest(mask.mask(question.text)), mark))
        lines = (prompts.system(prompts.RULES, self._terms.instructions), Line("user", "\n\n".join(parts)))
        return Talk(lines, (prompts.ANSWER, prompts.HAND_OFF), self._terms.max_tokens), room

    def _decided(
        self, choice: Choice, question: Question, hits: Sequence[Hit], mask: Mask, started: float
    ) -> Answer | HandOff:
        said = choice.arguments
        if choice.name == prompts.HAND_OFF.name:
            draft = mask.unmask(said.get("draft", "")).strip()
            return HandOff(said["reason"], draft, self._basis((), choice.reply, started))
        text = mask.unmask(said["text"]).strip()
        used = _used(said["entries"], hits)
        basis = self._basis(used, choice.reply, started)
        if not text:
            return HandOff(Reason.ERROR, basis=basis)
        if not used or choice.reply.is_cut or self._doubts(text, used, question):
            log.info("session %s: the model's answer rests on too little", question.session_id)
            return HandOff(Reason.LOW_CONFIDENCE, text, basis)
        return Answer(text, basis)

    def _doubts(self, text: str, used: Sequence[Hit], question: Question) -> tuple[str, ...]:
        shop = [f"{hit.entry.question}\n{hit.entry.answer}" for hit in used]
        colleagues = [question.concluded, *(said.text for said in question.before if said.sender is Sender.MANUAL)]
        hers = [said.text for said in question.before if said.sender is Sender.CUSTOMER]
        return guard.doubts(text, [*shop, self._terms.instructions, *colleagues], [*question.said, *hers])

    def _basis(self, used: Sequence[Hit], reply: Reply, started: float) -> Basis:
        sources = tuple(Source(hit.entry.id, hit.entry.question, hit.confidence) for hit in used)
        milliseconds = round((asyncio.get_running_loop().time() - started) * 1000)
        confidence = max((hit.confidence for hit in used), default=0.0)
        return Basis(confidence, sources, self._client.model, milliseconds, reply.tokens)


def _used(numbers: Sequence[int], hits: Sequence[Hit]) -> list[Hit]:
    """The entries named, best first; none if one was named that was not offered."""
    if any(not 1 <= number <= len(hits) for number in numbers):
        return []
    return sorted((hits[number - 1] for number in set(numbers)), key=lambda hit: -hit.confidence)
