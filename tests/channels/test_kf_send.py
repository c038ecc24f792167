"""What we say to customers of 微信客服 reaches them as the platform wants it, once, or with words about why not."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from attrs import define, evolve

import server
from ccs import outbox
from ccs.channels.wecom import states
from ccs.channels.wecom.kinds import LONGEST_TEXT
from ccs.demo import samples
from ccs.demo.platform import EVERY
from ccs.demo.vices import answers_late, breaks, cuts, loses_answer, refuses, usual
from ccs.demo.wecom import WeCom
from ccs.demo.wecom.states import ASSISTANT, ENDED, NEW, STAFF, WAITING
from ccs.errors import BadRequest
from ccs.models import Outgoing
from ccs.outgoing import fate
from tests.conftest import AgentAtWork, Stage, until
from tests.kf import CHEN, KF, Chen, at_kf

SEND, ON_EVENT, GET, TRANS = "kf/send_msg", "kf/send_msg_on_event", "kf/service_state/get", "kf/service_state/trans"


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """The same pauses, a hundred times shorter."""
    monkeypatch.setattr(fate, "FIRST_PAUSE", 0.01)


@define
class Talk:
    """小王 holds 陈女士's session."""

    stage: Stage
    wecom: WeCom
    chen: Chen
    wang: AgentAtWork
    session_id: str

    async def posts(self, content: str = "在的", **more: Any) -> dict[str, Any]:
        """What the API answers."""
        return (await self.wang.replies(self.session_id, content, **more)).json()

    async def says(self, content: str = "在的", **more: Any) -> dict[str, Any]:
        """What became of it, once it is no longer on its way."""
        answer = await self.posts(content, **more)
        assert answer["code"] == 0, answer
        return await self.ends(answer["data"]["msgId"])

    async def ends(self, message_id: str, *states: str) -> dict[str, Any]:
        wanted = states or ("sent", "failed", "uncertain")
        told = await self.wang.hears("message_updated", lambda frame: (
            frame["data"]["msgId"] == message_id and frame["data"]["delivery"]["state"] in wanted))
        return told["data"]["delivery"]

    async def retries(self, message_id: str) -> dict[str, Any]:
        return (await self.stage.post(f"/api/sessions/{self.session_id}/messages/{message_id}/retry")).json()

    async def reclaims(self, **who: str) -> dict[str, Any]:
        return (await self.stage.post(f"/api/sessions/{self.session_id}/reclaim", who)).json()

    async def session(self) -> dict[str, Any]:
        return await self.stage.session(self.session_id)

    async def writes(self, text: str) -> None:
        """陈女士, until 小王 has it."""
        await self.chen.says(text)
        await self.wang.hears("new_message", lambda frame: frame["data"]["content"] == text)

    @property
    def texts(self) -> list[str]:
        """What she has on her phone."""
        return [each.body["content"] for each in self.wecom.reached if each.external_userid == self.chen.id]

    @property
    def platform(self) -> Any:
        """Her session, as the platform has it."""
        return self.wecom.accounts[KF].sessions[self.chen.id]

    def asked(self, name: str) -> int:
        return list(self.wecom.calls).count(name)


async def talk(stage: Stage, wecom: WeCom, settings: Any = None) -> Talk:
    chen = at_kf(stage, wecom)
    wecom.hire(KF, "li.na")
    await stage.start(settings)
    wang = await stage.agent("wang")
    await chen.says("在吗")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    await wang.hears("session_accepted")
    return Talk(stage, wecom, chen, wang, session_id)


# What leaves


