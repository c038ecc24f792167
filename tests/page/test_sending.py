"""What an agent sends besides words, as far as the channel takes it, and what she takes back."""

from typing import Any

import pytest
from playwright.async_api import FilePayload, expect

from ccs.demo.douyin import Douyin
from ccs.demo.gateway import Gateway
from ccs.demo.pictures import png
from ccs.demo.wecom import WeCom
from ccs.settings import Config
from tests import kf
from tests.browser import Office, Workbench
from tests.conftest import Stage
from tests.dy import Chen, authorised
from tests.goods import NUMBER
from tests.looks import LOOKS, look_at

PICTURE: FilePayload = {"name": "尺码.png", "mimeType": "image/png", "buffer": png(3)}


# Taking back


async def at_douyin(
    office: Office, stage: Stage, douyin: Douyin, how: dict[str, Any] | None = None
) -> tuple[Workbench, Chen]:
    await office.start()
    await authorised(stage)
    chen, wang = Chen(stage, douyin), await office.agent("wang", **(how or {}))
    await chen.says("在吗？")
    await wang.rows.first.click()
    await wang.button("接入").first.click()
    return wang, chen


async def at_kf(office: Office, wecom: WeCom) -> Workbench:
    chen = kf.at_kf(office.stage, wecom)
    wecom.know(kf.CHEN, "陈女士")
    wang = await office.agent("wang")
    await chen.says("在吗")
    await wang.accepts("陈女士")
    return wang


@pytest.mark.gen_test
async def test_what_was_said_by_mistake_is_taken_back_once_she_is_sure(
    office: Office, stage: Stage, douyin: Douyin
) -> None:
    wang, chen = await at_douyin(office, stage, douyin)
    await wang.replies("发错了")
    said = wang.message("发错了")
    await expect(said).to_contain_text("已发送")
    await wang.does("发错了", "撤回")
    await said.get_by_role("button", name="取消").click()
    await wang.does("发错了", "撤回")
    await said.get_by_role("button", name="确定撤回").click()
    await expect(said).to_contain_text("您撤回了一条消息")
    assert [each.recalled for each in douyin.said] == [False, True]
    for text in ("发错了", "在吗？"):
        assert "撤回" not in await wang.is_offered(text)


@pytest.mark.gen_test
@pytest.mark.parametrize("look", LOOKS)
async def test_taking_back_shuts_nobody_out(office: Office, stage: Stage, douyin: Douyin, look: str) -> None:
    wang, _ = await at_douyin(office, stage, douyin, LOOKS[look])
    await wang.replies("发错了，不是这件")
    await wang.replies("这件才是您要的，吊牌和防尘袋都在，明天上午就能发出去，预计周四到您那里")
    said = wang.thread.locator(".message[data-from=me]")
    await expect(said.last).to_contain_text("已发送")
    await wang.does("发错了，不是这件", "撤回")
    await said.last.hover()
    assert await look_at(wang, look, "goods-recall") == []


@pytest.mark.gen_test
async def test_why_something_was_not_taken_back_is_said(office: Office, stage: Stage, douyin: Douyin) -> None:
    douyin.generation = 2       # does not name what it takes until its echo comes
    wang, chen = await at_douyin(office, stage, douyin)
    await wang.replies("发错了")
    await wang.does("发错了", "撤回")
    await wang.message("发错了").get_by_role("button", name="确定撤回").click()
    await expect(wang.page.get_by_text("没有告诉我们这条消息的编号")).to_be_visible()
    assert "撤回" in await wang.is_offered("发错了")


@pytest.mark.gen_test
async def test_nothing_offers_to_take_back_where_nobody_can(office: Office, wecom: WeCom) -> None:
    wang = await at_kf(office, wecom)
    await wang.replies("发错了")
    await expect(wang.message("发错了")).to_contain_text("已发送")
    assert "撤回" not in await wang.is_offered("发错了")


# Cards that go


