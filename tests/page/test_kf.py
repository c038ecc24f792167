"""Customers of 微信客服 at the page, over the true path: the server, and a WeCom that is as strict as its pages."""

from collections.abc import Iterator

import pytest
from playwright.async_api import FilePayload, expect

from ccs.demo import samples
from ccs.demo.pictures import png
from ccs.demo.wecom import WeCom
from tests.browser import Office, Workbench
from tests.conftest import until
from tests.kf import CHEN, KF, Chen, at_kf

PICTURE: FilePayload = {"name": "退货地址.png", "mimeType": "image/png", "buffer": png(3)}
PASTE = """(node, files) => {
    const clipboardData = new DataTransfer();
    for (const [name, type, text] of files) clipboardData.items.add(new File([text], name, {type}));
    node.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""
DROP = """(node, [name, text]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name, {type: "text/plain"}));
    for (const kind of ["dragenter", "dragover", "drop"])
        node.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def chen(office: Office, wecom: WeCom) -> Iterator[Chen]:
    chen = at_kf(office.stage, wecom)
    wecom.know(CHEN, "陈女士")
    yield chen


async def talks_to(office: Office, chen: Chen, words: str = "在吗") -> Workbench:
    """小王 holds her session."""
    wang = await office.agent("wang")
    await chen.says(words)
    await wang.accepts("陈女士")
    return wang


# Files that come


@pytest.mark.gen_test
async def test_a_picture_that_comes_is_seen_and_looked_at(office: Office, chen: Chen, wecom: WeCom) -> None:
    wang = await talks_to(office, chen)
    await chen.sends("image", media_id=wecom.media.put(samples.picture(5)))
    look = wang.thread.get_by_role("button", name="查看大图")
    await expect(look.locator("img")).to_have_js_property("naturalWidth", 240)
    await expect(wang.row("陈女士")).to_contain_text("[图片]")
    await look.click()
    box = wang.page.get_by_role("dialog")
    await expect(box.locator("img")).to_have_js_property("naturalWidth", 240)
    await expect(box.get_by_role("button", name="关闭")).to_be_focused()
    async with wang.page.expect_download() as saving:
        await box.get_by_role("link", name="下载").click()
    assert (await (await saving.value).path()).read_bytes() == png(5)
    await wang.page.keyboard.press("Escape")
    await expect(box).to_be_hidden()
    await expect(look).to_be_focused()


@pytest.mark.gen_test
async def test_a_voice_is_played_and_a_file_kept(office: Office, chen: Chen, wecom: WeCom) -> None:
    wang = await talks_to(office, chen)
    await chen.sends("voice", media_id=wecom.media.put(samples.voice(2.0)))
    await expect(wang.thread.locator("audio")).to_have_js_property("readyState", 0)       # nothing is fetched unasked
    await wang.thread.get_by_role("button", name="播放语音").click()
    await expect(wang.thread.locator("audio")).to_have_js_property("readyState", 4)       # it could be played through
    assert 1.5 < await wang.thread.locator("audio").evaluate("audio => audio.duration") < 2.5
    await chen.sends("file", media_id=wecom.media.put(samples.pdf()))
    await expect(wang.message("发票.pdf").get_by_role("link", name="下载")).to_be_visible()


@pytest.mark.gen_test
async def test_a_file_that_the_platform_no_longer_has_says_so(office: Office, chen: Chen, wecom: WeCom) -> None:
    wang = await talks_to(office, chen)
    media_id = wecom.media.put(samples.picture())
    wecom.media.lose(media_id)
    await chen.sends("image", media_id=media_id)
    await expect(wang.message("图片没有下载到：")).to_be_visible()


# Files that go


