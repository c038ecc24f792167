"""The first, simple assistant: it greets, and fetches a person when it has nothing to say.

A pure policy. It has no knowledge yet, so the first message gets the greeting, and the customer who goes on is helped
by a person: at once on a hand-off keyword, else when the assistant had no answer for the second time.
"""

import unicodedata
from collections.abc import Iterable

from attrs import frozen

from ccs.models import Message, Session
from ccs.settings import AssistantSettings


@frozen
class Answer:
    text: str
    helped: bool


@frozen
class HandOff:
    """`reason` goes on the wire as `pendingReason`."""

    reason: str


def consider(session: Session, said: Iterable[Message], settings: AssistantSettings) -> Answer | HandOff:
    """What to do about the customer's unanswered messages, which are one turn."""
    if any(asks_for_human(message.content, settings.handoff_keywords) for message in said):
        return HandOff("keyword")
    if session.unhelped + 1 >= settings.max_failures:
        return HandOff("failed_answers")
    return Answer(settings.welcome, helped=False)


def asks_for_human(text: str, keywords: Iterable[str]) -> bool:
    """Whether a keyword stands in the text, whatever its width, case and blanks."""
    plain = _plain(text)
    return any(_plain(keyword) in plain for keyword in keywords)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
