"""Who is asking: with `auth.required` nobody gets in unproved, and everybody is who she is.

小王 (wang) and 小李 (li) are agents, 老赵 (zhao) supervises, 管理员 (admin) administers; erp is a program with a token.
"""

import asyncio
import hashlib
import json
import logging
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import define, evolve, field
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

import server
from ccs import accounts
from ccs.accounts import hash_password, hash_token, new_token, verify_password
from ccs.backoff import Backoff
from ccs.incoming.puller import Puller
from ccs.models import utc_now
from ccs.settings import AgentSettings, AssistantSettings, AuthSettings, Config
from handlers.routes import ROUTES
from store import database
from tests.conftest import PATIENCE, Stage, until
from tests.faults import FaultyConnection
from tests.moods import answers
from tests.process import ccs, refuses

PASSWORDS = {"wang": "wang's own password", "li": "li's own password", "zhao": "老赵的密码，很长", "admin": "admin's password"}
HASHES = {cs_id: hash_password(password) for cs_id, password in PASSWORDS.items()}
TOKEN = new_token()

SECRET_WORDS = "我的身份证号是三一〇"


@pytest.fixture
def settings(settings: Config) -> Config:
    return evolve(settings, auth=AuthSettings(required=True), agents=(
        AgentSettings("wang", "小王", "agent", HASHES["wang"]),
        AgentSettings("li", "小李", "agent", HASHES["li"]),
        AgentSettings("zhao", "老赵", "supervisor", HASHES["zhao"]),
        AgentSettings("admin", "管理员", "admin", HASHES["admin"]),
        AgentSettings("erp", "进销存", "agent", token_hash=hash_token(TOKEN)),
        AgentSettings("new", "还没有密码"),
    ))


@pytest.fixture
def clock(monkeypatch) -> "Clock":
    clock = Clock()
    monkeypatch.setattr(server, "utc_now", clock)
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    return clock


class Clock:
    """Goes as it does, and further when it is told to."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.fixture
def browsers(io_loop, stage: Stage) -> Iterator[list["Browser"]]:
    opened: list[Browser] = []
    yield opened
    for browser in opened:
        io_loop.run_sync(browser.http.aclose)


@define
class Browser:
    """Somebody's browser, with cookies of its own; or a program, with headers of its own."""

    stage: Stage
    http: httpx.AsyncClient = field(factory=lambda: httpx.AsyncClient(timeout=30, verify=False))    # http only

    async def logs_in(self, cs_id: str, password: str | None = None, **headers: str) -> httpx.Response:
        body = {"csId": cs_id, "password": PASSWORDS.get(cs_id, "") if password is None else password}
        return await self.http.post(f"{self.stage.base}/api/login", json=body, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(self.stage.base + path)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(self.stage.base + path, **({} if body is None else {"json": body}))

    async def me(self) -> str | None:
        answer = await self.get("/api/me")
        return answer.json()["data"]["csId"] if answer.status_code == 200 else None

    async def socket(self, cs_id: str, query: str = "") -> WebSocketClientConnection:
        assert self.stage.server
        url = f"ws://127.0.0.1:{self.stage.server.port}/ws/cs/{cs_id}{query}"
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        headers = {**({"Cookie": cookies} if cookies else {}), **_authorization(self.http)}
        return await websocket_connect(HTTPRequest(url, headers=headers))


def _authorization(http: httpx.AsyncClient) -> dict[str, str]:
    return {"Authorization": http.headers["Authorization"]} if "Authorization" in http.headers else {}


@pytest.fixture
def browser(stage: Stage, browsers: list[Browser]) -> Any:
    """Opens another browser, and logs in if a csId is given."""
    async def open_one(cs_id: str | None = None) -> Browser:
        browsers.append(Browser(stage))
        if cs_id:
            assert (await browsers[-1].logs_in(cs_id)).status_code == 200
        return browsers[-1]
    return open_one


async def close_code(socket: WebSocketClientConnection) -> int | None:
    while await asyncio.wait_for(socket.read_message(), PATIENCE) is not None:
        pass
    socket.close()
    return socket.close_code


async def held_by_wang(stage: Stage, wang: Browser) -> str:
    """A session with secret words in it; its id."""
    await stage.customer().says(SECRET_WORDS)
    session_id = (await wang.get("/api/sessions")).json()["data"][0]["sessionId"]
    assert (await wang.post(f"/api/sessions/{session_id}/accept", {"csId": "wang"})).status_code == 200
    return session_id


# Coming in


API = sorted({path.replace("([^/]+)", "x") for path, _ in ROUTES if path.startswith("/api")} - {"/api/login"})


@pytest.mark.gen_test
@pytest.mark.parametrize("proof", [
    {}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "Bearer"},
    {"Cookie": "ccs_login="}, {"Cookie": f"ccs_login={'0' * 64}"}, {"Cookie": f"other={TOKEN}"},
    {"Authorization": "Bearer wrong", "Cookie": f"ccs_login={TOKEN}"},
])
async def test_who_proves_nothing_gets_nothing(stage: Stage, proof: dict[str, str]) -> None:
    await stage.start()
    for path in API:
        for method in ("GET", "POST"):
            answer = await stage.http.request(method, stage.base + path, headers=proof)
            if (method, path) == ("POST", "/api/logout"):
                continue                # which says 200 to everyone
            assert answer.status_code in (401, 405), (method, path)
            if answer.status_code == 401:
                assert answer.json() == {"code": 401, "message": "请先登录"}
                assert answer.headers["WWW-Authenticate"] == "Bearer"
    socket = await websocket_connect(HTTPRequest(f"{stage.base.replace('http', 'ws')}/ws/cs/wang", headers=proof))
    assert await close_code(socket) == 4401


