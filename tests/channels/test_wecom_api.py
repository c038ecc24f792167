"""Members of WeCom's self-built app are answered by `message/send`, and what WeCom says becomes words for the agent."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from attrs import Factory, define, evolve

from ccs.channels import token
from ccs.channels.http import Http, Reply
from ccs.channels.wecom.api import Api
from ccs.channels.wecom.app import LONGEST_TEXT
from ccs.errors import DeliveryDelayed, DeliveryError, DeliveryRefused
from ccs.incoming.puller import Puller
from ccs.kept import Token
from ccs.settings import Config, WeChatSettings
from tests.alone import tools
from tests.conftest import AgentAtWork, Stage, until
from tests.moods import fails, forgets, usual, wecom_answers
from tests.platforms import CORP, wecom_text

SEND, TOKEN = "message/send", "gettoken"


@pytest.fixture(autouse=True)
def nobody_looks_for_accounts(monkeypatch) -> None:
    """Of 微信客服, so that every call is one of these tests."""
    monkeypatch.setattr(Puller, "resume", lambda puller: None)


@define
class Talk:
    """小王 holds 陈女士's session."""

    wang: AgentAtWork
    session_id: str

    async def says(self, text: str) -> dict:
        """What became of her answer, once it is no longer on its way."""
        sent = (await self.wang.replies(self.session_id, text)).json()["data"]
        told = await self.wang.hears("message_updated", lambda frame: (
            frame["data"]["msgId"] == sent["msgId"] and frame["data"]["delivery"]["state"] != "sending"))
        return told["data"]["delivery"]


async def talk(stage: Stage, settings: Config | None = None, inner: str = "") -> Talk:
    await stage.start(settings)
    wang = await stage.agent("wang")
    assert (await stage.wecom(inner or wecom_text("Chen.Jing", "在吗", "1"))).status_code == 200
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    return Talk(wang, session_id)


@pytest.mark.gen_test
async def test_an_answer_names_the_member_and_the_app_and_the_token_is_fetched_once(stage: Stage, wecom) -> None:
    chen = await talk(stage)
    assert (await chen.says("在的"))["state"] == (await chen.says("有货😀"))["state"] == "sent"
    assert list(wecom.said) == [
        {"touser": "Chen.Jing", "agentid": 1000007, "msgtype": "text", "text": {"content": text}}
        for text in ("在的", "有货😀")
    ]
    assert list(wecom.calls) == [TOKEN, SEND, SEND]


@pytest.mark.gen_test
@pytest.mark.parametrize("code", [40014, 42001])
async def test_a_token_that_ended_early_is_replaced_and_the_call_repeated_once(stage: Stage, wecom, code) -> None:
    chen = await talk(stage)
    await chen.says("一")
    wecom.forget_token()
    wecom.moods.append(wecom_answers(code))
    assert (await chen.says("二"))["state"] == "sent"
    assert list(wecom.calls) == [TOKEN, SEND, SEND, TOKEN, SEND]
    assert [said["text"]["content"] for said in wecom.said] == ["一", "二"]


@pytest.mark.gen_test
@pytest.mark.parametrize("moods, words", [
    ([wecom_answers(-1)], "繁忙"),                              # for the token
    ([forgets], "没有收到答复"),                                # a lost token is no lost message
    ([fails(500)], "HTTP 500"),
    ([wecom_answers(0)], "access_token"),
    ([usual, wecom_answers(-1)], "繁忙"),
    ([usual, wecom_answers(45033)], "次数"),
    ([usual, fails(503)], "HTTP 503"),
    ([usual, wecom_answers(42001), usual, wecom_answers(42001)], "过期"),
])
async def test_what_will_pass_is_tried_again(stage: Stage, wecom, moods, words) -> None:
    chen = await talk(stage)
    wecom.moods += moods
    delayed = await chen.says("在的")
    assert delayed["state"] == "pending" and words in delayed["reason"] and delayed["reason"].endswith("稍后自动重试")
    await chen.wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert len(wecom.said) == 1


@pytest.mark.gen_test
@pytest.mark.parametrize("mood", [forgets, fails(500), fails(504)])
async def test_a_lost_answer_is_left_to_the_agent_because_wecom_knows_no_request_id(stage: Stage, wecom, mood) -> None:
    chen = await talk(stage)
    wecom.moods += [usual, mood]
    assert (await chen.says("在的"))["state"] == "uncertain"
    assert (await chen.says("能看到吗"))["state"] == "sent"
    assert list(wecom.calls).count(SEND) == 2


