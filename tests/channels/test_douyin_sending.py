"""What we say to Douyin's customers: once, whatever becomes of the answer, and with words for every refusal."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve

from ccs.channels.douyin import api, errcodes, sending
from ccs.channels.douyin.grant import granted
from ccs.channels.http import Reply
from ccs.demo import vices
from ccs.demo.douyin import Douyin
from ccs.demo.samples import picture, video
from ccs.errors import DeliveryDelayed, DeliveryRefused, SessionShut
from ccs.models import EPOCH, from_millis
from ccs.outgoing import fate
from ccs.settings import Config
from tests.conftest import AgentAtWork, Stage, until
from tests.dy import CHEN, SHOP, Chen, authorised
from tests.kf import Disk, until_there

SEND = "im/send/msg/"


async def held_by_wang(stage: Stage, douyin: Douyin, **settings: Any) -> tuple[Chen, AgentAtWork, str]:
    """陈女士 has written, the shop is authorised, and 小王 holds her session."""
    await stage.start()
    await authorised(stage)
    chen, wang = Chen(stage, douyin), await stage.agent("wang")
    await chen.says("在吗？")
    return chen, wang, await chen.accepted_by(wang)


def said_by_us(douyin: Douyin) -> list[Any]:
    return [said.body.get("text", said.kind) for said in douyin.said if said.source]


@pytest.mark.gen_test
@pytest.mark.parametrize("generation", [1, 2])
async def test_a_reply_reaches_her_as_an_answer_to_her_last_message(stage: Stage, douyin, generation) -> None:
    douyin.generation = generation
    chen, wang, session_id = await held_by_wang(stage, douyin)
    await chen.says("还在吗？")
    await wang.replies(session_id, "在的")
    await chen.delivery("sent")
    assert said_by_us(douyin) == ["在的"]
    await chen.told()                                       # the echo
    session = await chen.session()
    assert (session["messageCount"], session["replyQuotaLeft"]) == (3, 5) and "replyWindowUntil" in session


@pytest.mark.gen_test
async def test_a_long_text_goes_in_parts_of_a_thousand_characters(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    await wang.replies(session_id, "长" * 2500)
    await chen.delivery("sent")
    assert [len(text) for text in said_by_us(douyin)] == [1000, 1000, 500]
    assert (await chen.session())["replyQuotaLeft"] == 3


@pytest.mark.gen_test
@pytest.mark.parametrize("generation", [1, 2])
async def test_a_lost_answer_is_made_good_by_the_echo(stage: Stage, douyin: Douyin, generation: int) -> None:
    douyin.generation = generation
    chen, wang, session_id = await held_by_wang(stage, douyin)
    douyin.next(SEND, vices.loses_answer)
    await wang.replies(session_id, "在的")
    await wang.replies(session_id, "马上发")
    waiting = await until_there(lambda: _awaited(stage, session_id))
    assert waiting["delivery"] == {"state": "sending", "reason": fate.AWAITED} and said_by_us(douyin) == ["在的"]
    await chen.told()
    await chen.delivery("sent")                             # the next one need not wait for the minute to end
    assert [row["delivery"]["state"] for row in (await stage.history(session_id))[1:]] == ["sent", "sent"]
    assert said_by_us(douyin) == ["在的", "马上发"]


async def _awaited(stage: Stage, session_id: str) -> dict[str, Any] | None:
    message = (await stage.history(session_id))[1]
    return message if "reason" in message["delivery"] else None


@pytest.mark.gen_test
async def test_without_an_echo_it_is_uncertain_and_a_late_echo_still_counts(
    stage: Stage, douyin: Douyin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fate, "AWAITS_ECHO", fate.AWAITS_ECHO / 600)
    chen, wang, session_id = await held_by_wang(stage, douyin)
    douyin.next(SEND, vices.loses_answer)
    await wang.replies(session_id, "在的")
    assert (await chen.delivery("uncertain"))["delivery"]["reason"] == fate.NOT_KNOWN
    await chen.told()
    await chen.delivery("sent")
    assert said_by_us(douyin) == ["在的"] and (await chen.session())["messageCount"] == 2


@pytest.mark.gen_test
async def test_what_never_arrived_is_uncertain_and_never_sent_again_by_itself(
    stage: Stage, douyin: Douyin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fate, "AWAITS_ECHO", fate.AWAITS_ECHO / 600)
    chen, wang, session_id = await held_by_wang(stage, douyin)
    douyin.next(SEND, vices.cuts)
    await wang.replies(session_id, "在的")
    await chen.delivery("uncertain")
    assert said_by_us(douyin) == [] and list(douyin.calls).count(SEND) == 1


@pytest.mark.gen_test
async def test_the_echo_may_come_before_the_answer(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    gate = asyncio.Event()
    douyin.next(SEND, vices.answers_late(gate))
    await wang.replies(session_id, "在的")
    await until(lambda: said_by_us(douyin))
    await chen.told()
    await chen.delivery("sent")
    gate.set()
    await wang.replies(session_id, "马上发")
    await until(lambda: len(said_by_us(douyin)) == 2)
    await chen.delivery("sent")
    assert (await chen.session())["messageCount"] == 3


@pytest.mark.gen_test
async def test_a_restart_while_an_answer_is_out_waits_for_the_echo_too(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    douyin.next(SEND, vices.loses_answer)
    await wang.replies(session_id, "在的")
    await until_there(lambda: _awaited(stage, session_id))
    await stage.stop()
    await stage.start()
    assert (await chen.last())["delivery"]["state"] == "sending"
    await chen.told()
    await chen.delivery("sent")
    assert said_by_us(douyin) == ["在的"]


@pytest.mark.gen_test
async def test_staff_who_answer_in_the_app_pause_the_assistant(
    stage: Stage, douyin: Douyin, with_assistant: Config
) -> None:
    await stage.start(with_assistant)
    await authorised(stage)
    chen = Chen(stage, douyin)
    await chen.says("在吗？")
    await chen.delivery("sent")                             # the greeting
    douyin.staff_says(SHOP, CHEN, "我来处理")
    await chen.told()
    session = await chen.session()
    assert (session["status"], session["pendingReason"]) == ("pending", "staff_answered")
    assert (await chen.last())["content"] == "我来处理" and "waitingSince" not in session
    await chen.says("好的")
    assert (await chen.session())["status"] == "pending" and "waitingSince" in await chen.session()
    assert len(said_by_us(douyin)) == 1


# Refusals

CODES = sorted({
    *errcodes.DELAYS, *errcodes.USED_UP, *errcodes.CLOSED, *errcodes.REFUSALS, *errcodes.FAULTS,
    *errcodes.UNTIL_TOMORROW} - {10002, 10003, 10007, 10010, 10013, 10020})


@pytest.mark.gen_test
@pytest.mark.parametrize("generation", [1, 2])
async def test_every_error_is_sorted_and_has_words(stage: Stage, douyin: Douyin, generation: int) -> None:
    douyin.generation = generation
    chen, wang, session_id = await held_by_wang(stage, douyin)
    for code in CODES:
        if code in errcodes.NOT_AUTHORISED | errcodes.INVALID:
            continue                                        # see test_douyin_accounts.py
        douyin.habits[SEND] = vices.refuses(code)
        await chen.says("在吗？")
        await wang.replies(session_id, f"答复 {code}")
        waits = code in {*errcodes.DELAYS, *errcodes.UNTIL_TOMORROW}
        told = await until_there(lambda: _with_reason(chen))
        assert told["delivery"]["state"] == ("pending" if waits else "failed"), code
        assert any("\u4e00" <= character for character in told["delivery"]["reason"]), code
        if code in errcodes.USED_UP:
            assert (await chen.session())["replyQuotaLeft"] == 0
        if code in errcodes.CLOSED:
            assert (await stage.post(f"/api/sessions/{session_id}/message", {"content": "还"})).json()["code"] == 4007
        if waits:                                           # what waits holds up what follows
            await wang.closes(session_id)
            await chen.says("在吗？")
            session_id = await chen.accepted_by(wang)


async def _with_reason(chen: Chen) -> dict[str, Any] | None:
    message = await chen.last()
    return message if message.get("delivery", {}).get("reason") else None


WAITS, ENDS, SHUTS = DeliveryDelayed, DeliveryRefused, SessionShut
DESCRIBED = {       # what the sheet of error numbers wants done
    **dict.fromkeys((28001005, 28001006, 28029014, 2100004, 28003018, 10020), WAITS),
    **dict.fromkeys((28001008, 2190008, 10008, 28001003, 2190002), WAITS),          # refreshed once, see accounts
    **dict.fromkeys((28003017, 2190001), WAITS),                                    # until the next day
    **dict.fromkeys((28001007, 2100005, 28001038, 28003082, 28003101, 28029016, 28029020), ENDS),
    **dict.fromkeys((10010, 28001012, 28001014, 28001018, 2190004, 28001015, 2190015, 28001016, 28001019), ENDS),
    **dict.fromkeys((28003095, 28029003, 28029004), ENDS),
    **dict.fromkeys((28003070, 28003080, 28003081), SHUTS),
}


@pytest.mark.parametrize("code", DESCRIBED)
def test_every_described_error_is_sorted_as_it_should_be(code: int) -> None:
    error = errcodes.error_of(code, from_millis(1_767_000_000_000))
    assert type(error) is DESCRIBED[code] and error.code == code and "错误码" not in str(error)
    if code in (28003017, 2190001):
        assert isinstance(error, DeliveryDelayed) and 0 < (error.retry_after or 0) <= 86_400
    if isinstance(error, SessionShut):
        assert (error.used_up, error.closed) == (code == 28003070, code != 28003070)


@pytest.mark.gen_test
async def test_each_account_is_answered_with_its_own_token(stage: Stage, douyin: Douyin) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    for account in (SHOP, "biz-2"):
        douyin.agrees = account
        await authorised(stage)
    for account, customer in ((SHOP, CHEN), ("biz-2", "cust-lin")):
        chen = Chen(stage, douyin, customer, account)
        await chen.says("在吗？")
        await wang.replies(await chen.accepted_by(wang), f"这里是 {account}")
        await chen.delivery("sent")
    assert [(said.account, said.body["text"]) for said in douyin.said if said.source] == [
        (SHOP, f"这里是 {SHOP}"), ("biz-2", "这里是 biz-2")]


@pytest.mark.gen_test
async def test_window_and_allowance_are_what_the_settings_say(stage: Stage, douyin: Douyin) -> None:
    channels = stage.settings.channels
    limited = evolve(channels.douyin, reply_quota=1, reply_window_hours=2)
    await stage.start(evolve(stage.settings, channels=evolve(channels, douyin=limited)))
    await authorised(stage)
    chen, wang = Chen(stage, douyin), await stage.agent("wang")
    await chen.says("在吗？")
    session_id = await chen.accepted_by(wang)
    session = await chen.session()
    window = datetime.fromisoformat(session["replyWindowUntil"]) - datetime.fromisoformat(session["createdAt"])
    assert session["replyQuotaLeft"] == 1 and timedelta(0) <= timedelta(hours=2) - window < timedelta(minutes=1)
    assert (await wang.replies(session_id, "在的")).status_code == 200
    assert (await wang.replies(session_id, "还在")).json()["code"] == 4008


@pytest.mark.gen_test
async def test_an_error_nobody_has_described_is_given_one_more_chance(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    douyin.next(SEND, vices.refuses(28001999))
    await wang.replies(session_id, "在的")
    await chen.delivery("sent")
    douyin.habits[SEND] = vices.refuses(28001999)
    await wang.replies(session_id, "还在")
    assert "28001999" in (await chen.delivery("failed"))["delivery"]["reason"]
    assert list(douyin.calls).count(SEND) == 4


@pytest.mark.gen_test
async def test_a_seventh_reply_is_refused_before_it_leaves(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    for number in range(6):
        assert (await wang.replies(session_id, f"第 {number} 条")).status_code == 200
    assert (await wang.replies(session_id, "第 7 条")).json()["code"] == 4008
    await chen.delivery("sent")
    assert len(said_by_us(douyin)) == 6


@pytest.mark.gen_test
async def test_without_an_authorisation_the_agent_is_told_where_to_answer(stage: Stage, douyin: Douyin) -> None:
    await stage.start()
    chen, wang = Chen(stage, douyin), await stage.agent("wang")
    await chen.says("在吗？")
    await wang.replies(await chen.accepted_by(wang), "在的")
    reason = (await chen.delivery("failed"))["delivery"]["reason"]
    assert "/douyin/authorize" in reason and "请在抖音 App 中答复" in reason and list(douyin.calls) == []


@pytest.mark.gen_test
async def test_an_outage_delays_and_loses_nothing(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    await douyin.hangs_up()
    await wang.replies(session_id, "在的")
    await until_there(lambda: _with_reason(chen))
    douyin.comes_back()
    await chen.delivery("sent")
    assert said_by_us(douyin) == ["在的"]


# Answers that are published, or as the pages describe them

ANSWERS = Path(__file__).parents[1] / "payloads" / "answers"


@pytest.mark.parametrize("name, msg_id", [
    ("douyin_sent_older", "@c29bfc000+MNggFhRkwGuX1ntuc0RPc0VHKefj/yWEJ8DtjU=="), ("douyin_sent_newer", None),
])
def test_a_published_answer_is_read(name: str, msg_id: str | None) -> None:
    answer = api.read(Reply(200, (ANSWERS / f"{name}.json").read_bytes()))
    assert api.error_code(answer) == 0 and sending._named(answer) == msg_id


def test_a_published_grant_is_read_though_its_numbers_are_text() -> None:
    answer = api.read(Reply(200, (ANSWERS / "douyin_granted.json").read_bytes()))
    grant = granted(api.data_of(answer), EPOCH)
    assert (grant.open_id, grant.access, grant.refresh) == ("aaa-bbb-ccc", "access_token", "refresh_token")
    assert grant.access_until == grant.refresh_until == EPOCH + timedelta(days=1)


# Taking back

@pytest.mark.gen_test
async def test_what_she_takes_back_is_marked_and_kept(stage: Stage, douyin: Douyin) -> None:
    await stage.start()
    chen = Chen(stage, douyin)
    said = await chen.says("我的电话是 1")
    douyin.takes_back(said)
    await chen.told()
    assert (await chen.last())["recalledAt"] and (await chen.last())["content"] == "我的电话是 1"
    staff = douyin.staff_says(SHOP, CHEN, "写错了")
    douyin.takes_back(staff)
    await chen.told()
    assert (await chen.last())["recalledAt"]


@pytest.mark.gen_test
@pytest.mark.parametrize("generation", [1, 2])
async def test_an_agent_takes_back_what_she_said(stage: Stage, douyin: Douyin, generation: int) -> None:
    douyin.generation = generation
    chen, wang, session_id = await held_by_wang(stage, douyin)
    await wang.replies(session_id, "发错了")
    message = await chen.delivery("sent")
    path = f"/api/sessions/{session_id}/messages/{message['msgId']}/recall"
    if generation == 2:
        assert "没有告诉我们" in (await stage.post(path, {})).json()["message"]
        await chen.told()                                   # its echo names it
    assert (await stage.post(path, {"csId": "li"})).status_code == 403
    for _ in range(2):
        assert (await stage.post(path, {"csId": "wang"})).json()["data"]["recalledAt"]
    await chen.told()
    assert [said.recalled for said in douyin.said] == [False, True]
    assert Disk(stage.settings).notices() == []


# Files

@pytest.mark.gen_test
@pytest.mark.parametrize("kind, file", [("user_local_image", picture()), ("user_local_video", video())])
async def test_what_she_sends_from_her_album_is_here_at_once(stage: Stage, douyin: Douyin, kind, file) -> None:
    await stage.start()
    chen = Chen(stage, douyin)
    await chen.says(kind=kind, file=file)

    async def ready() -> dict[str, Any] | None:
        message = await chen.last()
        return message if message["attachment"]["state"] == "ready" else None
    message = await until_there(ready)
    session = await chen.session()
    answer = await stage.get(f"/api/sessions/{session['sessionId']}/messages/{message['msgId']}/file")
    assert (answer.content, answer.headers["Content-Type"]) == (file.content, file.mime)


@pytest.mark.gen_test
async def test_a_client_token_that_is_ended_early_is_replaced_once(stage: Stage, douyin: Douyin) -> None:
    await stage.start()
    chen = Chen(stage, douyin)
    for number in (1, 2):
        douyin.forget_client()
        await chen.says(kind="user_local_image", file=picture(number))

        async def ready() -> bool:
            return (await chen.last())["attachment"]["state"] == "ready"
        await until_there(ready)
    assert len(douyin.fetches) == 2 and list(douyin.calls).count("api/im/message/resources/") == 3


@pytest.mark.gen_test
async def test_a_file_that_douyin_does_not_hand_out_stays_a_placeholder_with_words(stage: Stage, douyin) -> None:
    await stage.start()
    chen = Chen(stage, douyin)
    await chen.says(kind="user_local_image")

    async def failed() -> dict[str, Any] | None:
        message = await chen.last()
        return message if message["attachment"]["state"] == "failed" else None
    message = await until_there(failed)
    assert message["content"] == "[图片]" and "抖音 App" in message["attachment"]["reason"]


@pytest.mark.gen_test
async def test_a_picture_is_uploaded_and_sent(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    uploaded = await stage.http.post(
        f"{stage.base}/api/sessions/{session_id}/files", content=picture().content,
        headers={"Content-Type": "application/octet-stream", "X-File-Name": "a.png"})
    file_id = uploaded.json()["data"]["fileId"]
    answer = await stage.post(
        f"/api/sessions/{session_id}/message", {"msgType": "image", "fileId": file_id, "content": ""})
    assert answer.status_code == 200, answer.text
    await chen.delivery("sent")
    assert list(douyin.images.values()) == [picture().content] and said_by_us(douyin) == ["image"]
    await chen.told()
    assert (await chen.session())["messageCount"] == 2


CARDS: dict[str, dict[str, Any]] = {
    "video": {"item_id": "@item"}, "retain_consult_card": {"card_id": "c1"}, "group_invitation": {"group_id": "g1"},
    "applet_card": {"card_template_id": "t1", "app_id": "tt1"}, "applet_coupon": {"activity_id": "a1"},
    "auth_private_message_card": {"app_info": {"app_id": "tt1"}},
}


@pytest.mark.gen_test
async def test_cards_are_sent_whole_or_refused_with_what_is_missing(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    for kind, fields in CARDS.items():
        await chen.says("还有呢？")
        path, asked = f"/api/sessions/{session_id}/message", {"msgType": kind, "content": ""}
        refused = await stage.post(path, asked)
        assert refused.status_code == 400 and next(iter(fields)) in refused.json()["message"]
        assert (await stage.post(path, {**asked, "fields": fields})).status_code == 200
        await chen.delivery("sent")
        assert douyin.said[-1].kind == kind and douyin.said[-1].body == fields
    assert "文字、图片" in (await stage.post(path, {"msgType": "voice", "content": ""})).json()["message"]


@pytest.mark.gen_test
async def test_echoes_that_come_twice_and_in_any_order_change_nothing(stage: Stage, douyin: Douyin) -> None:
    chen, wang, session_id = await held_by_wang(stage, douyin)
    for text in ("好的", "好的", "马上"):
        await wang.replies(session_id, text)
        await chen.delivery("sent")
    douyin.webhooks.extend(douyin.told(jumbled=Random(7)))
    await chen.told()
    rows = await stage.history(session_id)
    assert [row["content"] for row in rows] == ["在吗？", "好的", "好的", "马上"] and said_by_us(douyin) == ["好的", "好的", "马上"]
    assert {row["delivery"]["state"] for row in rows[1:]} == {"sent"} and Disk(stage.settings).notices() == []


def limited(settings: Config, **changes: Any) -> Config:
    channels = settings.channels
    return evolve(settings, channels=evolve(channels, douyin=evolve(channels.douyin, **changes)))


@pytest.mark.gen_test
async def test_without_credentials_nothing_is_limited_and_nothing_fetched(stage: Stage, douyin, settings) -> None:
    await stage.start(limited(settings, client_key=""))
    chen, wang = Chen(stage, douyin), await stage.agent("wang")
    await chen.says("在吗？")
    session_id = await chen.accepted_by(wang)
    assert "replyQuotaLeft" not in await chen.session()
    await wang.replies(session_id, "在的")
    assert (await chen.delivery("failed"))["delivery"]["reason"] == "抖音私信暂不能从这里回复，请在抖音 App 中答复"
