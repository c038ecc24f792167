"""One agent's page in Chromium, on a server of its own: what she does there, and how long until she sees it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

from attrs import Factory, define
from playwright.async_api import CDPSession, Page, async_playwright

from tests.bench.archives import LONG, Size
from tests.bench.load import Client
from tests.bench.office import AGENT, CONFIG, NAME, build_office, paced, saying, words
from tests.bench.servers import LOAD_CORE, SERVER_CORE, product, stay_on
from tests.browser import ARGUMENTS, CHROMIUM, OFFICE_PC

WATCHING = Path(__file__).with_name("watching.js").read_text(encoding="utf-8")
LATE = 120.0            # seconds after which a run has failed
ROUND = 100             # sessions that are switched among: more than the page keeps the threads of
OPEN_EVERY = 10         # of the events under load is for the session that is open
LIST, LOG = "#list [role=tabpanel]", "#thread [role=log]"


@asynccontextmanager
async def desk(folder: Path, size: Size) -> AsyncIterator["Desk"]:
    """She has logged in, and her own sessions are listed. Chromium has a core to itself."""
    with product(build_office(folder, size), CONFIG) as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            stay_on(SERVER_CORE)
            try:
                context = await browser.new_context(locale="zh-CN", viewport=OFFICE_PC)
                await context.add_init_script(WATCHING)
                page = await context.new_page()
                await page.goto(f"http://127.0.0.1:{server.port}/")
                await page.get_by_role("dialog").get_by_role("button", name=NAME).click()
                await page.get_by_role("tab", name="我的").click()
                devtools = await context.new_cdp_session(page)
                await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
                yield Desk(size, server.port, page, devtools, await _ids(server.port, size))
            finally:
                stay_on(LOAD_CORE)
                await browser.close()


async def _ids(port: int, size: Size) -> list[str]:
    """Of the sessions, by their customers' numbers."""
    client, found, cursor = await Client.open(port), dict[int, str](), ""
    while len(found) < size.sessions:
        answer = await client.get(f"/api/sessions?csId={AGENT}&limit=1000{cursor}")
        found |= {int(row["customerId"].partition("-")[2]): row["sessionId"] for row in answer.data}
        cursor = f"&cursor={answer.headers.get('x-next-cursor')}"
    client.close()
    return [found[number] for number in range(size.sessions)]


@define
class Desk:
    size: Size
    port: int
    page: Page
    devtools: CDPSession
    ids: list[str]
    last: dict[int, str] = Factory(dict)        # the last words of sessions in which something was said since
    _serial: Any = Factory(lambda: count(1))

    async def asks(self, what: str, given: object = None) -> Any:
        """What something in `watching` answers."""
        call = self.page.evaluate("([what, given]) => watching[what](given)", [what, given])
        return await asyncio.wait_for(call, LATE)

    async def loads(self) -> float:
        """With the long session open: until it and the list are there."""
        await self.page.goto("about:blank")
        await self.page.goto(f"http://127.0.0.1:{self.port}/#/s/{LONG}")
        return max(await self.asks("firsts"))

    async def lists_everyone(self) -> None:
        """Down to its end, which loads what it has not loaded yet, and up again."""
        await self.asks("scrollsToEnd", LIST)

    async def reads_all(self) -> None:
        """Of the long session, up to its first message, and down again."""
        await self.asks("readsAll", [LOG, words(0, 1), words(0, self.size.longest)])

    def others(self, times: int) -> Iterator[int]:
        """So many sessions one after another; none is the long one, which is the first."""
        return islice(cycle(range(1, min(ROUND + 1, self.size.sessions))), times)

    async def opens(self, number: int) -> float:
        longest = self.size.messages if number else self.size.longest
        return await self.asks("opens", [self.ids[number], self.last.get(number) or words(number, longest)])

    async def hears(self) -> float:
        """The customer of the long session writes."""
        self.last[0] = text = self._new_words()
        await self.asks("expects", text)
        await paced(self.port, [saying(0, text)], 1)
        return await self.asks("took")

    async def under_load(self, rate: int, seconds: int) -> list[float]:
        """The long session is open; the tasks that held up the page, in milliseconds."""
        requests = [self._says(event) for event in range(1, rate * seconds)] + [self._says(0)]
        await self.asks("tasks")
        before = await self.asks("frames")
        await self.asks("expects", self.last[0])
        await paced(self.port, requests, rate)
        await self.asks("took")
        assert await self.asks("frames") - before == len(requests)
        return await self.asks("tasks")

    def _says(self, event: int) -> bytes:
        number = event % self.size.sessions if event % OPEN_EVERY else 0
        self.last[number] = self._new_words()
        return saying(number, self.last[number])

    def _new_words(self) -> str:
        return f"还有别的颜色吗 {next(self._serial)}。"

    async def worked(self) -> float:
        """Milliseconds that the page's thread has computed so far, which waits and other programs do not lengthen."""
        return (await self._metrics())["TaskDuration"] * 1000

    async def memory(self) -> dict[str, float]:
        """What is held when all that can go is gone."""
        await self.devtools.send("HeapProfiler.collectGarbage")
        held = await self._metrics()
        return {
            "MB": held["JSHeapUsedSize"] / (1 << 20), "nodes": held["Nodes"], "listeners": held["JSEventListeners"],
        }

    async def _metrics(self) -> dict[str, float]:
        told = (await self.devtools.send("Performance.getMetrics"))["metrics"]
        return {each["name"]: each["value"] for each in told}
