"""Every state of the page, looked at: axe finds nothing serious in it, and a picture of it lies in `build/screens`.

The pictures are for people to look at; those in the README come of `test_page_front.py`.
"""

import time
from collections.abc import AsyncIterator

import pytest
from attrs import evolve
from playwright.async_api import expect

from ccs import accounts
from ccs.demo.gateway import Gateway
from ccs.settings import AgentSettings, AuthSettings, Config
from tests.browser import Office, Workbench
from tests.looks import LOOKS, look_at
from tests.moods import answers

PASSWORD = "correct horse"
CHANNELS = [
    {"channelType": "wechat", "account": "客服一", "state": "ok", "lastInAt": "2026-02-24T10:00:00.000+08:00"},
    {"channelType": "wechat", "account": "客服二", "state": "ok"},
    {"channelType": "douyin", "account": "7312", "state": "failing", "reason": "凭据已过期"},
    {"channelType": "jd", "account": "10001", "state": "quiet", "lastOutAt": "2026-02-23T10:00:00.000+08:00"},
]


async def session_of(office: Office, name: str) -> str:
    return (await office.stage.customer(name).session())["sessionId"]


@pytest.mark.gen_test(timeout=120)
@pytest.mark.parametrize("look", LOOKS)
async def test_no_state_shuts_anybody_out(
    office: Office, with_assistant: Config, gateway: Gateway, look: str
) -> None:
    await office.start(with_assistant)
    wang = await office.agent(None, **LOOKS[look])
    found: list[str] = []
    async for state in states(office, wang, gateway):
        found += await look_at(wang, look, state)
    assert found == []


async def states(office: Office, wang: Workbench, gateway: Gateway) -> AsyncIterator[str]:
    """A morning of 小王, which stops at each state to be looked at."""
    page = wang.page
    await expect(page.get_by_role("button", name="小王")).to_be_visible()
    yield "choose"
    await page.route("**/api/channels", lambda route: route.fulfill(json={"code": 0, "message": "", "data": CHANNELS}))
    await wang.chooses("wang")
    await expect(page.get_by_text("没有等待的客户")).to_be_visible()
    yield "empty"
    await page.get_by_role("button", name="不需要声音").click()

    await people_come(office)
    await wang.counts(pending=4, mine=0, ai=1, all=6)
    yield "waiting"
    await wang.opens("周航")
    await wang.sees("收到的杯子碎了一只")
    yield "thread-pending"
    await wang.leaves()
    await wang.tab("AI 接待中").click()
    await wang.opens("林小满")
    await wang.sees("我是智能助手")
    yield "thread-ai"
    await wang.leaves()
    await wang.tab("全部").click()
    await wang.opens("马先生")
    await expect(page.get_by_text("只有本人、主管和备注里提到的同事可以查看")).to_be_visible()
    yield "thread-others"
    await wang.leaves()
    await wang.tab("已结束").click()
    await wang.opens("何琳")
    await wang.sees("收到了，谢谢")
    yield "thread-closed"
    await wang.leaves()
    await wang.tab("待接入").click()
    await talk(office, wang)
    await page.keyboard.press("Alt+4")      # all sessions beside it
    await page.mouse.move(0, 0)
    await expect(page.locator("#tab-all")).to_have_attribute("aria-selected", "true")
    yield "thread-mine"

    await page.get_by_role("button", name="小王").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    yield "menu"
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="渠道状态：抖音 异常，京东 很久没有消息").click()
    await expect(page.get_by_text("凭据已过期")).to_be_visible()
    yield "channels"
    await page.keyboard.press("Escape")
    await wang.button("转接").click()
    await expect(page.get_by_role("menuitem", name="小李")).to_be_visible()
    yield "transfer"
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await wang.thread.focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    assert await page.get_by_role("dialog", name="快捷键").evaluate("dialog => dialog.scrollTop") == 0
    yield "help"
    await page.get_by_role("button", name="更改快捷键").click()
    await expect(page.get_by_role("dialog", name="设置")).to_be_visible()
    yield "settings-keys"
    await page.get_by_role("tab", name="通知与声音").click()
    await expect(page.get_by_role("heading", name="桌面通知")).to_be_visible()
    yield "settings"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="设置")).to_be_hidden()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("c")
    await expect(page.get_by_role("option", name="陈女士")).to_be_visible()
    yield "command"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("combobox")).to_be_hidden()

    gateway.moods.append(answers(2001))
    await wang.replies("另外送您一张十元优惠券")
    await expect(wang.message("优惠券")).to_contain_text("失败：")
    await wang.writes("稍等，我再发一次")
    yield "failed"
    await wang.leaves()
    await wang.tab("待接入").click()
    await wang.opens("许静")
    _, go_on = await wang.hold("**/accept")
    await wang.button("接入").first.click()
    await office.stage.post(f"/api/sessions/{await session_of(office, '许静')}/accept", {"csId": "li"})
    go_on.set()
    await expect(page.get_by_text("已被 小李 接入")).to_be_visible()
    yield "told-who"
    await wang.leaves()
    await wang.tab("我的").click()
    await wang.opens("陈女士")
    await page.context.set_offline(True)
    office.cut_lines()
    await expect(wang.pill).to_have_text("离线")
    await wang.replies("稍等，我再发一次")
    await expect(wang.message("稍等")).to_contain_text("等待网络")
    await page.get_by_role("button", name="关闭提示").click()
    await page.clock.set_fixed_time(time.time() + 60)
    await expect(page.locator("#list .as-of")).to_contain_text("连接断开")
    yield "offline"


