"""What agents think of the assistant's answers."""

from datetime import datetime

from attrs import evolve

from ccs.errors import Refusal
from ccs.kept import Thumb, Verdict
from ccs.lifecycle.rights import must_read
from ccs.models import NOTHING, Agent, Change, Event, EventType, Message, Sender, Session


def judge(session: Session, now: datetime, message: Message, thumb: Thumb, note: str, by: Agent | None) -> Change:
    """Whoever may read an answer says whether it was good, as often as she likes: her last verdict counts."""
    must_read(session, by)
    if message.sender is not Sender.AI and not message.is_drafted:
        raise Refusal("只能评价 AI 的回答")
    verdict = Verdict(message.session_id, message.seq, by.id if by else "", thumb, note, now)
    before = next((each for each in message.verdicts if each.agent_id == verdict.agent_id), None)
    if thumb is Thumb.NONE and before is None or before and evolve(before, given_at=now) == verdict:
        return NOTHING
    others = tuple(each for each in message.verdicts if each is not before)
    message = evolve(message, verdicts=others if thumb is Thumb.NONE else (*others, verdict))
    return Change(
        revised=(message,), verdicts=(verdict,), events=(Event(EventType.MESSAGE_UPDATED, session, message),)
    )
