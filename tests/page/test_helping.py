"""The assistant helps an agent with her reply, at the page: suggestions, polishing, a summary. It never sends.

The knowledge base is the demo's; the model's server is played.
"""

import asyncio

import pytest
from attrs import evolve
from playwright.async_api import Locator, expect

from ccs.demo.shop import KNOWLEDGE
from ccs.settings import AssistantSettings, Config, OpenAISettings
from tests.browser import Office, Workbench
from tests.conftest import PATIENCE
from tests.llm import DONE, Act, Server, calls, chunk, refuses, says, stalls
from tests.looks import LOOKS, look_at
from tests.model import Model, opened

HOURS = "每天9:00到23:00在线"


@pytest.fixture
def by_rules(settings: Config) -> Config:
    return evolve(settings, assistant=AssistantSettings(wait_seconds=0, holding="", knowledge_dir=KNOWLEDGE))


def by_model(settings: Config, url: str) -> Config:
    """It helps agents, and customers are left to them."""
    openai = OpenAISettings(base_url=url, model="gpt-4o")
    return evolve(settings, assistant=AssistantSettings(provider="openai", openai=openai, handoff_keywords=("你好",)))


def polished(text: str) -> Act:
    return says(chunk(text) + chunk(finish="stop") + DONE)


def aid(wang: Workbench) -> Locator:
    return wang.page.locator("#thread .aid")


def sent(wang: Workbench) -> Locator:
    return wang.thread.locator(".message[data-from=me]")


async def holds(office: Office, settings: Config, *words: str) -> Workbench:
    await office.start(settings)
    wang = await office.agent("wang")
    await office.hears("jd", "陈女士", *words)
    await wang.accepts("陈女士")
    return wang


@pytest.mark.gen_test(timeout=30)
async def test_a_suggestion_is_put_into_the_reply_by_her_and_sent_by_her(office: Office, by_rules: Config) -> None:
    await office.start(by_rules)
    wang = await office.agent("wang")
    await office.hears("jd", "陈女士", "你好，转人工", "客服几点下班")
    await wang.opens("陈女士")
    await wang.page.keyboard.press("Alt+j")
    chip = aid(wang).locator(".aid-chips button").first
    await expect(chip).to_contain_text(HOURS)
    await expect(chip).to_be_disabled()                # she does not hold it yet
    await wang.button("接入").first.click()
    await wang.writes("您好")
    await wang.composer.press("Alt+1")
    await expect(wang.composer).to_have_value(f"您好\n{await chip.locator('.aid-text').text_content()}")
    await expect(aid(wang).get_by_text("AI 写的，请看过再发送")).to_be_visible()
    await expect(sent(wang)).to_have_count(0)
    await wang.composer.press("End")
    await wang.composer.type("！")
    await expect(aid(wang).get_by_text("AI 写的")).to_be_hidden()      # it is hers now
    await wang.composer.press("Enter")
    await expect(sent(wang)).to_have_count(1)
    await expect(chip).to_be_hidden()
    await wang.page.keyboard.press("Alt+j")
    await chip.click()
    await wang.composer.press("Enter")
    await expect(sent(wang)).to_have_count(2)
    await expect(sent(wang).first).not_to_contain_text("AI 起草")
    await expect(sent(wang).last).to_contain_text("AI 起草")
    await sent(wang).last.get_by_role("button", name="答得好").click()
    await expect(sent(wang).last.get_by_role("button", name="答得好")).to_have_attribute("aria-pressed", "true")


@pytest.mark.gen_test(timeout=30)
async def test_without_a_model_it_offers_what_it_can(office: Office, by_rules: Config) -> None:
    wang = await holds(office, by_rules, "转人工", "订单 20241100123 多久发货？")
    await wang.writes("在")
    await expect(wang.button("建议回复")).to_be_visible()
    await expect(wang.button("润色")).to_be_hidden()
    await wang.button("总结").click()
    await expect(aid(wang)).to_contain_text("20241100123")
    await expect(aid(wang)).to_contain_text("没有接入语言模型")
    await wang.page.keyboard.press("Escape")
    await expect(aid(wang).locator(".aid-told")).to_be_hidden()
    await expect(wang.composer).to_be_focused()


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize(("provider", "offered"), [("off", []), ("knowledge", ["总结"])])
async def test_with_nothing_to_answer_from_nothing_is_suggested(
    office: Office, settings: Config, provider: str, offered: list[str]
) -> None:
    assistant = AssistantSettings(provider=provider, wait_seconds=0)
    wang = await holds(office, evolve(settings, assistant=assistant), "转人工")
    await wang.writes("在")
    assert await aid(wang).locator(".aid-row button:visible").all_inner_texts() == offered
    await wang.page.keyboard.press("Control+k")
    await wang.page.get_by_role("combobox", name="操作或客户名").fill("建议")
    await expect(wang.page.get_by_role("option", name="AI 建议回复")).to_have_count(0)


