"""How a channel is, in a word and a reason."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from ccs.checkup import health
from ccs.kept import Pulse
from ccs.models import utc_now
from ccs.settings import ChannelsSettings, Config
from tests.conftest import Stage
from tests.moods import answers

NOW = utc_now()
FAILED, SENT = ("failed", "客户不存在"), ("sent", "")


@pytest.mark.parametrize(("ago", "outcomes", "state", "words"), [
    (1, (), "ok", ""), (1, (SENT,), "ok", ""), (1, (FAILED, FAILED, SENT), "ok", ""), (1, (FAILED,), "ok", ""),
    (1, (FAILED, ("uncertain", ""), FAILED), "failing", "客户不存在"),
    (1, (("pending", "网关连不上"), SENT, SENT), "failing", "网关连不上"), (30, (("pending", "网关连不上"),), "failing", "重试"),
    (25, (SENT,), "quiet", "24 小时"), (None, (), "quiet", "还没有"),
])
def test_a_channel_is_judged_by_what_went_through_it(ago: int | None, outcomes: Any, state: str, words: str) -> None:
    last_in = None if ago is None else NOW - timedelta(hours=ago)
    told, reason = health.state_of(Pulse(last_in, None, outcomes), NOW)
    assert told == state and words in reason and bool(reason) == (state != "ok")


async def channels(stage: Stage) -> dict[str, dict[str, Any]]:
    return {row.pop("channelType"): row for row in (await stage.get("/api/channels")).json()["data"]}


@pytest.mark.gen_test
async def test_the_dots_say_what_came_what_left_and_what_is_wrong(stage: Stage, settings: Config, gateway) -> None:
    off = evolve(settings.channels.douyin, enabled=False)
    await stage.start(evolve(settings, channels=evolve(settings.channels, douyin=off)))
    found = await channels(stage)
    assert found["douyin"] == {"state": "off"}
    assert found["jd"] == found["wechat"] == {"state": "quiet", "reason": "还没有收到过客户的消息"}
    chen, wang = stage.customer(), await stage.agent("wang")
    await chen.says("在吗")
    session = await chen.session()
    await wang.accepts(session["sessionId"])
    await wang.replies(session["sessionId"], "在的")
    sent = await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert (await channels(stage))["jd"] == {
        "state": "ok", "lastInAt": session["lastMessageTime"], "lastOutAt": sent["data"]["createdAt"],
    }
    gateway.moods += [answers(5000)] * 9
    await wang.replies(session["sessionId"], "您好")
    delayed = await wang.hears("message_updated", lambda frame: "reason" in frame["data"]["delivery"])
    found = await channels(stage)
    assert found["jd"]["state"] == "failing" and delayed["data"]["delivery"]["reason"] in found["jd"]["reason"]
    assert found["wechat"]["state"] == "quiet" and set(found) == set(ChannelsSettings.__annotations__)