@pytest.mark.gen_test
async def test_platforms_and_watchdogs_need_no_login(stage: Stage) -> None:
    await stage.start()
    await stage.customer().says("在吗？")
    for path in ("/healthz", "/openapi.yaml"):
        assert (await stage.get(path)).status_code == 200


@pytest.mark.gen_test
async def test_a_login_opens_the_api_and_the_live_line(stage: Stage, browser) -> None:
    await stage.start()
    wang = await browser()
    answer = await wang.logs_in("wang")
    expected = {"authRequired": True, "csId": "wang", "name": "小王", "role": "agent"}
    assert answer.json()["data"].items() > expected.items()
    assert (await wang.get("/api/me")).json() == answer.json()
    assert (await wang.get("/api/sessions")).status_code == 200
    socket = await wang.socket("wang")
    assert '"hello"' in str(await socket.read_message())
    socket.close()


@pytest.mark.gen_test
@pytest.mark.parametrize("scheme, secure", [("http", False), ("https", True)])
async def test_scripts_and_other_sites_cannot_use_the_cookie(stage: Stage, browser, settings, scheme, secure) -> None:
    await stage.start(evolve(settings, server=evolve(settings.server, xheaders=True)))
    cookie = (await (await browser()).logs_in("wang", **{"X-Forwarded-Proto": scheme})).headers["Set-Cookie"]
    name_value, *flags = cookie.split("; ")
    assert re.fullmatch(r"ccs_login=[\w-]{43}", name_value)
    kinds = {flag.split("=")[0].lower() for flag in flags}
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} < set(flags) and "expires" in kinds and "domain" not in kinds
    assert ("secure" in kinds) is secure


