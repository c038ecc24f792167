"""What 微信客服 has for us is fetched when it says so and when it did not, whatever goes wrong, and exactly once."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from attrs import evolve

from ccs import backoff
from ccs.channels.wecom import pulling
from ccs.demo.vices import answers_late, breaks, refuses, waits
from ccs.demo.wecom import Call, WeCom
from ccs.incoming import puller, stream
from ccs.incoming.puller import Puller
from ccs.settings import Config
from tests.conftest import Stage, until
from tests.kf import KF, Chen, Disk, at_kf, until_there
from tests.test_durability import break_disk

SYNC = "kf/sync_msg"


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Pauses that nobody needs to sit out here."""
    monkeypatch.setattr(stream, "TOKENLESS_PAUSE", 0)
    monkeypatch.setattr(puller, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(puller, "REFUSED_FLOOR", 0.01)


@pytest.fixture
def asked(wecom: WeCom) -> Iterator[list[dict[str, Any]]]:
    """What the server asks of the streams, as the fake is asked."""
    bodies: list[dict[str, Any]] = []

    def notes(call: Call) -> bool:
        bodies.append(json.loads(call.request.body))
        return False
    wecom.habits[SYNC] = notes
    yield bodies


def set_up(settings: Config, **changes: Any) -> Config:
    channels = settings.channels
    return evolve(settings, channels=evolve(channels, wechat=evolve(channels.wechat, **changes)))


async def heard(chen: Chen, *texts: str) -> None:
    """These were said, each once, and nothing else."""
    rows = await chen.history(len(texts))
    assert [row["content"] for row in rows] == list(texts)


@pytest.fixture
def is_quiet(stage: Stage, monkeypatch) -> Callable[[], Awaitable[None]]:
    """Until everybody who fetches has stopped, and no wake-up is left: what is asked then was asked too often."""
    resting = set()

    async def rest(woken: asyncio.Event, seconds: float | None, as_ever: Any = backoff.woken_or) -> None:
        resting.add(woken)
        await as_ever(woken, seconds)
        resting.remove(woken)
    monkeypatch.setattr(backoff, "woken_or", rest)

    async def quiet() -> None:
        followers = stage.worker(Puller)._followers
        await until(lambda: all(each.woken in resting and not each.woken.is_set() for each in followers.values()))
    return quiet


def escaped(call: Call) -> bool:
    """An answer in ASCII, which may hold half a character."""
    call.finish(json.dumps(call.act()).encode())
    return True


# When


@pytest.mark.gen_test
async def test_a_customer_who_writes_to_an_account_is_waiting_and_her_words_are_there(stage: Stage, wecom) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), at_kf(stage, wecom)
    msgid = await chen.says("我要退货")
    waiting = (await wang.next("new_pending_session"))["data"]
    assert (waiting["customerId"], waiting["kfId"]) == (chen.id, chen.account)
    [row] = await chen.history(1)
    assert (row["content"], row["fields"]) == ("我要退货", {"msgid": msgid})


@pytest.mark.gen_test
async def test_a_wake_up_is_acknowledged_before_anything_is_fetched(stage: Stage, wecom) -> None:
    await stage.start()
    chen, gate = at_kf(stage, wecom), asyncio.Event()
    wecom.habits[SYNC] = waits(gate)
    await chen.says("在吗")
    assert Disk(stage.settings).rows("SELECT account FROM nudges") == [(KF,)]
    await until(lambda: SYNC in wecom.calls)
    assert not await chen._rows()
    gate.set()
    await heard(chen, "在吗")


@pytest.mark.gen_test
async def test_repeated_wake_ups_in_any_order_are_one_fetch_more(stage: Stage, wecom, asked, is_quiet) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    texts = [f"句{number}" for number in range(10)]
    for text in texts:
        wecom.customer_says(KF, chen.id, content=text)
    callbacks = [wecom.wake(KF) for _ in range(20)]
    for answer in await asyncio.gather(*(chen.posts(*callback) for callback in callbacks[::-1] + callbacks)):
        assert answer.status_code == 200
    await heard(chen, *texts)
    await is_quiet()
    assert len(asked) < 40 and len(await stage.history((await chen.session())["sessionId"])) == 10


