"""Products and orders at the page: cards that come and go, what the platform knows of them, and taking back."""

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve
from playwright.async_api import FilePayload, expect

from ccs.settings import Config, JDSettings
from ccs.demo.douyin import Douyin
from ccs.demo.gateway import Gateway
from ccs.demo.jos import Jos, Router
from ccs.demo.pictures import png
from ccs.demo.wecom import WeCom
from tests import kf
from tests.browser import Office, Workbench
from tests.conftest import SECRET, Stage, async_
from tests.dy import Chen, authorised
from tests.test_page_states import LOOKS, look_at, writes

NUMBER, SKU = "281046817987", "100012043978"
TITLE = "加绒加厚中长款羽绒服女冬季新款 三色可选 大毛领可拆卸 充绒量两百克 轻薄保暖防风防泼水"
ORDER = {
    "orderId": NUMBER, "orderState": "WAIT_SELLER_STOCK_OUT", "orderTotalPrice": "299.00", "orderPayment": 279.0,
    "orderStartTime": "2026-01-02 03:04:05", "waybill": "SF534221", "orderRemark": "周末不在家",
    "itemInfoList": [{"skuId": SKU, "skuName": "羽绒服 黑", "jdPrice": "299.00", "itemTotal": "1"}],
}
COAT = {"id": SKU, "title": TITLE, "price": 29900}
PICTURE: FilePayload = {"name": "尺码.png", "mimeType": "image/png", "buffer": png(3)}
CLIPBOARD = "navigator.clipboard.readText()"


@pytest.fixture
def jos(io_loop) -> Iterator[Jos]:
    jos = Jos(orders={NUMBER: ORDER}, skus={SKU: {"skuId": SKU, "skuName": "羽绒服 黑", "jdPrice": "299.00"}})
    io_loop.run_sync(async_(jos.start))
    yield jos
    io_loop.run_sync(jos.close)


@pytest.fixture
def with_jos(settings: Config, jos: Jos, gateway: Gateway) -> Config:
    jd = JDSettings(
        enabled=True, gateway_secret=SECRET, gateway_url=gateway.url, app_key=jos.app_key, app_secret=jos.app_secret,
        access_token=jos.access_token, api_base=jos.api_base,
    )
    return evolve(settings, channels=evolve(settings.channels, jd=jd))


async def start(stage: Stage, office: Office, settings: Config | None = None) -> None:
    await stage.start(settings)
    await office.keep_port()


async def sends(office: Office, kind: str, **body: Any) -> None:
    member = {"product": "sku", "order": "order"}[kind]
    await writes(office, "jd", "陈女士", "", msgType=kind, **{member: body})


async def talks_to(office: Office, how: dict[str, Any] | None = None) -> Workbench:
    wang = await office.agent("wang", **(how or {}))
    await writes(office, "jd", "陈女士", "在吗")
    await wang.accepts("陈女士")
    return wang


# Cards that come


@pytest.mark.gen_test
async def test_a_card_shows_what_it_is_and_its_number_can_be_copied(office: Office, gateway: Gateway) -> None:
    wang = await talks_to(office, {"permissions": ["clipboard-read", "clipboard-write"]})
    await sends(office, "product", image=gateway.picture(7), **COAT)
    card = wang.thread.locator(".goods")
    await expect(card).to_contain_text("299.00 元")
    await expect(card.locator("img")).to_have_js_property("naturalWidth", 240)
    title = card.locator(".goods-head")
    assert await title.evaluate("node => node.scrollHeight > node.clientHeight && node.clientHeight < 50")
    await card.get_by_role("button", name=f"复制商品编号 {SKU}").press("Enter")
    await expect(wang.page.get_by_text(f"已复制 {SKU}")).to_be_visible()
    assert await wang.page.evaluate(CLIPBOARD) == SKU


@pytest.mark.gen_test
async def test_a_number_can_be_copied_where_the_clipboards_api_is_missing(office: Office) -> None:
    wang = await talks_to(office, {"permissions": ["clipboard-read", "clipboard-write"]})
    await sends(office, "order", id=NUMBER, title="羽绒服", state="等待出库")
    await wang.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    await wang.thread.get_by_role("button", name=f"复制订单号 {NUMBER}").click()
    await expect(wang.page.get_by_text(f"已复制 {NUMBER}")).to_be_visible()
    assert await wang.page.evaluate(CLIPBOARD) == NUMBER


