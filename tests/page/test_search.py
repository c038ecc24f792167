"""An agent finds what was said: everywhere, in the panel over the list, and in the session she has open."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from store import search
from store.search import Search
from tests.browser import PHONE, Office, Workbench
from tests.looks import LOOKS, look_at
from tests.model import Model, entered, message, session

TALK = {
    ("jd", "陈女士"): (
        "上周拍的雨伞什么时候發貨？单号 20251129001234", "好的，那我等你们发货", "对了，发票能开公司抬头吗", "再不发货我就退款了", "在吗",
        "今天能发货吗",
    ),
    ("douyin", "刘先生"): ("你好，这款发货地是哪里", "谢谢"),
    ("wechat", "周航"): ("我要退款", "快递停了三天了，也没人管"),
}


async def talks(office: Office) -> Workbench:
    """小王 has 陈女士's session; the others wait."""
    wang = await office.agent("wang")
    for (channel, customer), texts in TALK.items():
        await office.hears(channel, customer, *texts)
    await wang.accepts("陈女士")
    await wang.replies("您好，今天下午就发货，请放心")
    return wang


def panel(agent: Workbench) -> Locator:
    return agent.page.get_by_role("search", name="搜索聊天内容")


def field_of(agent: Workbench) -> Locator:
    return panel(agent).get_by_role("combobox", name="搜索聊天内容")


def hits(agent: Workbench) -> Locator:
    return panel(agent).get_by_role("listbox").get_by_role("option")


@pytest.mark.gen_test(timeout=60)
async def test_what_was_said_anywhere_is_found_and_opened_without_the_mouse(office: Office, monkeypatch) -> None:
    wang = await talks(office)
    press = wang.page.keyboard.press
    await wang.composer.focus()
    await press("Control+Shift+KeyF")
    field = field_of(wang)
    await expect(field).to_be_focused()
    await expect(panel(wang).get_by_text("多个词用空格隔开")).to_be_visible()

    await field.press_sequentially("发货")
    await expect(panel(wang).get_by_role("group")).to_have_count(2)
    chen = panel(wang).get_by_role("group", name="陈女士")
    await expect(chen.locator("mark")).to_have_text(["发货"] * 3)
    await expect(chen.get_by_role("option").first).to_contain_text("我: 您好，今天下午就发货")
    await expect(chen.get_by_role("option", name="此会话还有 2 条")).to_be_visible()

    await press("ArrowDown")
    await press("ArrowDown")
    await press("Enter")
    await expect(wang.page).to_have_url(re.compile(r"#/s/[0-9a-f]{32}\?m=6\b"))
    for _ in range(3):
        await press("ArrowDown")
    await press("Enter")
    await expect(wang.page.get_by_role("heading", name="刘先生")).to_be_visible()
    await expect(field).to_be_focused()

    await panel(wang).get_by_label("客服").select_option("小王")
    await expect(panel(wang).get_by_role("group")).to_have_count(1)
    await panel(wang).get_by_label("渠道").select_option("wechat")
    await expect(panel(wang).get_by_text("没有找到“发货”")).to_be_visible()
    await expect(panel(wang).get_by_text("当前限定了范围：微信、小王")).to_be_visible()
    monkeypatch.setattr(search, "PATIENCE", -1.0)
    await panel(wang).get_by_role("button", name="取消限定").click()
    await expect(panel(wang).get_by_role("alert")).to_contain_text("多写几个字")
    monkeypatch.setattr(search, "PATIENCE", 2.0)
    monkeypatch.setattr(Search, "behind", 12345)
    await panel(wang).get_by_role("button", name="重试").click()
    await expect(panel(wang).get_by_text("还有 12345 条消息暂时搜不到")).to_be_visible()
    await expect(hits(wang)).to_have_count(5)

    await field.focus()
    await press("Escape")
    await expect(panel(wang)).to_be_hidden()
    await press("Control+KeyK")
    await wang.page.keyboard.insert_text("退款")
    await wang.page.get_by_role("option", name="搜索消息“退款”").click()
    await expect(field).to_have_value("退款")
    await expect(field).to_be_focused()
    await expect(hits(wang)).to_have_count(2)
    await field.fill("")
    await panel(wang).get_by_role("button", name="发货").click()
    await chen.get_by_role("option", name="此会话还有 2 条").click()
    bar = wang.page.get_by_role("search", name="在会话中查找")
    await expect(bar.get_by_role("searchbox")).to_have_value("发货")
    await expect(bar.get_by_role("status")).to_have_text("1 / 5")
    kept = wang.thread.locator('[data-found="kept"]')       # she looks at it for as long as she likes
    await expect(kept).to_contain_text("今天下午就发货")
    await bar.get_by_role("searchbox").press("Escape")
    await expect(kept).to_have_count(0)


