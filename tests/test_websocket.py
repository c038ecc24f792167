"""The workbench's live line, `/ws/cs/{csId}`: who hears what, and what no frame can do to it."""

import asyncio
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from ccs.hub import Hub
from ccs.models import Agent, Role
from ccs.wire import Wire
from handlers.line import Line, frame
from tests.conftest import PATIENCE, AgentAtWork, Stage

LARGEST_FRAME = 64 * 1024
SECRET_WORDS = "我的身份证号是三一〇"


async def waiting(stage: Stage, words: str = "在吗？") -> str:
    """A customer waits for an agent: the id of her session."""
    chen = stage.customer()
    await chen.says(words)
    return (await chen.session())["sessionId"]


async def held(stage: Stage, by: AgentAtWork) -> str:
    """A session that an agent holds."""
    session_id = await waiting(stage)
    assert (await by.accepts(session_id)).status_code == 200
    return session_id


async def heard(*agents: AgentAtWork) -> list[list[dict[str, Any]]]:
    """What each of them heard up to now."""
    return [await agent.all_until_now() for agent in agents]


def kinds(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["type"] for frame in frames]


async def error_of(agent: AgentAtWork, frame: Any) -> dict[str, Any]:
    if isinstance(frame, bytes):
        agent.socket.write_message(frame, binary=True)
    else:
        agent.sends(frame)
    return await agent.next("error")


# Coming in

