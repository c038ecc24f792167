"""Douyin accounts: how an admin authorises one, how its tokens are kept good, and who is told before they end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from attrs import define, evolve, field
from tornado.ioloop import IOLoop

from ccs.accounts import hash_password
from ccs.channels.base import Tools
from ccs.channels.douyin.accounts import Accounts
from ccs.channels.douyin.api import Api
from ccs.channels.http import Http
from ccs.checkup.doctor import Doctor
from ccs.demo import vices
from ccs.demo.douyin import Douyin
from ccs.errors import DeliveryDelayed, DeliveryRefused
from ccs.kept import Token
from ccs.models import from_millis
from ccs.settings import AgentSettings, AuthSettings, Config, DouyinSettings
from tests.conftest import CLIENT_KEY, CLIENT_SECRET, Stage
from tests.dy import SHOP, Chen, authorised
from tests.kf import Disk
from tests.process import Process

PASSWORD = "correct horse"
PASSWORD_HASH = hash_password(PASSWORD)
DAY = timedelta(days=1)
SCOPE = "im.direct_message,renew_refresh_token"


@define
class Month:
    """Accounts by themselves, with a clock of our own, on a platform that has the same."""

    platform: Douyin
    http: Http = field(factory=Http)
    day: float = 0.0
    tokens: dict[str, Token] = field(factory=dict)

    def now(self) -> Any:
        return from_millis(1_767_000_000_000) + self.day * DAY

    def restarted(self) -> Accounts:
        settings = DouyinSettings(client_key=CLIENT_KEY, client_secret=CLIENT_SECRET, api_base=self.platform.url)
        tools = Tools(self.http, self.now, self.tokens.get, self._keep, Path)
        return Accounts(Api(settings, tools), tools)

    def _keep(self, token: Token) -> None:
        self.tokens[token.name] = token

    async def sends(self, accounts: Accounts) -> None:
        """A call in the operator's name, which the platform must take."""
        async def ask(token: str) -> Any:
            self.platform.check_access(token, SHOP)
            return {"err_no": 0}
        await accounts.as_operator(SHOP, "im/send/msg/", ask)


@pytest.fixture
def month(douyin: Douyin, io_loop: IOLoop) -> Any:
    month = Month(douyin)
    douyin.now = lambda: month.now().timestamp()
    yield month
    io_loop.run_sync(month.http.close)


@pytest.mark.gen_test
async def test_an_authorisation_is_renewed_five_times_and_ends_with_a_warning(month: Month, caplog) -> None:
    accounts = month.restarted()
    await accounts.connect(month.platform.agree(SCOPE))
    ends = accounts.all()[0].ends()
    while month.now() < ends - 7 * DAY:
        await accounts.tend()
        await month.sends(accounts)
        assert not accounts.all()[0].ends_soon(month.now())
        month.day += 1
        accounts = month.restarted() if month.day % 20 == 0 else accounts
    assert month.day == 30 + 5 * (30 - 7) - 7 and month.platform.held[SHOP].renewals == 5
    caplog.clear()
    await accounts.tend()
    assert accounts.all()[0].ends_soon(month.now()) and "authorised again within 7 days" in caplog.text
    month.day += 40
    await accounts.tend()
    assert "must be authorised again: open /douyin/authorize" in caplog.text
    with pytest.raises(DeliveryRefused, match="/douyin/authorize"):
        await month.sends(accounts)
    await accounts.connect(month.platform.agree(SCOPE))
    await month.sends(accounts)
    assert not any(secret in caplog.text for secret in ("act.", "rft.", "clt.", CLIENT_SECRET))


@pytest.mark.gen_test
async def test_without_the_right_to_renew_it_ends_after_thirty_days_and_says_so_before(month: Month, caplog) -> None:
    accounts = month.restarted()
    await accounts.connect(month.platform.agree("im.direct_message"))
    for month.day in range(25):
        await accounts.tend()
        await month.sends(accounts)
    assert accounts.all()[0].ends_soon(month.now()) and "must be authorised again within" in caplog.text


@pytest.mark.gen_test
async def test_an_ended_token_is_replaced_once_however_many_wait_for_it(month: Month) -> None:
    accounts = month.restarted()
    await accounts.connect(month.platform.agree(SCOPE))
    month.platform.forget_access()
    used: list[str] = []

    async def ask(token: str) -> Any:
        used.append(token)
        await asyncio.sleep(0)
        good = month.platform._access.get(token, ("", 0.0))[1] > month.platform.now()
        return {"err_no": 0 if good else 28001008}
    await asyncio.gather(*(accounts.as_operator(SHOP, "x", ask) for _ in range(20)))
    assert list(month.platform.calls).count("oauth/refresh_token/") == 1 and len(set(used)) == 2