@pytest.mark.gen_test
async def test_a_program_comes_in_by_its_token(stage: Stage, browser) -> None:
    await stage.start()
    erp, reader = await browser(), await browser()
    erp.http.headers["Authorization"] = f"Bearer {TOKEN}"
    me = (await erp.get("/api/me")).json()["data"]
    assert me == {"authRequired": True, "csId": "erp", "name": "进销存", "role": "agent"}
    for socket in (await erp.socket("erp"), await reader.socket("erp", f"?token={TOKEN}")):
        assert '"hello"' in str(await socket.read_message())
        socket.close()
    assert await close_code(await reader.socket("erp", "?token=wrong")) == 4401
    assert await close_code(await reader.socket("erp", f"?token={TOKEN}&token=wrong")) == 4401
    assert (await reader.get(f"/api/me?token={TOKEN}")).status_code == 401      # addresses end up in logs


@pytest.mark.gen_test
async def test_nobody_learns_who_exists(stage: Stage, browser) -> None:
    await stage.start()
    refusals = [
        await (await browser()).logs_in(*who)
        for who in [("wang", "wrong"), ("nobody", "wrong"), ("new", ""), ("erp", ""), ("wang", PASSWORDS["li"])]
    ]
    assert {(answer.status_code, answer.text) for answer in refusals} == {(401, refusals[0].text)}
    assert "Set-Cookie" not in refusals[0].headers and "密码不正确" in refusals[0].text


@pytest.mark.gen_test
async def test_another_sites_page_logs_nobody_in(stage: Stage, browser) -> None:
    await stage.start()
    assert (await (await browser()).logs_in("wang", Origin="https://evil.example")).status_code == 403


@pytest.mark.gen_test
async def test_while_access_is_open_there_is_nothing_to_log_in_to(stage: Stage, browser, settings) -> None:
    await stage.start(evolve(settings, auth=AuthSettings()))
    anyone = await browser()
    assert (await anyone.get("/api/me")).json()["data"] == {"authRequired": False}
    assert (await anyone.logs_in("wang")).status_code == 400
    assert (await anyone.post("/api/logout")).status_code == 200


# Being oneself


@pytest.mark.gen_test
@pytest.mark.parametrize("verb", ["accept", "takeover", "release", "transfer", "close", "messages/m/retry"])
async def test_an_agent_acts_for_herself_only(stage: Stage, browser, verb: str) -> None:
    await stage.start()
    li = await browser("li")
    await stage.customer().says("在吗？")
    session = (await li.get("/api/sessions")).json()["data"][0]
    answer = await li.post(f"/api/sessions/{session['sessionId']}/{verb}", {"csId": "wang"})
    assert (answer.status_code, answer.json()["code"]) == (403, 403) and "本人" in answer.json()["message"]
    assert (await li.get("/api/sessions")).json()["data"] == [session]


@pytest.mark.gen_test
async def test_an_agent_opens_her_own_line_only_and_a_supervisor_any(stage: Stage, browser) -> None:
    await stage.start()
    li, zhao = await browser("li"), await browser("zhao")
    assert await close_code(await li.socket("wang")) == 4403
    socket = await zhao.socket("wang")
    assert '"csId":"wang"' in str(await socket.read_message())
    socket.close()
    assert await close_code(await zhao.socket("nobody")) == 4403


@pytest.mark.gen_test
async def test_what_is_said_is_signed_by_who_said_it(stage: Stage, browser) -> None:
    await stage.start()
    wang, li, zhao = await browser("wang"), await browser("li"), await browser("zhao")
    path = f"/api/sessions/{await held_by_wang(stage, wang)}"
    assert (await li.post(f"{path}/message", {"content": "我来"})).status_code == 403
    assert (await li.post(f"{path}/close")).status_code == 403
    assert (await wang.post(f"{path}/message", {"content": "您好"})).json()["data"]["senderId"] == "wang"
    assert (await zhao.post(f"{path}/message", {"content": "我是主管"})).json()["data"]["senderId"] == "zhao"
    assert (await zhao.get(path)).json()["data"]["manualCsId"] == "wang"
    assert (await zhao.post(f"{path}/transfer", {"toCsId": "li"})).json()["data"]["manualCsId"] == "li"
    assert (await wang.post(f"{path}/close")).status_code == 403
    assert (await li.post(f"{path}/close")).status_code == 200


