"""Notices on the desktop: what their buttons do, and that none stays that is moot. In a Chromium that shows them."""

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define
from playwright.async_api import Browser, Page, Worker, expect
from tornado.ioloop import IOLoop

from tests.browser import CHROMIUM, Office, Workbench, launched
from tests.conftest import Stage
from tests.test_sessions import verb

AWAY = """document.hasFocus = () => false;
window.noticed = [];
const shown = ServiceWorkerRegistration.prototype.showNotification;
ServiceWorkerRegistration.prototype.showNotification = function (title, how) {
    return shown.call(this, title, how).then(() => { window.noticed.push(title); });
};"""
NOTICES = """async () => (await registration.getNotifications()).map(
    ({title, body, tag, actions, silent}) => ({title, body, tag, silent, actions: actions.map(({title}) => title)}))"""
DATA = "async () => (await registration.getNotifications()).map(({data}) => Object.keys(data).sort().join())"
CLICK = """async ([tag, action]) => {
    const [notification] = await registration.getNotifications({tag});
    self.dispatchEvent(new NotificationEvent("notificationclick", {notification, action}));
}"""
OPENS = """() => {          // what a click by hand may do, and one made here may not: the test opens what is named
    self.opened = [];
    clients.openWindow = async (url) => {
        opened.push(url);
        for (;;) {
            const all = await clients.matchAll({type: "window", includeUncontrolled: true});
            const page = all.find((each) => new URL(each.url).pathname === "/");
            if (page) return page;
        }
    };
}"""
KEEPS = "async ([tag]) => { [self.kept] = await registration.getNotifications({tag}); }"
CLICKS_KEPT = """() => {
    self.dispatchEvent(new NotificationEvent("notificationclick", {notification: kept, action: "accept"}));
}"""


@pytest.fixture(scope="module")
def browser(browser_loop: IOLoop) -> Iterator[Browser]:
    """The one of the other tests has no desktop to show anything on."""
    yield from launched(browser_loop, CHROMIUM)


@define
class Desktop:
    """What she sees of a page that she does not look at, and the worker that shows it."""

    page: Page
    worker: Worker

    async def shows(self, *titles: str) -> list[dict[str, Any]]:
        """These, or it will soon. Chromium forgets a notice that comes just when it is asked for all of them."""
        for title in titles:
            await self.page.wait_for_function("title => noticed.includes(title)", arg=title)
        while True:
            notices = await self.worker.evaluate(NOTICES)
            if [each["title"] for each in notices] == list(titles):
                return notices

    async def clicked(self, tag: str, action: str = "") -> None:
        await self.worker.evaluate(CLICK, [tag, action])


async def away(office: Office, **notify: Any) -> tuple[Workbench, Desktop]:
    """小王 wants notices, and looks at another window."""
    await office.start()
    await prefers(office.stage, notify)
    wang = await office.agent(None)
    context = wang.page.context
    await context.grant_permissions(["notifications"])
    await context.add_init_script(AWAY)
    async with context.expect_event("serviceworker") as coming:
        await wang.page.reload()
    await comes_in(wang)
    return wang, Desktop(wang.page, await coming.value)


async def prefers(stage: Stage, notify: dict[str, Any]) -> None:
    values = {"duty": "off", "notify": {"desktop": True, "quietOffDuty": False, **notify}}
    answer = await stage.http.put(f"{stage.base}/api/preferences", json={"csId": "wang", "values": values})
    assert answer.status_code == 200


async def comes_in(wang: Workbench) -> None:
    """The page knows what she prefers, as can be seen."""
    await wang.chooses("wang")
    await expect(wang.page.get_by_role("button", name="离岗")).to_be_visible()


async def waits(office: Office, desktop: Desktop, customer: str = "陈女士") -> str:
    """She does, and 小王 is shown so; the session."""
    await office.hears("jd", customer, "在吗")
    [notice] = await desktop.shows(f"新的待接入：{customer}")
    return notice["tag"].removeprefix("ccs.")


@pytest.mark.gen_test(timeout=60)
async def test_who_waits_is_accepted_from_the_notice_once_by_the_page_that_is_open(office: Office) -> None:
    wang, desktop = await away(office)
    assert desktop.worker.url == f"{office.stage.base}/static/js/outside/notifier.js"
    session_id = await waits(office, desktop)
    [notice] = await desktop.worker.evaluate(NOTICES)
    assert notice == {
        "title": "新的待接入：陈女士", "body": "在吗", "tag": f"ccs.{session_id}", "silent": True, "actions": ["接入"],
    }
    asked: list[str] = []
    wang.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/accept") else None)
    await desktop.clicked(notice["tag"], "accept")
    await expect(wang.composer).to_be_editable()
    await desktop.shows()
    assert len(asked) == 1 and (await office.stage.session(session_id))["manualCsId"] == "wang"
    assert await wang.page.evaluate("navigator.serviceWorker.controller") is None, "no request goes through it"


