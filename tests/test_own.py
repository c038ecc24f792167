"""What belongs to an agent is in every window of hers, outlives the server, and is nobody else's."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ccs.models import to_millis, utc_now
from ccs.settings import Config
from store import database, own
from tests.conftest import Stage, until
from tests.process import Process
from tests.test_durability import break_disk
from tests.assistant.test_feedback import by, with_logins
from tests.test_sessions import refused


async def session_of(stage: Stage, name: str = "陈女士") -> str:
    chen = stage.customer(name)
    await chen.says("在吗")
    return (await chen.session())["sessionId"]


async def puts(stage: Stage, path: str, body: Any, who: str = "", **headers: str) -> httpx.Response:
    """As somebody who is logged in, or else with the csId in the body."""
    return await stage.http.put(stage.base + path, json=body, headers={**(by(who) if who else {}), **headers})


async def writes(stage: Stage, session_id: str, text: str, mode: str = "reply", **more: Any) -> dict[str, Any]:
    answer = await puts(stage, f"/api/sessions/{session_id}/drafts/{mode}", {"csId": "wang", "text": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def drafts(stage: Stage, cs_id: str = "wang") -> list[tuple[str, str]]:
    return [(row["mode"], row["text"]) for row in (await stage.get("/api/drafts", csId=cs_id)).json()["data"]]


# Drafts


@pytest.mark.gen_test
async def test_a_draft_is_in_every_window_of_hers_and_in_nobody_elses(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    office, home, li = await stage.agent("wang"), await stage.agent("wang"), await stage.agent("li")
    path, headers = f"/api/sessions/{session_id}/drafts/reply", {"X-CCS-Socket": office.hello["socket"]}
    answer = (await puts(stage, path, {"csId": "wang", "text": "您好，这边"}, **headers)).json()["data"]
    heard = await home.next("draft")
    assert heard == {"type": "draft", "sessionId": session_id, "data": answer}
    assert (answer["revision"], answer["mode"], answer["text"]) == (1, "reply", "您好，这边")
    assert await office.heard_nothing() and await li.heard_nothing()
    await writes(stage, session_id, "记一下", "note")
    assert await drafts(stage) == [("note", "记一下"), ("reply", "您好，这边")] and await drafts(stage, "li") == []
    await writes(stage, session_id, "")
    assert (await home.hears("draft", lambda frame: frame["data"]["mode"] == "reply"))["data"]["text"] == ""
    await stage.stop()
    await stage.start()
    assert await drafts(stage) == [("note", "记一下")]


@pytest.mark.gen_test
async def test_the_newest_writing_wins_and_what_it_had_not_seen_is_handed_back(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    first = await writes(stage, session_id, "在办公室写的")
    blind = await writes(stage, session_id, "在家写的")
    assert blind["other"] == {"text": "在办公室写的", "updatedAt": first["updatedAt"]} and blind["revision"] == 2
    assert "other" not in await writes(stage, session_id, "在家写完", revision=2)
    assert (await writes(stage, session_id, "办公室接着写", revision=1))["other"]["text"] == "在家写完"
    assert "other" not in await writes(stage, session_id, "办公室接着写", revision=1)      # the same words
    assert (await writes(stage, session_id, "", revision=1))["other"]["text"] == "办公室接着写"
    assert "other" not in await writes(stage, session_id, "新的一句", revision=1)          # nothing stood there


@pytest.mark.gen_test
async def test_with_logins_drafts_and_preferences_are_ones_own(stage: Stage, settings: Config) -> None:
    await stage.start(with_logins(settings))
    await stage.customer().says("在吗")
    [row] = (await stage.http.get(f"{stage.base}/api/sessions", headers=by("wang"))).json()["data"]
    path = f"/api/sessions/{row['sessionId']}"
    await stage.http.post(f"{stage.base}{path}/accept", json={"csId": "wang"}, headers=by("wang"))
    draft = f"{path}/drafts/reply"
    assert (await puts(stage, draft, {"text": "您好"}, "wang")).status_code == 200
    assert (await puts(stage, "/api/preferences", {"values": {"panel": {"open": True}}}, "wang")).status_code == 200
    assert refused(await puts(stage, draft, {"text": "您好"}, "li"), 403, manualCsId="wang")
    assert (await puts(stage, draft, {"text": ""}, "li")).status_code == 200
    for who in ("li", "zhao"):              # a supervisor may act for others, and this is no act
        for get in ("/api/drafts", "/api/preferences"):
            answer = await stage.http.get(f"{stage.base}{get}?csId=wang", headers=by(who))
            assert refused(answer, 403)
            mine = await stage.http.get(stage.base + get, headers=by(who))
            assert not mine.json()["data"]
        assert refused(await puts(stage, draft, {"text": "", "csId": "wang"}, who), 403)
        assert refused(await puts(stage, "/api/preferences", {"values": {}, "csId": "wang"}, who), 403)
    [mine] = (await stage.http.get(f"{stage.base}/api/drafts", headers=by("wang"))).json()["data"]
    assert mine["text"] == "您好"


@pytest.mark.gen_test
async def test_what_is_no_draft_is_refused_with_words(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    path = f"/api/sessions/{session_id}/drafts"
    for where, body, status in (
        (f"{path}/reply", {"csId": "wang", "text": "长" * 10_001}, 400),
        (f"{path}/reply", {"text": "您好"}, 400),
        (f"{path}/reply", {"csId": "nobody", "text": "您好"}, 400),
        (f"{path}/reply", {"csId": "wang", "text": 7}, 400),
        (f"{path}/reply", {"csId": "wang", "text": "x", "revision": "1"}, 400),
        (f"{path}/poem", {"csId": "wang", "text": "您好"}, 400),
        ("/api/sessions/nothing/drafts/reply", {"csId": "wang", "text": "您好"}, 404),
    ):
        answer = await puts(stage, where, body)
        assert answer.status_code == status and answer.json()["message"], (where, body)
    assert refused(await stage.get("/api/drafts"), 400) and await drafts(stage) == []
    foreign = await puts(stage, f"{path}/reply", {"csId": "wang", "text": "您好"}, Origin="https://evil.example")
    assert refused(foreign, 403)


@pytest.mark.gen_test
async def test_drafts_go_with_their_session_or_after_a_week(stage: Stage) -> None:
    await stage.start()
    over, fresh, old = [await session_of(stage, name) for name in ("陈女士", "刘先生", "周先生")]
    for session_id in (over, fresh, old):
        await writes(stage, session_id, session_id)
    wang = await stage.agent("wang")
    await wang.closes(over)
    await writes(stage, over, f"{over}，还没写完")
    connection = database.connect(stage.settings.server.data_dir / database.FILE_NAME)
    connection.execute("UPDATE drafts SET updated_at = 0 WHERE session_id = ?", (old,))
    own.forget_old(connection, utc_now())
    assert {text for _, text in await drafts(stage)} == {f"{over}，还没写完", fresh}
    later = to_millis(utc_now() - timedelta(hours=2))
    connection.execute("UPDATE drafts SET updated_at = ?", (later,))
    connection.execute("UPDATE sessions SET updated_at = ?", (later,))
    own.forget_old(connection, utc_now())
    connection.close()
    assert {text for _, text in await drafts(stage)} == {fresh}


# Preferences


async def keeps(stage: Stage, values: Any) -> httpx.Response:
    return await puts(stage, "/api/preferences", {"csId": "wang", "values": values})


@pytest.mark.gen_test
async def test_preferences_merge_by_name_and_reach_the_other_windows(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    assert (await keeps(stage, {"filters": {"tab": "mine"}, "emoji": ["😀"]})).json()["data"] == {
        "filters": {"tab": "mine"}, "emoji": ["😀"],
    }
    wanted = {"filters": {"tab": "all"}, "send": {"key": "enter"}}
    assert (await keeps(stage, {"filters": {"tab": "all"}, "emoji": None, "send": {"key": "enter"}})).json()[
        "data"] == wanted
    await wang.next("preferences")
    assert await wang.next("preferences") == {"type": "preferences", "data": wanted}
    assert (await keeps(stage, {"send": {"key": "enter"}})).json()["data"] == wanted and await wang.heard_nothing()
    await stage.stop()
    await stage.start()
    assert (await stage.get("/api/preferences", csId="wang")).json()["data"] == wanted
    assert (await stage.get("/api/preferences", csId="li")).json()["data"] == {}


@pytest.mark.gen_test
async def test_preferences_are_small_and_objects(stage: Stage) -> None:
    await stage.start()
    for values in (["filters"], "filters", None, {"": 1}, {"n" * 65: 1}, {"big": "大" * 11_000}):
        assert refused(await keeps(stage, values), 400), str(values)[:40]
    assert (await keeps(stage, {"big": "大" * 10_000})).status_code == 200
    assert refused(await keeps(stage, {"more": "大" * 1_000}), 400)
    assert list((await stage.get("/api/preferences", csId="wang")).json()["data"]) == ["big"]


# The disk


@pytest.mark.gen_test
async def test_what_is_not_on_disk_was_not_written(stage: Stage) -> None:
    await stage.start()
    session_id = await session_of(stage)
    wang = await stage.agent("wang")
    break_disk(stage, "read-only")
    answer = await puts(stage, f"/api/sessions/{session_id}/drafts/reply", {"csId": "wang", "text": "您好"})
    assert answer.status_code == 503
    await until(lambda: stage.server and stage.server._journal.is_healthy)
    assert await drafts(stage) == [] and "draft" not in [frame["type"] for frame in await wang.all_until_now()]
    assert (await writes(stage, session_id, "您好"))["revision"] == 1


def test_what_was_answered_outlives_a_power_cut(tmp_path: Path) -> None:
    process = Process(tmp_path).start()
    try:
        values = {"values": {"panel": {"open": True}}, "csId": "wang"}
        assert httpx.put(f"{process.base}/api/preferences", json=values).status_code == 200
        process.kill()
        process.start()
        assert process.get("/api/preferences?csId=wang") == values["values"]
    finally:
        process.stop()
