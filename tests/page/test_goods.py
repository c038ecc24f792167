"""Products and orders at the page: what is on a card, and what the platform knows of it."""

import pytest
from playwright.async_api import expect

from ccs.demo.gateway import Gateway
from ccs.demo.jos import Jos
from ccs.demo.vices import refuses
from ccs.settings import Config
from tests.browser import Office
from tests.goods import COAT, NUMBER, SKU, TITLE, sends
from tests.looks import LOOKS, look_at

CLIPBOARD = "navigator.clipboard.readText()"


# Cards that come


@pytest.mark.gen_test
async def test_a_card_shows_what_it_is_and_its_number_can_be_copied(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks(permissions=["clipboard-read", "clipboard-write"])
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
    wang = await office.wang_talks(permissions=["clipboard-read", "clipboard-write"])
    await sends(office, "order", id=NUMBER, title="羽绒服", state="等待出库")
    await wang.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    await wang.thread.get_by_role("button", name=f"复制订单号 {NUMBER}").click()
    await expect(wang.page.get_by_text(f"已复制 {NUMBER}")).to_be_visible()
    assert await wang.page.evaluate(CLIPBOARD) == NUMBER


@pytest.mark.gen_test
async def test_a_cards_picture_makes_no_browser_ask_a_stranger(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
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
    office: Office, with_jos: Config, jos: Jos
) -> None:
    await office.start(with_jos)
    wang = await office.wang_talks()
    await office.hears("jd", "陈女士", f"订单{NUMBER}怎么还没发")
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
    await office.hears("jd", "陈女士", f"{NUMBER}，就是这个")
    await expect(wang.message("就是这个").get_by_role("button", name=f"订单 {NUMBER} 查看")).to_be_visible()
    assert len(jos.calls) == 1                      # what is known is not asked again
    await sends(office, "product", **COAT)
    await wang.thread.get_by_role("button", name=f"商品 {SKU} 查看").click()
    link = wang.thread.get_by_role("link", name="打开商品页")
    await expect(link).to_have_attribute("href", f"https://item.jd.com/{SKU}.html")
    assert (await link.get_attribute("rel"), await link.get_attribute("target")) == ("noopener noreferrer", "_blank")


@pytest.mark.gen_test
async def test_a_hash_puts_an_order_into_the_reply_or_begins_its_card(
    office: Office, with_jos: Config, gateway: Gateway
) -> None:
    await office.start(with_jos)
    wang = await office.wang_talks()
    keyboard, option = wang.page.keyboard, wang.page.get_by_role("option")
    await wang.composer.press_sequentially("#")
    await expect(wang.page.get_by_text("这个会话里还没有提到订单或商品")).to_be_visible()
    await wang.writes("")
    await office.hears("jd", "陈女士", f"订单{NUMBER}怎么还没发")
    await wang.thread.get_by_role("button", name="查看").click()
    await wang.composer.press_sequentially("订单 ＃7987")
    await expect(option).to_have_count(2)
    await keyboard.press("Escape")
    await expect(wang.composer).to_have_value("订单 ＃7987")             # and what was typed stays
    await wang.writes("")
    await wang.composer.press_sequentially("订单 #79")
    await keyboard.press("Tab")
    await expect(wang.composer).to_have_value(f"订单 {NUMBER} ")
    await wang.composer.press_sequentially("#dd")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(wang.composer).to_have_value(f"订单 {NUMBER} ")
    box = wang.page.get_by_role("dialog")
    await expect(box.get_by_label("订单状态")).to_have_value("等待出库")
    assert gateway.said == []                                           # it is begun, and not sent
    await keyboard.press("Enter")
    await expect(wang.thread.locator("[data-delivery=sent] .goods")).to_contain_text("279.00 元")
    await expect(wang.composer).to_be_focused()
    note = wang.page.get_by_role("textbox", name="内部备注")
    await keyboard.press("Alt+p")
    await keyboard.type("#")                                            # the very next letter is the note's
    await expect(option).to_have_count(3)                               # with its parcel and its coat, and no cards
    await keyboard.press("Enter")
    await expect(note).to_have_value(f"{NUMBER} ")


@pytest.mark.gen_test
async def test_why_nothing_was_found_is_said(office: Office, with_jos: Config, jos: Jos) -> None:
    await office.start(with_jos)
    wang = await office.wang_talks()
    await office.hears("jd", "陈女士", f"订单{NUMBER}和订单300000000001")
    other = wang.thread.locator(".lookup").filter(has_text="300000000001")
    await other.get_by_role("button", name="查看").click()
    await expect(other.get_by_role("status")).to_contain_text("京东没有找到这个订单")
    jos.moods.append(refuses(19))
    first = wang.thread.locator(".lookup").filter(has_text=NUMBER)
    await first.get_by_role("button", name="查看").click()
    await expect(first.get_by_role("status")).to_contain_text("access_token")


@pytest.mark.gen_test
async def test_a_look_up_that_no_answer_came_for_is_tried_again(office: Office, with_jos: Config) -> None:
    await office.start(with_jos)
    wang = await office.wang_talks()
    await office.hears("jd", "陈女士", f"订单{NUMBER}怎么还没发")
    await wang.page.route("**/orders/*", lambda route: route.abort(), times=1)
    await wang.thread.get_by_role("button", name="查看").click()
    await expect(wang.thread.get_by_role("status")).to_contain_text("没有收到答复")
    await wang.thread.get_by_role("button", name="重试").click()
    await expect(wang.thread.get_by_role("status")).to_contain_text("等待出库")


@pytest.mark.gen_test
async def test_where_nothing_is_set_up_it_says_who_can(office: Office) -> None:
    wang = await office.wang_talks()
    await office.hears("jd", "陈女士", f"订单{NUMBER}怎么还没发")
    await wang.thread.get_by_role("button", name="查看").click()
    await expect(wang.thread.get_by_role("status")).to_contain_text("请管理员填写 app_key")
    await sends(office, "product", **COAT)
    await expect(wang.thread.locator(".goods")).to_be_visible()
    await expect(wang.thread.get_by_role("button", name=f"商品 {SKU} 查看")).to_be_hidden()


# Looked at


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("look", LOOKS)
async def test_goods_shut_nobody_out(
    office: Office, with_jos: Config, gateway: Gateway, look: str
) -> None:
    await office.start(with_jos)
    wang = await office.wang_talks(**LOOKS[look])
    await sends(office, "product", image=gateway.picture(7), **COAT)
    await sends(office, "order", id=NUMBER, title="羽绒服 黑 L", state="等待出库", price=27900)
    await office.hears("jd", "陈女士", f"订单{NUMBER}怎么还没发")
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
