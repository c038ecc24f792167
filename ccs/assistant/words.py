"""What the assistant is asked, and what it may decide.

A `Responder` reads a `Question`, which is everything one turn is about, and returns an `Answer` or a `HandOff`. It sees
no session and changes nothing, so whatever answers (a knowledge base, a model) can be tried by itself and exchanged.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

from attrs import Factory, evolve, frozen

from ccs.models import Outgoing, Sender


class Reason:
    """Why a person is asked; goes on the wire as `pendingReason`."""

    KEYWORD = "keyword"                     # the customer used a word of `assistant.handoff_keywords`
    ASKED = "asked"                         # she asked for a person in other words
    LOW_CONFIDENCE = "low_confidence"       # nothing known answers this well enough
    FAILED_ANSWERS = "failed_answers"       # as often as `assistant.max_failures` there was no answer
    FORBIDDEN_TOPIC = "forbidden_topic"     # people alone speak of this
    ANGRY = "angry"
    OFF_HOURS = "off_hours"                 # the assistant is off duty
    ERROR = "assistant_error"
    TIMEOUT = "assistant_timeout"
    OFF = "assistant_off"                   # it does not serve this channel, or nobody any more
    CANNOT_REPLY = "cannot_reply"           # what it would have said does not reach her
    UNCONFIRMED = "unconfirmed"             # nobody knows whether its answer reached her
    BUDGET = "budget"                       # what models may cost is spent


@frozen
class Said:
    """Something said earlier in the session."""

    sender: Sender
    text: str


@frozen
class Question:
    """One turn: all that the customer has said since anybody of ours spoke, and what went before."""

    session_id: str
    channel: str
    account: str
    said: tuple[str, ...]                   # her unanswered messages, oldest first
    before: tuple[Said, ...]                # the session's last messages before these, oldest first
    now: datetime                           # in the server's time zone
    concluded: str = ""                     # what a person had settled when she handed the session back

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@frozen
class Source:
    """An entry of the knowledge base that an answer rests on."""

    id: str                                 # stays the same as long as the entry's question does
    question: str
    confidence: float                       # 0 to 1


@frozen
class Basis:
    """What an answer rests on, kept with its message and shown to agents."""

    confidence: float                       # 0 to 1
    sources: tuple[Source, ...] = ()        # best first
    model: str = ""                         # empty: no model was asked
    milliseconds: int = 0                   # from the question to the whole answer
    tokens: int = 0                         # in and out together, as the model's server counted them

    def as_fields(self) -> dict[str, Any]:
        """As it stands in a message's `fields.assistant`."""
        return {
            "confidence": round(self.confidence, 2),
            "sources": [
                {"id": source.id, "question": source.question, "confidence": round(source.confidence, 2)}
                for source in self.sources
            ],
            **({"model": self.model} if self.model else {}),
            "milliseconds": self.milliseconds,
            **({"tokens": self.tokens} if self.tokens else {}),
        }


@frozen
class Answer:
    """To be said to the customer, the text first, then what else belongs to it: pictures, cards."""

    text: str
    basis: Basis
    helped: bool = True                     # False: it was no answer to what she asked, as a greeting is none
    more: tuple[Outgoing, ...] = ()
    asked: bool = True                      # False: she asked nothing, as who thanks; it is neither help nor a failure

    def unhelped_after(self, unhelped: int) -> int:
        """Turns in a row that had no answer, this one included."""
        if not self.asked:
            return unhelped
        return 0 if self.helped else unhelped + 1

    @property
    def said(self) -> tuple[Outgoing, ...]:
        """As messages, each with what it rests on."""
        fields = {"assistant": self.basis.as_fields()}
        more = (evolve(each, fields={**each.fields, **fields}) for each in self.more)
        return Outgoing(self.text, fields=fields), *more


@frozen
class HandOff:
    """A person is to answer; `draft` is what the assistant would have said, for her to use or not."""

    reason: str                             # of `Reason`
    draft: str = ""
    basis: Basis = Factory(lambda: Basis(0.0))


@frozen
class Summary:
    """Three lines for the agent who takes over."""

    wants: str
    tried: str
    open: str


# Of what was said, and the reason for the hand-off; None where the rules' own lines will do.
Summarise = Callable[[Question, str], Awaitable[Summary | None]]


class Responder(Protocol):
    """Something that can answer customers."""

    async def respond(self, question: Question) -> Answer | HandOff:
        """May take its time, and may be cancelled while it does. What it raises is taken for a failure."""