def hit(session_id: str, number: int) -> dict[str, Any]:
    return {"session": session(session_id), "message": message(number), "snippet": "发货", "ranges": [[0, 2]]}


@pytest.mark.gen_test
async def test_answers_to_earlier_questions_come_to_nothing_and_pages_join_by_session(model: Model) -> None:
    found = {"type": "searchFound", "cursor": "7", "behind": 0}
    state = await model.after(
        *entered(), {"type": "searchOpened"}, {"type": "searchWanted", "text": "发"},
        {"type": "searchWanted", "text": "发货"}, {**found, "asked": 1, "hits": [hit("a", 9)]},
        {**found, "asked": 2, "hits": [hit("a", 6), hit("b", 5), hit("a", 4), hit("a", 3)]},
        {"type": "searchMoreWanted"}, {**found, "asked": 2, "hits": [hit("a", 2), hit("b", 1)], "cursor": None},
    )
    groups = await model.calls("searching", "grouped", state["searching"]["hits"])
    assert [(group["session"]["sessionId"], [each["message"]["seq"] for each in group["hits"]], group["more"])
            for group in groups] == [("a", [6, 4, 3, 2], 0), ("b", [5, 1], 0)]
    assert await model.calls("searching", "pieces", "👌要发货", [[3, 5]]) == [
        {"text": "👌要", "hit": False}, {"text": "发货", "hit": True},
    ]


@pytest.mark.gen_test
async def test_days_are_whole_days_where_she_is(model: Model) -> None:
    everything = {"text": " 发货 ", "channel": "", "agent": "", "tag": "退款", "status": "closed", "from": "", "to": ""}
    asked = await model.page.evaluate("""(searching) => import("/static/js/state/searching.js").then(({queryOf}) => {
        const now = new Date(2025, 11, 29, 17).getTime();
        const at = (text) => text && new Date(text).toString().slice(4, 24);
        const days = [{days: ""}, {days: "7"}, {days: "own", from: "2025-12-01", to: "2025-12-03"}, {days: "own"}];
        return days.map((change) => {
            const {from, to, ...query} = queryOf({...searching, ...change}, now);
            return [query, at(from), at(to)];
        });
    })""", everything)
    assert [each[0] for each in asked] == [{"q": "发货", "tag": "退款", "status": "closed"}] * 4
    assert [each[1:] for each in asked] == [
        [None, None], ["Dec 23 2025 00:00:00", None], ["Dec 01 2025 00:00:00", "Dec 04 2025 00:00:00"], [None, None],
    ]


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("look", LOOKS)
async def test_the_search_and_the_bar_that_finds_in_a_session(office: Office, look: str) -> None:
    await (await talks(office)).page.close()
    wang = await office.agent("wang", **LOOKS[look])
    is_phone = LOOKS[look].get("viewport") == PHONE
    await wang.page.get_by_role("button", name="不需要声音").click()
    await wang.tab("我的").click()
    await wang.opens("陈女士")
    await wang.page.keyboard.press("Control+KeyF")
    bar = wang.page.get_by_role("search", name="在会话中查找")
    await bar.get_by_role("searchbox").fill("发货")
    await expect(bar.get_by_role("status")).to_have_text("1 / 5")
    await wang.page.keyboard.press("Enter")
    await expect(bar.get_by_role("status")).to_have_text("2 / 5")
    await expect(wang.page).to_have_url(re.compile(r"\?m=6\b"))
    faults = await look_at(wang, look, "find") if is_phone else []
    await wang.page.keyboard.press("Control+Shift+KeyF")
    faults += await look_at(wang, look, "search-idle")
    await field_of(wang).fill("发货")
    await expect(hits(wang)).to_have_count(5)
    faults += await look_at(wang, look, "search")
    assert faults == []
    if is_phone:
        await hits(wang).last.click()
        await expect(panel(wang)).to_be_hidden()
        await expect(wang.page.get_by_role("heading", name="刘先生")).to_be_visible()
