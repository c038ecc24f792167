"""Who customers are: names and pictures of 微信客服's are asked for together and kept, and browsers see our server only."""

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from attrs import define, evolve, field
from playwright.async_api import expect
from tornado.ioloop import IOLoop
from tornado.web import RequestHandler

from ccs.customers import avatars
from ccs.customers.avatars import Hosts, digest_of
from ccs.customers.introducer import Introducer
from ccs.demo.local import Local
from ccs.demo.pictures import png
from ccs.demo.vices import refuses, waits
from ccs.demo.wecom import WeCom
from ccs.incoming.inbound import CustomerSays
from ccs.kept import Profile
from ccs.models import Customer, PlatformId, Via, utc_now
from ccs.settings import Config, host_patterns
from store.avatars import Avatars
from tests.browser import Office
from tests.conftest import Stage, async_, until
from tests.platforms import gateway_message

KF, BATCHGET = "wkDemo01", "kf/customer/batchget"
serial = count(1)


def writes(stage: Stage, customer_id: str = "wmChen", kf: str = KF) -> Any:
    """She says something to 微信客服, as the pull brings it: without a name. Awaitable until it is on disk."""
    ids = (PlatformId("wechat", kf, f"message:{next(serial)}"),)
    return stage.worker(Introducer)._reception.customer_writes(
        CustomerSays(Customer("wechat", kf, customer_id), Via.KF, "在吗", ids))


async def session_of(stage: Stage, customer_id: str = "wmChen") -> dict[str, Any]:
    rows = (await stage.get("/api/sessions", q=customer_id)).json()["data"]
    return next(row for row in rows if row["customerId"] == customer_id)


async def idle(stage: Stage) -> None:
    """Nobody is being asked for."""
    await until(lambda: not stage.worker(Introducer)._asking)


def batches(wecom: WeCom) -> int:
    return list(wecom.calls).count(BATCHGET)


def no_pause_is_left(stage: Stage) -> None:
    stage.worker(Introducer)._paused = dict.fromkeys(stage.worker(Introducer)._paused, 0.1)


def known(stage: Stage, **more: Any) -> Any:
    """As if WeCom had told this some time ago."""
    profile = Profile("wechat", KF, "wmChen", "旧名", "", utc_now())
    return stage.worker(Introducer)._reception.customer_known(evolve(profile, **more))


# Names


@pytest.mark.gen_test
async def test_a_hundred_customers_at_once_are_one_call_and_the_page_is_told_of_each(stage: Stage, wecom) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    for number in range(100):
        wecom.know(f"wm{number}", f"客户{number}")
    await asyncio.gather(*(writes(stage, f"wm{number}") for number in range(100)))
    names = set()
    while len(names) < 100:
        names.add((await wang.hears("session_updated"))["data"]["customerName"])
    assert names == {f"客户{number}" for number in range(100)} and batches(wecom) == 1

    for number in range(200, 330):
        wecom.know(f"wm{number}", f"客户{number}")
        writes(stage, f"wm{number}")
    await wang.hears("session_updated", lambda frame: frame["data"]["customerName"] == "客户329")
    assert batches(wecom) == 3


@pytest.mark.gen_test
async def test_who_was_named_stays_so_over_a_restart_and_is_not_asked_for_again_within_a_day(stage, wecom) -> None:
    await stage.start()
    wecom.know("wmChen", "陈女士")
    await writes(stage)
    await idle(stage)
    first = await session_of(stage)
    assert first["customerName"] == "陈女士"
    await stage.post(f"/api/sessions/{first['sessionId']}/close")
    await stage.stop()
    await stage.start()
    wang = await stage.agent("wang")
    wecom.know("wmChen", "陈静")
    await writes(stage)
    second = (await wang.hears("session_updated"))["data"]
    assert second["sessionId"] != first["sessionId"] and second["customerName"] == "陈女士"
    await idle(stage)
    assert batches(wecom) == 1


@pytest.mark.gen_test
async def test_after_a_day_the_old_name_is_shown_at_once_and_the_new_one_when_it_comes(stage: Stage, wecom) -> None:
    await stage.start()
    gate = asyncio.Event()
    wecom.next(BATCHGET, waits(gate))
    wecom.know("wmChen", "陈静")
    await known(stage, fetched_at=utc_now() - timedelta(hours=25))
    wang = await stage.agent("wang")
    await writes(stage)
    assert (await wang.hears("session_updated"))["data"]["customerName"] == "旧名"
    gate.set()
    assert (await wang.hears("session_updated"))["data"]["customerName"] == "陈静"


