"""What 微信客服 brings to the page, looked at: kinds of messages, files both ways, what is locked and why, the checkup.

What the platform would need days for is put into the server's memory; files are answered for it.
"""

import io
import wave
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from playwright.async_api import Route, expect

from ccs.demo.pictures import png
from ccs.incoming.inbound import CustomerSays, MessageRecalled, StaffSays
from ccs.models import Agent, Attachment, Change, Customer, Event, EventType, PlatformId, Stage, Via, utc_now
from ccs.outbox import Outbox
from ccs.reception import Reception
from tests.browser import Office, Workbench
from tests.looks import LOOKS, look_at

CHEN = Customer("wechat", "wkShop0001", "wmChen0001", "陈女士")
PICTURE = Attachment(Stage.READY, "尺码标签.png", "image/png", 24_310, "0" * 64)
FINDINGS = [
    ("server", "data", "数据目录", "ok", "可以写入，磁盘还剩 81.2 GB", ""),
    ("server", "logins", "登录与安全", "warn", "其他电脑也能打开工作台，但没有启用登录", "给每位客服设置密码，再把 auth.required 改成 true"),
    ("wechat", "token", "企业微信的凭证", "ok", "企业微信接受了 corp_id 和 secret", ""),
    ("wechat", "callback", "回调地址", "fail", "从来没有收到过回调", "在企业微信管理后台把接收消息的 URL 设为 https://…/wecom/callback"),
    ("wechat", "staff", "接待人员", "skipped", "“回调地址”没有通过，这一项先不检查", ""),
]


@pytest.mark.gen_test(timeout=120)
@pytest.mark.parametrize("look", LOOKS)
async def test_nothing_of_wechats_shuts_anybody_out(office: Office, look: str) -> None:
    await office.start()
    wang = await office.agent("wang", **LOOKS[look])
    await wang.page.get_by_role("button", name="不需要声音").click()
    await wang.page.route("**/messages/*/file*", answer_file)
    found: list[str] = []
    for state in (kinds, files, locks, checkup):
        async for name in state(office, wang):
            found += await look_at(wang, look, f"kf-{name}")
    assert found == []


async def kinds(office: Office, wang: Workbench) -> AsyncIterator[str]:
    """Messages of every kind, what came of their files, and what was taken back."""
    reception = reception_of(office)
    session_id = await says_everything(reception)
    await office.stage.worker(Outbox)._desk.accept(session_id, Agent("wang"))
    await wang.tab("我的").click()
    await wang.opens("陈女士")
    await wang.sees("李娜")
    await moves(reception, session_id, reply_until=utc_now() + timedelta(hours=5, minutes=12), replies_left=3)
    await expect(wang.page.get_by_text("还可回 3 条")).to_be_visible()
    yield "thread"
    for place, name in ((0.5, "thread-middle"), (0.0, "thread-top")):
        await wang.thread.evaluate("(log, place) => { log.scrollTop = place * log.scrollHeight; }", place)
        yield name
    await wang.page.get_by_role("button", name="查看大图").first.click()
    await expect(wang.page.get_by_role("dialog")).to_be_visible()
    yield "lightbox"
    await wang.page.keyboard.press("Escape")


