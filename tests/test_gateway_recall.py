"""Taking back what was said through a gateway: by any channel, signed, and with words for whatever it answers."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import Factory, define, evolve
from tornado.web import RequestHandler

from ccs.channels import recalling
from ccs.demo.gateway import Gateway
from ccs.settings import Config
from tests.conftest import SECRET, AgentAtWork, Stage, async_

CHANNELS = ["wechat", "douyin", "jd"]
Mood = Callable[["Recalls"], None]


@define
class Forgetful(Gateway):
    """A gateway that can take back. `answers` is for whoever wants the next requests treated otherwise, one each."""

    recalled: list[dict[str, Any]] = Factory(list)
    answers: list[Mood] = Factory(list)

    def routes(self) -> list[tuple[Any, ...]]:
        return [*super().routes(), ("/recalls", Recalls, {"gateway": self})]


class Recalls(RequestHandler):
    def initialize(self, gateway: Forgetful) -> None:
        self.gateway = gateway

    def post(self) -> None:
        headers = self.request.headers
        expected = self.gateway.sign(headers["X-Timestamp"], headers["X-Nonce"], self.request.body)
        assert headers["X-Signature"] == expected
        if self.gateway.answers:
            self.gateway.answers.pop(0)(self)
            return
        self.gateway.recalled.append(json.loads(self.request.body))
        self.finish({"code": 0})


@pytest.fixture
def forgetful(io_loop: Any) -> Iterator[Forgetful]:
    gateway = Forgetful(SECRET)
    io_loop.run_sync(async_(gateway.start))
    yield gateway
    io_loop.run_sync(gateway.close)


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
async def test_the_holder_takes_back_what_she_said(stage: Stage, settings, forgetful, channel, ending) -> None:
    await stage.start(through(settings, forgetful.url + ending))
    wang, message, path = await said(stage, channel)
    assert (await stage.post(path, {"csId": "li"})).status_code == 403 and forgetful.recalled == []
    for _ in range(2):
        answer = await stage.post(path, {"csId": "wang"})
        assert answer.status_code == 200 and answer.json()["data"]["recalledAt"], answer.text
    await wang.hears("message_updated", lambda frame: "recalledAt" in frame["data"])
    [asked], [sent] = forgetful.recalled, forgetful.said
    named = next(iter(forgetful._results.values()))["messageId"]
    assert asked == {
        "version": "1", "requestId": f"recall-{sent['requestId']}", "type": "message_recalled", "shopId": "10001",
        "customer": {"id": "陈女士"}, "conversationId": "10001:陈女士",
        "message": {"id": named, "requestId": sent["requestId"]},
    }


def says(code: Any, status: int = 200) -> Mood:
    def answer(request: Recalls) -> None:
        request.set_status(status)
        request.finish({"code": code})
    return answer


def garbles(request: Recalls) -> None:
    request.finish("<html>")


def cuts(request: Recalls) -> None:
    request.detach().close()


@pytest.mark.gen_test
@pytest.mark.parametrize("mood, words", [
    *[(says(code), words) for code, words in recalling.REFUSALS.items()],
    (says(7), "错误码 7"), (says(0, 400), "拒绝"), (says("0"), "无法识别"), (garbles, "无法识别"),
    (says(404, 404), "不支持撤回"), (says(1, 405), "不支持撤回"), (says(0, 503), "HTTP 503"), (cuts, recalling.LOST),
])
async def test_whatever_else_it_answers_has_words_and_it_stands(stage, settings, forgetful, mood, words) -> None:
    await stage.start(through(settings, forgetful.url))
    _, message, path = await said(stage)
    forgetful.answers.append(mood)
    refused = await stage.post(path, {"csId": "wang"})
    assert refused.status_code == 400 and words in refused.json()["message"]
    assert "recalledAt" not in (await stage.history(message["sessionId"]))[-1]
    assert (await stage.post(path, {"csId": "wang"})).status_code == 200       # and may be asked again


@pytest.mark.gen_test
async def test_a_gateway_that_never_heard_of_it_leaves_a_sentence(stage: Stage, gateway) -> None:
    """As the demo's, which knows `/messages` alone."""
    await stage.start()
    _, _, path = await said(stage)
    assert (await stage.post(path, {"csId": "wang"})).json()["message"] == recalling.NOT_OFFERED
    await gateway.close()
    assert "没有撤回" in (await stage.post(path, {"csId": "wang"})).json()["message"]
