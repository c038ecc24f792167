"""The frame of the workbench: what is found and done by keys, what is heard where, what a reload brings back."""

import time
from typing import Any

import pytest
from attrs import evolve
from playwright.async_api import Page, expect

from ccs import accounts
from ccs.settings import AgentSettings, AuthSettings
from handlers.edition import Edition
from tests.browser import OFFICE_PC, PHONE, Office, Workbench
from tests.looks import LOOKS, look_at

PASSWORD = "correct horse"
RECORD = """(() => {      // what was given to the loudspeaker, and on a running line to it
    window.heard = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
        if (this.context.state === "running") window.heard.push(this.frequency.value);
        return start.call(this, at);
    };
})()"""
NO_LOCKS = "Object.defineProperty(navigator, 'locks', {value: undefined})"
NOTICES = """(() => {      // she looks at another window
    window.notices = [];
    document.hasFocus = () => false;
    window.Notification = class {
        static permission = "granted";
        constructor(title, {body, tag}) { Object.assign(this, {title, body, tag}); window.notices.push(this); }
        close() {}
    };
})()"""
HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
RING = [660, 880]


async def tab(office: Office, wang: Workbench, url: str | None = None) -> Workbench:
    """Another tab of hers."""
    other = Workbench(office.stage, await office.page(wang.page.context))
    await other.page.goto(url or wang.page.url)
    return other


async def becomes(page: Page, fact: str) -> None:
    """Asked from outside, since the page itself may not evaluate words."""
    while not await page.evaluate(fact):
        pass


async def heard(page: Page) -> list[float]:
    return await page.evaluate("window.heard.splice(0)")


@pytest.mark.gen_test(timeout=60)
async def test_by_keys_alone_she_finds_does_and_has_her_own_way(office: Office) -> None:
    wang = await office.agent("wang")
    keys, page = wang.page.keyboard, wang.page
    await office.hears("jd", "张三", "先来的")
    await office.hears("douyin", "陈女士", "后来的")
    await wang.counts(pending=2)

    # A few letters of pinyin, Enter, and who waited longest is hers
    bar = page.get_by_role("combobox")
    await keys.press("Control+k")
    await expect(bar).to_be_focused()
    await keys.type("jrxyg")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("接入下一个等待的客户")
    await keys.press("Enter")
    await expect(wang.composer).to_be_focused()
    await expect(page.get_by_role("heading", name="张三")).to_be_visible()

    # A customer by her initials, from within a reply; Esc leaves all as it was
    await keys.type("写到一半")
    await keys.press("Control+k")
    await keys.type("zs")
    await keys.press("Escape")
    await expect(bar).to_be_hidden()
    await expect(wang.composer).to_be_focused()
    await expect(wang.composer).to_have_value("写到一半")
    await keys.press("Control+k")
    await keys.type("cns")
    await expect(page.get_by_role("option", name="陈女士")).to_be_visible()
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="陈女士")).to_be_visible()

    # Alt+M shall accept from now on; Alt+E is somebody's, and the browser keeps Ctrl+T
    await keys.press("g")
    await keys.press("s")
    settings = page.get_by_role("dialog", name="设置")
    await settings.get_by_role("tab", name="通知与声音").press("ArrowDown")
    change = settings.get_by_role("button", name="更改“接入或接管当前会话”的快捷键")
    await change.press("Enter")
    await keys.press("Control+t")
    await expect(settings.get_by_role("alert").filter(has_text="浏览器占用了这个键")).to_be_visible()
    await change.press("Enter")
    await keys.press("Alt+e")
    await expect(settings.get_by_role("alert").filter(has_text="已用于“结束当前会话”")).to_be_visible()
    await change.press("Enter")
    await keys.press("Alt+m")
    await expect(change).to_have_text("Alt+M")
    await keys.press("Escape")
    await expect(settings).to_be_hidden()
    await page.reload()
    await expect(page.get_by_role("heading", name="陈女士")).to_be_visible()
    await keys.press("?")
    await expect(page.get_by_role("dialog", name="快捷键").locator("div", has_text="接入或接管当前会话").last
                 ).to_contain_text("Alt+M")
    await keys.press("Escape")
    await expect(page.get_by_role("dialog", name="快捷键")).to_be_hidden()
    await keys.press("Alt+a")
    await keys.press("Alt+m")
    await expect(wang.state).to_have_text("人工 · 我")

    # Esc leaves the reply, and then the keys are the list's
    await wang.composer.press("Escape")
    await expect(wang.composer).not_to_be_focused()
    await keys.press("Escape")
    await expect(wang.row("陈女士")).to_be_focused()

    # How the page looks has names too
    look = page.locator("html")
    wanted = ("密度", "data-density", "compact"), ("wg", "data-theme", "light"), ("english", "lang", "en")
    for typed, name, value in wanted:
        await keys.press("Control+k")
        await keys.type(typed)
        await keys.press("Enter")
        await expect(look).to_have_attribute(name, value)


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("locks", [True, False], ids=["locks", "plain http"])
async def test_one_tab_is_heard_until_a_colleague_accepts(office: Office, locks: bool) -> None:
    await office.start()
    wang = await office.agent(None)
    for script in (RECORD, *(() if locks else (NO_LOCKS,))):
        await wang.page.context.add_init_script(script)
    await wang.page.reload()
    await wang.chooses("wang")

    # She tries it, and says that she heard it
    bar = wang.page.locator("#hint")
    await bar.get_by_role("button", name="试听").click()
    await expect(bar).to_contain_text("听到铃声了吗？")
    assert await heard(wang.page) == RING
    await bar.get_by_role("button", name="听到了").click()
    await expect(bar).to_be_hidden()
    other = await tab(office, wang)
    await other.is_connected()
    await expect(other.page.locator("#hint")).to_be_hidden()
    await other.page.get_by_role("tab", name="全部").click()

    for page in (wang.page, other.page):
        await page.clock.install()
    await office.hears("jd", "陈女士", "在吗")
    await expect(wang.page).to_have_title("(1) 待接入 · CCS")
    await becomes(wang.page, "window.heard.length === 2")
    for at in range(2):
        for page in (wang.page, other.page):
            await page.clock.run_for(5000)
    await becomes(wang.page, "window.heard.length === 4")
    assert await heard(wang.page) == RING * 2 and await heard(other.page) == []

    session = await office.stage.customer().session()
    await office.stage.post(f"/api/sessions/{session['sessionId']}/accept", {"csId": "li"})
    await wang.counts(pending=0)
    for page in (wang.page, other.page):
        await page.clock.run_for(30_000)
    assert await heard(wang.page) == [] and await heard(other.page) == []


