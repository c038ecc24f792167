"""Blocked customers are kept and quiet, a number of hers is shown for the asking, and what was done is told."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as any_of
from sqlite_utils import Migrations

from ccs import lifecycle
from ccs.assistant.turns import Turns
from ccs.customers.phones import given as phones_given
from ccs.errors import BadRequest, Forbidden
from ccs.kept import Card
from ccs.models import EPOCH, NOTHING, EventType, Message, Sender, Session, Status
from ccs.outgoing import fate
from ccs.settings import Config
from store import database, migrations
from tests.conftest import Stage, until
from tests.moods import fails
from tests.test_durability import break_disk
from tests.assistant.test_feedback import answered, by, with_logins
from tests.test_lifecycle import CHEN, LI, NOW, SOON, WANG, ZHAO, a_session, says
from tests.test_sessions import found, held, refused, verb, waits

CARD = Card(*CHEN.key, "", "", "", EPOCH)


def blocked(session: Session, **more: Any) -> Session:
    return evolve(session, customer=evolve(CHEN, blocked=True), **more)


# The rules


@pytest.mark.parametrize("status", ["ai", "pending", "manual"])
def test_blocking_leaves_a_session_where_it_stands_and_unblocking_brings_it_back(status: str) -> None:
    session = a_session(status)
    change = lifecycle.block(session, NOW, CARD, "骚扰", session, WANG)
    assert change.session == blocked(session, version=8, turn=6) and not change.session.awaits_assistant
    [card], [event] = change.cards, change.events
    assert (card.blocked_at, card.blocked_by, card.blocked_reason) == (NOW, "wang", "骚扰")
    assert event.type is EventType.SESSION_UPDATED
    back = lifecycle.unblock(change.session, SOON, card, change.session, WANG)
    assert back.session == evolve(session, version=9, turn=7) and back.cards == (CARD,)
    calls = EventType.NEW_PENDING_SESSION if status == "pending" else EventType.SESSION_UPDATED
    assert [event.type for event in back.events] == [calls]
    assert lifecycle.block(change.session, SOON, card, "又", change.session, WANG) == NOTHING
    assert lifecycle.unblock(session, SOON, CARD, session, WANG) == NOTHING


def test_who_may_not_read_her_open_session_blocks_nobody() -> None:
    mine, old = a_session("manual"), a_session("closed", id="old")
    for session in (mine, old):
        for rule in (lambda: lifecycle.block(session, NOW, CARD, "", mine, LI),
                     lambda: lifecycle.unblock(session, NOW, CARD, mine, LI)):
            with pytest.raises(Forbidden):
                rule()
        assert lifecycle.block(session, NOW, CARD, "", mine, ZHAO).deeds[0].session_id == session.id
    with pytest.raises(BadRequest):
        lifecycle.block(mine, NOW, CARD, "长" * 201, mine, WANG)


@pytest.mark.parametrize("assistant_on", [True, False])
def test_what_a_blocked_customer_writes_is_kept_and_calls_nobody(assistant_on: bool) -> None:
    her = evolve(says(), customer=evolve(CHEN, blocked=True))
    change = lifecycle.customer_writes(None, NOW, her, assistant_on)
    assert [event.type for event in change.events] == [EventType.NEW_MESSAGE] and len(change.messages) == 1
    assert change.session and not change.session.awaits_assistant
    waiting = lifecycle.ask_for_human(blocked(a_session("ai")), NOW, "keyword")
    assert waiting.session and waiting.session.status is Status.PENDING
    assert EventType.NEW_PENDING_SESSION not in {event.type for event in waiting.events}


# The whole way


async def card(stage: Stage, session_id: str) -> dict[str, Any]:
    return (await stage.get(f"/api/sessions/{session_id}/customer")).json()["data"]


async def log(stage: Stage, session_id: str) -> list[tuple[str, ...]]:
    told = (await stage.get(f"/api/sessions/{session_id}/log")).json()["data"]
    assert [deed["at"] for deed in told] == sorted(deed["at"] for deed in told)
    return [tuple(deed[name] for name in ("kind", "csId", "about") if name in deed) for deed in told]


@pytest.mark.gen_test
async def test_a_blocked_customer_loses_nothing_and_calls_nobody_over_a_restart_and_back(stage: Stage) -> None:
    await stage.start()
    chen, session_id = stage.customer(), await waits(stage)
    li = await stage.agent("li")
    answer = await verb(stage, session_id, "customer/block", reason=" 骚扰 ", csId="wang")
    kept = answer.json()["data"]["blocked"]
    assert (kept["csId"], kept["reason"]) == ("wang", "骚扰")
    told = (await li.next("session_updated"))["data"]
    assert (told["blocked"], told["status"], told["unread"]) == (True, "pending", 0) and "waitingSince" not in told
    await verb(stage, session_id, "customer/block", reason="二", csId="li")
    assert (await card(stage, session_id))["blocked"]["reason"] == "骚扰", "the first counts"
    await asyncio.gather(*(chen.says("理我", message_id="m1") for _ in range(3)))
    assert [frame["type"] for frame in await li.all_until_now()] == ["session_updated"]
    await verb(stage, session_id, "close", csId="li")
    await stage.stop()

    await stage.start()
    li = await stage.agent("li")
    await chen.says("我又来了")
    told = (await li.next("session_updated"))["data"]
    assert told["blocked"] and told["sessionId"] != session_id and await li.heard_nothing()
    assert await found(stage, status="pending") == ["陈女士"], "she stands in the list with her status"
    assert (await stage.agent("wang")).hello["counts"] == {"ai": 0, "pending": 0, "manual": 0, "mine": 0}
    await stage.stop()
    await stage.start()
    li = await stage.agent("li")
    assert li.hello["counts"]["pending"] == 0
    assert "blocked" not in (await verb(stage, told["sessionId"], "customer/unblock", csId="li")).json()["data"]
    again = (await li.next("new_pending_session"))["data"]
    assert again["waitingSince"] == again["createdAt"] and again["unread"] == 1 and "blocked" not in again
    assert (await stage.agent("wang")).hello["counts"]["pending"] == 1
    assert [row["content"] for row in await stage.history(session_id)] == ["在吗？", "理我"]
    assert await log(stage, session_id) == [
        ("opened",), ("asked", "assistant_off"), ("blocked", "wang", "骚扰"), ("closed", "li", "agent"),
    ]


@pytest.mark.gen_test
async def test_the_assistant_is_silent_to_a_blocked_customer_until_she_is_not(stage, with_assistant) -> None:
    await stage.start(with_assistant)
    session_id, _ = await answered(stage)
    li = await stage.agent("li")
    await verb(stage, session_id, "customer/block", csId="wang")
    await stage.customer().says("转人工")
    assert stage.worker(Turns).is_idle
    session = await stage.session(session_id)
    assert session["status"] == "ai" and session["lastMessage"] == "转人工"
    await verb(stage, session_id, "customer/unblock", csId="wang")
    assert (await li.hears("new_pending_session"))["data"]["pendingReason"] == "keyword"


@pytest.mark.gen_test
async def test_a_block_withdraws_the_answer_that_had_not_begun_to_leave_and_what_it_answered_waits_again(
    stage, gateway, with_assistant, monkeypatch
) -> None:
    await stage.start(with_assistant)
    monkeypatch.setattr(fate, "FIRST_PAUSE", 60.0)          # the answer is refused once and then stands in line
    gateway.moods.append(fails(503))
    wang = await stage.agent("wang")
    await stage.customer().says("有货吗")
    session_id = (await wang.hears("session_updated"))["sessionId"]
    outgoing = stage.server._registry.outgoing
    await until(lambda: [said.delivery.attempts for said in outgoing(session_id)] == [1])
    await until(lambda: outgoing(session_id)[0].delivery.state == "pending")
    await verb(stage, session_id, "customer/block", csId="wang")
    assert not outgoing(session_id)
    assert (await stage.history(session_id))[-1]["delivery"]["reason"] == fate.BLOCKED and gateway.said == []
    await verb(stage, session_id, "customer/unblock", csId="wang")
    again = (await wang.hears("new_pending_session"))["data"]
    assert again["pendingReason"] == "failed_answers", "the assistant has taken up what it knew no more to say to"
    assert again["waitingSince"] == again["createdAt"]


@pytest.mark.gen_test
async def test_who_has_no_open_session_is_told_of_by_the_one_in_which_she_was_blocked(stage: Stage) -> None:
    await stage.start()
    session_id = await waits(stage)
    await verb(stage, session_id, "close", csId="wang")
    zhao = await stage.agent("zhao")
    await verb(stage, session_id, "customer/block", csId="wang")
    told = (await zhao.next("session_updated"))["data"]
    assert (told["sessionId"], told["status"], told["blocked"]) == (session_id, "closed", True)


@pytest.mark.gen_test
async def test_a_block_that_could_not_be_written_is_none(stage: Stage) -> None:
    await stage.start()
    session_id, li = await waits(stage), await stage.agent("li")
    break_disk(stage, "lost commit")
    assert refused(await verb(stage, session_id, "customer/block", csId="wang"), 503)
    await li.next("resync_required")
    assert "blocked" not in await stage.session(session_id) and "blocked" not in await card(stage, session_id)
    await verb(stage, session_id, "customer/block", csId="wang")
    assert (await stage.session(session_id))["blocked"]


# Phones


@pytest.mark.parametrize("text, masked", [
    ("手机 138 0013-8000", ["138****8000"]), ("+86 13800138000", ["138****8000"]),
    ("１３８００１３８０００", ["138****8000"]), ("一三八零零一三八零零零", ["138****8000"]),
    ("13800138000，13900139000", ["138****8000", "139****9000"]),
    ("文三路99号2单元301 13800138000 陈", ["138****8000"]), ("座机010-65529988", ["010****9988"]),
    ("400-123-4567", ["400****567"]),
    ("订单13800138000", []), ("订单 303851234567", []), ("满 300 减 30", []), ("", []),
])
def test_numbers_are_found_as_people_write_them(text: str, masked: list[str]) -> None:
    message = Message("m", "s", 1, Sender.CUSTOMER, "陈女士", text, NOW)
    assert [phone.masked for phone in phones_given([message])] == masked
    assert phones_given([evolve(message, recalled_at=NOW)]) == []


@given(any_of.text(alphabet="0123456789 -，一二三.+86订单号x", max_size=60))
def test_no_text_is_taken_for_more_than_it_holds(text: str) -> None:
    message = Message("m", "s", 1, Sender.CUSTOMER, "陈女士", text, NOW)
    for phone in phones_given([message]):
        shown = phone.masked.replace("*", "")
        assert phone.number.isdigit() and 10 <= len(phone.number) <= 14 and len(phone.number) - len(shown) >= 4


def test_who_writes_without_end_costs_no_more_than_a_part_of_it() -> None:
    """The newest hundred thousand characters are looked at, whoever wants to know."""
    endless = [Message(f"m{seq}", "s", seq, Sender.CUSTOMER, "陈女士", "1 " * 1000, NOW) for seq in range(2000)]
    looked_at: list[int] = []

    def newest_first() -> Iterator[Message]:
        for message in endless:
            looked_at.append(message.seq)
            yield message

    assert phones_given(newest_first()) == [] and len(looked_at) <= 52


@pytest.mark.gen_test
async def test_a_number_is_masked_until_it_is_asked_for_and_that_is_kept(stage, settings: Config, caplog) -> None:
    await stage.start(with_logins(settings))
    stage.http.headers.update(by("wang"))
    old = await held(stage)
    await stage.customer().says("我的电话 13900139000")
    await verb(stage, old, "close")
    session_id = await held(stage)
    await stage.customer().says("改一下，收件人电话 138 0013 8000")
    told = await stage.get(f"/api/sessions/{session_id}/customer")
    phones = told.json()["data"]["phones"]
    assert [phone["masked"] for phone in phones] == ["138****8000", "139****9000"] and "13800138000" not in told.text
    with caplog.at_level("INFO"):
        shown = await verb(stage, session_id, "customer/reveal", phone=phones[0]["id"])
    assert shown.json()["data"] == {"phone": "13800138000"}
    [line] = [record.getMessage() for record in caplog.records if "phone" in record.getMessage()]
    assert session_id in line and "wang" in line and "8000" not in line
    assert (await log(stage, session_id))[-1] == ("revealed", "wang", "138****8000")
    assert refused(await verb(stage, session_id, "customer/reveal", phone="nothing-0"), 404)
    stage.http.headers.update(by("li"))
    for path in (session_id, f"{session_id}/log"):
        assert "138" not in (await stage.get(f"/api/sessions/{path}")).text
    assert refused(await verb(stage, session_id, "customer/reveal", phone=phones[0]["id"]), 403)
    hers = await card(stage, old)
    assert [phone["masked"] for phone in hers["phones"]] == ["139****9000"], "of what 小李 may read"
    assert refused(await verb(stage, old, "customer/reveal", phone=phones[0]["id"]), 404)


# The log


@pytest.mark.gen_test
async def test_the_log_tells_who_had_a_session_from_its_beginning_to_its_end(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    await verb(stage, session_id, "transfer", csId="wang", toCsId="li")
    await verb(stage, session_id, "transfer", csId="li")
    await verb(stage, session_id, "accept", csId="zhao")
    await verb(stage, session_id, "accept", csId="zhao")
    await verb(stage, session_id, "close", csId="zhao")
    assert await log(stage, session_id) == [
        ("opened",), ("asked", "assistant_off"), ("accepted", "wang"), ("transferred", "wang", "li"),
        ("transferred", "li"), ("accepted", "zhao"), ("closed", "zhao", "agent"),
    ]
    assert refused(await stage.get("/api/sessions/nowhere/log"), 404)


def file_of_before(path: Path) -> None:
    """With a customer of whom agents keep something, and her session, which has ended."""
    steps = Migrations("ccs")
    for step in takewhile(lambda step: step.name != "m011_customers", migrations.steps._migrations):
        steps(name=step.name)(step.fn)
    path.parent.mkdir()
    database.prepare(path, steps)
    with closing(database.connect(path)) as connection, database.transaction(connection):
        connection.execute("INSERT INTO customers VALUES ('jd', '10001', '陈女士', '陈姐', '发顺丰', 'wang', 0)")
        connection.execute(
            "INSERT INTO sessions (id, channel, account, customer_id, customer_name, customer_avatar, via,"
            " conversation, status, agent_id, close_reason, seq, version, turn, unread, unhelped, created_at,"
            " updated_at) VALUES ('old', 'jd', '10001', '陈女士', '', '', 'gateway', '', 'closed', 'wang', 'timeout', 0,"
            " 1, 1, 0, 0, 1000, 9000)"
        )


@pytest.mark.gen_test
async def test_of_what_is_older_the_log_tells_what_is_known_and_nobody_is_blocked(stage: Stage) -> None:
    file_of_before(stage.settings.server.data_dir / database.FILE_NAME)
    await stage.start()
    assert await log(stage, "old") == [("opened",), ("closed", "timeout")]
    assert (await card(stage, "old"))["remark"] == "陈姐" and "blocked" not in await stage.session("old")
    assert not {"attributes", "changedAt"} & (await card(stage, "old")).keys()
    await verb(stage, "old", "customer/block", csId="wang")
    assert (await stage.session("old"))["blocked"] and (await card(stage, "old"))["note"] == "发顺丰"
    assert await log(stage, "old") == [("opened",), ("closed", "timeout"), ("blocked", "wang")]