@pytest.mark.gen_test
async def test_a_lost_wake_up_is_repaired_by_the_timer(stage: Stage, wecom, settings) -> None:
    wecom.open_account(KF)
    await stage.start(set_up(settings, pull_seconds=0.1))
    chen = at_kf(stage, wecom)
    await until(lambda: SYNC in wecom.calls)
    wecom.customer_says(KF, chen.id, content="有人吗")
    await heard(chen, "有人吗")


@pytest.mark.gen_test
async def test_what_came_while_we_were_away_is_there_after_a_start_and_only_what_is_new_is_fetched(
    stage: Stage, wecom, asked, is_quiet
) -> None:
    """Of an account that never told us anything, which the platform's list names, and of one that we know."""
    wecom.open_account("wkOther")
    wecom.customer_says("wkOther", "wmLin", content="第一次来")
    wecom.open_account("wkNotOurs", manage_privilege=False)
    await stage.start()
    lin, chen = at_kf(stage, wecom, "wkOther", "wmLin"), at_kf(stage, wecom)
    await heard(lin, "第一次来")
    await chen.says("一")
    await heard(chen, "一")
    await stage.stop()
    wecom.customer_says(KF, chen.id, content="二")
    asked.clear()
    await stage.start()
    await heard(chen, "一", "二")
    await is_quiet()
    assert {body["open_kfid"] for body in asked} == {KF, "wkOther"} and all(body.get("cursor") for body in asked)


@pytest.mark.gen_test
async def test_the_wake_ups_token_is_used_and_without_it_all_goes_on(stage: Stage, wecom, asked) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    await chen.says("一")
    await heard(chen, "一")
    assert asked[-1]["token"].startswith("ENC")
    wecom.next(SYNC, refuses(95007))
    await chen.says("二")
    await heard(chen, "一", "二")
    assert "token" not in asked[-1] and asked[-1]["cursor"]
    await chen.says("三")
    await heard(chen, "一", "二", "三")
    assert asked[-1]["token"].startswith("ENC")


@pytest.mark.gen_test
async def test_a_token_is_not_used_after_its_ten_minutes(stage: Stage, wecom, asked, monkeypatch) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    monkeypatch.setattr(stream, "TOKEN_LASTS", stream.TOKEN_LASTS * 0)
    await chen.says("一")
    await heard(chen, "一")
    assert asked and not any("token" in body for body in asked)


@pytest.mark.gen_test
async def test_two_accounts_never_wait_for_each_other(stage: Stage, wecom) -> None:
    await stage.start()
    chen, lin, gate = at_kf(stage, wecom), at_kf(stage, wecom, "wkOther", "wmLin"), asyncio.Event()

    async def stuck(call: Call) -> bool:
        if json.loads(call.request.body)["open_kfid"] == "wkOther":
            await gate.wait()
        return False
    wecom.habits[SYNC] = stuck
    await lin.says("我排在前面")
    for number in range(3):
        await chen.says(f"句{number}")
    await heard(chen, "句0", "句1", "句2")
    assert not await lin._rows()
    gate.set()
    await heard(lin, "我排在前面")


@pytest.mark.gen_test
async def test_a_limit_on_one_account_and_on_fetching_unasked_holds_up_no_wake_up(stage: Stage, wecom) -> None:
    wecom.open_account("wkOther")
    wecom.next(SYNC, refuses(45009))
    await stage.start()
    await until(lambda: SYNC in wecom.calls)
    chen, lin = at_kf(stage, wecom), at_kf(stage, wecom, "wkOther", "wmLin")
    await lin.says("一")
    await chen.says("二")
    await heard(lin, "一")
    await heard(chen, "二")


# Pages


@pytest.mark.gen_test
@pytest.mark.parametrize("lengths", [[1, 0, 0, 1], [0], [0, 3], [2, 1]])
async def test_only_the_platform_says_where_the_end_is(stage: Stage, wecom, lengths) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    for text in ("一", "二", "三"):
        wecom.customer_says(KF, chen.id, content=text)
    wecom.paging.lengths.extend(lengths)
    await chen.wakes()
    await heard(chen, "一", "二", "三")