@pytest.mark.gen_test
async def test_while_somebody_holds_a_session_its_words_are_hers(stage: Stage, browser) -> None:
    await stage.start()
    wang, li, zhao = await browser("wang"), await browser("li"), await browser("zhao")
    path = f"/api/sessions/{await held_by_wang(stage, wang)}"
    places = (path, f"{path}/history", f"{path}/history?limit=1", "/api/sessions")
    for place in places:
        assert SECRET_WORDS in (await wang.get(place)).text and SECRET_WORDS in (await zhao.get(place)).text
        seen = await li.get(place)
        assert SECRET_WORDS not in seen.text and seen.status_code == (403 if "history" in place else 200)
    assert (await wang.post(f"{path}/close")).status_code == 200
    for place in places:
        assert SECRET_WORDS in (await li.get(place)).text, "of what is over, colleagues may learn"


@pytest.mark.gen_test
async def test_a_search_finds_no_words_that_one_may_not_read(stage: Stage, browser) -> None:
    await stage.start()
    wang, li, zhao = await browser("wang"), await browser("li"), await browser("zhao")
    path = f"/api/sessions/{await held_by_wang(stage, wang)}"

    async def finds(who: Browser, text: str) -> tuple[int, str]:
        answer = await who.get(f"/api/sessions?q={text}")
        return len(answer.json()["data"]), answer.headers["X-Total-Count"]

    assert await finds(wang, "三一〇") == await finds(zhao, "三一〇") == (1, "1")
    assert await finds(li, "三一〇") == (0, "0") and await finds(li, "陈女士") == (1, "1")
    await wang.post(f"{path}/close")
    assert await finds(li, "三一〇") == (1, "1")


@pytest.mark.gen_test
async def test_a_history_ends_where_it_was_when_it_was_asked_for(stage: Stage, browser, monkeypatch) -> None:
    """Somebody may accept while the pages are read; what is said then is not for whoever asked before."""
    await stage.start()
    wang, li = await browser("wang"), await browser("li")
    await stage.customer().says("在吗？")
    path = f"/api/sessions/{(await li.get('/api/sessions')).json()['data'][0]['sessionId']}"
    pool = stage.server._archive._pool
    release = threading.Event()
    stuck = [pool.submit(release.wait) for _ in range(2)]           # every reader is busy
    reading = [asyncio.ensure_future(li.get(f"{path}/history{page}"))
               for page in ("", "?limit=9", "?after=0", "?before=99", "?around=1")]
    await until(lambda: pool._work_queue.qsize() == len(reading))
    assert (await wang.post(f"{path}/accept", {"csId": "wang"})).status_code == 200
    assert (await wang.post(f"{path}/message", {"content": SECRET_WORDS})).status_code == 200
    release.set()
    for answer in await asyncio.gather(*reading):
        assert [message["content"] for message in answer.json()["data"]] == ["在吗？"]
    assert all(done.result() for done in stuck)


@pytest.mark.gen_test
async def test_nobody_learns_of_a_colleagues_words_by_guessing_their_id(stage: Stage, browser) -> None:
    await stage.start()
    wang, li, zhao = await browser("wang"), await browser("li"), await browser("zhao")
    path = f"/api/sessions/{await held_by_wang(stage, wang)}/message"
    said = await wang.post(path, {"content": SECRET_WORDS, "clientMsgId": "1"})
    for words in (SECRET_WORDS, "x"):
        assert (await li.post(path, {"content": words, "clientMsgId": "1"})).status_code == 403
    again = await wang.post(path, {"content": SECRET_WORDS, "clientMsgId": "1"})
    assert again.json()["data"]["msgId"] == said.json()["data"]["msgId"]
    assert (await zhao.post(path, {"content": "x", "clientMsgId": "1"})).json()["code"] == 4004