@pytest.mark.gen_test
async def test_a_cards_picture_makes_no_browser_ask_a_stranger(office: Office, gateway: Gateway) -> None:
    wang = await talks_to(office)
    asked: list[str] = []
    wang.page.on("request", lambda request: asked.append(request.url))
    await sends(office, "product", image="https://evil.example/spy.png", **COAT)
    await sends(office, "product", id="7", title="雨伞", image=gateway.picture(7))
    await expect(wang.thread.locator(".goods-look:visible img")).to_have_js_property("naturalWidth", 240)
    await expect(wang.thread.locator(".goods").first.locator(".goods-none")).to_be_visible()
    assert asked and all(url.startswith(office.stage.base) for url in asked)


# What the platform knows


@pytest.mark.gen_test
async def test_an_order_that_she_names_is_looked_up_where_it_stands(
    office: Office, stage: Stage, with_jos: Config, jos: Jos
) -> None:
    await start(stage, office, with_jos)
    wang = await talks_to(office)
    await writes(office, "jd", "陈女士", f"订单{NUMBER}怎么还没发")
    named = wang.message("怎么还没发")
    chip = named.get_by_role("button", name=f"订单 {NUMBER} 查看")
    await chip.press("Enter")
    answer = named.get_by_role("status")
    for words in ("等待出库", "羽绒服 黑 × 1", "299.00 元", "SF534221", "周末不在家"):
        await expect(answer).to_contain_text(words)
    await named.get_by_role("button", name="收起").click()
    await expect(answer).to_be_hidden()
    await named.get_by_role("button", name=f"订单 {NUMBER} 查看").click()
    await expect(answer).to_contain_text("等待出库")
    await writes(office, "jd", "陈女士", f"{NUMBER}，就是这个")
    await expect(wang.message("就是这个").get_by_role("button", name=f"订单 {NUMBER} 查看")).to_be_visible()
    assert len(jos.calls) == 1                      # what is known is not asked again
    await sends(office, "product", **COAT)
    await wang.thread.get_by_role("button", name=f"商品 {SKU} 查看").click()
    link = wang.thread.get_by_role("link", name="打开商品页")
    await expect(link).to_have_attribute("href", f"https://item.jd.com/{SKU}.html")
    assert (await link.get_attribute("rel"), await link.get_attribute("target")) == ("noopener noreferrer", "_blank")


@pytest.mark.gen_test
async def test_why_nothing_was_found_is_said(
    office: Office, stage: Stage, with_jos: Config, jos: Jos
) -> None:
    def refuses(router: Router) -> bool:
        router.refuse(19)
        return True
    await start(stage, office, with_jos)
    wang = await talks_to(office)
    await writes(office, "jd", "陈女士", f"订单{NUMBER}和订单300000000001")
    other = wang.thread.locator(".lookup").filter(has_text="300000000001")
    await other.get_by_role("button", name="查看").click()
    await expect(other.get_by_role("status")).to_contain_text("京东没有找到这个订单")
    jos.moods.append(refuses)
    first = wang.thread.locator(".lookup").filter(has_text=NUMBER)
    await first.get_by_role("button", name="查看").click()
    await expect(first.get_by_role("status")).to_contain_text("access_token")


@pytest.mark.gen_test
async def test_a_look_up_that_no_answer_came_for_is_tried_again(office: Office, stage: Stage, with_jos: Config) -> None:
    await start(stage, office, with_jos)
    wang = await talks_to(office)
    await writes(office, "jd", "陈女士", f"订单{NUMBER}怎么还没发")
    await wang.page.route("**/orders/*", lambda route: route.abort(), times=1)
    await wang.thread.get_by_role("button", name="查看").click()
    await expect(wang.thread.get_by_role("status")).to_contain_text("没有收到答复")
    await wang.thread.get_by_role("button", name="重试").click()
    await expect(wang.thread.get_by_role("status")).to_contain_text("等待出库")


@pytest.mark.gen_test
async def test_where_nothing_is_set_up_it_says_who_can(office: Office) -> None:
    wang = await talks_to(office)
    await writes(office, "jd", "陈女士", f"订单{NUMBER}怎么还没发")
    await wang.thread.get_by_role("button", name="查看").click()
    await expect(wang.thread.get_by_role("status")).to_contain_text("请管理员填写 app_key")
    await sends(office, "product", **COAT)
    await expect(wang.thread.locator(".goods")).to_be_visible()
    await expect(wang.thread.get_by_role("button", name=f"商品 {SKU} 查看")).to_be_hidden()