@pytest.mark.gen_test
@pytest.mark.parametrize("moods, words", [
    ([wecom_answers(40001)], "secret"),
    ([wecom_answers(40013)], "corp_id"),
    ([wecom_answers(60020)], "可信IP"),
    ([usual, wecom_answers(60020)], "可信IP"),
    ([usual, wecom_answers(81013)], "可见范围"),
    ([usual, wecom_answers(0, invaliduser="li.na|chen.jing")], "可见范围"),
    ([usual, wecom_answers(0, unlicenseduser="chen.jing")], "许可"),
    ([usual, wecom_answers(99999)], "99999"),
])
async def test_a_refusal_tells_the_agent_why_and_lets_the_next_go(
    stage: Stage, wecom, monkeypatch, moods, words
) -> None:
    monkeypatch.setattr(token, "REFUSED_FOR", timedelta())
    chen = await talk(stage)
    wecom.moods += moods
    refused = await chen.says("在的")
    assert refused["state"] == "failed" and words in refused["reason"]
    assert (await chen.says("现在呢"))["state"] == "sent"


@pytest.mark.gen_test
async def test_a_text_that_wecom_would_cut_off_is_refused_whole(stage: Stage, wecom) -> None:
    chen = await talk(stage)
    refused = await chen.says("好" * (LONGEST_TEXT // 3 + 1))
    assert refused["state"] == "failed" and "分成几条" in refused["reason"]
    assert (await chen.says("好" * (LONGEST_TEXT // 3)))["state"] == "sent"


@pytest.mark.gen_test
async def test_without_a_secret_the_agent_is_told_what_is_missing(stage: Stage, wecom) -> None:
    channels = stage.settings.channels
    chen = await talk(stage, evolve(stage.settings, channels=evolve(
        channels, wechat=evolve(channels.wechat, secret=""))))
    refused = await chen.says("在的")
    assert refused["state"] == "failed" and "secret" in refused["reason"]
    assert not wecom.calls


@pytest.mark.gen_test
async def test_a_message_that_names_no_app_cannot_be_answered_and_says_so(stage: Stage, wecom) -> None:
    chen = await talk(stage, inner=wecom_text("Chen.Jing", "在吗", "1").replace("<AgentID>1000007</AgentID>", ""))
    assert (await stage.session(chen.session_id))["kfId"] == CORP
    assert "哪个应用" in (await chen.says("在的"))["reason"]


# The token, with the clock in hand


@define
class Wire:
    """In the place of `Http`: counts what is asked, and answers when the test lets it."""

    asked: list[str]
    gate: asyncio.Event

    async def get(self, url: str) -> Reply:
        self.asked.append(TOKEN)
        await self.gate.wait()
        number = self.asked.count(TOKEN)
        return Reply(200, b'{"errcode":0,"access_token":"token-%d","expires_in":7200}' % number)

    async def post(self, url: str, body: bytes, headers: object, **how: object) -> Reply:
        self.asked.append(url.rpartition("=")[2])
        return Reply(200, b'{"errcode":0}')


@pytest.mark.gen_test
async def test_however_many_wait_for_a_token_it_is_fetched_once_and_again_before_it_ends() -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    wire = Wire([], asyncio.Event())
    api = Api(WeChatSettings(corp_id=CORP, secret="s"), tools(wire, lambda: now[0]))
    calls = [asyncio.create_task(api.post(SEND, {})) for _ in range(5)]
    await until(lambda: wire.asked)
    calls.pop().cancel()                    # one who no longer waits takes nothing from the others
    calls.pop(0).cancel()                   # nor does the one who was asking
    wire.gate.set()
    await asyncio.gather(*calls)
    assert wire.asked.count(TOKEN) <= 2 and len(set(wire.asked) - {TOKEN}) == 1
    before = wire.asked.count(TOKEN)
    now[0] += timedelta(minutes=114)
    await api.post(SEND, {})
    assert wire.asked.count(TOKEN) == before
    now[0] += timedelta(minutes=2)          # still good by WeCom's word, but not for long
    await api.post(SEND, {})
    assert wire.asked[-2:] == [TOKEN, f"token-{before + 1}"]


@pytest.mark.gen_test
async def test_where_nobody_listens_nothing_has_left() -> None:
    http = Http()
    api = Api(WeChatSettings(corp_id=CORP, secret="s", api_base="http://127.0.0.1:9"), tools(http))
    with pytest.raises(DeliveryDelayed) as delay:
        await api.post(SEND, {})
    assert not delay.value.lost
    await http.close()


@pytest.mark.gen_test
async def test_an_address_that_is_none_is_refused() -> None:
    http = Http()
    api = Api(WeChatSettings(corp_id=CORP, secret="s", api_base="http://:x"), tools(http))
    with pytest.raises(DeliveryRefused):
        await api.post(SEND, {})
    await http.close()


# What every number means


@define(slots=False)
class Script:
    """In the place of `Http`: answers as written, and what it was asked."""

    answers: list[int]
    asked: list[str] = Factory(list)
    fetched: int = 0

    async def get(self, url: str, **how: object) -> Reply:
        self.asked.append(TOKEN)
        self.fetched += 1
        return Reply(200, b'{"errcode":0,"access_token":"token-%d","expires_in":7200}' % self.fetched)

    async def post(self, url: str, body: bytes, headers: object, **how: object) -> Reply:
        self.asked.append(SEND)
        return Reply(200, b'{"errcode":%d}' % (self.answers.pop(0) if self.answers else 0))


def api_over(script: Script, now: list[datetime] | None = None, **more: object) -> Api:
    clock = now or [datetime(2026, 1, 1, tzinfo=UTC)]
    return Api(WeChatSettings(corp_id=CORP, secret="s"), evolve(tools(script, lambda: clock[0]), **more), Random(1))


SHEET = {       # the errors of the platform's pages, as the agent should be told of them
    "later": (-1, 6000, 45009, 45033),
    "never": (
        40003, 60111, 40004, 40005, 40006, 40007, 40008, 40009, 40010, 40011, 40033, 40058, 40096, 40201, 40204,
        45015, 45047, 95001, 95002, 95005, 95006, 95007, 95008, 95009, 95013, 95014, 95015, 95016, 95018, 95019,
        95022, 95023, 95026, 95027, 95030, 95031,
    ),
    "administrator": (
        40013, 40056, 41001, 48001, 48002, 48006, 48007, 60011, 60020, 95000, 95003, 95004, 95011, 95012, 95017,
        95032, 301002,
    ),
}


@pytest.mark.parametrize("code, sort", [(code, sort) for sort, codes in SHEET.items() for code in codes])
@pytest.mark.gen_test
async def test_every_number_of_the_platforms_pages_is_sorted_and_has_words(code: int, sort: str) -> None:
    script = Script([code])
    with pytest.raises(DeliveryError) as told:
        await api_over(script).post(SEND, {})
    assert told.value.code == code and script.asked == [TOKEN, SEND]
    assert isinstance(told.value, DeliveryDelayed) == (sort == "later")
    assert ("管理员" in str(told.value)) == (sort == "administrator" or code in (95005, 95006, 95023, 95026, 95027))
    assert str(code) not in str(told.value)


@pytest.mark.gen_test
async def test_a_number_that_no_page_tells_is_shown() -> None:
    with pytest.raises(DeliveryRefused, match="98765"):
        await api_over(Script([98765])).post(SEND, {})


@pytest.mark.gen_test
@pytest.mark.parametrize("code, kind", [(40014, DeliveryDelayed), (42001, DeliveryDelayed), (40001, DeliveryRefused)])
async def test_an_old_token_is_replaced_once_and_no_more(code: int, kind: type[DeliveryError]) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    script = Script([0, code, code])
    api = api_over(script, now)
    await api.post(SEND, {})
    now[0] += timedelta(minutes=1)
    with pytest.raises(kind):
        await api.post(SEND, {})
    assert script.asked == [TOKEN, SEND, SEND, TOKEN, SEND]


@pytest.mark.gen_test
async def test_a_new_token_that_is_refused_is_the_secrets_fault_and_not_fetched_again() -> None:
    script = Script([40001])
    with pytest.raises(DeliveryRefused, match="secret"):
        await api_over(script).post(SEND, {})
    assert script.asked == [TOKEN, SEND]


@pytest.mark.gen_test
async def test_an_api_that_is_called_too_often_is_left_alone_by_all_and_then_tried_by_one() -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    script = Script([45009])
    api = api_over(script, now)
    for _ in range(5):
        with pytest.raises(DeliveryDelayed) as delay:
            await api.post(SEND, {})
        assert 60 <= delay.value.retry_after <= 65
    await api.post("kf/send_msg", {})           # another API is not concerned
    assert script.asked.count(SEND) == 2
    now[0] += timedelta(seconds=60)
    script.answers = [45009]
    told = await asyncio.gather(*(api.post(SEND, {}) for _ in range(5)), return_exceptions=True)
    assert script.asked.count(SEND) == 3 and all(isinstance(each, DeliveryDelayed) for each in told)
    now[0] += timedelta(seconds=61)
    await api.post(SEND, {})
    await api.post(SEND, {})


@pytest.mark.gen_test
async def test_where_no_token_is_given_nobody_asks_again_at_once() -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]

    class Refusing(Script):
        async def get(self, url: str, **how: object) -> Reply:
            self.asked.append(TOKEN)
            return Reply(200, b'{"errcode":40013}')

    script = Refusing([])
    api = api_over(script, now)
    for _ in range(20):
        with pytest.raises(DeliveryRefused, match="corp_id"):
            await api.post(SEND, {})
    assert script.asked == [TOKEN]
    now[0] += token.REFUSED_FOR
    with pytest.raises(DeliveryRefused):
        await api.post(SEND, {})
    assert script.asked == [TOKEN, TOKEN]


# The token over restarts


@pytest.mark.gen_test
async def test_a_restart_goes_on_with_the_token_and_another_secret_never_does(stage: Stage, wecom) -> None:
    chen = await talk(stage)
    await chen.says("一")
    await stage.stop()
    await stage.start()
    wang = await stage.agent("wang")
    await wang.replies(chen.session_id, "二")
    await until(lambda: len(wecom.said) == 2)
    assert list(wecom.calls) == [TOKEN, SEND, SEND]
    await stage.stop()
    wecom.secret, wecom._access_token = "another", ""
    channels = stage.settings.channels
    await stage.start(evolve(stage.settings, channels=evolve(
        channels, wechat=evolve(channels.wechat, secret="another"))))
    await stage.post(f"/api/sessions/{chen.session_id}/message", {"content": "三"})
    await until(lambda: len(wecom.said) == 3)
    assert list(wecom.calls)[3:] == [TOKEN, SEND]


@pytest.mark.gen_test
async def test_what_is_kept_of_a_token_names_no_secret() -> None:
    kept: list[Token] = []
    await api_over(Script([]), keep_token=kept.append).post(SEND, {})
    assert [each.value for each in kept] == ["token-1"]
    assert CORP not in kept[0].name and len(kept[0].name) == len("wecom ") + 32


@pytest.mark.gen_test
async def test_a_token_that_cannot_be_replaced_early_is_used_to_its_end() -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    down = [False]

    class Failing(Script):
        async def get(self, url: str, **how: object) -> Reply:
            if down[0]:
                self.asked.append(TOKEN)
                raise DeliveryDelayed("away")
            return await super().get(url)

    script = Failing([])
    api = api_over(script, now)
    await api.post(SEND, {})
    down[0] = True
    now[0] += timedelta(minutes=116)
    for _ in range(10):
        await api.post(SEND, {})
    assert script.asked.count(TOKEN) == 2       # the first, and one that failed
    now[0] += timedelta(minutes=4)
    with pytest.raises(DeliveryDelayed):
        await api.post(SEND, {})


@pytest.mark.gen_test
async def test_near_its_end_the_same_token_is_given_again_and_not_asked_for_with_every_call() -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]

    class Ending(Script):
        async def get(self, url: str, **how: object) -> Reply:
            self.asked.append(TOKEN)
            return Reply(200, b'{"errcode":0,"access_token":"t","expires_in":200}')

    script = Ending([])
    api = api_over(script, now)
    for _ in range(20):
        await api.post(SEND, {})
    assert script.asked.count(TOKEN) == 1


@pytest.mark.gen_test
async def test_many_who_find_the_token_expired_fetch_one() -> None:
    gate = asyncio.Event()
    script = Script([0] + [42001] * 20)
    api = api_over(script)
    await api.post(SEND, {})
    fetch = script.get

    async def slowly(url: str, **how: object) -> Reply:
        await gate.wait()
        return await fetch(url)

    script.get = slowly
    calls = [asyncio.create_task(api.post(SEND, {})) for _ in range(20)]
    await until(lambda: script.asked.count(SEND) == 21)
    gate.set()
    await asyncio.gather(*calls)
    assert script.fetched == 2 and script.asked.count(SEND) == 41
