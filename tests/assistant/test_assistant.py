"""The assistant's turns: it answers what was said in one breath, never over anybody, and leaves nobody in silence."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import define, evolve, field

from ccs.assistant import turns
from ccs.assistant.asking import question_of
from ccs.assistant.turns import Turns
from ccs.assistant.words import Answer, Basis, HandOff, Question, Reason, Source, Summary
from ccs.demo.gateway import Gateway
from ccs.models import Message, Outgoing, Sender
from ccs.settings import AssistantSettings, Config
from tests.conftest import AgentAtWork, Customer, Stage, until
from tests.faults import FaultyConnection
from tests.platforms import gateway_message
from tests.process import Process
from tests.test_lifecycle import NOW, SOON, a_session

BASIS = Basis(0.92, (Source("a1", "什么时候发货", 0.92),), milliseconds=3)
GOOD = Answer("48 小时内发货", BASIS)


@define(slots=False)
class Thinker:
    """A responder that is told when to answer, and with what."""

    says: Any = GOOD                                    # or what it raises
    held: bool = False                                  # until `go` is set
    go: asyncio.Event = field(factory=asyncio.Event)
    asked: list[Question] = field(factory=list)
    broken_off: int = 0
    at_once: int = 0
    most_at_once: int = 0

    async def respond(self, question: Question) -> Any:
        self.asked.append(question)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.held:
                await self.go.wait()
            if isinstance(self.says, BaseException):
                raise self.says
            return self.says
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        finally:
            self.at_once -= 1


@pytest.fixture
def thinker(monkeypatch) -> Thinker:
    thinker = Thinker()
    monkeypatch.setattr("ccs.assistant.greeter.Greeter.respond", lambda self, question: thinker.respond(question))
    return thinker


@pytest.fixture
def with_assistant(with_assistant: Config) -> Config:
    """It says that it hands over."""
    return with_(with_assistant, holding=AssistantSettings().holding)


def with_(settings: Config, **more: Any) -> Config:
    return evolve(settings, assistant=evolve(settings.assistant, **more))


async def contents(stage: Stage, session_id: str) -> list[str]:
    return [row["content"] for row in await stage.history(session_id)]


async def becomes(stage: Stage, status: str, name: str = "陈女士") -> dict[str, Any]:
    """Her session, once it is that."""
    chen = stage.customer(name)
    for _ in range(500):
        session = await chen.session()
        if session["status"] == status:
            return await stage.session(session["sessionId"])
        await asyncio.sleep(0.005)
    raise AssertionError(f"it is still {session['status']}")


async def taken_over(chen: Customer, wang: AgentAtWork, words: str) -> str:
    """The id of her session, which these words made a person's."""
    await chen.says(words)
    session_id: str = (await becomes(chen.stage, "pending"))["sessionId"]
    await wang.accepts(session_id)
    return session_id


# Speaking


@pytest.mark.gen_test
async def test_an_answer_says_what_it_rests_on_and_brings_what_belongs_to_it(
    stage: Stage, with_assistant, thinker, gateway: Gateway
) -> None:
    link = Outgoing("[链接] 说明", "link", {"url": "https://shop.example/a", "title": "说明"})
    refused = Outgoing("[图片]", "image")               # without its file, which no platform takes
    thinker.says = evolve(GOOD, more=(refused, link))
    await stage.start(with_assistant)
    await stage.customer().says("什么时候发货")
    await until(lambda: len(gateway.said) == 2)
    session = await becomes(stage, "ai")
    _, answer, more = await stage.history(session["sessionId"])
    assert (answer["content"], answer["senderType"]) == ("48 小时内发货", "ai")
    assert answer["fields"]["assistant"] == more["fields"]["assistant"] == BASIS.as_fields()
    assert more["msgType"] == "link" and more["delivery"]
    assert "waitingSince" not in session


