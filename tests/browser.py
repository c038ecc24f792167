"""The workbench in a real Chromium, as an agent sees it: by roles and words, as far as they go.

A browser lives on its test's own loop, beside the server, so each test has its own; that costs a second.
"""

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
    async_playwright,
    expect,
)
from tornado.ioloop import IOLoop

from tests.conftest import Stage

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]
OFFICE_PC = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
NOISE = ("WebSocket connection to", "Failed to load resource")     # of Chromium itself, when the server is away


@pytest.fixture
def browser(io_loop: IOLoop) -> Iterator[Browser]:
    found: dict[str, Any] = {}

    async def launch() -> None:
        playwright: Playwright = await async_playwright().start()
        found["playwright"] = playwright
        found["browser"] = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)

    async def close() -> None:
        await found["browser"].close()
        await found["playwright"].stop()

    io_loop.run_sync(launch)
    yield found["browser"]
    io_loop.run_sync(close)


@pytest.fixture
def office(stage: Stage, browser: Browser) -> Iterator["Office"]:
    """Agents at their browsers. Whatever a page complains of fails the test."""
    office = Office(stage, browser)
    yield office
    assert office.complaints == []


@define(slots=False)        # playwright leaves a mark on whose methods it calls
class Office:
    stage: Stage
    browser: Browser
    complaints: list[str] = field(factory=list)

    async def context(self, **how: Any) -> BrowserContext:
        """A browser of one's own, with its own storage."""
        context = await self.browser.new_context(**{"locale": "zh-CN", "viewport": OFFICE_PC, **how})
        context.set_default_timeout(5000)
        return context

    async def page(self, context: BrowserContext) -> Page:
        page = await context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, said: ConsoleMessage) -> None:
        expected = said.text.startswith(NOISE) and "/static/" not in said.location["url"]
        if said.type in ("error", "warning") and not expected:
            self.complaints.append(said.text)

    async def agent(self, cs_id: str | None, path: str = "/", **how: Any) -> "Workbench":
        """An agent opens the workbench; with None she has not said yet who she is."""
        if self.stage.server is None:
            await self.stage.start()
            await self.keep_port()
        context = await self.context(**how)
        workbench = Workbench(self.stage, await self.page(context))
        await workbench.page.goto(self.stage.base + path)
        if cs_id:
            await workbench.chooses(cs_id)
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

    def button(self, name: str) -> Locator:
        """One above or below the thread, not in the list."""
        return self.page.locator("#thread").get_by_role("button", name=name, exact=True)

    async def opens(self, customer: str) -> None:
        await self.row(customer).click()
        await expect(self.page.get_by_role("heading", name=customer)).to_be_visible()

    async def accepts(self, customer: str) -> None:
        await self.opens(customer)
        await self.button("接入").first.click()
        await expect(self.composer).to_be_editable()

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