@pytest.mark.gen_test
async def test_whoever_has_no_name_when_the_server_stops_gets_it_after_the_next_start(stage: Stage, wecom) -> None:
    await stage.start()
    wecom.habits[BATCHGET] = refuses(-1)
    wecom.know("wmChen", "陈女士")
    await writes(stage)
    await idle(stage)
    await stage.stop()
    wecom.habits.clear()
    await stage.start()
    await idle(stage)
    assert (await session_of(stage))["customerName"] == "陈女士"


@pytest.mark.gen_test
async def test_who_writes_on_while_she_is_asked_for_is_asked_for_once(stage: Stage, wecom) -> None:
    await stage.start()
    gate = asyncio.Event()
    wecom.next(BATCHGET, waits(gate))
    wecom.know("wmChen", "陈女士")
    await writes(stage)
    await until(lambda: batches(wecom))
    await writes(stage)
    gate.set()
    await idle(stage)
    assert batches(wecom) == 1 and (await session_of(stage))["customerName"] == "陈女士"


@pytest.mark.gen_test
async def test_whom_wecom_does_not_know_is_left_alone_for_an_hour(stage: Stage, wecom) -> None:
    await stage.start()
    for _ in range(3):
        await writes(stage, "wmNobody")
        await idle(stage)
    assert batches(wecom) == 1
    assert "customerName" not in await session_of(stage, "wmNobody")


@pytest.mark.gen_test
@pytest.mark.parametrize("mood", [refuses(-1), refuses(48002)])
async def test_an_outage_is_logged_once_holds_nothing_up_and_the_next_brings_the_others(stage, wecom, mood, caplog):
    await stage.start()
    wang = await stage.agent("wang")
    wecom.habits[BATCHGET] = mood
    wecom.know("wmChen", "陈女士")
    wecom.know("wmLin", "林先生")
    for _ in range(3):
        await writes(stage)
        await idle(stage)
        no_pause_is_left(stage)
    assert batches(wecom) == 3
    assert len([line for line in caplog.messages if "cannot be asked" in line]) == 1

    await writes(stage)                     # straight after a failure: she waits
    await idle(stage)
    await writes(stage)
    await idle(stage)
    assert batches(wecom) == 4
    session = await session_of(stage)
    assert (await wang.accepts(session["sessionId"])).status_code == 200
    wecom.habits.clear()
    no_pause_is_left(stage)
    await writes(stage, "wmLin")
    await idle(stage)
    assert [(await session_of(stage, name))["customerName"] for name in ("wmChen", "wmLin")] == ["陈女士", "林先生"]
    assert batches(wecom) == 5


@pytest.mark.gen_test
async def test_customers_of_other_ways_are_never_asked_for(stage: Stage, wecom) -> None:
    await stage.start()
    letter = gateway_message("陈女士", "在吗", "1")
    letter["customer"] = {"id": "wmChen"}
    await stage.envelope(letter, "wechat")
    await stage.customer(channel="wecom").says("在吗")
    assert not stage.worker(Introducer)._asking and batches(wecom) == 0


# Pictures


@define
class Cdn(Local):
    """Where pictures are said to be."""

    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(factory=dict)
    asked: list[str] = field(factory=list)
    gate: asyncio.Event = field(factory=asyncio.Event)

    def routes(self) -> list[tuple[Any, ...]]:
        return [(r"/a/(.*)", At, {"cdn": self})]

    def has(self, name: str, content: bytes = b"", status: int = 200, **headers: str) -> str:
        self.answers[name] = (status, headers, content)
        return f"{self.url}/a/{name}"


class At(RequestHandler):
    def initialize(self, cdn: Cdn) -> None:
        self.cdn = cdn

    async def get(self, name: str) -> None:
        self.cdn.asked.append(name)
        if name.startswith("slow"):
            await self.cdn.gate.wait()
        status, headers, content = self.cdn.answers[name]
        self.set_status(status)
        for header, value in headers.items():
            self.set_header(header, value)
        self.finish(content)


@pytest.fixture
def cdn(io_loop: IOLoop) -> Iterator[Cdn]:
    cdn = Cdn()
    io_loop.run_sync(async_(cdn.start))
    yield cdn
    cdn.gate.set()
    io_loop.run_sync(cdn.close)


@pytest.fixture
def listed(settings: Config, cdn: Cdn) -> Config:
    return evolve(settings, server=evolve(settings.server, avatar_hosts=(f"127.0.0.1:{cdn.port}",)))


