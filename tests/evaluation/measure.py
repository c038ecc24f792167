"""Puts labelled questions to the responder and counts.

A set is a CSV file of `question,expect,channel,kind`: what is asked, the question of the entry that answers it, or
nothing where a person has to.
"""

import csv
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import frozen

from ccs.assistant.knowledge.plain import plain
from ccs.assistant.knowledge.reading import read
from ccs.assistant.knowledge.responder import FromKnowledge
from ccs.assistant.knowledge.search import Knowledge
from ccs.assistant.words import Answer, HandOff, Question
from ccs.models import Attachment, Stage
from ccs.settings import AssistantSettings
from store.knowledge import Index

HERE = Path(__file__).parent
SHOP = HERE.parent.parent / "ccs/demo/knowledge"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 12, tzinfo=ZONE)

SURE = AssistantSettings().min_confidence


@frozen
class Asked:
    question: str
    expect: str
    channel: str
    kind: str


@frozen
class Outcome:
    """What came of one question. `found` and `answered` are questions of entries."""

    asked: Asked
    found: str
    confidence: float
    answered: str
    handed_off: bool
    seconds: float

    @property
    def is_found(self) -> bool:
        return bool(self.asked.expect) and plain(self.found) == plain(self.asked.expect)

    @property
    def is_right(self) -> bool:
        return self.is_found and plain(self.answered) == plain(self.asked.expect)

    @property
    def is_wrong(self) -> bool:
        """An answer that is another entry's, or to a question that is for a person."""
        return bool(self.answered) and not self.is_right


@frozen
class Score:
    outcomes: tuple[Outcome, ...]

    @property
    def top1(self) -> float:
        return share(outcome.is_found for outcome in self._answerable)

    @property
    def answered(self) -> float:
        """Of the questions that an entry answers, those that got this answer."""
        return share(outcome.is_right for outcome in self._answerable)

    @property
    def wrong(self) -> float:
        return share(outcome.is_wrong for outcome in self.outcomes)

    @property
    def precision(self) -> float:
        """Of the hand-offs, those that had to be."""
        return share(not outcome.asked.expect for outcome in self.outcomes if outcome.handed_off)

    @property
    def recall(self) -> float:
        """Of what is for a person, what was handed off."""
        return share(outcome.handed_off for outcome in self.outcomes if not outcome.asked.expect)

    def percentile(self, which: float) -> float:
        """Milliseconds."""
        times = sorted(outcome.seconds for outcome in self.outcomes)
        return 1000 * times[min(len(times) - 1, int(which * len(times)))]

    @property
    def _answerable(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.asked.expect]


def share(facts: "object") -> float:
    known = list(facts)                     # type: ignore[call-overload]
    return sum(known) / len(known) if known else 0.0


def labelled(name: str) -> list[Asked]:
    with open(HERE / f"{name}.csv", encoding="utf-8-sig", newline="") as file:
        return [Asked(row["question"], row["expect"] or "", row["channel"] or "wechat", row["kind"] or "")
                for row in csv.DictReader(file)]


def shop() -> Knowledge:
    return Knowledge(read(SHOP).entries, ZONE, Index)


async def score(asked: list[Asked], knowledge: Knowledge, min_confidence: float = SURE) -> Score:
    responder = FromKnowledge(knowledge.search, _no_picture, "您好", min_confidence)
    return Score(tuple([await _put(each, responder) for each in asked]))


async def _put(asked: Asked, responder: FromKnowledge) -> Outcome:
    question = Question("s", asked.channel, "shop", tuple(asked.question.split("\n")), (), NOW)
    begun = time.perf_counter()
    decision: Answer | HandOff = await responder.respond(question)
    seconds = time.perf_counter() - begun
    sources = decision.basis.sources
    hits = responder.search(question.text, question.channel, question.now)
    found = hits[0].entry.question if hits else ""
    handed_off = isinstance(decision, HandOff)
    answered = sources[0].question if sources and not handed_off else ""
    return Outcome(asked, found, decision.basis.confidence, answered, handed_off, seconds)


async def _no_picture(path: Path) -> Attachment:
    return Attachment(Stage.READY, path.name)
