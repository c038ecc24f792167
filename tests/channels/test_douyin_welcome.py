"""The welcome of Douyin: said by Douyin's rule to who opens the chat, within its seconds, and never twice."""

import asyncio
import time
from typing import Any

import pytest
from attrs import evolve

from ccs.demo import vices
from ccs.demo.douyin import Douyin
from ccs.demo.douyin.api import Call
from ccs.demo.platform import Refused
from ccs.incoming import welcome
from ccs.settings import Config
from tests.conftest import Stage, until
from tests.dy import CHEN, SHOP, Chen, authorised
from tests.kf import Disk

SEND, HELLO = "im/send/msg/", "您好，欢迎光临！"


@pytest.fixture
def settings(settings: Config) -> Config:
    return with_welcome(settings, HELLO)


@pytest.fixture(autouse=True)
def tries_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(welcome, "PAUSE", 0.01)


def with_welcome(settings: Config, words: str) -> Config:
    channels = settings.channels
    return evolve(settings, channels=evolve(channels, douyin=evolve(channels.douyin, welcome=words)))


def heard(douyin: Douyin) -> list[str]:
    return [said.body["text"] for said in douyin.said if said.source]


async def enters(chen: Chen) -> None:
    chen.platform.customer_enters(chen.account, chen.id)
    await chen.told()


async def is_quiet(stage: Stage) -> None:
    """What was to be said has been, or will not be."""
    await until(lambda: not stage.worker(welcome.Welcome)._tasks)


async def at_the_door(stage: Stage, douyin: Douyin) -> Chen:
    await stage.start()
    await authorised(stage)
    return Chen(stage, douyin)


@pytest.mark.gen_test
async def test_who_enters_is_welcomed_once_and_no_session_begins(stage: Stage, douyin: Douyin) -> None:
    chen = await at_the_door(stage, douyin)
    douyin.customer_enters(SHOP, CHEN)
    again = douyin.webhooks[-1]
    await chen.told()
    await until(lambda: heard(douyin))
    douyin.webhooks.append(again)                               # Douyin tells it a second time
    await chen.told()
    await is_quiet(stage)
    assert heard(douyin) == [HELLO] and (await stage.get("/api/sessions")).json()["data"] == []
    assert Disk(stage.settings).notices("im_enter_direct_msg")[0]["from_user_id"] == CHEN
    await chen.says("在吗？")                                    # its echo is not taken for an answer of hers
    assert [row["content"] for row in await stage.history((await chen.session())["sessionId"])] == ["在吗？"]


@pytest.mark.gen_test
async def test_three_times_a_day_and_never_in_the_middle_of_a_conversation(stage: Stage, douyin: Douyin) -> None:
    chen = await at_the_door(stage, douyin)
    for number in range(5):
        await enters(chen)
        await is_quiet(stage)
    assert heard(douyin) == [HELLO] * 3
    lin = Chen(stage, douyin, "cust-lin")
    await lin.says("在吗？")
    await enters(lin)
    await is_quiet(stage)
    assert len(heard(douyin)) == 3 and list(douyin.calls).count(SEND) == 3


@pytest.mark.gen_test
async def test_whom_agents_have_blocked_nobody_welcomes(stage: Stage, douyin: Douyin) -> None:
    chen = await at_the_door(stage, douyin)
    await chen.says("在吗？")
    path = f"/api/sessions/{(await chen.session())['sessionId']}"
    await stage.post(f"{path}/customer/block", {"csId": "wang"})
    await stage.post(f"{path}/close", {"csId": "wang"})
    await enters(chen)
    await is_quiet(stage)
    assert heard(douyin) == [] and Disk(stage.settings).notices("im_enter_direct_msg")
    await stage.post(f"{path}/customer/unblock", {"csId": "wang"})
    await enters(chen)
    await is_quiet(stage)
    assert heard(douyin) == [HELLO]


@pytest.mark.gen_test
async def test_without_words_or_after_its_seconds_nothing_is_said(stage: Stage, douyin: Douyin, settings) -> None:
    await stage.start(with_welcome(settings, ""))
    await authorised(stage)
    chen = Chen(stage, douyin)
    await enters(chen)
    await is_quiet(stage)
    await stage.stop()
    now = time.time
    await stage.start(settings)
    douyin.now = lambda: now() - 31
    await enters(chen)
    await is_quiet(stage)
    assert SEND not in douyin.calls and len(Disk(stage.settings).notices("im_enter_direct_msg")) == 2


@pytest.mark.gen_test
async def test_the_stand_in_keeps_douyins_rules_for_it(douyin: Douyin) -> None:
    def greets(**changes: Any) -> int:
        [event_id] = douyin.entered
        body = {"msg_id": event_id, "conversation_id": douyin.conversation(SHOP, CHEN), "to_user_id": CHEN,
                "scene": "im_enter_direct_msg", "content": {"msg_type": 1, "text": {"text": HELLO}}} | changes
        try:
            return 0 if douyin.send(SHOP, body) else -1
        except Refused as refused:
            return refused.code
    douyin.customer_enters(SHOP, CHEN)
    assert greets(scene="") == greets(to_user_id="lin") == greets(msg_id="@else==") == 28003082
    assert [greets() for _ in range(4)] == [0, 0, 0, 28003070]
    now = time.time
    douyin.now = lambda: now() + 31
    assert greets() == 28003080


@pytest.mark.gen_test
async def test_a_busy_moment_is_tried_again_and_a_lost_answer_is_not(stage: Stage, douyin: Douyin) -> None:
    chen = await at_the_door(stage, douyin)
    douyin.next(SEND, vices.refuses(28001005))
    await enters(chen)
    await until(lambda: heard(douyin))
    await is_quiet(stage)
    assert list(douyin.calls).count(SEND) == 2
    douyin.next(SEND, vices.loses_answer)
    await enters(chen)
    await is_quiet(stage)
    douyin.next(SEND, vices.cuts)
    await enters(chen)
    await is_quiet(stage)
    assert heard(douyin) == [HELLO] * 2 and list(douyin.calls).count(SEND) == 4


@pytest.mark.gen_test
async def test_it_is_on_disk_before_anything_is_said_and_a_restart_says_it_no_more(stage: Stage, douyin) -> None:
    chen, found = await at_the_door(stage, douyin), []
    gate = asyncio.Event()

    async def looks(call: Call) -> bool:
        found.extend(Disk(stage.settings).notices("im_enter_direct_msg"))
        await gate.wait()
        return False
    douyin.habits[SEND] = looks
    douyin.customer_enters(SHOP, CHEN)
    again = douyin.webhooks[-1]
    await chen.told()
    await until(lambda: found)
    await stage.stop()                                          # while it is on its way
    gate.set()
    await stage.start()
    douyin.webhooks.append(again)
    await chen.told()
    await is_quiet(stage)
    assert list(douyin.calls).count(SEND) == 1
