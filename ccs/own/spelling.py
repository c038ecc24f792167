"""How titles are typed in pinyin: reads them from stdin as JSON, and writes for each its initials and its syllables.

It runs as a process of its own, `python spelling.py`, and names nothing of ours: the dictionary of phrases, by which
重庆 is chong qing and not zhong qing, takes 55 MB, which the server keeps none of.
"""

import json
import sys
import unicodedata
from collections.abc import Iterable
from itertools import islice, product

MOST_READINGS = 3           # of one character
MOST_SPELLINGS = 8          # of one title


def spelled(title: str) -> tuple[str, str]:
    """The initials and the syllables, several between blanks where a character has several readings."""
    from pypinyin import Style, pinyin      # here, so that whoever only names this file does not load the dictionary

    text = unicodedata.normalize("NFKC", title)
    initials, syllables = (
        pinyin(text, style=style, heteronym=True, errors=_letters) for style in (Style.FIRST_LETTER, Style.NORMAL)
    )
    return _joined(initials), _joined(syllables)


def _letters(run: str) -> str:
    """What is no Chinese is typed as it stands, without what is between words."""
    return "".join(each for each in run.casefold() if each.isalnum())


def _joined(readings: Iterable[list[str]]) -> str:
    few = [list(dict.fromkeys(each))[:MOST_READINGS] for each in readings]
    return " ".join(dict.fromkeys("".join(each) for each in islice(product(*few), MOST_SPELLINGS)))


if __name__ == "__main__":
    json.dump([spelled(title) for title in json.load(sys.stdin)], sys.stdout)
