"""The page's modules without the page: states are what they make of events, in the browser that runs them."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import define
from playwright.async_api import Browser, ConsoleMessage, Page, Route
from tornado.ioloop import IOLoop

from tests.process import ROOT

RUN = """async ([events, ask, input]) => {
    const names = ["state", "sessions", "lists", "filters", "urgency", "threads", "wants"];
    const modules = await Promise.all(names.map((name) => import(`/static/js/state/${name}.js`)));
    const all = Object.assign({}, ...modules);
    const end = events.reduce(all.reduce, all.initial);
    return ask ? all[ask](end, ...input) : end;
}"""
CALL = "async ([module, name, ...given]) => (await import(`/static/js/state/${module}.js`))[name](...given)"


@pytest.fixture(scope="session")
def modules(browser: Browser, browser_loop: IOLoop) -> Iterator[tuple[Page, list[str]]]:
    """A page of nothing but the modules as they lie, and what it complained of. What is pure needs no other."""
    complaints: list[str] = []

    async def load() -> Page:
        context = await browser.new_context(locale="zh-CN")
        await context.route("**/*", bring)
        page = await context.new_page()
        page.on("console", hear)
        await page.goto("http://modules.test/")
        return page

    async def bring(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            await route.fulfill(content_type="text/html", body="<!doctype html>")
        else:
            await route.fulfill(path=ROOT / "handlers" / path[1:])

    def hear(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(said.text)

    page = browser_loop.run_sync(load)
    yield page, complaints
    browser_loop.run_sync(page.context.close)


@pytest.fixture
def model(modules: tuple[Page, list[str]]) -> Iterator["Model"]:
    """The page's modules, without the page."""
    page, complaints = modules
    complaints.clear()
    yield Model(page)
    assert complaints == []


@define
class Model:
    page: Page

    async def after(self, *events: dict[str, Any]) -> dict[str, Any]:
        return await self.page.evaluate(RUN, [events, None, []])

    async def asked(self, selector: str, *events: dict[str, Any], given: Any = ()) -> Any:
        return await self.page.evaluate(RUN, [events, selector, given])

    async def calls(self, module: str, name: str, *given: Any) -> Any:
        """What a function of one module gives."""
        return await self.page.evaluate(CALL, [module, name, *given])


T0 = 1_767_000_000_000      # ms
JPG_PNG, MB = ["image/jpeg", "image/png"], 1 << 20
CHANNELS = [        # as `hello` tells of them
    {"channelType": "jd", "via": "gateway", "recalls": True, "looksUp": False, "takes": [
        *({"msgType": kind, "largest": 8 * MB, "smallest": 1} for kind in ("image", "voice", "video", "file")),
        *({"msgType": kind} for kind in ("product", "order", "link")),
    ]},
    {"channelType": "wechat", "via": "kf", "recalls": False, "looksUp": False, "takes": [
        {"msgType": "image", "largest": 10 * MB, "smallest": 6, "mimes": JPG_PNG},
        {"msgType": "voice", "largest": 2 * MB, "smallest": 6, "mimes": ["audio/amr"]},
        {"msgType": "video", "largest": 10 * MB, "smallest": 6, "mimes": ["video/mp4"]},
        {"msgType": "file", "largest": 20 * MB, "smallest": 6},
        {"msgType": "link", "largest": 10 * MB, "smallest": 6, "mimes": JPG_PNG},
    ]},
    {"channelType": "douyin", "via": "native", "recalls": True, "looksUp": False, "takes": [
        {"msgType": "image", "largest": 10 * MB, "smallest": 1, "mimes": JPG_PNG},
    ]},
]
WANG = {"csId": "wang", "name": "小王", "role": "agent"}
serial = count(100)


def entered(me: dict[str, Any] = WANG, **counts: int) -> list[dict[str, Any]]:
    frame = {"me": me, "eventId": 10, "serverTime": "2025-12-29T09:20:00.000Z", "channels": CHANNELS}
    return [
        {"type": "ticked", "now": T0}, {"type": "entered", "me": me, "required": False},
        {"type": "hello", "now": T0, "frame": {
            **frame, "counts": {"ai": 0, "pending": 0, "manual": 0, "mine": 0, **counts}}},
    ]


def session(session_id: str = "s", status: str = "pending", version: int = 1, **more: Any) -> dict[str, Any]:
    time = f"2025-12-29T17:20:{version:02}.000+08:00"
    return {
        "sessionId": session_id, "customerId": "陈女士", "kfId": "1", "channelType": "jd", "via": "gateway",
        "status": status, "messageCount": 1, "createdAt": time, "updatedAt": time, "version": version,
        "unread": 0, **more,
    }


def message(seq: int, text: str = "在吗", sender: str = "customer", state: str = "", **more: Any) -> dict[str, Any]:
    delivery = {"delivery": {"state": state}} if state else {}
    return {
        "msgId": f"m{seq}", "sessionId": "s", "seq": seq, "senderType": sender, "senderId": sender, "content": text,
        "msgType": "text", "createdAt": f"2025-12-29T17:20:{seq:02}.000+08:00", **delivery, **more,
    }


def heard(kind: str, data: dict[str, Any], event_id: int | None = None, **more: Any) -> dict[str, Any]:
    frame = {"type": kind, "sessionId": data["sessionId"], "eventId": event_id or next(serial), "data": data, **more}
    return {"type": "heard", "frame": frame}


def opened(*messages: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """小王 looks at a session of hers."""
    mine = session(status="manual", manualCsId="wang", messageCount=len(messages), **more)
    return [
        *entered(manual=1, mine=1), {"type": "sessionLoaded", "session": mine}, {"type": "selected", "id": "s"},
        {"type": "historyLoaded", "id": "s", "query": {"limit": 50}, "messages": messages, "asked": 0, "round": 0},
    ]


def said(client_id: str = "c1", text: str = "在的") -> dict[str, Any]:
    return {"type": "said", "id": "s", "clientMsgId": client_id, "csId": "wang", "content": text, "now": T0}
