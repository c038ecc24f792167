"""A line that is cut and a server that dies in the middle of a reply: it is said once, and the page stays as it was."""

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from attrs import Factory, define
from playwright.async_api import Page, Route, WebSocketRoute, expect

from ccs.demo.gateway import Gateway
from handlers.line import RESYNC
from store import epoch
from tests.browser import Office, Workbench
from tests.conftest import until
from tests.faults import FaultyConnection
from tests.platforms import gateway_message
from tests.process import Process

Fate = Callable[[Route], Awaitable[None]]       # of a reply on its way


async def lost_on_the_way(route: Route) -> None:
    await route.abort()


async def lost_on_the_way_back(route: Route) -> None:
    """The server has it, and its answer never arrives."""
    assert (await route.fetch()).status == 200
    await route.abort()


async def answered_by_a_proxy(route: Route) -> None:
    """The server has it; what comes back is a proxy's own page."""
    await route.fetch()
    await route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>")


async def next_reply(agent: Workbench, fate: Fate) -> None:
    await agent.page.route("**/message", fate, times=1)


def texts(gateway: Gateway) -> list[str]:
    return [said["message"]["text"] for said in gateway.said]


# A cut


@pytest.mark.gen_test
@pytest.mark.parametrize("fate", [lost_on_the_way, lost_on_the_way_back, answered_by_a_proxy])
async def test_a_reply_that_no_answer_came_for_is_said_once(office: Office, gateway: Gateway, fate: Fate) -> None:
    wang = await office.wang_talks()
    await next_reply(wang, fate)
    await wang.replies("在的，请讲")
    await expect(wang.message("在的，请讲")).to_contain_text("已发送")
    await wang.replies("今天发货")
    await expect(wang.message("今天发货")).to_contain_text("已发送")
    await expect(wang.message("在的，请讲")).to_have_count(1)
    assert texts(gateway) == ["在的，请讲", "今天发货"]


@pytest.mark.gen_test
async def test_a_reply_lost_together_with_the_line_goes_again_by_itself_and_once(
    office: Office, gateway: Gateway
) -> None:
    wang = await office.wang_talks()

    async def cut(route: Route) -> None:
        office.cut_lines()
        await lost_on_the_way_back(route)

    await next_reply(wang, cut)
    await wang.replies("在的，请讲")
    await wang.writes("写到一半")
    await expect(wang.message("在的，请讲")).to_contain_text("已发送")
    await expect(wang.message("在的，请讲")).to_have_count(1)
    await wang.is_connected()
    await expect(wang.composer).to_have_value("写到一半")
    assert texts(gateway) == ["在的，请讲"]


@pytest.mark.gen_test
async def test_what_is_written_offline_waits_and_is_no_failure(office: Office, gateway: Gateway) -> None:
    wang = await office.wang_talks()
    failing = wang.page.locator("#thread .failing")
    await wang.page.context.set_offline(True)
    await wang.replies("在的，请讲")
    await expect(wang.message("在的，请讲")).to_contain_text("等待网络")
    await expect(failing).to_be_hidden()
    await wang.page.context.set_offline(False)
    await expect(wang.message("在的，请讲")).to_contain_text("已发送")

    await wang.page.clock.install()         # so that it does not go again before it was looked at
    await next_reply(wang, lost_on_the_way)
    await wang.replies("今天发货")
    await expect(wang.message("今天发货")).to_contain_text("未确认")
    await expect(failing).to_be_hidden()
    await wang.page.clock.fast_forward(1000)
    await expect(wang.message("今天发货")).to_contain_text("已发送")
    assert texts(gateway) == ["在的，请讲", "今天发货"]


# A power cut


@pytest.fixture
def process(tmp_path: Path, gateway: Gateway) -> Iterator[Process]:
    process = Process(tmp_path, gateway.url)
    yield process
    process.stop()


def write_to(process: Process, customer: str, text: str) -> None:
    message = gateway_message(customer, text, text)
    assert process.callback(json.dumps(message).encode()).status_code == 200


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("fate", [lost_on_the_way, lost_on_the_way_back])
async def test_a_server_that_dies_in_the_middle_of_a_reply_has_it_said_once(
    office: Office, gateway: Gateway, process: Process, fate: Fate
) -> None:
    process.start()
    for number in range(40):
        write_to(process, "陈女士", f"第 {number} 句")
    wang = await office.agent_at(process.base, "wang")
    await wang.accepts("陈女士")
    await wang.sees("第 39 句")

    async def die(route: Route) -> None:
        if fate is lost_on_the_way_back:
            assert (await route.fetch()).status == 200
        process.kill()
        await route.abort()

    await next_reply(wang, die)
    await wang.replies("在的，请讲")
    await wang.writes("稍等，我查一")
    await wang.thread.evaluate("log => { log.scrollTop = 400; }")
    place = await wang.place()
    await expect(wang.pill).to_contain_text("重连中")
    await expect(wang.message("在的，请讲")).not_to_contain_text("已发送")
    process.start()
    await expect(wang.pill).to_have_text("已连接", timeout=20_000)      # she tries again less and less often
    await until(lambda: texts(gateway) == ["在的，请讲"])
    await expect(wang.message("在的，请讲")).to_contain_text("已发送")
    await expect(wang.message("在的，请讲")).to_have_count(1)
    await expect(wang.composer).to_have_value("稍等，我查一")
    await expect(wang.row("陈女士")).to_have_attribute("aria-current", "true")
    assert await wang.place() == place
    assert texts(gateway) == ["在的，请讲"]


# A disk that fails


def break_disk(office: Office, how: str) -> None:
    """For one write."""
    assert office.stage.server
    journal = office.stage.server._journal
    journal._connection = FaultyConnection(journal._connection, how)


