"""The workbench in a real Chromium, as an agent sees it: by roles and words, as far as they go.

One browser serves all tests, and each agent has a context of her own in it. A browser lives on the loop on which it was
launched, so these tests share that loop.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define, evolve, field
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Route,
    async_playwright,
    expect,
)
from tornado.ioloop import IOLoop

from ccs.settings import Config
from tests.conftest import Stage
from tests.platforms import gateway_message

GIVEN = os.environ.get("CHROMIUM")
SHELL = shutil.which("chromium-headless-shell")     # Chromium without windows, address bars and all else around a page
CHROMIUM = GIVEN or shutil.which("chromium") or shutil.which("google-chrome") or SHELL
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # A context has a window, though nobody sees it, whose address bar is two more pages: two thirds of what it costs.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
]
PATIENCE = 15_000       # ms; a busy machine is slow, and what never comes fails all the same
expect.set_options(timeout=PATIENCE)
OFFICE_PC = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
TABS = {"pending": "待接入", "mine": "我的", "ai": "AI 接待中", "all": "全部", "closed": "已结束"}
NO_LINE, NO_ANSWER = "WebSocket connection to", "Failed to load resource"       # says Chromium when the server is away

PLACE = """log => {
    const top = log.getBoundingClientRect().top;
    const first = [...log.querySelectorAll(".message")].find(each => each.getBoundingClientRect().bottom > top);
    return [first.querySelector(".content").textContent, Math.round(first.getBoundingClientRect().top - top)];
}"""


@pytest.fixture(scope="session")
def browser_loop() -> Iterator[IOLoop]:
    loop = IOLoop(make_current=False)
    yield loop
    loop.close(all_fds=True)


@pytest.fixture(scope="session")
def browser(browser_loop: IOLoop) -> Iterator[Browser]:
    yield from launched(browser_loop, GIVEN or SHELL or CHROMIUM)


def launched(loop: IOLoop, program: str | None) -> Iterator[Browser]:
    found: dict[str, Any] = {}

    async def launch() -> None:
        playwright: Playwright = await async_playwright().start()
        found["playwright"] = playwright
        found["browser"] = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)

    async def close() -> None:
        await found["browser"].close()
        await found["playwright"].stop()

    loop.run_sync(launch)
    yield found["browser"]
    loop.run_sync(close)


@pytest.fixture
def io_loop(request: pytest.FixtureRequest) -> Iterator[IOLoop]:
    """A loop of the test's own, or the browser's if it has one."""
    shared = "browser" in request.fixturenames
    loop = request.getfixturevalue("browser_loop") if shared else IOLoop(make_current=False)
    asyncio.set_event_loop(None)        # or one is made, only to be the one before, which nobody would close
    loop.make_current()
    yield loop
    loop.clear_current()
    if not shared:
        loop.close(all_fds=True)


@pytest.fixture
def office(stage: Stage, browser: Browser, io_loop: IOLoop) -> Iterator["Office"]:
    """Agents at their browsers. Whatever a page complains of fails the test."""
    office = Office(stage, browser)
    yield office
    io_loop.run_sync(office.goes_home)
    assert office.complaints == []


@define(slots=False)        # playwright leaves a mark on whose methods it calls
class Office:
    stage: Stage
    browser: Browser
    complaints: list[str] = field(factory=list)
    _contexts: list[BrowserContext] = field(factory=list)

    async def context(self, **how: Any) -> BrowserContext:
        """A browser of one's own, with its own storage."""
        context = await self.browser.new_context(**{"locale": "zh-CN", "viewport": OFFICE_PC, **how})
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        return context

    async def goes_home(self) -> None:
        for context in self._contexts:
            await context.close()

    async def page(self, context: BrowserContext) -> Page:
        page = await context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, said: ConsoleMessage) -> None:
        ours = "/static/" in said.location["url"]       # of a file that was not there, or of the script that called
        expected = said.text.startswith(NO_LINE) or (said.text.startswith(NO_ANSWER) and not ours)
        if said.type in ("error", "warning") and not expected:
            self.complaints.append(said.text)

    async def start(self, settings: Config | None = None) -> None:
        await self.stage.start(settings)
        await self.keep_port()

    async def hears(self, channel: str, customer: str, *texts: str, **message: Any) -> None:
        """A customer writes by this channel's gateway."""
        for text in texts:
            said = gateway_message(customer, text, self.stage.new_id(), **message)
            assert (await self.stage.envelope(said, channel)).status_code == 200

    async def wang_talks(self, words: str = "在吗", **how: Any) -> "Workbench":
        """陈女士 has written, and 小王 holds her session."""
        wang = await self.agent("wang", **how)
        await self.hears("jd", "陈女士", words)
        await wang.accepts("陈女士")
        return wang

    async def agent(self, cs_id: str | None, path: str = "/", **how: Any) -> "Workbench":
        """An agent opens the workbench; with None she has not said yet who she is."""
        if self.stage.server is None:
            await self.start()
        context = await self.context(**how)
        workbench = Workbench(self.stage, await self.page(context))
        await workbench.page.goto(self.stage.base + path)
        if cs_id:
            await workbench.chooses(cs_id)
        return workbench

    async def agent_at(self, base: str, cs_id: str) -> "Workbench":
        """An agent of a server that has no list of agents."""
        workbench = Workbench(self.stage, await self.page(await self.context()))
        await workbench.page.goto(base)
        await workbench.page.get_by_label("客服编号").fill(cs_id)
        await workbench.page.get_by_role("button", name="进入工作台").click()
        await workbench.is_connected()
        return workbench

    async def keep_port(self) -> None:
        """A restart must be found where the server was."""
        assert self.stage.server
        settings = self.stage.settings
        self.stage.settings = evolve(settings, server=evolve(settings.server, port=self.stage.server.port))

    def cut_lines(self) -> None:
        """Every socket is gone, as when a router restarts: nobody says good-bye."""
        assert self.stage.server
        for line in list(self.stage.server._hub._all):
            line._socket.ws_connection.stream.close()


