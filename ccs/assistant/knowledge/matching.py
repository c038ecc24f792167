"""How well an entry's wording says what a customer says: 0 to 1.

Each term weighs as much as it tells entries apart. What counts is how much of her words the entry's wording holds, and,
less, how much of the wording her words hold; words that sound alike count nearly in full. The characters alone have a
say too, for no list knows all words.
"""

from collections.abc import Callable, Iterable

from attrs import frozen

from ccs.assistant.knowledge.signs import signs
from ccs.assistant.knowledge.terms import MISHEARD, Term, Terms

ASKS = 0.45             # what a word that only asks (几天, 怎么) weighs beside one that names something
SLIGHT = {"#": 0.15, "地方": 0.2, "衣服": 0.3}     # a number, and where somebody lives
ITS = 0.6               # how much it matters that the wording holds nothing else
ELSEWHERE = 0.75        # what it counts that a term stands in another wording of the entry
IN_ANSWER = 0.6         # or only in its answer
SPELLING = 0.25         # how much the characters have to say
OWN_CASE = {"late": 0.5, "state": 0.5, "without": 0.65, "wrong": 0.55, "angry": 0.4}

SPELT = "'"             # before a character, to tell its weight from a term's

Weigh = Callable[[str], float]      # how much a term tells, 0 to 1


@frozen
class Wording:
    """An entry as it is compared: one way to ask, and what else is known of the entry."""

    terms: Terms
    elsewhere: frozenset[str]       # terms of all its wordings
    elsewhere_spelt: str            # and their characters, which as a text take the least memory
    answer: frozenset[str]          # the same of its answer
    answer_spelt: str
    signs: frozenset[str]


def weight(term: Term, weigh: Weigh) -> float:
    if term.text in SLIGHT:
        return SLIGHT[term.text]
    return (ASKS if term.text.startswith("?") else min(term.length, 2) / 2) * weigh(term.text)


def match(said: Terms, wording: Wording, weigh: Weigh) -> float:
    """Without regard to signs."""
    if said.plain == wording.terms.plain:
        return 1.0
    found = _fit(_covered(said, wording.terms, weigh, wording), _covered(wording.terms, said, weigh, None))
    if not said.characters:
        return found
    return (1 - SPELLING) * found + SPELLING * _fit(_spelt(said, wording.terms, weigh, wording),
                                                    _spelt(wording.terms, said, weigh, None))


def own_case(said: frozenset[str], wording: Wording) -> float:
    """By what a match is lessened because she speaks of her own case and the entry does not."""
    factor = 1.0
    for sign in said - wording.signs:
        factor *= OWN_CASE[sign]
    return factor


def _fit(hers: float, its: float) -> float:
    return hers * (1 - ITS + ITS * its)


def _spelt(these: Terms, by: Terms, weigh: Weigh, wording: Wording | None) -> float:
    """How much of these characters' weight the others hold."""
    total = found = 0.0
    for each in these.characters:
        heavy = weigh(SPELT + each)
        total += heavy
        if each in by.characters:
            found += heavy
        elif wording and each in wording.elsewhere_spelt:
            found += heavy * ELSEWHERE
        elif wording and each in wording.answer_spelt:
            found += heavy * IN_ANSWER
    return found / total if total else 0.0


def _covered(these: Terms, by: Terms, weigh: Weigh, wording: Wording | None) -> float:
    """How much of these terms' weight the others hold."""
    total = found = 0.0
    for term in these.all:
        heavy = weight(term, weigh)
        total += heavy
        found += heavy * _held(term, by, wording)
    return found / total if total else 0.0


def _held(term: Term, by: Terms, wording: Wording | None) -> float:
    if term.text in by.texts:
        return term.sureness
    if term.sound and term.sound in by.sounds:
        return MISHEARD
    if wording and term.text in wording.elsewhere:
        return ELSEWHERE
    return IN_ANSWER if wording and term.text in wording.answer else 0.0


def together(texts: Iterable[Terms]) -> frozenset[str]:
    return frozenset(text for each in texts for text in each.texts)


def signs_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(sign for text in texts for sign in signs(text))