@pytest.mark.gen_test
async def test_files_go_before_the_words_and_in_their_order(office: Office, chen: Chen, wecom: WeCom) -> None:
    wang = await talks_to(office, chen)
    await wang.page.locator("input[type=file]").set_input_files(PICTURE)
    await wang.composer.evaluate(PASTE, [["", "text/plain", "尺码表 S M L XL"]])
    await wang.page.locator("#thread").evaluate(DROP, ["须知.txt", "七天无理由退货"])
    await expect(wang.page.get_by_role("list", name="待发送的文件").get_by_role("listitem")).to_have_count(3)
    await wang.replies("请寄到这里")
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(4)
    assert [each.msgtype for each in wecom.reached] == ["image", "file", "file", "text"]
    assert wecom.media.get(wecom.reached[0].body["media_id"]).content == png(3)
    await expect(wang.thread.get_by_role("button", name="查看大图").locator("img")).to_have_js_property("naturalWidth", 240)
    await expect(wang.page.get_by_text("还可回 1 条")).to_be_visible()
    await wang.page.reload()
    await expect(wang.thread.get_by_role("button", name="查看大图").locator("img")).to_have_js_property("naturalWidth", 240)


@pytest.mark.gen_test
async def test_files_wait_for_her_where_she_left_them(office: Office, chen: Chen, wecom: WeCom) -> None:
    wang = await talks_to(office, chen)
    await wang.page.locator("input[type=file]").set_input_files(PICTURE)
    await office.stage.customer("张三").says("有人吗")
    await expect(wang.page.get_by_role("tab", name="待接入 1")).to_be_visible()
    await wang.page.keyboard.press("Alt+n")
    await expect(wang.page.get_by_role("heading", name="张三")).to_be_visible()
    await expect(wang.composer).to_be_editable()
    await expect(wang.page.get_by_role("list", name="待发送的文件")).to_be_hidden()
    await wang.opens("陈女士")
    await wang.page.get_by_role("button", name="移除 退货地址.png").click()
    await wang.replies("不用寄了")
    await expect(wang.message("不用寄了")).to_contain_text("已发送")
    assert [each.msgtype for each in wecom.reached] == ["text"]


@pytest.mark.gen_test
async def test_an_upload_that_was_cut_off_is_brought_again(office: Office, chen: Chen, wecom: WeCom) -> None:
    wang = await talks_to(office, chen)
    await wang.page.route("**/files", lambda route: route.abort(), times=1)
    await wang.page.locator("input[type=file]").set_input_files(PICTURE)
    chip = wang.page.get_by_role("list", name="待发送的文件").get_by_role("listitem")
    await expect(chip).to_contain_text("上传中断")
    await wang.composer.press("Enter")
    await expect(wang.page.get_by_text("请先重试或移除出错的文件")).to_be_visible()
    await chip.get_by_role("button", name="重试").click()
    await expect(chip.get_by_role("button", name="重试")).to_be_hidden()
    await wang.composer.press("Enter")
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(1)
    assert [each.msgtype for each in wecom.reached] == ["image"]


# What is locked, and why


@pytest.mark.gen_test
async def test_a_session_served_in_wecom_is_taken_back_with_its_draft(office: Office, chen: Chen, wecom: WeCom) -> None:
    wang = await talks_to(office, chen)
    await wang.writes("稍等，我查一")
    wecom.hire(KF, "li.na")
    wecom.staff_says(KF, CHEN, "li.na", content="我来处理")
    await chen.wakes()
    await expect(wang.page.get_by_text("客户正由 li.na 在企业微信客户端接待")).to_be_visible()
    await expect(wang.composer).to_be_hidden()
    await expect(wang.page.get_by_text("草稿已保留")).to_be_visible()
    await expect(wang.message("我来处理")).to_contain_text("li.na（企业微信）")
    await expect(wang.row("陈女士").get_by_role("img", name="li.na")).to_be_visible()

    await wang.button("收回").click()
    await wang.button("取消").click()
    await expect(wang.button("收回")).to_be_focused()
    await wang.button("收回").click()
    await wang.button("确定收回").click()
    await expect(wang.page.get_by_text("客户再次来信后就能回复")).to_be_visible()      # to end it there is all that WeCom allows
    await expect(wang.row("陈女士").get_by_role("img", name="li.na")).to_be_hidden()
    await expect(wang.page.get_by_text("草稿已保留")).to_be_visible()
    await chen.says("还在吗")
    await expect(wang.composer).to_have_value("稍等，我查一")


