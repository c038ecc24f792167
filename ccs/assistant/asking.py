"""A session as a question: what the customer waits to be answered, and what was said before it."""

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve

from ccs.assistant.words import Question, Said
from ccs.models import Message, Sender, Session
from ccs.outgoing import fate


def question_of(session: Session, messages: Sequence[Message], now: datetime) -> Question:
    """`messages` are the session's last ones, oldest first."""
    asked = unanswered(session, messages)
    before = [message for message in messages if message not in asked and not _is_unsaid(message)]
    return Question(
        session_id=session.id,
        channel=session.customer.channel,
        account=session.customer.account,
        said=tuple(message.content for message in asked),
        before=tuple(Said(message.sender, message.content) for message in before),
        now=now,
        concluded=session.conclusion or _last_words(before),
    )


def without(unheard: Message, session: Session, messages: Sequence[Message]) -> tuple[Session, list[Message]]:
    """As if this answer had not been given, nor what was to follow it: she waits since she wrote."""
    heard = [message for message in messages if message.sender is not Sender.AI or message.seq < unheard.seq]
    return evolve(session, waiting_since=session.created_at), heard


def unanswered(session: Session, messages: Sequence[Message]) -> list[Message]:
    """The customer's messages that nobody of ours has answered, by a message or by what a person concluded."""
    ours = [
        message.seq for message in messages if message.sender is not Sender.CUSTOMER and not _is_unsaid(message)
    ]
    since = session.waiting_since
    return [
        message for message in messages
        if message.sender is Sender.CUSTOMER and message.seq > max(ours, default=0)
        and since and message.created_at >= since and not message.recalled_at
    ]


def _is_unsaid(message: Message) -> bool:
    """Taken back, withdrawn when she was blocked, or only said to have her wait."""
    withdrawn = message.delivery is not None and message.delivery.reason == fate.BLOCKED
    return bool(message.recalled_at or message.is_holding or withdrawn)


def _last_words(before: Sequence[Message]) -> str:
    """A person's, who has not concluded otherwise."""
    return next((message.content for message in reversed(before) if message.sender is Sender.MANUAL), "")