# Taking back


async def at_douyin(
    office: Office, stage: Stage, douyin: Douyin, how: dict[str, Any] | None = None
) -> tuple[Workbench, Chen]:
    await start(stage, office)
    await authorised(stage)
    chen, wang = Chen(stage, douyin), await office.agent("wang", **(how or {}))
    await chen.says("在吗？")
    await wang.rows.first.click()
    await wang.button("接入").first.click()
    return wang, chen


@pytest.mark.gen_test
async def test_what_was_said_by_mistake_is_taken_back_once_she_is_sure(
    office: Office, stage: Stage, douyin: Douyin
) -> None:
    wang, chen = await at_douyin(office, stage, douyin)
    await wang.replies("发错了")
    said = wang.message("发错了")
    await expect(said).to_contain_text("已发送")
    await said.get_by_role("button", name="撤回").click()
    await said.get_by_role("button", name="取消").click()
    await said.get_by_role("button", name="撤回").click()
    await said.get_by_role("button", name="确定撤回").click()
    await expect(said).to_contain_text("您撤回了一条消息")
    await expect(said.get_by_role("button", name="撤回")).to_be_hidden()
    assert [each.recalled for each in douyin.said] == [False, True]
    await expect(wang.message("在吗？").get_by_role("button", name="撤回")).to_be_hidden()


@pytest.mark.gen_test
@pytest.mark.parametrize("look", LOOKS)
async def test_taking_back_shuts_nobody_out(office: Office, stage: Stage, douyin: Douyin, look: str) -> None:
    wang, _ = await at_douyin(office, stage, douyin, LOOKS[look])
    await wang.replies("发错了，不是这件")
    await wang.replies("这件才是您要的，吊牌和防尘袋都在，明天上午就能发出去，预计周四到您那里")
    said = wang.thread.locator(".message[data-from=me]")
    await expect(said.last).to_contain_text("已发送")
    await said.first.get_by_role("button", name="撤回").click()
    await said.last.hover()
    assert await look_at(wang, look, "goods-recall") == []


@pytest.mark.gen_test
async def test_why_something_was_not_taken_back_is_said(office: Office, stage: Stage, douyin: Douyin) -> None:
    douyin.generation = 2       # does not name what it takes until its echo comes
    wang, chen = await at_douyin(office, stage, douyin)
    await wang.replies("发错了")
    said = wang.message("发错了")
    await said.get_by_role("button", name="撤回").click()
    await said.get_by_role("button", name="确定撤回").click()
    await expect(wang.page.get_by_text("没有告诉我们这条消息的编号")).to_be_visible()
    await expect(said.get_by_role("button", name="撤回")).to_be_visible()


@pytest.mark.gen_test
async def test_nothing_offers_to_take_back_where_nobody_can(office: Office) -> None:
    wang = await talks_to(office)
    await wang.replies("发错了")
    await expect(wang.message("发错了")).to_contain_text("已发送")
    await expect(wang.message("发错了").get_by_role("button", name="撤回")).to_be_hidden()


# Cards that go