@pytest.mark.gen_test
@pytest.mark.parametrize("how", ["before", "in the middle", "lost commit", "done commit"])
async def test_a_reply_that_the_disk_did_not_take_is_asked_for_again_and_said_once(
    office: Office, gateway: Gateway, how: str
) -> None:
    wang = await office.wang_talks()
    await wang.has_read("陈女士")               # or that is what the disk does not take
    break_disk(office, how)
    async with wang.page.expect_response(lambda answer: answer.status == 503):
        await wang.replies("在的，请讲")
    await expect(wang.message("在的，请讲")).to_contain_text("已发送")
    await expect(wang.message("在的，请讲")).to_have_count(1)
    assert texts(gateway) == ["在的，请讲"]


# Loading afresh


async def told_to(office: Office) -> None:
    """Too much waited for her line, which is told to load afresh; what happened meanwhile she was not told."""
    assert office.stage.server
    hub = office.stage.server._hub
    publish, hub.publish = hub.publish, lambda *events: None        # type: ignore[method-assign]
    await news(office)
    hub.publish = publish                                           # type: ignore[method-assign]
    for line in list(hub._all):
        line.push(RESYNC)
        line.flush()


async def restored(office: Office) -> None:
    """The server comes back with another past."""
    await office.stage.stop()
    (office.stage.settings.server.data_dir / epoch.FILE_NAME).unlink()
    await office.stage.start()
    await news(office)


async def news(office: Office) -> None:
    await office.stage.customer().says("还有一件事")
    await office.stage.customer("张三").says("有人吗")


@pytest.mark.gen_test
@pytest.mark.parametrize("why", [told_to, restored])
async def test_what_has_to_be_loaded_afresh_is_and_nothing_else_moves(
    office: Office, why: Callable[[Office], Awaitable[None]]
) -> None:
    wang = await office.agent("wang")
    chen = office.stage.customer()
    for number in range(40):
        await chen.says(f"第 {number} 句")
    await wang.accepts("陈女士")
    await wang.sees("第 39 句")
    await wang.writes("稍等，我查一")
    await wang.thread.evaluate("log => { log.scrollTop = 400; }")
    place = await wang.place()
    await why(office)
    await expect(wang.message("还有一件事")).to_have_count(1)
    await wang.counts(pending=1, mine=1, all=2)
    await wang.is_connected()
    await expect(wang.composer).to_have_value("稍等，我查一")
    await expect(wang.composer).to_be_focused()
    await expect(wang.row("陈女士")).to_have_attribute("aria-current", "true")
    await expect(wang.page.get_by_role("button", name="1 条新消息")).to_be_visible()
    assert await wang.place() == place
    assert [await wang.message(f"第 {number} 句").count() for number in (0, 20, 39)] == [1, 1, 1]


# Silence


@define(slots=False, eq=False)       # playwright leaves a mark on whose methods it calls
class Between:
    """Between a page and the server: every word passes, but no pong while it is `mute`."""

    page: Page
    mute: bool = False
    owed: dict[WebSocketRoute, int] = Factory(dict)         # frames that the server is about to send, by line

    async def listens(self) -> None:
        await self.page.route_web_socket("**/ws/**", self._joins)

    async def passes(self, seconds: int) -> None:
        """Time passes for the page, and the server answers all it asks in that second."""
        for _ in range(seconds):
            await self.page.clock.run_for(1000)
            await until(lambda: not any(self.owed.values()))

    def _joins(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        self.owed[line] = 1         # hello

        def to_server(frame: str | bytes) -> None:
            self.owed[line] += '"ping"' in str(frame)
            server.send(frame)

        def to_page(frame: str | bytes) -> None:
            if line in self.owed:       # or the page has given it up
                self.owed[line] -= '"pong"' in str(frame) or '"hello"' in str(frame)
            if not (self.mute and '"pong"' in str(frame)):
                line.send(frame)

        async def closed(code: int | None, reason: str | None) -> None:
            self.owed.pop(line, None)
            await server.close()

        line.on_message(to_server)
        server.on_message(to_page)
        line.on_close(closed)


@pytest.mark.gen_test
async def test_a_line_that_only_looks_alive_is_not_shown_as_connected(office: Office) -> None:
    wang = await office.agent(None)
    between = Between(wang.page)
    await between.listens()
    await wang.page.clock.install()
    await wang.page.reload()
    await wang.chooses("wang")
    await office.stage.customer().says("在吗")
    await expect(wang.row("陈女士")).to_be_visible()
    for _ in range(5):
        await between.passes(10)
        await expect(wang.pill).to_have_text("已连接")
    between.mute = True
    await between.passes(35)
    for _ in range(10):
        await expect(wang.pill).not_to_contain_text("已连接")
        await between.passes(2)
    await expect(wang.row("陈女士")).to_be_visible()
    between.mute = False
    await between.passes(20)
    await expect(wang.pill).to_have_text("已连接")
    await office.stage.customer().says("还在吗")
    await expect(wang.row("陈女士")).to_contain_text("还在吗")


@pytest.mark.gen_test
async def test_a_page_that_slept_is_not_shown_as_connected_until_it_knows(office: Office) -> None:
    wang = await office.agent(None)
    between = Between(wang.page)
    await between.listens()
    await wang.page.clock.install()
    await wang.page.reload()
    await wang.chooses("wang")
    between.mute = True
    await wang.page.clock.fast_forward("08:00:00")
    await expect(wang.pill).not_to_contain_text("已连接")
    await office.stage.customer().says("早上好")
    between.mute = False
    await between.passes(20)
    await expect(wang.pill).to_have_text("已连接")
    await expect(wang.row("陈女士")).to_contain_text("早上好")
