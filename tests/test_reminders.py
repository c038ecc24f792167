"""A reminder comes when it is time, comes again until it was seen, and is nobody else's."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

import server
from ccs.models import utc_now
from ccs.own import reminders
from ccs.settings import Config
from tests.conftest import Stage
from tests.assistant.test_feedback import by, with_logins
from tests.test_logins import Clock
from tests.test_own import puts, session_of
from tests.test_sessions import refused


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(server, "utc_now", clock)
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    return clock


def later(**how: float) -> str:
    return (utc_now() + timedelta(**how)).isoformat()


async def reminds(stage: Stage, session_id: str, at: Any, cs_id: str = "wang") -> httpx.Response:
    return await puts(stage, f"/api/sessions/{session_id}/reminder", {"csId": cs_id, "at": at})


async def dismisses(stage: Stage, session_id: str, cs_id: str = "wang") -> httpx.Response:
    return await stage.http.delete(f"{stage.base}/api/sessions/{session_id}/reminder", params={"csId": cs_id})


async def wanted(stage: Stage, cs_id: str = "wang") -> list[dict[str, Any]]:
    return (await stage.get("/api/reminders", csId=cs_id)).json()["data"]


@pytest.mark.gen_test
async def test_it_comes_when_it_is_time_and_again_after_a_restart_until_it_was_seen(stage: Stage, clock: Clock) -> None:
    await stage.start()
    session_id, other = await session_of(stage), await session_of(stage, "刘先生")
    wang, li = await stage.agent("wang"), await stage.agent("li")
    await reminds(stage, other, later(days=2))
    told = (await reminds(stage, session_id, later(hours=5))).json()["data"]
    told = (await reminds(stage, session_id, later(hours=1))).json()["data"]        # takes the other's place
    assert [row["sessionId"] for row in await wanted(stage)] == [session_id, other] and await wanted(stage, "li") == []
    assert await wang.heard_nothing()
    clock.ahead = timedelta(hours=2)
    due = {"type": "reminder_due", "sessionId": session_id, "data": {"at": told["at"]}}
    assert await wang.next("reminder_due") == due and await wang.heard_nothing() and await li.heard_nothing()
    assert await (await stage.agent("wang")).next("reminder_due") == due
    await stage.stop()
    await stage.start()
    again = await stage.agent("wang")
    assert await again.next("reminder_due") == due
    assert (await dismisses(stage, session_id)).json() == {"code": 0, "message": "ok"}
    assert (await dismisses(stage, session_id)).status_code == 200
    assert [row["sessionId"] for row in await wanted(stage)] == [other]
    await stage.stop()
    await stage.start()
    assert await (await stage.agent("wang")).heard_nothing()
    assert datetime.fromisoformat(told["at"]) - utc_now() < timedelta(hours=1)


@pytest.mark.gen_test
async def test_what_is_no_time_is_refused_with_words(stage: Stage, monkeypatch) -> None:
    await stage.start()
    session_id = await session_of(stage)
    for at in ("", "soon", "2026-01-31T08:00:00", "0001-01-01T00:00:00+23:59", "1969-01-01T00:00:00Z", 7, None,
               "9999-12-31T23:59:59-23:59", later(days=400)):
        assert refused(await reminds(stage, session_id, at), 400), at
    assert refused(await reminds(stage, "nothing", later(hours=1)), 404)
    assert refused(await dismisses(stage, "nothing"), 404)
    monkeypatch.setattr(reminders, "MOST", 1)
    assert (await reminds(stage, session_id, later(hours=1))).status_code == 200
    assert refused(await reminds(stage, await session_of(stage, "刘先生"), later(hours=1)), 400)
    assert (await reminds(stage, session_id, later(hours=2))).status_code == 200


@pytest.mark.gen_test
async def test_with_logins_it_is_ones_own(stage: Stage, settings: Config) -> None:
    await stage.start(with_logins(settings))
    await stage.customer().says("在吗")
    [row] = (await stage.http.get(f"{stage.base}/api/sessions", headers=by("wang"))).json()["data"]
    path = f"/api/sessions/{row['sessionId']}/reminder"
    assert (await puts(stage, path, {"at": later(hours=1)}, "wang")).status_code == 200
    for who in ("li", "zhao"):
        assert refused(await puts(stage, path, {"at": later(hours=1), "csId": "wang"}, who), 403)
        answer = await stage.http.delete(f"{stage.base}{path}?csId=wang", headers=by(who))
        assert refused(answer, 403)
        answer = await stage.http.get(f"{stage.base}/api/reminders", headers=by(who))
        assert answer.json()["data"] == []
    answer = await stage.http.get(f"{stage.base}/api/reminders", headers=by("wang"))
    assert len(answer.json()["data"]) == 1
