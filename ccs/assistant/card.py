"""What the agent who takes over is told, so that nobody has to ask the customer again: the hand-off card.

Made by rules from what was said; a model's summary may stand in for the three lines.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from attrs import evolve

from ccs.assistant import findings, rules
from ccs.assistant.asking import question_of, without
from ccs.assistant.knowledge.smalltalk import courtesy
from ccs.assistant.phrases import asks_for_person
from ccs.assistant.words import HandOff, Question, Reason, Summary
from ccs.models import Briefing, Fate, Message, Sender, Session

SAID_NOTHING = "没有说明来意，直接要求人工"
LINE = 120                  # characters of one line of the summary
FEW = 8                     # characters in which a wish for a person says nothing else

OPEN = {
    Reason.KEYWORD: "客户要求人工接待",
    Reason.ASKED: "客户要求人工接待",
    Reason.LOW_CONFIDENCE: "AI 没有把握的答案，请核实后回复",
    Reason.FAILED_ANSWERS: "AI 多次没能答上来，问题还没有解决",
    Reason.FORBIDDEN_TOPIC: "涉及只能由人工答复的话题，请谨慎回复",
    Reason.ANGRY: "客户情绪激动，请先安抚再处理",
    Reason.OFF_HOURS: "AI 不在工作时间，客户还没有得到回复",
    Reason.ERROR: "AI 出错，客户还没有得到回复",
    Reason.TIMEOUT: "AI 没能及时回答，客户还没有得到回复",
    Reason.BUDGET: "模型用量已到上限，客户还没有得到回复",
    Reason.OFF: "AI 不再接待这里的客户，还没有人回复",
    Reason.CANNOT_REPLY: "AI 的回复发送失败，请看是否还能回复客户",
    Reason.UNCONFIRMED: "AI 的回复可能没有送到客户，请确认后再回",
}


def briefing(
    question: Question, handoff: HandOff, messages: Sequence[Message], summary: Summary | None = None
) -> Briefing:
    """`messages` are the session's last ones, these of the question included."""
    summary = summary or summed_up(question, handoff.reason, messages)
    return Briefing(
        reason=handoff.reason,
        at=question.now.astimezone(UTC),
        mood=rules.mood_of(question),
        wants=_line(summary.wants),
        tried=_line(summary.tried),
        open=_line(summary.open),
        orders=findings.orders(messages),
        products=findings.products(messages),
        phones=findings.phones(messages),
        draft=handoff.draft,
        basis=handoff.basis.as_fields() if handoff.draft else {},
    )


def of_unheard(unheard: Message, session: Session, messages: Sequence[Message], now: datetime) -> Briefing:
    """For whoever answers in place of what did not reach her; that is the draft."""
    session, messages = without(unheard, session, messages)
    is_lost = unheard.delivery is not None and unheard.delivery.state is Fate.UNCERTAIN
    reason = Reason.UNCONFIRMED if is_lost else Reason.CANNOT_REPLY
    card = briefing(question_of(session, messages, now), HandOff(reason), messages)
    basis = unheard.fields.get("assistant")
    if unheard.type != "text" or not isinstance(basis, dict):
        return card
    return evolve(card, draft=unheard.content, basis=basis)


def renewed(card: Briefing, question: Question, messages: Sequence[Message]) -> Briefing:
    """The card once she has said more. What a model summed up stays, and her newest words come after it."""
    return evolve(
        card,
        mood=rules.mood_of(question),
        wants=_more_wanted(card.wants, question),
        orders=_merged(card.orders, findings.orders(messages)),
        products=_merged(card.products, findings.products(messages)),
        phones=_merged(card.phones, findings.phones(messages)),
    )


def _more_wanted(before: str, question: Question) -> str:
    wants = _line(_wants(question))
    if not before or before == SAID_NOTHING or wants.startswith(before.rstrip("…")):
        return wants
    newest = _line(question.said[-1]) if question.said else ""
    return before if newest in before or _says_nothing(newest) else _line(f"{before} / {newest}")


def _merged(before: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *found)))[:findings.MOST]


def summed_up(question: Question, reason: str, messages: Sequence[Message]) -> Summary:
    """By rules: what she said, what was answered, and what the reason leaves open."""
    return Summary(_wants(question), _tried(question, messages), OPEN.get(reason, "客户在等人工回复"))


def _wants(question: Question) -> str:
    """What she writes now; if that only asks for a person, what she wrote before."""
    now = [text for text in question.said if not _says_nothing(text)]
    if now:
        return " / ".join(now)
    earlier = [each.text for each in question.before if each.sender is Sender.CUSTOMER and not _says_nothing(each.text)]
    return earlier[-1] if earlier else SAID_NOTHING if question.said else ""


def _says_nothing(text: str) -> bool:
    """But that she is there, or wants a person."""
    if courtesy(text) or not any(each.isalnum() for each in text):
        return True
    return len(text.strip()) <= FEW and (asks_for_person(text) or "人工" in text or "真人" in text)


def _tried(question: Question, messages: Sequence[Message]) -> str:
    if question.concluded:
        return f"同事此前的处理：{question.concluded}"
    last = next((message.content for message in reversed(messages) if _is_answer(message)), None)
    return f"AI 最近答过：{last}" if last else "AI 还没有回答过"


def _is_answer(message: Message) -> bool:
    """Of the assistant's messages a greeting rests on nothing, and is none."""
    basis = message.fields.get("assistant")
    return message.sender is Sender.AI and isinstance(basis, dict) and bool(basis.get("confidence"))


def _line(text: str) -> str:
    text = findings.masked(" ".join(text.split()))
    return text if len(text) <= LINE else f"{text[:LINE - 1]}…"