async def people_come(office: Office) -> None:
    await office.hears("wechat", "何琳", "转人工，快递显示签收了，可我没拿到")
    closed = await session_of(office, "何琳")
    await office.stage.post(f"/api/sessions/{closed}/accept", {"csId": "li"})
    await office.stage.post(f"/api/sessions/{closed}/message", {"content": "放在小区驿站了，取件码 6-2-1108"})
    await office.hears("wechat", "何琳", "收到了，谢谢")
    await office.stage.post(f"/api/sessions/{closed}/close")
    await office.hears("douyin", "林小满", "直播间那件卫衣有大码吗？")
    await office.hears("douyin", "马先生", "人工！昨天说今天发货的")
    await office.stage.post(f"/api/sessions/{await session_of(office, '马先生')}/accept", {"csId": "li"})
    await office.hears("jd", "陈女士", "你好", "我要转人工")
    await office.hears("jd", "周航", "收到的杯子碎了一只，找人工处理")
    await office.hears("jd", "周航", "", msgType="image", mediaUrl="https://img.example/1.png")
    await office.hears("wechat", "许静", "发票抬头开错了，转人工")
    await office.hears("douyin", "孙先生", "真人在吗，想问下安装")


async def talk(office: Office, wang: Workbench) -> None:
    await wang.accepts("陈女士")
    for mine, hers in [
        ("您好，我是客服小王，请问有什么可以帮您？", "上周买的羽绒服想换大一号，吊牌还在的"),
        ("可以换的，麻烦提供一下订单号", "20261107-3391"),
        ("查到了。已经帮您登记换货，明天上午快递员上门取件，运费我们承担。", "太好了，谢谢你！"),
    ]:
        await wang.replies(mine)
        await expect(wang.message(mine)).to_contain_text("已发送")
        await office.hears("jd", "陈女士", hers)
        await wang.sees(hers)


@pytest.mark.gen_test
@pytest.mark.parametrize("look", LOOKS)
async def test_no_login_shuts_anybody_out(office: Office, look: str) -> None:
    agents = (AgentSettings("wang", "小王", password_hash=accounts.hash_password(PASSWORD)),)
    await office.stage.start(evolve(office.stage.settings, auth=AuthSettings(required=True), agents=agents))
    wang = await office.agent(None, **LOOKS[look])
    await expect(wang.page.get_by_label("密码")).to_be_visible()
    found = await look_at(wang, look, "login")
    await wang.logs_in("wang", "wrong")
    await expect(wang.page.get_by_role("alert").filter(has_text="密码")).to_be_visible()
    found += await look_at(wang, look, "login-wrong")
    await wang.logs_in("wang", PASSWORD)
    await wang.is_connected()
    await office.stage.customer().says("在吗")
    await wang.accepts("陈女士")
    await wang.writes("写到一半")
    assert (await wang.page.request.post(office.stage.base + "/api/logout", data={})).ok
    await expect(wang.page.get_by_text("登录已过期")).to_be_visible()
    found += await look_at(wang, look, "login-again")
    assert found == []
