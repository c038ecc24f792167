"""Three lines by the model for the agent who takes over, in place of the rules' own.

Only where there is something to sum up and the model may be asked; and only if the lines claim nothing that nobody has
said. Whatever else comes of it, the rules' lines stand.
"""

from random import Random

from attrs import evolve

from ccs.assistant.model import guard, prompts
from ccs.assistant.model.client import Client
from ccs.assistant.model.ledger import Ledger
from ccs.assistant.model.masking import Mask
from ccs.assistant.model.responder import Terms
from ccs.assistant.model.structured import choose
from ccs.assistant.model.talk import Line, Talk
from ccs.assistant.words import Question, Reason, Said, Summary
from ccs.models import Sender

SILENT = {Reason.ERROR, Reason.TIMEOUT, Reason.BUDGET, Reason.OFF}      # the model just failed, or is not to be asked
FEW = 3                     # messages that an agent reads as quickly as a summary of them
MAX_TOKENS = 300
WANTED = "客户要转给人工客服（原因：{reason}）。把对话总结成三行给接手的客服，每行不超过 60 字，只写对话里有的内容，不下结论、不许诺。"


class ModelSummary:
    """A `Summarise`. Raises ModelFailure, Malformed or BudgetSpent."""

    def __init__(self, client: Client, ledger: Ledger, terms: Terms, chance: Random) -> None:
        self._client = client
        self._ledger = ledger
        self._terms = terms
        self._chance = chance

    async def __call__(self, question: Question, reason: str) -> Summary | None:
        lines = (*question.before, *(Said(Sender.CUSTOMER, text) for text in question.said))
        if reason in SILENT or len(lines) < FEW:
            return None
        mask = Mask(is_on=self._terms.masks)
        talk = self._talk(question, lines, reason, mask)
        with self._ledger.set_aside(question.session_id, talk.tokens + talk.max_tokens) as charge:
            choice = await choose(self._client, talk, self._terms.seconds, charge)
        told = {name: mask.unmask(text).strip() for name, text in choice.arguments.items()}
        summary = Summary(told["wants"], told["tried"], told["open"])
        return None if choice.reply.is_cut or not summary.wants or _doubts(summary, question, lines) else summary

    def _talk(self, question: Question, lines: tuple[Said, ...], reason: str, mask: Mask) -> Talk:
        mark = f"{self._chance.getrandbits(48):012x}"
        masked = [evolve(said, text=mask.mask(said.text)) for said in lines]
        parts = [prompts.quoted("对话", prompts.spoken(masked, prompts.BEFORE + prompts.NOW), mark)]
        if question.concluded:
            parts.append(prompts.quoted("同事已经定下的", mask.mask(question.concluded[:prompts.CONCLUDED]), mark))
        parts.append(WANTED.format(reason=reason))
        system = prompts.system(prompts.HELP, self._terms.instructions)
        return Talk((system, Line("user", "\n\n".join(parts))), (prompts.SUMMARY,), MAX_TOKENS)


def _doubts(summary: Summary, question: Question, lines: tuple[Said, ...]) -> tuple[str, ...]:
    words = [question.concluded, *(said.text for said in lines)]
    return guard.doubts(f"{summary.wants}\n{summary.tried}\n{summary.open}", words, words)
