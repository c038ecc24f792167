"""The words that customers use: each stands once, and sentences are cut where a reader would cut them."""

from collections import Counter

import pytest

from ccs.assistant.knowledge.meanings import ASKING, NOTHING, PLACES, THINGS, WORDS, lexicon, ways
from ccs.assistant.knowledge.terms import terms


def test_a_word_stands_once_so_that_it_means_one_thing() -> None:
    known = [way for theme in (*THINGS, ASKING) for way, _ in ways(theme)]
    known += [way for name in (NOTHING, PLACES) for way in (WORDS / f"{name}.txt").read_text(encoding="utf-8").split()]
    assert [way for way, times in Counter(known).items() if times > 1] == []
    assert {path.stem for path in WORDS.iterdir()} == {*THINGS, ASKING, NOTHING, PLACES}


def test_whatever_a_word_means_is_something_that_can_be_said() -> None:
    words = lexicon().words
    heads = {meaning for meanings in words.values() for meaning in meanings}
    assert [head for head in heads if head.removeprefix("?") not in words and head != "地方"] == []


@pytest.mark.parametrize("said, meant", [
    ("耳机洗澡", ["耳机", "防水"]),                   # not 机洗
    ("能退不", ["?能", "退货"]),
    ("联系一下", ["电话"]),                           # not 凉席, which sounds much the same
    ("拿三个", ["多件"]),
    ("要一百多件", ["批量"]),
    ("四件套", ["四件套"]),
])
def test_a_sentence_is_cut_as_it_is_meant(said: str, meant: list[str]) -> None:
    found = [term.text for term in terms(said).all]
    assert [each for each in found if len(each) > 1] == meant