@pytest.mark.gen_test
async def test_a_reply_reaches_her_under_our_own_id_and_her_session_is_kept_for_the_api(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    assert await wang.says("在的😀") == {"state": "sent"}
    assert await wang.says("您说\x01") == {"state": "sent"}         # a character that JSON would escape
    assert wang.texts == ["在的😀", "您说"]
    assert all(len(each.msgid) == 32 for each in wecom.reached)
    assert wang.platform.state == ASSISTANT
    assert (wang.asked(GET), wang.asked(TRANS), wang.asked(SEND)) == (1, 1, 2)      # looked at once


@pytest.mark.gen_test
async def test_not_being_able_to_keep_the_session_stops_no_message(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    wecom.next(TRANS, refuses(95016))
    assert await wang.says() == {"state": "sent"}
    assert wang.platform.state == NEW


KINDS: dict[str, dict[str, Any]] = {
    "location": {"name": "云溪小店", "address": "西湖边 1 号", "latitude": 30.24, "longitude": 120.15},
    "business_card": {"userid": "li.na"},
    "link": {"title": "退货说明", "desc": "七天之内", "url": "https://shop.example/return"},
    "miniprogram": {"appid": "wx1", "title": "小店", "pagepath": "pages/index.html"},
    "msgmenu": {
        "head_content": "想咨询什么？",
        "list": [
            {"type": "click", "click": {"id": "to_human", "content": "转人工"}},
            {"type": "view", "view": {"url": "https://shop.example/faq", "content": "常见问题"}},
            {"type": "miniprogram", "miniprogram": {"appid": "wx1", "pagepath": "p.html", "content": "小店"}},
            {"type": "text", "text": {"content": "或直接说", "no_newline": 1}},
        ],
        "tail_content": "工作时间 9-18 点",
    },
}


@pytest.mark.gen_test
@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_reaches_her_as_the_platform_has_it(stage: Stage, wecom, kind: str) -> None:
    wang = await talk(stage, wecom)
    fields = dict(KINDS[kind])
    if kind in ("link", "miniprogram"):
        fields["thumb_media_id"] = wecom.media.put(samples.picture())
    posted = await wang.posts("", msgType=kind, fields=fields)
    assert posted["code"] == 0 and posted["data"]["fields"] == fields and posted["data"]["content"].startswith("[")
    assert await wang.ends(posted["data"]["msgId"]) == {"state": "sent"}
    assert [(each.msgtype, each.body) for each in wecom.reached] == [(kind, fields)]


@pytest.mark.gen_test
async def test_a_cover_is_uploaded_once_and_again_when_the_platform_has_lost_it(stage: Stage, wecom) -> None:
    wang, picture = await talk(stage, wecom), samples.picture()
    uploaded = await stage.http.post(
        f"{stage.base}/api/sessions/{wang.session_id}/files", content=picture.content,
        headers={"Content-Type": picture.mime, "X-File-Name": quote(picture.name)},
    )
    more = {"msgType": "link", "fields": KINDS["link"], "fileId": uploaded.json()["data"]["fileId"]}
    for _ in range(2):
        assert await wang.says("", **more) == {"state": "sent"}
    first, second = (each.body for each in wecom.reached)
    assert first == second and wang.asked("media/upload") == 1
    assert wecom.media.get(first["thumb_media_id"]).content == picture.content
    wecom.media.lose(first["thumb_media_id"])
    assert await wang.says("", **more) == {"state": "sent"}
    assert wang.asked("media/upload") == 2 and wecom.reached[-1].body != first


WRONG = [
    ("link", {"title": "退" * 43}, "title"), ("link", {"url": "ftp://shop"}, "http"),
    ("link", {"desc": "x" * 513}, "desc"), ("link", {"descr": "?"}, "descr"), ("link", {"thumb_media_id": ""}, "图片"),
    ("location", {"latitude": 91}, "latitude"), ("location", {"longitude": "1"}, "longitude"),
    ("miniprogram", {"title": "x" * 65}, "title"), ("miniprogram", {"appid": ""}, "appid"),
    ("msgmenu", {"list": []}, "1 到 10"), ("msgmenu", {"list": [{"type": "click"}] * 11}, "1 到 10"),
    ("msgmenu", {"list": [{"type": "dance"}]}, "type"), ("msgmenu", {"head_content": "x" * 1025}, "head_content"),
    ("msgmenu", {"list": [{"type": "click", "click": {"content": "x" * 129}}]}, "list[0].click.content"),
    ("business_card", {"userid": 7}, "userid"), ("ca_link", {}, "ca_link"), ("dance", {}, "dance"),
]


@pytest.mark.gen_test
@pytest.mark.parametrize("kind, wrong, words", WRONG)
async def test_what_the_platform_would_refuse_is_refused_when_it_is_posted(
    stage: Stage, wecom, kind: str, wrong: dict[str, Any], words: str
) -> None:
    wang = await talk(stage, wecom)
    fields = {"thumb_media_id": "m-1", **KINDS[kind], **wrong} if kind in ("link", "miniprogram") else (
        {**KINDS.get(kind, {}), **wrong})
    refused = await wang.posts("", msgType=kind, fields=fields)
    assert refused["code"] == 400 and words in refused["message"]
    assert (await wang.session())["replyQuotaLeft"] == 5 and not wang.asked(SEND)


@pytest.mark.gen_test
async def test_other_channels_take_texts_only(stage: Stage, gateway) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("在吗")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    refused = await wang.replies(session_id, "店", msgType="location", fields=KINDS["location"])
    assert refused.status_code == 400 and "文字" in refused.json()["message"]
    reclaimed = await stage.post(f"/api/sessions/{session_id}/reclaim", {"csId": "wang"})
    assert reclaimed.status_code == 400 and "收回" in reclaimed.json()["message"]


# Long texts


LONG = "退货说明：" + "一二三四五六七八九十😀" * 100       # more than 3,400 bytes


@pytest.mark.gen_test
async def test_a_long_text_leaves_in_parts_that_are_whole_characters_and_are_counted(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    assert await wang.says(LONG) == {"state": "sent"}
    assert len(wang.texts) == 2 and "".join(wang.texts) == LONG
    assert all(len(text.encode()) <= LONGEST_TEXT for text in wang.texts)
    assert [each.msgid[-2:] for each in wecom.reached] == ["00", "01"]
    assert len({each.msgid[:30] for each in wecom.reached}) == 1
    assert (await wang.session())["replyQuotaLeft"] == 3


@pytest.mark.gen_test
async def test_a_restart_between_parts_goes_on_with_the_part_that_was_not_sent(
    stage: Stage, wecom, monkeypatch
) -> None:
    wang = await talk(stage, wecom)
    monkeypatch.setattr(fate, "FIRST_PAUSE", 60.0)
    wecom.next(SEND, usual, refuses(-1))
    posted = await wang.posts(LONG)
    await until(lambda: wang.asked(SEND) == 2)
    await wang.ends(posted["data"]["msgId"], "pending")
    await stage.stop()
    monkeypatch.setattr(server, "utc_now", lambda: datetime.now(UTC) + timedelta(minutes=2))
    await stage.start()
    await until(lambda: len(wang.texts) == 2)
    assert "".join(wang.texts) == LONG
    row = (await stage.history(wang.session_id))[-1]
    assert row["delivery"]["state"] in ("sending", "sent")


@pytest.mark.gen_test
async def test_a_part_on_its_way_when_the_process_stops_is_uncertain_and_a_retry_does_not_repeat_those_before(
    stage: Stage, wecom, monkeypatch
) -> None:
    monkeypatch.setattr("ccs.outbox.DRAIN", 0.05)
    wang, gate = await talk(stage, wecom), asyncio.Event()
    wecom.next(SEND, usual, answers_late(gate))
    posted = await wang.posts(LONG)
    await until(lambda: wang.asked(SEND) == 2)
    await stage.stop()
    gate.set()
    await stage.start()
    agent = await stage.agent("wang")
    wang.wang = agent

    async def shown() -> str:
        return (await stage.history(wang.session_id))[-1]["delivery"]["state"]
    while await shown() != "uncertain":
        await agent.hears("message_updated")
    assert wang.asked(SEND) == 2                                # never sent again by itself
    assert (await wang.retries(posted["data"]["msgId"]))["code"] == 0
    assert await wang.ends(posted["data"]["msgId"], "sent") == {"state": "sent"}
    first, *others = wang.texts
    assert [first + other for other in others] == [LONG, LONG]     # the agent wished the second once more


# The clock and the allowance


@pytest.mark.gen_test
async def test_the_allowance_is_shown_enforced_and_renewed(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    for left in (4, 3, 2, 1, 0):
        assert await wang.says("好") == {"state": "sent"}
        assert (await wang.session())["replyQuotaLeft"] == left
    refused = await wang.posts("还有")
    assert refused["code"] == 4008 and "再次来信" in refused["message"]
    assert wang.asked(SEND) == 5
    await wang.writes("谢谢")
    assert (await wang.session())["replyQuotaLeft"] == 5
    refused = await wang.posts("长" * 4000)
    assert refused["code"] == 4008 and "分 6 条" in refused["message"]
    assert await wang.says("不客气") == {"state": "sent"}


@pytest.mark.gen_test
async def test_what_has_yet_to_leave_is_taken_from_what_her_next_message_allows(
    stage: Stage, wecom, monkeypatch
) -> None:
    wang = await talk(stage, wecom)
    monkeypatch.setattr(fate, "FIRST_PAUSE", 60.0)
    wecom.next(SEND, refuses(-1))
    posted = await wang.posts("稍等")
    await wang.ends(posted["data"]["msgId"], "pending")
    await wang.writes("好的")
    assert (await wang.session())["replyQuotaLeft"] == 4


@pytest.mark.gen_test
async def test_what_was_refused_is_given_back(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    wecom.next(SEND, refuses(40201))
    refused = await wang.says("加我微信")
    assert refused["state"] == "failed" and "骚扰" in refused["reason"]
    assert (await wang.wang.hears("session_updated"))["data"]["replyQuotaLeft"] == 5
    wecom.next(SEND, usual, refuses(40033))
    assert (await wang.says(LONG))["state"] == "failed"
    assert (await wang.session())["replyQuotaLeft"] == 4        # the first part has left


@pytest.mark.gen_test
async def test_after_the_window_nothing_leaves_and_what_waited_is_given_up(stage: Stage, wecom, monkeypatch) -> None:
    late = [timedelta()]
    monkeypatch.setattr(server, "utc_now", lambda: datetime.now(UTC) + late[0])
    monkeypatch.setattr(fate, "FIRST_PAUSE", 0.5)
    channels = stage.settings.channels
    wechat = evolve(channels.wechat, reply_window_hours=1)
    wang = await talk(stage, wecom, evolve(stage.settings, channels=evolve(channels, wechat=wechat)))
    wecom.next(SEND, refuses(-1))
    posted = await wang.posts("稍等")
    await wang.ends(posted["data"]["msgId"], "pending")
    late[0] = timedelta(hours=1)
    given_up = await wang.ends(posted["data"]["msgId"])
    assert given_up["state"] == "failed" and "回复时间" in given_up["reason"]
    refused = await wang.posts("还在吗")
    assert refused["code"] == 4007 and "再次来信" in refused["message"]
    assert (await wang.retries(posted["data"]["msgId"]))["code"] == 4007
    assert wang.asked(SEND) == 1


@pytest.mark.gen_test
async def test_the_limits_are_settings(stage: Stage, wecom) -> None:
    channels = stage.settings.channels
    wechat = evolve(channels.wechat, reply_quota=1, reply_window_hours=1)
    wang = await talk(stage, wecom, evolve(stage.settings, channels=evolve(channels, wechat=wechat)))
    session = await wang.session()
    until_, since = (datetime.fromisoformat(session[name]) for name in ("replyWindowUntil", "createdAt"))
    assert session["replyQuotaLeft"] == 1 and until_ - since <= timedelta(hours=1)


# What a refusal teaches


@pytest.mark.gen_test
@pytest.mark.parametrize("code", [95013, 95002, 95031])
async def test_a_closed_window_is_learnt_from_the_refusal(stage: Stage, wecom, code: int) -> None:
    wang = await talk(stage, wecom)
    wecom.next(SEND, refuses(code))
    assert "来信后才能回复" in (await wang.says())["reason"]
    told = (await wang.wang.hears("session_updated"))["data"]
    assert datetime.fromisoformat(told["replyWindowUntil"]) <= datetime.now(UTC)
    assert (await wang.posts("在吗"))["code"] == 4007
    await wang.writes("还在")
    assert await wang.says("在的") == {"state": "sent"}


@pytest.mark.gen_test
async def test_a_used_up_allowance_is_learnt_from_the_refusal(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    wecom.next(SEND, refuses(95001))
    assert "条数已用完" in (await wang.says())["reason"]
    assert (await wang.wang.hears("session_updated"))["data"]["replyQuotaLeft"] == 0
    assert (await wang.posts("在吗"))["code"] == 4008


@pytest.mark.gen_test
@pytest.mark.parametrize("state, owner", [(STAFF, "li.na"), (WAITING, states.POOL)])
async def test_an_owner_that_no_event_told_of_is_learnt_before_and_behind_a_refusal(
    stage: Stage, wecom, state: int, owner: str
) -> None:
    wang = await talk(stage, wecom)
    await wang.says()
    wang.platform.moves(state, "li.na")                         # the event is lost; the answer is 95018
    refused = await wang.says("好的")
    assert refused["state"] == "failed" and owner in refused["reason"] and "收回" in refused["reason"]
    told = (await wang.wang.hears("session_updated"))["data"]
    assert told["platformOwner"] == owner and told["replyQuotaLeft"] == 4
    held = await wang.posts("在吗")
    assert held["code"] == 4006 and owner in held["message"] and held["data"] == {"platformOwner": owner}


@pytest.mark.gen_test
async def test_a_session_that_is_theirs_from_the_start_is_seen_before_anything_is_sent(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    wang.platform.moves(STAFF, "li.na")
    assert "li.na" in (await wang.says())["reason"]
    assert not wang.asked(SEND) and (await wang.session())["platformOwner"] == "li.na"


@pytest.mark.gen_test
async def test_a_lost_look_at_the_session_is_no_lost_message(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    wecom.next(GET, cuts, breaks(502))
    assert await wang.says() == {"state": "sent"}
    assert wang.texts == ["在的"]


# Taking it back


async def taken(stage: Stage, wecom: WeCom) -> Talk:
    """小李 has taken the session over in WeCom's own client."""
    wang = await talk(stage, wecom)
    await wang.says()
    wecom.staff_takes_over(KF, CHEN, "li.na")
    await wang.chen.wakes()
    await wang.wang.hears("session_updated", lambda frame: "platformOwner" in frame["data"])
    return wang


@pytest.mark.gen_test
async def test_a_session_taken_over_in_the_client_is_refused_with_words_and_can_be_taken_back(
    stage: Stage, wecom
) -> None:
    wang = await taken(stage, wecom)
    assert (await wang.posts("在吗"))["code"] == 4006
    back = (await wang.reclaims(csId="wang"))["data"]
    assert "platformOwner" not in back
    assert datetime.fromisoformat(back["replyWindowUntil"]) <= datetime.now(UTC)
    assert wang.platform.state == ENDED and "请直接发消息" in wang.texts[-1]
    last = (await stage.history(wang.session_id))[-1]
    assert last["content"] == wang.texts[-1] and last["delivery"] == {"state": "sent"} and last["senderId"] == "wang"
    assert (await wang.posts("在吗"))["code"] == 4007
    await wang.writes("我还有问题")
    assert await wang.says("请讲") == {"state": "sent"}
    assert wang.platform.state == ASSISTANT


@pytest.mark.gen_test
async def test_after_an_ending_there_her_next_session_is_kept_for_the_api_too(stage: Stage, wecom) -> None:
    wang = await taken(stage, wecom)
    wecom.staff_ends(KF, CHEN)
    await wang.chen.wakes()
    await wang.wang.hears("session_updated", lambda frame: "platformOwner" not in frame["data"])
    assert (await wang.posts())["code"] == 4007
    await wang.writes("我还有问题")
    assert await wang.says("请讲") == {"state": "sent"}
    assert wang.platform.state == ASSISTANT


@pytest.mark.gen_test
async def test_only_the_holder_or_a_supervisor_takes_it_back_and_twice_is_once(stage: Stage, wecom) -> None:
    wang = await taken(stage, wecom)
    assert (await wang.reclaims(csId="li"))["code"] == 403
    both = await asyncio.gather(wang.reclaims(csId="wang"), wang.reclaims(csId="zhao"))
    assert [each["code"] for each in both] == [0, 0]
    assert wang.asked(ON_EVENT) == 1
    assert (await wang.reclaims(csId="wang"))["code"] == 0      # nobody has it there any more
    assert wang.asked(TRANS) == 2


@pytest.mark.gen_test
async def test_a_session_that_nobody_holds_is_taken_back_by_a_supervisor_only(stage: Stage, wecom) -> None:
    wang = await taken(stage, wecom)
    await stage.post(f"/api/sessions/{wang.session_id}/transfer", {})
    assert "先接入" in (await wang.reclaims(csId="li"))["message"]
    assert (await wang.reclaims(csId="zhao"))["code"] == 0


@pytest.mark.gen_test
@pytest.mark.parametrize("api, mood, words", [
    (TRANS, refuses(-1), "繁忙"), (TRANS, cuts, "没有收到"), (TRANS, refuses(60020), "可信IP"),
])
async def test_what_could_not_be_taken_back_says_why_and_stays_theirs(stage: Stage, wecom, api, mood, words) -> None:
    wang = await taken(stage, wecom)
    wecom.next(api, mood)
    refused = await wang.reclaims(csId="wang")
    assert refused["code"] == 400 and words in refused["message"] and "没能收回" in refused["message"]
    assert (await wang.session())["platformOwner"] == "li.na"
    assert (await wang.reclaims(csId="wang"))["code"] == 0


@pytest.mark.gen_test
async def test_a_session_that_ended_there_meanwhile_is_simply_ours_again(stage: Stage, wecom) -> None:
    wang = await taken(stage, wecom)
    wang.platform.moves(ENDED)
    back = await wang.reclaims(csId="wang")
    assert back["code"] == 0 and "platformOwner" not in back["data"]
    assert (await wang.posts())["code"] == 4007


@pytest.mark.gen_test
async def test_words_that_did_not_reach_her_say_so_in_the_history(stage: Stage, wecom) -> None:
    wang = await taken(stage, wecom)
    wecom.next(ON_EVENT, refuses(40058))
    assert (await wang.reclaims(csId="wang"))["code"] == 0
    last = (await stage.history(wang.session_id))[-1]
    assert last["delivery"]["state"] == "failed" and "没能通知客户" in last["delivery"]["reason"]


# What becomes of it later


@pytest.mark.gen_test
@pytest.mark.parametrize("fail_type, words", [(10, "拒收"), (0, "没有说明"), (77, "77")])
async def test_what_fails_behind_the_platforms_back_is_failed_whenever_that_is_told(
    stage: Stage, wecom, fail_type: int, words: str
) -> None:
    wang = await talk(stage, wecom)
    posted = await wang.posts()
    assert await wang.ends(posted["data"]["msgId"]) == {"state": "sent"}
    wecom.send_fails(KF, wecom.reached[-1].msgid, fail_type)
    await wang.chen.wakes()
    failed = await wang.ends(posted["data"]["msgId"], "failed")
    assert words in failed["reason"]

    gate = asyncio.Event()
    wecom.next(SEND, answers_late(gate))            # told before the call itself is answered
    wecom.fails.append(fail_type)
    posted = await wang.posts("在吗")
    await until(lambda: wang.asked(SEND) == 2)
    await wang.chen.wakes()
    assert words in (await wang.ends(posted["data"]["msgId"], "failed"))["reason"]
    gate.set()
    assert await wang.says("好") == {"state": "sent"}
    states_ = [row["delivery"]["state"] for row in await stage.history(wang.session_id) if "delivery" in row]
    assert states_ == ["failed", "failed", "sent"]


@pytest.mark.gen_test
@pytest.mark.parametrize("fail_type, then", [(4, 4007), (5, 4007), (6, 4008)])
async def test_what_fails_later_tells_of_the_window_and_the_allowance(stage, wecom, fail_type: int, then: int) -> None:
    wecom.now = lambda: time.time() - 60        # when she wrote; times of the platform's are whole seconds
    wang = await talk(stage, wecom)
    wecom.now = time.time
    posted = await wang.posts()
    await wang.ends(posted["data"]["msgId"])
    wecom.send_fails(KF, wecom.reached[-1].msgid, fail_type)
    await wang.chen.wakes()
    await wang.ends(posted["data"]["msgId"], "failed")
    assert (await wang.posts("在吗"))["code"] == then
    await wang.writes("在")
    assert await wang.says("好") == {"state": "sent"}
    wecom.send_fails(KF, wecom.accounts[KF].sent and next(iter(wecom.accounts[KF].sent)), fail_type)
    await wang.chen.wakes()                     # what is told of an earlier message she has overtaken by writing
    assert await wang.says("再见") == {"state": "sent"}


@pytest.mark.gen_test
async def test_a_part_that_fails_later_is_named_and_sent_again_from_there(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    posted = await wang.posts(LONG)
    await wang.ends(posted["data"]["msgId"])
    wecom.send_fails(KF, wecom.reached[-1].msgid, 13)
    await wang.chen.wakes()
    assert "第 2 条" in (await wang.ends(posted["data"]["msgId"], "failed"))["reason"]
    assert (await wang.retries(posted["data"]["msgId"]))["code"] == 0
    await wang.ends(posted["data"]["msgId"])
    assert "".join(wang.texts) == LONG


@pytest.mark.gen_test
@pytest.mark.parametrize("vice, reached", [(loses_answer, 1), (cuts, 0), (breaks(504), 0)])
async def test_a_lost_answer_is_uncertain_and_only_an_agent_sends_it_again(stage: Stage, wecom, vice, reached) -> None:
    wang = await talk(stage, wecom)
    wecom.next(SEND, vice)
    posted = await wang.posts("已退款")
    uncertain = await wang.ends(posted["data"]["msgId"])
    assert uncertain["state"] == "uncertain" and "可能已送达" in uncertain["reason"]
    assert await wang.says("下一条") == {"state": "sent"}        # nothing waits behind it
    assert wang.texts.count("已退款") == reached
    assert (await wang.session())["replyQuotaLeft"] == 3        # it may have arrived
    assert (await wang.retries(posted["data"]["msgId"]))["code"] == 0
    assert await wang.ends(posted["data"]["msgId"]) == {"state": "sent"}
    assert wang.texts.count("已退款") == reached + 1 and (await wang.session())["replyQuotaLeft"] == 2


@pytest.mark.gen_test
async def test_an_agents_retry_counts_like_a_reply(stage: Stage, wecom) -> None:
    wang = await talk(stage, wecom)
    wecom.next(SEND, loses_answer)
    posted = await wang.posts("一")
    await wang.ends(posted["data"]["msgId"])
    for text in "二三四五":
        await wang.says(text)
    assert (await wang.retries(posted["data"]["msgId"]))["code"] == 4008
    assert wang.asked(SEND) == 5


# Outages


@pytest.mark.gen_test
@pytest.mark.parametrize("how", ["nobody listens", "busy", "unavailable"])
async def test_after_an_hour_without_the_platform_every_reply_is_there_once_and_in_order(
    stage: Stage, wecom, monkeypatch, how: str
) -> None:
    monkeypatch.undo()                              # the pauses as they are; the clock goes forward instead
    now = [datetime.now(UTC).replace(microsecond=0)]
    over = now[0] + timedelta(hours=1)
    monkeypatch.setattr(server, "utc_now", lambda: now[0])
    pauses: list[float] = []

    async def passes(woken: asyncio.Event, seconds: float) -> None:
        pauses.append(seconds)
        now[0] += timedelta(seconds=seconds + 0.001)
        if now[0] >= over and wecom.habits:
            wecom.habits.clear()
        if now[0] >= over and not wecom._server:
            wecom.comes_back()
        await asyncio.sleep(0)

    wang = await talk(stage, wecom)
    monkeypatch.setattr(outbox, "woken_or", passes)
    if how == "nobody listens":
        await wecom.hangs_up()
    else:
        wecom.habits[EVERY] = refuses(-1) if how == "busy" else breaks(503)
    texts = ["一", "二", "三", "四", "五"]
    for text in texts:
        assert (await wang.posts(text))["code"] == 0
    await until(lambda: wang.texts == texts)
    assert now[0] >= over and max(pauses) <= fate.PAUSE_CAP
    assert len(pauses) < 60                         # the platform is not hammered


def test_the_words_of_a_wrong_message_come_before_it_is_said() -> None:
    """`check` needs no platform."""
    from ccs.channels.wecom.sending import KF as Way
    with pytest.raises(BadRequest, match="fileId"):
        Way(None, None).check(Outgoing("", "image"))        # type: ignore[arg-type]
