"""What a sentence is made of: meanings, and the characters and words that no list knows."""

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from ccs.assistant.knowledge.meanings import LONGEST_HEARD, lexicon
from ccs.assistant.knowledge.plain import clean
from ccs.assistant.knowledge.sounds import sound, spoken, syllables

ORDER_NUMBER = re.compile(r"(?=[a-z]*\d)[a-z\d]{8,}", re.ASCII)     # also waybills and phone numbers: never a question
BODY = re.compile(r"(?<!\d)1[4-9]\d ?(?:cm|厘米|公分|高)? ?(?:体?重)?(?:[89]\d|1\d\d|2[0-2]\d) ?(?:斤|kg|公斤)?(?!\d)", re.ASCII)
HEIGHT = re.compile(r"[一1] ?米 ?[一二三四五六七八九\d]{1,2}|(?<!\d)1[4-9]\d(?!\d)")
WEIGHT = re.compile(r"一百[零一二三四五六七八九]{1,2}十?[一二三四五六七八九]?斤?")
PIECES = re.compile(r"[a-z]+|\d+|\s+|.", re.ASCII | re.DOTALL)
MISHEARD = 0.85             # how sure we are of a word that only sounds like one


@frozen
class Term:
    """`?…` is a meaning that asks, `#` a number; `sound` of a single character. `length` in characters."""

    text: str
    length: int = 1
    sound: str = ""
    sureness: float = 1.0


@frozen
class Terms:
    """A sentence's terms, each once, and its text without blanks."""

    all: tuple[Term, ...]
    plain: str
    texts: frozenset[str]
    sounds: frozenset[str]
    characters: str                 # all that say something, each once

    @property
    def is_statement(self) -> bool:
        return self.plain.endswith("了") and not any(text.startswith("?") for text in self.texts)


def terms(text: str, own: frozenset[str] = frozenset()) -> Terms:
    """`own` are words that sound like others and are meant as they are written: see `own_words`."""
    cleaned = ORDER_NUMBER.sub(" ", clean(text))
    cleaned = WEIGHT.sub(" 体重 ", HEIGHT.sub(" 身高 ", BODY.sub(" 身高 体重 ", cleaned)))
    found: dict[str, Term] = {}
    for part in cleaned.split():
        for term in _of_part(part, own):
            found.setdefault(term.text, term)
    return Terms(
        tuple(found.values()), cleaned.replace(" ", ""), frozenset(found),
        frozenset(term.sound for term in found.values() if term.sound),
        "".join(dict.fromkeys(each for each in cleaned if each.isalpha() and each not in lexicon().idle)),
    )


def own_words(texts: Iterable[str]) -> frozenset[str]:
    """What a shop writes and could be taken for a misspelt word, as 绒量 for 容量: she means it."""
    pieces = (
        part[place:place + length] for text in texts for part in clean(text).split()
        for length in range(2, LONGEST_HEARD + 1) for place in range(len(part) - length + 1)
    )
    return frozenset(piece for piece in pieces if _sounds_like(piece))


def _of_part(part: str, own: frozenset[str]) -> Iterator[Term]:
    place = 0
    while place < len(part):
        length, found = _next(part, place, own)
        yield from found
        place += length


def _next(part: str, place: int, own: frozenset[str]) -> tuple[int, Iterable[Term]]:
    """How long what begins here is, and what it means: the longest known word, else a name, a number, a character."""
    known = lexicon()
    for length in range(min(known.longest, len(part) - place), 0, -1):
        if length == 1 and (heard := _heard(part, place, own)):
            return heard
        meanings = known.words.get(part[place:place + length])
        if meanings is not None:
            return length, [Term(meaning, length) for meaning in meanings]
    piece = PIECES.match(part, place)
    assert piece
    text = piece[0]
    if text.isdigit():
        return len(text), [Term("#")]
    return len(text), [Term(text, 2) if text.isascii() else Term(text, 1, sound(text))]


def _heard(part: str, place: int, own: frozenset[str]) -> tuple[int, Iterable[Term]] | None:
    """A known word that sounds like what begins here, where no longer one stands written."""
    for length in range(min(LONGEST_HEARD, len(part) - place), 1, -1):
        piece = part[place:place + length]
        word = None if piece in own else _sounds_like(piece)
        if word and not _begins(part, place + 1, place + length):
            return length, [Term(meaning, length, sureness=MISHEARD) for meaning in lexicon().words[word]]
    return None


def _sounds_like(piece: str) -> str | None:
    """Another word that is said like this one, at best in the very same way."""
    known = lexicon()
    if piece in known.words:
        return None
    return known.heard.get(syllables(piece, spoken)) or known.heard.get(syllables(piece, sound))


def _begins(part: str, start: int, end: int) -> bool:
    """Whether a thing's name stands written that begins between these and goes on behind them."""
    things = lexicon().things
    ends = range(end + 1, end + LONGEST_HEARD)
    return any(part[place:after] in things for place in range(start, end) for after in ends)