@pytest.mark.gen_test
async def test_a_failure_to_refresh_loses_no_message_and_no_authorisation(month: Month) -> None:
    accounts = month.restarted()
    await accounts.connect(month.platform.agree(SCOPE))
    month.day = 13                                          # worth refreshing, and good for a while
    month.platform.habits["oauth/refresh_token/"] = vices.cuts
    await month.sends(accounts)
    month.day = 16
    with pytest.raises(DeliveryDelayed) as delayed:
        await month.sends(accounts)
    assert not delayed.value.lost                           # the message itself has not left
    month.platform.habits.clear()
    await month.sends(accounts)


@pytest.mark.gen_test
async def test_one_client_token_serves_all_and_a_restart_too(month: Month) -> None:
    accounts = month.restarted()
    assert len(set(await asyncio.gather(*(accounts.client_token() for _ in range(20))))) == 1
    assert await month.restarted().client_token() == await accounts.client_token()
    assert len(month.platform.fetches) == 1


@pytest.mark.gen_test
async def test_what_the_operator_takes_back_is_seen_and_told(stage: Stage, douyin: Douyin, caplog) -> None:
    await stage.start()
    await authorised(stage)
    chen, wang = Chen(stage, douyin), await stage.agent("wang")
    await chen.says("在吗？")
    session_id = await chen.accepted_by(wang)
    with caplog.at_level(logging.WARNING):
        douyin.operator_tells("unauthorize", SHOP)
        await chen.told()
    assert f"Douyin account {SHOP} says unauthorize" in caplog.text
    assert len(Disk(stage.settings).notices("unauthorize")) == 1
    await wang.replies(session_id, "在的")
    assert "/douyin/authorize" in (await chen.delivery("failed"))["delivery"]["reason"]
    assert "im/send/msg/" not in douyin.calls
    found = {each["step"]: each for each in await _checkup(stage)}
    assert (found["client_token"]["result"], found["grants"]["result"]) == ("ok", "fail")
    assert "取消" in found["grants"]["words"] and "/douyin/authorize" in found["grants"]["advice"]
    await authorised(stage)
    assert (await stage.post(f"/api/sessions/{session_id}/message", {"content": "又可以了"})).status_code == 200
    await chen.delivery("sent")


@pytest.mark.gen_test
async def test_an_account_that_agreed_but_was_not_connected_here_is_told(stage: Stage, douyin: Douyin) -> None:
    await stage.start()
    chen = Chen(stage, douyin)

    async def grants() -> dict[str, Any]:
        stage.worker(Doctor)._latest = None                 # a checkup is remembered for ten seconds
        return next(each for each in await _checkup(stage) if each["step"] == "grants")
    for event, words in (("authorize", "没有在这里完成连接"), ("unauthorize", "还没有抖音号授权"), ("authorize", "没有在这里完成连接")):
        douyin._event(event, SHOP, "", {"scopes": ["im.direct_message"]})
        await chen.told()
        assert (await grants())["result"] == "warn" and words in (await grants())["words"]
        assert "/douyin/authorize" in (await grants())["advice"]
    await stage.stop()
    await stage.start()
    assert "没有在这里完成连接" in (await grants())["words"]
    await authorised(stage)
    assert (await grants())["result"] == "ok"
    douyin._event("authorize", SHOP, "", {"scopes": ["im.direct_message"]})     # as Douyin tells of that one too
    await chen.told()
    assert (await grants())["result"] == "ok"


@pytest.mark.gen_test
async def test_a_revocation_that_only_an_answer_tells_ends_it_too(stage: Stage, douyin: Douyin) -> None:
    await stage.start()
    await authorised(stage)
    chen, wang = Chen(stage, douyin), await stage.agent("wang")
    await chen.says("在吗？")
    session_id = await chen.accepted_by(wang)
    douyin.revoke(SHOP)
    for text in ("在的", "还在"):
        await wang.replies(session_id, text)
        await chen.delivery("failed")
    assert list(douyin.calls).count("im/send/msg/") == 1


async def _checkup(stage: Stage) -> list[dict[str, Any]]:
    found = (await stage.get("/api/doctor")).json()["data"]["findings"]
    return [each for each in found if each["channel"] == "douyin"]


@pytest.mark.gen_test
async def test_the_checkup_counts_the_days_and_never_shows_a_secret(stage: Stage, douyin: Douyin) -> None:
    await stage.start()
    grants = next(each for each in await _checkup(stage) if each["step"] == "grants")
    assert grants["result"] == "warn" and "/douyin/authorize" in grants["advice"]
    await stage.stop()
    await stage.start()                                     # a checkup is remembered for ten seconds
    await authorised(stage)
    grants = next(each for each in await _checkup(stage) if each["step"] == "grants")
    assert grants["result"] == "ok" and "还有 144 天" in grants["words"]
    told = str(await _checkup(stage))
    assert not any(secret in told for secret in ("act.", "rft.", "clt.", CLIENT_SECRET))


MORE = """
[channels.douyin]
enabled = true
client_key = "{key}"
client_secret = "{secret}"
api_base = "{url}"
"""


