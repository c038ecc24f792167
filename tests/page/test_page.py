"""The workbench keeps its promises in a real browser."""

import re
import shutil
from pathlib import Path

import pytest
from attrs import evolve
from playwright.async_api import expect

from ccs import accounts
from ccs.asked import SessionFilter
from ccs.demo.gateway import Messages
from ccs.models import Status
from ccs.settings import AgentSettings, AuthSettings
from handlers.edition import Edition
from tests.browser import PHONE, Office, Workbench
from tests.conftest import Stage, until
from tests.looks import faults
from tests.moods import answers, hangs

STATIC = Path(__file__).parents[2] / "handlers" / "static"
SHEET = re.compile(r'<link rel="stylesheet" href="(/static/[^"]+)">')
HELD = SessionFilter(status=Status.MANUAL)
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|[\"']style[\"']|DOMParser|srcdoc"
)


# Serving


@pytest.mark.gen_test
async def test_the_page_may_run_and_load_only_what_is_ours(stage: Stage) -> None:
    await stage.start()
    page = await stage.get("/")
    assert page.status_code == 200 and page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(rule.split(" ", 1) for rule in page.headers["Content-Security-Policy"].split("; "))
    host = stage.base.removeprefix("http://")
    assert policy == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data: blob:",
        "media-src": "'self'",
        "connect-src": f"'self' ws://{host} wss://{host}", "base-uri": "'none'", "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert page.headers["X-Content-Type-Options"] == "nosniff" and page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.gen_test
async def test_a_host_that_is_no_host_does_not_get_into_the_policy(stage: Stage) -> None:
    await stage.start()
    answer = await stage.http.get(stage.base, headers={"Host": "127.0.0.1:80; script-src *"})
    assert "script-src *" not in answer.headers.get("Content-Security-Policy", "")