async def files(office: Office, wang: Workbench) -> AsyncIterator[str]:
    """Files that lie ready, and files on their way."""
    _, go_on = await wang.hold("**/files")
    await wang.page.locator("input[type=file]").set_input_files([
        {"name": "退货地址.png", "mimeType": "image/png", "buffer": png(3)},
        {"name": "售后须知.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + b"x" * 90_000},
        {"name": "空.txt", "mimeType": "text/plain", "buffer": b""},
    ])
    await wang.writes("这是退货地址，" * 120)
    await expect(wang.page.get_by_text("请先重试或移除出错的文件")).to_be_visible()
    yield "attached"
    await wang.page.get_by_role("button", name="移除 空.txt").click()
    await wang.composer.press("Enter")
    await expect(wang.page.get_by_text("共 4 条，只能再发 3 条")).to_be_visible()
    await wang.writes("这是退货地址")
    await wang.composer.press("Enter")
    await expect(wang.message("这是退货地址")).to_contain_text("发送中")
    yield "uploading"
    await wang.thread.dispatch_event("dragenter", {"dataTransfer": await wang.page.evaluate_handle(CARRIED)})
    await expect(wang.page.get_by_text("松开即添加到回复")).to_be_visible()
    yield "drop"
    await wang.page.add_init_script(KEEPS_NO_FILES)
    await wang.page.reload()
    await wang.is_connected()
    await expect(wang.message("文件没有保留").first).to_be_visible()
    go_on.set()
    yield "lost"


async def locks(office: Office, wang: Workbench) -> AsyncIterator[str]:
    """Why nothing can be written."""
    reception = reception_of(office)
    session_id = (await office.stage.get("/api/sessions")).json()["data"][0]["sessionId"]
    await wang.writes("亲，您的退款")
    await moves(reception, session_id, reply_until=utc_now() + timedelta(minutes=93), replies_left=1)
    await expect(wang.page.get_by_text("还可回 1 条")).to_be_visible()
    yield "amber"
    await moves(reception, session_id, replies_left=0)
    await expect(wang.page.get_by_text("微信允许的回复条数已用完")).to_be_visible()
    yield "quota"
    await moves(reception, session_id, replies_left=4, reply_until=utc_now())
    await expect(wang.page.get_by_text("已超过微信允许的回复时间")).to_be_visible()
    yield "window"
    await moves(reception, session_id, platform_owner="li.na")
    await expect(wang.page.get_by_text("客户正由 li.na 在企业微信客户端接待")).to_be_visible()
    yield "owner"
    await wang.button("收回").click()
    await expect(wang.button("确定收回")).to_be_focused()
    yield "owner-sure"
    await wang.leaves()
    await expect(wang.row("陈女士").get_by_role("img", name="li.na")).to_be_visible()
    yield "owner-row"


async def checkup(office: Office, wang: Workbench) -> AsyncIterator[str]:
    page = wang.page
    _, go_on = await wang.hold("**/api/doctor")
    await open_checkup(wang)
    await expect(page.get_by_role("dialog")).to_contain_text("正在检查")
    yield "checkup-asking"
    await page.unroute("**/api/doctor")
    await page.keyboard.press("Escape")
    go_on.set()
    await page.route("**/api/doctor", lambda route: route.fulfill(json=report()))
    await open_checkup(wang)
    await page.get_by_role("dialog").get_by_role("button", name="重新检查").click()
    await expect(page.get_by_role("dialog")).to_contain_text("从来没有收到过回调")
    yield "checkup"
    await page.unroute("**/api/doctor")
    await page.route("**/api/doctor", lambda route: route.fulfill(status=503, json={"code": 503, "message": "服务正在停止"}))
    await page.get_by_role("dialog").get_by_role("button", name="重新检查").click()
    await expect(page.get_by_role("dialog")).to_contain_text("服务正在停止")
    yield "checkup-failed"
    await page.keyboard.press("Escape")


KEEPS_NO_FILES = "IDBFactory.prototype.open = () => { throw new Error('forbidden'); };"        # as a browser may
CARRIED = """() => {
    const carried = new DataTransfer();
    carried.items.add(new File(["x".repeat(20)], "a.txt", {type: "text/plain"}));
    return carried;
}"""


async def open_checkup(wang: Workbench) -> None:
    column = wang.page.get_by_role("navigation")
    if await column.is_visible():
        await column.get_by_role("button", name="体检").click()
    else:
        await wang.page.locator("#topbar .mine").click()
        await wang.page.get_by_role("menuitem", name="接入体检").click()


def report() -> dict[str, Any]:
    names = ("channel", "step", "title", "result", "words", "advice")
    findings = [dict(zip(names, finding)) for finding in FINDINGS]
    return {"code": 0, "message": "ok", "data": {"checkedAt": "2026-11-24T16:40:00.000+08:00", "findings": findings}}


async def answer_file(route: Route) -> None:
    if "wav" in route.request.url:
        await route.fulfill(content_type="audio/wav", body=silence())
    else:
        await route.fulfill(content_type="image/png", body=png(7))


def silence() -> bytes:
    """Three seconds of nothing."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 8000 * 3))
    return file.getvalue()


def reception_of(office: Office) -> Reception:
    return office.stage.worker(Outbox)._reception


async def moves(reception: Reception, session_id: str, **fields: Any) -> None:
    """The session is now so, as if the platform had brought it about."""
    session = reception.registry.get(session_id)
    session = evolve(session, version=session.version + 1, **fields)
    await reception._pipe.commit(Change(session, events=(Event(EventType.SESSION_UPDATED, session),)))


async def says_everything(reception: Reception) -> str:
    serial = 0

    async def says(
        content: str, kind: str = "text", staff: str = "", file: Attachment | None = None, **fields: Any
    ) -> None:
        nonlocal serial
        serial += 1
        ids = (PlatformId("wechat", CHEN.account, f"message:{serial}"),)
        more = {"type": kind, "fields": {"msgid": f"m{serial}", **fields}, "attachment": file}
        if staff:
            await reception.staff_writes(StaffSays(CHEN, content, ids, staff, **more))
        else:
            await reception.customer_writes(CustomerSays(CHEN, Via.KF, content, ids, **more))

    await says("你好，上周买的羽绒服想换大一号")
    await says("[图片]", "image", file=PICTURE)
    await says("[语音]", "voice", file=Attachment(Stage.READY, "语音.amr", "audio/amr", 3_200, "1" * 64), seconds=3.2)
    await says("[视频]", "video", file=Attachment(Stage.FETCHING))
    failed = Attachment(Stage.FAILED, reason="已超过 3 天，微信不再提供这个文件；请客户再发一次")
    await says("[文件]", "file", file=failed)
    pdf = Attachment(Stage.READY, "订单截图与说明-20261107-3391.pdf", "application/pdf", 1_482_220, "2" * 64)
    await says("[文件] 订单.pdf", "file", file=pdf)
    await says("[位置] 人民广场 上海市黄浦区人民大道", "location", latitude=31.2304, longitude=121.4737)
    await says("[链接] 加绒羽绒服 https://shop.example/p/1", "link", title="加绒羽绒服", desc="冬季新款，三色可选",
               url="https://shop.example/p/1")
    await says("[视频号商品] 加绒卫衣 129.00 元（小店）", "channels_shop_product")
    await says("[聊天记录] 群聊的聊天记录\n陈女士：在吗\n客服：在的，您说", "merged_msg")
    await says("[名片] zhang.san", "business_card")
    await says("[小程序] 小店会员", "miniprogram")
    await says("[暂不支持的消息类型 wow]", "wow")
    await says("说错了，不是这件")
    taken_back = (PlatformId("wechat", CHEN.account, "event:1"),)
    await reception.message_recalled(MessageRecalled(CHEN, f"m{serial}", taken_back))
    await says("您好，我是李娜，先帮您看一下", staff="li.na")
    session = reception.registry.open_session(CHEN)
    assert session
    return session.id
