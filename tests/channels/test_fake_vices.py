"""The fake platforms: whatever may go wrong with a call goes wrong with every platform's, and does what it says."""

import asyncio
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import httpx
import pytest

from ccs.demo import vices
from ccs.demo.douyin import Douyin
from ccs.demo.gateway import Gateway
from ccs.demo.jos import Jos
from ccs.demo.platform import EVERY, Mood, Platform
from ccs.demo.wecom import WeCom
from tests.conftest import until


def gateway() -> tuple[Gateway, str, Callable[[httpx.AsyncClient], Any], Callable[[], int]]:
    it = Gateway("secret")

    def call(http: httpx.AsyncClient) -> Any:
        body = json.dumps({"requestId": f"r-{len(it.calls)}", "customerId": "陈女士", "message": {"text": "在的"}}).encode()
        return http.post("/messages", content=body, headers=it.headers(body))
    return it, "messages", call, lambda: len(it.said)


def wecom() -> tuple[WeCom, str, Callable[[httpx.AsyncClient], Any], Callable[[], int]]:
    it = WeCom()
    asked = {"corpid": it.corp_id, "corpsecret": it.secret}
    return it, "gettoken", lambda http: http.get("/cgi-bin/gettoken", params=asked), lambda: it.fetches


def douyin() -> tuple[Douyin, str, Callable[[httpx.AsyncClient], Any], Callable[[], int]]:
    it = Douyin()
    asked = {"client_key": it.client_key, "client_secret": it.client_secret}
    return it, "oauth/client_token/", lambda http: http.post("/oauth/client_token/", json=asked), \
        lambda: len(it.fetches)


def jos() -> tuple[Jos, str, Callable[[httpx.AsyncClient], Any], Callable[[], int] | None]:
    it = Jos()
    asked = {"method": "jingdong.pop.order.get"}
    return it, asked["method"], lambda http: http.post("/routerjson", data=asked), None      # an answer leaves no trace


class Fake:
    """A platform that listens, one call to it, and how often that has done something."""

    def __init__(self, made: Any) -> None:
        self.platform: Platform = made[0]
        self.name: str = made[1]
        self._call, self.done = made[2], made[3]

    async def asked(self) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.platform.url, trust_env=False) as http:
            answer: httpx.Response = await self._call(http)
            return answer

    def has_done(self, times: int) -> bool:
        return self.done is None or self.done() == times


@pytest.fixture(params=[gateway, wecom, douyin, jos])
def fake(request: Any, io_loop: Any) -> Iterator[Fake]:
    fake = Fake(request.param())

    async def start() -> None:
        fake.platform.start()
    io_loop.run_sync(start)
    yield fake
    io_loop.run_sync(fake.platform.close)


@pytest.mark.gen_test
async def test_what_is_usual_is_done_and_answered(fake: Fake) -> None:
    fake.platform.moods.append(vices.usual)
    assert (await fake.asked()).status_code == 200 and fake.has_done(1)
    assert list(fake.platform.calls) == [fake.name] and not fake.platform.moods


@pytest.mark.gen_test
async def test_a_refusal_does_nothing_and_gives_its_number(fake: Fake) -> None:
    fake.platform.next(fake.name, vices.refuses(45009))
    answer = await fake.asked()
    assert answer.status_code == 200 and "45009" in answer.text and fake.has_done(0)


@pytest.mark.gen_test
async def test_a_broken_proxy_answers_in_its_place(fake: Fake) -> None:
    fake.platform.next(fake.name, vices.breaks(503))
    answer = await fake.asked()
    assert answer.status_code == 503 and "html" in answer.text and fake.has_done(0)


@pytest.mark.gen_test
@pytest.mark.parametrize("mood, done", [(vices.cuts, 0), (vices.loses_answer, 1)])
async def test_a_line_is_cut_before_or_after_it_is_done(fake: Fake, mood: Mood, done: int) -> None:
    fake.platform.next(fake.name, mood)
    with pytest.raises(httpx.TransportError):
        await fake.asked()
    assert fake.has_done(done)
    assert (await fake.asked()).status_code == 200


@pytest.mark.gen_test
async def test_one_that_waits_does_nothing_before_and_one_that_is_late_only_says_nothing(fake: Fake) -> None:
    for mood, done in ((vices.waits, 0), (vices.answers_late, 1)):
        gate, before = asyncio.Event(), fake.done() if fake.done else 0
        fake.platform.next(fake.name, mood(gate))
        asked = asyncio.create_task(fake.asked())
        known = len(fake.platform.calls)
        await until(lambda: len(fake.platform.calls) > known)
        assert fake.has_done(before + done) and not asked.done()
        gate.set()
        assert (await asked).status_code == 200 and fake.has_done(before + 1)


@pytest.mark.gen_test
async def test_a_slow_one_does_it_all_the_same(fake: Fake) -> None:
    fake.platform.next(fake.name, vices.is_slow(0.01))
    assert (await fake.asked()).status_code == 200 and fake.has_done(1)


@pytest.mark.gen_test
async def test_a_habit_is_for_every_call_until_it_is_taken_away(fake: Fake) -> None:
    for name in (EVERY, fake.name):
        fake.platform.habits[name] = vices.breaks(500)
        assert [(await fake.asked()).status_code for _ in range(2)] == [500, 500]
        del fake.platform.habits[name]
    fake.platform.habits["another"] = vices.breaks(500)
    assert (await fake.asked()).status_code == 200


@pytest.mark.gen_test
async def test_a_platform_that_hangs_up_comes_back_where_it_was(fake: Fake) -> None:
    address = fake.platform.url
    await fake.platform.hangs_up()
    with pytest.raises(httpx.TransportError):
        await fake.asked()
    fake.platform.comes_back()
    assert fake.platform.url == address and (await fake.asked()).status_code == 200


@pytest.mark.gen_test
async def test_a_bad_temper_is_asked_only_where_nothing_was_wished(fake: Fake) -> None:
    fake.platform.temper = vices.Temper(Random(1), (vices.breaks(418),), one_in=1)
    fake.platform.next(fake.name, vices.usual)
    assert (await fake.asked()).status_code == 200


def test_a_temper_never_lasts_for_two_calls_and_touches_no_others() -> None:
    temper = vices.Temper(Random(1), (vices.refuses(5000),), only="send", one_in=1)
    assert [temper.mood("send") is not None for _ in range(6)] == [True, False] * 3
    assert temper.mood("token") is None and temper.mood("send") is not None


def test_events_are_mixed_up_and_none_is_lost() -> None:
    assert sorted(vices.jumbled([1, 2, 3], Random(1))) == [1, 1, 2, 2, 3, 3] != vices.jumbled([1, 2, 3], Random(1))
    mixed = vices.mixed_up(range(20), Random(5))
    assert set(mixed) == set(range(20)) and len(mixed) > 20 and mixed != sorted(mixed)


def test_a_line_loses_and_doubles_as_often_as_it_should_but_never_the_first() -> None:
    for seed in range(20):
        assert vices.Line(Random(seed), lost=1.0).times() == 1
    line = vices.Line(Random(1), lost=0.2, twice=0.3)
    times = [line.times() for _ in range(1000)]
    assert 150 < times.count(0) < 250 < times.count(2) < 350


def test_what_is_late_arrives_after_the_next() -> None:
    line = vices.Line(Random(1), late=1.0)
    assert [line.through(number) for number in range(1, 5)] == [[], [2, 1], [], [4, 3]]
