"""Characters that nobody sees, between which words and numbers hide: of no width, of direction, of variation."""

import unicodedata

UNSEEN_MARKS = {"\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", *map(chr, range(0xFE00, 0xFE10))}


def seen(text: str) -> str:
    """What a reader sees of it."""
    if text.isascii():
        return text
    return "".join(each for each in text if each not in UNSEEN_MARKS and unicodedata.category(each) != "Cf")