@pytest.mark.gen_test
async def test_every_file_is_what_it_is_and_kept_by_its_edition(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr("mimetypes.guess_type", lambda *args, **kwargs: ("text/plain", None))     # Windows' registry
    types = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
    await stage.start()
    edition = re.search(r"/static/(\w{16})/js/main\.js", (await stage.get("/")).text)[1]
    files = [path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.*")]
    assert len(files) > 20
    for name in files:
        answer = await stage.get(f"/static/{edition}/{name}")
        assert answer.headers["Content-Type"].startswith(types[Path(name).suffix])
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for elsewhere in ("", "0123456789abcdef/"):         # and is asked for again each time by any other
        answer = await stage.get(f"/static/{elsewhere}js/main.js")
        assert answer.headers["Cache-Control"] == "no-cache" and answer.headers["ETag"]
    again = await stage.http.get(stage.base + "/", headers={"If-None-Match": (await stage.get("/")).headers["ETag"]})
    assert again.status_code == 304 and again.content == b""
    head = await stage.http.head(stage.base + "/")
    assert head.status_code == 200 and head.content == b""


@pytest.mark.gen_test
async def test_a_file_that_changed_under_the_server_is_kept_by_nobody(stage: Stage, monkeypatch, tmp_path) -> None:
    changed = tmp_path / "static"
    shutil.copytree(STATIC, changed)
    monkeypatch.setattr("handlers.edition.STATIC", changed)
    await stage.start()
    page = (await stage.get("/")).text
    main = re.search(r"/static/\w{16}/js/main\.js", page)[0]
    (changed / "js" / "main.js").write_text("// newer", encoding="utf-8")
    answer = await stage.get(main)
    assert answer.text == "// newer" and answer.headers["Cache-Control"] == "no-cache"
    (changed / "css" / "rows.css").write_text("/* newer */", encoding="utf-8")
    answer = await stage.get(SHEET.search(page)[1])
    assert "/* newer */" in answer.text and answer.headers["Cache-Control"] == "no-cache"


def test_line_ends_of_windows_are_line_ends_too(monkeypatch, tmp_path) -> None:
    shutil.copytree(STATIC, tmp_path / "static")
    index = tmp_path / "static" / "index.html"
    index.write_bytes(index.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr("handlers.edition.STATIC", tmp_path / "static")
    assert Edition.read().page.count(b"stylesheet") == 1


@pytest.mark.gen_test
async def test_the_sheets_come_as_one_in_their_order(stage: Stage) -> None:
    await stage.start()
    named = SHEET.findall((STATIC / "index.html").read_text(encoding="utf-8"))
    [together] = SHEET.findall((await stage.get("/")).text)
    answer = await stage.get(together)
    assert len(named) > 20
    assert answer.text == "\n".join((STATIC.parent / each[1:]).read_text(encoding="utf-8") for each in named)
    assert answer.headers["Content-Type"].startswith("text/css") and "immutable" in answer.headers["Cache-Control"]


@pytest.mark.gen_test
async def test_a_page_that_was_seen_before_fetches_none_of_its_files(office: Office) -> None:
    wang = await office.wang_talks()
    await wang.page.reload()
    await wang.sees("在吗")
    fetched = await wang.page.evaluate(
        """() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/static/"))
            .map(({ transferSize }) => transferSize)""",
    )
    assert len(fetched) > 20 and set(fetched) == {0}


@pytest.mark.gen_test
@pytest.mark.parametrize("path", [
    "/static/", "/static/js", "/static/js/", "/static/nothing.js", "/static/../pages.py", "/static/%2e%2e/pages.py",
    "/static/..%2fpages.py", "/static/..%5cpages.py", "/static/C:/windows/win.ini", "/static/js/main.js%00",
    "/static/js//main.js", "/static//etc/passwd",
])
async def test_nothing_else_is_served(stage: Stage, path) -> None:
    await stage.start()
    answer = await stage.http.get(stage.base + path)
    assert answer.status_code == 404 and answer.json() == {"code": 404, "message": "没有这个地址"}


@pytest.mark.gen_test
async def test_the_page_is_refused_under_a_name_that_is_not_ours(stage: Stage) -> None:
    await stage.start()
    assert (await stage.http.get(stage.base, headers={"Host": "evil.example"})).status_code == 403


def test_no_text_can_become_markup() -> None:
    assert [path.name for path in STATIC.rglob("*.js") if SINKS.search(path.read_text(encoding="utf-8"))] == []
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"style=|\bon\w+=|<script(?! type=\"module\" src=)", page) == []


# Working


@pytest.mark.gen_test
async def test_a_customer_waits_is_accepted_answered_and_closed(office: Office, gateway) -> None:
    wang = await office.agent("wang")
    await expect(wang.page.get_by_text("没有等待的客户")).to_be_visible()

    await office.stage.customer().says("请问今天能发货吗？")
    await expect(wang.row("陈女士")).to_contain_text("请问今天能发货吗？")
    await expect(wang.tab("待接入")).to_contain_text("1")
    await expect(wang.page).to_have_title("(1) 待接入 · CCS")

    await wang.accepts("陈女士")
    await expect(wang.tab("我的")).to_contain_text("1")
    await expect(wang.page).to_have_title("CCS · 多渠道客服")

    requests: list[Messages] = []
    gateway.moods.append(lambda request: requests.append(request) or hangs(request))
    await wang.replies("有货，今天发。")
    await expect(wang.message("有货，今天发。")).to_contain_text("发送中")
    await until(lambda: requests)
    requests[0].finish({"code": 0, "data": {"messageId": "gw-1", "state": "accepted"}})
    await expect(wang.message("有货，今天发。")).to_contain_text("已发送")
    await expect(wang.message("有货，今天发。")).to_have_count(1)

    await wang.ends()
    await expect(wang.page.get_by_text("会话已结束，")).to_be_visible()
    assert (await office.stage.customer().session())["status"] == "closed"


@pytest.mark.gen_test
async def test_a_failed_reply_says_why_and_can_be_sent_again(office: Office, gateway) -> None:
    wang = await office.wang_talks()
    gateway.moods.append(answers(2001))
    await wang.replies("在的")
    failed, chip = wang.message("在的"), wang.page.locator("#thread .failing")
    await expect(failed).to_contain_text("失败：")
    await expect(wang.page.get_by_label("1 条发送失败")).to_be_visible()
    await failed.get_by_role("button", name="重试").click()
    await expect(failed).to_contain_text("已发送")
    await expect(chip).to_be_hidden()
    gateway.moods.append(answers(2001))
    await wang.replies("请讲")
    await chip.get_by_role("button", name="重试").click()                # above the reply, wherever she reads
    await expect(wang.message("请讲")).to_contain_text("已发送")


@pytest.mark.gen_test
async def test_draft_and_selection_survive_a_reload(office: Office) -> None:
    wang = await office.wang_talks()
    await wang.writes("稍等，我查一")
    await wang.page.reload()
    await expect(wang.composer).to_have_value("稍等，我查一")
    await wang.sees("在吗")
    await expect(wang.row("陈女士")).to_have_attribute("aria-current", "true")


@pytest.mark.gen_test
async def test_a_login_that_ends_is_asked_for_again_above_the_page(office: Office) -> None:
    password = "correct horse"
    agents = (AgentSettings("wang", "小王", password_hash=accounts.hash_password(password)),)
    await office.stage.start(evolve(office.stage.settings, auth=AuthSettings(required=True), agents=agents))
    wang = await office.agent(None)
    await wang.logs_in("wang", "wrong")
    await expect(wang.page.get_by_role("alert").filter(has_text="密码")).to_be_visible()
    await wang.logs_in("wang", password)
    await wang.is_connected()
    await office.stage.customer().says("在吗")
    await wang.accepts("陈女士")
    await wang.writes("写到一半")

    assert (await wang.page.request.post(office.stage.base + "/api/logout", data={})).ok
    await expect(wang.page.get_by_text("登录已过期")).to_be_visible()
    await office.stage.customer().says("还在吗")
    await wang.logs_in(None, password)
    await wang.sees("还在吗")
    await expect(wang.composer).to_have_value("写到一半")


@pytest.mark.gen_test
async def test_a_reader_stays_where_she_reads(office: Office) -> None:
    wang, chen = await office.agent("wang"), office.stage.customer()
    for number in range(120):
        await chen.says(f"第 {number} 句")
    await wang.accepts("陈女士")
    await wang.sees("第 119 句")
    await wang.thread.evaluate("log => { log.scrollTop = 0; }")         # which brings older messages above
    await expect(wang.message("第 30 句")).to_have_count(1)
    place = await wang.message("第 75 句").bounding_box()
    await chen.says("新的一句")
    await wang.page.get_by_role("button", name="1 条新消息").click()
    await expect(wang.message("新的一句")).to_be_in_viewport()
    assert place and 0 < place["y"] < 768


@pytest.mark.gen_test
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(office: Office, scheme) -> None:
    wang = await office.agent("wang", color_scheme=scheme)
    await office.stage.customer().says("在吗")
    await office.stage.customer("张三").says("有人吗")
    await wang.accepts("陈女士")
    await wang.replies("在的")
    await expect(wang.message("在的")).to_contain_text("已发送")
    await wang.tab("待接入").click()
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in await faults(wang.page)] == []


@pytest.mark.gen_test
async def test_on_a_phone_list_and_thread_take_turns_and_nothing_sticks_out(office: Office) -> None:
    wang = await office.agent("wang", viewport=PHONE, has_touch=True, is_mobile=True)
    await office.stage.customer().says("在吗" * 100)
    await wang.accepts("陈女士")
    await expect(wang.row("陈女士")).to_be_hidden()
    await wang.replies("在的")
    size = "({scrollWidth, scrollHeight}) => [scrollWidth, scrollHeight]"
    assert await wang.page.locator("html").evaluate(size) == [PHONE["width"], PHONE["height"]]
    await wang.page.get_by_role("link", name="返回列表").click()
    await expect(wang.row("陈女士")).to_be_visible()


@pytest.mark.gen_test
async def test_nothing_is_missed_or_told_twice_over_a_cut_and_a_restart(office: Office) -> None:
    wang = await office.agent("wang")
    chen = office.stage.customer()
    await chen.says("一")
    await wang.accepts("陈女士")
    await wang.writes("草稿")

    office.cut_lines()
    await chen.says("二")
    await wang.sees("二")
    await office.stage.stop()
    await expect(wang.page.get_by_text("重连中")).to_be_visible()
    await office.stage.start()
    await chen.says("三")
    await office.stage.customer("张三").says("有人吗")
    await wang.sees("三")
    await wang.is_connected()
    await expect(wang.tab("待接入")).to_contain_text("1")
    assert [await wang.message(text).count() for text in "一二三"] == [1, 1, 1]
    await expect(wang.composer).to_have_value("草稿")


@pytest.mark.gen_test
async def test_a_reply_written_without_a_line_waits_and_is_sent_once(office: Office, gateway) -> None:
    wang = await office.wang_talks()
    await office.stage.stop()
    await expect(wang.page.get_by_text("重连中")).to_be_visible()
    await wang.replies("在的")
    await expect(wang.message("在的")).to_contain_text("等待网络")
    await wang.replies("发错了")
    waiting = wang.page.locator(".queue").get_by_text("恢复后自动发出：发错了").locator("..")
    await waiting.get_by_role("button", name="取消发送，放回输入框").click()
    await expect(wang.composer).to_have_value("发错了")
    await expect(wang.composer).to_be_focused()
    await office.stage.start()
    await expect(wang.message("在的")).to_contain_text("已发送", timeout=10_000)
    await expect(wang.button("取消发送，放回输入框")).to_have_count(0)
    assert [said["message"]["text"] for said in gateway.said] == ["在的"]


@pytest.mark.gen_test
async def test_one_agent_wins_and_the_other_is_told_who(office: Office) -> None:
    wang = await office.agent("wang")
    await office.stage.customer().says("在吗")
    await wang.opens("陈女士")
    session = await office.stage.customer().session()
    await wang.page.route("**/accept", lambda route: until_li_has_it(office, session["sessionId"], route))
    await wang.button("接入").first.click()
    await expect(wang.page.get_by_text("已被 小李 接入")).to_be_visible()
    await expect(wang.page.get_by_role("heading", name="陈女士")).to_be_visible()
    await expect(wang.composer).to_be_hidden()


async def until_li_has_it(office: Office, session_id: str, route) -> None:
    await office.stage.post(f"/api/sessions/{session_id}/accept", {"csId": "li"})
    await route.continue_()


@pytest.mark.gen_test
@pytest.mark.parametrize("told", [
    pytest.param([("compositionstart", {}), ("keydown", {"isComposing": True})], id="while composing"),
    pytest.param([("keydown", {"keyCode": 229})], id="by key code"),
    pytest.param([("compositionstart", {}), ("compositionend", {}), ("keydown", {})], id="after it, as in Safari"),
])
async def test_half_a_word_is_never_sent(office: Office, gateway, told) -> None:
    wang = await office.wang_talks()
    await wang.writes("zai")
    await wang.composer.evaluate(TELL, told)
    await wang.writes("在的")
    await wang.page.wait_for_timeout(120)       # after the end of composing Enter is the input method's for a moment
    await wang.composer.evaluate(TELL, [("compositionend", {})])
    await wang.page.wait_for_timeout(120)
    await wang.composer.press("Enter")
    await until(lambda: gateway.said)
    assert [said["message"]["text"] for said in gateway.said] == ["在的"]


TELL = """(node, told) => told.forEach(([type, more]) => node.dispatchEvent(type === "keydown"
    ? new KeyboardEvent(type, {key: "Enter", code: "Enter", keyCode: 13, bubbles: true, cancelable: true, ...more})
    : new CompositionEvent(type, {bubbles: true, ...more})))"""


@pytest.mark.gen_test
async def test_alt_n_accepts_who_waited_longest_and_alt_e_ends_it(office: Office) -> None:
    wang = await office.agent("wang")
    await office.stage.customer("张三").says("先来的")
    await office.stage.customer("陈女士").says("后来的")
    await expect(wang.tab("待接入")).to_contain_text("2")
    await wang.page.keyboard.press("Alt+n")
    await expect(wang.page.get_by_role("heading", name="张三")).to_be_visible()
    await expect(wang.composer).to_be_focused()
    await expect(wang.button("结束")).to_be_enabled()      # shown at once; done when the server says so
    await wang.page.clock.install()
    await wang.page.keyboard.press("Alt+e")
    await expect(wang.row("张三")).to_contain_text("正在结束")
    await wang.time_to_undo_is_over()
    await expect(wang.page.get_by_text("会话已结束，")).to_be_visible()
    assert (await office.stage.customer("张三").session())["status"] == "closed"
    assert (await office.stage.customer("陈女士").session())["status"] == "pending"


# Not to be got wrong


@pytest.mark.gen_test
async def test_a_double_click_on_accept_does_nothing_but_accept(office: Office) -> None:
    wang = await office.agent("wang")
    await office.stage.customer().says("在吗")
    await wang.opens("陈女士")
    place = await wang.button("接入").first.bounding_box()
    await wang.button("接入").first.dblclick()
    await expect(wang.composer).to_be_editable()
    await expect(wang.button("转接")).to_be_enabled()
    assert (await office.stage.customer().session())["status"] == "manual"
    for name in ("转接", "结束"):
        after = await wang.button(name).bounding_box()
        assert place and after and after["x"] >= place["x"] + place["width"], name


@pytest.mark.gen_test
async def test_a_malformed_link_leads_to_no_session_and_the_page_lives(office: Office) -> None:
    wang = await office.agent("wang", "/#/s/%E0%A4")
    await expect(wang.page.get_by_text("会话不存在或无权查看")).to_be_visible()


@pytest.mark.gen_test
async def test_of_a_colleagues_session_nothing_is_shown_that_grows_old(office: Office) -> None:
    wang = await office.agent("wang")
    await office.stage.customer().says("在吗")
    await wang.tab("全部").click()
    await expect(wang.row("陈女士")).to_contain_text("在吗")
    await expect(wang.row("陈女士")).to_contain_text(re.compile(r"\d:\d\d"))
    session = await office.stage.customer().session()
    await office.stage.post(f"/api/sessions/{session['sessionId']}/accept", {"csId": "li"})
    await wang.row("陈女士").click()
    await expect(wang.row("陈女士")).to_contain_text("由 小李 接待")
    await wang.page.reload()                    # where access is open, lists bring the words along
    await wang.is_connected()
    await expect(wang.row("陈女士")).to_contain_text("由 小李 接待")
    for part in (wang.row("陈女士"), wang.page.locator("#thread header")):
        await expect(part).not_to_contain_text(re.compile(r"在吗|\d:\d\d"))
    await expect(wang.page.get_by_label(re.compile("[1-9].*条未读"))).to_have_count(0)


@pytest.mark.gen_test
async def test_her_own_customers_answer_is_counted_where_she_does_not_look(office: Office) -> None:
    wang, chen = await office.agent("wang"), office.stage.customer()
    await chen.says("在吗")
    await wang.accepts("陈女士")
    await wang.page.evaluate("location.hash = '#/'")
    await expect(wang.page).to_have_title("CCS · 多渠道客服")
    await chen.says("还在吗")
    await expect(wang.tab("我的").get_by_label("1 条未读")).to_be_visible()
    await expect(wang.page).to_have_title("(1) 未读 · CCS")
    await office.stage.customer("张三").says("有人吗")
    await expect(wang.page).to_have_title("(2) 待接入 1 · 未读 1 · CCS")
    await expect(wang.page.locator("#announcer")).to_have_text("新的待接入：张三")


@pytest.mark.gen_test
async def test_who_gets_or_loses_a_session_by_another_is_told(office: Office) -> None:
    wang, zhao = await office.agent("wang"), await office.agent("zhao")
    await office.stage.customer().says("在吗")
    await wang.accepts("陈女士")
    await wang.writes("写到一半的话")
    await zhao.tab("全部").click()
    await zhao.opens("陈女士")
    await zhao.button("接管").first.click()
    await expect(wang.page.get_by_text("陈女士 改由 老赵 接待")).to_be_visible()
    await expect(wang.page.get_by_role("paragraph").filter(has_text="写到一半的话")).to_be_visible()    # hers to take along
    await expect(zhao.composer).to_be_editable()
    await zhao.button("转接").click()
    await zhao.page.get_by_role("menuitem", name="小王").click()
    await expect(wang.page.get_by_text("已转给您：陈女士")).to_be_visible()
    await wang.sees("改由 小王 接待")
    await expect(wang.composer).to_have_value("写到一半的话")


@pytest.mark.gen_test
async def test_the_list_keeps_still_under_the_pointer_but_shows_what_she_took_herself(office: Office) -> None:
    wang = await office.agent("wang")
    for name in ("张三", "李四", "王五"):
        await office.stage.customer(name).says(f"我是{name}")
    await wang.accepts("王五")
    await wang.row("王五").hover()
    await office.stage.customer("赵六").says("我是赵六")
    await expect(wang.tab("待接入")).to_contain_text("3")
    await wang.page.keyboard.press("Alt+n")
    await expect(wang.rows).to_have_count(2)
    await expect(wang.rows.nth(0)).to_contain_text("张三")       # who waited longest, above 王五
    await wang.page.keyboard.press("Alt+ArrowDown")
    await expect(wang.page.get_by_role("heading", name="王五")).to_be_visible()
    await wang.page.keyboard.press("Alt+ArrowUp")
    await expect(wang.page.get_by_role("heading", name="张三")).to_be_visible()


@pytest.mark.gen_test
async def test_the_keys_walk_the_list_as_it_is_shown(office: Office) -> None:
    wang = await office.agent("wang", "/#/?tab=all&sort=recent")
    for name in ("张三", "李四", "王五"):
        await office.stage.customer(name).says(f"我是{name}")
    await expect(wang.rows.nth(0)).to_contain_text("王五")
    await wang.rows.nth(0).click()
    await office.stage.customer("张三").says("还在吗")            # first by now, but the order is held
    await expect(wang.page.get_by_role("button", name="1 条更新")).to_be_visible()
    await wang.page.keyboard.press("Alt+ArrowDown")
    await expect(wang.page.get_by_role("heading", name="李四")).to_be_visible()
    chip = await wang.page.get_by_role("button", name="1 条更新").bounding_box()
    first = await wang.rows.nth(0).bounding_box()
    assert chip and first and chip["y"] + chip["height"] <= first["y"]


@pytest.mark.gen_test
async def test_another_tab_is_shown_from_its_start(office: Office) -> None:
    wang = await office.agent("wang")
    for number in range(20):
        await office.stage.customer(f"客户{number}").says("在吗")
    await expect(wang.rows).to_have_count(20)
    await wang.page.get_by_role("tabpanel").evaluate("panel => { panel.scrollTop = 400; }")
    await wang.tab("全部").click()
    await expect(wang.rows.first).to_be_in_viewport()
    assert await wang.page.get_by_role("tabpanel").evaluate("panel => panel.scrollTop") == 0


@pytest.mark.gen_test
async def test_an_end_can_be_undone_and_leaves_the_draft(office: Office) -> None:
    wang = await office.wang_talks()
    await wang.writes("稍等，我查一")
    await wang.page.clock.install()
    await wang.page.keyboard.press("Alt+e")
    await expect(wang.composer).to_be_hidden()
    await wang.page.clock.fast_forward(7000)
    await wang.page.locator("#toasts").get_by_role("button", name="撤销").click()
    await expect(wang.composer).to_have_value("稍等，我查一")
    await wang.page.clock.fast_forward(8000)
    await expect(wang.button("结束")).to_be_enabled()
    assert (await office.stage.customer().session())["status"] == "manual"

    await wang.ends()
    await expect(wang.page.get_by_text("会话已结束，")).to_be_visible()
    await wang.page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('ccs.draft'))")