@pytest.mark.gen_test
async def test_what_comes_twice_within_a_page_and_across_pages_is_taken_once(stage: Stage, wecom, is_quiet) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    texts = [f"句{number}" for number in range(9)]
    for text in texts:
        wecom.customer_says(KF, chen.id, content=text)
    wecom.paging.longest, wecom.paging.twice, wecom.paging.overlap = 2, True, 3
    await chen.wakes()
    await heard(chen, *texts)
    await is_quiet()
    assert len(await stage.history((await chen.session())["sessionId"])) == 9


@pytest.mark.gen_test
async def test_a_stream_that_never_ends_is_left_until_later(stage: Stage, wecom, asked, caplog, is_quiet) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    wecom.paging.stuck = True
    await chen.says("一")
    await is_quiet()
    assert 0 < len(asked) < 10 and "always more and never anything new" in caplog.text
    wecom.paging.stuck = False
    await chen.says("二")
    await heard(chen, "一", "二")


@pytest.mark.gen_test
async def test_nothing_new_on_ever_new_cursors_is_left_until_later_too(
    stage: Stage, wecom, asked, monkeypatch, is_quiet
) -> None:
    monkeypatch.setattr(stream, "MOST_BARREN", 5)
    await stage.start()
    await until(lambda: "kf/account/list" in wecom.calls)
    chen = at_kf(stage, wecom)
    wecom.paging.lengths.extend([0] * 12)
    await chen.says("一")
    await is_quiet()
    assert len(asked) == 5
    await chen.wakes()
    await is_quiet()
    await chen.wakes()
    await heard(chen, "一")


@pytest.mark.gen_test
@pytest.mark.parametrize("code", [48001, 48002, 48007])
async def test_a_company_without_accounts_is_told_so_once_and_calmly(stage, wecom, code, monkeypatch, caplog) -> None:
    monkeypatch.setattr(puller, "LOOK_RARELY", 0.0)
    wecom.habits["kf/account/list"] = refuses(code)
    with caplog.at_level("INFO"):
        await stage.start()
        await until(lambda: wecom.calls.count("kf/account/list") >= 3)
    told = [(record.levelname, record.getMessage()) for record in caplog.records if str(code) in record.getMessage()]
    assert [level for level, _ in told] == ["INFO"] and "微信客服" in told[0][1]


@pytest.mark.gen_test
async def test_a_cursor_that_the_platform_has_forgotten_costs_nothing(stage: Stage, wecom, asked) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    await chen.says("一")
    await heard(chen, "一")
    wecom.next(SYNC, refuses(40058))
    await chen.says("二")
    await heard(chen, "一", "二")
    assert "cursor" not in asked[-1]
    assert len(await stage.history((await chen.session())["sessionId"])) == 2


@pytest.mark.gen_test
async def test_a_malformed_item_is_kept_and_those_behind_it_do_not_wait(stage: Stage, wecom) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    wecom.is_new(KF, {"msgtype": "text", "text": "no customer"})
    wecom.is_new(KF, {"msgtype": "event", "event": {"event_type": ["?"]}})
    wecom.is_new(KF, {"origin": 3, "open_kfid": KF, "external_userid": chen.id, "msgtype": "hologram", "hologram": {}})
    wecom.is_new(KF, {"origin": 3, "open_kfid": KF, "external_userid": chen.id, "msgtype": "text",
                      "text": {"content": "半个\ud83d字"}})
    wecom.habits[SYNC] = escaped
    await chen.says("后面的")
    await heard(chen, "[暂不支持的消息类型 hologram]", "半个\ufffd字", "后面的")
    assert len(Disk(stage.settings).notices("unreadable")) == 2


@pytest.mark.gen_test
async def test_what_no_rule_can_take_is_kept_and_those_behind_it_do_not_wait(stage: Stage, wecom, monkeypatch) -> None:
    await stage.start()
    chen, reception = at_kf(stage, wecom), stage.worker(Puller)._reception
    monkeypatch.setattr(reception, "owner_changed", lambda changed: 1 / 0)
    wecom.customer_says(KF, chen.id, content="一")
    wecom.staff_takes_over(KF, chen.id, "li.na")
    await chen.says("二")
    await heard(chen, "一", "二")
    assert len(Disk(stage.settings).notices("not_taken")) == 1


