"""Help for agents: what one might answer, what a session is about, a text in a better manner. Nothing is ever sent.

`ByModel` asks the model, with the same masking and the same purse as for customers; where there is none, `ByRules`
does what can be done without: it looks into the knowledge base, and gathers what the customer asked and which numbers
she named. Each may be cancelled at any time. What the agent has to check herself is in `doubts`.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from random import Random
from typing import Protocol, TypeVar

from attrs import evolve, frozen

from ccs.assistant.model import estimate, guard, prompts
from ccs.assistant.model.client import Charge, Client
from ccs.assistant.model.failures import ModelFailure
from ccs.assistant.model.ledger import BudgetSpent, Ledger
from ccs.assistant.model.masking import NUMBER, Mask
from ccs.assistant.model.responder import MOST_ENTRIES, Hit, Search, Terms
from ccs.assistant.model.structured import Malformed, choose, without_thoughts
from ccs.assistant.model.talk import Line, Talk
from ccs.assistant.words import Said
from ccs.errors import NoHelp
from ccs.models import Sender

T = TypeVar("T")

MANNERS = ("politer", "shorter", "longer", "fix")
MOST_SUGGESTIONS = 3
LAST_QUESTIONS = 3
LIKELY = 0.25               # confidence; below this an entry is no help to an agent either
LONGEST_TEXT = 2000         # characters that are polished at once
QUESTION = re.compile(r"[^。！!；;\n]*(?:[?？]|吗|呢|么|怎么|多少|多久|什么|哪|几|能不能|可以)[^。！!；;\n]*")


@frozen
class Conversation:
    session_id: str
    channel: str
    lines: tuple[Said, ...]             # the session's last messages, oldest first
    now: datetime

    @property
    def asked(self) -> str:
        """What the customer has said since anybody of ours spoke, or else what she said last."""
        waiting: list[str] = []
        for said in reversed(self.lines):
            if said.sender is not Sender.CUSTOMER and waiting:
                break
            if said.sender is Sender.CUSTOMER:
                waiting.append(said.text)
        return "\n".join(reversed(waiting))


@frozen
class Draft:
    """A text for an agent to use or not."""

    text: str
    entries: tuple[str, ...] = ()       # ids of what it rests on
    doubts: tuple[str, ...] = ()        # what it says that nobody has written: to be checked
    by_model: bool = True


class Help(Protocol):
    """Raises NoHelp, in words for the agent."""

    polishes: bool
    suggests: bool

    async def suggest(self, conversation: Conversation, count: int) -> tuple[Draft, ...]: ...

    async def summary(self, conversation: Conversation) -> Draft: ...

    async def polish(self, session_id: str, text: str, manner: str) -> Draft: ...


class ByRules:
    """What can be done with no model."""

    polishes = False

    def __init__(self, search: Search, suggests: bool = True) -> None:
        """It `suggests` only where there is a knowledge base to look into."""
        self._search = search
        self.suggests = suggests

    async def suggest(self, conversation: Conversation, count: int) -> tuple[Draft, ...]:
        hits = self._search(conversation.asked, conversation.channel, conversation.now) if conversation.asked else ()
        likely = [hit.entry for hit in hits if hit.confidence >= LIKELY]
        return tuple(Draft(entry.answer, (entry.id,), by_model=False) for entry in likely[:count])

    async def summary(self, conversation: Conversation) -> Draft:
        hers = [said.text for said in conversation.lines if said.sender is Sender.CUSTOMER]
        if not hers:
            raise NoHelp("客户还没有说话，没有可以总结的内容")
        questions = [found[0].strip() for text in hers for found in QUESTION.finditer(text)] or hers
        numbers = dict.fromkeys(found[0].strip() for text in hers for found in NUMBER.finditer(text))
        parts = ["客户最近问：" + "；".join(questions[-LAST_QUESTIONS:])]
        if numbers:
            parts.append("提到的号码：" + "、".join(numbers))
        ours = sum(said.sender is Sender.MANUAL for said in conversation.lines)
        parts.append(f"客户共说 {len(hers)} 句，客服回复 {ours} 句")
        return Draft("\n".join(parts), by_model=False)

    async def polish(self, session_id: str, text: str, manner: str) -> Draft:
        raise NoHelp("没有接入语言模型，不能润色；请管理员在 config.toml 中设置 assistant.provider 和 assistant.openai")


class ByModel:
    """What a model can do."""

    polishes = True
    suggests = True

    def __init__(self, client: Client, search: Search, ledger: Ledger, terms: Terms, chance: Random) -> None:
        self._client = client
        self._search = search
        self._ledger = ledger
        self._terms = terms
        self._chance = chance

    async def suggest(self, conversation: Conversation, count: int) -> tuple[Draft, ...]:
        if not conversation.asked:
            raise NoHelp("客户还没有说话，没有可以建议的回复")
        hits = self._search(conversation.asked, conversation.channel, conversation.now)[:MOST_ENTRIES]
        entries, room = prompts.entries([(hit.entry.question, hit.entry.answer) for hit in hits])
        mask = self._mask()
        wanted = f"给客服 {count} 条不同的建议回复，说明各用到哪些条目（没有用到就空着）。"
        talk = self._talk(mask, wanted, conversation.lines, entries, count)
        talk = evolve(talk, tools=(prompts.SUGGEST,))

        async def asked(charge: Charge) -> tuple[Draft, ...]:
            choice = await choose(self._client, talk, self._terms.seconds, charge)
            replies = [(mask.unmask(reply["text"]).strip(), reply["entries"]) for reply in choice.arguments["replies"]]
            drafts = [self._draft(text, named, hits[:room], conversation.lines) for text, named in replies if text]
            return tuple(drafts[:count])

        return await self._paid(conversation.session_id, talk, asked)

    async def summary(self, conversation: Conversation) -> Draft:
        if not conversation.lines:
            raise NoHelp("还没有对话，没有可以总结的内容")
        mask = self._mask()
        wanted = "把对话总结给接手的客服：客户要什么、说了哪些关键信息、我们答应了什么、还差什么。不超过 150 字，只写总结。"
        talk = self._talk(mask, wanted, conversation.lines)
        words = [said.text for said in conversation.lines]
        return await self._written(conversation.session_id, talk, mask, words)

    async def polish(self, session_id: str, text: str, manner: str) -> Draft:
        if len(text) > LONGEST_TEXT:
            raise NoHelp(f"文字过长，请分段润色，每段不超过 {LONGEST_TEXT} 字")
        mask = self._mask()
        wanted = f"把标记之间客服要发给客户的文字{prompts.manner(manner)}。事实、数字和称呼不变，只写改好的文字。"
        parts = prompts.quoted("要改的文字", mask.mask(text), self._mark())
        lines = (prompts.system(prompts.HELP, self._terms.instructions), Line("user", f"{wanted}\n\n{parts}"))
        talk = Talk(lines, max_tokens=max(self._terms.max_tokens, 2 * estimate.tokens(text)))
        return await self._written(session_id, talk, mask, [text])

    # How it is asked

    def _mask(self) -> Mask:
        return Mask(is_on=self._terms.masks)

    def _mark(self) -> str:
        return f"{self._chance.getrandbits(48):012x}"

    def _talk(self, mask: Mask, wanted: str, lines: Sequence[Said], entries: str = "", times: int = 1) -> Talk:
        masked = [evolve(said, text=mask.mask(said.text)) for said in lines]
        said = prompts.quoted("对话", prompts.spoken(masked, prompts.BEFORE + prompts.NOW), self._mark())
        user = "\n\n".join(part for part in (entries, said, wanted) if part)
        system = prompts.system(prompts.HELP, self._terms.instructions)
        return Talk((system, Line("user", user)), max_tokens=self._terms.max_tokens * times)

    async def _written(self, session_id: str, talk: Talk, mask: Mask, basis: Sequence[str]) -> Draft:
        async def asked(charge: Charge) -> Draft:
            reply = await self._client.ask(talk, self._terms.seconds, charge)
            text = mask.unmask(without_thoughts(reply.text)).strip()
            if not text or reply.is_cut:
                raise NoHelp("模型没有写完，请缩短内容或稍后再试")
            return Draft(text, doubts=guard.doubts(text, basis))

        return await self._paid(session_id, talk, asked)

    async def _paid(self, session_id: str, talk: Talk, asked: Callable[[Charge], Awaitable[T]]) -> T:
        try:
            with self._ledger.set_aside(session_id, talk.tokens + talk.max_tokens) as charge:
                return await asked(charge)
        except (BudgetSpent, ModelFailure) as error:
            raise NoHelp(str(error)) from error
        except Malformed as error:
            raise NoHelp("模型的答复无法识别，请再试一次") from error

    def _draft(self, text: str, named: Sequence[int], hits: Sequence[Hit], lines: Sequence[Said]) -> Draft:
        used = [hits[number - 1] for number in dict.fromkeys(named) if 1 <= number <= len(hits)]
        shop = [f"{hit.entry.question}\n{hit.entry.answer}" for hit in hits]
        colleagues = [said.text for said in lines if said.sender is Sender.MANUAL]
        hers = [said.text for said in lines if said.sender is Sender.CUSTOMER]
        doubts = guard.doubts(text, [*shop, self._terms.instructions, *colleagues], hers)
        return Draft(text, tuple(hit.entry.id for hit in used), doubts)
