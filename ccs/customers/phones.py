"""The phone numbers that a customer gave, wherever in her words they stand.

They are found by what keeps them from a language model (`ccs/assistant/model/masking.py`). An agent sees them masked
until she asks for one; in the words themselves they stand as they were written, which she reads anyway.
"""

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from ccs.assistant.findings import CALLED_ORDER
from ccs.assistant.model.masking import LANDLINE, MOBILE, NUMBER, SEPARATOR, digits
from ccs.models import Message

MOST = 5                    # of one customer
LONGEST_TEXT = 2000         # characters of a message that are looked at
LONGEST_OF_ALL = 100_000    # and of all together: the worst text takes some 0.1 s then
NEAR = 10                   # characters in which a number is called an order's

GAP = re.compile(f"{SEPARATOR}+")
ABROAD = re.compile(r"(?:00)?86(?=1\d{10}$|0)")


@frozen
class Phone:
    """`id` says where it stands, and nothing of the number."""

    id: str
    number: str

    @property
    def masked(self) -> str:
        """Four digits at least stay hidden, of a short number too."""
        return f"{self.number[:3]}****{self.number[7:][-4:]}"


def given(messages: Iterable[Message]) -> list[Phone]:
    """Those in these messages, each once, in their order."""
    found: dict[str, Phone] = {}
    left = LONGEST_OF_ALL
    for message in messages:
        if left <= 0 or len(found) >= MOST:
            break
        if message.recalled_at:
            continue
        text = message.content[:LONGEST_TEXT]
        left -= len(text)
        for place, number in enumerate(_numbers(text)):
            found.setdefault(number, Phone(f"{message.id}-{place}", number))
    return list(found.values())[:MOST]


def _numbers(text: str) -> Iterator[str]:
    for match in NUMBER.finditer(text):
        if CALLED_ORDER.search(text[max(0, match.start() - NEAR):match.start()]):
            continue
        whole = digits(match[0])
        # Two one after the other, or one behind the number of a door, are found by the gaps between them.
        for number in [whole] if _is_phone(whole) else map(digits, GAP.split(match[0])):
            if _is_phone(number):
                yield ABROAD.sub("", number)


def _is_phone(number: str) -> bool:
    return bool(MOBILE.fullmatch(number) or LANDLINE.fullmatch(number))
