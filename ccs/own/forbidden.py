"""Words that agents must not say to customers, as the shop's settings list them.

They are found whatever their case and width, and between blanks and what nobody sees. The page warns while an agent
writes; what is blocked is refused here as well.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from ccs.assistant.unseen import seen
from ccs.errors import Refusal
from ccs.models import Outgoing
from ccs.settings import ForbiddenWordsSettings

SAID_IN = ("title", "desc", "name", "head_content", "tail_content")     # of what is no text


class ForbiddenWord(Refusal):
    """`data.words` are those that were found."""

    code = 4030


@frozen
class _Rule:
    words: Mapping[str, str]        # as they are compared, and as they are written
    channels: Sequence[str]
    reason: str


class Forbidden:
    """The words that are blocked."""

    def __init__(self, settings: Iterable[ForbiddenWordsSettings]) -> None:
        self._rules = [
            _Rule({folded(word): word for word in each.words}, each.channels, each.reason)
            for each in settings if each.action == "block"
        ]

    def check(self, channel: str, said: Outgoing) -> None:
        """Raises ForbiddenWord."""
        if not self._rules:
            return
        texts = [said.content, *(said.fields.get(name) for name in SAID_IN)]
        text = "\n".join(folded(each) for each in texts if isinstance(each, str))
        for rule in self._rules:
            if rule.channels and channel not in rule.channels:
                continue
            if found := [word for plain, word in rule.words.items() if plain in text]:
                raise ForbiddenWord(_words(found, rule.reason), _data(found, rule.reason))


def folded(text: str) -> str:
    """What is compared."""
    return "".join(unicodedata.normalize("NFKC", seen(text)).casefold().split())


def _words(found: list[str], reason: str) -> str:
    return f"内容里有不能发送的词：{'、'.join(found)}" + (f"（{reason}）" if reason else "")


def _data(found: list[str], reason: str) -> dict[str, Any]:
    return {"words": found, **({"reason": reason} if reason else {})}
