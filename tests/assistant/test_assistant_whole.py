"""The assistant from one end to the other: what 陈女士 writes to 微信客服, what she gets, and what a model is told."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ccs.assistant.card import SAID_NOTHING
from ccs.assistant.knowledge import library
from ccs.demo import samples
from ccs.demo.vices import loses_answer
from ccs.demo.wecom import WeCom
from ccs.models import utc_now
from ccs.settings import AssistantSettings, Config, OpenAISettings
from store.spending import Spending
from tests.conftest import PATIENCE, Stage, until
from tests.kf import Chen, at_kf, until_there
from tests.llm import Act, Server, calls, chunk, refuses, says, stalls
from tests.tap import Tap

SIZES = "## 怎么选尺码\n图片：pictures/size.png\n\n160/50kg 选 S，165/55kg 选 M。\n\n## 多久发货\n\n现货 48 小时内发货。\n"
SHIPPING = "亲，现货 48 小时内发货。"
PHONE = "13800138000"
HOLDING = AssistantSettings().holding


@pytest.fixture
def knowing(settings: Config, tmp_path: Path) -> Config:
    """It answers at once, from a folder with a picture."""
    folder = tmp_path / "knowledge"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "size.png").write_bytes(samples.picture().content)
    (folder / "尺码.md").write_text(SIZES, encoding="utf-8")
    return evolve(settings, assistant=AssistantSettings(wait_seconds=0, knowledge_dir=folder))


def with_model(settings: Config, url: str, **more: Any) -> Config:
    openai = OpenAISettings(base_url=url, model="gpt-4o")
    return evolve(settings, assistant=evolve(settings.assistant, provider="openai", openai=openai, **more))


def reached(wecom: WeCom, customer: str) -> list[tuple[str, Any]]:
    return [(each.msgtype, each.body) for each in wecom.reached if each.external_userid == customer]


async def becomes(chen: Chen, status: str) -> dict[str, Any]:
    async def is_so() -> dict[str, Any] | None:
        session = await chen.session()
        return session if session["status"] == status else None
    return await chen.stage.session((await until_there(is_so))["sessionId"])


@pytest.mark.gen_test
async def test_an_entry_with_a_picture_arrives_as_words_and_then_the_picture(
    stage: Stage, wecom: WeCom, knowing: Config
) -> None:
    await stage.start(knowing)
    chen = at_kf(stage, wecom)
    await chen.says("怎么选尺码？")
    await until(lambda: len(wecom.reached) == 2)
    (first, words), (second, picture) = reached(wecom, chen.id)
    assert (first, words["content"], second) == ("text", "160/50kg 选 S，165/55kg 选 M。", "image")
    assert wecom.media.get(picture["media_id"]).content == samples.picture().content
    said = (await chen.history(3))[1:]
    assert [message["msgType"] for message in said] == ["text", "image"]
    for message in said:
        assert message["fields"]["assistant"]["sources"][0]["question"] == "怎么选尺码"


@pytest.mark.gen_test
async def test_the_next_customer_is_answered_from_the_file_as_it_is_by_now(
    stage: Stage, wecom: WeCom, knowing: Config, monkeypatch
) -> None:
    monkeypatch.setattr(library, "EVERY", 0.02)
    monkeypatch.setattr(library, "SETTLED", 0.02)
    await stage.start(knowing)
    chen, lin = at_kf(stage, wecom), at_kf(stage, wecom, customer="wmLin0001")
    await chen.says("多久发货？")
    await until(lambda: reached(wecom, chen.id))
    assert knowing.assistant.knowledge_dir
    (knowing.assistant.knowledge_dir / "尺码.md").write_text(SIZES.replace("48 小时", "24 小时"), encoding="utf-8")
    kept = stage.worker(library.Library)
    await until(lambda: any("24 小时" in entry.answer for entry in kept.shelf.entries))
    await lin.says("多久发货？")
    await until(lambda: reached(wecom, lin.id))
    told = [reached(wecom, each.id)[0][1]["content"] for each in (chen, lin)]
    assert told == ["现货 48 小时内发货。", "现货 24 小时内发货。"]


@pytest.mark.gen_test
async def test_a_models_answer_arrives_and_her_phone_never_reached_the_model(
    stage: Stage, wecom: WeCom, knowing: Config, llmock
) -> None:
    llmock.call_tool("answer", {"text": SHIPPING, "entries": [1]})
    async with Tap.before(llmock.base_url()) as tap:
        await stage.start(with_model(knowing, tap.url))
        chen = at_kf(stage, wecom)
        await chen.says(f"我的手机是 {PHONE}，多久发货？")
        await until(lambda: wecom.reached)
        assert reached(wecom, chen.id)[0][1]["content"] == SHIPPING
        assert "多久发货" in tap.heard.decode() and "〔手机1〕" in tap.heard.decode()
        assert PHONE.encode() not in tap.heard
    (_, said) = await chen.history(2)
    basis = said["fields"]["assistant"]
    assert basis["sources"][0]["question"] == "多久发货" and basis["model"] == "gpt-4o" and basis["tokens"] > 100
    book = Spending(knowing.server.data_dir)
    assert [tokens for _, _, tokens in book.entries(utc_now().date() - timedelta(days=1))] == [basis["tokens"]]
    llmock.assert_resilient(strict=True)


@pytest.mark.gen_test
@pytest.mark.parametrize("act, reason", [
    (refuses(500), "assistant_error"), (says(b"<html>"), "assistant_error"), (stalls(), "assistant_timeout"),
])
async def test_while_the_model_is_down_a_person_is_asked_and_she_is_told_once(
    stage: Stage, wecom: WeCom, knowing: Config, act: Act, reason: str
) -> None:
    async with Server.open(act) as model:
        await stage.start(with_model(knowing, model.url, timeout_seconds=0.5))
        chen = at_kf(stage, wecom)
        await chen.says("多久发货？")
        session = await becomes(chen, "pending")
        assert session["pendingReason"] == reason and session["handoff"]["wants"] == "多久发货？"
        await chen.says("在吗")
        await until(lambda: wecom.reached)
    await stage.stop()
    assert reached(wecom, chen.id) == [("text", {"content": HOLDING})]


@pytest.mark.gen_test
async def test_an_agent_who_takes_her_while_the_model_writes_breaks_it_off(
    stage: Stage, wecom: WeCom, knowing: Config
) -> None:
    begun = chunk(tool_calls=[{"index": 0, "id": "c", "function": {"name": "answer", "arguments": '{"text": "亲'}}])
    async with Server.open(stalls(begun)) as model:
        await stage.start(with_model(knowing, model.url))
        chen = at_kf(stage, wecom)
        await chen.says("多久发货？")
        visit = await model.visit(0)
        session = await chen.session()
        taken = await stage.post(f"/api/sessions/{session['sessionId']}/takeover", {"csId": "wang"})
        assert taken.status_code == 200
        await asyncio.wait_for(visit.left.wait(), PATIENCE)
    await stage.stop()
    assert not wecom.reached


@pytest.mark.gen_test
async def test_an_answer_that_did_not_arrive_is_on_the_card_of_whoever_answers_instead(
    stage: Stage, wecom: WeCom, knowing: Config
) -> None:
    await stage.start(knowing)
    chen = at_kf(stage, wecom)
    wecom.fails.append(10)                      # taken, and told behind it that she refuses messages
    await chen.says("多久发货？")
    await until(lambda: not wecom.fails)
    await chen.history(2)
    await chen.wakes()
    session = await becomes(chen, "pending")
    card = session["handoff"]
    assert session["pendingReason"] == card["reason"] == "cannot_reply"
    assert (card["wants"], card["tried"]) == ("多久发货？", "AI 还没有回答过")
    assert card["draft"] == "现货 48 小时内发货。"
    assert card["assistant"]["sources"][0]["question"] == "多久发货"


@pytest.mark.gen_test
async def test_the_model_sums_up_for_whoever_takes_over(stage: Stage, wecom: WeCom, knowing: Config) -> None:
    lines = {"wants": "想知道多久发货", "tried": "说过 48 小时内发货", "open": "要人工确认"}
    acts = says(calls("answer", {"text": SHIPPING, "entries": [1]})), says(calls("summary", lines))
    async with Server.open(*acts) as model:
        await stage.start(with_model(knowing, model.url))
        chen = at_kf(stage, wecom)
        await chen.says("多久发货？")
        await chen.history(2)
        await chen.says("转人工")
        card = (await becomes(chen, "pending"))["handoff"]
    assert {name: card[name] for name in lines} == lines and card["reason"] == "keyword"


@pytest.mark.gen_test
async def test_the_card_grows_with_what_she_tells_while_she_waits_for_a_person(
    stage: Stage, wecom: WeCom, knowing: Config
) -> None:
    await stage.start(knowing)
    li = await stage.agent("li")
    chen = at_kf(stage, wecom)
    await chen.says("转人工")
    assert (await becomes(chen, "pending"))["handoff"]["wants"] == SAID_NOTHING
    await chen.says("订单 285012345678 三天了还没发，电话 13800138000")
    told = await li.hears("session_updated", lambda frame: "orders" in frame["data"].get("handoff", {}))
    card = told["data"]["handoff"]
    assert card["wants"] == "订单 285012345678 三天了还没发，电话 138****8000"
    assert (card["orders"], card["phones"], card["reason"]) == (["285012345678"], ["138****8000"], "keyword")
    assert (await stage.session((await chen.session())["sessionId"]))["handoff"] == card


@pytest.mark.gen_test
async def test_an_answer_of_which_nobody_knows_whether_it_arrived_asks_for_a_person(
    stage: Stage, wecom: WeCom, knowing: Config
) -> None:
    await stage.start(knowing)
    chen = at_kf(stage, wecom)
    wecom.next("kf/send_msg", loses_answer)
    await chen.says("多久发货？")
    session = await becomes(chen, "pending")
    card = session["handoff"]
    assert session["pendingReason"] == card["reason"] == "unconfirmed"
    assert (card["wants"], card["draft"]) == ("多久发货？", "现货 48 小时内发货。")
    assert len(reached(wecom, chen.id)) <= 2    # it, and at most the holding words: nothing is said again
