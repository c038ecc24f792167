"""When a person has to be asked, whatever the assistant could say: before it thinks, and once it has thought.

Pure functions of a question, the settings and the session's count. The first that is true names the reason.
"""

import re
from datetime import datetime, time

from ccs.assistant.phrases import ANGRY, asks_for, asks_for_person, mentions, mood
from ccs.assistant.words import Answer, HandOff, Question, Reason
from ccs.settings import AssistantSettings


DESCRIBED = re.compile(r"\[[^\[\]]{1,20}\]")      # a picture, a place: not her words


def before(question: Question, settings: AssistantSettings) -> str | None:
    """The reason for which the assistant need not even think."""
    said = [text for text in question.said if not DESCRIBED.match(text)]
    if not settings.serves(question.channel):
        return Reason.OFF
    if not is_on_duty(settings.hours, question.now):
        return Reason.OFF_HOURS
    if any(asks_for(text, settings.handoff_keywords) for text in said):
        return Reason.KEYWORD
    if any(mentions(text, settings.forbidden_topics) for text in said):
        return Reason.FORBIDDEN_TOPIC
    if any(asks_for_person(text) for text in said):
        return Reason.ASKED
    if mood_of(question) == ANGRY:
        return Reason.ANGRY
    return None


def after(decision: Answer | HandOff, unhelped: int, settings: AssistantSettings) -> Answer | HandOff:
    """What becomes of a decision. `unhelped` turns in a row had no answer before this one.

    What a model wrote may touch no forbidden topic; what the merchant wrote himself may.
    """
    if isinstance(decision, HandOff):
        return decision
    if not decision.text.strip():
        return HandOff(Reason.ERROR, basis=decision.basis)
    if not decision.helped and unhelped + 1 >= settings.max_failures:
        return HandOff(Reason.FAILED_ANSWERS, basis=decision.basis)
    if decision.basis.model and mentions(decision.text, settings.forbidden_topics):
        return HandOff(Reason.FORBIDDEN_TOPIC, decision.text, decision.basis)
    return decision


def mood_of(question: Question) -> str:
    return mood(question.said, [(each.sender, each.text) for each in question.before])


def is_on_duty(hours: str, now: datetime) -> bool:
    """Whether the moment, in the server's time zone, lies in `09:00-22:00`; `22:00-09:00` is the night, "" always."""
    if not hours:
        return True
    begin, end = map(time.fromisoformat, hours.split("-"))
    moment = now.time()
    if begin <= end:
        return begin <= moment < end
    return moment >= begin or moment < end