@pytest.mark.gen_test(timeout=60)
async def test_a_login_that_ends_takes_no_words_and_comes_back_in_every_tab(office: Office) -> None:
    agents = (AgentSettings("wang", "小王", password_hash=accounts.hash_password(PASSWORD)),)
    await office.stage.start(evolve(office.stage.settings, auth=AuthSettings(required=True), agents=agents))
    wang = await office.agent(None)
    await wang.logs_in("wang", PASSWORD)
    await wang.is_connected()
    await office.hears("jd", "陈女士", "在吗")
    await office.hears("douyin", "张三", "有人吗")
    await wang.accepts("陈女士")
    other = await tab(office, wang, office.stage.base + "/")
    await other.is_connected()
    await other.tab("待接入").click()
    await other.accepts("张三")
    await wang.writes("给陈女士的")
    await other.writes("给张三的")

    assert (await wang.page.request.post(office.stage.base + "/api/logout", data={})).ok
    for each in (wang, other):
        await expect(each.page.get_by_text("登录已过期")).to_be_visible()
    await wang.logs_in(None, PASSWORD)
    for each, words in ((wang, "给陈女士的"), (other, "给张三的")):
        await expect(each.page.get_by_role("dialog")).to_be_hidden()
        await each.is_connected()
        await expect(each.composer).to_have_value(words)
    await other.replies("您好")
    await expect(other.message("您好")).to_contain_text("已发送")


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("how", [
    {"viewport": {"width": 911, "height": 512}, "device_scale_factor": 1.5}, {"viewport": PHONE, "has_touch": True},
    {"viewport": {"width": 1100, "height": 700}}, {"viewport": {"width": 320, "height": 640}},
], ids=["zoomed", "phone", "small", "smallest"])
async def test_nothing_sticks_out_at_any_width(office: Office, how) -> None:
    await office.start()
    await office.hears("jd", "陈女士", "在吗")
    wang = await office.agent("wang", **how)

    async def fits(what: str, whose: Workbench | None = None) -> None:
        width, page = width_of(how), (whose or wang).page
        out = await page.evaluate("""(width) => [...document.querySelectorAll("body *")].filter((each) => {
            const box = each.getBoundingClientRect();
            return box.width && (box.right > width + 1 || box.left < -1) && each.checkVisibility()
                && !each.closest(".unseen, dialog:not([open])");
        }).map((each) => each.outerHTML.slice(0, 90)).slice(0, 3)""", width)
        assert out == [], what
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, what

    await fits("list")
    await wang.accepts("陈女士")
    await fits("thread")
    await wang.page.keyboard.press("Alt+i")
    await expect(wang.page.locator("#panel")).to_be_visible()
    tops = [await wang.page.locator(each).bounding_box() for each in ("#panel", "#thread")]
    assert tops[0] and tops[1] and tops[0]["y"] == tops[1]["y"]         # it covers no bar
    await fits("panel")
    await wang.page.keyboard.press("Alt+i")
    if width_of(how) < 640:             # who supervises has one button more
        zhao = await office.agent("zhao", **how)
        await zhao.tab("全部").click()
        await zhao.opens("陈女士")
        await expect(zhao.button("接管").first).to_be_visible()
        await fits("a supervisor's thread", zhao)
    await wang.page.get_by_role("button", name="通知", exact=False).first.click()
    await expect(wang.page.get_by_role("group", name="通知")).to_be_visible()
    await fits("bell")
    await wang.page.keyboard.press("Escape")
    if width_of(how) < 960:             # no room for the column at the edge
        await wang.page.get_by_role("button", name="小王").click()
        await wang.page.get_by_role("menuitem", name="设置").click()
    else:
        await wang.page.get_by_role("navigation").get_by_role("button", name="设置").click()
    await expect(wang.page.get_by_role("dialog", name="设置")).to_be_visible()
    await fits("settings")


