"""What the assistant tells agents at the page: the hand-off card, and what its answers rest on.

What the assistant makes of a session is answered for it here; it has tests of its own.
"""

import re
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import Route, expect

from ccs.models import Briefing
from ccs.settings import Config
from tests.browser import Office, Workbench
from tests.looks import LOOKS, look_at
from tests.model import Model, heard, message, opened, session

CARD = {
    "reason": "low_confidence", "mood": "impatient", "wants": "羽绒服想换大一号，吊牌还在", "tried": "AI 答过换货规则",
    "open": "AI 没有把握的答案，请核实后回复", "orders": ["281046817987"], "phones": ["138****8000"],
    "draft": "可以换的，运费由我们承担", "assistant": {"confidence": 0.41}, "createdAt": "2026-11-24T10:00:00.000+08:00",
}
BASIS = {
    "confidence": 0.82, "model": "qwen-plus", "milliseconds": 1340, "tokens": 512,
    "sources": [
        {"id": "q-1", "question": "怎么换尺码", "confidence": 0.82},
        {"id": "q-2", "question": "退换货运费", "confidence": 0.5},
        {"id": "q-3", "question": "尺码表", "confidence": 0.4}, {"id": "q-4", "question": "洗标", "confidence": 0.3},
    ],
}
DETAIL = re.compile(r"/api/sessions/[0-9a-f]{32}$")


@pytest.fixture(autouse=True)
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the assistant tells of each session that it hands over."""
    told = {name: tuple(value) if isinstance(value, list) else value for name, value in CARD.items()}
    basis, created = told.pop("assistant"), datetime.fromisoformat(str(told.pop("createdAt")))
    briefing = Briefing(at=created, basis=basis, **told)
    monkeypatch.setattr("ccs.assistant.turns.briefing", lambda *asked: briefing)


async def told(wang: Workbench, basis: dict[str, Any] | None = BASIS) -> None:
    """From now on the server tells her so of what the assistant says."""
    async def history(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        for each in body["data"]:
            if each["senderType"] == "ai":
                each["fields"] = {"assistant": basis}
        await route.fulfill(response=answer, json=body)

    await wang.page.route("**/history*", history)


async def asks_for_a_person(office: Office, how: dict[str, Any] | None = None) -> Workbench:
    wang = await office.agent("wang", **(how or {}))
    await told(wang)
    await office.hears("jd", "陈女士", "你好", "我要转人工")
    await wang.opens("陈女士")
    return wang


@pytest.mark.gen_test
async def test_who_takes_over_need_not_ask_again(office: Office, with_assistant: Config) -> None:
    await office.start(with_assistant)
    wang = await asks_for_a_person(office)
    card = wang.page.locator(".handoff:visible")
    for words in ("AI 没有把握回答", "着急", CARD["wants"], CARD["tried"], CARD["open"], "281046817987", "138****8000"):
        await expect(card).to_contain_text(str(words))
    await expect(card).to_contain_text("接入后可以使用")
    await wang.button("接入").first.click()
    await wang.writes("您好，")
    await card.get_by_role("button", name="使用草稿").click()
    await expect(wang.composer).to_have_value("您好，\n可以换的，运费由我们承担")
    await expect(wang.composer).to_be_focused()
    await expect(wang.thread.locator(".message[data-from=me]")).to_have_count(0)      # nothing was sent
    await wang.ends()
    await expect(card).to_be_hidden()


@pytest.mark.gen_test
async def test_what_an_answer_rests_on_is_shown_when_asked_for(office: Office, with_assistant: Config) -> None:
    await office.start(with_assistant)
    wang = await asks_for_a_person(office)
    said = wang.thread.locator(".message[data-from=ai]").first
    await expect(said.get_by_text("怎么换尺码")).to_be_hidden()
    await said.get_by_text("依据 · 置信度 82%").click()
    for words in ("怎么换尺码", "退换货运费", "置信度 50%", "模型 qwen-plus", "用时 1.3 秒", "512 个 token"):
        await expect(said).to_contain_text(words)
    await expect(said.get_by_text("洗标")).to_be_hidden()
    await said.get_by_role("button", name="更多（1）").click()
    await expect(said.get_by_text("洗标")).to_be_visible()
    await expect(wang.message("我要转人工").locator(".basis-button")).to_be_hidden()


@pytest.mark.gen_test
async def test_that_she_should_wait_rests_on_nothing(office: Office, with_assistant: Config) -> None:
    await office.start(with_assistant)
    wang = await office.agent("wang")
    await told(wang, {"holding": True})
    await office.hears("jd", "陈女士", "你好")
    await wang.tab("AI 接待中").click()
    await wang.opens("陈女士")
    await expect(wang.thread.locator(".message[data-from=ai]")).to_have_count(1)
    await expect(wang.thread.locator(".basis-button")).to_be_hidden()


@pytest.mark.gen_test
async def test_a_session_without_a_card_is_asked_for_once(office: Office) -> None:
    wang = await office.agent("wang")
    asked: list[str] = []
    wang.page.on("request", lambda request: asked.append(request.url) if DETAIL.search(request.url) else None)
    await office.hears("jd", "陈女士", "在吗")
    await wang.opens("陈女士")
    await wang.sees("在吗")
    await office.hears("jd", "陈女士", "还在吗")
    await wang.sees("还在吗")
    await expect(wang.page.locator(".handoff:visible")).to_be_hidden()
    assert len(asked) == 1


@pytest.mark.gen_test
async def test_a_card_outlives_what_is_told_without_it_and_not_the_assistants_return(model: Model) -> None:
    events = [*opened(message(1)), heard("session_updated", session(version=2, status="pending", handoff=CARD))]
    listed = heard("session_updated", session(version=3, status="manual", manualCsId="wang"))
    assert (await model.after(*events, listed))["handoffs"] == {"s": CARD}
    back = heard("session_updated", session(version=4, status="ai"))
    assert (await model.after(*events, listed, back))["handoffs"] == {}
    assert "handoff" not in (await model.after(*events))["sessions"]["s"]


@pytest.mark.gen_test
@pytest.mark.parametrize("look", LOOKS)
async def test_a_card_shuts_nobody_out(office: Office, with_assistant: Config, look: str) -> None:
    await office.start(with_assistant)
    wang = await asks_for_a_person(office, LOOKS[look])
    await wang.thread.get_by_text("依据 · 置信度 82%").first.click()
    found = await look_at(wang, look, "handoff-pending")
    await wang.button("接入").first.click()
    await expect(wang.composer).to_be_editable()
    card = wang.page.locator(".handoff:visible")
    if await card.locator(".handoff-head").get_attribute("aria-expanded") == "false":
        await card.locator(".handoff-head").click()
    await card.get_by_role("button", name="使用草稿").click()
    found += await look_at(wang, look, "handoff-mine")
    await wang.leaves()
    assert found == []