@pytest.mark.gen_test
async def test_who_leaves_the_page_ends_what_was_ending(office: Office) -> None:
    wang = await office.wang_talks()
    await wang.button("结束").click()
    await expect(wang.button("撤销")).to_be_visible()
    await wang.page.goto("about:blank")
    await until(lambda: office.stage.server and office.stage.server._registry.count(HELD) == 0)


@pytest.mark.gen_test
async def test_an_accept_without_an_answer_is_taken_back(office: Office) -> None:
    wang = await office.agent("wang")
    await office.stage.customer().says("在吗")
    await wang.opens("陈女士")
    await wang.page.route("**/accept", lambda route: route.abort())
    await wang.button("接入").first.click()
    await expect(wang.page.get_by_text("没有收到答复，不确定是否完成")).to_be_visible()
    await expect(wang.tab("待接入")).to_have_attribute("aria-selected", "true")
    await expect(wang.row("陈女士")).to_be_visible()


# Two tabs of one agent


@pytest.mark.gen_test
async def test_two_tabs_agree_about_drafts(office: Office) -> None:
    wang = await office.wang_talks()
    other = Workbench(office.stage, await office.page(wang.page.context))
    await other.page.goto(wang.page.url)
    await other.is_connected()
    await other.composer.blur()
    await wang.writes("稍等，我查一下")
    await expect(other.composer).to_have_value("稍等，我查一下")
    await other.composer.focus()
    await wang.composer.press("Enter")
    await expect(other.composer).to_have_value("")
    await other.writes("这里在写")
    await wang.writes("那里也在写")
    await wang.page.wait_for_timeout(600)           # as long as drafts take to be written down
    await expect(other.composer).to_have_value("这里在写")


