"""Where an agent writes: quick replies after a slash, notes that stay inside, drafts that follow her, and nothing that
leaves by mistake."""

from typing import Any

import pytest
from attrs import evolve
from playwright.async_api import FilePayload, expect

from ccs.demo.gateway import Gateway
from ccs.demo.pictures import png
from ccs.settings import ForbiddenWordsSettings
from tests.browser import Office, Workbench
from tests.conftest import until
from tests.looks import LOOKS, look_at

PICTURE: FilePayload = {"name": "尺码.png", "mimeType": "image/png", "buffer": png(3)}
SHIP = {"scope": "all", "title": "发货", "content": "{客户昵称}您好，订单{订单号}今天发出。", "folder": "物流"}
INVOICE = {"scope": "all", "title": "发票", "content": "确认收货后三天内开具。"}
COMPOSES = """(node, [type, text]) => {
    if (text !== null) node.value = text;
    const how = { bubbles: true, cancelable: true };
    if (type === "Enter") return node.dispatchEvent(
        new KeyboardEvent("keydown", { ...how, key: "Enter", code: "Enter", keyCode: 229, isComposing: true }));
    node.dispatchEvent(type === "input"
        ? new InputEvent("input", { ...how, isComposing: true, inputType: "insertCompositionText" })
        : new CompositionEvent(type, how));
}"""

KEPT = """() => new Promise((done) => {
    const asking = indexedDB.open("ccs.files", 1);
    asking.onsuccess = () => {
        const counting = asking.result.transaction("files").objectStore("files").count();
        counting.onsuccess = () => done(counting.result === 1);
    };
})"""


def said(gateway: Gateway) -> list[str]:
    return [each["message"]["text"] for each in gateway.said]


async def knows(office: Office, *replies: dict[str, Any]) -> None:
    for reply in replies:
        answer = await office.stage.post("/api/quick-replies", {**reply, "csId": "wang"})
        assert answer.status_code == 200, answer.text


async def prefers(wang: Workbench, choice: str) -> None:
    await wang.page.get_by_role("button", name="发送设置").click()
    await wang.page.get_by_role("menuitemradio", name=choice, exact=True).click()


@pytest.mark.gen_test
async def test_a_quick_reply_is_named_by_its_initials_filled_and_sent(office: Office, gateway: Gateway) -> None:
    await office.start()
    await knows(office, SHIP, INVOICE)
    wang = await office.wang_talks()
    keyboard, option = wang.page.keyboard, wang.page.get_by_role("option")
    await wang.composer.press_sequentially("/fh")
    await expect(option).to_have_count(1)
    await expect(wang.page.locator(".quick-preview")).to_contain_text("陈女士您好，订单{订单号}今天发出。")
    await keyboard.press("Escape")
    await expect(option).to_have_count(0)
    await expect(wang.composer).to_have_value("/fh")                    # and the slash stays
    await wang.composer.fill("")

    await wang.composer.press_sequentially("/")
    await expect(option).to_have_count(2)
    await keyboard.type("fh")
    await keyboard.press("Enter")
    await expect(wang.composer).to_have_value("陈女士您好，订单{订单号}今天发出。")
    await keyboard.press("Enter")
    await expect(wang.page.get_by_text("还有没填的内容：订单号")).to_be_visible()
    await keyboard.type("66")                                           # the blank is selected
    await keyboard.press("Enter")
    await wang.sees("陈女士您好，订单66今天发出。")
    await until(lambda: said(gateway) == ["陈女士您好，订单66今天发出。"])
    await wang.composer.press_sequentially("/f")
    await expect(option.first).to_contain_text("发货")                   # used last


@pytest.mark.gen_test
async def test_every_quick_reply_can_be_reached_and_few_are_made(office: Office) -> None:
    await office.start()
    lines = "".join(f"第{n:03}条,回答{n:03}\n" for n in range(300))
    await office.stage.post("/api/quick-replies/import", {"csId": "wang", "scope": "all", "csv": f"标题,内容\n{lines}"})
    wang = await office.wang_talks()
    chosen, option = wang.page.locator("[role=option][aria-selected=true]"), wang.page.get_by_role("option")
    await wang.composer.press_sequentially("/")
    await expect(chosen).to_contain_text("第000条")
    for key, title in {"PageDown": "第009条", "PageUp": "第000条", "ArrowUp": "第299条"}.items():
        await wang.page.keyboard.press(key)
        await expect(chosen).to_contain_text(title)
        await expect(chosen).to_be_in_viewport()
    assert await option.count() < 40
    await wang.page.locator(".completing-list").first.evaluate("node => { node.scrollTop = 0; }")
    await option.filter(has_text="第005条").click()
    await expect(wang.composer).to_have_value("回答005")