@pytest.mark.gen_test
async def test_a_card_is_written_looked_at_and_sent(
    office: Office, stage: Stage, with_jos: Config, gateway: Gateway
) -> None:
    await start(stage, office, with_jos)
    wang = await talks_to(office)
    await writes(office, "jd", "陈女士", f"订单{NUMBER}怎么还没发")
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
async def test_a_link_of_wechats_goes_with_its_cover(office: Office, wecom: WeCom) -> None:
    chen = kf.at_kf(office.stage, wecom)
    wecom.know(kf.CHEN, "陈女士")
    wang = await office.agent("wang")
    await chen.says("在吗")
    await wang.accepts("陈女士")
    await wang.button("发送商品、订单或链接").click()
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
    await expect(wang.button("添加图片或文件")).to_be_visible()
    await expect(wang.button("发送商品、订单或链接")).to_be_hidden()
    choice = wang.page.locator("input[type=file]").first
    assert sorted((await choice.get_attribute("accept") or "").split(",")) == ["image/jpeg", "image/png"]
    await choice.set_input_files({"name": "发票.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await expect(wang.page.get_by_text("这里可以发送：图片（PNG、JPG） 10 MB 以内")).to_be_visible()
    await wang.page.get_by_role("button", name="移除 发票.pdf").click()
    await choice.set_input_files(PICTURE)
    await wang.composer.press("Enter")
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(1)
    await writes(office, "jd", "陈女士", "在吗")
    await wang.tab("待接入").click()
    await wang.accepts("陈女士")
    await expect(wang.button("发送商品、订单或链接")).to_be_visible()
    large = {"name": "录屏.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7" + bytes(8 << 20)}
    await choice.set_input_files(large)         # type: ignore[arg-type]
    await expect(wang.page.get_by_text("超过 8 MB")).to_be_visible()
    await wang.page.get_by_role("button", name="移除 录屏.pdf").click()
    await choice.set_input_files({"name": "发票.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await wang.composer.press("Enter")
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(1)
    assert gateway.said[-1]["message"]["msgType"] == "file"


# Pictures


@pytest.mark.gen_test
async def test_from_one_picture_to_the_next_and_closer(office: Office, gateway: Gateway) -> None:
    wang = await talks_to(office)
    for number in (1, 2):
        await writes(office, "jd", "陈女士", "", msgType="image", mediaUrl=gateway.picture(number))
    await sends(office, "product", image=gateway.picture(7), **COAT)
    looks = wang.thread.get_by_role("button", name="查看大图")
    await expect(looks).to_have_count(3)
    await looks.nth(1).click()
    box = wang.page.get_by_role("dialog")
    await expect(box).to_contain_text("2 / 3")
    await wang.page.keyboard.press("ArrowRight")
    await expect(box).to_contain_text("3 / 3")
    await expect(box.get_by_role("button", name="下一张")).to_be_disabled()
    for _ in range(2):
        await wang.page.keyboard.press("ArrowLeft")
    await expect(box).to_contain_text("1 / 3")
    width = await box.locator("img").evaluate("image => image.clientWidth")
    await wang.page.keyboard.press("+")
    await expect(box.locator("img")).to_have_js_property("clientWidth", round(1.5 * width))
    await box.get_by_role("button", name="缩小").click()
    await expect(box.locator("img")).to_have_js_property("clientWidth", width)
    for _ in range(9):          # round and round
        await wang.page.keyboard.press("Tab")
        assert await wang.page.evaluate("document.activeElement.closest('dialog') !== null")
    await wang.page.keyboard.press("Escape")
    await expect(box).to_be_hidden()
    await expect(looks.nth(1)).to_be_focused()


# Looked at


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("look", LOOKS)
async def test_goods_shut_nobody_out(
    office: Office, stage: Stage, with_jos: Config, gateway: Gateway, look: str
) -> None:
    await start(stage, office, with_jos)
    wang = await talks_to(office, LOOKS[look])
    await sends(office, "product", image=gateway.picture(7), **COAT)
    await sends(office, "order", id=NUMBER, title="羽绒服 黑 L", state="等待出库", price=27900)
    await writes(office, "jd", "陈女士", f"订单{NUMBER}怎么还没发")
    await wang.thread.locator(".message", has_text="怎么还没发").get_by_role("button", name="查看").click()
    await expect(wang.thread.get_by_role("status").last).to_contain_text("等待出库")
    await expect(wang.thread.locator(".goods-look img").first).to_have_js_property("naturalWidth", 240)
    found = await look_at(wang, look, "goods")
    await wang.button("发送商品、订单或链接").click()
    box = wang.page.get_by_role("dialog")
    await box.get_by_label("标题").fill(TITLE)
    await box.get_by_role("textbox", name="商品编号").fill("")
    await box.get_by_role("button", name="发送").click()
    await expect(box).to_contain_text("请填写编号")
    found += await look_at(wang, look, "goods-writing")
    await box.get_by_role("textbox", name="商品编号").fill(SKU)
    await box.get_by_label("价格（元）").fill("299")
    await box.get_by_role("button", name="发送").click()
    await expect(wang.thread.locator(".message[data-from=me]")).to_contain_text("已发送")
    found += await look_at(wang, look, "goods-sent")
    await wang.thread.locator(".goods-look").first.click()
    await expect(wang.page.get_by_role("dialog")).to_be_visible()
    await wang.page.keyboard.press("+")
    found += await look_at(wang, look, "goods-lightbox")
    assert found == []
