"""The entries that answer a customer's words, best first, each with a confidence.

Candidates come from an index by their words and the sounds of their characters; the few that come are then compared in
full. The whole text is looked for, and each of its clauses, for people write several things and mean one.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import Protocol

from attrs import evolve, frozen

from ccs.assistant.knowledge.entries import Entry
from ccs.assistant.knowledge.features import ALONE, ASKS, CHARACTER, SOUND, Features, counts, features
from ccs.assistant.knowledge.matching import Asked, Wording, match, weighed
from ccs.assistant.knowledge.plain import plain
from ccs.assistant.knowledge.signs import signs, signs_of
from ccs.assistant.knowledge.terms import Terms, own_words, terms

CANDIDATES = 80             # entries that are compared in full
SHOWN = 5                   # hits
A_CLAUSE = 0.7              # what an answer to a clause counts that answers nothing else she says
A_STATEMENT = 0.4           # and if it asks nothing: 东西收到了
BY_CLAUSE = 0.3             # how much a clause has to say in the order of entries
MOST_CLAUSES = 6
LEAST_WEIGHT = 0.2
UNKNOWN = 0.8               # what a feature weighs that no entry knows
LONGEST = 600               # characters of a turn that are looked at; the last ones
A_BIT = 0.02
NOISE, OFTEN = 8, 4         # characters, and how often each of them comes
MEANT_OTHERWISE = 0.6       # what is left where an entry that does not hold here says better what she asks
OWN_CASE = {            # and the entry speaks of none
    "late": 0.5, "state": 0.5, "number": 0.5, "without": 0.65, "wrong": 0.55, "angry": 0.4,
}
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
        ways = [[self._way(phrasing) for phrasing in entry.phrasings] for entry in entries]
        spread = Counter(feature for each in ways for feature in set().union(*(held for _, held in each)))
        self._weights = {feature: _weight(found, len(entries)) for feature, found in spread.items()}
        self._asked = [self._as_asked(entry, each) for entry, each in zip(entries, ways)]
        self._index = index(" ".join(_keys(asked.all)) for asked in self._asked)

    def search(self, text: str, channel: str, now: datetime) -> tuple[Hit, ...]:
        """A few milliseconds at some thousand entries."""
        today, text = now.astimezone(self._zone).date(), text[-LONGEST:]
        read = plain(text)
        if _is_noise(read):
            return ()
        compared = sorted(self._compared(text, read), key=lambda each: (-each[0], not each[1].entry.is_particular))
        hits = [hit for _, hit in compared]
        ranked = [hit for hit in hits if hit.entry.holds(channel, today)][:SHOWN]
        not_here = max((hit.confidence for hit in hits if not hit.entry.holds(channel, today)), default=0.0)
        if ranked and not_here > ranked[0].confidence + A_BIT:
            return tuple(evolve(hit, confidence=hit.confidence * MEANT_OTHERWISE) for hit in ranked)
        return tuple(ranked)

    def _compared(self, text: str, read: str) -> Iterable[tuple[float, Hit]]:
        """Each with what it is ranked by: what answers all she says goes before what answers a clause only."""
        whole = terms(text, self._own)
        said, shown = self._weighed(whole), signs(read)
        clauses = [(self._weighed(clause), _share(clause)) for clause in _clauses(text, whole, self._own)]
        places = {place for each in (said, *(clause for clause, _ in clauses)) for place in self._candidates(each)}
        for place in places:
            entry, asked = self.entries[place], self._asked[place]
            found = 1.0 if any(way.plain == whole.plain for way in asked.wordings) else match(said, asked, self._weigh)
            best = max((match(clause, asked, self._weigh) * (share + (1 - share) * found) for clause, share in clauses),
                       default=0.0)
            best = max(best, found)
            less = math.prod(OWN_CASE[sign] for sign in shown - asked.signs)
            if best:
                yield (found + BY_CLAUSE * (best - found)) * math.sqrt(less), Hit(entry, best * less)

    def _way(self, phrasing: str) -> tuple[str, tuple[str, ...]]:
        """Without blanks, and its features."""
        read = terms(phrasing, self._own)
        return read.plain, tuple(features(read))

    def _weighed(self, said: Terms) -> Features:
        return weighed(features(said), self._weigh)

    def _candidates(self, said: Features) -> list[int]:
        return self._index.best(_keys(said), CANDIDATES)

    def _weigh(self, feature: str) -> float:
        """What no entry speaks of tells a lot."""
        return self._weights.get(feature, UNKNOWN)

    def _as_asked(self, entry: Entry, ways: list[tuple[str, tuple[str, ...]]]) -> Asked:
        wordings = tuple(
            Wording(read, held, sum(counts(each) * self._weigh(each) for each in held)) for read, held in ways
        )
        every = frozenset(feature for _, held in ways for feature in held)
        return Asked(wordings, every, frozenset(self._way(entry.answer)[1]), signs_of(map(plain, entry.phrasings)))


def _is_noise(text: str) -> bool:
    """A key held down, or laughter: few characters again and again, which ask nothing."""
    return len(text) >= NOISE and len(set(text)) <= len(text) / OFTEN


def _clauses(text: str, whole: Terms, own: frozenset[str]) -> list[Terms]:
    """The last ones that say something, unless there is only one."""
    found = [said for clause in BETWEEN.split(text) if (said := terms(clause, own)).all]
    return [] if found and found[0].texts == whole.texts else found[-MOST_CLAUSES:]


def _share(clause: Terms) -> float:
    return A_STATEMENT if clause.is_statement else A_CLAUSE


def _weight(found: int, entries: int) -> float:
    return max(LEAST_WEIGHT, math.log(1 + entries / found) / math.log(1 + entries))


def _keys(found: Iterable[str]) -> list[str]:
    """By what features are looked up, in letters only; single characters of known words tell too little."""
    return [key for feature in found if (key := _key(feature))]


def _key(feature: str) -> str:
    kind, name = feature[0], feature[1:]
    if kind == CHARACTER or feature == "#":
        return ""
    if kind == SOUND:
        return f"s0{name}"
    return f"q{name}" if kind == ASKS else name if kind == ALONE else feature