@pytest.mark.gen_test
async def test_whoever_may_answer_may_send_again_what_the_assistant_could_not(
    stage: Stage, browser, settings, gateway
) -> None:
    gateway.moods.append(answers(2002))
    await stage.start(evolve(settings, assistant=AssistantSettings()))
    li = await browser("li")
    await stage.customer().says("在吗？")
    path = f"/api/sessions/{(await li.get('/api/sessions')).json()['data'][0]['sessionId']}"

    async def failed() -> str | None:
        messages = (await li.get(f"{path}/history")).json()["data"]
        return next((each["msgId"] for each in messages if each.get("delivery", {}).get("state") == "failed"), None)

    while not (message_id := await failed()):
        pass
    assert (await li.post(f"{path}/messages/{message_id}/retry")).status_code == 200


# How a login ends


@pytest.mark.gen_test
async def test_a_login_survives_a_restart_and_its_agents_password_ends_it(stage: Stage, browser, settings) -> None:
    await stage.start()
    wang, li = await browser("wang"), await browser("li")
    await stage.stop()
    await stage.start()
    assert (await wang.me(), await li.me()) == ("wang", "li")

    await stage.stop()
    again = {"wang": evolve(settings.agents[0], password_hash=hash_password("another password"))}
    agents = tuple(again.get(agent.id, agent) for agent in settings.agents if agent.id != "li")
    await stage.start(evolve(settings, agents=agents))
    assert (await wang.me(), await li.me()) == (None, None)
    assert (await wang.logs_in("wang")).status_code == 401
    assert (await wang.logs_in("wang", "another password")).status_code == 200


@pytest.mark.gen_test
async def test_a_browser_has_one_login(stage: Stage, browser) -> None:
    await stage.start()
    wang = await browser("wang")
    before = wang.http.cookies["ccs_login"]
    assert (await wang.logs_in("wang")).status_code == 200 and logins_on_disk(stage) <= 2
    wang.http.cookies["ccs_login"] = before
    assert await wang.me() is None


@pytest.mark.gen_test
async def test_a_login_lasts_its_hours_and_takes_its_sockets_along(stage: Stage, browser, settings, clock) -> None:
    await stage.start(evolve(settings, auth=AuthSettings(required=True, session_hours=2)))
    wang = await browser("wang")
    socket = await wang.socket("wang")
    clock.ahead = timedelta(hours=2, seconds=-5)
    assert await wang.me() == "wang"
    clock.ahead = timedelta(hours=2)
    assert await wang.me() is None and await close_code(socket) == 4401
    await until(lambda: logins_on_disk(stage) == 0)


def logins_on_disk(stage: Stage) -> int:
    with closing(database.connect(stage.settings.server.data_dir / "ccs.db", read_only=True)) as connection:
        return connection.execute("SELECT count(*) FROM logins").fetchone()[0]


@pytest.mark.gen_test
async def test_a_logout_ends_this_login_and_no_other(stage: Stage, browser) -> None:
    await stage.start()
    desktop, phone = await browser("wang"), await browser("wang")
    stolen = desktop.http.cookies["ccs_login"]
    here, there = await desktop.socket("wang"), await phone.socket("wang")
    assert (await desktop.post("/api/logout")).status_code == 200
    assert await close_code(here) == 4401
    assert "ccs_login" not in desktop.http.cookies
    desktop.http.cookies["ccs_login"] = stolen
    assert await desktop.me() is None and await phone.me() == "wang"
    await stage.customer().says("在吗？")
    assert '"hello"' in str(await there.read_message())
    assert '"new_pending_session"' in str(await there.read_message())
    there.close()