@pytest.mark.gen_test
async def test_an_input_method_keeps_its_keys_while_the_list_is_open(office: Office, gateway: Gateway) -> None:
    await office.start()
    await knows(office, SHIP, INVOICE)
    wang = await office.wang_talks()

    async def hears(kind: str, text: str | None = None) -> Any:
        return await wang.composer.evaluate(COMPOSES, [kind, text])

    await wang.composer.focus()
    await hears("compositionstart")
    await hears("input", "、fa'p")
    await expect(wang.page.get_by_role("option")).to_have_text(["发票确认收货后三天内开具。"])
    assert await hears("Enter")                                         # it goes on as usual: to the input method
    await hears("input", "、发票")
    await hears("compositionend")
    await expect(wang.composer).to_have_value("、发票")
    await wang.page.evaluate("() => new Promise((done) => setTimeout(done, 100))")       # Enter is no slip any more
    await wang.page.keyboard.press("Enter")
    await expect(wang.composer).to_have_value("确认收货后三天内开具。")
    assert said(gateway) == []


@pytest.mark.gen_test
async def test_a_note_never_reaches_the_customer(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    await wang.writes("给客户的话")
    await wang.page.keyboard.press("Alt+p")
    note = wang.page.get_by_role("textbox", name="内部备注")
    await expect(note).to_be_focused()
    await expect(wang.composer).to_be_hidden()
    await wang.page.keyboard.type("她很着急 @小")
    await wang.page.get_by_role("option", name="小李").click()
    await expect(note).to_have_value("她很着急 @小李 ")
    async with wang.page.expect_response("**/notes") as answered:
        await wang.page.keyboard.press("Enter")
    assert (await (await answered.value).json())["data"]["mentions"] == ["li"]
    await expect(note).to_have_value("")
    await wang.page.keyboard.press("Alt+r")
    await expect(wang.composer).to_have_value("给客户的话")
    await wang.page.keyboard.press("Enter")
    await until(lambda: said(gateway) == ["给客户的话"])


@pytest.mark.gen_test
async def test_a_draft_follows_her_to_another_machine_and_a_lost_one_comes_back(office: Office) -> None:
    wang = await office.wang_talks()
    home = await office.agent("wang", path=wang.page.url.removeprefix(office.stage.base))
    await wang.writes("您好，正在查")
    await expect(home.composer).to_have_value("您好，正在查")
    _, go_on = await home.hold("**/drafts/reply")
    await home.writes("在家写的")
    async with wang.page.expect_response("**/drafts/reply"):
        await wang.writes("您好，查到了")
    await expect(home.page.get_by_role("button", name="恢复另一份")).to_be_visible()
    await expect(home.composer).to_have_value("在家写的")                  # not replaced under her fingers
    go_on.set()
    await home.page.get_by_role("button", name="恢复另一份").click()
    await expect(home.composer).to_have_value("您好，查到了")
    await home.composer.press("Enter")
    await expect(wang.composer).to_have_value("")                       # sent is sent everywhere


@pytest.mark.gen_test
async def test_a_draft_waits_here_while_a_colleague_holds_its_session(office: Office) -> None:
    wang = await office.wang_talks()
    session, tried = await office.stage.customer().session(), []
    path = f"/api/sessions/{session['sessionId']}"
    wang.page.on("response", lambda answer: tried.append(answer.status) if "/drafts/" in answer.url else None)
    await wang.page.route("**/drafts/reply", lambda route: route.abort())
    await wang.writes("我再帮您问问")
    await office.stage.post(f"{path}/transfer", {"csId": "wang", "toCsId": "li"})
    await expect(wang.page.get_by_text("当前由 小李 接待")).to_be_visible()
    await wang.page.unroute("**/drafts/reply")
    async with wang.page.expect_response("**/api/drafts?*"):
        await wang.page.reload()
    await expect(wang.page.get_by_text("当前由 小李 接待")).to_be_visible()
    async with wang.page.expect_response("**/drafts/reply") as brought:
        await office.stage.post(f"{path}/transfer", {"csId": "li", "toCsId": "wang"})
    assert (await brought.value).status == 200 and tried == [200]
    await expect(wang.composer).to_have_value("我再帮您问问")


@pytest.mark.gen_test
async def test_files_that_wait_outlive_a_reload(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    await wang.page.locator("input[type=file]").first.set_input_files(PICTURE)
    chip = wang.page.locator(".attached-file")
    await expect(chip).to_contain_text("尺码.png")
    await wang.page.wait_for_function(KEPT)
    await wang.page.reload()
    await expect(chip).to_contain_text("尺码.png")
    await wang.composer.press("Enter")
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(1)
    assert [each["message"]["msgType"] for each in gateway.said] == ["image"]
    await wang.page.reload()
    await expect(wang.thread.locator("[data-from=me]")).to_have_count(1)
    await expect(chip).to_have_count(0)


@pytest.mark.gen_test
async def test_a_reply_can_be_taken_back_for_three_seconds_and_is_not_lost(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    await prefers(wang, "开启")
    await wang.page.clock.install()
    await wang.replies("说错了")
    await expect(wang.message("说错了")).to_contain_text("即将发送")
    await wang.button("撤销").click()
    await expect(wang.composer).to_have_value("说错了")
    await wang.replies("说对了")
    await wang.page.clock.fast_forward(3000)
    await expect(wang.message("说对了")).to_contain_text("已发送")
    await wang.replies("还没走")
    await expect(wang.message("还没走")).to_contain_text("即将发送")
    await wang.page.reload()
    await expect(wang.message("还没走")).to_contain_text("未发送")
    await wang.message("还没走").get_by_role("button", name="重试").click()
    await until(lambda: said(gateway) == ["说对了", "还没走"])


@pytest.mark.gen_test
async def test_the_same_words_are_asked_about_once(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    await wang.replies("在的")
    await wang.sees("在的")
    await wang.replies("在的")
    await expect(wang.page.get_by_text("刚刚发过相同的内容")).to_be_visible()
    await expect(wang.composer).to_have_value("在的")
    await wang.composer.press("Enter")
    await until(lambda: said(gateway) == ["在的", "在的"])


@pytest.mark.gen_test
async def test_a_reply_to_the_ais_customer_takes_her_over_once_she_is_sure(office: Office, gateway: Gateway) -> None:
    settings = office.stage.settings
    await office.start(evolve(settings, assistant=evolve(settings.assistant, provider="knowledge")))
    wang = await office.agent("wang")
    await office.hears("jd", "陈女士", "在吗")
    await wang.tab("AI 接待中").click()
    await wang.opens("陈女士")
    await expect(wang.button("写备注")).to_be_visible()
    await expect(wang.composer).not_to_be_focused()                     # who only looks on keeps her keys
    await wang.page.locator("input[type=file]").first.set_input_files(PICTURE)
    await expect(wang.page.locator(".attached-file")).to_be_visible()
    await wang.replies("我来帮您看")
    await expect(wang.page.get_by_text("发送后由您接待这位客户，AI 不再回答")).to_be_visible()
    assert "我来帮您看" not in said(gateway)
    await expect(wang.state).to_have_text("AI 接待中")
    await wang.button("接管并发送").click()
    await expect(wang.state).to_have_text("人工 · 我")
    await expect(wang.thread.locator("[data-from=me][data-delivery=sent]")).to_have_count(2)
    assert [each["message"]["msgType"] for each in gateway.said[-2:]] == ["image", "text"]
    await expect(wang.composer).to_have_value("")
    await expect(wang.composer).to_be_focused()


@pytest.mark.gen_test
async def test_a_forbidden_word_stays_and_a_doubtful_one_is_asked_about(office: Office, gateway: Gateway) -> None:
    await office.start(evolve(office.stage.settings, forbidden_words=(
        ForbiddenWordsSettings(("加微信",), reason="平台禁止站外联系"), ForbiddenWordsSettings(("最低价",), action="warn"),
    )))
    wang = await office.wang_talks()
    await wang.writes("您加 微 信聊")
    await expect(wang.page.get_by_text("“加微信”不能发送：平台禁止站外联系")).to_be_visible()
    await expect(wang.page.locator("mark[data-kind=block]")).to_have_text("加 微 信")
    await expect(wang.button("发送")).to_be_disabled()
    await wang.composer.press("Enter")
    await wang.replies("已经是最低价了")
    await expect(wang.composer).to_have_value("已经是最低价了")
    await wang.button("返回修改").click()
    await wang.replies("已经是最低价了呢")
    await wang.button("仍然发送").click()
    await until(lambda: said(gateway) == ["已经是最低价了呢"])


@pytest.mark.gen_test
async def test_quick_replies_are_kept_in_order_where_they_are_used(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    await wang.button("快捷回复").click()
    await wang.button("管理快捷回复").click()
    box = wang.page.get_by_role("dialog", name="快捷回复")
    await box.get_by_role("button", name="新建").click()
    await box.get_by_label("标题", exact=True).fill("吊牌")
    await box.get_by_label("内容", exact=True).fill("请看图，")
    await wang.page.keyboard.press("Escape")        # what is written goes only if she says so
    await expect(box.get_by_role("status")).to_contain_text("还没有保存")
    await box.get_by_role("button", name="{客户昵称}").click()
    await box.get_by_label("图片（可不填）").set_input_files(PICTURE)
    await box.get_by_role("button", name="保存").click()
    await expect(box.get_by_role("status")).to_have_text("已保存")
    await box.get_by_role("button", name="导入", exact=True).click()
    await box.get_by_label("CSV 文件").set_input_files(table("标题,内容\n发票,三天内\n,没有标题\n"))
    await box.locator("form").get_by_role("button", name="导入").click()
    await expect(box).to_contain_text("第 3 行：标题不能为空")
    await box.get_by_label("CSV 文件").set_input_files(table("标题,内容,快捷码\n发票,三天内,fp1\n"))
    await box.locator("form").get_by_role("button", name="导入").click()
    await expect(box).to_contain_text("新增 1 条，更新 0 条")
    await expect(box.get_by_role("button", name="发票")).to_be_visible()
    await box.get_by_role("button", name="关闭").click()
    await expect(box).to_be_hidden()                # which gives the focus back to where it was

    await wang.writes("")
    await wang.composer.press_sequentially("/dp")
    await wang.composer.press("Enter")
    await expect(wang.composer).to_have_value("请看图，陈女士")
    await expect(wang.page.locator(".attached-file")).to_contain_text("尺码.png")
    await wang.composer.press("Enter")
    await until(lambda: [each["message"]["msgType"] for each in gateway.said] == ["image", "text"])


def table(text: str) -> FilePayload:
    """As Excel saves it in China."""
    return {"name": "快捷回复.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}


TALL = "box => box.offsetHeight"


@pytest.mark.gen_test
async def test_she_sends_with_the_key_she_chose_and_goes_on_to_who_waits(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    await office.hears("jd", "李先生", "还有货吗")
    await wang.tab("待接入").click()
    await wang.accepts("李先生")
    await prefers(wang, "Ctrl+Enter")
    await wang.composer.press_sequentially("有")
    await wang.composer.press("Enter")
    await wang.composer.press_sequentially("货")
    await expect(wang.composer).to_have_value("有\n货")
    await wang.composer.press("Control+Enter")
    await until(lambda: said(gateway) == ["有\n货"])
    low = await wang.composer.evaluate(TALL)
    await wang.writes("给\n您\n留\n着")
    assert await wang.composer.evaluate(TALL) > low             # it grows with what is in it
    await wang.composer.press("Alt+Enter")
    await expect(wang.page.get_by_role("heading", name="陈女士")).to_be_visible()
    assert await wang.composer.evaluate(TALL) == low
    await wang.writes("再见")
    await wang.composer.press("Control+Shift+Enter")
    await expect(wang.page.get_by_text("即将结束与 陈女士 的会话")).to_be_visible()
    await until(lambda: said(gateway) == ["有\n货", "给\n您\n留\n着", "再见"])


@pytest.mark.gen_test
@pytest.mark.parametrize("look", LOOKS)
async def test_the_composer_shuts_nobody_out(office: Office, look: str) -> None:
    await office.start()
    await knows(office, SHIP, INVOICE)
    wang = await office.wang_talks("我的快递什么时候到？", **LOOKS[look])
    await wang.composer.press_sequentially("您好 /f")
    await expect(wang.page.get_by_role("option")).to_have_count(2)
    faults = await look_at(wang, look, "quick")
    await wang.composer.press("Enter")
    await wang.composer.press("Enter")
    await wang.page.get_by_role("button", name="表情").first.click()
    faults += await look_at(wang, look, "blanks")
    await wang.page.keyboard.press("Escape")
    await wang.page.get_by_role("tab", name="内部备注").click()
    faults += await look_at(wang, look, "note")
    await wang.page.get_by_role("tab", name="回复").click()
    await wang.composer.press_sequentially(" /")
    await wang.page.get_by_role("button", name="管理快捷回复").click()
    await wang.page.get_by_role("dialog").get_by_role("button", name="发货").click()
    assert faults + await look_at(wang, look, "quick-kept") == []