@pytest.mark.gen_test
async def test_a_card_is_written_looked_at_and_sent(
    office: Office, with_jos: Config, gateway: Gateway
) -> None:
    await office.start(with_jos)
    wang = await office.wang_talks()
    await office.hears("jd", "陈女士", f"订单{NUMBER}怎么还没发")
    await wang.sees(NUMBER)
    await wang.writes("写到一半")
    await wang.button("发送商品、订单或链接").click()
    box = wang.page.get_by_role("dialog", name="发送商品、订单或链接")
    await expect(box.get_by_role("textbox", name="商品编号")).to_be_focused()
    await box.get_by_role("button", name="发送").click()
    await expect(box).to_contain_text("请填写编号")
    await box.get_by_label("订单", exact=True).check()
    await expect(box.get_by_role("textbox", name="订单号")).to_have_value(NUMBER)          # as she named it
    await box.get_by_role("button", name="从平台读取").click()
    await expect(box.get_by_label("订单状态")).to_have_value("等待出库")
    await box.get_by_label("价格（元）").fill("二百")
    await box.get_by_role("button", name="发送").click()
    await expect(box).to_contain_text("价格只能是数字")
    await box.get_by_label("价格（元）").fill("279.5")
    await expect(box.locator(".carding-preview")).to_contain_text("279.50 元")
    await box.get_by_role("button", name="发送").click()
    await expect(box).to_be_hidden()
    sent = wang.thread.locator(".message[data-from=me]")
    await expect(sent).to_contain_text("已发送")
    await expect(sent.locator(".goods")).to_contain_text("279.50 元")
    assert gateway.said[-1]["message"]["order"] == {
        "id": NUMBER, "title": "羽绒服 黑", "state": "等待出库", "price": 27950,
    }
    await expect(wang.composer).to_have_value("写到一半")


@pytest.mark.gen_test
async def test_half_a_word_sends_no_card(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    await wang.button("发送商品、订单或链接").click()
    box = wang.page.get_by_role("dialog")
    await box.get_by_role("textbox", name="商品编号").fill("100012")
    field = box.get_by_label("标题")
    await field.fill("yurongfu")
    went_on = await field.evaluate("""node => node.dispatchEvent(
        new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))""")
    assert went_on is False and gateway.said == []
    await field.press("Enter")
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(1)


@pytest.mark.gen_test
async def test_a_link_of_wechats_goes_with_its_cover(office: Office, wecom: WeCom) -> None:
    wang = await at_kf(office, wecom)
    await wang.button("发送链接").click()
    box = wang.page.get_by_role("dialog")
    await box.get_by_label("链接地址").fill("shop.example/1")
    await box.get_by_label("标题").fill("尺码表")
    await box.get_by_role("button", name="发送").click()
    await expect(box).to_contain_text("必须以 http:// 或 https:// 开头")
    await expect(box).to_contain_text("请选择一张 JPG 或 PNG 封面图")
    await box.get_by_label("链接地址").fill("https://shop.example/1")
    await box.get_by_label("封面图").set_input_files(PICTURE)
    await box.get_by_role("button", name="发送").click()
    sent = wang.thread.locator(".message[data-from=me]")
    await expect(sent).to_contain_text("已发送")
    await expect(sent.get_by_role("link")).to_have_attribute("href", "https://shop.example/1")
    assert wecom.reached[-1].msgtype == "link" and wecom.reached[-1].body["title"] == "尺码表"


@pytest.mark.gen_test
async def test_every_channel_offers_what_it_takes(
    office: Office, stage: Stage, douyin: Douyin, gateway: Gateway
) -> None:
    wang, chen = await at_douyin(office, stage, douyin)
    await expect(wang.page.get_by_text("还可回 6 条")).to_be_visible()
    await expect(wang.button("添加图片或文件")).to_be_visible()
    await expect(wang.button("发送商品、订单或链接")).to_be_hidden()
    choice = wang.page.locator("input[type=file]").first
    assert sorted((await choice.get_attribute("accept") or "").split(",")) == ["image/jpeg", "image/png"]
    await choice.set_input_files({"name": "发票.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await expect(wang.page.get_by_text("这里可以发送：图片（PNG、JPG） 10 MB 以内")).to_be_visible()
    await wang.page.get_by_role("button", name="移除 发票.pdf").click()
    await choice.set_input_files(PICTURE)
    await expect(wang.page.get_by_role("button", name="移除 尺码.png")).to_be_visible()
    await wang.composer.press("Enter")
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(1)
    await office.hears("jd", "陈女士", "在吗")
    await wang.tab("待接入").click()
    await wang.accepts("陈女士")
    await expect(wang.button("发送商品、订单或链接")).to_be_visible()
    large = {"name": "录屏.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7" + bytes(8 << 20)}
    await choice.set_input_files(large)         # type: ignore[arg-type]
    await expect(wang.page.get_by_text("超过 8 MB")).to_be_visible()
    await wang.page.get_by_role("button", name="移除 录屏.pdf").click()
    await choice.set_input_files({"name": "发票.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await expect(wang.page.get_by_role("button", name="移除 发票.pdf")).to_be_visible()
    await wang.composer.press("Enter")
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(1)
    assert gateway.said[-1]["message"]["msgType"] == "file"
