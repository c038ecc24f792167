"""What the questions in `tests/evaluation/` promise, so that a measurement by them means something.

The demo's knowledge base is read here in a few lines of its own: labels are not checked by what they are to judge.
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from attrs import frozen

KNOWLEDGE = Path(__file__).parents[2] / "ccs" / "demo" / "knowledge"
SETS = Path(__file__).parents[1] / "evaluation"
FEWEST = {"dev": 200, "held_out": 140, "new_customers": 200}       # questions
CHANNELS = {"微信": "wechat", "抖音": "douyin", "京东": "jd"}
HANDED_OFF = {"order_state", "complaint", "out_of_scope", "human", "near_miss"}
KINDS = HANDED_OFF | {
    "plain", "colloquial", "short", "typo", "homophone", "traditional", "fullwidth", "number", "burst", "mixed",
    "bargaining",
}


@frozen
class Entry:
    question: str
    alternatives: tuple[str, ...] = ()
    channels: frozenset[str] = frozenset(CHANNELS.values())
    is_dated: bool = False


@frozen
class Asked:
    question: str
    expect: str             # the question of the entry that answers it; empty: a person is to
    channel: str
    kind: str


def entries() -> dict[str, Entry]:
    """Of the demo's shop, by their questions; the same question twice is a fault of the files."""
    found = [entry for path in sorted(KNOWLEDGE.glob("*.md")) for entry in in_markdown(path)]
    for path in sorted(KNOWLEDGE.glob("*.csv")):
        found += [Entry(row["question"], cut(row["alternatives"])) for row in rows(path)]
    assert len({entry.question for entry in found}) == len(found)
    return {entry.question: entry for entry in found}


def in_markdown(path: Path) -> Iterable[Entry]:
    for block in re.split(r"(?m)^## ", path.read_text(encoding="utf-8"))[1:]:
        head, answer = block.strip().split("\n\n", 1)
        question, *lines = head.split("\n")
        told = dict(line.split("：", 1) for line in lines)
        assert answer and set(told) <= {"也问", "渠道", "有效", "图片", "卡片"}, question
        channels = [CHANNELS[name] for name in told.get("渠道", "、".join(CHANNELS)).split("、")]
        yield Entry(question, cut(told.get("也问", "")), frozenset(channels), "有效" in told)


def cut(alternatives: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in alternatives.split("|") if part.strip())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked(name: str) -> list[Asked]:
    return [Asked(**row) for row in rows(SETS / f"{name}.csv")]


def plain(text: str) -> str:
    """Without width, case, blanks and punctuation."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def test_the_shop_answers_enough_and_an_owner_could_have_written_it_in_an_afternoon() -> None:
    found = entries().values()
    assert len(found) >= 60
    assert sum(len(entry.alternatives) for entry in found) <= 6 * len(found)


@pytest.mark.parametrize("name", FEWEST)
def test_a_third_is_for_people_and_no_kind_is_missing(name: str) -> None:
    questions = asked(name)
    handed_off = [each for each in questions if not each.expect]
    assert len(questions) >= FEWEST[name]
    assert 0.3 <= len(handed_off) / len(questions) <= 0.4
    assert {each.kind for each in questions} == KINDS
    assert [each for each in questions if each.expect and each.kind in HANDED_OFF] == []


@pytest.mark.parametrize("name", FEWEST)
def test_whatever_is_expected_holds_on_its_channel_and_on_any_day(name: str) -> None:
    known = entries()
    expecting = [each for each in asked(name) if each.expect]
    assert [each for each in expecting if each.expect not in known] == []
    assert [each for each in expecting if each.channel not in known[each.expect].channels] == []
    assert [each for each in expecting if known[each.expect].is_dated] == []      # the set would go stale with them


@pytest.mark.parametrize("name", FEWEST)
def test_customers_do_not_use_the_owners_words(name: str) -> None:
    known = entries()
    expecting = [each for each in asked(name) if each.expect]
    assert all(plain(each.question) for each in expecting)
    repeated = [each for each in expecting if plain(each.question) in {
        plain(words) for words in (each.expect, *known[each.expect].alternatives)}]
    assert len(repeated) < len(expecting) / 20


def test_nothing_is_asked_twice_so_that_what_is_held_out_is_new() -> None:
    questions = Counter(plain(each.question) for name in FEWEST for each in asked(name))
    assert [question for question, times in questions.items() if times > 1] == []