@pytest.mark.gen_test
@pytest.mark.parametrize("fault", ["before", "lost commit", "done commit"])
async def test_a_logout_that_the_disk_did_not_take_can_be_asked_for_again(stage: Stage, browser, fault: str) -> None:
    await stage.start()
    wang = await browser("wang")
    socket = await wang.socket("wang")
    journal = stage.server._journal
    journal._connection = FaultyConnection(journal._connection, fault)
    refused = await wang.post("/api/logout")
    assert refused.status_code == 503 and "ccs_login" in wang.http.cookies
    assert await close_code(socket) == 4401, "and nothing more is told, whatever the disk says"
    await until(lambda: journal.is_healthy)
    stolen = wang.http.cookies["ccs_login"]
    assert (await wang.post("/api/logout")).status_code == 200
    wang.http.cookies["ccs_login"] = stolen
    assert await wang.me() is None


@pytest.mark.gen_test
async def test_after_its_goodbye_a_socket_is_not_heard(stage: Stage, browser) -> None:
    await stage.start()
    wang, admin = await browser("wang"), await browser("admin")
    session_id = await held_by_wang(stage, wang)
    assert stage.server
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write((
        f"GET /ws/cs/wang HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Cookie: ccs_login={wang.http.cookies['ccs_login']}\r\n\r\n"
    ).encode())
    await reader.readuntil(b'"hello"')
    await admin.post("/api/logout", {"csId": "wang"})
    await reader.readuntil(struct.pack("!H", 4401) + b"login needed")
    mark = json.dumps({"type": "read", "sessionId": session_id, "seq": 99}).encode()
    writer.write(struct.pack("!BB4x", 0x81, 0x80 | len(mark)) + mark + struct.pack("!BB4x", 0x88, 0x80))
    assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
    writer.close()
    assert (await admin.get(f"/api/sessions/{session_id}")).json()["data"]["unread"] == 1


@pytest.mark.gen_test
async def test_a_login_that_was_ended_does_not_come_back(stage: Stage, browser, settings, clock) -> None:
    await stage.start()
    wang, li, zhao = await browser("wang"), await browser("li"), await browser("zhao")
    shorter = evolve(settings, auth=AuthSettings(required=True, session_hours=1))
    without_li = evolve(settings, agents=tuple(agent for agent in settings.agents if agent.id != "li"))
    for each in (without_li, settings):
        await stage.stop()
        await stage.start(each)
    assert (await wang.me(), await li.me()) == ("wang", None), "the agent was taken out of the file meanwhile"
    await stage.stop()
    await stage.start(shorter)
    clock.ahead = timedelta(hours=1)
    assert await wang.me() is None, "the hours are fewer now"

    clock.ahead = timedelta()
    assert await zhao.me() == "zhao"
    copy = settings.server.data_dir.parent / "copy.db"
    database.backup(settings.server.data_dir / "ccs.db", copy)
    stolen = zhao.http.cookies["ccs_login"]
    await zhao.post("/api/logout")
    await stage.customer().says("在吗？")
    await stage.stop()
    for file in settings.server.data_dir.glob("ccs.db*"):
        file.unlink()
    copy.rename(settings.server.data_dir / "ccs.db")
    await stage.start(settings)
    zhao.http.cookies["ccs_login"] = stolen
    assert await zhao.me() is None, "the database is an older copy"


@pytest.mark.gen_test
async def test_an_admin_ends_anybodys_logins_and_an_agent_all_her_own(stage: Stage, browser) -> None:
    await stage.start()
    wang, li, zhao, admin = [await browser(cs_id) for cs_id in ("wang", "li", "zhao", "admin")]
    for other in (li, zhao):
        assert (await other.post("/api/logout", {"csId": "wang"})).status_code == 403
    assert (await admin.post("/api/logout", {"csId": "wang"})).status_code == 200
    assert await wang.me() is None and await admin.me() == "admin"
    assert (await li.post("/api/logout", {"csId": "li"})).status_code == 200
    assert await li.me() is None
    assert (await li.post("/api/logout", {"csId": "zhao"})).status_code == 401
    assert await zhao.me() == "zhao"