@pytest.mark.gen_test
async def test_what_she_writes_in_one_breath_is_one_turn(stage: Stage, with_assistant, thinker, gateway) -> None:
    await stage.start(with_(with_assistant, wait_seconds=0.15))
    for text in ("在吗", "我买的杯子", "什么时候发货"):
        await stage.customer().says(text)
    await until(lambda: gateway.said)
    assert [question.said for question in thinker.asked] == [("在吗", "我买的杯子", "什么时候发货")]


@pytest.mark.gen_test
async def test_who_keeps_writing_is_not_waited_for_without_end(stage: Stage, with_assistant, thinker) -> None:
    await stage.start(with_(with_assistant, wait_seconds=0.1))
    writing, loop = True, asyncio.get_running_loop()
    began = loop.time()

    async def writes() -> None:
        while writing:
            await stage.customer().says("还有")

    work = asyncio.ensure_future(writes())
    await until(lambda: thinker.asked)
    assert loop.time() - began < 0.1 * turns.LONGEST_CALM + 1
    writing = False
    await work


@pytest.mark.gen_test
async def test_who_writes_while_it_thinks_is_thought_about_anew(stage: Stage, with_assistant, thinker, gateway) -> None:
    thinker.held = True
    await stage.start(with_assistant)
    await stage.customer().says("什么时候发货")
    await until(lambda: thinker.asked)
    await stage.customer().says("能退吗")
    await until(lambda: len(thinker.asked) == 2)
    assert thinker.asked[1].said == ("什么时候发货", "能退吗") and thinker.broken_off == 1
    thinker.go.set()
    await until(lambda: gateway.said)
    session = await stage.customer().session()
    assert await contents(stage, session["sessionId"]) == ["什么时候发货", "能退吗", GOOD.text]


@pytest.mark.gen_test
async def test_who_writes_through_all_its_thoughts_gets_a_person(stage: Stage, with_assistant, thinker) -> None:
    thinker.held = True
    await stage.start(with_assistant)
    for number in range(turns.MOST_THOUGHTS):
        await stage.customer().says(f"第 {number} 句")
        await until(lambda: len(thinker.asked) == number + 1)
    await stage.customer().says("最后一句")
    assert (await becomes(stage, "pending"))["pendingReason"] == Reason.TIMEOUT
    assert len(thinker.asked) == thinker.broken_off == turns.MOST_THOUGHTS


@pytest.mark.gen_test
async def test_a_name_that_comes_meanwhile_breaks_no_thought_off(stage: Stage, with_assistant, thinker) -> None:
    """It is not her turn that moves then."""
    thinker.held = True
    await stage.start(with_assistant)
    await stage.customer().says("什么时候发货")
    await until(lambda: thinker.asked)
    stage.worker(Turns).wake((await stage.customer().session())["sessionId"])
    thinker.go.set()
    await until(lambda: thinker.at_once == 0)
    assert len(thinker.asked) == 1 and thinker.broken_off == 0


# Never over anybody


@pytest.mark.gen_test
@pytest.mark.parametrize("act", ["takeover", "close"])
async def test_who_takes_or_ends_the_session_breaks_the_thought_off_at_once(
    stage: Stage, with_assistant, thinker, gateway, act: str
) -> None:
    thinker.held = True
    await stage.start(with_assistant)
    await stage.customer().says("什么时候发货")
    await until(lambda: thinker.asked)
    session_id = (await stage.customer().session())["sessionId"]
    await stage.post(f"/api/sessions/{session_id}/{act}", {"csId": "wang"})
    assert thinker.broken_off == 1
    thinker.go.set()
    assert await contents(stage, session_id) == ["什么时候发货"] and not gateway.said