def width_of(how: dict[str, Any]) -> int:
    return how["viewport"]["width"]


@pytest.mark.gen_test
@pytest.mark.parametrize("size", [OFFICE_PC, PHONE], ids=["office", "phone"])
async def test_what_is_told_for_a_moment_covers_no_button(office: Office, size: dict[str, int]) -> None:
    wang = await office.wang_talks(viewport=size)
    await wang.does("在吗", "复制链接")
    toast = wang.page.locator(".toast")
    await expect(toast).to_be_visible()
    [told, head, composer] = [await each.bounding_box() for each in (
        toast, wang.page.locator("#thread .thread-head"), wang.page.locator("#thread .composer"))]
    assert told and head and composer
    assert head["y"] + head["height"] <= told["y"] and told["y"] + told["height"] <= composer["y"]
    assert told["x"] >= 0 and told["x"] + told["width"] <= size["width"]


@pytest.mark.gen_test(timeout=60)
async def test_the_column_at_the_edge_leads_on_and_says_where_she_is(office: Office) -> None:
    wang = await office.agent("wang")
    await office.hears("jd", "陈女士", "在吗")
    column, keys = wang.page.get_by_role("navigation"), wang.page.keyboard
    here = column.locator("[aria-current=page]")
    await expect(here).to_have_text("会话")
    await column.get_by_role("button", name="AI").click()
    await expect(here).to_have_text("AI")
    await expect(wang.tab("AI 接待中")).to_have_attribute("aria-selected", "true")
    await column.get_by_role("button", name="搜索").click()
    await expect(here).to_have_text("搜索")
    await keys.press("Escape")
    await wang.page.locator("body").click(position={"x": 700, "y": 400})
    await keys.press("g")
    await keys.press("i")
    await expect(here).to_have_text("会话")
    for name, dialog in (("快捷回复", "快捷回复"), ("体检", "接入体检"), ("设置", "设置"), ("快捷键", "快捷键")):
        entry = column.get_by_role("button", name=name)
        await entry.press("Enter")
        await expect(wang.page.get_by_role("dialog", name=dialog)).to_be_visible()
        await keys.press("Escape")
        await expect(entry).to_be_focused()

    # By name, too: the box of the list, and tags
    await wang.opens("陈女士")
    await keys.press("Control+k")
    await keys.type("在列表中筛选")
    await keys.press("Enter")
    await expect(wang.page.get_by_role("searchbox", name="搜索客户")).to_be_focused()
    await keys.press("Control+k")
    await keys.type("打标签")
    await keys.press("Enter")
    await expect(wang.page.get_by_role("dialog", name="陈女士 的标签")).to_be_visible()
    await keys.type("加急")
    await keys.press("Enter")
    await keys.press("Escape")
    await expect(wang.row("陈女士")).to_contain_text("#加急")
    await wang.page.locator("#toasts").get_by_role("button", name="撤销").click()
    await expect(wang.row("陈女士")).not_to_contain_text("#加急")
    await expect(wang.page.locator("#toasts")).to_be_empty()