# Guessing


@pytest.mark.gen_test
async def test_guessing_gets_slower_and_slower(stage: Stage, browser, settings, clock) -> None:
    await stage.start(evolve(settings, server=evolve(settings.server, xheaders=True)))
    guesser = await browser()

    async def tries(password: str = "wrong", address: str = "192.0.2.1", cs_id: str = "wang") -> httpx.Response:
        return await guesser.logs_in(cs_id, password, **{"X-Forwarded-For": address})

    assert [(await tries()).status_code for _ in range(3)] == [401, 401, 401]
    for wait in (1, 2, 4, 8, 16, 32, 60, 60):
        clock.ahead -= timedelta(days=1)
        assert 0 < int((await tries()).headers["Retry-After"]) <= wait, "a clock that was set back is no reason to wait"
        clock.ahead += timedelta(days=1)
        refused = await tries(PASSWORDS["wang"])        # not even looked at
        assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= wait
        assert refused.json()["data"]["retryAfter"] == int(refused.headers["Retry-After"])
        clock.ahead += timedelta(seconds=wait)
        assert (await tries()).status_code == 401
    assert (await tries(PASSWORDS["wang"], "192.0.2.2")).status_code == 200, "others come in meanwhile"
    clock.ahead += timedelta(seconds=60)
    assert (await tries(PASSWORDS["wang"])).status_code == 200
    assert (await tries()).status_code == 401, "and after that the count is new"


@pytest.mark.gen_test
async def test_one_address_cannot_guess_at_everybody(stage: Stage, browser, clock) -> None:
    await stage.start()
    guesser = await browser()
    await guesser.logs_in("li")
    await guesser.post("/api/logout")
    codes = [(await guesser.logs_in(f"agent-{number}", "wrong")).status_code for number in range(21)]
    assert codes == [401] * 20 + [429]
    assert (await guesser.logs_in("wang")).status_code == 429
    assert (await guesser.logs_in("li")).status_code == 200, "who got in from here before is not held up"
    clock.ahead += timedelta(seconds=5)
    assert (await guesser.logs_in("wang")).status_code == 200, "and the others not for long"


@pytest.mark.gen_test
@pytest.mark.parametrize("first, second, one_place", [
    ("192.0.2.1", "192.0.2.2", False), ("::ffff:192.0.2.1", "192.0.2.1", True), ("::ffff:192.0.2.1", "::1", False),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False), ("2001:db8::1", "2001:db8::ffff", True),
    ("2001:db8::1", "2001:db8:0:1::1", False), ("192.0.2.1, 198.51.100.7", "192.0.2.2, 198.51.100.7", True),
])
async def test_what_counts_as_one_place(stage: Stage, browser, settings, first, second, one_place) -> None:
    await stage.start(evolve(settings, server=evolve(settings.server, xheaders=True)))
    guesser = await browser()
    for number in range(3):
        await guesser.logs_in("wang", "wrong", **{"X-Forwarded-For": first, "X-Real-Ip": f"198.51.100.{number}"})
    answer = await guesser.logs_in("wang", "wrong", **{"X-Forwarded-For": second, "X-Real-Ip": "198.51.100.9"})
    assert answer.status_code == (429 if one_place else 401)


@pytest.mark.gen_test
async def test_passwords_are_checked_one_at_a_time_and_off_the_loop(stage: Stage, browser, monkeypatch) -> None:
    await stage.start()
    running, most, gate = [0], [0], threading.Event()

    def slow(*_: str) -> bool:
        running[0] += 1
        most[0] = max(most[0], running[0])
        gate.wait(PATIENCE)
        running[0] -= 1
        return False

    monkeypatch.setattr(accounts, "verify_password", slow)
    guesser = await browser()
    attempts = asyncio.gather(*(guesser.logs_in(f"agent-{number}", "wrong") for number in range(20)))
    await until(lambda: running[0])
    assert (await stage.get("/healthz")).status_code == 200 and not attempts.done()
    gate.set()
    codes = [answer.status_code for answer in await attempts]
    assert most[0] == 1 and set(codes) == {401, 429} and codes.count(401) == accounts.MOST_WAITING


