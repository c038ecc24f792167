"""First and last words in 微信客服: said within their seconds, whatever else is going on, and once."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from ccs.channels.wecom import kf
from ccs.demo.vices import loses_answer, refuses, waits
from ccs.demo.wecom import Call, WeCom
from ccs.incoming import welcome
from ccs.incoming.welcome import Welcome
from ccs.settings import Config
from tests.conftest import Stage, until
from tests.kf import KF, Disk, at_kf, until_there
from tests.channels.test_kf_pull import SYNC, is_quiet, quick, set_up      # noqa: F401 (a fixture)

__all__ = ["quick"]

ON_EVENT = "kf/send_msg_on_event"
HELLO, GOODBYE = "您好，欢迎光临！", "感谢您的来访，再见。"


@pytest.fixture
def settings(settings: Config) -> Config:
    return set_up(settings, welcome=HELLO, farewell=GOODBYE)


@pytest.fixture(autouse=True)
def tries_soon(monkeypatch) -> None:
    monkeypatch.setattr(welcome, "PAUSE", 0.01)


def heard(wecom: WeCom) -> list[tuple[str, dict[str, Any]]]:
    """What reached customers' phones."""
    return [(reached.msgtype, reached.body) for reached in wecom.reached]


@pytest.mark.gen_test
async def test_who_enters_is_welcomed_with_a_way_to_a_person(stage: Stage, wecom) -> None:
    await stage.start()
    await at_kf(stage, wecom).enters(scene="qr-shop")
    await until(lambda: wecom.reached)
    button = {"type": "click", "click": {"id": "to_human", "content": "转人工"}}
    assert heard(wecom) == [("msgmenu", {"head_content": HELLO, "list": [button]})]
    assert wecom.reached[0].external_userid == "wmChen0001"


@pytest.mark.gen_test
async def test_a_welcome_that_is_too_long_for_a_menu_is_a_text(stage: Stage, wecom, settings) -> None:
    await stage.start(set_up(settings, welcome="好" * 400))
    await at_kf(stage, wecom).enters()
    await until(lambda: wecom.reached)
    assert heard(wecom) == [("text", {"content": "好" * 400})]


@pytest.mark.gen_test
async def test_nothing_is_said_where_nothing_is_to_be_said(
    stage: Stage, wecom, settings, is_quiet     # noqa: F811
) -> None:
    await stage.start(set_up(settings, welcome="", farewell=""))
    chen = at_kf(stage, wecom)
    await chen.enters()
    await chen.says("在吗")
    await chen.history(1)
    await is_quiet()
    assert ON_EVENT not in wecom.calls


@pytest.mark.gen_test
async def test_the_welcome_waits_for_no_other_account_and_no_further_page(stage: Stage, wecom) -> None:
    await stage.start()
    await until(lambda: "kf/account/list" in wecom.calls)
    chen, lin, gate = at_kf(stage, wecom), at_kf(stage, wecom, "wkOther", "wmLin"), asyncio.Event()
    pages = []

    async def slow(call: Call) -> bool:
        """The other account's first page, and the second of this one."""
        asked = json.loads(call.request.body)["open_kfid"]
        pages.append(asked)
        if asked == "wkOther" or pages.count(KF) > 1:
            await gate.wait()
        return False
    wecom.habits[SYNC] = slow
    wecom.paging.longest = 1
    await lin.says("我排在前面")
    await until(lambda: pages)
    wecom.customer_enters(KF, chen.id)
    await chen.says("在吗")
    await until(lambda: wecom.reached)
    assert heard(wecom)[0][0] == "msgmenu" and pages.count(KF) == 2
    gate.set()
    await chen.history(1)


@pytest.mark.gen_test
async def test_after_its_seconds_nothing_is_tried(stage: Stage, wecom, is_quiet) -> None:      # noqa: F811
    now = time.time
    wecom.now = lambda: now() - 21
    await stage.start()
    chen = at_kf(stage, wecom)
    await chen.enters()
    await until(lambda: Disk(stage.settings).notices("code_offered_entered"))
    await is_quiet()
    assert ON_EVENT not in wecom.calls


