"""What concerned an agent while she was away lies on her bell until she has seen it, in every window of hers."""

import asyncio
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ccs.assistant import served
from ccs.models import to_millis, utc_now
from ccs.settings import Config
from store import bell, database
from tests.conftest import Stage, until
from tests.moods import answers
from tests.test_durability import break_disk
from tests.assistant.test_feedback import by, with_logins
from tests.test_own import session_of
from tests.test_sessions import refused


async def on_bell(stage: Stage, cs_id: str = "wang") -> list[dict[str, Any]]:
    return (await stage.get("/api/bell", csId=cs_id)).json()["data"]


async def notes(stage: Stage, session_id: str, content: str, cs_id: str = "li") -> int:
    return (await stage.post(f"/api/sessions/{session_id}/notes", {"content": content, "csId": cs_id})).status_code


async def sees(stage: Stage, *ids: str, cs_id: str = "wang", **headers: str) -> None:
    body = {"ids": list(ids), "csId": cs_id}
    answer = await stage.http.post(f"{stage.base}/api/bell/seen", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.gen_test
async def test_who_was_away_when_a_note_named_her_finds_it_until_she_has_seen_it(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    await notes(stage, session_id, "@小王 她问运费险 @li")
    await stage.stop()
    await stage.start()
    [entry] = await on_bell(stage)
    assert {**entry, "id": "", "at": ""} == {
        "id": "", "kind": "mentioned", "sessionId": session_id, "at": "", "customerName": "陈女士", "by": "li",
        "text": "@小王 她问运费险 @li",
    }
    assert await on_bell(stage, "li") == []             # her own words are no news to her

    office, home = await stage.agent("wang"), await stage.agent("wang")
    await sees(stage, entry["id"], cs_id="li")          # which is none of her business
    await sees(stage, "nothing", entry["id"], **{"X-CCS-Socket": office.hello["socket"]})
    assert await home.next("bell_seen") == {"type": "bell_seen", "data": {"ids": [entry["id"]]}}
    await sees(stage, entry["id"])
    assert await office.heard_nothing() and await home.heard_nothing()
    assert await on_bell(stage) == [{**entry, "seen": True}]


@pytest.mark.gen_test
async def test_of_a_note_that_was_removed_no_bell_keeps_the_words(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    wang = await stage.agent("wang")
    path = f"/api/sessions/{session_id}/notes"
    note = (await stage.post(path, {"content": "@小王 写错了", "csId": "li"})).json()["data"]
    [entry] = await on_bell(stage)
    await asyncio.gather(
        stage.http.delete(f"{stage.base}{path}/{note['noteId']}", params={"csId": "li"}), sees(stage, entry["id"]),
    )
    assert await on_bell(stage) == []
    await wang.all_until_now()
    told = {**{name: value for name, value in entry.items() if name != "text"}, "seen": True}
    assert [frame["data"] for frame in wang.rung] == [entry, told]


@pytest.mark.gen_test
async def test_whom_a_note_no_longer_names_its_former_words_leave(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    note = (await stage.post(f"/api/sessions/{session_id}/notes", {"content": "@小王 写错了", "csId": "li"})).json()["data"]
    path = f"{stage.base}/api/sessions/{session_id}/notes/{note['noteId']}"

    async def edited(content: str) -> str:
        return (await stage.http.put(path, json={"content": content, "csId": "li"})).json()["data"]["editedAt"]

    await edited("@老赵 写对了")
    assert await on_bell(stage) == [] and [each["text"] for each in await on_bell(stage, "zhao")] == ["@老赵 写对了"]
    again = await edited("@小王 @老赵 两位看一下")
    assert [(each["text"], each["at"], "seen" in each) for each in await on_bell(stage)] == [
        ("@小王 @老赵 两位看一下", again, False)
    ]
    await edited("没事了")
    await stage.http.delete(path, params={"csId": "li"})
    assert await on_bell(stage) == [] == await on_bell(stage, "zhao")


@pytest.mark.gen_test
async def test_a_note_is_told_by_the_bell_to_whom_it_names_once_it_is_on_disk(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    wang, li = await stage.agent("wang"), await stage.agent("li")
    break_disk(stage, "lost commit")
    assert await notes(stage, session_id, "@wang 看一下") == 503
    await until(lambda: stage.server._journal.is_healthy)       # type: ignore[union-attr]
    await wang.hears("resync_required")
    assert await on_bell(stage) == []
    assert await notes(stage, session_id, "@wang 看一下") == 200
    await wang.all_until_now()
    await li.all_until_now()
    [entry] = await on_bell(stage)
    assert wang.rung == [{"type": "bell", "sessionId": session_id, "data": entry}] and li.rung == []


@pytest.mark.gen_test
async def test_sessions_that_change_hands_ring_where_others_did_it(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    wang = await stage.agent("wang")
    await wang.accepts(session_id)
    assert await on_bell(stage) == []
    await stage.post(f"/api/sessions/{session_id}/transfer", {"csId": "wang", "toCsId": "li"})
    await stage.post(f"/api/sessions/{session_id}/takeover", {"csId": "zhao"})
    told = [(each["kind"], each["by"]) for each in await on_bell(stage, "li")]
    assert sorted(told) == [("lost", "zhao"), ("received", "wang")]
    assert await on_bell(stage) == [] and await on_bell(stage, "zhao") == []


@pytest.mark.gen_test
async def test_a_reply_that_did_not_arrive_rings_with_the_reason_after_the_end_too(stage: Stage, gateway) -> None:
    await stage.start()
    for ends in (False, True):
        session_id = await session_of(stage, f"客户{ends}")
        wang = await stage.agent("wang")
        await wang.accepts(session_id)
        gateway.moods.append(answers(2001))
        await wang.replies(session_id, "您好")
        if ends:
            await wang.closes(session_id)
        await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "failed")
        await wang.all_until_now()
        [rung] = wang.rung
        assert rung["data"]["kind"] == "failed" and rung["data"]["text"] and rung["sessionId"] == session_id


@pytest.mark.gen_test
async def test_a_failure_that_is_told_twice_is_one_entry(stage: Stage, gateway) -> None:
    await stage.start()
    session_id, wang = await session_of(stage), await stage.agent("wang")
    await wang.accepts(session_id)
    message = (await wang.replies(session_id, "您好")).json()["data"]
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    for reason in ("对方已拉黑", "对方已注销", "没有这个人"):
        told = {"version": "1", "eventId": stage.new_id(), "type": "send_result", "shopId": "10001",
                "requestId": gateway.said[0]["requestId"], "ok": False, "reason": reason}
        assert (await stage.envelope(told)).status_code == 200
        await wang.hears("message_updated", lambda frame: frame["data"]["delivery"].get("reason") == reason)
        if reason == "对方已注销":
            await stage.post(f"/api/sessions/{session_id}/messages/{message['msgId']}/dismiss", {"csId": "wang"})
    assert [each["text"] for each in await on_bell(stage)] == ["对方已注销"], "what was put aside rings no more"


@pytest.mark.gen_test
async def test_what_was_seen_goes_after_a_week_and_what_nobody_saw_after_a_month(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    for name in ("a", "b", "c"):
        await notes(stage, session_id, f"@wang {name}")
    ids = {entry["text"][-1]: entry["id"] for entry in await on_bell(stage)}
    await sees(stage, ids["a"])
    connection = database.connect(stage.settings.server.data_dir / database.FILE_NAME)
    for days, left in ((8, ["c", "b"]), (31, ["c"])):
        past = to_millis(utc_now() - timedelta(days=days))
        connection.execute("UPDATE bell SET at = ? WHERE id IN (?, ?)", (past, ids["a"], ids["b"]))
        bell.forget_old(connection, utc_now())
        assert [entry["text"][-1] for entry in await on_bell(stage)] == left
    connection.close()


def test_old_entries_go_a_little_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes meanwhile waits for one transaction."""
    monkeypatch.setattr(bell, "MOST_AT_ONCE", 2)
    database.prepare(tmp_path / "ccs.db")
    with closing(database.connect(tmp_path / "ccs.db")) as connection:
        connection.executemany(
            "INSERT INTO bell VALUES (?, 'wang', 'failed', 's', ?, '', '', 1)", [(at, at) for at in range(5)]
        )
        for left in (["2", "3", "4"], ["4"], []):
            bell.forget_old(connection, utc_now())
            assert [name for name, in connection.execute("SELECT id FROM bell ORDER BY id")] == left


@pytest.mark.gen_test
async def test_with_logins_the_bell_is_ones_own(stage: Stage, settings: Config) -> None:
    await stage.start(with_logins(settings))
    for method, path in (("GET", "/api/bell?csId=wang"), ("POST", "/api/bell/seen")):
        body = {"json": {"ids": [], "csId": "wang"}} if method == "POST" else {}
        answer = await stage.http.request(method, stage.base + path, headers=by("li"), **body)
        assert refused(answer, 403)


@pytest.mark.gen_test
async def test_what_the_assistant_did_by_itself_is_counted(stage: Stage, with_assistant, monkeypatch) -> None:
    """Not who waits or has waited, nor whom an agent has."""
    monkeypatch.setattr(served, "FRESH", timedelta(0))
    await stage.start(with_assistant)

    async def in_the_last_hour() -> int:
        return (await stage.get("/api/assistant/served")).json()["data"]["lastHour"]

    assert await in_the_last_hour() == 0
    wang = await stage.agent("wang")
    ids = [await session_of(stage, name) for name in ("陈女士", "刘先生", "周先生", "吴女士")]
    await until_it_answered(stage, ids)
    assert await in_the_last_hour() == 4
    await stage.customer("刘先生").says("我要人工")
    await wang.hears("new_pending_session")
    await stage.post(f"/api/sessions/{ids[2]}/takeover", {"csId": "wang"})
    await wang.closes(ids[3])
    assert await in_the_last_hour() == 2
    connection = database.connect(stage.settings.server.data_dir / database.FILE_NAME)
    connection.execute("UPDATE messages SET created_at = 0 WHERE session_id = ?", (ids[0],))
    connection.close()
    assert await in_the_last_hour() == 1


async def until_it_answered(stage: Stage, ids: list[str]) -> None:
    for session_id in ids:
        while (await stage.session(session_id))["messageCount"] < 2:
            pass                                        # each look is a turn of the loop
