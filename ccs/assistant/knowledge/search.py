"""The entries that answer a customer's words, best first, each with a confidence.

Candidates come from an index by their terms and the sounds of their characters; the few that come are then compared in
full. The whole text is looked for, and each of its clauses, for people write several things and mean one.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Protocol

from attrs import evolve, frozen

from ccs.assistant.knowledge.entries import Entry
from ccs.assistant.knowledge.matching import SPELT, Wording, match, own_case, signs_of, together
from ccs.assistant.knowledge.plain import plain
from ccs.assistant.knowledge.signs import signs
from ccs.assistant.knowledge.terms import Term, Terms, own_words, terms

CANDIDATES = 60             # wordings that are compared in full
SHOWN = 5                   # hits
A_CLAUSE = 0.7              # what an answer to a clause counts that answers nothing else she says
LEAST_WEIGHT = 0.2
UNKNOWN = 0.8               # what a term weighs that no entry knows
LONGEST = 600               # characters of a turn that are looked at; the last ones
A_STATEMENT = 0.4           # and if it asks nothing: 东西收到了
MOST_CLAUSES = 6
A_BIT = 0.02
NOISE, OFTEN = 8, 4         # characters, and how often each of them comes
MEANT_OTHERWISE = 0.6       # what is left where an entry that does not hold here says better what she asks
BETWEEN = re.compile(r"[\n。！？!?；;，,、~～…]+")


@frozen
class Hit:
    """An entry that may answer, and how surely."""

    entry: Entry
    confidence: float       # 0 to 1


class Index(Protocol):
    """Finds texts by terms; see `store/knowledge.py`."""

    def best(self, terms: Iterable[str], most: int) -> list[int]: ...


MakeIndex = Callable[[Iterable[str]], Index]


class Knowledge:
    """Entries that can be searched. It never changes: other entries are another `Knowledge`."""

    def __init__(self, entries: tuple[Entry, ...], zone: tzinfo, index: MakeIndex) -> None:
        self.entries = entries
        self._zone = zone
        self._own = own_words(phrasing for entry in entries for phrasing in entry.phrasings)
        self._wordings: list[tuple[Entry, Wording]] = []
        spread: Counter[str] = Counter()
        for entry in entries:
            wordings = list(_wordings(entry, self._own))
            self._wordings += ((entry, wording) for wording in wordings)
            spread.update(wordings[0].elsewhere)
            spread.update(SPELT + each for each in wordings[0].elsewhere_spelt)
        self._weights = {text: _weight(found, len(entries)) for text, found in spread.items()}
        self._index = index(" ".join(_keys(wording.terms.all)) for _, wording in self._wordings)

    def search(self, text: str, channel: str, now: datetime) -> tuple[Hit, ...]:
        """A few milliseconds at some thousand entries."""
        today = now.astimezone(self._zone).date()
        text = text[-LONGEST:]
        if _is_noise(plain(text)):
            return ()
        shown = signs(plain(text))
        best: dict[str, Hit] = {}
        not_here = 0.0
        whole = terms(text, self._own)
        for part in (whole, *_clauses(text, whole, self._own)):
            for entry, wording in self._candidates(part):
                confidence = self._match(part, whole, wording) * own_case(shown, wording)
                if not entry.holds(channel, today):
                    not_here = max(not_here, confidence)
                elif entry.id not in best or best[entry.id].confidence < confidence:
                    best[entry.id] = Hit(entry, confidence)
        ranked = sorted(best.values(), key=lambda hit: (-hit.confidence, not hit.entry.is_particular))[:SHOWN]
        if ranked and not_here > ranked[0].confidence + A_BIT:
            return tuple(evolve(hit, confidence=hit.confidence * MEANT_OTHERWISE) for hit in ranked)
        return tuple(ranked)

    def _match(self, part: Terms, whole: Terms, wording: Wording) -> float:
        found = match(part, wording, self._weigh)
        if part is whole:
            return found
        share = A_STATEMENT if part.is_statement else A_CLAUSE
        return found * (share + (1 - share) * match(whole, wording, self._weigh))

    def _candidates(self, said: Terms) -> list[tuple[Entry, Wording]]:
        return [self._wordings[place] for place in self._index.best(_keys(said.all), CANDIDATES)]

    def _weigh(self, text: str) -> float:
        """What no entry speaks of tells a lot."""
        return self._weights.get(text, UNKNOWN)


def _is_noise(text: str) -> bool:
    """A key held down, or laughter: few characters again and again, which ask nothing."""
    return len(text) >= NOISE and len(set(text)) <= len(text) / OFTEN


def _clauses(text: str, whole: Terms, own: frozenset[str]) -> list[Terms]:
    """The last ones that say something, unless there is only one."""
    found = [said for clause in BETWEEN.split(text) if (said := terms(clause, own)).all]
    return [] if found and found[0].texts == whole.texts else found[-MOST_CLAUSES:]


def _wordings(entry: Entry, own: frozenset[str]) -> Iterator[Wording]:
    known = [terms(phrasing, own) for phrasing in entry.phrasings]
    elsewhere, spelt = together(known), "".join(dict.fromkeys("".join(each.characters for each in known)))
    answer, shown = terms(entry.answer, own), signs_of(map(plain, entry.phrasings))
    return (Wording(each, elsewhere, spelt, answer.texts, answer.characters, shown) for each in known)


def _weight(found: int, entries: int) -> float:
    return max(LEAST_WEIGHT, math.log(1 + entries / found) / math.log(1 + entries))


def _keys(all: Iterable[Term]) -> list[str]:
    """By what a term is looked up: itself and its sound, in letters only."""
    found = []
    for term in all:
        if term.text != "#":
            found.append(term.text.replace("?", "q"))
        if term.sound:
            found.append(f"s0{term.sound}")
    return found
