"""What agents share about a customer: her earlier sessions, notes, her name, tags, and what to know of her."""

import pytest
from playwright.async_api import expect

from ccs.demo.gateway import Gateway
from tests.browser import Office


async def serves(office: Office, *texts: str) -> None:
    """陈女士 comes, says something, and is served to the end by 小王."""
    await office.hears("jd", "陈女士", *texts)
    session_id = (await office.stage.customer().session())["sessionId"]
    assert (await office.stage.post(f"/api/sessions/{session_id}/accept", {"csId": "wang"})).status_code == 200
    assert (await office.stage.post(f"/api/sessions/{session_id}/close")).status_code == 200


@pytest.mark.gen_test(timeout=60)
async def test_earlier_sessions_come_as_she_scrolls_up(office: Office) -> None:
    wang = await office.agent("wang")
    await serves(office, "第一次来")
    await serves(office, *(f"上回第 {number} 句" for number in range(1, 61)))
    await office.hears("jd", "陈女士", "我又来了")
    await expect(wang.row("陈女士")).to_contain_text("我又来了")       # and no more for the session that ended
    await wang.accepts("陈女士")
    await expect(wang.thread.get_by_text("上回")).to_have_count(0)
    await wang.thread.hover()
    await wang.page.mouse.wheel(0, -200)
    await wang.sees("上回第 60 句")
    await expect(wang.thread.locator(".session-line")).to_contain_text("上一次会话")
    await expect(wang.thread.locator(".session-line")).to_contain_text("京东 · 已结束 (小王)")
    await expect(wang.thread.get_by_text("我又来了")).to_be_in_viewport()       # her place has not moved
    for _ in range(30):
        await wang.page.mouse.wheel(0, -1500)
        if await wang.thread.get_by_text("第一次来").count():
            break
        await wang.page.wait_for_function("() => new Promise((go) => requestAnimationFrame(() => go(true)))")
    await expect(wang.thread.get_by_text("第一次来")).to_be_visible()
    await expect(wang.thread.locator(".session-line")).to_have_count(2)
    await expect(wang.thread.get_by_text("没有更早的会话了")).to_be_visible()
    links = wang.page.locator("#panel .panel-earlier").get_by_role("link")
    await expect(links).to_have_count(2)
    await links.first.click()
    await expect(wang.state).to_have_text("已结束")
    await wang.sees("上回第 60 句")


@pytest.mark.gen_test(timeout=60)
async def test_a_note_is_seen_by_colleagues_where_it_was_written_and_never_by_the_customer(
    office: Office, gateway: Gateway
) -> None:
    wang = await office.wang_talks("在吗")
    session_id = (await office.stage.customer().session())["sessionId"]
    told = await office.stage.post(
        f"/api/sessions/{session_id}/notes", {"content": "她要发票 @小王", "csId": "zhao"})
    assert told.status_code == 200
    note = wang.thread.locator(".internal-note")
    await expect(note).to_contain_text("仅内部可见")
    await expect(note.locator(".mention")).to_have_text("@小王")

    await wang.page.route("**/notes", lambda route: route.fulfill(
        status=503, json={"code": 503, "message": "服务器暂时不能保存", "data": {}}), times=1)
    await wang.does("在吗", "转为笔记")
    writing = wang.page.get_by_role("textbox", name="备注")
    await expect(writing).to_have_value("在吗\n")
    await expect(writing).to_be_focused()
    await wang.page.keyboard.insert_text("@zhao 已登记")
    await wang.page.keyboard.press("Enter")
    await expect(note.last).to_contain_text("备注没有保存：服务器暂时不能保存")
    await note.last.get_by_role("button", name="重试").click()
    await expect(note.last.locator(".mention")).to_have_text("@zhao")
    await expect(note.last.get_by_role("button", name="重试")).to_be_hidden()
    await wang.page.keyboard.press("Alt+KeyR")
    await wang.replies("好的，给您开")
    await expect(wang.message("给您开")).to_contain_text("已发送")
    await wang.page.reload()
    await expect(wang.thread.locator("li:is(.message, .internal-note)")).to_contain_text(
        ["在吗", "她要发票", "已登记", "好的，给您开"])
    assert len(gateway.said) == 1 and "好的，给您开" in str(gateway.said)


@pytest.mark.gen_test(timeout=60)
async def test_whom_a_note_asks_to_look_clicks_reads_along_and_answers_by_a_note_until_it_is_taken_back(
    office: Office
) -> None:
    wang = await office.wang_talks("能开专票吗")
    li = await office.agent("li")
    await li.tab("全部").click()
    await li.opens("陈女士")
    await expect(li.page.get_by_text("可以请 小王 在备注里 @您")).to_be_visible()
    await li.leaves()
    await wang.page.keyboard.press("Alt+KeyP")
    await wang.page.get_by_role("textbox", name="备注").fill("@小李 专票要什么资料")
    await wang.page.keyboard.press("Enter")

    await li.page.get_by_role("button", name="通知：1 条新的").click()
    await li.page.get_by_role("group", name="通知").get_by_role("listitem").get_by_role("button").click()
    await li.sees("能开专票吗")
    await li.sees("专票要什么资料")
    await expect(li.page.get_by_text("由 小王 回复客户")).to_be_visible()
    await expect(li.composer).to_be_hidden()
    await expect(li.page.locator("#panel").get_by_role("button", name="复制").first).to_be_visible()
    await expect(li.page.locator("#panel").get_by_role("button", name="拉黑")).to_be_hidden()
    for name in ("接管", "转接", "结束"):
        await expect(li.button(name)).to_be_hidden()
    await li.page.get_by_role("button", name="更多操作").click()
    await expect(li.page.get_by_role("menuitem", name="复制会话链接")).to_be_visible()
    await expect(li.page.get_by_role("menuitem", name="拉黑")).to_have_count(0)
    await li.page.keyboard.press("Escape")
    await office.hears("jd", "陈女士", "抬头是长安街一号")
    await li.sees("抬头是长安街一号")
    await expect(li.row("陈女士")).to_contain_text("长安街")
    await li.button("写备注").click()
    await li.page.get_by_role("textbox", name="备注").fill("@小王 税号和抬头")
    await li.page.keyboard.press("Enter")
    await expect(wang.thread.locator(".internal-note").last).to_contain_text("税号和抬头")

    await wang.does("专票要什么资料", "删除")
    await wang.message("专票要什么资料").get_by_role("button", name="删除").click()
    await expect(li.page.get_by_text("可以请 小王 在备注里 @您")).to_be_visible()
    await expect(li.thread).to_be_hidden()
    await expect(li.row("陈女士")).not_to_contain_text("长安街")