@pytest.mark.gen_test(timeout=60)
async def test_a_killed_server_still_has_what_was_granted(tmp_path: Path, douyin: Douyin) -> None:
    server = Process(tmp_path, more=MORE.format(key=CLIENT_KEY, secret=CLIENT_SECRET, url=douyin.url))
    await asyncio.to_thread(server.start)
    try:
        async with httpx.AsyncClient(base_url=server.base, follow_redirects=True, timeout=30) as browser:
            assert (await browser.get("/douyin/authorize")).status_code == 200
            server.kill()
            await asyncio.to_thread(server.start)
            found = (await browser.get("/api/doctor")).json()["data"]["findings"]
        steps = {each["step"]: each["result"] for each in found if each["channel"] == "douyin"}
        assert (steps["client_token"], steps["grants"]) == ("ok", "ok")
        assert list(douyin.calls).count("oauth/access_token/") == 1
        assert "act." not in server.log and "rft." not in server.log and CLIENT_SECRET not in server.log
    finally:
        server.kill()


# Authorising

def with_logins(settings: Config) -> Config:
    who = (("boss", "admin"), ("wang", "agent"), ("zhao", "supervisor"))
    agents = tuple(AgentSettings(cs_id, role=role, password_hash=PASSWORD_HASH) for cs_id, role in who)
    return evolve(settings, auth=AuthSettings(required=True), agents=agents)


@asynccontextmanager
async def logged_in(stage: Stage, cs_id: str | None) -> AsyncIterator[httpx.AsyncClient]:
    """An agent's browser; or anybody's."""
    async with httpx.AsyncClient(base_url=stage.base) as browser:
        if cs_id:
            answer = await browser.post("/api/login", json={"csId": cs_id, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
        yield browser


async def agreed(browser: httpx.AsyncClient) -> str:
    """Where Douyin sends the browser back to."""
    to_douyin = await browser.get("/douyin/authorize")
    assert to_douyin.status_code == 302, to_douyin.text
    async with httpx.AsyncClient() as elsewhere:
        return (await elsewhere.get(to_douyin.headers["Location"])).headers["Location"]


@pytest.mark.gen_test
async def test_an_admin_authorises_an_account(stage: Stage, douyin: Douyin, settings: Config) -> None:
    await stage.start(with_logins(settings))
    async with logged_in(stage, "boss") as browser:
        back = await agreed(browser)
        del browser.cookies["ccs_login"]                    # Strict: it stays at home on the way back
        answer = await browser.get(back)
        assert answer.status_code == 200 and SHOP in answer.text and "授权完成" in answer.text
        assert (await browser.get(back)).status_code == 403         # good for once
    assert list(douyin.held) == [SHOP]


@pytest.mark.gen_test
@pytest.mark.parametrize("cs_id, status", [("wang", 403), ("zhao", 403), (None, 401)])
async def test_nobody_else_does(stage: Stage, douyin, settings, cs_id, status) -> None:
    await stage.start(with_logins(settings))
    async with logged_in(stage, cs_id) as browser:
        assert (await browser.get("/douyin/authorize")).status_code == status
    assert list(douyin.calls) == []


@pytest.mark.gen_test
async def test_a_forged_or_foreign_state_is_refused(stage: Stage, douyin: Douyin, settings: Config) -> None:
    """Somebody else's code and state in an admin's browser would connect his account, and our customers' answers."""
    await stage.start(with_logins(settings))
    async with logged_in(stage, "boss") as boss, logged_in(stage, "boss") as other:
        theirs = await agreed(other)
        code = parse_qs(urlsplit(theirs).query)["code"][0]
        mine = parse_qs(urlsplit(await agreed(boss)).query)["state"][0]
        for state in ("", "made-up", mine + "x", "签"):
            assert (await boss.get("/douyin/oauth", params={"code": code, "state": state})).status_code == 403
        assert (await boss.get(theirs)).status_code == 403          # begun in another browser
        async with logged_in(stage, None) as bare:
            assert (await bare.get("/douyin/oauth", params={"code": code, "state": mine})).status_code == 403
    assert "oauth/access_token/" not in douyin.calls and douyin.held == {}


@pytest.mark.gen_test
async def test_a_login_that_ended_meanwhile_finishes_nothing(stage: Stage, douyin: Douyin, settings: Config) -> None:
    await stage.start(with_logins(settings))
    async with logged_in(stage, "boss") as browser:
        back = await agreed(browser)
        await browser.post("/api/logout", json={})
        assert (await browser.get(back)).status_code == 401
    assert douyin.held == {}


@pytest.mark.gen_test
async def test_another_sites_page_begins_nothing_while_access_is_open(stage: Stage, douyin: Douyin) -> None:
    await stage.start()
    foreign: list[dict[str, str]] = [{"Sec-Fetch-Site": "cross-site"}, {"Host": "rebound.example"}]
    for headers in foreign:
        answer = await stage.http.get(f"{stage.base}/douyin/authorize", headers=headers)
        assert answer.status_code == 403 and answer.headers["Content-Type"].startswith("text/html")
    douyin.agrees = ""                                      # the operator refuses
    async with httpx.AsyncClient(base_url=stage.base) as browser:
        answer = await browser.get(await agreed(browser))
    assert answer.status_code == 400 and "没有得到授权" in answer.text
