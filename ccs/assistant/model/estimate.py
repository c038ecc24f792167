"""How many tokens a text has, before anybody counts them: rather too many than too few."""

from math import ceil

FIRST_WIDE = "\u2e80"       # from here on are Chinese characters and the like, up to one token each
NARROW = 4                  # characters of a token in other scripts
LINE = 4                    # tokens around each line of a talk


def tokens(text: str) -> int:
    wide = sum(character >= FIRST_WIDE for character in text)
    return wide + ceil((len(text) - wide) / NARROW)


def shortened(text: str, most: int) -> str:
    """The beginning of the text, of up to so many tokens."""
    if tokens(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if tokens(text[:middle]) < most else (low, middle - 1)
    return f"{text[:low]}…"
