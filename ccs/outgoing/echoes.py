"""Which message of ours a platform means when it tells what our app has sent (`EchoHeard`).

A platform without request ids names its own id, which we know only if its answer arrived and held it. Otherwise the
words decide: first what is on its way, then what was taken without an id, then what nobody had heard of.
"""

from collections.abc import Iterable
from datetime import timedelta

from ccs.incoming.inbound import EchoHeard
from ccs.models import Delivery, Fate, Message
from ccs.outgoing.limits import Limits

SKEW = timedelta(seconds=30)    # by which the platform's clock may be behind ours
KINDLESS = "other"              # what a platform calls a kind it has no word for here


def meant(echo: EchoHeard, ours: Iterable[Message], limits: Limits) -> Message | None:
    """Of these messages, oldest first."""
    sent = [message for message in ours if message.delivery]
    for message in sent:
        if message.delivery and message.delivery.platform_id == echo.reference:
            return message
    for begun in (_on_its_way, _taken_nameless, _unheard_of):
        for message in sent:
            if message.delivery and begun(message.delivery) and _alike(echo, message, limits):
                return message
    return None


def is_part(message: Message, limits: Limits) -> bool:
    """Whether more of it follows what is on its way, or was last."""
    delivery = message.delivery
    return delivery is not None and message.type == "text" and limits.unsent(message) > 1


def _on_its_way(delivery: Delivery) -> bool:
    return delivery.state is Fate.SENDING


def _taken_nameless(delivery: Delivery) -> bool:
    return delivery.state is Fate.SENT and delivery.platform_id is None


def _unheard_of(delivery: Delivery) -> bool:
    return delivery.state is Fate.UNCERTAIN


def _alike(echo: EchoHeard, message: Message, limits: Limits) -> bool:
    if echo.sent_at and message.delivery and echo.sent_at + SKEW < message.delivery.created_at:
        return False
    if message.type != "text":
        return echo.type in (message.type, KINDLESS)
    return echo.type == "text" and echo.content.strip() == _words(message, limits).strip()


def _words(message: Message, limits: Limits) -> str:
    """What was said in the latest attempt."""
    pieces = limits.pieces(message.content)
    return pieces[min(message.delivery.parts_sent if message.delivery else 0, len(pieces) - 1)]