@pytest.mark.gen_test
async def test_hello_comes_first_and_says_who_and_where_we_are(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await held(stage, wang)
    await stage.customer("张先生", "douyin").says("在吗？")
    last = max(frame["eventId"] for frame in await wang.all_until_now())

    hello = (await stage.agent("wang")).hello
    assert hello["me"] == {"csId": "wang", "name": "小王", "role": "agent"}
    assert hello["counts"] == {"ai": 0, "pending": 1, "manual": 1, "mine": 1}
    assert hello["eventId"] == last and hello["epoch"] == wang.hello["epoch"] != ""
    assert datetime.fromisoformat(hello["serverTime"]).utcoffset() is not None
    assert {"bind_session", "unbind_session", "read", "ping"} <= set(hello["features"])
    zhao = (await stage.agent("zhao")).hello
    assert zhao["me"]["role"] == "supervisor" and zhao["counts"] == hello["counts"] | {"mine": 0}


@pytest.mark.gen_test
async def test_a_restart_keeps_the_epoch_and_the_event_ids_go_on(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await held(stage, wang)
    last = max(frame["eventId"] for frame in await wang.all_until_now())
    await stage.stop()
    await stage.start()
    again = await stage.agent("wang")
    assert (again.hello["epoch"], again.hello["eventId"]) == (wang.hello["epoch"], last)
    await stage.customer().says("还在吗？")
    assert (await again.next("new_message"))["eventId"] > last


@pytest.mark.gen_test
@pytest.mark.parametrize("cs_id", ["nobody", "WANG", "wang%20", "%E7%8E%8B", "x" * 500])
async def test_an_unknown_agent_is_closed_with_4403_and_told_nothing(stage: Stage, cs_id) -> None:
    await stage.start()
    stranger = await websocket_connect(f"{stage.base.replace('http', 'ws')}/ws/cs/{cs_id}")
    assert await asyncio.wait_for(stranger.read_message(), PATIENCE) is None
    assert stranger.close_code == 4403
    stranger.close()


@pytest.mark.gen_test
@pytest.mark.parametrize("origin", [
    "http://evil.example", "https://evil.example:{port}", "http://127.0.0.1.evil.example:{port}", "http://127.0.0.1:1",
    "null",
])
async def test_a_foreign_page_is_refused_before_the_upgrade(stage: Stage, origin) -> None:
    await stage.start()
    with pytest.raises(HTTPClientError) as refused:
        await websocket_connect(upgrade(stage, origin))
    assert refused.value.code == 403


@pytest.mark.gen_test
async def test_our_own_page_is_let_in(stage: Stage) -> None:
    await stage.start()
    page = await websocket_connect(upgrade(stage, stage.base))
    assert json.loads(await page.read_message())["type"] == "hello"
    page.close()


def upgrade(stage: Stage, origin: str) -> HTTPRequest:
    assert stage.server
    port = stage.server.port
    return HTTPRequest(f"ws://127.0.0.1:{port}/ws/cs/wang", headers={"Origin": origin.format(port=port)})


# Who hears what

@pytest.mark.gen_test
async def test_an_agent_hears_everything_on_each_of_her_sockets(stage: Stage) -> None:
    await stage.start()
    sockets = [await stage.agent("wang") for _ in range(3)]
    session_id = await held(stage, sockets[0])
    await stage.customer().says("急！")
    await sockets[1].replies(session_id, "来了")
    for wang in sockets:
        await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    await sockets[2].closes(session_id)
    first, *others = await heard(*sockets)
    assert kinds(first) == ["session_closed"]
    assert all(frames == first for frames in others)


@pytest.mark.gen_test
async def test_a_held_sessions_messages_reach_its_holder_and_who_is_bound_to_it(stage: Stage) -> None:
    """AC-MCA-10; a supervisor elsewhere sees the row move, and who may not open the session learns nothing at all."""
    await stage.start()
    wang, wang_too, zhao = await stage.agent("wang"), await stage.agent("wang"), await stage.agent("zhao")
    zhao_elsewhere, li, li_bound_before = await stage.agent("zhao"), await stage.agent("li"), await stage.agent("li")
    inside, outside = (wang, wang_too, zhao), (zhao_elsewhere, li, li_bound_before)
    session_id = await waiting(stage)
    await li_bound_before.binds(session_id)
    await wang.accepts(session_id)
    await zhao.binds(session_id)
    await heard(*inside, *outside)

    await stage.customer().says(SECRET_WORDS)
    for told in [await agent.next("new_message") for agent in inside]:
        assert told["sessionId"] == session_id and told["data"]["senderType"] == "customer"
        assert told["data"]["content"] == SECRET_WORDS and told["data"]["senderId"] == "陈女士"
    silent, *nothing = await heard(*outside)
    assert kinds(silent) == ["session_updated"] and silent[0]["data"]["lastMessage"] == SECRET_WORDS
    assert nothing == [[], []]

    await wang.replies(session_id, f"收到：{SECRET_WORDS}")
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    wang.sends({"type": "read", "sessionId": session_id, "seq": 2})
    await wang.closes(session_id)
    supervisor, *others = await heard(*outside)
    assert "new_message" not in kinds(supervisor)
    for frames in others:
        assert kinds(frames) == ["session_closed"]
        assert SECRET_WORDS not in json.dumps(frames, ensure_ascii=False)


@pytest.mark.gen_test
async def test_a_supervisors_takeover_shuts_the_former_holder_out(stage: Stage) -> None:
    await stage.start()
    wang, zhao = await stage.agent("wang"), await stage.agent("zhao")
    session_id = await held(stage, wang)
    await wang.binds(session_id)
    assert (await stage.post(f"/api/sessions/{session_id}/takeover", {"csId": "zhao"})).status_code == 200
    await heard(wang, zhao)
    await stage.customer().says(SECRET_WORDS)
    assert (await zhao.next("new_message"))["data"]["content"] == SECRET_WORDS
    assert await wang.heard_nothing()


@pytest.mark.gen_test
@pytest.mark.parametrize("status", ["ai", "pending"])
async def test_before_anybody_holds_it_anybody_may_look(stage: Stage, settings, with_assistant, status) -> None:
    await stage.start(with_assistant if status == "ai" else settings)
    li, li_elsewhere, zhao = await stage.agent("li"), await stage.agent("li"), await stage.agent("zhao")
    session_id = await waiting(stage)
    assert (await stage.session(session_id))["status"] == status
    await until_delivered(stage, session_id)
    await li.binds(session_id)
    await heard(li, li_elsewhere, zhao)

    await stage.customer().says("有人吗？")
    told = await li.hears("new_message")        # the word that the greeting was delivered may only come now
    assert (told["data"]["content"], told["session"]["lastMessage"]) == ("有人吗？", "有人吗？")
    for agent in (li_elsewhere, zhao):
        moved = await agent.next("session_updated")
        assert moved["eventId"] == told["eventId"] and moved["data"]["messageCount"] == told["data"]["seq"]


async def until_delivered(stage: Stage, session_id: str) -> None:
    """Until everything of ours that is said there has reached the platform."""
    while any(row.get("delivery", {"state": "sent"})["state"] != "sent" for row in await stage.history(session_id)):
        await asyncio.sleep(0)


@pytest.mark.gen_test
async def test_unbind_ends_the_look_and_is_harmless_when_there_was_none(stage: Stage) -> None:
    await stage.start()
    li, session_id = await stage.agent("li"), await waiting(stage)
    li.sends({"type": "unbind_session", "sessionId": session_id})
    await li.binds(session_id)
    await li.binds(session_id)
    li.sends({"type": "unbind_session", "sessionId": session_id})
    li.sends({"type": "unbind_session", "sessionId": "nothing"})
    assert await li.heard_nothing()
    await stage.customer().says("有人吗？")
    assert kinds(await li.all_until_now()) == ["session_updated"]


@pytest.mark.gen_test
async def test_a_held_session_may_be_bound_by_holder_and_supervisor_only(stage: Stage) -> None:
    await stage.start()
    wang, zhao, li = await stage.agent("wang"), await stage.agent("zhao"), await stage.agent("li")
    session_id = await held(stage, wang)
    await wang.binds(session_id)
    await zhao.binds(session_id)
    await li.hears("session_accepted")
    refused = await error_of(li, {"type": "bind_session", "sessionId": session_id})
    assert refused["code"] == 403 and "wang" in refused["message"]
    await stage.customer().says(SECRET_WORDS)
    assert await li.heard_nothing()


@pytest.mark.gen_test
async def test_a_closed_or_unknown_session_cannot_be_bound(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    session_id = await held(stage, wang)
    await wang.closes(session_id)
    await wang.hears("session_closed")
    assert (await error_of(wang, {"type": "bind_session", "sessionId": session_id}))["code"] == 403
    assert (await error_of(wang, {"type": "bind_session", "sessionId": "nothing"}))["code"] == 404


@pytest.mark.gen_test
async def test_an_accept_unbinds_those_who_may_no_longer_look(stage: Stage) -> None:
    await stage.start()
    wang, li, zhao = await stage.agent("wang"), await stage.agent("li"), await stage.agent("zhao")
    session_id = await waiting(stage)
    for agent in (li, zhao):
        await agent.binds(session_id)
    await wang.accepts(session_id)
    await heard(wang, li, zhao)
    await stage.customer().says(SECRET_WORDS)
    assert [kinds(frames) for frames in await heard(wang, li, zhao)] == [["new_message"], [], ["new_message"]]


@pytest.mark.gen_test
async def test_each_transition_is_told_once_to_everyone(stage: Stage) -> None:
    await stage.start()
    wang, wang_too, li, zhao = [await stage.agent(cs_id) for cs_id in ("wang", "wang", "li", "zhao")]
    everyone = (wang, wang_too, li, zhao)
    session_id = await waiting(stage)
    for agent in (wang, li, zhao):      # who looks on is not told twice
        await agent.binds(session_id)
    await stage.customer().says("有人吗？")
    for to in (wang, li):
        assert (await to.accepts(session_id)).status_code == 200
        assert (await to.accepts(session_id)).status_code == 200        # again: no transition
        assert (await stage.post(f"/api/sessions/{session_id}/transfer", {})).status_code == 200
    await zhao.closes(session_id)
    await zhao.closes(session_id)

    story = [("session_accepted", "manual", "wang"), ("new_pending_session", "pending", None),
             ("session_accepted", "manual", "li"), ("new_pending_session", "pending", None),
             ("session_closed", "closed", None)]
    for agent, frames in zip(everyone, await heard(*everyone), strict=True):
        told = [frame for frame in frames if frame["type"] in {kind for kind, *_ in story}]
        if agent is wang_too:
            assert (told[0]["type"], told.pop(0)["data"]["lastMessage"]) == ("new_pending_session", "在吗？")
        assert [(f["type"], f["data"]["status"], f["data"].get("manualCsId")) for f in told] == story
        assert {frame["sessionId"] for frame in told} == {session_id}


@pytest.mark.gen_test
async def test_the_holder_is_told_what_becomes_of_her_reply(stage: Stage) -> None:
    """On each of her sockets: the reply itself, and its delivery's fate, under one message id."""
    await stage.start()
    wang, wang_too, li = await stage.agent("wang"), await stage.agent("wang"), await stage.agent("li")
    session_id = await held(stage, wang)
    await heard(wang, wang_too, li)
    sent = (await wang.replies(session_id, "有货。", clientMsgId="c-1")).json()["data"]
    for socket_of_wang in (wang, wang_too):
        told = (await socket_of_wang.next("new_message"))["data"]
        assert (told["msgId"], told["clientMsgId"], told["senderType"]) == (sent["msgId"], "c-1", "manual")
        assert (told["content"], told["senderId"]) == ("有货。", "wang")
        fates = [(await socket_of_wang.next("message_updated"))["data"] for _ in range(2)]
        assert [fate["delivery"]["state"] for fate in fates] == ["sending", "sent"]
        assert {fate["msgId"] for fate in fates} == {sent["msgId"]}
    assert await li.heard_nothing()


@pytest.mark.gen_test
async def test_reading_lowers_unread_on_all_her_sockets(stage: Stage) -> None:
    await stage.start()
    wang, wang_too = await stage.agent("wang"), await stage.agent("wang")
    session_id = await held(stage, wang)
    for words in ("一", "二"):
        await stage.customer().says(words)
    await heard(wang, wang_too)
    for seq, unread in ((2, 1), (3, 0)):
        wang.sends({"type": "read", "sessionId": session_id, "seq": seq})
        for socket_of_wang in (wang, wang_too):
            told = await socket_of_wang.hears("session_updated")
            assert (told["sessionId"], told["data"]["unread"]) == (session_id, unread)
    assert (await stage.session(session_id))["unread"] == 0


@pytest.mark.gen_test
async def test_reading_never_raises_unread_and_is_the_holders_alone(stage: Stage) -> None:
    await stage.start()
    wang, li, zhao = await stage.agent("wang"), await stage.agent("li"), await stage.agent("zhao")
    session_id = await held(stage, wang)
    everyone = (wang, li, zhao)
    await heard(*everyone)
    wang.sends({"type": "read", "sessionId": session_id, "seq": -5})
    for agent in (li, zhao):
        agent.sends({"type": "read", "sessionId": session_id, "seq": 1})
    assert await heard(*everyone) == [[], [], []]
    assert (await stage.session(session_id))["unread"] == 1


@pytest.mark.gen_test
async def test_event_ids_rise_strictly_on_each_socket(stage: Stage) -> None:
    """So the highest one seen is all that a page has to remember."""
    await stage.start()
    sockets = [await stage.agent(cs_id) for cs_id in ("wang", "wang", "li", "zhao")]
    wang, _, li, zhao = sockets
    for name in ("陈女士", "张先生", "李阿姨"):
        chen = stage.customer(name)
        await asyncio.gather(*(chen.says(f"第 {n} 句") for n in range(5)))
        session_id = (await chen.session())["sessionId"]
        await zhao.binds(session_id)
        await asyncio.gather(wang.accepts(session_id), li.accepts(session_id))
        await asyncio.gather(chen.says("还有"), *(wang.replies(session_id, f"答 {n}") for n in range(3)))
        await until_delivered(stage, session_id)
        await wang.closes(session_id)
    for agent, frames in zip(sockets, await heard(*sockets), strict=True):
        ids = [frame["eventId"] for frame in frames]
        assert len(ids) >= 12 and ids == sorted(set(ids)) and ids[0] > agent.hello["eventId"]


# What comes from the page

@pytest.mark.gen_test
async def test_a_ping_is_answered_to_the_one_who_asked(stage: Stage) -> None:
    await stage.start()
    wang, wang_too = await stage.agent("wang"), await stage.agent("wang")
    wang.sends({"type": "ping"})
    pong = await wang.next("pong")
    assert pong.keys() == {"type", "serverTime", "counts"} and pong["counts"] == wang.hello["counts"]
    assert datetime.fromisoformat(pong["serverTime"]).utcoffset()
    assert await wang_too.heard_nothing()


@pytest.mark.gen_test
@pytest.mark.parametrize("hostile", [
    pytest.param("", id="nothing"),
    pytest.param("你好", id="not JSON"),
    pytest.param('{"type": "ping"', id="half"),
    pytest.param(b'{"type": "ping"}', id="binary"),
    pytest.param(b"\xff\xfe\x00", id="binary rubbish"),
    pytest.param("[" * 30_000, id="deep"),
    pytest.param('{"type": "ping", "x": ' + "[" * 60 + "]" * 60 + "}", id="a little too deep"),
    pytest.param('{"type": "bind_session", "sessionId": "\\ud800"}', id="lone surrogate"),
    pytest.param('{"type": "\\udfff"}', id="lone surrogate as type"),
    pytest.param('{"type": "bind_session", "sessionId": "\\u0000"}', id="NUL"),
    pytest.param('{"type": "ping", "type": "ping"}', id="the same key twice"),
    pytest.param('{"type": "ping", "x": NaN}', id="NaN"),
    pytest.param('{"type": "read", "sessionId": "x", "seq": ' + "9" * 5000 + "}", id="huge integer"),
    pytest.param("null", id="null"),
    pytest.param('"ping"', id="text"),
    pytest.param('[{"type": "ping"}]', id="array"),
    pytest.param("{}", id="no type"),
    pytest.param({"sessionId": "x"}, id="only a session"),
    pytest.param({"type": None}, id="type is null"),
    pytest.param({"type": 7}, id="type is a number"),
    pytest.param({"type": ["ping"]}, id="type is an array"),
    pytest.param({"type": {"ping": 1}}, id="type is an object"),
    pytest.param({"type": "PING"}, id="unknown type"),
    pytest.param({"type": "__class__"}, id="unknown type from Python"),
    pytest.param({"type": "new_message", "sessionId": "x", "data": {}}, id="a type of the server's"),
    pytest.param({"type": "message", "sessionId": "x", "content": "你好"}, id="writing by socket"),
    pytest.param({"type": "bind_session"}, id="bind without session"),
    pytest.param({"type": "bind_session", "sessionId": 5}, id="session is a number"),
    pytest.param({"type": "bind_session", "sessionId": ""}, id="session is empty"),
    pytest.param({"type": "bind_session", "sessionId": ["x"]}, id="session is an array"),
    pytest.param({"type": "bind_session", "sessionId": "x" * 60_000}, id="60 KB as session"),
    pytest.param({"type": "unbind_session"}, id="unbind without session"),
    pytest.param({"type": "unbind_session", "sessionId": {}}, id="unbind an object"),
    pytest.param({"type": "read", "sessionId": "x"}, id="read without seq"),
    pytest.param({"type": "read", "sessionId": "x", "seq": "1"}, id="seq is text"),
    pytest.param({"type": "read", "sessionId": "x", "seq": 1.5}, id="seq is a fraction"),
    pytest.param({"type": "read", "sessionId": "x", "seq": True}, id="seq is true"),
    pytest.param({"type": "read", "sessionId": "nothing", "seq": 1}, id="reading an unknown session"),
    pytest.param("字" * 20_000, id="60 KB of text"),
    pytest.param({"type": "字" * 9_000}, id="an endless type"),
])
async def test_a_hostile_frame_is_answered_by_an_error_and_the_socket_lives_on(stage: Stage, hostile) -> None:
    await stage.start()
    wang, li = await stage.agent("wang"), await stage.agent("li")
    told = await error_of(wang, hostile)
    assert isinstance(told["code"], int) and told["code"] in (400, 404) and told["message"]
    assert len(json.dumps(told)) < 1000 and "Traceback" not in told["message"]
    assert await wang.heard_nothing() and await li.heard_nothing()
    await waiting(stage)
    assert kinds(await wang.all_until_now()) == ["new_pending_session"]


@pytest.mark.gen_test
async def test_all_faults_of_a_frame_are_named_at_once(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    told = await error_of(wang, {"type": "read", "seq": "1"})
    assert "sessionId" in told["message"] and "seq" in told["message"]


@pytest.mark.gen_test
async def test_a_frame_above_64_kb_closes_that_socket_with_1009(stage: Stage) -> None:
    await stage.start()
    wang, wang_too = await stage.agent("wang"), await stage.agent("wang")
    assert (await error_of(wang, "x" * LARGEST_FRAME))["code"] == 400
    wang.sends("x" * (LARGEST_FRAME + 1))
    assert await wang.is_closed() == 1009
    assert await wang_too.heard_nothing()


# Slow readers, and the end

LARGE = "很长的话" * 20_000        # 240 KB as UTF-8
ENOUGH = 60                         # of them are more than all buffers between two sockets hold


@pytest.mark.gen_test
async def test_a_slow_reader_has_to_resync_and_keeps_nobody_waiting(stage: Stage, slow_reader) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await slow_reader.opens(stage.server.port, "wang")
    await held(stage, wang)
    await wang.hears("session_accepted")
    for number in range(1, ENOUGH + 1):
        await stage.customer().says(f"{number} {LARGE}")
        assert (await wang.next("new_message"))["data"]["content"].startswith(f"{number} ")

    seen = await slow_reader.reads_until(b'"resync_required"')
    assert seen.count(b'"new_message"') < ENOUGH and seen.count(b'"resync_required"') == 1
    await slow_reader.pings()
    assert b'"new_message"' not in await slow_reader.reads_until(b'"pong"')
    await stage.customer().says("后来的话")
    assert "后来的话".encode() in await slow_reader.reads_until(b'"lastMessage":"' + "后来的话".encode())


@pytest.mark.parametrize("count, size, is_kept", [(1000, 10, True), (1001, 10, False), (4, 300_000, False)])
def test_what_waits_for_a_socket_is_bounded_in_frames_and_in_bytes(count, size, is_kept) -> None:
    stream = StuckStream()
    line = Line(Agent("wang", "小王", Role.AGENT), SimpleNamespace(ws_connection=SimpleNamespace(stream=stream)))
    line.push(b"first")
    line.flush()                        # is on its way from now on
    frames = [bytes([n % 256]) * size for n in range(count)]
    for data in frames:
        line.push(data)
        line.flush()
    assert stream.written == [b"first"]
    stream.frees()
    assert stream.written[1:] == [b"".join(frames) if is_kept else frame(b'{"type":"resync_required"}')]
    stream.frees()
    line.push(b"later")
    line.flush()
    assert stream.written[2:] == [b"later"]


class StuckStream:
    """Takes one write at a time, and is done with it when it is told to."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self._after: list[Any] = []

    def write(self, data: bytes) -> Any:
        self.written.append(data)
        return SimpleNamespace(add_done_callback=self._after.append)

    def writing(self) -> bool:
        return True

    def frees(self) -> None:
        after, self._after = self._after, []
        for act in after:
            act(SimpleNamespace(cancelled=lambda: False, exception=lambda: None))


@pytest.mark.gen_test
async def test_a_stop_tells_every_page_that_we_come_back(stage: Stage) -> None:
    await stage.start()
    agents = [await stage.agent(cs_id) for cs_id in ("wang", "wang", "li")]
    await stage.stop()
    assert [await agent.is_closed() for agent in agents] == [1012, 1012, 1012]


@pytest.mark.gen_test
async def test_a_page_that_does_not_read_cannot_hold_up_a_stop(stage: Stage, slow_reader) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await slow_reader.opens(stage.server.port, "wang")
    await held(stage, wang)
    for _ in range(ENOUGH):
        await stage.customer().says(LARGE)
    await asyncio.wait_for(stage.stop(), PATIENCE)


def test_a_socket_that_is_gone_cannot_be_bound_any_more() -> None:
    """A bind waits for the disk, and the page may be closed meanwhile."""
    gone = Line(Agent("wang"), socket=None)     # type: ignore[arg-type]
    hub = Hub(Wire(UTC), frame)
    hub.join(gone)
    hub.leave(gone)
    hub.bind(gone, "s")
    assert hub._bound == {} and hub._looking == {}