@pytest.mark.gen_test
async def test_a_reply_under_way_belongs_to_its_tab_while_that_lives(office: Office) -> None:
    wang = await office.wang_talks()
    await wang.page.route("**/message", lambda route: route.abort())
    await wang.replies("第一句")
    await expect(wang.message("第一句")).to_contain_text("未确认")
    other = Workbench(office.stage, await office.page(wang.page.context))
    await other.page.goto(wang.page.url)
    await other.sees("在吗")
    await expect(other.message("第一句")).to_have_count(0)
    await wang.page.reload()
    await expect(wang.message("第一句")).to_contain_text("未确认")
    await wang.page.close(run_before_unload=False)
    await other.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('ccs.alive.'))"
                              ".forEach((key) => localStorage.removeItem(key))")       # as if long ago
    await other.page.reload()
    await expect(other.message("第一句")).to_contain_text("未确认")


@pytest.mark.gen_test
async def test_a_draft_is_forgotten_after_a_week(office: Office) -> None:
    wang = await office.wang_talks()
    await wang.writes("很久以前")
    await wang.page.reload()
    await expect(wang.composer).to_have_value("很久以前")
    await wang.page.evaluate("""() => {
        const key = Object.keys(localStorage).find((key) => key.startsWith("ccs.draft"));
        localStorage.setItem(key, JSON.stringify({text: "很久以前", at: Date.now() - 8 * 86400000}));
    }""")
    await wang.page.route("**/api/drafts?*", lambda route: route.abort())       # the server forgets by itself
    await wang.page.reload()
    await expect(wang.composer).to_have_value("")


@pytest.mark.gen_test
async def test_a_reply_the_server_could_not_take_just_now_goes_again_by_itself(office: Office, gateway) -> None:
    wang = await office.wang_talks()
    busy = {"status": 503, "json": {"code": 503, "message": "稍后再试"}}
    await wang.page.route("**/message", lambda route: route.fulfill(**busy), times=1)
    await wang.replies("在的")
    await expect(wang.message("在的")).to_contain_text("已发送")
    assert [said["message"]["text"] for said in gateway.said] == ["在的"]