@pytest.mark.gen_test(timeout=120)
async def test_nothing_is_said_over_an_agent_who_takes_the_session_at_any_moment(
    stage: Stage, with_assistant, thinker, gateway: Gateway
) -> None:
    chance, customers, taken_at = Random(11), 200, dict[str, int]()

    async def respond(question: Question) -> Answer | HandOff:
        await asyncio.sleep(chance.random() * 0.3)
        return HandOff(Reason.LOW_CONFIDENCE) if chance.random() < 0.3 else GOOD

    thinker.respond = respond
    await stage.start(with_(with_assistant, holding="请稍等"))

    async def play(number: int) -> None:
        chen = stage.customer(f"c{number}")
        await chen.says("什么时候发货")
        session_id = (await chen.session())["sessionId"]
        await asyncio.sleep(chance.random() * 0.3)
        for _ in range(10):
            for verb in chance.sample(["takeover", "accept"], 2):
                answer = await stage.post(f"/api/sessions/{session_id}/{verb}", {"csId": "wang"})
                if answer.status_code == 200:
                    taken_at[session_id] = answer.json()["data"]["messageCount"]
                    return
        raise AssertionError("nobody could take it")

    for start in range(0, customers, 20):
        await asyncio.gather(*(play(number) for number in range(start, start + 20)))
    assert len(taken_at) == customers
    for session_id, count in taken_at.items():
        answer = await stage.post(f"/api/sessions/{session_id}/message", {"content": "在的"})
        assert answer.status_code == 200
    heard: dict[str, list[str]] = {}
    await until(lambda: sum(each["message"]["text"] == "在的" for each in gateway.said) == customers)
    for each in gateway.said:
        heard.setdefault(each["customerId"], []).append(each["message"]["text"])
    for session_id, count in taken_at.items():
        rows = await stage.history(session_id)
        assert all(row["senderType"] != "ai" for row in rows if row["seq"] > count), rows
        customer = (await stage.session(session_id))["customerId"]
        sent = [row["content"] for row in rows if row.get("delivery", {}).get("state") == "sent"]
        assert heard[customer] == sent and sent[-1] == "在的"
    assert len({len(texts) for texts in heard.values()}) > 1, "some were taken before the assistant spoke, some after"


# Whatever fails


@pytest.mark.gen_test
@pytest.mark.parametrize("says, reason", [
    (RuntimeError("broken"), Reason.ERROR), (Answer("  ", BASIS), Reason.ERROR), (None, Reason.ERROR),
    (asyncio.CancelledError(), Reason.ERROR), (HandOff(Reason.BUDGET), Reason.BUDGET),
    (HandOff(Reason.LOW_CONFIDENCE, "也许明天", BASIS), Reason.LOW_CONFIDENCE),
])
async def test_every_failure_ends_with_a_person_and_one_sentence(
    stage: Stage, with_assistant, thinker, gateway, says: Any, reason: str
) -> None:
    thinker.says = says
    await stage.start(with_assistant)
    await stage.customer().says("什么时候发货")
    session = await becomes(stage, "pending")
    assert session["pendingReason"] == session["handoff"]["reason"] == reason
    assert session["handoff"].get("draft", "") == (says.draft if isinstance(says, HandOff) else "")
    await stage.customer().says("在吗")
    await until(lambda: gateway.said)
    holding = with_assistant.assistant.holding
    assert await contents(stage, session["sessionId"]) == ["什么时候发货", holding, "在吗"]
    assert [each["message"]["text"] for each in gateway.said] == [holding]
    assert "waitingSince" in session


@pytest.mark.gen_test
async def test_who_has_to_wait_too_long_for_an_answer_gets_a_person(stage: Stage, with_assistant, thinker) -> None:
    thinker.held = True
    await stage.start(with_(with_assistant, timeout_seconds=0.1))
    await stage.customer().says("什么时候发货")
    assert (await becomes(stage, "pending"))["pendingReason"] == Reason.TIMEOUT
    assert thinker.broken_off == 1


