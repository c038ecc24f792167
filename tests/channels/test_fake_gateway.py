"""The stand-in for a gateway: bad-tempered within bounds, and whatever its temper all arrives once."""

import asyncio
from random import Random

import pytest

from ccs.demo import vices
from tests.conftest import Stage
from tests.platforms import gateway_message


@pytest.mark.gen_test
async def test_what_agents_say_is_said_once_and_in_order_whatever_its_mood(stage: Stage, gateway) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await stage.customer().says("在吗？")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    gateway.moods += [
        vices.refuses(3001, retryAfter=0.1), vices.usual, vices.loses_answer, vices.usual, vices.is_slow(0.1)
    ]
    words = [f"第 {number} 句" for number in range(3)]
    for text in words:
        await wang.replies(session_id, text)
    for _ in words:
        await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert [said["message"]["text"] for said in gateway.said] == words and len(gateway.requests) == len(words) + 2


@pytest.mark.gen_test
async def test_what_customers_write_is_taken_once_however_the_line_mixes_it_up(stage: Stage) -> None:
    await stage.start()
    chance = Random(5)
    envelopes = vices.mixed_up([gateway_message("陈女士", f"第 {n} 句", f"m-{n}") for n in range(20)], chance)
    assert len(envelopes) > 20
    answers = await asyncio.gather(*map(stage.envelope, envelopes))
    assert {answer.status_code for answer in answers} == {200}
    [session] = (await stage.get("/api/sessions")).json()["data"]
    rows = await stage.history(session["sessionId"])
    assert sorted(row["content"] for row in rows) == sorted(f"第 {n} 句" for n in range(20))
