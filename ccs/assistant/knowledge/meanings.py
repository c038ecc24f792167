"""Words that mean the same to a shop's customers, and those that mean nothing.

What people ask shops is much the same everywhere, and in other words each time. The words stand in `words/`, a file for
each theme: a line is one meaning and every way to say it, and goes on in the indented lines below it. A way that says
something else than its line is written `way=meaning,meaning`. Only what is said of any shop stands there; what a shop
itself sells, its owner writes as other ways to ask.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from sys import intern

from attrs import frozen

from ccs.assistant.knowledge.sounds import sound, spoken, syllables

WORDS = Path(__file__).parent / "words"
THINGS = ("delivery", "returns", "price", "payment", "clothes", "products", "shop", "goods")
ASKING = "asking"           # meanings that only ask: `?…`
PLACES = "places"           # where people live, which they name when they ask whether and how fast it comes
NOTHING = "nothing"
A_PLACE = ("到货", "地方")
IDLE = "什么怎多少几天"
LONGEST_HEARD = 4           # characters of a word that is known by its sound

Meanings = tuple[str, ...]      # one or two, or none at all


@frozen
class Lexicon:
    words: dict[str, Meanings]
    heard: dict[str, str]           # the words of two characters and more by their syllables, also folded
    little: frozenset[str]          # words of one character that say nothing: no misspelt word holds one
    idle: frozenset[str]            # these, and the characters that only ask
    longest: int


@cache
def lexicon() -> Lexicon:
    """Made when first needed: without knowledge nobody needs it."""
    nothing, asking = _read(NOTHING).split(), dict(ways(ASKING))
    named = {way: meanings for theme in THINGS for way, meanings in ways(theme)}
    words = dict.fromkeys(nothing, ()) | asking | named | dict.fromkeys(_read(PLACES).split(), A_PLACE)
    little = frozenset(word for word in nothing if len(word) == 1)
    idle = little.union(IDLE, (word for word in asking if len(word) == 1))
    return Lexicon(words, _heard(frozenset(named)), little, idle, max(map(len, words)))


def ways(theme: str) -> Iterator[tuple[str, Meanings]]:
    """Each way to say something, and what it means."""
    seen: dict[str, Meanings] = {}
    for line in re.split(r"\n(?!\s)", _read(theme).strip()):
        first, *others = line.split()
        for way in (first.removeprefix("?"), *others):
            said, _, meant = way.partition("=")
            meanings = tuple(map(intern, (meant or first).split(",")))
            yield said, seen.setdefault(meant or first, meanings)


def _heard(named: frozenset[str]) -> dict[str, str]:
    sayable = [word for word in sorted(named) if 1 < len(word) <= LONGEST_HEARD and all(map(sound, word))]
    return {syllables(word, said): word for said in (sound, spoken) for word in sayable}


def _read(name: str) -> str:
    return (WORDS / f"{name}.txt").read_text(encoding="utf-8")