@pytest.mark.gen_test(timeout=30)
async def test_what_was_polished_can_be_had_back(office: Office, settings: Config) -> None:
    async with Server.open(polished("您好，明天给您发货。")) as model:
        wang = await holds(office, by_model(settings, model.url), "你好")
        await expect(wang.button("润色")).to_be_disabled()
        for undo in ("button", "key"):
            await wang.writes("发")
            await wang.button("润色").click()
            await wang.page.get_by_role("menuitem", name="更礼貌").click()
            await expect(wang.composer).to_have_value("您好，明天给您发货。")
            await expect(aid(wang)).to_contain_text("请核对：明天")
            if undo == "button":
                await wang.button("恢复原文").click()
            else:
                await wang.composer.press("Control+z")
            await expect(wang.composer).to_have_value("发")
        await expect(sent(wang)).to_have_count(0)


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize("how", ["key", "button"])
async def test_what_she_gives_up_ends_at_the_model_too(office: Office, settings: Config, how: str) -> None:
    async with Server.open(stalls()) as model:
        wang = await holds(office, by_model(settings, model.url), "你好")
        await wang.button("建议回复").click()
        await expect(aid(wang).get_by_text("正在写建议回复…")).to_be_visible()
        if how == "key":
            await wang.page.keyboard.press("Escape")
        else:
            await wang.button("取消 Esc").click()
        await expect(wang.button("建议回复")).to_be_visible()
        await expect(wang.composer).to_be_focused()
        visit = await model.visit(0)
        async with asyncio.timeout(PATIENCE):       # the server itself would wait for 20 s
            await visit.left.wait()


@pytest.mark.gen_test(timeout=30)
async def test_what_she_writes_meanwhile_is_not_lost(office: Office, settings: Config) -> None:
    async with Server.open(polished("您好")) as model:
        wang = await holds(office, by_model(settings, model.url), "你好")
        held, go_on = await wang.hold("**/polish")
        await wang.writes("在")
        await wang.button("润色").click()
        await wang.page.get_by_role("menuitem", name="更简短").click()
        await wang.writes("在的，请稍等")
        go_on.set()
        await expect(aid(wang).locator(".aid-chips button")).to_contain_text("您好")
        await expect(wang.composer).to_have_value("在的，请稍等")
        assert held


@pytest.mark.gen_test(timeout=30)
async def test_a_model_that_fails_is_told_in_words(office: Office, settings: Config) -> None:
    async with Server.open(refuses(401)) as model:
        wang = await holds(office, by_model(settings, model.url), "你好")
        await wang.button("总结").click()
        await expect(aid(wang).locator(".aid-said")).to_contain_text("密钥")
        await expect(aid(wang).get_by_role("button", name="重试")).to_be_visible()


DRAFT = {"text": "在的", "entries": [], "doubts": [], "byModel": True}


@pytest.mark.gen_test
async def test_what_was_given_up_or_asked_anew_is_answered_in_vain(model: Model) -> None:
    first, second = ({"type": "helpAsked", "id": "s", "key": key, "what": "suggest"} for key in (1, 2))
    late = {"type": "helpTold", "id": "s", "key": 1, "drafts": [DRAFT]}
    assert (await model.after(*opened(), first, late))["helps"]["s"]["phase"] == "ready"
    assert (await model.after(*opened(), first, second, late))["helps"]["s"]["phase"] == "asking"
    assert (await model.after(*opened(), first, {"type": "helpGone", "id": "s"}, late))["helps"] == {}


@pytest.mark.gen_test
async def test_another_suggestion_takes_the_place_of_one_not_edited_yet(model: Model) -> None:
    begun = {"type": "drafted", "id": "s", "text": "您好 "}
    used = {"type": "helpUsed", "id": "s", "text": "您好\n在的", "before": "您好 ", "doubts": []}
    state = await model.after(*opened(), begun, used)
    assert await model.calls("helps", "replyWith", state, "s", "稍等") == {"before": "您好 ", "text": "您好\n稍等"}
    edited = await model.after(*opened(), begun, used, {"type": "drafted", "id": "s", "text": "您好\n在"})
    assert await model.calls("helps", "markOf", edited, "s") is None
    assert (await model.calls("helps", "replyWith", edited, "s", "稍等"))["text"] == "您好\n在\n稍等"
    assert (await model.after(*opened(), begun, used, {"type": "helpUndone", "id": "s"}))["drafts"] == {"s": "您好 "}


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("look", LOOKS)
async def test_help_shuts_nobody_out(office: Office, settings: Config, look: str) -> None:
    replies = [{"text": text, "entries": []} for text in ("您好，今天下午就给您发货。", "抱歉让您久等了，" * 9, "好的")]
    suggested = says(calls("suggest", {"replies": replies}))
    async with Server.open(suggested, polished("问发货，已答应今天发。")) as model:
        await office.start(by_model(settings, model.url))
        wang = await office.agent("wang", **LOOKS[look])
        await office.hears("jd", "陈女士", "你好", "什么时候发货")
        await wang.opens("陈女士")
        await wang.button("建议回复").click()
        await expect(aid(wang).locator(".aid-chips button")).to_have_count(3)
        found = await look_at(wang, look, "help-pending")
        await wang.button("接入").first.click()
        await aid(wang).locator(".aid-chips button").first.click()
        found += await look_at(wang, look, "help-suggested")
        await wang.button("总结").click()
        await expect(aid(wang).locator(".aid-summary")).to_be_visible()
        found += await look_at(wang, look, "help-summary")
    assert found == []
