"""An agent hands a customer back to the assistant, and tells it what came of it."""

import pytest
from playwright.async_api import Locator, expect

from ccs.settings import Config
from tests.browser import Office, Workbench
from tests.looks import LOOKS, look_at
from tests.model import WANG, Model, session


def dialog(wang: Workbench) -> Locator:
    return wang.page.get_by_role("dialog", name="转回 AI")


@pytest.mark.gen_test
async def test_what_came_of_it_is_told_by_keys_alone(office: Office, with_assistant: Config) -> None:
    await office.start(with_assistant)
    wang = await office.wang_talks("转人工")
    await wang.page.keyboard.press("Alt+b")
    await expect(dialog(wang).get_by_role("textbox")).to_be_focused()
    await expect(dialog(wang).get_by_role("textbox")).to_have_value("")
    await wang.page.keyboard.press("Escape")
    await expect(dialog(wang)).to_be_hidden()
    await expect(wang.state).to_have_text("人工 · 我")
    await wang.page.keyboard.press("Alt+b")
    await expect(dialog(wang).get_by_role("textbox")).to_be_focused()
    await wang.page.keyboard.insert_text("已补发")
    await wang.page.keyboard.press("Shift+Enter")
    await wang.page.keyboard.insert_text("单号已告知")
    async with wang.page.expect_request("**/release") as asked:
        await wang.page.keyboard.press("Enter")
    assert (await asked.value).post_data_json == {"csId": "wang", "conclusion": "已补发\n单号已告知"}
    await expect(wang.state).to_have_text("AI 接待中")
    await expect(dialog(wang)).to_be_hidden()


@pytest.mark.gen_test
async def test_nothing_need_be_told_and_half_a_word_is_not(office: Office, with_assistant: Config) -> None:
    await office.start(with_assistant)
    wang = await office.wang_talks("转人工")
    await wang.button("转回 AI").click()
    await dialog(wang).get_by_role("textbox").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await expect(dialog(wang)).to_be_visible()
    async with wang.page.expect_request("**/release") as asked:
        await dialog(wang).get_by_role("button", name="转回 AI").click()
    assert (await asked.value).post_data_json == {"csId": "wang"}
    await expect(dialog(wang)).to_be_hidden()


@pytest.mark.gen_test
async def test_who_lost_her_meanwhile_is_not_asked_on(office: Office, with_assistant: Config) -> None:
    await office.start(with_assistant)
    wang = await office.wang_talks("转人工")
    await wang.button("转回 AI").click()
    await expect(dialog(wang)).to_be_visible()
    session = (await office.stage.customer().session())["sessionId"]
    await office.stage.post(f"/api/sessions/{session}/transfer", {"csId": "wang", "toCsId": "li"})
    await expect(dialog(wang)).to_be_hidden()


@pytest.mark.gen_test
@pytest.mark.parametrize("look", LOOKS)
async def test_handing_back_shuts_nobody_out(office: Office, with_assistant: Config, look: str) -> None:
    await office.start(with_assistant)
    wang = await office.wang_talks("转人工", **LOOKS[look])
    await wang.button("转回 AI").click()
    await expect(dialog(wang)).to_be_visible()
    assert await look_at(wang, look, "release") == []


@pytest.mark.gen_test
async def test_she_is_handed_back_only_where_the_assistant_serves(model: Model, office: Office) -> None:
    mine = session(status="manual", manualCsId="wang", channelType="jd")
    for serves, may in ((["wechat", "jd"], True), (["wechat"], False), ([], False)):
        assert await model.calls("rights", "mayRelease", mine, WANG, {"serves": serves}) is may
    wang = await office.wang_talks()        # with the assistant off
    await expect(wang.button("转接")).to_be_visible()
    await expect(wang.button("转回 AI")).to_be_hidden()
