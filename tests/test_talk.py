"""What agents tell each other, notes and tags: kept, and told to those who may know it and to nobody else."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from ccs import lifecycle
from ccs.errors import BadRequest, Forbidden, NoteSettled
from ccs.models import NOTHING, Agent, EventType, Session, Status
from ccs.settings import AssistantSettings, Config, OpenAISettings, WorkbenchSettings
from store.tags import rows as tag_rows
from tests.conftest import Stage
from tests.llm import DONE, Server, calls, chunk, says
from tests.platforms import gateway_message
from tests.process import ROOT, Process
from tests.test_durability import break_disk
from tests.assistant.test_feedback import by, with_logins
from tests.test_lifecycle import LI, NOW, WANG, ZHAO, a_session
from tests.test_resume import comes_back, replayed
from tests.test_sessions import found, held, refused, verb, waits


KNOWLEDGE = ROOT / "ccs" / "demo" / "knowledge"


def a_note(session: Session, agent: Agent | None = WANG, content: str = "补运费险") -> Any:
    return lifecycle.write_note(session, NOW, content, (), None, agent)


async def notes(stage: Stage, session_id: str) -> list[dict[str, Any]]:
    return (await stage.get(f"/api/sessions/{session_id}/notes")).json()["data"]


async def on_the_bell(stage: Stage, cs_id: str) -> list[dict[str, Any]]:
    return (await stage.get("/api/bell", csId=cs_id)).json()["data"]


async def tags(stage: Stage, session_id: str, *add: str, remove: tuple[str, ...] = ()) -> Any:
    return await verb(stage, session_id, "tags", add=add, remove=remove)


# The rules


@pytest.mark.parametrize("status", Status)
def test_a_note_moves_nothing_but_its_count(status: str) -> None:
    session = a_session(status)
    change = a_note(session, ZHAO)
    assert change.session == evolve(session, notes=1, version=session.version + 1)
    assert (change.messages, change.deliveries) == ((), ())
    [note], [event] = change.notes, change.events
    assert (note.number, note.after_seq, note.agent_id) == (1, session.seq, "zhao")
    assert (event.type, event.note) == (EventType.NOTE_ADDED, note)
    assert a_note(change.session, ZHAO).notes[0].number == 2


@pytest.mark.parametrize("rule", [
    lambda session: a_note(session, LI),
    lambda session: lifecycle.tag(session, NOW, ["退款"], [], LI),
    lambda session: lifecycle.mark_unread(session, NOW, LI),
])
def test_who_may_not_open_a_session_neither_notes_nor_tags_nor_marks_it(rule: Any) -> None:
    with pytest.raises(Forbidden):
        rule(a_session("manual"))


@pytest.mark.parametrize("content, mentions", [
    ("@小王 看一下", ("wang",)), ("@li看一下", ("li",)), ("请@小李帮忙，@zhao也看看", ("li", "zhao")), ("@小王@小王", ("wang",)),
    ("@wang @小王", ("wang",)), ("@wangfei", ()), ("a@li.com", ()), ("发给 @ 小王", ()), ("@小王子", ("prince",)),
    ("@双", ("a", "b")),
    ("没有人", ()), ("@li.", ("li",)), ("@.*", ()), ("@", ()),
])
def test_a_note_mentions_whom_it_calls_by_name_or_id(content: str, mentions: tuple[str, ...]) -> None:
    agents = [WANG, LI, ZHAO, Agent("prince", "小王子"), Agent("a", "双"), Agent("b", "双"), Agent("nameless")]
    assert lifecycle.mentioned(content, agents) == mentions


def test_tags_keep_their_order_and_come_and_go_once() -> None:
    session = a_session("manual")
    session = lifecycle.tag(session, NOW, ["退款", "加急", "退款"], [], WANG).session
    assert session and session.tags == ("退款", "加急")
    assert lifecycle.tag(session, NOW, ["加急"], ["没有"], None) is NOTHING
    swapped = lifecycle.tag(session, NOW, ["换货"], ["退款"], ZHAO)
    assert swapped.session and swapped.session.tags == ("加急", "换货")
    assert swapped.session.updated_at == session.updated_at
    assert [event.type for event in swapped.events] == [EventType.SESSION_UPDATED]


@pytest.mark.parametrize("name", ["", " ", "长" * 21, "两\n行", "#退款", "＃退款", "a\u2028b", " 空"])
def test_what_is_no_tag_is_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        lifecycle.tag(a_session("manual"), NOW, [name], [], WANG)


def test_a_session_has_twenty_tags_at_most() -> None:
    full = evolve(a_session("manual"), tags=tuple(map(str, range(20))))
    with pytest.raises(BadRequest, match="最多 20"):
        lifecycle.tag(full, NOW, ["21"], [], WANG)
    assert lifecycle.tag(full, NOW, ["21"], ["0"], WANG).session


def test_the_holder_marks_as_unread_what_she_has_read() -> None:
    session = evolve(a_session("manual"), unread=0)
    marked = lifecycle.mark_unread(session, NOW, WANG).session
    assert marked and marked.unread == 1
    assert lifecycle.mark_unread(marked, NOW, None) is NOTHING
    assert lifecycle.mark_unread(evolve(session, unread=3), NOW, WANG) is NOTHING
    read = lifecycle.read(marked, NOW, "wang", marked.seq).session
    assert read and read.unread == 0


# Notes


@pytest.mark.gen_test
async def test_a_note_is_answered_listed_and_told_to_who_looks_and_is_no_message(stage: Stage, gateway) -> None:
    await stage.start()
    session_id = await held(stage)
    wang, li, zhao = [await stage.agent(cs_id) for cs_id in ("wang", "li", "zhao")]
    await zhao.binds(session_id)
    answer = await verb(stage, session_id, "notes", content=" 补运费险\n", clientNoteId="n-1", csId="zhao")
    note = answer.json()["data"]
    assert note == {
        "noteId": note["noteId"], "sessionId": session_id, "csId": "zhao", "content": "补运费险", "mentions": [],
        "afterSeq": 1, "createdAt": note["createdAt"], "clientNoteId": "n-1",
    }
    heard = await wang.hears("note_added")
    assert heard["data"] == note and heard["session"]["noteCount"] == 1 and heard["eventId"]
    assert await zhao.hears("note_added") == heard
    assert await li.heard_nothing()
    second = (await verb(stage, session_id, "notes", content="二")).json()["data"]
    assert second["csId"] == "wang", "while access is open nobody is named: it is the holder"
    assert await notes(stage, session_id) == [note, second]
    assert [row["content"] for row in await stage.history(session_id)] == ["在吗？"]
    session = await stage.session(session_id)
    assert (session["messageCount"], session["noteCount"], session["lastMessage"]) == (1, 2, "在吗？")
    await wang.replies(session_id, "有货")
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert [said["message"]["text"] for said in gateway.said] == ["有货"]


@pytest.mark.gen_test
async def test_a_note_sent_twice_under_one_client_id_is_kept_once(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    first, *others = await asyncio.gather(*(
        verb(stage, session_id, "notes", content="补差价", clientNoteId="n-1") for _ in range(5)
    ))
    assert {each.text for each in others} == {first.text} and first.status_code == 200
    assert (await verb(stage, session_id, "notes", content="补差价", clientNoteId="n-1")).text == first.text
    assert refused(await verb(stage, session_id, "notes", content="别的", clientNoteId="n-1"), 400, 4004)
    other = await held(stage, "周")
    assert (await verb(stage, other, "notes", content="别的", clientNoteId="n-1")).status_code == 200
    assert len(await notes(stage, session_id)) == 1


@pytest.mark.gen_test
@pytest.mark.parametrize("body", [
    {}, {"content": ""}, {"content": " \n"}, {"content": "长" * 4001}, {"content": 1},
    {"content": "a", "clientNoteId": ""}, {"content": "a", "clientNoteId": "n" * 257},
    {"content": "a", "clientNoteId": "换\n行"}, {"content": "a", "csId": "nobody"},
])
async def test_a_note_that_says_nothing_or_is_malformed_is_refused(stage: Stage, body: dict[str, Any]) -> None:
    await stage.start()
    session_id = await waits(stage)
    assert (await verb(stage, session_id, "notes", **body)).status_code == 400
    assert await notes(stage, session_id) == []
    assert (await verb(stage, session_id, "notes", content="长" * 4000)).status_code == 200


@pytest.mark.gen_test
async def test_whom_a_note_mentions_hears_it_and_what_it_is_about(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    li = await stage.agent("li")
    note = (await verb(stage, session_id, "notes", content="@小李 看一下", csId="wang")).json()["data"]
    assert note["mentions"] == ["li"]
    heard = await li.next("note_added")
    assert heard["data"] == note and heard["session"]["lastMessage"] == "在吗？"
    await verb(stage, session_id, "transfer", toCsId="zhao")
    li.leave()
    again = await comes_back(stage, "li", li, heard["eventId"] - 1)
    assert heard["data"] in [frame["data"] for frame in await replayed(again) if frame["type"] == "note_added"]


@pytest.mark.gen_test
async def test_a_line_that_was_cut_brings_the_notes_that_were_missed(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    wang, li = await stage.agent("wang"), await stage.agent("li")
    before = wang.hello["eventId"]
    wang.leave()
    written = [(await verb(stage, session_id, "notes", content=text)).json()["data"] for text in ("一", "二")]
    await stage.stop()
    await stage.start()
    frames = await replayed(await comes_back(stage, "wang", wang, before))
    assert [frame["data"] for frame in frames if frame["type"] == "note_added"] == written
    assert not any(frame["type"] == "note_added" for frame in await replayed(await comes_back(stage, "li", li, before)))


@pytest.mark.gen_test
async def test_a_session_that_has_ended_takes_notes_and_tags_and_is_counted_once(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    session_id = await held(stage)
    await verb(stage, session_id, "close")
    both = await asyncio.gather(*(verb(stage, session_id, "notes", content=text) for text in ("一", "二")))
    assert [answer.status_code for answer in both] == [200, 200]
    assert (await tags(stage, session_id, "退款")).json()["data"]["tags"] == ["退款"]
    assert (await stage.session(session_id))["noteCount"] == 2
    assert len(await notes(stage, session_id)) == 2
    for query in ({}, {"status": "closed"}):
        assert (await stage.get("/api/sessions", **query)).headers["X-Total-Count"] == "1"
    wang.sends({"type": "ping"})
    assert set((await wang.hears("pong"))["counts"].values()) == {0}
    await stage.customer().says("又来了")
    assert (await stage.get("/api/sessions")).headers["X-Total-Count"] == "2"


# Second thoughts


@pytest.mark.parametrize("after, by, refusal", [
    (timedelta(minutes=59), WANG, None), (timedelta(minutes=61), WANG, NoteSettled), (timedelta(0), ZHAO, Forbidden),
])
def test_who_wrote_a_note_may_change_it_for_an_hour(after: timedelta, by: Agent, refusal: Any) -> None:
    [note] = a_note(a_session("manual")).notes
    for change in (
        lambda: lifecycle.edit_note(a_session("manual"), NOW + after, note, "补差价", (), by),
        lambda: lifecycle.remove_note(a_session("manual"), NOW + after, note, by),
    ):
        if refusal is None:
            assert change().notes
        else:
            with pytest.raises(refusal):
                change()


@pytest.mark.gen_test
async def test_a_note_that_was_written_anew_says_so_and_one_that_was_taken_away_says_nothing_else(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    wang, li = await stage.agent("wang"), await stage.agent("li")
    before = li.hello["eventId"]
    note = (await verb(stage, session_id, "notes", content="补云费险", clientNoteId="n-1", csId="wang")).json()["data"]
    path = f"{stage.base}/api/sessions/{session_id}/notes/{note['noteId']}"
    assert (await stage.http.put(path, json={"content": "补", "csId": "li"})).status_code == 403
    assert (await stage.http.put(f"{path}x", json={"content": "补", "csId": "wang"})).status_code == 404

    edited = (await stage.http.put(path, json={"content": "@小李 补运费险", "csId": "wang"})).json()["data"]
    assert edited == {
        **note, "content": "@小李 补运费险", "mentions": ["li"], "former": ["补云费险"], "editedAt": edited["editedAt"],
    }
    assert (await wang.hears("note_updated"))["data"] == edited
    assert (await li.hears("note_updated"))["data"] == edited           # who is named now is told
    again = await verb(stage, session_id, "notes", content="补云费险", clientNoteId="n-1", csId="wang")
    assert again.json()["data"] == edited                               # the page has sent it twice
    assert await found(stage, mentions="li") == ["陈女士"]

    [called] = await on_the_bell(stage, "li")
    assert (called["text"], called["at"]) == ("@小李 补运费险", edited["editedAt"]), "when it named her, not before"

    removed = (await stage.http.delete(path, params={"csId": "wang"})).json()["data"]
    assert removed == {**note, "content": "", "removedAt": removed["removedAt"]}
    assert refused(await stage.http.put(path, json={"content": "补", "csId": "wang"}), 400, 4011)
    await stage.stop()
    await stage.start()
    assert await notes(stage, session_id) == [removed]
    assert await on_the_bell(stage, "li") == []
    assert await found(stage, mentions="li") == []
    frames = await replayed(await comes_back(stage, "wang", wang, before))
    assert [frame["data"] for frame in frames if frame["type"] == "note_updated"] == [removed, removed]


# Who may


@pytest.mark.gen_test
async def test_with_logins_a_colleagues_session_keeps_its_notes_to_itself(stage: Stage, settings: Config) -> None:
    await stage.start(with_logins(settings))
    stage.http.headers.update(by("wang"))
    session_id = await held(stage)
    assert (await verb(stage, session_id, "notes", content="一", clientNoteId="n-1")).json()["data"]["csId"] == "wang"
    stage.http.headers.update(by("li"))
    assert refused(await stage.get(f"/api/sessions/{session_id}/notes"), 403, manualCsId="wang")
    assert refused(await verb(stage, session_id, "notes", content="二"), 403, manualCsId="wang")
    assert refused(await verb(stage, session_id, "notes", content="一", clientNoteId="n-1"), 403)
    assert refused(await verb(stage, session_id, "notes", content="二", csId="wang"), 403)
    assert refused(await tags(stage, session_id, "退款"), 403)
    assert refused(await verb(stage, session_id, "unread"), 403)
    stage.http.headers.update(by("zhao"))
    assert [note["content"] for note in await notes(stage, session_id)] == ["一"]
    assert (await verb(stage, session_id, "notes", content="二")).json()["data"]["csId"] == "zhao"


@pytest.mark.gen_test
@pytest.mark.parametrize("name, body", [("notes", {"content": "一"}), ("tags", {"add": ["退款"]}), ("unread", {})])
async def test_an_unknown_session_is_404(stage: Stage, name: str, body: dict[str, Any]) -> None:
    await stage.start()
    assert refused(await verb(stage, "nowhere", name, **body), 404)
    assert refused(await stage.get("/api/sessions/nowhere/notes"), 404)


# Tags


@pytest.mark.gen_test
async def test_tags_are_told_filtered_by_and_counted(stage: Stage, settings: Config) -> None:
    await stage.start(evolve(settings, workbench=WorkbenchSettings(tags=("加急", "退款"))))
    wang = await stage.agent("wang")
    assert wang.hello["tags"] == ["加急", "退款"]
    chen, zhou, wu = [await held(stage, name, channel=channel) for name, channel in (
        ("陈", "jd"), ("周", "wechat"), ("吴", "douyin"),
    )]
    await wang.all_until_now()
    answer = (await tags(stage, chen, " 退款 ", "VIP")).json()["data"]
    assert answer["tags"] == ["退款", "VIP"]
    assert (await wang.next("session_updated"))["data"]["tags"] == ["退款", "VIP"]
    await tags(stage, zhou, "退款")
    await tags(stage, wu, "退款")
    await stage.customer("陈").says("还在吗")
    assert await found(stage, tag="退款") == ["陈", "吴", "周"]
    assert await found(stage, tag="退款", channelType="wechat") == ["周"]
    assert await found(stage, tag="退款", sort="waitingSince") == ["陈", "周", "吴"]
    assert await found(stage, tag="退款", q="周", csId="wang") == ["周"]
    assert await found(stage, tag="退款", csId="li") == await found(stage, tag="没有") == []
    await verb(stage, wu, "close")
    assert await found(stage, tag="退款", status="closed") == ["吴"]
    assert (await stage.get("/api/tags")).json()["data"] == [
        {"name": "加急", "count": 0}, {"name": "退款", "count": 2}, {"name": "VIP", "count": 1},
    ]
    assert "tags" not in (await tags(stage, zhou, remove=("退款",))).json()["data"]
    assert await found(stage, tag="退款") == ["吴", "陈"]
    page = await stage.get("/api/sessions", tag="退款", limit=1)
    assert page.headers["X-Total-Count"] == "2"
    assert await found(stage, tag="退款", limit=1, cursor=page.headers["X-Next-Cursor"]) == ["陈"]


@pytest.mark.gen_test
@pytest.mark.parametrize("body", [
    {"add": "退款"}, {"add": [1]}, {"add": [""]}, {"add": ["#退款"]}, {"add": ["长" * 21]}, {"add": ["两\n行"]},
    {"add": [f"{number}" for number in range(21)]}, {"remove": [None]}, {"add": ["退款"], "csId": "nobody"},
])
async def test_a_tag_that_cannot_be_meant_is_refused_and_nothing_of_it_kept(stage: Stage, body: dict[str, Any]) -> None:
    await stage.start()
    session_id = await waits(stage)
    assert (await verb(stage, session_id, "tags", **body)).status_code == 400
    assert "tags" not in await stage.session(session_id)


def test_of_a_batch_the_last_word_on_a_tag_counts() -> None:
    tagged = lifecycle.tag(a_session("manual"), NOW, ["退款", "加急"], [], WANG)
    assert tagged.session
    off = lifecycle.tag(tagged.session, NOW, [], ["退款", "加急"], WANG)
    assert off.session
    again = lifecycle.tag(off.session, NOW, ["加急"], [], WANG)
    assert again.session
    rows = tag_rows([tagged, off, again], [again.session])
    assert {row[1]: row[2] for row in rows} == {"退款": None, "加急": "manual"}


# The disk


@pytest.mark.gen_test
async def test_what_the_disk_does_not_take_is_neither_answered_nor_told(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    wang = await stage.agent("wang")
    for ask in (
        lambda: verb(stage, session_id, "notes", content="一", clientNoteId="n-1"),
        lambda: tags(stage, session_id, "退款"),
    ):
        break_disk(stage, "read-only")
        assert (await ask()).status_code == 503
        await wang.next("resync_required")
    session = await stage.session(session_id)
    assert await notes(stage, session_id) == [] and "tags" not in session and "noteCount" not in session
    assert (await verb(stage, session_id, "notes", content="一", clientNoteId="n-1")).status_code == 200
    assert (await tags(stage, session_id, "退款")).status_code == 200
    assert (await wang.next("note_added"))["session"]["noteCount"] == 1


@pytest.mark.gen_test(timeout=60)
async def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    process = await asyncio.to_thread(Process(tmp_path).start)
    try:
        await asyncio.to_thread(process.callback, json.dumps(gateway_message("陈女士", "在吗", "m1")).encode())
        path = f"/api/sessions/{(await asyncio.to_thread(process.get, '/api/sessions'))[0]['sessionId']}"
        async with httpx.AsyncClient(base_url=process.base) as http:
            answers = await asyncio.gather(
                http.post(f"{path}/notes", json={"content": "一", "clientNoteId": "n-1", "csId": "wang"}),
                http.post(f"{path}/notes", json={"content": "二", "csId": "wang"}),
                http.post(f"{path}/tags", json={"add": ["退款", "VIP"]}),
                http.put(f"{path}/customer", json={"remark": "陈姐", "note": "发顺丰"}),
            )
            assert {answer.status_code for answer in answers} == {200}
        process.kill()
        await asyncio.to_thread(process.start)
        told = [await asyncio.to_thread(process.get, f"{path}{each}") for each in ("", "/notes", "/customer")]
        assert (told[0]["tags"], told[0]["noteCount"], told[0]["customerRemark"]) == (["退款", "VIP"], 2, "陈姐")
        assert sorted(note["content"] for note in told[1]) == ["一", "二"] and told[2]["note"] == "发顺丰"
        again = await asyncio.to_thread(process.post, f"{path}/notes", {"content": "一", "clientNoteId": "n-1"})
        assert again.json()["data"] in told[1]
        assert len(await asyncio.to_thread(process.get, "/api/sessions?tag=VIP")) == 1
    finally:
        process.stop()


@pytest.mark.gen_test
async def test_no_note_reaches_a_model(stage: Stage, settings: Config) -> None:
    drafts = says(calls("suggest", {"replies": [{"text": "有货", "entries": []}]}))
    async with Server.open(drafts, says(chunk("客户问有没有货"), chunk(finish="stop"), DONE)) as server:
        model = OpenAISettings(base_url=server.url, model="m")
        await stage.start(evolve(settings, assistant=AssistantSettings(
            provider="openai", openai=model, channels=(), knowledge_dir=KNOWLEDGE,
        )))
        session_id = await held(stage)
        await verb(stage, session_id, "notes", content="此人难缠")
        await tags(stage, session_id, "黑名单")
        await of(stage, session_id, remark="麻烦姐", note="爱投诉")
        assert (await verb(stage, session_id, "suggestions")).status_code == 200
        assert (await verb(stage, session_id, "summary")).status_code == 200
        asked = json.dumps([visit.asked for visit in server.visits], ensure_ascii=False)
    assert "在吗" in asked and len(server.visits) == 2
    assert not any(word in asked for word in ("此人难缠", "黑名单", "麻烦姐", "爱投诉"))


# Unread


@pytest.mark.gen_test
async def test_a_session_marked_as_unread_is_unread_until_it_is_read_again(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    wang = await stage.agent("wang")
    await wang.replies(session_id, "有货")
    assert (await verb(stage, session_id, "unread", csId="wang")).json()["data"]["unread"] == 1
    await wang.hears("session_updated", lambda frame: frame["data"]["unread"] == 1)
    wang.sends({"type": "read", "sessionId": session_id, "seq": 2})
    await wang.hears("session_updated", lambda frame: frame["data"]["unread"] == 0)
    await verb(stage, session_id, "close")
    assert refused(await verb(stage, session_id, "unread"), 400, 4001)


# Customers


async def of(stage: Stage, session_id: str, **body: Any) -> dict[str, Any]:
    """What is kept of the session's customer, once this is written."""
    path = f"{stage.base}/api/sessions/{session_id}/customer"
    answer = await (stage.http.put(path, json=body) if body else stage.http.get(path))
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.mark.gen_test
async def test_a_customers_earlier_sessions_come_newest_first_and_by_the_page(stage: Stage) -> None:
    await stage.start()
    first, second, third = [await _had(stage, "陈"), await _had(stage, "陈"), await waits(stage, "陈")]
    await _had(stage, "周")
    await _had(stage, "陈", "wechat")

    async def earlier(session_id: str, **query: Any) -> list[str]:
        answer = await stage.get(f"/api/sessions/{session_id}/earlier", **query)
        return [row["sessionId"] for row in answer.json()["data"]]

    assert await earlier(third) == [second, first]
    assert await earlier(third, limit=1) == [second] and await earlier(third, limit=1, before=second) == [first]
    assert await earlier(second) == [first] == await earlier(second, before=third) and await earlier(first) == []
    for query in ({"before": "nowhere"}, {"before": await waits(stage, "吴")}, {"limit": 0}, {"limit": 101}):
        assert refused(await stage.get(f"/api/sessions/{third}/earlier", **query), 400)
    card = await of(stage, third)
    assert card["sessionCount"] == 3 and card["firstSeenAt"] == (await stage.session(first))["createdAt"]