# What goes wrong


@pytest.mark.gen_test
@pytest.mark.parametrize("moods", [[refuses(-1)], [breaks(502), breaks(500)], [refuses(45033)], [refuses(48002)]])
async def test_after_a_failure_it_is_tried_again(stage: Stage, wecom, moods, monkeypatch) -> None:
    monkeypatch.setattr(puller, "REFUSED_PAUSE", 0.02)
    await stage.start()
    chen = at_kf(stage, wecom)
    wecom.next(SYNC, *moods)
    await chen.says("一")
    await heard(chen, "一")


@pytest.mark.gen_test
async def test_a_wrong_setting_is_told_once_and_not_asked_over_and_over(
    stage: Stage, wecom, monkeypatch, caplog
) -> None:
    caplog.set_level(logging.ERROR, "ccs.incoming.puller")
    monkeypatch.setattr(puller, "REFUSED_PAUSE", 0.02)
    await stage.start()
    chen = at_kf(stage, wecom)
    wecom.habits[SYNC] = refuses(48002)
    await chen.says("一")
    await until(lambda: wecom.calls.count(SYNC) > 5)
    told = [record for record in caplog.records if record.name == "ccs.incoming.puller" and KF in record.getMessage()]
    assert len(told) == 1 and "48002" in told[0].getMessage()
    del wecom.habits[SYNC]
    await heard(chen, "一")


@pytest.mark.gen_test
@pytest.mark.parametrize("how", ["read-only", "lost commit", "done commit"])
async def test_a_disk_that_fails_in_the_midst_of_it_loses_nothing_and_doubles_nothing(
    stage: Stage, wecom, how, is_quiet
) -> None:
    await stage.start()
    wang, chen, gate = await stage.agent("wang"), at_kf(stage, wecom), asyncio.Event()
    texts = [f"句{number}" for number in range(6)]
    wecom.paging.longest = 2
    wecom.next(SYNC, waits(gate))
    for text in texts:
        wecom.customer_says(KF, chen.id, content=text)
    await chen.wakes()
    await until(lambda: SYNC in wecom.calls)
    break_disk(stage, how)
    gate.set()
    await wang.hears("resync_required")
    await heard(chen, *texts)
    await is_quiet()
    assert len(await stage.history((await chen.session())["sessionId"])) == 6


@pytest.mark.gen_test
async def test_a_page_and_its_cursor_are_one_transaction(stage: Stage, wecom, monkeypatch) -> None:
    await stage.start()
    chen, journal, written = at_kf(stage, wecom), stage.server._journal, []

    def write(batch: list[Any], as_ever: Any = journal._write) -> None:
        changes = [ticket.change for ticket in batch]
        written.append(tuple(sum(len(getattr(change, kind)) for change in changes) for kind in ("messages", "cursors")))
        as_ever(batch)
    monkeypatch.setattr(journal, "_write", write)
    for number in range(40):
        wecom.customer_says(KF, chen.id, content=f"句{number}")
    wecom.paging.longest = 10
    await chen.wakes()
    await chen.history(40)
    with_messages = [batch for batch in written if batch[0]]       # a slow disk writes two pages together
    assert sum(messages for messages, _ in with_messages) == 40
    assert all(messages == 10 * cursors for messages, cursors in with_messages)


@pytest.mark.gen_test
async def test_a_stop_waits_for_no_platform_and_keeps_what_it_had(stage: Stage, wecom) -> None:
    await stage.start()
    chen, gate = at_kf(stage, wecom), asyncio.Event()
    await chen.says("一")
    await heard(chen, "一")
    wecom.habits[SYNC] = answers_late(gate)
    await chen.says("二")
    await until(lambda: wecom.calls.count(SYNC) >= 2)
    began = time.monotonic()
    await stage.stop()
    assert time.monotonic() - began < 2
    del wecom.habits[SYNC]
    gate.set()
    await stage.start()
    await heard(chen, "一", "二")


# What it means


