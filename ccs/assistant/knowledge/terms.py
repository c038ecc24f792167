"""What a sentence is made of: meanings, and the characters and words that no list knows."""

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from ccs.assistant.knowledge.meanings import LONGEST_HEARD, lexicon
from ccs.assistant.knowledge.plain import clean
from ccs.assistant.knowledge.sounds import sound, spoken, syllables

ORDER_NUMBER = re.compile(r"(?=[a-z]*\d)[a-z\d]{8,}", re.ASCII)     # also waybills and phone numbers: never a question
BODY = re.compile(r"(?<!\d)1[4-9]\d ?(?:cm|厘米|公分|高)? ?(?:体?重)?(?:[89]\d|1\d\d|2[0-2]\d) ?(?:斤|kg|公斤)?(?!\d)", re.ASCII)
HEIGHT = re.compile(r"[一1] ?米 ?[一二三四五六七八九\d]{1,2}|(?<!\d)1[4-9]\d(?! ?(?:斤|kg|公斤)|\d)")
WEIGHT = re.compile(r"一百[零一二三四五六七八九]{1,2}十?[一二三四五六七八九]?斤?")
# 三件 is a few and 一百多个 are many; 三个月 and 四件套 are neither.
PIECE = r"(?:[套双条盒箱瓶袋台份]|件(?!套)|个(?!月|小时|工作日|星期|礼拜|人|多|点|地址|订单|包裹))"
FEW = re.compile(rf"(?<![\d第])[两俩三四五六七八九2-9]{PIECE}")
MANY = re.compile(rf"(?:[几一两二三四五六七八九]?[十百千]\w?[多来几]?|[1-9]\d{{1,3}}){PIECE}")
PIECES = re.compile(r"[a-z]+|\d+|\s+|.", re.ASCII | re.DOTALL)
A_WORD, HEARD, UNKNOWN = 1.0, 1.8, 2.0        # what it costs to take a piece for one
MISHEARD = 0.85             # how sure we are of a word that only sounds like one


@frozen
class Term:
    """`?…` is a meaning that asks, `#` a number; `sound` of a single character; a `length` of two weighs in full."""

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
    cleaned = FEW.sub(" 多件 ", MANY.sub(" 批量 ", cleaned))
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
    """Cut so that the fewest words say it all, the longer first if it makes no difference: 耳机 洗澡, not 耳 机洗 澡."""
    rest: list[tuple[float, list[Term]]] = [(0.0, [])]          # of each place to the end, the last place first
    for place in reversed(range(len(part))):
        least, _, found, behind = min((
            (cost + rest[-length][0], -length, found, rest[-length][1])
            for length, cost, found in _pieces(part, place, own)
        ), key=lambda way: way[:2])
        rest.append((least, [*found, *behind]))
    yield from rest[-1][1]


def _pieces(part: str, place: int, own: frozenset[str]) -> Iterator[tuple[int, float, list[Term]]]:
    """What may begin here, how long it is and what it costs: known words, what sounds like one, a name, a character."""
    known = lexicon()
    for length in range(1, min(known.longest, len(part) - place) + 1):
        piece = part[place:place + length]
        meanings = known.words.get(piece)
        if meanings is not None:
            yield length, A_WORD, [Term(meaning, 2) for meaning in meanings]
        elif 1 < length <= LONGEST_HEARD and piece not in own and (word := _sounds_like(piece)):
            yield length, HEARD, [Term(meaning, 2, sureness=MISHEARD) for meaning in known.words[word]]
    found = PIECES.match(part, place)
    assert found
    text = found[0]
    term = Term("#") if text.isdigit() else Term(text, 2) if text.isascii() else Term(text, 1, sound(text))
    yield len(text), A_WORD if text.isascii() else UNKNOWN, [term]


def _sounds_like(piece: str) -> str | None:
    """Another word that is said in the very same way, or nearly so and has a character of it: 影响 is no 音箱."""
    known = lexicon()
    if piece in known.words or not known.little.isdisjoint(piece):
        return None
    if word := known.heard.get(syllables(piece, spoken)):
        return word
    word = known.heard.get(syllables(piece, sound))
    return word if word and not set(word).isdisjoint(piece) else None
