"""One customer's story, by every channel, from her first word to the close."""

import pytest

from tests.conftest import Stage, until

BY = ["wecom", "wechat", "douyin", "jd"]        # WeCom's own callback, and each channel's gateway


@pytest.mark.gen_test
@pytest.mark.parametrize("channel", BY)
async def test_a_customer_waits_is_accepted_answered_and_closed(
    stage: Stage, gateway, wecom, channel
) -> None:
    await stage.start()
    wang, li = await stage.agent("wang"), await stage.agent("li")
    chen = stage.customer(channel=channel)

    await chen.says("请问今天能发货吗？")
    for agent in (wang, li):
        waiting = await agent.next("new_pending_session")
        assert waiting["data"]["customerId"] == "陈女士" and waiting["data"]["status"] == "pending"
        assert waiting["data"]["channelType"] == ("wechat" if channel == "wecom" else channel)
    session_id = waiting["sessionId"]

    assert (await wang.accepts(session_id)).status_code == 200
    for agent in (wang, li):
        assert (await agent.next("session_accepted"))["data"]["manualCsId"] == "wang"

    await chen.says("在吗？<b>&")
    told = await wang.next("new_message")
    assert told["data"]["content"] == "在吗？<b>&" and told["data"]["senderType"] == "customer"
    assert await li.heard_nothing()

    answer = await wang.replies(session_id, "有货，今天发。")
    assert answer.status_code == 200 and answer.json()["data"]["delivery"] == {"state": "pending"}
    assert (await wang.next("new_message"))["data"]["senderType"] == "manual"
    fate = await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] != "sending")
    assert fate["data"]["delivery"]["state"] == "sent"
    if channel == "wecom":
        assert [(said["touser"], said["text"]["content"]) for said in wecom.said] == [("陈女士", "有货，今天发。")]
    else:
        assert [(said["customerId"], said["message"]["text"]) for said in gateway.said] == [("陈女士", "有货，今天发。")]

    assert (await wang.closes(session_id)).json()["data"]["status"] == "closed"
    for agent in (wang, li):
        assert (await agent.next("session_closed"))["sessionId"] == session_id
    assert [message["seq"] for message in await stage.history(session_id)] == [1, 2, 3]

    await chen.says("再问一下")
    assert (await wang.next("new_pending_session"))["sessionId"] != session_id


@pytest.mark.gen_test
async def test_everything_is_there_after_a_restart(stage: Stage, gateway) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("在吗？")
    session = await chen.session()
    await wang.accepts(session["sessionId"])
    await wang.replies(session["sessionId"], "在的。")
    await until(lambda: gateway.said)
    before = await stage.session(session["sessionId"]), await stage.history(session["sessionId"])

    await stage.stop()
    await stage.start()

    assert (await stage.session(session["sessionId"]))["status"] == "manual"
    after = await stage.session(session["sessionId"]), await stage.history(session["sessionId"])
    assert after[0] == before[0]
    assert [row["content"] for row in after[1]] == [row["content"] for row in before[1]]
    wang = await stage.agent("wang")
    assert wang.hello["counts"] == {"ai": 0, "pending": 0, "manual": 1, "mine": 1}
    await chen.says("谢谢")
    assert (await wang.next("new_message"))["data"]["seq"] == 3
