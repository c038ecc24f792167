"""Text as it is compared: one width, one case, simplified characters, no punctuation."""

import unicodedata

from ccs.assistant.unseen import seen
from ccs.search.folding import simplified


def clean(text: str) -> str:
    """Letters and digits, in one width and case and in simplified characters; a blank for everything between."""
    text = unicodedata.normalize("NFKC", seen(text)).casefold().translate(simplified())
    return " ".join("".join(each if each.isalnum() else " " for each in text).split())


def plain(text: str) -> str:
    """The same without blanks: texts that read alike are equal."""
    return clean(text).replace(" ", "")
