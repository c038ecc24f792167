"""Taking back what was said through a gateway: by any channel, signed, and with words for whatever it answers."""

from typing import Any

import pytest
from attrs import evolve

from ccs.channels import recalling
from ccs.demo import vices
from ccs.demo.platform import Call, Mood
from ccs.settings import Config
from tests.conftest import AgentAtWork, Stage

CHANNELS = ["wechat", "douyin", "jd"]


def through(settings: Config, url: str) -> Config:
    changes = {name: evolve(getattr(settings.channels, name), gateway_url=url) for name in CHANNELS}
    return evolve(settings, channels=evolve(settings.channels, **changes))


async def said(stage: Stage, channel: str = "jd") -> tuple[AgentAtWork, dict[str, Any], str]:
    """小王 has answered 陈女士: she, the message, and where to take it back."""
    wang = await stage.agent("wang")
    chen = stage.customer(channel=channel)
    await chen.says("在吗？")
    session_id = (await chen.session())["sessionId"]
    await wang.accepts(session_id)
    await wang.replies(session_id, "发错了")
    told = await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    return wang, told["data"], f"/api/sessions/{session_id}/messages/{told['data']['msgId']}/recall"


@pytest.mark.gen_test
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("ending", ["", "/", "/messages"])
async def test_the_holder_takes_back_what_she_said(stage: Stage, settings, gateway, channel, ending) -> None:
    await stage.start(through(settings, gateway.url + ending))
    wang, message, path = await said(stage, channel)
    assert (await stage.post(path, {"csId": "li"})).status_code == 403 and gateway.recalled == []
    for _ in range(2):
        answer = await stage.post(path, {"csId": "wang"})
        assert answer.status_code == 200 and answer.json()["data"]["recalledAt"], answer.text
    await wang.hears("message_updated", lambda frame: "recalledAt" in frame["data"])
    [asked], [sent] = gateway.recalled, gateway.said
    named = next(iter(gateway._results.values()))["messageId"]
    assert asked == {
        "version": "1", "requestId": f"recall-{sent['requestId']}", "type": "message_recalled", "shopId": "10001",
        "customer": {"id": "陈女士"}, "conversationId": "10001:陈女士",
        "message": {"id": named, "requestId": sent["requestId"]},
    }


def says(code: Any, status: int = 200) -> Mood:
    def answer(request: Call) -> bool:
        request.set_status(status)
        request.finish({"code": code})
        return True
    return answer


def garbles(request: Call) -> bool:
    request.finish("<html>")
    return True


@pytest.mark.gen_test
@pytest.mark.parametrize("mood, words", [
    *[(says(code), words) for code, words in recalling.REFUSALS.items()],
    (says(7), "错误码 7"), (says(0, 400), "拒绝"), (says("0"), "无法识别"), (garbles, "无法识别"),
    (says(404, 404), "不支持撤回"), (says(1, 405), "不支持撤回"), (says(0, 503), "HTTP 503"), (vices.cuts, recalling.LOST),
])
async def test_whatever_else_it_answers_has_words_and_it_stands(stage, settings, gateway, mood, words) -> None:
    await stage.start(through(settings, gateway.url))
    _, message, path = await said(stage)
    gateway.next("recalls", mood)
    refused = await stage.post(path, {"csId": "wang"})
    assert refused.status_code == 400 and words in refused.json()["message"]
    assert "recalledAt" not in (await stage.history(message["sessionId"]))[-1]
    assert (await stage.post(path, {"csId": "wang"})).status_code == 200       # and may be asked again


@pytest.mark.gen_test
async def test_a_gateway_that_never_heard_of_it_leaves_a_sentence(stage: Stage, gateway) -> None:
    await stage.start()
    _, _, path = await said(stage)
    gateway.next("recalls", vices.breaks(404))
    assert (await stage.post(path, {"csId": "wang"})).json()["message"] == recalling.NOT_OFFERED
    await gateway.close()
    assert "没有撤回" in (await stage.post(path, {"csId": "wang"})).json()["message"]


@pytest.mark.gen_test
async def test_the_stand_in_takes_back_only_what_it_said(stage: Stage, gateway) -> None:
    await stage.start()
    _, _, path = await said(stage)
    gateway._results.clear()
    refused = await stage.post(path, {"csId": "wang"})
    assert refused.json()["message"] == recalling.REFUSALS[2002] and gateway.recalled == []