@pytest.mark.gen_test(timeout=60)
async def test_who_comes_second_from_a_notice_is_told_who_was_first(office: Office) -> None:
    wang, desktop = await away(office)
    session_id = await waits(office, desktop)
    held, go_on = await wang.hold("**/accept")
    await desktop.clicked(f"ccs.{session_id}", "accept")
    while not held:
        await wang.page.evaluate("1")
    await verb(office.stage, session_id, "accept", csId="li")
    go_on.set()
    await expect(wang.page.get_by_text("已被 小李 接入")).to_be_visible()


@pytest.mark.gen_test(timeout=60)
async def test_a_click_beside_the_button_only_opens_the_session(office: Office) -> None:
    wang, desktop = await away(office)
    session_id = await waits(office, desktop)
    await desktop.clicked(f"ccs.{session_id}")
    await expect(wang.page.get_by_role("heading", name="陈女士")).to_be_visible()
    await desktop.shows()
    assert (await office.stage.session(session_id))["status"] == "pending"


@pytest.mark.gen_test(timeout=60)
async def test_a_notice_goes_when_a_colleague_accepts_or_she_has_read_it(office: Office) -> None:
    wang, desktop = await away(office)
    session_id = await waits(office, desktop)
    await verb(office.stage, session_id, "accept", csId="li")
    await desktop.shows()
    await verb(office.stage, session_id, "transfer", csId="li", toCsId="wang")
    await desktop.shows("已转给您：陈女士")
    await office.hears("jd", "陈女士", "还在吗")
    [notice] = await desktop.shows("陈女士 新消息")
    assert notice["actions"] == []
    await wang.tab("我的").click()
    await wang.opens("陈女士")
    await desktop.shows()


@pytest.mark.gen_test(timeout=60)
async def test_without_a_page_a_click_opens_one_that_accepts_and_none_was_left_there(office: Office) -> None:
    wang, desktop = await away(office)
    session_id = await waits(office, desktop)
    await desktop.worker.evaluate(OPENS)
    await desktop.worker.evaluate(KEEPS, [f"ccs.{session_id}"])
    elsewhere = await wang.page.context.new_page()
    await elsewhere.goto(f"{office.stage.base}/healthz")        # is no page of the workbench
    await wang.page.close()
    await desktop.shows()
    await desktop.worker.evaluate(CLICKS_KEPT)
    while (opened := await desktop.worker.evaluate("opened")) != [f"/#/s/{session_id}"]:
        pass
    back = Workbench(office.stage, await office.page(wang.page.context))
    await back.page.goto(office.stage.base + opened[0])
    await expect(back.composer).to_be_editable()
    assert (await office.stage.session(session_id))["manualCsId"] == "wang"


@pytest.mark.gen_test(timeout=60)
async def test_discreetly_nothing_of_the_customer_is_in_a_notice(office: Office) -> None:
    _, desktop = await away(office, discreet=True)
    await office.hears("jd", "陈女士", "在吗")
    [notice] = await desktop.shows("新的待接入：一位客户")
    assert notice["body"] == "" and notice["actions"] == ["接入"]
    assert await desktop.worker.evaluate(DATA) == ["at,csId,id"]


@pytest.mark.gen_test(timeout=60)
async def test_where_no_worker_can_be_notices_are_shown_without_buttons(office: Office) -> None:
    await office.start()
    await prefers(office.stage, {})
    wang = await office.agent(None)
    await wang.page.context.grant_permissions(["notifications"])
    await wang.page.context.add_init_script(AWAY + """
        window.notices = [];
        navigator.serviceWorker.register = () => Promise.reject(new TypeError("a certificate nobody vouches for"));
        window.Notification = class {
            static permission = "granted";
            constructor(title) { window.notices.push(title); }
            close() { window.notices.pop(); }
        };""")
    await wang.page.reload()
    await comes_in(wang)
    await office.hears("jd", "陈女士", "在吗")
    while await wang.page.evaluate("notices") != ["新的待接入：陈女士"]:
        pass
    await wang.accepts("陈女士")
    while await wang.page.evaluate("notices.length"):
        pass