@pytest.mark.gen_test
async def test_a_responder_that_cannot_be_broken_off_holds_nobody_up(stage: Stage, with_assistant, thinker) -> None:
    async def deaf(question: Question) -> Answer:
        while not thinker.go.is_set():
            try:
                await thinker.go.wait()
            except asyncio.CancelledError:
                thinker.broken_off += 1
        return GOOD

    thinker.respond = deaf
    await stage.start(with_(with_assistant, timeout_seconds=0.1))
    await stage.customer().says("什么时候发货")
    session = await becomes(stage, "pending")
    thinker.go.set()
    await until(lambda: thinker.broken_off)
    assert GOOD.text not in await contents(stage, session["sessionId"])


@pytest.mark.gen_test
async def test_so_many_think_at_once_and_the_others_stand_in_line(
    stage: Stage, with_assistant, thinker, gateway
) -> None:
    thinker.held = True
    await stage.start(with_assistant)
    names = [f"c{number}" for number in range(2 * turns.MOST_AT_ONCE)]
    for name in names:
        await stage.customer(name).says("什么时候发货")
    await until(lambda: len(thinker.asked) == turns.MOST_AT_ONCE)
    thinker.go.set()
    await until(lambda: len(gateway.said) == len(names))
    assert thinker.most_at_once == turns.MOST_AT_ONCE


# Coming back


@pytest.mark.gen_test
async def test_a_stop_breaks_the_thought_off_and_the_next_start_takes_it_up(
    stage: Stage, with_assistant, thinker, gateway
) -> None:
    thinker.held = True
    await stage.start(with_assistant)
    await stage.customer().says("什么时候发货")
    await until(lambda: thinker.asked)
    await stage.stop()
    assert thinker.broken_off == 1 and not gateway.said
    thinker.held = False
    await stage.start()
    await until(lambda: gateway.said)
    assert thinker.asked[1].said == ("什么时候发货",)


@pytest.mark.gen_test
async def test_whom_a_failed_disk_kept_from_an_answer_gets_it_when_the_disk_is_back(
    stage: Stage, with_assistant, thinker, gateway
) -> None:
    thinker.held = True
    await stage.start(with_assistant)
    await stage.customer().says("什么时候发货")
    await until(lambda: thinker.asked)
    assert stage.server
    journal = stage.server._journal
    journal._connection = FaultyConnection(journal._connection, "before")
    thinker.held = False
    thinker.go.set()
    await until(lambda: gateway.said)
    session = await becomes(stage, "ai")
    assert await contents(stage, session["sessionId"]) == ["什么时候发货", GOOD.text]


@pytest.mark.gen_test
async def test_who_was_waiting_when_the_assistant_was_turned_off_gets_a_person(
    stage: Stage, with_assistant, thinker
) -> None:
    thinker.held = True
    await stage.start(with_assistant)
    await stage.customer().says("什么时候发货")
    await stage.stop()
    await stage.start(with_(with_assistant, channels=("wechat",)))
    session = await becomes(stage, "pending")
    assert session["pendingReason"] == "assistant_off" and session["messageCount"] == 1
    await stage.customer("新客户").says("在吗")
    assert (await becomes(stage, "pending", "新客户"))["pendingReason"] == "assistant_off"


@pytest.mark.gen_test
async def test_off_duty_customers_wait_for_people_and_are_told_so(
    stage: Stage, with_assistant, thinker, gateway
) -> None:
    now = datetime.now(ZoneInfo(with_assistant.server.timezone))
    hours = f"{now + timedelta(hours=2):%H:%M}-{now + timedelta(hours=3):%H:%M}"
    await stage.start(with_(with_assistant, hours=hours, wait_seconds=30.0))
    await stage.customer().says("什么时候发货")
    assert (await becomes(stage, "pending"))["pendingReason"] == Reason.OFF_HOURS
    await until(lambda: gateway.said)
    assert gateway.said[0]["message"]["text"] == with_assistant.assistant.closed_words and not thinker.asked


# Handing over, and back


