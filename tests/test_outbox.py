"""What we say reaches the platform: in order, exactly once, or with an honest word about why not."""

import asyncio

import pytest
from attrs import evolve

from ccs.channels import http
from ccs.channels.base import Callback, Channel, Sent, Way
from ccs.errors import DeliveryDelayed
from ccs.incoming.inbound import Inbound, PlatformTells
from ccs.models import Via
from ccs.outbox import Outbox
from ccs.outgoing import fate
from ccs.settings import JDSettings
from tests.conftest import AgentAtWork, Stage, until
from tests.moods import answers, fails, forgets, garbles, vanishes
from tests.platforms import gateway_message


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """The same pauses, a hundred times shorter."""
    monkeypatch.setattr(fate, "FIRST_PAUSE", 0.01)


async def held(stage: Stage, channel: str = "jd") -> tuple[AgentAtWork, str]:
    """小王 holds 陈女士's session."""
    wang, chen = await stage.agent("wang"), stage.customer(channel=channel)
    await chen.says("在吗？")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    await wang.hears("session_accepted")
    return wang, session_id


async def fate_of(agent: AgentAtWork, state: str) -> dict:
    told = await agent.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == state)
    return told["data"]["delivery"]


@pytest.mark.gen_test
async def test_replies_leave_in_their_order(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.moods += [answers(5000), fails(503)]        # the first two attempts at the first reply
    words = [f"第 {number} 句" for number in range(8)]
    for text in words:
        await wang.replies(session_id, text)
    await until(lambda: len(gateway.said) == 8)
    assert [said["message"]["text"] for said in gateway.said] == words
    assert len({said["requestId"] for said in gateway.said}) == 8


@pytest.mark.gen_test
async def test_a_refusal_is_told_in_chinese_and_lets_the_next_one_go(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.moods.append(answers(2002))
    await wang.replies(session_id, "加我微信")
    await wang.replies(session_id, "好的")
    assert (await fate_of(wang, "failed"))["reason"] == "平台拒绝了消息内容，请修改后再发"
    await fate_of(wang, "sent")
    assert [said["message"]["text"] for said in gateway.said] == ["好的"]
    assert [row.get("delivery", {}).get("state") for row in await stage.history(session_id)] == [None, "failed", "sent"]


@pytest.mark.gen_test
@pytest.mark.parametrize("mood", [answers(3001, retryAfter=0.01), answers(5000), fails(500), fails(503), fails(429)])
async def test_a_delay_is_tried_again_under_the_same_request_id(stage: Stage, gateway, mood) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.moods += [mood, mood, mood]
    await wang.replies(session_id, "马上处理")
    assert "重试" in (await fate_of(wang, "pending"))["reason"]
    assert "reason" not in await fate_of(wang, "sent")
    assert len(gateway.requests) == 4 and len({request["requestId"] for request in gateway.requests}) == 1


@pytest.mark.gen_test
@pytest.mark.parametrize("mood", [vanishes, garbles, forgets], ids=["taken", "taken and garbled", "not taken"])
async def test_a_lost_answer_never_says_it_twice(stage: Stage, gateway, mood) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.moods.append(mood)
    await wang.replies(session_id, "已退款")
    await fate_of(wang, "sent")
    assert len(gateway.requests) == 2 and len(gateway.said) == 1


@pytest.mark.gen_test
@pytest.mark.parametrize("lose, state", [(vanishes, "sent"), (forgets, "failed")], ids=["taken", "not taken"])
async def test_a_lost_answer_is_asked_for_even_if_she_has_left_meanwhile(stage: Stage, gateway, lose, state) -> None:
    await stage.start()
    wang, session_id = await held(stage)

    async def loses_and_ends(request) -> bool:
        ended = {**gateway_message("陈女士", "", "m-ended"), "type": "session_ended"}
        assert (await stage.envelope(ended)).status_code == 200
        return lose(request)

    gateway.moods += [loses_and_ends, *([answers(2001)] if lose is forgets else [])]
    await wang.replies(session_id, "慢走")
    await fate_of(wang, state)
    first, second = gateway.requests
    assert first == second and len(gateway.said) == (state == "sent")


@pytest.mark.gen_test
async def test_a_gateway_that_is_away_gets_it_when_it_is_back(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    port = gateway.port
    gateway.stop()
    await wang.replies(session_id, "您好")
    assert "连接不上" in (await fate_of(wang, "pending"))["reason"]
    gateway.start(port)
    await fate_of(wang, "sent")
    assert len(gateway.said) == 1


@pytest.mark.gen_test
async def test_a_gateway_that_does_not_know_our_signature_is_a_refusal(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.secret = "another"
    await wang.replies(session_id, "您好")
    assert "gateway_secret" in (await fate_of(wang, "failed"))["reason"]


@pytest.mark.gen_test
async def test_a_channel_without_a_way_out_says_so(stage: Stage, settings) -> None:
    jd = JDSettings(enabled=True, gateway_secret="gateway-shared-secret")
    await stage.start(evolve(settings, channels=evolve(settings.channels, jd=jd)))
    wang, session_id = await held(stage)
    await wang.replies(session_id, "您好")
    assert "gateway_url" in (await fate_of(wang, "failed"))["reason"]


@pytest.mark.gen_test
async def test_a_failed_reply_can_be_sent_again_by_hand(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.moods.append(answers(2002))
    message = (await wang.replies(session_id, "您好")).json()["data"]
    await fate_of(wang, "failed")
    again = await stage.post(f"/api/sessions/{session_id}/messages/{message['msgId']}/retry")
    assert again.status_code == 200
    await fate_of(wang, "sent")
    first, second = gateway.requests
    assert first["requestId"] != second["requestId"] and len(await stage.history(session_id)) == 2


@pytest.mark.gen_test
async def test_what_failed_and_was_put_aside_is_counted_no_more_and_may_still_be_retried(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.moods.append(answers(2002))
    message = (await wang.replies(session_id, "加我微信")).json()["data"]
    await fate_of(wang, "failed")
    path = f"/api/sessions/{session_id}/messages/{message['msgId']}"
    assert (await stage.session(session_id))["failedCount"] == 1
    assert (await stage.post(f"{path}/dismiss", {"csId": "li"})).status_code == 403

    aside = (await stage.post(f"{path}/dismiss", {"csId": "wang"})).json()["data"]
    assert await fate_of(wang, "failed") == aside["delivery"]
    assert (await stage.post(f"{path}/dismiss", {"csId": "wang"})).json()["data"] == aside      # again is the same
    await stage.stop()
    await stage.start()
    assert (await stage.history(session_id))[-1]["delivery"] == aside["delivery"]
    assert "failedCount" not in await stage.session(session_id)
    assert (await stage.get("/api/sessions", failed="true")).json()["data"] == []
    row = await stage.session(session_id)
    said = {"seq": 1, "senderType": "customer", "senderId": "陈女士", "msgType": "text", "text": "在吗？"}
    assert (row["lastMessage"], row["messageCount"], row["lastSaid"]) == ("加我微信", 2, said)

    again = (await stage.post(f"{path}/retry", {"csId": "wang"})).json()["data"]
    assert "dismissedAt" not in again["delivery"]
    now = (await stage.session(session_id))["lastSaid"]
    assert now["seq"] == 2 and "text" not in now
    await until(lambda: [said["message"]["text"] for said in gateway.said] == ["加我微信"])
    assert (await stage.post(f"{path}/dismiss", {"csId": "wang"})).status_code == 400       # it has arrived


@pytest.mark.gen_test
async def test_a_retry_clicked_twice_is_one_more_attempt(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.moods.append(answers(2002))
    message = (await wang.replies(session_id, "您好")).json()["data"]
    await fate_of(wang, "failed")
    path = f"/api/sessions/{session_id}/messages/{message['msgId']}/retry"
    answers_ = await asyncio.gather(*(stage.post(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers_) == [200, 400, 400, 400, 400]
    await fate_of(wang, "sent")
    assert len(gateway.said) == 1


@pytest.mark.gen_test
async def test_a_late_word_on_an_earlier_attempt_changes_nothing(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    gateway.moods.append(answers(2002))
    message = (await wang.replies(session_id, "您好")).json()["data"]
    await fate_of(wang, "failed")
    late = {"eventId": "late", "type": "send_result", "shopId": "10001", "ok": False, "reason": "迟到的结果",
            "requestId": gateway.requests[0]["requestId"]}
    outbox = stage.worker(Outbox)           # both in one turn of the loop, so that the retry is not on disk yet
    retried = outbox._desk.retry(session_id, message["msgId"], None)
    told = outbox.hear_result(PlatformTells("jd", "10001", "send_result", late, ()))
    await retried
    await told
    await fate_of(wang, "sent")
    assert (await stage.envelope(late)).status_code == 200
    assert (await stage.history(session_id))[1]["delivery"] == {"state": "sent"}


@pytest.mark.gen_test
async def test_the_fate_of_a_reply_is_told_to_whoever_holds_the_session_by_then(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    li = await stage.agent("li")
    moved: list[asyncio.Future] = []

    def transfers_first(request) -> bool:
        body, finish = gateway.requests[-1], request.finish
        request._auto_finish = False
        path = f"/api/sessions/{session_id}/transfer"
        moved.append(asyncio.ensure_future(stage.post(path, {"csId": "wang", "toCsId": "li"})))
        moved[0].add_done_callback(lambda _: finish(gateway.take(body)))
        return True

    gateway.moods.append(transfers_first)
    await wang.replies(session_id, "转给小李")
    await fate_of(li, "sent")
    assert (await moved[0]).status_code == 200
    told = await wang.all_until_now()
    assert [frame["data"]["delivery"]["state"] for frame in told if frame["type"] == "message_updated"] == ["sending"]


@pytest.mark.gen_test
async def test_a_gateway_that_drips_its_answer_is_a_lost_answer(stage: Stage, gateway, monkeypatch) -> None:
    monkeypatch.setattr(http, "WHOLE_PATIENCE", 0.3)
    await stage.start()
    wang, session_id = await held(stage)

    def drips(request) -> bool:
        request._auto_finish = False
        gateway.take(gateway.requests[-1])
        request.set_header("Content-Length", "100")
        request.write("{")
        request.flush()
        return True

    gateway.moods.append(drips)
    await wang.replies(session_id, "您好")
    assert "没有收到答复" in (await fate_of(wang, "pending"))["reason"]
    await fate_of(wang, "sent")
    assert len(gateway.said) == 1


@pytest.mark.gen_test
async def test_the_platforms_final_word_stands_whenever_it_comes(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await held(stage)

    async def result(request_id: str, ok: bool) -> None:
        told = {"version": "1", "eventId": stage.new_id(), "type": "send_result", "shopId": "10001",
                "requestId": request_id, "ok": ok, "reason": "对方已拉黑"}
        assert (await stage.envelope(told)).status_code == 200

    await wang.replies(session_id, "您好")
    await fate_of(wang, "sent")
    await result(gateway.said[0]["requestId"], ok=False)
    assert (await fate_of(wang, "failed"))["reason"] == "对方已拉黑"

    early: list[asyncio.Task] = []

    def refuses_before_it_answers(request) -> bool:
        body, finish = gateway.requests[-1], request.finish
        request._auto_finish = False
        early.append(asyncio.ensure_future(result(body["requestId"], ok=False)))
        early[0].add_done_callback(lambda _: finish(gateway.take(body)))
        return True

    gateway.moods.append(refuses_before_it_answers)
    await wang.replies(session_id, "还在吗")
    await fate_of(wang, "failed")
    await asyncio.gather(*early)
    await wang.replies(session_id, "再见")
    await fate_of(wang, "sent")
    assert [row["delivery"]["state"] for row in (await stage.history(session_id))[1:]] == ["failed", "failed", "sent"]

    last = (await stage.history(session_id))[-1]
    await result(gateway.said[-1]["requestId"], ok=False)
    await fate_of(wang, "failed")
    await stage.post(f"/api/sessions/{session_id}/messages/{last['msgId']}/dismiss", {"csId": "wang"})
    await fate_of(wang, "failed")
    await result(gateway.said[-1]["requestId"], ok=True)
    assert await fate_of(wang, "sent") == {"state": "sent"}, "what arrived after all is not put aside"


class PlatformWithoutIds(Channel):
    """A platform that knows no request ids, so a second request would be a second message."""

    name = "jd"
    idempotent = False
    hears_echoes = False

    def __init__(self, inner: Channel) -> None:
        super().__init__(inner.settings, inner.tools)
        self._inner = inner
        self.sent = 0

    def read(self, callback: Callback) -> Inbound | None:
        return self._inner.read(callback)

    def ways_out(self) -> dict[Via, Way]:
        return {Via.GATEWAY: self}

    async def send(self, session, message) -> Sent:
        self.sent += 1
        raise DeliveryDelayed("没有收到答复", lost=True)


@pytest.mark.gen_test
async def test_without_request_ids_a_lost_answer_is_left_to_the_agent(stage: Stage) -> None:
    await stage.start()
    channels = stage.worker(Outbox)._channels
    channels["jd"] = platform = PlatformWithoutIds(channels["jd"])
    wang, session_id = await held(stage)
    await wang.replies(session_id, "您好")
    assert "可能已送达" in (await fate_of(wang, "uncertain"))["reason"]
    assert platform.sent == 1


@pytest.mark.gen_test
async def test_an_accept_withdraws_what_the_assistant_had_not_begun_to_send(
    stage: Stage, gateway, with_assistant, monkeypatch
) -> None:
    await stage.start(with_assistant)
    monkeypatch.setattr(fate, "FIRST_PAUSE", 60.0)          # the greeting is refused once and then stands in line
    gateway.moods.append(fails(503))
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("有货吗")
    await until(lambda: gateway.requests)
    await chen.says("我要人工")
    session_id = (await wang.hears("new_pending_session"))["sessionId"]
    await until(lambda: stage.server._registry.outgoing(session_id)[0].delivery.state == "pending")
    await wang.accepts(session_id)
    assert (await fate_of(wang, "failed"))["reason"] == fate.WITHDRAWN
    await wang.replies(session_id, "您好，我是小王")
    await fate_of(wang, "sent")
    assert [said["message"]["text"] for said in gateway.said] == ["您好，我是小王"]


@pytest.mark.gen_test
async def test_a_fault_of_our_own_is_tried_again_later_and_not_at_once(stage: Stage, gateway, monkeypatch) -> None:
    await stage.start()
    wang, session_id = await held(stage)
    monkeypatch.setattr(fate, "FIRST_PAUSE", 60.0)
    gateway.moods += [garbles] * 50
    await wang.replies(session_id, "您好")
    await fate_of(wang, "sending")
    assert "重试" in (await fate_of(wang, "pending"))["reason"]
    assert len(gateway.requests) == 1


@pytest.mark.gen_test
async def test_one_slow_session_holds_up_no_other(stage: Stage, gateway) -> None:
    await stage.start()
    wang, slow = await held(stage)

    def refuses_chen(request) -> bool:
        gateway.moods.append(refuses_chen)
        return gateway.requests[-1]["customerId"] == "陈女士" and fails(503)(request)

    gateway.moods.append(refuses_chen)
    await wang.replies(slow, "慢的")
    await until(lambda: gateway.requests)
    other = stage.customer("李先生")
    await other.says("你好")
    quick = (await other.session())["sessionId"]
    await wang.accepts(quick)
    await wang.replies(quick, "快的")
    await until(lambda: [said["message"]["text"] for said in gateway.said] == ["快的"])
    gateway.moods.clear()
    await until(lambda: [said["message"]["text"] for said in gateway.said] == ["快的", "慢的"])
