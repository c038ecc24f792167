"""What a shop granted at JOS: renewed before it ends, once however many ask, kept, and told when it is over."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import Factory, define, evolve, field
from tornado.web import RequestHandler

from ccs.channels.base import Tools
from ccs.channels.http import Http
from ccs.channels.jd import JD
from ccs.checkup.doctor import Doctor, Opinion, Visit
from ccs.demo.jos import Jos
from ccs.errors import DeliveryDelayed, DeliveryRefused, StoreUnavailable
from ccs.kept import Token
from ccs.models import from_millis, utc_now
from ccs.settings import Config, JDSettings
from tests.conftest import Stage, async_

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YEAR = 365 * 86_400


@define
class Granting(Jos):
    """JOS, where tokens are renewed too: each for one that is good once. Lasts `lasts`, but not beyond `stops`."""

    refresh_token: str = "rt.0"
    lasts: int = YEAR
    stops: int = 10 * YEAR
    now: Any = lambda: from_millis(0)
    began: Any = None
    answers: list[Any] = Factory(list)          # in the place of the usual ones
    asked: list[str] = Factory(list)

    def routes(self) -> list[tuple[Any, ...]]:
        return [*super().routes(), ("/oauth2/refresh_token", Renewing, {"jos": self})]

    def renew(self, refresh: str) -> dict[str, Any]:
        self.asked.append(refresh)
        if self.answers:
            return self.answers.pop(0)
        if refresh != self.refresh_token:
            return {"code": 104, "msg": f"the token is {self.access_token}"}
        self.refresh_token, self.access_token = f"rt.{len(self.asked)}", f"at.{len(self.asked)}"
        left = self.stops - int((self.now() - self.began).total_seconds()) if self.began else self.lasts
        return {
            "access_token": self.access_token, "refresh_token": self.refresh_token, "uid": "u",
            "expires_in": str(min(self.lasts, left)),
        }


class Renewing(RequestHandler):
    def initialize(self, jos: Granting) -> None:
        self.jos = jos

    def get(self) -> None:
        known = self.get_query_argument("app_key"), self.get_query_argument("app_secret")
        assert known == (self.jos.app_key, self.jos.app_secret)
        assert self.get_query_argument("grant_type") == "refresh_token"
        self.finish(self.jos.renew(self.get_query_argument("refresh_token")))


@define
class Shop:
    """The channel by itself, with a clock of our own."""

    jos: Granting
    http: Http = field(factory=Http)
    passed: timedelta = timedelta()
    kept: dict[str, Token] = field(factory=dict)
    access_token: str = ""
    is_full: bool = False

    def now(self) -> Any:
        return from_millis(1_767_000_000_000) + self.passed

    def restarted(self, **changes: Any) -> JD:
        settings = JDSettings(
            enabled=True, gateway_secret="s", app_key=self.jos.app_key, app_secret=self.jos.app_secret,
            access_token=self.access_token, refresh_token="rt.0", api_base=self.jos.api_base, oauth_base=self.jos.url,
        )
        tools = Tools(self.http, self.now, self.kept.get, self._keep, Path)
        return JD(evolve(settings, **changes), tools)

    def _keep(self, token: Token) -> None:
        if self.is_full:
            raise StoreUnavailable
        self.kept[token.name] = token

    async def asks(self, shop: JD) -> None:
        """A call that JD must take."""
        assert shop._jos
        await shop._jos.call("jingdong.seller.vender.info.get")

    async def checkup(self, shop: JD) -> Opinion:
        visit = Visit(Config(), None, self.now)         # type: ignore[arg-type]
        return await next(step for step in shop.checkup(visit) if step.name == "grant").look()


@pytest.fixture
def shop(io_loop: Any) -> Iterator[Shop]:
    jos = Granting()
    io_loop.run_sync(async_(jos.start))
    shop = Shop(jos)
    jos.now, jos.began = shop.now, shop.now()
    yield shop
    io_loop.run_sync(shop.http.close)
    io_loop.run_sync(jos.close)


@pytest.mark.gen_test
@pytest.mark.parametrize("lasts, step, steps", [(YEAR, DAY, 800), (86_400, HOUR, 80)], ids=["live", "under test"])
async def test_it_is_renewed_before_it_ends_and_nobody_notices(shop: Shop, lasts, step, steps, caplog) -> None:
    shop.jos.lasts = lasts
    jd = shop.restarted()
    for number in range(steps):
        await jd.tend()
        grants = jd._jos.grants                         # type: ignore[union-attr]
        assert await grants.current() == shop.jos.access_token and not grants.ends(shop.now())
        shop.passed += step
        jd = shop.restarted() if number % 20 == 19 else jd
    assert 3 <= len(shop.jos.asked) <= 6 and len(set(shop.jos.asked)) == len(shop.jos.asked)
    assert (await shop.checkup(jd)).result == "ok"
    assert not any(secret in caplog.text for secret in ("at.", "rt.", shop.jos.app_secret))


@pytest.mark.gen_test
async def test_where_jd_prolongs_no_more_it_is_told_days_before(shop: Shop, caplog) -> None:
    shop.jos.stops = YEAR
    jd = shop.restarted()
    told: list[int] = []
    for day in range(364):
        await jd.tend()
        if "must be authorised again" in caplog.text:
            told.append(day)
            caplog.clear()
        shop.passed += DAY
        jd = shop.restarted() if day % 50 == 49 else jd
    assert told == list(range(told[0], 364)) and 357 <= told[0] <= 359         # a week ahead, once a day
    found = await shop.checkup(jd)
    assert found.result == "warn" and "没有再延长" in found.words and "refresh_token" in found.advice
    shop.passed += 2 * DAY
    with pytest.raises(DeliveryRefused, match="重新授权"):
        await shop.asks(jd)
    assert (await shop.checkup(jd)).result == "fail"


@pytest.mark.gen_test
async def test_one_that_jd_ends_early_is_replaced_once_however_many_ask(shop: Shop) -> None:
    shop.passed = utc_now() - shop.now()                # JOS itself looks at the real clock
    jd = shop.restarted()
    await jd.tend()
    shop.jos.access_token = "at.ended"                  # ours is not taken any more
    await asyncio.gather(*(shop.asks(jd) for _ in range(20)))
    assert shop.jos.asked == ["rt.0", "rt.1"]
    await shop.asks(jd)


@pytest.mark.gen_test
async def test_a_refusal_has_words_for_admins_and_jd_is_left_alone_for_an_hour(shop: Shop, caplog) -> None:
    shop.jos.refresh_token = "rt.another"
    jd = shop.restarted()
    for _ in range(3):
        with pytest.raises(DeliveryRefused, match="请管理员重新授权") as refused:
            await jd._jos.grants.current()              # type: ignore[union-attr]
        await jd.tend()
        assert "at." not in str(refused.value) and shop.jos.access_token not in str(refused.value)
    assert shop.jos.asked == ["rt.0"] and "must be authorised again" in caplog.text
    assert (await shop.checkup(jd)).result == "fail"
    shop.jos.refresh_token = "rt.0"
    shop.passed += HOUR
    await jd.tend()
    assert await jd._jos.grants.current() == "at.2" and (await shop.checkup(jd)).result == "ok"     # type: ignore


@pytest.mark.gen_test
async def test_what_jd_has_no_time_for_costs_nothing_while_the_token_is_good(shop: Shop) -> None:
    shop.access_token = "at.settings"
    shop.jos.answers = [{"code": 67}, "?"]
    jd = shop.restarted()
    await jd.tend()
    assert await jd._jos.grants.current() == "at.settings"              # type: ignore[union-attr]
    with pytest.raises(DeliveryDelayed):
        await jd._jos.grants.current(instead_of="at.settings")          # type: ignore[union-attr]
    assert (await shop.checkup(jd)).result == "warn"
    shop.passed += HOUR
    await jd.tend()
    assert await jd._jos.grants.current() == "at.3"                     # type: ignore[union-attr]


@pytest.mark.gen_test
async def test_what_the_disk_did_not_take_is_written_as_soon_as_it_does(shop: Shop) -> None:
    shop.is_full = True
    jd = shop.restarted()
    await jd.tend()
    assert await jd._jos.grants.current() == "at.1" and shop.kept == {}     # type: ignore[union-attr]
    shop.is_full = False
    await jd.tend()
    assert await shop.restarted()._jos.grants.current() == "at.1" and shop.jos.asked == ["rt.0"]    # type: ignore


@pytest.mark.gen_test
async def test_another_refresh_token_in_the_settings_begins_anew(shop: Shop) -> None:
    await shop.restarted().tend()
    shop.jos.refresh_token = "rt.new"
    jd = shop.restarted(refresh_token="rt.new")
    await jd.tend()
    assert shop.jos.asked == ["rt.0", "rt.new"] and await jd._jos.grants.current() == "at.2"    # type: ignore


@pytest.mark.gen_test
async def test_without_a_refresh_token_it_is_the_settings_and_jd_is_not_asked(shop: Shop) -> None:
    jd = shop.restarted(refresh_token="", access_token="at.settings")
    await jd.tend()
    assert await jd._jos.grants.current() == "at.settings" and shop.jos.asked == []     # type: ignore[union-attr]
    visit = Visit(Config(), None, shop.now)             # type: ignore[arg-type]
    assert "grant" not in [step.name for step in jd.checkup(visit)]


@pytest.mark.gen_test
async def test_a_running_server_renews_it_and_a_restart_asks_no_more(stage: Stage, settings: Config, shop) -> None:
    jd = evolve(
        settings.channels.jd, app_key=shop.jos.app_key, app_secret=shop.jos.app_secret, refresh_token="rt.0",
        api_base=shop.jos.api_base, oauth_base=shop.jos.url,
    )
    shop.jos.began = None
    for _ in range(2):
        await stage.start(evolve(settings, channels=evolve(settings.channels, jd=jd)))
        found = {}
        while found.get("grant") != "ok":
            stage.worker(Doctor)._latest = None
            report = (await stage.get("/api/doctor")).json()["data"]["findings"]
            found = {each["step"]: each["result"] for each in report if each["channel"] == "jd"}
        assert found["jos"] == "ok"
        await stage.stop()
    assert shop.jos.asked == ["rt.0"]