@pytest.mark.gen_test(timeout=60)
async def test_what_is_kept_of_a_customer_is_the_same_in_two_browsers(office: Office) -> None:
    wang = await office.wang_talks("在吗")
    zhao = await office.agent("zhao")
    await zhao.tab("全部").click()
    await zhao.opens("陈女士")
    await expect(wang.page.locator(".thread-viewers")).to_have_text("老赵")
    mine, hers = (each.page.locator("#panel") for each in (wang, zhao))
    await mine.get_by_role("button", name="备注名").click()
    await wang.page.keyboard.insert_text("陈姐")
    await wang.page.keyboard.press("Enter")
    for agent in (wang, zhao):
        await expect(agent.page.get_by_role("heading", name="陈姐")).to_be_visible()
    await mine.locator(".section-head").filter(has_text="标签").click()
    await wang.page.keyboard.insert_text("加急")
    await wang.page.keyboard.press("Enter")
    await expect(hers.get_by_role("button", name="移除标签 加急")).to_be_visible()
    await hers.get_by_role("button", name="移除标签 加急").click()
    await expect(mine.get_by_role("button", name="移除标签 加急")).to_be_hidden()
    await mine.get_by_role("button", name="添加属性").click()
    await mine.get_by_role("button", name="尺码").click()
    for typed in ("XL", "收货城市", "杭州"):
        await wang.page.keyboard.insert_text(typed)
        await wang.page.keyboard.press("Enter")
    await hers.get_by_role("button", name="修改尺码 XL").press("Enter")
    await zhao.page.keyboard.insert_text("XXL")
    await zhao.page.keyboard.press("Enter")
    await expect(mine.get_by_role("button", name="修改尺码 XXL")).to_be_visible()
    await mine.get_by_role("button", name="移除属性 收货城市").click()
    await expect(hers.get_by_role("button", name="修改收货城市 杭州")).to_be_hidden()
    await mine.locator(".section-head").filter(has_text="客户备注").click()
    await mine.get_by_role("textbox", name="客户备注").fill("发货前先打电话")
    await expect(mine.get_by_text("已保存")).to_be_visible()
    await expect(hers.get_by_role("textbox", name="客户备注")).to_have_value("发货前先打电话")
    await zhao.page.reload()
    await expect(hers.get_by_role("textbox", name="客户备注")).to_have_value("发货前先打电话")
    await expect(hers.get_by_role("button", name="修改尺码 XXL")).to_be_visible()
    await expect(zhao.thread.locator(".note-line")).to_contain_text(["小王 接入了会话"])


@pytest.mark.gen_test(timeout=60)
async def test_a_pest_is_blocked_and_comes_back_and_a_number_is_shown_for_the_asking(office: Office) -> None:
    wang = await office.wang_talks("我的手机 138 0013 8000")
    panel = wang.page.locator("#panel")
    await panel.get_by_role("button", name="显示 138****8000").click()
    await expect(panel.get_by_text("13800138000", exact=True)).to_be_visible()
    await panel.get_by_role("button", name="会话经过").click()
    await expect(panel.get_by_text("小王 查看电话 138****8000")).to_be_visible()
    await office.hears("douyin", "周先生", "骂人")
    await wang.tab("待接入").click()
    await wang.counts(pending=1)
    scrolled = "sections => sections.scrollTop"
    assert await panel.locator(".panel-sections").evaluate(scrolled) > 0
    await wang.opens("周先生")
    assert await panel.locator(".panel-sections").evaluate(scrolled) == 0
    await panel.get_by_role("button", name="拉黑").click()
    await wang.page.get_by_role("dialog").get_by_label("原因").fill("骚扰")
    await wang.page.keyboard.press("Enter")
    await expect(wang.page.locator("#thread").get_by_text("骚扰")).to_be_visible()
    await expect(wang.row("周先生")).to_contain_text("已拉黑")
    await wang.counts(pending=0)
    await office.hears("douyin", "周先生", "还骂")
    await wang.sees("还骂")
    await expect(panel.get_by_text("小王 拉黑客户：骚扰")).to_be_visible()
    await wang.page.locator("#toasts").get_by_role("button", name="撤销").click()
    await expect(wang.row("周先生")).not_to_contain_text("已拉黑")
    await wang.counts(pending=1)
