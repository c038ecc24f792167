"""How well an entry says what a customer says: 0 to 1.

Each feature weighs as much as it tells entries apart. Her words are held against each way to ask the entry, which
counts most where they are the same and hold nothing else; against all its ways together, for she may take a word of
each; and a little against its answer.
"""

from collections.abc import Callable, Mapping

from attrs import frozen

from ccs.assistant.knowledge.features import Features, counts

ITS = 0.85              # how much it matters that the way to ask holds nothing else
OTHERS = 0.5            # what the next best ways say beside the best one
NEXT = 2                # of them
TOGETHER = 0.33         # what all its ways together have to say
IN_ANSWER = 0.16        # and its answer

Weigh = Callable[[str], float]      # how well a feature tells entries apart, 0 to 1


@frozen
class Wording:
    """One way to ask."""

    plain: str
    features: tuple[str, ...]       # a tuple, which takes the least memory
    total: float                    # what they weigh together


@frozen
class Asked:
    """What an entry is asked by, and what it answers."""

    wordings: tuple[Wording, ...]
    all: frozenset[str]
    answer: frozenset[str]
    signs: frozenset[str]


def weighed(said: Features, weigh: Weigh) -> Features:
    return {feature: value * weigh(feature) for feature, value in said.items()}


def match(said: Mapping[str, float], asked: Asked, weigh: Weigh) -> float:
    """`said` is weighed. Without regard to signs."""
    total = sum(said.values())
    if not total:
        return 0.0
    held = {feature: weight for feature, weight in said.items() if feature in asked.all}
    together = sum(held.values())
    answered = sum(weight for feature, weight in said.items() if feature in asked.answer)
    ways = sorted((_same(held, total, wording, weigh) for wording in asked.wordings), reverse=True)
    others = ways[1:1 + NEXT]
    best = (ways[0] + OTHERS * sum(others) / len(others)) / (1 + OTHERS) if others else ways[0]
    rest = TOGETHER * together + IN_ANSWER * answered
    return (1 - TOGETHER - IN_ANSWER) * best + rest / total


def _same(held: Mapping[str, float], total: float, wording: Wording, weigh: Weigh) -> float:
    hers = its = 0.0
    for feature in wording.features:
        if (weight := held.get(feature)) is not None:
            hers += weight
            its += counts(feature) * weigh(feature)
    return hers / total * (1 - ITS + ITS * its / wording.total) if hers else 0.0