@define
class Workbench:
    """What one agent sees and does."""

    stage: Stage
    page: Page

    async def chooses(self, cs_id: str) -> None:
        names = {agent.id: agent.name for agent in self.stage.settings.agents}
        await self.page.get_by_role("dialog").get_by_role("button", name=names[cs_id]).click()
        await self.is_connected()

    async def logs_in(self, cs_id: str | None, password: str) -> None:
        """With None as whoever she was."""
        form = self.page.get_by_role("dialog")
        if cs_id:
            await form.get_by_label("客服编号").fill(cs_id)
        await form.get_by_label("密码").fill(password)
        await form.get_by_role("button", name="登录").click()

    async def is_connected(self) -> None:
        await expect(self.page.get_by_text("已连接")).to_be_visible()

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="回复")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def rows(self) -> Locator:
        return self.page.get_by_role("tabpanel").get_by_role("link")

    def row(self, customer: str) -> Locator:
        return self.rows.filter(has_text=customer)

    def tab(self, name: str) -> Locator:
        return self.page.get_by_role("tab", name=name)

    def message(self, text: str) -> Locator:
        return self.thread.get_by_role("listitem").filter(has_text=text)

    async def does(self, text: str, choice: str) -> None:
        """What the menu of a message offers."""
        await self.message(text).hover()
        await self.message(text).get_by_role("button", name="消息操作").click()
        await self.page.get_by_role("menuitem", name=choice, exact=True).click()

    async def is_offered(self, text: str) -> list[str]:
        """Everything the menu of a message offers."""
        await self.message(text).hover()
        await self.message(text).get_by_role("button", name="消息操作").click()
        offered = await self.page.get_by_role("menuitem").all_inner_texts()
        await self.page.keyboard.press("Escape")
        return [choice.strip() for choice in offered]

    def button(self, name: str) -> Locator:
        """One above or below the thread, not in the list."""
        return self.page.locator("#thread").get_by_role("button", name=name, exact=True)

    @property
    def pill(self) -> Locator:
        """How the line is."""
        return self.page.locator("#topbar .pill")

    async def place(self) -> list[Any]:
        """Where she reads: the first message in view, and how far it is from the top."""
        return await self.thread.evaluate(PLACE)

    @property
    def state(self) -> Locator:
        """Where the open session stands."""
        return self.page.locator("#thread .state-pill")

    @property
    def note(self) -> Locator:
        """The last line about what happened to the session."""
        return self.thread.locator(".note-line").last

    async def counts(self, **expected: int) -> None:
        """The numbers beside the tabs; 0 is not shown."""
        for tab, count in expected.items():
            await expect(self.tab(TABS[tab]).locator(".tab-count")).to_have_text(str(count or ""))

    async def opens(self, customer: str) -> None:
        await self.row(customer).click()
        await expect(self.page.get_by_role("heading", name=customer)).to_be_visible()

    async def accepts(self, customer: str) -> None:
        await self.opens(customer)
        await self.button("接入").first.click()
        await expect(self.composer).to_be_editable()

    async def leaves(self) -> None:
        """Back to where no session is open, as on a phone one has to."""
        await self.page.evaluate("location.hash = '#/'")
        await expect(self.page.locator("body")).to_have_attribute("data-open", "list")

    async def has_read(self, customer: str) -> None:
        await expect(self.row(customer).get_by_label("条未读")).to_be_hidden()

    async def ends(self) -> None:
        """She ends what she has open, and lets the time pass in which she could undo it."""
        await self.page.clock.install()
        await self.button("结束").click()
        await expect(self.button("撤销")).to_be_visible()
        await self.time_to_undo_is_over()

    async def time_to_undo_is_over(self) -> None:
        async with self.page.expect_response("**/close"):
            await self.page.clock.fast_forward(8000)

    async def writes(self, text: str) -> None:
        await self.composer.fill(text)

    async def replies(self, text: str) -> None:
        await self.writes(text)
        await self.composer.press("Enter")

    async def sees(self, text: str) -> None:
        await expect(self.message(text)).to_be_visible()

    async def hold(self, path: str) -> tuple[list[str], asyncio.Event]:
        """Requests to this path wait on their way to the server: which do, and what lets them go on."""
        held: list[str] = []
        go_on = asyncio.Event()

        async def wait(route: Route) -> None:
            held.append(route.request.url)
            await go_on.wait()
            await route.continue_()

        await self.page.route(path, wait)
        return held, go_on
