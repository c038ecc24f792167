"""The list in a real browser: found again as it was left, smooth however long, and many ended at once."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser import Office, Workbench

MANY, PAGE = 1000, 600


def a_waiting(number: int) -> dict[str, Any]:
    time = f"2026-01-05T{9 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000+08:00"
    return {
        "sessionId": f"{number:032x}", "customerId": f"客户{number}", "kfId": "1", "channelType": "jd", "via": "gateway",
        "status": "pending", "messageCount": 1, "createdAt": time, "updatedAt": time, "version": 1, "unread": 1,
        "waitingSince": time, "lastMessage": "在吗",
    }


@pytest.mark.gen_test(timeout=40)
async def test_how_she_lists_is_in_the_address_and_kept(office: Office) -> None:
    wang = await office.agent("wang")
    page = wang.page
    for name in ("张三", "李四", "王五"):
        await office.hears("jd", name, f"我是{name}")
    await office.hears("wechat", "赵六", "我是赵六")
    await wang.tab("全部").click()
    await page.get_by_role("button", name="紧急度").click()
    await page.get_by_role("menuitemradio", name="创建时间").click()
    await expect(wang.rows.nth(0)).to_contain_text("赵六")
    await page.get_by_role("button", name="京东", exact=True).click()
    await expect(wang.rows).to_have_count(3)
    await page.get_by_role("searchbox").fill("四")
    await expect(wang.rows).to_have_count(1)
    await expect(page).to_have_url(f"{office.stage.base}/#/?tab=all&channel=jd&q=%E5%9B%9B&sort=created")
    await expect(wang.row("李四")).to_have_attribute("href", re.compile(r"#/s/\w+\?tab=all&channel=jd&q="))
    await wang.row("李四").click()
    await expect(page).to_have_url(re.compile(r"#/s/\w+\?tab=all&channel=jd&q="))
    await page.reload()
    await expect(page.get_by_role("heading", name="李四")).to_be_visible()
    await expect(wang.rows).to_have_count(1)
    await expect(page.get_by_role("searchbox")).to_have_value("四")
    await page.get_by_role("searchbox").fill("没有这个人")
    await page.get_by_role("button", name="清除筛选").click()
    await expect(wang.rows).to_have_count(4)
    await expect(page.get_by_role("button", name="创建时间")).to_be_visible()     # the order hides nothing
    await page.goto("about:blank")
    await page.goto(office.stage.base)                                          # an address that says nothing of it
    await expect(page.get_by_role("button", name="创建时间")).to_be_visible()


@pytest.mark.gen_test(timeout=40)
async def test_of_a_thousand_rows_those_in_view_are_there_and_keys_go_through_all(office: Office) -> None:
    wang = await with_many(office)
    page, focused = wang.page, wang.page.locator(":focus")
    await expect(wang.rows.first).to_contain_text("客户0")
    assert await wang.rows.count() < 60
    await wang.rows.first.focus()
    await page.keyboard.press("ArrowDown")
    await expect(focused).to_contain_text("客户1")
    await page.keyboard.press("End")
    await expect(focused).to_contain_text(f"客户{PAGE - 1}")
    item = page.locator("li.row", has=focused)
    await expect(item).to_have_attribute("aria-setsize", str(MANY))         # the next page came
    await page.keyboard.press("End")
    await expect(focused).to_contain_text(f"客户{MANY - 1}")
    await expect(item).to_have_attribute("aria-posinset", str(MANY))
    await expect(item).to_have_attribute("aria-setsize", str(MANY))
    await expect(page.get_by_text("没有更多了")).to_be_visible()
    for _ in range(3):
        await page.keyboard.press("PageUp")
    await expect(focused).to_be_in_viewport()
    assert await wang.rows.count() < 60
    await page.get_by_role("tabpanel").evaluate("panel => { panel.scrollTop = 36000; }")
    await expect(wang.row("客户505")).to_be_in_viewport()
    await expect(wang.rows.first).to_be_attached()      # what has the focus stays, far above
    assert await wang.rows.count() < 60

    await wang.rows.first.focus()
    await page.keyboard.press("Shift+F10")
    await expect(page.get_by_role("menuitem", name="接入")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("menuitem", name="1 小时后")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menuitem", name="稍后提醒")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(focused).to_contain_text("客户")


@pytest.mark.gen_test
async def test_she_is_reminded_at_a_time_of_her_own_that_lies_ahead(office: Office) -> None:
    wang = await office.wang_talks()
    page = wang.page
    await wang.row("陈女士").click(button="right")
    await page.get_by_role("menuitem", name="稍后提醒").click()
    await page.get_by_role("menuitem", name="选择时间").click()
    dialog = page.get_by_role("dialog", name="什么时候提醒您：陈女士")
    field, fault = dialog.get_by_label("提醒时间"), dialog.get_by_role("alert")
    await expect(field).to_be_focused()
    for time, wrong in (("2020-01-01T09:30", "已经过去"), ("2120-01-01T09:30", "最多提前 30 天"), ("", "完整的日期和时间")):
        await field.fill(time)
        await dialog.get_by_role("button", name="提醒我").click()
        await expect(fault).to_contain_text(wrong)
    at = await page.evaluate("""() => import("/static/js/state/reminders.js").then(
        ({ fieldOf }) => fieldOf(Date.now() + 50 * 3600_000))""")
    await field.fill(at)
    await field.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.locator(".toast")).to_contain_text(at[-5:])
    [kept] = (await office.stage.get("/api/reminders", csId="wang")).json()["data"]
    assert await page.evaluate("at => new Date(at).getTime()", kept["at"]) == await page.evaluate(
        "at => new Date(at).getTime()", at)


async def with_many(office: Office) -> Workbench:
    wang = await office.agent("wang")

    async def many(route: Route) -> None:
        numbers = range(PAGE, MANY) if "cursor=" in route.request.url else range(PAGE)
        more = {"X-Next-Cursor": "next"} if numbers.start == 0 else {}
        body = json.dumps({"code": 0, "data": [a_waiting(number) for number in numbers]})
        await route.fulfill(body=body, headers={"Content-Type": "application/json", **more})

    await wang.page.route("**/api/sessions?status=pending*", many)
    await wang.page.reload()
    await wang.is_connected()
    return wang


@pytest.mark.gen_test(timeout=40)
async def test_many_are_ended_at_once_and_none_if_she_thinks_better_of_it(office: Office) -> None:
    wang = await office.agent("wang")
    page = wang.page
    for name in ("张三", "李四", "王五"):
        await office.hears("jd", name, f"我是{name}")
    await expect(wang.rows).to_have_count(3)
    await page.clock.install()
    await wang.row("张三").hover()
    await page.get_by_role("checkbox", name="选择 张三").check()
    await page.get_by_role("checkbox", name="选择 李四").check()
    bar = page.get_by_role("toolbar", name="批量操作")
    await expect(bar).to_contain_text("已选 2")
    await bar.get_by_role("button", name="全选可见").click()
    await bar.get_by_role("button", name="结束").click()
    await expect(bar).to_be_hidden()
    await expect(wang.row("李四")).to_contain_text("正在结束")
    await page.locator("#toasts").get_by_role("button", name="撤销").click()
    await expect(wang.row("李四")).to_contain_text("我是李四")
    await page.clock.fast_forward(9000)
    await wang.counts(pending=3)

    await page.get_by_role("checkbox", name="选择 王五").check()
    await bar.get_by_role("button", name="结束").click()
    await expect(page.get_by_text("即将结束与 王五 的会话")).to_be_visible()
    await wang.time_to_undo_is_over()
    await wang.counts(pending=2)