def test_waits_double_end_and_are_forgotten() -> None:
    backoff = Backoff(free=2, longest=60)
    for now in (0.0, 1.0):
        assert backoff.wait("a", now) == 0
        backoff.failed("a", now)
    assert (backoff.wait("a", 1.0), backoff.wait("a", 1.5), backoff.wait("a", 2.0), backoff.wait("b", 1.0)) == (
        1.0, 0.5, 0.0, 0.0)
    for _ in range(100):
        backoff.failed("a", 10.0)
    assert backoff.wait("a", 10.0) == 60.0
    backoff.failed("a", 10.0 + 3601)
    assert backoff.wait("a", 10.0 + 3601) == 0.0
    for number in range(20_000):
        backoff.failed(str(number), 0.0)
    assert len(backoff._failures) == 10_000


# What is kept


@pytest.mark.gen_test
async def test_neither_token_nor_password_is_kept_or_logged(stage: Stage, browser, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    await stage.start()
    wang, reader = await browser("wang"), await browser()
    cookie = wang.http.cookies["ccs_login"]
    (await wang.socket("wang")).close()
    (await reader.socket("erp", f"?token={TOKEN}")).close()
    await reader.logs_in("li", "a wrong guess")
    await stage.stop()
    kept = b"".join(file.read_bytes() for file in Path(stage.settings.server.data_dir).rglob("*") if file.is_file())
    assert hashlib.sha256(cookie.encode()).hexdigest().encode() in kept
    ours = [record for record in caplog.records if not record.name.startswith("http")]     # not the test's own client
    said = "\n".join(record.getMessage() for record in ours)
    assert "agent wang logged in from 127.0.0.1" in said
    for secret in (cookie, TOKEN, PASSWORDS["wang"], "a wrong guess"):
        assert secret.encode() not in kept and secret not in said


@pytest.mark.gen_test
async def test_a_login_that_the_disk_did_not_take_is_none(stage: Stage, browser, monkeypatch) -> None:
    monkeypatch.setattr(Puller, "resume", lambda puller: None)      # which would keep its token just then
    await stage.start()
    assert stage.server
    journal = stage.server._journal
    journal._connection = FaultyConnection(journal._connection, "lost commit")
    wang = await browser()
    refused = await wang.logs_in("wang")
    assert refused.status_code == 503 and "Set-Cookie" not in refused.headers
    await until(lambda: journal.is_healthy)
    assert (await wang.logs_in("wang")).status_code == 200


def test_a_password_is_the_same_on_every_keyboard() -> None:
    assert verify_password(hash_password("ｐａｓｓｗｏｒｄ１２３"), "password123")
    assert not verify_password(hash_password("password123"), "Password123") and not verify_password("no hash", "x")


# The command line


def test_hash_password_prints_a_line_for_config_toml() -> None:
    code, said, complained = ccs("hash-password", input="correct horse\n")
    assert (code, complained) == (0, "") and "correct horse" not in said
    found = re.fullmatch(r'password_hash = "(\$argon2id\$.*)"\n', said)
    assert found and verify_password(found[1], "correct horse")
    refuses(ccs("hash-password", input="short\n"), "a password has 8 to 256 characters")
    refuses(ccs("hash-password", input="with a\ttab\n"), "no keyboard writes")


def test_new_token_prints_a_token_and_a_line_for_config_toml() -> None:
    code, said, complained = ccs("new-token")
    token, token_hash = re.fullmatch(r'# .*: ([\w-]{43})\ntoken_hash = "([0-9a-f]{64})"\n', said).groups()
    assert (code, complained, hash_token(token)) == (0, "", token_hash)