async def comes(stage: Stage, avatar: str, name: str = "陈女士") -> str:
    """Somebody writes through the gateway; where our server is said to have her picture."""
    letter = gateway_message(name, "在吗", stage.new_id())
    letter["customer"]["avatar"] = avatar
    assert (await stage.envelope(letter)).status_code == 200
    return (await session_of(stage, name))["customerAvatar"]


@pytest.mark.gen_test
async def test_a_picture_comes_once_from_the_platform_and_then_from_us_with_safe_headers(stage, cdn, listed) -> None:
    await stage.start(listed)
    address = cdn.has("chen", png(1), **{"Content-Type": "text/html"})
    path = await comes(stage, address)
    assert path.startswith("/api/sessions/") and path.endswith(f"/avatar?v={digest_of(address)[:8]}")
    answers = await asyncio.gather(*(stage.get(path.split("?")[0], v=path[-8:]) for _ in range(8)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, png(1))} and cdn.asked == ["chen"]
    headers = answers[0].headers
    assert headers["Content-Type"] == "image/png" and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"].startswith("private, max-age=")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"

    await stage.stop()
    await stage.start()
    assert (await stage.get(path.split("?")[0])).content == png(1) and cdn.asked == ["chen"]


@pytest.mark.gen_test
async def test_kf_customers_have_their_pictures_from_where_the_platform_is(stage: Stage, wecom) -> None:
    await stage.start()
    wecom.know("wmChen", "陈女士")
    await writes(stage)
    await idle(stage)
    answer = await stage.get((await session_of(stage))["customerAvatar"])
    assert answer.status_code == 200
    assert answer.content.startswith(b"\x89PNG")


@pytest.mark.gen_test
async def test_what_is_no_small_picture_is_none_and_is_not_asked_for_again_soon(stage, cdn, listed) -> None:
    await stage.start(listed)
    wrong = {
        "html": (b"<html><script>1</script>", 200, {"Content-Type": "image/png"}),
        "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 200, {"Content-Type": "image/svg+xml"}),
        "large": (png(1) + bytes(avatars.LARGEST), 200, {}),
        "gone": (png(1), 404, {}),
        "empty": (b"", 200, {}),
        "elsewhere": (b"", 302, {"Location": "http://localhost:1/x"}),
        "round": (b"", 302, {"Location": "round"}),
        "inside": (b"", 301, {"Location": "file:///etc/passwd"}),
    }
    for name, (content, status, headers) in wrong.items():
        path = await comes(stage, cdn.has(name, content, status, **headers), f"客户{name}")
        before = len(cdn.asked)
        for _ in range(2):
            assert (await stage.get(path)).status_code == 404, name
            assert len(cdn.asked) - before == (avatars.MOST_HOPS if name == "round" else 1), name
    there = cdn.has("there", b"", 302, Location=cdn.has("chen", png(2)))
    assert (await stage.get(await comes(stage, there))).content == png(2)


@pytest.mark.gen_test
async def test_nothing_is_asked_of_a_host_that_is_not_listed(stage: Stage, cdn: Cdn) -> None:
    await stage.start()
    here = cdn.has("chen", png(1))
    for number, address in enumerate([here, here.replace("127.0.0.1", "localhost"), "陈", "file:///x"]):
        assert (await stage.get(await comes(stage, address, f"客户{number}"))).status_code == 404
    assert cdn.asked == []
    assert (await stage.get("/api/sessions/nobody/avatar")).status_code == 404


@pytest.mark.parametrize("address, allowed", [
    ("https://wx.qlogo.cn/mmhead/1/0", True), ("http://WX.qlogo.cn/1", True), ("https://a.b.qlogo.cn/", True),
    ("https://qlogo.cn/", False), ("https://evilqlogo.cn/", False), ("https://qlogo.cn.evil.example/", False),
    ("https://wx.qlogo.cn:8443/", False), ("https://wx.qlogo.cn:443/", True), ("https://wx.qlogo.cn./", False),
    ("https://evil.example@wx.qlogo.cn/", False), ("https://wx.qlogo.cn@evil.example/", False),
    ("https://evil.example\\@wx.qlogo.cn/", False), ("https://evil.example#.qlogo.cn", False),
    ("https://evil.example?.qlogo.cn", False), ("https://evil.example/.qlogo.cn", False),
    ("ftp://wx.qlogo.cn/", False), ("file:///etc/passwd", False), ("//wx.qlogo.cn/", False), ("", False),
    ("http://127.0.0.1/", False), ("http://127.0.0.1:9000/x", True), ("http://127.0.0.1:9001/x", False),
    ("http://2130706433:9000/", False), ("http://0x7f.1:9000/", False), ("http://127.1:9000/", False),
    ("http://[::1]:9000/", False), ("http://[::ffff:127.0.0.1]:9000/", False), ("http://localhost:9000/", False),
    ("http://169.254.169.254/latest", False), ("https://gateway.example/x", True), ("http://gateway.example/x", False),
    ("https://gateway.example:8443/", False), ("https://x.gateway.example/", False), ("https://exact.example/", True),
    ("https://x.exact.example/", False),
])
def test_only_listed_hosts_and_the_channels_own_may_be_asked(address: str, allowed: bool) -> None:
    hosts = Hosts((".qlogo.cn", "127.0.0.1:9000", "Exact.example"), ("https://gateway.example/hook",))
    url = avatars._parsed(address)
    assert (url is not None and hosts.allow(url)) is allowed


