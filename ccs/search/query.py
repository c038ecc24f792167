"""What somebody searches for, and how texts are cut into the words of an index.

Chinese is written without blanks, and SQLite's own tokenizers do not find words of two characters. So each run of
Chinese becomes the pairs of neighbours in it, and its last character: a word is in a text if all its pairs are, and
they stand together; a single character is in it if a pair begins with it, or it is the last. Letters and digits make
words of their own, which are found by their beginnings, as order numbers are.
"""

import re
from functools import cached_property

from attrs import define

from ccs.errors import BadRequest
from ccs.search.folding import fold, fold_with_places

LONGEST = 200               # characters of a query
MOST_TERMS = 16
SHORT = 2                   # characters of a term, of whose beginnings there are many
BEFORE, AROUND = 16, 80     # characters of a snippet: before the first hit, and in all

CHINESE = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
PICTURES = "\u2600-\u27bf\U0001f300-\U0001faff"         # emoji are words of one character
_RUN = re.compile(f"[a-z0-9]+|([{CHINESE}]+)|[{PICTURES}]|(?:(?![{CHINESE}])[^\\W_])+")
_TERM = re.compile(r'"([^"]*)"|“([^”]*)”|(\S+)')


def words(text: str) -> str:
    """The words of a text, for the index, with blanks between them; each once."""
    found: dict[str, None] = {}
    for run in _RUN.finditer(fold(text)):
        word = run[0]
        if run[1] is None:
            found[word] = None
        else:
            for place in range(len(word)):
                found[word[place:place + 2]] = None     # the last is a single character
    return " ".join(found)


@define(slots=False)
class Query:
    """Several words, all of which must be there; those in quotation marks together and in this order."""

    terms: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Query":
        """Raises BadRequest for what nobody can mean."""
        if len(text) > LONGEST or "\0" in text:
            raise BadRequest(f"搜索内容不能超过 {LONGEST} 个字符")
        found = (fold("".join(filter(None, term.groups()))).strip() for term in _TERM.finditer(text))
        terms = tuple(dict.fromkeys(filter(None, found)))
        if len(terms) > MOST_TERMS:
            raise BadRequest(f"一次最多搜索 {MOST_TERMS} 个词")
        return cls(terms)

    @cached_property
    def match(self) -> str:
        """For FTS5: every text that holds the terms matches, and a few others. Empty if there is no word in them."""
        parts = dict.fromkeys(part for term in self.terms for part in _parts(term))
        return " AND ".join(parts)

    @property
    def is_common(self) -> bool:
        """Whether it is so short that much will match, which is found sooner where it was said last."""
        return "*" in self.match and max(map(len, self.terms)) <= SHORT

    def holds(self, text: str) -> bool:
        folded = fold(text)
        return all(term in folded for term in self.terms)

    def snippet(self, text: str) -> tuple[str, list[tuple[int, int]]]:
        """A line around the first hit, and where in it the terms stand, in UTF-16 code units, as JavaScript counts."""
        hits = self._hits(text)
        begin = max(0, hits[0][0] - BEFORE) if hits and hits[0][1] > AROUND else 0
        end = max(begin + AROUND, hits[0][1] if hits else 0)
        line = "".join(" " if each.isspace() else each for each in text[begin:end])
        before, after = "…" if begin else "", "…" if end < len(text) else ""
        shown = before + line + after
        moved = len(before) - begin
        ranges = [(start + moved, min(stop, end) + moved) for start, stop in hits if start < end]
        return shown, [(_utf16(shown[:start]), _utf16(shown[:stop])) for start, stop in ranges]

    def _hits(self, text: str) -> list[tuple[int, int]]:
        """Where the terms stand in the text, in order; what touches is one."""
        folded, places = fold_with_places(text)
        found = sorted(
            (places[hit.start()], places[hit.end() - 1] + 1)
            for term in self.terms for hit in re.finditer(re.escape(term), folded)
        )
        joined: list[tuple[int, int]] = []
        for start, stop in found:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
            else:
                joined.append((start, stop))
        return joined


def _parts(term: str) -> list[str]:
    """The words that a text has which holds this term; of the last letters or digits, the beginning."""
    parts = []
    for run in _RUN.finditer(term):
        word = run[0]
        if run[1] is not None and len(word) > 1:
            parts += [f'"{word[place:place + 2]}"' for place in range(len(word) - 1)]
        else:
            is_whole = run[1] is None and run.end() < len(term)
            parts.append(f'"{word}"' if is_whole else f'"{word}"*')
    return parts


def _utf16(text: str) -> int:
    return len(text) + sum(each > "\uffff" for each in text)