def test_a_sentence_that_has_her_wait_and_what_was_taken_back_answer_nothing_and_ask_nothing() -> None:
    holding = {"assistant": {"holding": True}}
    asked = [
        Message("1", "s", 1, Sender.CUSTOMER, "陈女士", "能退吗", NOW),
        Message("2", "s", 2, Sender.AI, "assistant", "请稍等", NOW, fields=holding),
        Message("3", "s", 3, Sender.CUSTOMER, "陈女士", "打错了", SOON, recalled_at=SOON),
        Message("4", "s", 4, Sender.CUSTOMER, "陈女士", "运费谁出", SOON),
    ]
    question = question_of(a_session("ai", waiting_since=NOW), asked, SOON)
    assert (question.said, question.before) == (("能退吗", "运费谁出"), ())
    concluded = a_session("ai", waiting_since=SOON, conclusion="能退")
    assert question_of(concluded, asked, SOON).said == ("运费谁出",)


@pytest.mark.gen_test
async def test_the_card_goes_to_who_may_read_and_into_no_list(stage: Stage, with_assistant, thinker) -> None:
    await stage.start(with_assistant)
    wang, li = await stage.agent("wang"), await stage.agent("li")
    await stage.customer().says("订单 285012345678 怎么还没到，电话 13800138000，转人工")
    card = (await wang.hears("new_pending_session"))["data"]["handoff"]
    assert (card["orders"], card["phones"], card["mood"]) == (["285012345678"], ["138****8000"], "impatient")
    session = await becomes(stage, "pending")
    assert session["handoff"] == card
    taken = (await wang.accepts(session["sessionId"])).json()["data"]
    assert taken["handoff"] == card and (await stage.session(session["sessionId"]))["handoff"] == card
    rows = (await stage.get("/api/sessions")).json()["data"]
    assert all("handoff" not in row for row in rows)
    heard = await li.hears("session_accepted")
    assert "handoff" not in heard["data"]
    await stage.stop()
    await stage.start()
    assert (await stage.session(session["sessionId"]))["handoff"] == card


@pytest.mark.gen_test
async def test_a_missed_hand_over_is_replayed_with_its_card(stage: Stage, with_assistant, thinker) -> None:
    await stage.start(with_assistant)
    wang = await stage.agent("wang")
    epoch, last = wang.hello["epoch"], wang.hello["eventId"]
    wang.leave()
    await stage.customer().says("转人工")
    session = await becomes(stage, "pending")
    again = await stage.agent("wang")
    again.sends({"type": "resume", "epoch": epoch, "eventId": last, "bound": []})
    assert (await again.hears("new_pending_session"))["data"]["handoff"] == session["handoff"]


@pytest.mark.gen_test
async def test_what_a_person_concluded_reaches_the_assistant_and_is_not_answered_again(
    stage: Stage, with_assistant, thinker, gateway
) -> None:
    await stage.start(with_assistant)
    chen, wang = stage.customer(), await stage.agent("wang")
    session_id = await taken_over(chen, wang, "我要投诉")
    released = await stage.post(f"/api/sessions/{session_id}/release", {"csId": "wang", "conclusion": " 已补发，周三到 "})
    assert released.status_code == 200 and "waitingSince" not in released.json()["data"]
    await chen.says("周三几点")
    await until(lambda: thinker.asked)
    (question,) = thinker.asked
    assert (question.said, question.concluded) == (("周三几点",), "已补发，周三到")
    assert [(each.sender, each.text) for each in question.before] == [(Sender.CUSTOMER, "我要投诉")]
    await stage.post(f"/api/sessions/{session_id}/close")
    await chen.says("又来了")
    later = (await chen.session())["sessionId"]
    [earlier] = (await stage.get(f"/api/sessions/{later}/earlier")).json()["data"]
    assert (earlier["sessionId"], earlier["summary"]) == (session_id, "已补发，周三到")
    await chen.says("转人工，我要查发货")
    called = await wang.hears("new_pending_session", lambda frame: frame["sessionId"] == later)
    wants = called["data"]["handoff"]["wants"]
    await stage.post(f"/api/sessions/{later}/close")
    await chen.says("还在吗")
    last = (await stage.get(f"/api/sessions/{(await chen.session())['sessionId']}/earlier")).json()["data"]
    assert wants and [each["summary"] for each in last] == [wants, "已补发，周三到"]


