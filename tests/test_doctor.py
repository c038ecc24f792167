"""The checkup: every usual trouble is named with its cause and its cure, in Chinese; a healthy shop has none."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import define, evolve, field
from tornado.ioloop import IOLoop

import server
from ccs import config, settings as sections
from ccs.accounts import hash_token
from ccs.channels import CHANNELS
from ccs.channels.http import Http, Reply
from ccs.channels.reach import shown
from ccs.channels.wecom.errcodes import NO_KF
from ccs.checkup import doctor
from ccs.checkup.doctor import Doctor, Report, Result, Step, Visit, examine, ok
from ccs.checkup.premises import Premises
from ccs.checkup.prescription import REMEDIES
from ccs.demo.gateway import Gateway
from ccs.demo.wecom import WeCom
from ccs.errors import StoreUnavailable
from ccs.models import utc_now
from ccs.settings import AgentSettings, AuthSettings, Config
from store.look import Look
from tests.alone import tools
from tests.conftest import Stage, until
from tests.moods import fails, forgets, hangs, usual, wecom_answers
from tests.platforms import CORP, KEY, SECRET, TOKEN, gateway_message
from tests.process import Process, ccs, free_port

STEPS = ["config", "reach", "clock", "token", "public_url", "callback", "gateway", "accounts", "receptionists"]
OUTSIDE = "https://kf.example.com"
PROGRAM_TOKENS = {"zhao": "token-of-zhao", "li": "token-of-li"}


@pytest.fixture
def wecom(wecom: WeCom) -> WeCom:
    """With 微信客服: one account, at which 李娜 receives customers."""
    wecom.open_account("wkAAA", "小店客服")
    wecom.hire("wkAAA", "li.na")
    wecom.hire("wkAAA", "wang", receives=False)
    return wecom


# Examining


@define
class Records:
    """What the disk would know."""

    last: datetime | None = field(factory=utc_now)
    exists: bool = True
    broken: str | None = None
    streams: bool = True        # of 微信客服

    async def last_callback(self, channel: str) -> datetime | None:
        return self.last

    async def has_streams(self, channel: str) -> bool:
        return self.streams

    async def fault(self) -> str | None:
        return self.broken


class Outside(Http):
    """The internet, as far as we need it: our public address leads home, or to whoever else is there."""

    there = Reply(200, b'{"status":"ok","store":"ok"}')
    callback = Reply(405, b'{"code":405,"message":"-"}')

    async def get(self, url: str) -> Reply:
        if url.startswith(OUTSIDE):
            return self.there if url.endswith("/healthz") else self.callback
        return await super().get(url)


@define
class Clinic:
    """Examines one channel of these settings. Whatever is found holds no secret."""

    settings: Config
    records: Records = field(factory=Records)
    http: Outside = field(factory=Outside)
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return utc_now() + self.ahead

    def has(self, channel: str = "wechat", **changes: Any) -> "Clinic":
        channels = self.settings.channels
        changed = evolve(getattr(channels, channel), **changes)
        self.settings = evolve(self.settings, channels=evolve(channels, **{channel: changed}))
        return self

    async def finds(self, step: str, channel: str = "wechat") -> tuple[str, str]:
        """Result and words of a step, with what to do."""
        found = {finding.step: finding for finding in (await self.report(channel)).findings}[step]
        return found.result.value, f"{found.words} → {found.advice}"

    async def results(self, channel: str = "wechat") -> dict[str, str]:
        return {finding.step: finding.result.value for finding in (await self.report(channel)).findings}

    async def report(self, channel: str = "wechat") -> Report:
        visit = Visit(self.settings, self.records, self.now)
        if channel == "server":
            steps = Premises(visit).checkup()
        else:
            own = getattr(self.settings.channels, channel)
            steps = CHANNELS[channel](own, tools(self.http, self.now)).checkup(visit)
        report = await examine({channel: steps}, self.now)
        assert not any(secret in repr(report) for secret in secrets_of(self.settings))
        assert all(finding.advice for finding in report.findings if finding.result in (Result.WARN, Result.FAIL))
        assert all(in_chinese(finding.words) for finding in report.findings)
        return report


def secrets_of(settings: Config) -> list[str]:
    wechat, douyin = settings.channels.wechat, settings.channels.douyin
    given = (wechat.token, wechat.encoding_aes_key, wechat.secret, douyin.client_secret, SECRET, "geheim")
    return [secret for secret in given if secret]


def in_chinese(words: str) -> bool:
    return bool(re.search("[一-鿿]", words))


@pytest.fixture
def clinic(io_loop: IOLoop, settings: Config) -> Any:
    clinic = Clinic(evolve(settings, server=evolve(settings.server, public_url=OUTSIDE)))
    yield clinic
    io_loop.run_sync(clinic.http.close)


# WeCom


@pytest.mark.gen_test
async def test_a_healthy_channel_is_all_ok(clinic) -> None:
    assert await clinic.results() == dict.fromkeys(STEPS, "ok")
    douyin = await clinic.results("douyin")
    assert douyin.pop("grants") == "warn" and set(douyin.values()) == {"ok"}       # no account has been authorised
    assert set((await clinic.results("jd")).values()) == {"ok"}


@pytest.mark.gen_test
@pytest.mark.parametrize("changes, step, words", [
    ({"encoding_aes_key": ""}, "config", "没有填写接收消息里的 EncodingAESKey"),
    ({"token": "tokenOfTheTests "}, "config", "Token 应该是"),
    ({"corp_id": "我的公司"}, "config", "企业ID（corp_id）的格式不对"),
    ({"secret": "blank-behind "}, "config", "前后多了空格"),
    ({"secret": "another-secret"}, "token", "不认这个 secret（错误码 40001）"),
    ({"corp_id": "ww0000000000000000"}, "token", "不认这个企业 ID（错误码 40013）"),
    ({"api_base": "http://127.0.0.1:9"}, "reach", "连接不上 http://127.0.0.1:9"),
    ({"api_base": "https://api.nowhere.invalid"}, "reach", "域名解析（DNS）失败"),
])
async def test_a_setting_that_is_wrong_is_named(clinic, changes, step, words) -> None:
    result, said = await clinic.has(**changes).finds(step)
    assert result == "fail" and words in said


@pytest.mark.gen_test
@pytest.mark.parametrize("moods, step, result, words", [
    ([fails(502)], "reach", "fail", "HTTP 502"),
    ([forgets], "reach", "fail", "没有答复"),
    ([lambda call: call.finish("<html>") or True], "token", "fail", "可能不是企业微信"),
    ([wecom_answers(-1)], "token", "warn", "繁忙（错误码 -1）"),
    ([wecom_answers(45009)], "token", "warn", "等一小时"),
    ([wecom_answers(60020)], "token", "fail", "办公室的公网 IP"),
    ([wecom_answers(77777)], "token", "fail", "错误码 77777"),
    ([wecom_answers(0)], "token", "fail", "没有 access_token"),
    ([usual, wecom_answers(60020)], "accounts", "fail", "企业可信IP"),
    ([usual, wecom_answers(48002)], "accounts", "fail", "可调用接口的应用"),
    ([usual, wecom_answers(95011)], "accounts", "fail", "不能用来调用微信客服接口"),
    ([usual, wecom_answers(95012)], "accounts", "fail", "不能用来调用微信客服接口"),
    ([usual, wecom_answers(95017)], "accounts", "fail", "API 功能没有打开"),
    ([usual, fails(500)], "accounts", "fail", "HTTP 500"),
    ([usual, usual, wecom_answers(95004)], "receptionists", "fail", "可能已被删除"),
])
async def test_what_wecom_says_becomes_a_cause_and_a_cure(clinic, wecom, moods, step, result, words) -> None:
    wecom.moods += moods
    found, said = await clinic.finds(step)
    assert found == result and words in said


@pytest.mark.gen_test
@pytest.mark.parametrize("code", sorted(NO_KF))
async def test_a_company_with_an_app_alone_is_left_in_peace_and_one_with_kf_is_not(clinic, wecom, code) -> None:
    wecom.habits["kf/account/list"] = wecom_answers(code)
    assert (await clinic.finds("accounts"))[0] == "fail"
    clinic.records.streams = False                              # never woken, while its members write
    report = await clinic.report("wechat")
    assert report.is_fine and [each.result.value for each in report.findings[-2:]] == ["skipped", "skipped"]
    assert "只用自建应用" in (await clinic.finds("accounts"))[1]
    clinic.records.last = None                                  # nobody has written yet: who knows
    assert (await clinic.finds("accounts"))[0] == "fail"
    clinic.records.last = utc_now()
    assert (await clinic.has(welcome="您好").finds("accounts"))[0] == "fail"


@pytest.mark.gen_test
async def test_while_wecom_is_busy_nothing_is_made_of_what_was_not_learnt(clinic, wecom) -> None:
    wecom.moods.append(wecom_answers(-1))
    results = await clinic.results()
    assert (results["token"], results["accounts"], results["receptionists"]) == ("warn", "skipped", "skipped")
    wecom.moods += [usual, wecom_answers(45033)]
    results = await clinic.results()
    assert (results["token"], results["accounts"], results["receptionists"]) == ("ok", "warn", "skipped")


@pytest.mark.gen_test
async def test_an_address_that_wecom_does_not_trust_is_shown_so_that_it_can_be_copied(clinic, wecom) -> None:
    def mood(call: Any) -> bool:
        call.finish({"errcode": 60020, "errmsg": (
            "not allow to access from your ip, hint: [1767002000123], from ip: 203.0.113.77, more info at https://…")})
        return True
    wecom.moods.append(mood)
    _, said = await clinic.finds("token")
    assert "203.0.113.77（错误码 60020）" in said and "把 203.0.113.77 加进去" in said


@pytest.mark.gen_test
@pytest.mark.parametrize("seconds, result, words", [
    (0, "ok", "一致"), (50, "ok", "一致"), (90, "warn", "快了"), (-90, "warn", "慢了"),
    (400, "fail", "超过了允许的 300 秒"), (-400, "fail", "回调会被拒绝"),
])
async def test_a_clock_that_goes_wrong_is_seen(clinic, seconds, result, words) -> None:
    clinic.ahead = timedelta(seconds=seconds)
    found, said = await clinic.finds("clock")
    assert found == result and words in said


@pytest.mark.gen_test
async def test_a_clock_is_no_fault_where_callbacks_may_be_of_any_age(clinic) -> None:
    clinic.ahead = timedelta(seconds=400)
    assert (await clinic.has(replay_window_seconds=0).finds("clock"))[0] == "warn"


@pytest.mark.gen_test
async def test_without_accounts_the_merchant_is_told_to_make_one(clinic, wecom) -> None:
    wecom.accounts.clear()
    result, said = await clinic.finds("accounts")
    assert result == "fail" and "还没有客服账号" in said and "新建一个客服账号" in said
    assert (await clinic.results())["receptionists"] == "skipped"


@pytest.mark.gen_test
async def test_accounts_that_are_not_ours_to_answer_are_named(clinic, wecom) -> None:
    wecom.open_account("wkBBB", "售后", manage_privilege=False)
    result, said = await clinic.finds("accounts")
    assert result == "warn" and "可以使用：“小店客服”" in said and "“售后”没有交给这个应用" in said
    del wecom.accounts["wkAAA"]
    result, said = await clinic.finds("accounts")
    assert result == "fail" and "“售后”都没有交给" in said


@pytest.mark.gen_test
async def test_more_accounts_than_one_page_are_all_counted(clinic, wecom) -> None:
    for number in range(149):
        wecom.open_account(f"wk{number}", f"分店{number}")
    assert "150 个客服账号可以使用" in (await clinic.finds("accounts"))[1]
    assert wecom.calls.count("kf/servicer/list") == 20      # and not all are asked who is there


@pytest.mark.gen_test
async def test_where_nobody_receives_only_the_workbench_answers(clinic, wecom) -> None:
    wecom.accounts["wkAAA"].servicers["li.na"].receives = False
    result, said = await clinic.finds("receptionists")
    assert result == "warn" and "只有本工作台会答复" in said
    wecom.accounts["wkAAA"].departments.append(2)
    assert (await clinic.finds("receptionists"))[0] == "ok"


@pytest.mark.gen_test
async def test_without_a_secret_what_can_be_looked_at_is_looked_at(clinic, wecom) -> None:
    results = await clinic.has(secret="").results()
    assert results["config"] == "warn" and results["reach"] == results["clock"] == "ok"
    assert results["token"] == results["accounts"] == results["receptionists"] == "skipped"


@pytest.mark.gen_test
async def test_wechat_through_a_gateway_alone_does_not_ask_wecom(clinic, wecom) -> None:
    clinic.has(corp_id="", token="", encoding_aes_key="", secret="")
    results = await clinic.results()
    assert results["config"] == results["gateway"] == "ok" and results["reach"] == "skipped"
    assert not wecom.calls


# The way in, and gateways


@pytest.mark.gen_test
async def test_without_a_public_address_the_merchant_is_asked_for_one(clinic) -> None:
    clinic.settings = evolve(clinic.settings, server=evolve(clinic.settings.server, public_url=""))
    result, said = await clinic.finds("public_url")
    assert result == "warn" and "没有填写 server.public_url" in said and "https://kf.example.com" in said


@pytest.mark.gen_test
async def test_an_address_where_somebody_else_answers_is_a_fault_unless_platforms_come_in(clinic) -> None:
    clinic.http.there = clinic.http.callback = Reply(200, b"<html>Welcome to nginx!</html>")
    clinic.records.last = None
    result, said = await clinic.finds("public_url")
    assert result == "fail" and "不是本服务" in said
    clinic.records.last = utc_now() - timedelta(hours=2)
    result, said = await clinic.finds("public_url")
    assert result == "warn" and "收到过平台的回调" in said


@pytest.mark.gen_test
async def test_a_proxy_that_lets_through_only_callbacks_is_fine(clinic) -> None:
    clinic.http.there = Reply(404, b"not found")
    assert (await clinic.finds("public_url"))[0] == "ok"


@pytest.mark.gen_test
async def test_a_public_address_without_encryption_is_worth_a_word(clinic, stage: Stage) -> None:
    await stage.start()
    clinic.settings = evolve(clinic.settings, server=evolve(clinic.settings.server, public_url=stage.base))
    result, said = await clinic.finds("public_url")
    assert result == "warn" and "不是 https" in said


@pytest.mark.gen_test
@pytest.mark.parametrize("last, result, words", [
    (timedelta(), "ok", "刚刚"), (timedelta(hours=3), "ok", "3 小时前"), (timedelta(days=9), "warn", "9 天前"),
    (None, "warn", "把回调地址 https://kf.example.com/wecom/callback 填到平台后台"),
])
async def test_the_last_callback_is_told(clinic, last, result, words) -> None:
    clinic.records.last = None if last is None else utc_now() - last
    found, said = await clinic.finds("callback")
    assert found == result and words in said


@pytest.mark.gen_test
@pytest.mark.parametrize("changes, step, result, words", [
    ({"gateway_secret": ""}, "config", "fail", "没有填写 gateway_secret"),
    ({"gateway_secret": f" {SECRET}"}, "config", "fail", "前后多了空格"),
    ({"gateway_url": ""}, "config", "warn", "回复发不出去"),
    ({"gateway_url": "http://user:geheim@127.0.0.1:9/x?key=geheim"}, "gateway", "fail", "连接不上 http://127.0.0.1:9 "),
    ({"gateway_url": "https://127.0.0.1:x"}, "gateway", "fail", "写错了"),
])
async def test_a_gateway_that_is_not_set_up_is_seen(clinic, changes, step, result, words) -> None:
    found, said = await clinic.has("jd", **changes).finds(step, "jd")
    assert found == result and words in said


@pytest.mark.gen_test
async def test_douyin_is_asked_for_its_own_secrets_before_a_gateways(clinic) -> None:
    assert "client_key" in (await clinic.has("douyin", client_key="").finds("config", "douyin"))[1]
    assert "client_secret 前后多了空格" in (
        await clinic.has("douyin", client_secret=" x").finds("config", "douyin"))[1]
    clinic.has("douyin", client_secret="", gateway_secret="")
    assert (await clinic.finds("config", "douyin"))[0] == "fail"


@pytest.mark.gen_test
async def test_https_where_none_is_spoken_is_told_from_a_line_that_is_dead(clinic) -> None:
    async def speaks_plainly(reader: Any, writer: Any) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(speaks_plainly, "127.0.0.1") as plain:
        url = f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}"
        assert "加密连接（TLS）没有建立" in (await clinic.has("jd", gateway_url=url).finds("gateway", "jd"))[1]


def test_of_an_address_only_what_is_no_secret_is_shown() -> None:
    assert shown("https://user:geheim@h.example:8443/path?token=geheim#x") == "https://h.example:8443"
    assert shown("http://[::1]:80/") == "http://[::1]:80"


@pytest.mark.gen_test
async def test_a_proxy_in_between_is_named_without_its_password(clinic, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:geheim@127.0.0.1:9")
    clinic.http = Outside()                 # which reads the environment
    result, said = await clinic.has(api_base="https://api.nowhere.invalid").finds("reach")
    assert result == "fail" and "（经过代理 http://127.0.0.1:9）" in said


# The machine


@pytest.mark.gen_test
async def test_the_machine_is_fine_and_its_troubles_have_names(clinic, tmp_path: Path, monkeypatch) -> None:
    clinic.settings = evolve(clinic.settings, server=evolve(clinic.settings.server, public_url=""))
    assert set((await clinic.results("server")).values()) == {"ok"}
    clinic.records.broken = "row 3 missing from index"
    assert "备份恢复" in (await clinic.finds("database", "server"))[1]
    monkeypatch.setattr("ccs.checkup.premises.LITTLE_SPACE", 10**18)
    assert (await clinic.finds("data", "server"))[0] == "warn"
    (tmp_path / "file").write_text("")
    no_folder = evolve(clinic.settings.server, data_dir=tmp_path / "file" / "data", public_url=OUTSIDE)
    clinic.settings = evolve(clinic.settings, server=no_folder)
    assert (await clinic.finds("data", "server"))[0] == "fail"
    assert "没有启用登录" in (await clinic.finds("logins", "server"))[1]


# Steps and their time


@pytest.mark.gen_test
async def test_a_step_that_nobody_answers_ends_and_takes_along_what_needs_it(clinic, wecom, monkeypatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.05)
    wecom.moods.append(hangs)
    report = {finding.step: finding for finding in (await clinic.report()).findings}
    assert report["reach"].result == "fail" and "没有答复" in report["reach"].words
    assert {report[step].result.value for step in ("clock", "token", "accounts", "receptionists")} == {"skipped"}
    assert "“连接企业微信”没有通过" in report["clock"].words


@pytest.mark.gen_test
async def test_a_step_that_breaks_is_a_finding_and_not_the_end_of_the_checkup(caplog) -> None:
    async def breaks() -> Any:
        raise KeyError("x")

    async def works() -> Any:
        return ok("好")

    report = await examine({"jd": [Step("a", "一", breaks), Step("b", "二", works)]}, utc_now)
    assert [finding.result.value for finding in report.findings] == ["fail", "ok"]
    assert "step a of jd failed" in caplog.text


@pytest.mark.gen_test
async def test_even_when_nobody_answers_it_ends_in_time(clinic) -> None:
    visit = Visit(clinic.settings, clinic.records, clinic.now)
    wechat = CHANNELS["wechat"](clinic.settings.channels.wechat, tools(clinic.http, clinic.now))
    chain: dict[str, int] = {}          # the most steps that are asked one after the other, up to each
    for step in wechat.checkup(visit):
        chain[step.name] = 1 + max((chain[name] for name in step.needs), default=0)
    assert doctor.PATIENCE <= 6 and doctor.PATIENCE * max(chain.values()) < 30


# By the API


@pytest.fixture
def guarded(settings: Config, monkeypatch) -> Config:
    """With logins, seen from outside over HTTPS."""
    monkeypatch.setattr(server, "Http", Outside)
    return evolve(
        settings, auth=AuthSettings(required=True), server=evolve(settings.server, public_url=OUTSIDE, xheaders=True),
        agents=tuple(AgentSettings(cs_id, role=role, token_hash=hash_token(PROGRAM_TOKENS[cs_id]))
                     for cs_id, role in (("zhao", "supervisor"), ("li", "agent"))),
    )


async def asks(stage: Stage, cs_id: str = "", **headers: str) -> httpx.Response:
    who = {"Authorization": f"Bearer {PROGRAM_TOKENS[cs_id]}"} if cs_id else {}
    return await stage.http.get(f"{stage.base}/api/doctor", headers={**who, **headers})


@pytest.mark.gen_test
async def test_a_supervisor_is_told_how_it_stands_and_an_agent_is_not(stage: Stage, guarded: Config) -> None:
    await stage.start(guarded)
    for channel in ("wecom", "douyin", "jd"):
        await stage.customer(channel=channel).says("在吗")
    answer = await asks(stage, "zhao")
    found = answer.json()["data"]["findings"]
    worse = {finding["step"]: finding["result"] for finding in found if finding["result"] != "ok"}
    assert answer.status_code == 200 and worse == {"grants": "warn"}, found     # no Douyin account is authorised
    assert [finding["step"] for finding in found if finding["channel"] == "wechat"] == STEPS
    assert [*dict.fromkeys(finding["channel"] for finding in found)] == ["server", "wechat", "douyin", "jd"]
    assert not any(secret in answer.text for secret in secrets_of(guarded))
    assert (await asks(stage, "li")).status_code == 403 and in_chinese((await asks(stage, "li")).text)
    assert (await asks(stage)).status_code == 401


@pytest.mark.gen_test
async def test_while_access_is_open_anybody_may_ask_but_no_other_sites_page(stage: Stage) -> None:
    await stage.start()
    assert (await asks(stage)).status_code == 200
    assert (await asks(stage, Origin="https://evil.example")).status_code == 403


@pytest.mark.gen_test
async def test_who_asks_while_a_checkup_runs_or_soon_after_shares_it(stage: Stage, wecom) -> None:
    await stage.start()
    await until(lambda: "kf/account/list" in wecom.calls)       # by what looks for news at each start
    wecom.calls.clear()
    first, second = await asyncio.gather(asks(stage), asks(stage))
    assert first.json() == second.json() == (await asks(stage)).json()
    assert wecom.calls.count("gettoken") == 1


@pytest.mark.gen_test
async def test_later_everything_is_asked_anew() -> None:
    now, runs = [utc_now()], []

    async def counts() -> Any:
        runs.append(1)
        return ok("好")

    examiner = Doctor(lambda: {"jd": [Step("a", "一", counts)]}, lambda: now[0])
    await examiner.report()
    await examiner.report()
    now[0] += timedelta(seconds=11)
    await examiner.report()
    now[0] -= timedelta(days=1)         # a clock put right is no reason to believe an old answer
    await examiner.report()
    assert len(runs) == 3


@pytest.mark.gen_test
async def test_one_who_no_longer_waits_takes_nothing_from_the_other_and_a_stop_tells_both() -> None:
    gate = asyncio.Event()

    async def waits() -> Any:
        await gate.wait()
        return ok("好")

    examiner = Doctor(lambda: {"jd": [Step("a", "一", waits)]}, utc_now)
    leaves, stays = asyncio.create_task(examiner.report()), asyncio.create_task(examiner.report())
    await asyncio.sleep(0)
    leaves.cancel()
    gate.set()
    assert (await stays).is_fine
    gate.clear()
    examiner = Doctor(lambda: {"jd": [Step("a", "一", waits)]}, utc_now)
    stays = asyncio.create_task(examiner.report())
    await asyncio.sleep(0)
    await examiner.stop()
    with pytest.raises(StoreUnavailable):
        await stays


# By the command


CONFIG = """
[server]
port = {port}
[channels.wechat]
enabled = true
corp_id = "{corp}"
token = "{token}"
encoding_aes_key = "{key}"
secret = "{secret}"
api_base = "{url}"
"""


@pytest.mark.gen_test
async def test_the_command_prints_what_it_finds_and_leaves_nothing_behind(tmp_path: Path, wecom) -> None:
    file = tmp_path / "config.toml"
    said = dict(port=free_port(), corp=CORP, token=TOKEN, key=KEY, url=wecom.url)
    file.write_text(CONFIG.format(**said, secret=wecom.secret))
    code, out, complaints = await asyncio.to_thread(ccs, "doctor", "--config", file)
    assert code == 0 and complaints == "" and "  ✓ 取得 access_token：企业ID 和 secret 正确" in out
    assert "  ! 外网地址：没有填写 server.public_url" in out and re.search(r"共 13 项：\d+ 项正常，2 项提醒", out)
    file.write_text(CONFIG.format(**said, secret="another-secret"))
    code, out, complaints = await asyncio.to_thread(ccs, "--config", file, "doctor")
    assert code == 1 and complaints == "" and "  ✗ 取得 access_token：企业微信不认这个 secret（错误码 40001）\n      → " in out
    assert not any(secret in out for secret in (TOKEN, KEY, "another-secret"))
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_settings_that_cannot_be_read_are_findings_too(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[channels.wechat]\nencoding_aes_key = "{KEY[1:]}"\n[server]\npublic_url = "kf"\nporrt = 1\n')
    code, out, complaints = ccs("--config", file, "doctor")
    assert code == 1 and complaints == "" and KEY[1:] not in out
    assert "EncodingAESKey 是 43 位" in out and "https:// 开头" in out and "porrt" in out and "共 3 项：3 项有问题" in out


def test_every_remedy_is_for_a_fault_that_there_is() -> None:
    source = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (config, sections))
    assert [words for words in REMEDIES if words not in source] == []


@pytest.mark.gen_test
async def test_the_command_works_beside_a_running_server_and_after_it(tmp_path: Path, gateway: Gateway) -> None:
    process = Process(tmp_path, gateway.url)
    await asyncio.to_thread(process.start)
    try:
        body = json.dumps(gateway_message("陈女士", "在吗", "m-1")).encode()
        assert (await asyncio.to_thread(process.callback, body)).status_code == 200
        code, out, _ = await asyncio.to_thread(ccs, "--config", tmp_path / "config.toml", "doctor")
        assert code == 0 and "最近一次收到平台的消息是" in out and "刚刚" in out and "没有发现损坏" in out
        assert (await asyncio.to_thread(process.callback, body)).status_code == 200
    finally:
        assert await asyncio.to_thread(process.stop) == 0
    before = listing(tmp_path / "data")
    code, out, _ = await asyncio.to_thread(ccs, "--config", tmp_path / "config.toml", "doctor")
    assert code == 0 and "刚刚" in out and listing(tmp_path / "data") == before


def listing(folder: Path) -> dict[str, int]:
    """What lies there and when it was written; readers share an index with the writer, which is no content."""
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if not path.name.endswith("-shm")}


# On the disk


@pytest.mark.gen_test
async def test_a_message_a_notice_and_a_nudge_all_count_as_a_callback(stage: Stage, settings, wecom) -> None:
    wecom.accounts.clear()
    await stage.start()
    look = Look(settings.server.data_dir / "ccs.db")
    assert await look.last_callback("jd") is None
    await stage.customer().says("在吗")
    assert utc_now() - await until_known(look, "jd") < timedelta(minutes=1)
    assert await look.last_callback("wechat") is None and not await look.has_streams("wechat")
    nudge = (
        f"<xml><ToUserName>{CORP}</ToUserName><CreateTime>1767001122</CreateTime><MsgType>event</MsgType>"
        "<Event>kf_msg_or_event</Event><Token>T</Token><OpenKfId>wkAAA</OpenKfId></xml>"
    )
    assert (await stage.wecom(nudge)).status_code == 200
    assert await look.last_callback("wechat") is not None and await look.has_streams("wechat")
    assert await look.last_callback("douyin") is None and not await look.has_streams("douyin")
    assert (await stage.envelope({"eventId": "evt-1", "type": "session_ended"}, "douyin")).status_code == 200
    assert await look.last_callback("douyin") is not None
    assert await look.fault() is None


async def until_known(look: Look, channel: str) -> datetime:
    found = await look.last_callback(channel)
    assert found is not None and found.tzinfo is UTC
    return found


@pytest.mark.gen_test
async def test_a_file_that_is_no_database_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "ccs.db").write_bytes(b"something else" * 1000)
    with pytest.raises(StoreUnavailable):
        await Look(tmp_path / "ccs.db").fault()