@pytest.mark.gen_test
async def test_a_failure_is_tried_again_within_the_seconds_and_no_longer(
    stage: Stage, wecom, monkeypatch, is_quiet      # noqa: F811
) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    wecom.next(ON_EVENT, refuses(-1), refuses(-1))
    await chen.enters()
    await until(lambda: wecom.reached)
    assert wecom.calls.count(ON_EVENT) == 3

    monkeypatch.setattr(kf, "CODE_LASTS", timedelta(seconds=2))     # of whole seconds since the event
    wecom.habits[ON_EVENT] = refuses(-1)
    await at_kf(stage, wecom, customer="wmLin").enters()
    await until(lambda: wecom.calls.count(ON_EVENT) > 4)
    await until(lambda: not stage.worker(Welcome)._tasks)
    await is_quiet()


@pytest.mark.gen_test
async def test_a_lost_answer_never_makes_it_twice(stage: Stage, wecom, is_quiet) -> None:      # noqa: F811
    await stage.start()
    wecom.next(ON_EVENT, loses_answer)
    await at_kf(stage, wecom).enters()
    await until(lambda: wecom.calls.count(ON_EVENT) == 2)
    await is_quiet()
    assert len(wecom.reached) == 1 and wecom.calls.count(ON_EVENT) == 2


@pytest.mark.gen_test
async def test_a_restart_says_it_no_second_time(stage: Stage, wecom, is_quiet) -> None:      # noqa: F811
    await stage.start()
    chen = at_kf(stage, wecom)
    await chen.enters()
    await until(lambda: wecom.reached)
    await stage.stop()
    wecom.paging.overlap = 5
    await stage.start()
    await chen.says("在吗")
    await chen.history(1)
    await is_quiet()
    assert len(wecom.reached) == 1 and wecom.calls.count(ON_EVENT) == 1


@pytest.mark.gen_test
async def test_a_stop_does_not_wait_for_a_welcome(stage: Stage, wecom) -> None:
    await stage.start()
    wecom.habits[ON_EVENT] = waits(asyncio.Event())
    await at_kf(stage, wecom).enters()
    await until(lambda: ON_EVENT in wecom.calls)
    began = time.monotonic()
    await stage.stop()
    assert time.monotonic() - began < 2


@pytest.mark.gen_test
async def test_when_staff_end_the_session_the_customer_hears_a_last_word(stage: Stage, wecom) -> None:
    await stage.start()
    chen = at_kf(stage, wecom)
    await chen.says("在吗")
    wecom.staff_says(KF, chen.id, "li.na", content="您好")
    wecom.staff_ends(KF, chen.id)
    await chen.wakes()
    await until(lambda: wecom.reached)
    assert heard(wecom) == [("text", {"content": GOODBYE})]


@pytest.mark.gen_test
async def test_nothing_is_said_before_the_occasion_is_on_disk(stage: Stage, wecom) -> None:
    await stage.start()
    chen, found = at_kf(stage, wecom), []

    def looks(call: Call) -> bool:
        found.extend(Disk(stage.settings).notices("code_offered_entered"))
        return False
    wecom.habits[ON_EVENT] = looks
    await chen.enters()
    await until(lambda: wecom.reached)
    assert found == [{"customerId": chen.id}]


@pytest.mark.gen_test
async def test_the_button_of_the_welcome_fetches_a_person(stage: Stage, wecom, with_assistant) -> None:
    await stage.start(with_assistant)
    chen = at_kf(stage, wecom)
    await chen.enters()
    await until(lambda: wecom.reached)
    pressed = wecom.reached[0].body["list"][0]["click"]
    await chen.says(pressed["content"], menu_id=pressed["id"])

    async def waits_for_a_person() -> bool:
        return (await chen.session())["status"] == "pending"
    await until_there(waits_for_a_person)