@pytest.mark.gen_test
async def test_without_a_conclusion_her_last_words_stand_for_it_and_what_she_left_open_is_answered(
    stage: Stage, with_assistant, thinker, gateway
) -> None:
    await stage.start(with_assistant)
    chen, wang = stage.customer(), await stage.agent("wang")
    session_id = await taken_over(chen, wang, "转人工")
    await wang.replies(session_id, "可以换 M 码")
    await chen.says("运费谁出")
    await stage.post(f"/api/sessions/{session_id}/release", {"csId": "wang"})
    await until(lambda: thinker.asked)
    (question,) = thinker.asked
    assert (question.said, question.concluded) == (("运费谁出",), "可以换 M 码")
    await until(lambda: gateway.said and gateway.said[-1]["message"]["text"] == GOOD.text)


@pytest.mark.gen_test
async def test_a_summary_that_fails_or_dawdles_keeps_nobody_from_a_person(
    stage: Stage, with_assistant, thinker, monkeypatch
) -> None:
    monkeypatch.setattr(turns, "SUMMARY_PATIENCE", 0.05)
    summaries: list[Callable[[], Awaitable[Summary]]] = []

    async def good() -> Summary:
        return Summary("想退货", "说明过政策", "等取件")

    async def broken() -> Summary:
        raise RuntimeError

    async def slow() -> Summary:
        await asyncio.sleep(60)
        raise AssertionError

    summaries += [good, broken, slow]
    await stage.start(with_assistant)
    stage.worker(Turns)._summarise = lambda question, reason: summaries.pop(0)()
    for name, wants in (("a", "想退货"), ("b", "怎么退货"), ("c", "怎么退货")):
        await stage.customer(name).says("怎么退货")
        await stage.customer(name).says("人工")
        session = await becomes(stage, "pending", name)
        assert session["handoff"]["wants"] == wants


@pytest.mark.gen_test
async def test_who_writes_while_she_is_summed_up_waits_for_no_second_summary(
    stage: Stage, with_assistant, thinker
) -> None:
    begun, go_on, asked = asyncio.Event(), asyncio.Event(), []

    async def summarise(question: Question, reason: str) -> Summary:
        asked.append(question.said)
        begun.set()
        await go_on.wait()
        return Summary("想退货", "", "")

    await stage.start(with_assistant)
    stage.worker(Turns)._summarise = summarise
    await stage.customer().says("人工")
    await begun.wait()
    await stage.customer().says("快点")
    go_on.set()
    session = await becomes(stage, "pending")
    assert asked == [("人工",)] and session["handoff"]["wants"] == "快点"


@pytest.fixture
def process(tmp_path: Path, gateway: Gateway) -> Iterator[Process]:
    process = Process(tmp_path, gateway.url)
    yield process
    process.stop()


@pytest.mark.gen_test(timeout=60)
async def test_whom_a_kill_kept_from_an_answer_gets_it_from_the_next_start(process: Process, gateway: Gateway) -> None:
    process.provider, process.more = "knowledge", "wait_seconds = 30.0\n"
    await asyncio.to_thread(process.start)
    body = json.dumps(gateway_message("陈女士", "在吗", "m1")).encode()
    assert (await asyncio.to_thread(process.callback, body)).status_code == 200
    process.kill()
    process.more = "wait_seconds = 0.1\n"
    await asyncio.to_thread(process.start)
    await until(lambda: gateway.said)
    assert gateway.said[0]["message"]["text"] == AssistantSettings().welcome