async def _had(stage: Stage, name: str, channel: str = "jd") -> str:
    """A session that has ended."""
    session_id = await waits(stage, name, channel)
    await verb(stage, session_id, "close")
    return session_id


@pytest.mark.gen_test
async def test_how_agents_call_a_customer_is_told_in_her_sessions_from_then_on(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    wang = await stage.agent("wang")
    assert await of(stage, session_id) == {
        "customerId": "陈女士", "channelType": "jd", "kfId": "10001", "customerName": "陈女士", "sessionCount": 1,
        "firstSeenAt": (await stage.session(session_id))["createdAt"],
    }
    card = await of(stage, session_id, remark=" 海淀陈姐 ", csId="wang")
    assert card["remark"] == "海淀陈姐" and "note" not in card
    assert (await wang.next("session_updated"))["data"]["customerRemark"] == "海淀陈姐"
    await asyncio.gather(of(stage, session_id, note="发顺丰"), of(stage, session_id, remark="陈姐"))
    card = await of(stage, session_id)
    assert (card["remark"], card["note"]) == ("陈姐", "发顺丰"), "neither overtakes what is on its way to disk"
    assert [frame["data"]["customerRemark"] for frame in await wang.all_until_now()][-1] == "陈姐"
    await verb(stage, session_id, "close")
    await of(stage, session_id, remark="陈总")
    assert (await stage.session(session_id))["customerRemark"] == "陈总"
    told = await wang.hears("session_updated", lambda frame: frame["data"]["status"] == "closed")
    assert told["data"]["customerRemark"] == "陈总", "who looks at what has ended is told too"
    await stage.stop()
    await stage.start()
    wang = await stage.agent("wang")
    await stage.customer().says("又来了")
    assert (await wang.next("new_pending_session"))["data"]["customerRemark"] == "陈总"
    await stage.customer().says("在吗")
    later = await wang.next("session_updated")
    assert later["data"]["customerRemark"] == "陈总"
    gone = await of(stage, later["sessionId"], remark="", note="")
    assert "remark" not in gone and "note" not in gone
    assert "customerRemark" not in (await wang.next("session_updated"))["data"]


def attributes(**known: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in known.items()]


@pytest.mark.gen_test
async def test_attributes_of_a_customer_are_changed_one_by_one_told_and_kept(stage: Stage) -> None:
    await stage.start()
    session_id, li = await waits(stage), await stage.agent("li")
    await of(stage, session_id, attributes=attributes(尺码=" L ", 收货城市="杭州"), csId="wang")
    told = (await li.next("session_updated"))["data"]
    card = await of(stage, session_id)
    assert card["attributes"] == attributes(尺码="L", 收货城市="杭州") and told["customerChangedAt"] == card["changedAt"]
    await asyncio.gather(*(of(stage, session_id, attributes=each) for each in (
        attributes(尺码="XL"), attributes(收货城市="", 没有的=""), attributes(生日="3 月"), attributes(尺码="XL"),
    )))
    assert (await of(stage, session_id))["attributes"] == attributes(尺码="XL", 生日="3 月"), "none undoes another"
    await stage.stop()
    await stage.start()
    assert (await of(stage, session_id, note="发顺丰"))["attributes"] == attributes(尺码="XL", 生日="3 月")
    many = attributes(**{f"第{number}": "有" for number in range(19)})
    path = f"{stage.base}/api/sessions/{session_id}/customer"
    assert refused(await stage.http.put(path, json={"attributes": many}), 400)
    assert len((await of(stage, session_id, attributes=many[1:]))["attributes"]) == 20
    assert "attributes" not in await of(stage, session_id, attributes=[{**each, "value": ""} for each in [
        *many, *attributes(尺码="", 生日="")]])


@pytest.mark.gen_test
@pytest.mark.parametrize("body", [
    *({"attributes": each} for each in (
        attributes(**{"长" * 21: "有"}), attributes(尺码="长" * 101), attributes(尺码="两\n行"), [{"name": "尺码"}], {}, "尺码",
    )),
    {"remark": "长" * 41}, {"remark": "两\n行"}, {"remark": 1}, {"note": "长" * 2001}, {"note": ["a"]}, {"csId": "nobody"},
])
async def test_what_cannot_be_kept_of_a_customer_is_refused(stage: Stage, body: dict[str, Any]) -> None:
    await stage.start()
    session_id = await waits(stage)
    path = f"{stage.base}/api/sessions/{session_id}/customer"
    assert (await stage.http.put(path, json={"remark": "陈姐", "note": "好", **body})).status_code == 400
    assert not {"remark", "note", "attributes"} & (await of(stage, session_id)).keys()


@pytest.mark.gen_test
async def test_what_is_kept_of_a_colleagues_customer_is_for_her_alone(stage: Stage, settings: Config) -> None:
    await stage.start(with_logins(settings))
    stage.http.headers.update(by("wang"))
    await _had(stage, "陈女士")
    session_id = await held(stage)
    await of(stage, session_id, remark="陈姐", note="发顺丰")
    stage.http.headers.update(by("li"))
    path = f"/api/sessions/{session_id}"
    assert refused(await stage.get(f"{path}/customer"), 403, manualCsId="wang")
    assert refused(await stage.get(f"{path}/earlier"), 403, manualCsId="wang")
    assert refused(await stage.http.put(f"{stage.base}{path}/customer", json={"note": "二"}), 403)
    stage.http.headers.update(by("zhao"))
    assert (await of(stage, session_id))["note"] == "发顺丰"
    assert refused(await stage.get("/api/sessions/nowhere/customer"), 404)
    assert refused(await stage.http.put(f"{stage.base}/api/sessions/nowhere/customer", json={}), 404)


# Viewers


@pytest.mark.gen_test
async def test_everyone_is_told_who_looks_at_a_session(stage: Stage) -> None:
    await stage.start()
    session_id = await waits(stage)
    wang, li = await stage.agent("wang"), await stage.agent("li")
    again = await stage.agent("li")
    assert wang.hello["viewing"] == {}
    for agent in (wang, li, again):
        await agent.binds(session_id)
    while wang.viewing != {session_id: ["li", "wang"]}:
        await wang.all_until_now()
    zhao = await stage.agent("zhao")
    assert zhao.hello["viewing"] == {session_id: ["li", "wang"]}
    again.leave()
    li.sends({"type": "unbind_session", "sessionId": session_id})
    while zhao.viewing != {session_id: ["wang"]}:
        await zhao.all_until_now()
    await zhao.accepts(session_id)
    while zhao.viewing != {session_id: []}:             # whom it is for no longer does not look at it
        await zhao.all_until_now()
    assert (await stage.agent("li")).hello["viewing"] == {}


@pytest.mark.gen_test
async def test_nobody_is_told_of_who_passes_a_session_by(stage: Stage) -> None:
    await stage.start()
    passed, meant = await waits(stage, "first"), await waits(stage, "second")
    wang, li = await stage.agent("wang"), await stage.agent("li")
    for session_id in (passed, meant):
        await li.binds(session_id)
        if session_id == passed:
            li.sends({"type": "unbind_session", "sessionId": passed})
    while meant not in wang.viewing:
        await wang.all_until_now()
    assert wang.viewing == {meant: ["li"]}