@pytest.mark.gen_test(timeout=60)
async def test_who_was_away_finds_on_her_bell_what_named_her_and_sees_it_once_for_all_windows(office: Office) -> None:
    await office.start()
    await office.hears("jd", "陈女士", "在吗")
    path = f"/api/sessions/{(await office.stage.customer().session())['sessionId']}/notes"
    await office.stage.post(path, {"content": "@小王 她要发票", "csId": "li"})
    wang, other = await office.agent("wang"), await office.agent("wang")
    for each in (wang, other):
        await expect(each.page.get_by_role("button", name="通知：1 条新的")).to_be_visible()
    await wang.page.get_by_role("button", name="通知：1 条新的").click()
    entry = wang.page.get_by_role("group", name="通知").get_by_role("listitem")
    await expect(entry).to_contain_text("小李 在 陈女士 的备注中提到您：@小王 她要发票")
    await expect(entry).to_have_attribute("data-new", "")
    await expect(other.page.locator(".bell-count")).to_be_hidden()
    await wang.page.reload()
    await wang.is_connected()
    await expect(wang.page.locator(".bell-count")).to_be_hidden()

    # What is said of the session she has open she sees there
    await wang.opens("陈女士")
    await office.stage.post(path, {"content": "@小王 还有运费", "csId": "li"})
    await expect(wang.thread.get_by_text("还有运费")).to_be_visible()
    await expect(other.page.locator(".bell-count")).to_be_hidden()
    await other.page.locator(".bell-button").click()
    await expect(other.page.get_by_role("group", name="通知").get_by_role("listitem")).to_have_count(2)


@pytest.mark.gen_test(timeout=60)
async def test_a_reload_and_the_way_back_lead_to_where_she_was(office: Office) -> None:
    wang = await office.agent("wang")
    await office.hears("jd", "陈女士", *[f"第 {n} 句" for n in range(60)])
    for name in ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑"):
        await office.hears("douyin", name, "在吗")
    await wang.opens("陈女士")
    await wang.sees("第 59 句")
    await wang.thread.evaluate("(log) => { log.scrollTop = log.scrollHeight * 0.4; }")
    await wang.page.locator(".list-scroller").evaluate("(list) => { list.scrollTop = 200; }")
    await wang.page.wait_for_timeout(100)       # a frame, in which the page takes note
    place = await wang.place()
    await wang.page.reload()
    await wang.is_connected()
    await expect(wang.message("第 40 句")).to_be_attached()
    await becomes(wang.page, "document.querySelector('.list-scroller').scrollTop === 200")
    while (await wang.place())[0] != place[0]:
        pass
    await wang.row("丑").click()
    await expect(wang.page.get_by_role("heading", name="丑")).to_be_visible()
    await wang.page.go_back()
    await expect(wang.page.get_by_role("heading", name="陈女士")).to_be_visible()
    assert (await wang.place())[0] == place[0]
    async with wang.page.context.expect_page() as opened:
        await wang.row("丑").click(modifiers=["Control"])
    await expect((await opened.value).get_by_role("heading", name="丑")).to_be_visible()
    await expect(wang.page.get_by_role("heading", name="陈女士")).to_be_visible()


