"""Whoever comes at the same moment: exactly one winner, exactly one session, exactly one message."""

import asyncio

import pytest
from attrs import evolve

from tests.conftest import Stage
from tests.platforms import gateway_message


@pytest.mark.gen_test
async def test_of_fifty_who_accept_at_once_one_wins_and_the_others_learn_who(stage: Stage, settings) -> None:
    await stage.start(evolve(settings, agents=()))
    chen = stage.customer()
    await chen.says("在吗")
    session_id = (await chen.session())["sessionId"]
    answers = await asyncio.gather(*(
        stage.post(f"/api/sessions/{session_id}/accept", {"csId": f"agent-{number}"}) for number in range(50)
    ))
    winners = [answer for answer in answers if answer.status_code == 200]
    losers = [answer.json() for answer in answers if answer.status_code == 400]
    assert len(winners) == 1 and len(losers) == 49
    holder = winners[0].json()["data"]["manualCsId"]
    assert {loser["data"]["manualCsId"] for loser in losers} == {holder}
    assert (await stage.session(session_id))["manualCsId"] == holder


@pytest.mark.gen_test
async def test_two_pictures_at_once_open_one_session(stage: Stage) -> None:
    await stage.start()
    pictures = [gateway_message("陈女士", "", f"p{number}", msgType="image", mediaUrl="https://i") for number in range(9)]
    answers = await asyncio.gather(*(stage.envelope(picture) for picture in pictures))
    assert {answer.status_code for answer in answers} == {200}
    rows = (await stage.get("/api/sessions")).json()["data"]
    assert [row["messageCount"] for row in rows] == [9] and rows[0]["lastMessage"] == "[图片]"


@pytest.mark.gen_test
async def test_the_same_callback_twenty_times_at_once_is_one_message(stage: Stage) -> None:
    await stage.start()
    chen = stage.customer()
    answers = await asyncio.gather(*(chen.writes("在吗", message_id="once") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await chen.session())["messageCount"] == 1


@pytest.mark.gen_test
async def test_a_reply_posted_many_times_at_once_is_stored_and_sent_once(stage: Stage, gateway) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("在吗")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    answers = await asyncio.gather(*(wang.replies(session_id, "在的", clientMsgId="c1") for _ in range(20)))
    assert len({answer.json()["data"]["msgId"] for answer in answers}) == 1
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert len(gateway.said) == 1 and len(await stage.history(session_id)) == 2


@pytest.mark.gen_test
@pytest.mark.parametrize("slow", [False, True])
async def test_a_wish_for_a_person_is_heard_however_close_it_follows(
    stage: Stage, with_assistant, monkeypatch, slow: bool
) -> None:
    """The assistant must not answer the first message while the second is on its way to disk."""
    await stage.start(with_assistant)
    li = await stage.agent("li")
    for number in range(20):
        chen = stage.customer(f"c{number}")
        first = asyncio.ensure_future(chen.says("你好"))
        for _ in range(5 if slow else 0):
            await asyncio.sleep(0)
        await asyncio.gather(first, chen.says("我要人工"))
        waits = await li.hears("new_pending_session")
        assert waits["data"]["customerId"] == f"c{number}" and waits["data"]["pendingReason"] == "keyword"


@pytest.mark.gen_test
async def test_a_close_and_the_customers_next_message_in_one_batch_make_two_sessions(stage: Stage) -> None:
    await stage.start()
    chen = stage.customer()
    for round_ in range(20):
        await chen.says("在吗")
        session_id = (await chen.session())["sessionId"]
        closed, wrote = await asyncio.gather(stage.post(f"/api/sessions/{session_id}/close"), chen.writes("还有"))
        assert closed.status_code == wrote.status_code == 200
        for row in (await stage.get("/api/sessions")).json()["data"]:
            await stage.post(f"/api/sessions/{row['sessionId']}/close")
    rows = (await stage.get("/api/sessions")).json()["data"]
    assert sum(row["messageCount"] for row in rows) == 40