@pytest.mark.gen_test
async def test_who_was_a_moment_too_late_sees_why_and_keeps_the_words(
    office: Office, chen: Chen, wecom: WeCom
) -> None:
    wang = await talks_to(office, chen)
    held, go_on = await wang.hold("**/message")
    await wang.replies("稍等")
    await until(lambda: held)
    wecom.hire(KF, "li.na")
    wecom.staff_takes_over(KF, CHEN, "li.na")
    await chen.wakes()
    await expect(wang.page.get_by_text("客户正由 li.na 在企业微信客户端接待")).to_be_visible()
    go_on.set()
    await expect(wang.message("稍等")).to_contain_text("未发送：客户正由 li.na")
    await expect(wang.message("稍等").get_by_role("button", name="重试")).to_be_visible()


@pytest.mark.gen_test
async def test_five_replies_and_then_her_turn(office: Office, chen: Chen) -> None:
    wang = await talks_to(office, chen)
    await wang.writes("长" * 700)
    await expect(wang.page.get_by_text("将分 2 条发出")).to_be_visible()
    for number in range(1, 5):
        await wang.replies(f"第 {number} 条")
    await expect(wang.page.get_by_text("还可回 1 条")).to_be_visible()
    await expect(wang.page.locator("#thread .allowance")).to_have_attribute("data-level", "amber")
    await wang.writes("长" * 700)
    await expect(wang.page.get_by_text("共 2 条，只能再发 1 条")).to_be_visible()
    await expect(wang.button("发送")).to_be_disabled()
    await wang.replies("最后一条")
    await expect(wang.page.get_by_text("微信允许的回复条数已用完")).to_be_visible()
    await expect(wang.composer).to_be_hidden()
    await chen.says("好的，那我等您")
    await expect(wang.composer).to_be_editable()
    await expect(wang.page.get_by_text("还可回 5 条")).to_be_visible()


@pytest.mark.gen_test
async def test_what_she_takes_back_is_struck(office: Office, chen: Chen, wecom: WeCom) -> None:
    wang = await talks_to(office, chen)
    msgid = await chen.says("说错了")
    await wang.sees("说错了")
    wecom.customer_recalls(KF, CHEN, msgid)
    await chen.wakes()
    await expect(wang.message("说错了")).to_contain_text("客户撤回了一条消息")
    await expect(wang.message("说错了").locator(".content")).to_have_css("text-decoration-line", "line-through")


@pytest.mark.gen_test
async def test_a_link_leads_to_the_web_and_nowhere_else(office: Office, chen: Chen) -> None:
    wang = await talks_to(office, chen)
    addresses = [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "", "https://shop.example/1",
    ]
    for number, url in enumerate(addresses):
        await chen.sends("link", title=f"第 {number} 个", desc="", url=url, pic_url="https://evil.example/x.png")
    await wang.sees("第 5 个")
    assert await wang.thread.get_by_role("link").evaluate_all(
        "links => links.map(({href, target, rel}) => [href, target, rel])"
    ) == [["https://shop.example/1", "_blank", "noopener noreferrer"]]


# The checkup


@pytest.mark.gen_test
async def test_the_checkup_says_what_stands_where(office: Office, chen: Chen) -> None:
    zhao = await office.agent("zhao")
    opener = zhao.page.get_by_role("navigation").get_by_role("button", name="体检")
    await opener.click()
    box = zhao.page.get_by_role("dialog", name="接入体检")
    await expect(box).to_contain_text("检查于", timeout=20_000)
    for group in ("本机", "微信", "抖音", "京东"):
        await expect(box.get_by_role("heading", name=group, exact=True)).to_be_visible()
    await expect(box.locator("[data-result=ok]").first).to_contain_text("正常")
    async with zhao.page.expect_response("**/api/doctor"):
        await box.get_by_role("button", name="重新检查").click()
    await zhao.page.keyboard.press("Escape")
    await expect(box).to_be_hidden()
    await expect(opener).to_be_focused()