@pytest.mark.gen_test(timeout=60)
async def test_a_newer_page_is_offered_and_not_forced(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    wang = await office.wang_talks()
    await wang.writes("写到一半")
    edition, name = Edition.read(), "0123456789abcdef"
    newer = evolve(edition, name=name, page=edition.page.replace(edition.name.encode(), name.encode()))
    monkeypatch.setattr("server.Edition.read", lambda: newer)
    await office.stage.stop()
    await office.start()
    offer = wang.page.locator("#skew")
    await expect(offer).to_contain_text("有新版本，空闲时刷新")
    await expect(wang.composer).to_have_value("写到一半")
    await offer.get_by_role("button", name="现在刷新").click()
    await expect(offer).to_be_hidden()
    await expect(wang.composer).to_have_value("写到一半")


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("look", LOOKS)
async def test_who_waits_too_long_is_one_click_away(office: Office, look: str) -> None:
    wang = await office.agent("wang", **LOOKS[look])
    await wang.page.get_by_role("button", name="不需要声音").click()
    for name in ("陈女士", "张三"):
        await office.hears("jd", name, "在吗")
        await wang.tab("待接入").click()
        await wang.accepts(name)
        await office.hears("jd", name, "人呢")
        await wang.sees("人呢")
        await wang.leaves()
    await office.stage.stop()       # or its clock would put hers right
    await expect(wang.pill).to_have_attribute("data-line", "reconnecting")
    await wang.page.clock.set_fixed_time(time.time() + 200)
    card = wang.page.get_by_role("complementary", name="等待过久的客户")
    await expect(card).to_contain_text("2 位客户等待超时")
    assert await look_at(wang, look, "overdue") == []
    await card.get_by_role("button", name="去回复").click()
    await expect(wang.page.get_by_role("heading", name="陈女士")).to_be_visible()
    await expect(card).to_contain_text("1 位客户等待超时")
    assert await look_at(wang, look, "overdue-thread") == []
    if look != "phone":     # where there is room it hides nothing that was said
        at, said = await card.bounding_box(), await wang.thread.bounding_box()
        assert at and said and not said["x"] - at["width"] < at["x"] < said["x"] + said["width"]
    await card.get_by_role("button", name="关闭提示").click()
    await expect(card).to_be_hidden()


@pytest.mark.gen_test(timeout=60)
async def test_a_notice_on_the_desktop_leads_to_its_session(office: Office) -> None:
    await office.start()
    wang = await office.agent(None)
    await wang.page.context.grant_permissions(["notifications"])
    await wang.page.context.add_init_script(NOTICES)
    await wang.page.reload()
    await wang.chooses("wang")
    await wang.page.keyboard.press("g")
    await wang.page.keyboard.press("s")
    settings = wang.page.get_by_role("dialog", name="设置")
    await settings.get_by_label("我在看别的窗口时，弹出桌面通知").check()
    await wang.page.keyboard.press("Escape")
    await wang.page.evaluate(HIDE, True)
    await office.hears("jd", "陈女士", "在吗")
    await becomes(wang.page, "notices.length === 1")
    [pulse] = wang.page.workers         # beats where the page's own timers sleep
    assert pulse.url.endswith("/pulse.js")
    assert await wang.page.evaluate("notices[0].title") == "新的待接入：陈女士"
    assert await wang.page.evaluate("notices[0].body") == "在吗"
    await wang.page.evaluate("notices[0].onclick()")
    await wang.page.evaluate(HIDE, False)
    await expect(wang.page.get_by_role("heading", name="陈女士")).to_be_visible()
    while wang.page.workers:
        await wang.page.evaluate("1")


@pytest.mark.gen_test(timeout=60)
async def test_what_she_wants_follows_her_to_any_browser_over_cuts_too(office: Office) -> None:
    here, there = [await office.agent("wang") for _ in range(2)]
    await here.page.get_by_role("button", name="在岗").click()
    await here.page.get_by_role("menuitemradio", name="离岗").click()
    await expect(there.page.get_by_role("button", name="离岗")).to_be_visible()
    await office.stage.stop()
    await expect(there.pill).to_have_attribute("data-line", "reconnecting")
    await there.page.get_by_role("button", name="离岗").click()
    await there.page.get_by_role("menuitemradio", name="在岗").click()
    await office.start()
    for agent in (here, there):
        await agent.is_connected()
        await expect(agent.page.get_by_role("button", name="在岗")).to_be_visible()


@pytest.mark.gen_test
async def test_a_browser_that_forbids_notices_is_told_of_in_words(office: Office) -> None:
    await office.start()
    wang = await office.agent(None)
    await wang.page.context.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    await wang.page.reload()
    await wang.chooses("wang")
    await wang.page.keyboard.press("g")
    await wang.page.keyboard.press("s")
    settings = wang.page.get_by_role("dialog", name="设置")
    await expect(settings).to_contain_text("浏览器禁止桌面通知")
    await expect(settings).to_contain_text(office.stage.base)
    await expect(settings.get_by_role("button", name="允许桌面通知")).to_be_hidden()
    await expect(settings.get_by_label("隐藏客户名和内容")).to_be_disabled()