@pytest.mark.parametrize("names, fault", [
    ((".qlogo.cn", "cdn.example.com", "127.0.0.1:9000", "[::1]:80"), None), ((), None),
    ((".com",), "'.com'"), (("*.qlogo.cn",), "'*.qlogo.cn'"), (("https://qlogo.cn",), "'https://qlogo.cn'"),
    (("a/b",), "'a/b'"), ((".",), "'.'"), (("a:",), "'a:'"),
])
def test_a_host_that_could_not_be_meant_is_a_fault_of_the_settings(names, fault) -> None:
    found = host_patterns(names)
    assert found is None if fault is None else found.endswith(f"not {fault}")


@pytest.mark.gen_test
async def test_a_slow_host_keeps_nobody_waiting(stage, cdn, listed, gateway, monkeypatch) -> None:
    monkeypatch.setattr(avatars, "READER_PATIENCE", 0.05)
    await stage.start(listed)
    slow = [await comes(stage, cdn.has(f"slow{number}", png(number)), f"慢{number}") for number in range(12)]
    answers = await asyncio.gather(*(stage.get(path) for path in slow))
    assert {answer.status_code for answer in answers} == {404} and len(cdn.asked) == avatars.OF_ONE_HOST
    monkeypatch.setattr(avatars, "READER_PATIENCE", 5)
    assert (await stage.get(await comes(stage, gateway.picture(7), "林先生"))).content == png(7)
    cdn.gate.set()                          # whoever waited went on; what comes later is kept for the next time
    await until(lambda: not stage.server._avatars._fetching)
    assert [(await stage.get(path)).content for path in slow] == [png(number) for number in range(12)]
    assert len(cdn.asked) == 12


@pytest.mark.gen_test
async def test_a_host_that_does_not_answer_is_left_alone_for_a_while(stage, cdn, listed, monkeypatch) -> None:
    monkeypatch.setattr(avatars, "WHOLE_PATIENCE", 0.5)
    await stage.start(listed)
    slow = [await comes(stage, cdn.has(f"slow{number}", png(number)), f"慢{number}") for number in range(12)]
    assert {answer.status_code for answer in await asyncio.gather(*(stage.get(path) for path in slow))} == {404}
    await until(lambda: not stage.server._avatars._fetching)
    assert len(cdn.asked) == avatars.OF_ONE_HOST


def test_of_too_many_pictures_the_oldest_go(tmp_path) -> None:
    kept = Avatars(tmp_path, most=1003)
    for number in range(1004):
        kept.put(f"{number:064}", png(1))
        os.utime(kept._path(f"{number:064}"), (number, number))
    kept.tidy()
    assert [number for number in range(1004) if kept.get(f"{number:064}")] == [1001, 1002, 1003]


@pytest.mark.gen_test(timeout=60)
async def test_the_page_shows_the_picture_where_there_is_one_and_else_the_initial(office: Office, cdn, listed) -> None:
    await office.stage.start(listed)
    await office.keep_port()
    wang = await office.agent("wang")
    foreign: list[str] = []
    wang.page.on("request", lambda request: request.url.startswith(office.stage.base) or foreign.append(request.url))
    await comes(office.stage, cdn.has("chen", png(1)))
    await comes(office.stage, cdn.has("lin", b"<html>"), "林先生")
    picture = wang.row("陈女士").locator("img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("img => img.naturalWidth") == 240
    await wang.opens("陈女士")
    await expect(wang.page.locator("#thread .avatar img")).to_be_visible()
    await wang.opens("林先生")
    await expect(wang.page.locator("#thread .avatar img")).to_be_hidden()
    await expect(wang.row("林先生").locator("img")).to_be_hidden()
    await expect(wang.row("林先生").locator(".avatar-initial")).to_have_text("林")
    assert foreign == []
