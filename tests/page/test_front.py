"""The workbench as the README shows it: a customer of WeChat with her picture, and what may still be said to her.

The pictures lie in `build/screens`, `light-front.png` and so on; those in `tests/screens` were taken here.
"""

import pytest
from playwright.async_api import expect

from ccs.demo import samples
from ccs.demo.wecom import WeCom
from tests.browser import PHONE, Office, Workbench
from tests.kf import CHEN, KF, Chen, at_kf
from tests.looks import LOOKS, look_at

OTHERS = {"wmZhou": ("老周", "快递停了三天了 人工"), "wmMay": ("阿May", "发票抬头开错了"), "wmLin": ("林小满", "这款还有大码吗")}


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("look", LOOKS)
async def test_a_customer_of_wechats_her_picture_and_what_may_still_be_said(
    office: Office, wecom: WeCom, look: str
) -> None:
    wang = await office.agent("wang", **LOOKS[look])
    await wang.page.get_by_role("button", name="不需要声音").click()
    chen = at_kf(office.stage, wecom)
    await others_wait(office, wecom)
    wecom.know(CHEN, "陈女士")
    await chen.says("你好 收到的杯子好像不是我拍的颜色")
    await wang.accepts("陈女士")
    await talk(wang, chen)
    if LOOKS[look].get("viewport") != PHONE:
        await wang.page.keyboard.press("Alt+4")
        await wang.page.mouse.move(0, 0)
        await expect(wang.row("老周").locator("img")).to_be_visible()
    await wang.writes("颜色确实发错了，马上给您")
    await expect(wang.page.locator("#thread .avatar img")).to_be_visible()
    await expect(wang.page.get_by_text("还可回 3 条")).to_be_visible()
    await expect(wang.button("结束")).to_be_enabled()
    assert await look_at(wang, look, "front") == []


async def others_wait(office: Office, wecom: WeCom) -> None:
    for userid, (name, words) in OTHERS.items():
        wecom.know(userid, name)
        await Chen(office.stage, wecom, KF, userid).says(words)
    await office.hears("douyin", "孙先生", "真人在吗，想问下安装")
    await office.hears("jd", "周航", "收到的碗碎了一只，找人工处理")


async def talk(wang: Workbench, chen: Chen) -> None:
    await wang.replies("您好，我是客服小王。麻烦拍一张照片给我看看好吗？")
    await chen.sends("image", media_id=chen.platform.media.put(samples.picture(10)))
    photo = wang.thread.get_by_role("button", name="查看大图").locator("img")
    await expect(photo).to_have_js_property("naturalWidth", 240)
    await chen.says("我拍的是米白色")
    await wang.sees("我拍的是米白色")
    await wang.replies("收到，我帮您核对一下订单")
    await wang.replies("请稍等")
    await expect(wang.message("请稍等")).to_contain_text("已发送")
