"""A session's pictures, as large as the window."""

import pytest
from playwright.async_api import expect

from ccs.demo.gateway import Gateway
from tests.browser import Office
from tests.goods import COAT, sends


@pytest.mark.gen_test
async def test_from_one_picture_to_the_next_and_closer(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    for number in (1, 2):
        await office.hears("jd", "陈女士", "", msgType="image", mediaUrl=gateway.picture(number))
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