@pytest.mark.gen_test
async def test_who_takes_a_message_back_is_seen_to_have_done_so(stage: Stage, wecom) -> None:
    """On the same page as the message, and on a later one; by the customer, and by staff."""
    await stage.start()
    chen = at_kf(stage, wecom)
    first = wecom.customer_says(KF, chen.id, content="发错了")
    wecom.customer_recalls(KF, chen.id, first)
    second = await chen.says("又发错了")
    await heard(chen, "发错了", "又发错了")
    wecom.customer_recalls(KF, chen.id, second)
    third = wecom.staff_says(KF, chen.id, "li.na", content="您好")
    wecom.staff_recalls(KF, chen.id, "li.na", third)
    await chen.wakes()
    await chen.history(3)

    async def recalled() -> bool:
        return all("recalledAt" in row for row in await chen.history(3))
    await until_there(recalled)
    wecom.customer_recalls(KF, chen.id, "nobody-knows")
    await chen.says("好了")
    await chen.history(4)
    assert [notice["msgid"] for notice in Disk(stage.settings).notices("message_recalled")] == ["nobody-knows"]


@pytest.mark.gen_test
async def test_what_staff_answer_in_wecoms_client_is_shown_and_who_holds_the_customer_there(
    stage: Stage, wecom
) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    await chen.says("在吗")
    await chen.history(1)
    wecom.staff_says(KF, chen.id, "li.na", content="您好，我来处理")
    await chen.wakes()
    rows = await chen.history(2)
    assert (rows[1]["senderType"], rows[1]["senderId"], rows[1]["content"]) == ("manual", "li.na", "您好，我来处理")
    assert "delivery" not in rows[1] and (await chen.session())["platformOwner"] == "li.na"
    wecom.staff_ends(KF, chen.id)
    await chen.wakes()

    async def ended() -> bool:
        return "platformOwner" not in await chen.session()
    await until_there(ended)


@pytest.mark.gen_test
async def test_what_staff_write_where_no_session_is_open_is_kept_as_a_notice(stage: Stage, wecom) -> None:
    await stage.start()
    chen, disk = at_kf(stage, wecom), Disk(stage.settings)
    wecom.staff_says(KF, "wmLin", "li.na", content="您好，上次的问题解决了吗")
    await chen.says("在吗")
    await heard(chen, "在吗")
    assert [notice["content"] for notice in disk.notices("staff_message")] == ["您好，上次的问题解决了吗"]


@pytest.mark.gen_test
async def test_what_was_accepted_and_did_not_arrive_is_told_to_the_agent(stage: Stage, wecom) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), at_kf(stage, wecom)
    await chen.says("在吗")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    wecom.fails.append(10)
    await wang.replies(session_id, "在的")
    await until(lambda: "kf/send_msg" in wecom.calls)
    await chen.wakes()
    told = await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "failed")
    assert told["data"]["delivery"]["reason"] == "客户拒收了消息"


@pytest.mark.gen_test
async def test_what_is_older_than_two_days_is_taken_and_nobody_can_answer_it(stage: Stage, wecom) -> None:
    now = time.time
    wecom.now = lambda: now() - 50 * 3600
    chen = at_kf(stage, wecom)
    wecom.customer_says(KF, chen.id, content="前天来过")
    wecom.now = now
    await stage.start()
    session = await chen.session()
    await stage.post(f"/api/sessions/{session['sessionId']}/accept", {"csId": "wang"})
    answer = await stage.post(f"/api/sessions/{session['sessionId']}/message", {"content": "抱歉来晚了"})
    assert answer.json()["code"] == 4007


@pytest.mark.gen_test
async def test_a_press_on_the_menus_button_asks_for_a_person(stage: Stage, wecom, with_assistant) -> None:
    await stage.start(with_assistant)
    chen = at_kf(stage, wecom)
    await chen.says("转人工", menu_id="to_human")

    async def waits_for_a_person() -> bool:
        return (await chen.session())["status"] == "pending"
    await until_there(waits_for_a_person)


@pytest.mark.gen_test
async def test_a_page_is_small_enough_to_let_others_in_between(stage: Stage, wecom, asked) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    await chen.says("在吗")
    await heard(chen, "在吗")
    assert {body["limit"] for body in asked} == {pulling.PAGE} and pulling.PAGE <= 200
