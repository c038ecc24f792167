"""What agents think of the assistant's answers: kept, shown to who may read them, and told to who looks."""

import asyncio
import csv
import io
import json
from typing import Any

import pytest
from attrs import evolve

from ccs.accounts import hash_token
from ccs.assistant.words import Basis, Source
from ccs.outbox import Outbox
from ccs.settings import AuthSettings, Config
from handlers import feedback as feedback_handlers
from handlers.feedback import COLUMNS
from store import archive
from tests.conftest import Stage, until
from tests.test_durability import break_disk
from tests.test_sessions import refused


TOKENS = {cs_id: f"the token of {cs_id}" for cs_id in ("wang", "li", "zhao")}


def with_logins(settings: Config) -> Config:
    agents = tuple(evolve(agent, token_hash=hash_token(TOKENS[agent.id])) for agent in settings.agents)
    return evolve(settings, agents=agents, auth=AuthSettings(required=True))


def by(cs_id: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[cs_id]}"}


async def answered(
    stage: Stage, name: str = "陈女士", text: str = "在吗？", as_whom: str | None = None
) -> tuple[str, str]:
    """The ids of a session and of what the assistant said in it."""
    stage.http.headers.update(by(as_whom) if as_whom else {})
    chen = stage.customer(name)
    await chen.says(text)
    session_id = (await chen.session())["sessionId"]
    return session_id, (await answer_in(stage, session_id))["msgId"]


async def answer_in(stage: Stage, session_id: str) -> dict[str, Any]:
    while not (said := [row for row in await stage.history(session_id) if row["senderType"] == "ai"]):
        await asyncio.sleep(0)
    return said[-1]


async def judges(stage: Stage, session_id: str, message_id: str, verdict: str, **more: Any) -> Any:
    return await stage.post(f"/api/sessions/{session_id}/messages/{message_id}/feedback", {"verdict": verdict, **more})


async def feedback(stage: Stage, session_id: str) -> dict[str, Any] | None:
    return (await answer_in(stage, session_id)).get("feedback")


@pytest.mark.gen_test
async def test_each_agents_last_verdict_counts_and_survives_a_restart(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_assistant)
    session_id, message_id = await answered(stage)
    for verdict, cs_id in (("good", "wang"), ("bad", "li"), ("bad", "wang")):
        answer = await judges(stage, session_id, message_id, verdict, csId=cs_id, note=f"{cs_id}：{verdict}")
        assert answer.status_code == 200, answer.text
    wanted = {"good": 0, "bad": 2, "verdicts": [
        {"csId": "li", "verdict": "bad", "note": "li：bad"}, {"csId": "wang", "verdict": "bad", "note": "wang：bad"},
    ]}
    assert answer.json()["data"]["feedback"] == wanted == await feedback(stage, session_id)
    await stage.stop()
    await stage.start()
    assert await feedback(stage, session_id) == wanted
    await judges(stage, session_id, message_id, "none", csId="li")
    await judges(stage, session_id, message_id, "none", csId="wang")
    assert await feedback(stage, session_id) is None


@pytest.mark.gen_test
async def test_who_looks_at_the_session_is_told_once_and_nobody_else(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_assistant)
    session_id, message_id = await answered(stage)
    wang, li = await stage.agent("wang"), await stage.agent("li")
    await wang.binds(session_id)
    for _ in range(2):          # the second changes nothing
        answer = await judges(stage, session_id, message_id, "good", csId="li")
    told = await wang.hears("message_updated", lambda frame: "feedback" in frame["data"])
    assert told["data"]["feedback"] == answer.json()["data"]["feedback"]
    assert not [frame for frame in await wang.all_until_now() if frame["type"] == "message_updated"]
    assert not [frame for frame in await li.all_until_now() if frame["type"] == "message_updated"]


@pytest.mark.gen_test
async def test_a_verdict_given_while_the_answer_leaves_neither_stops_it_nor_is_lost(
    stage: Stage, gateway, monkeypatch, with_assistant: Config
) -> None:
    leaves, judged = asyncio.Event(), asyncio.Event()
    attempt = Outbox._attempt

    async def slowly(*given: Any) -> Any:
        leaves.set()
        await judged.wait()
        return await attempt(*given)

    monkeypatch.setattr(Outbox, "_attempt", slowly)
    await stage.start(with_assistant)
    session_id, message_id = await answered(stage)
    wang = await stage.agent("wang")
    await wang.binds(session_id)
    await leaves.wait()
    await judges(stage, session_id, message_id, "good", csId="wang")
    judged.set()
    sent = await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert sent["data"]["feedback"]["good"] == 1
    assert len(gateway.requests) == len(gateway.said) == 1


@pytest.mark.gen_test
async def test_only_answers_are_judged_in_known_words(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_assistant)
    session_id, message_id = await answered(stage)
    [question] = [row for row in await stage.history(session_id) if row["senderType"] == "customer"]
    assert refused(await judges(stage, session_id, question["msgId"], "good"), 400)
    assert refused(await judges(stage, session_id, message_id, "great"), 400)
    assert refused(await judges(stage, session_id, message_id, "bad", note="长" * 501), 400)
    assert refused(await judges(stage, session_id, "nothing", "good"), 404)
    assert (await judges(stage, session_id, message_id, "bad", note="长" * 500)).status_code == 200


@pytest.mark.gen_test
async def test_a_draft_that_an_agent_sent_as_it_was_is_marked_and_judged(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_assistant)
    session_id, _ = await answered(stage)
    await stage.post(f"/api/sessions/{session_id}/takeover", {"csId": "wang"})
    for drafted in (True, False):
        said = {"content": "今天发出", "drafted": drafted, "clientMsgId": str(drafted)}
        message = (await stage.post(f"/api/sessions/{session_id}/message", said)).json()["data"]
        assert message.get("fields") == ({"assistant": {"drafted": True}} if drafted else None)
        judged = await judges(stage, session_id, message["msgId"], "bad")
        assert judged.status_code == (200 if drafted else 400)
        again = await stage.post(f"/api/sessions/{session_id}/message", {**said, "drafted": not drafted})
        assert again.json()["data"]["msgId"] == message["msgId"], "the same words under the same id are the same reply"


@pytest.mark.gen_test
async def test_whoever_may_not_read_a_session_may_not_judge_in_it_nor_for_others(
    stage: Stage, with_assistant: Config
) -> None:
    await stage.start(with_logins(with_assistant))
    session_id, message_id = await answered(stage, as_whom="wang")
    await stage.http.post(f"{stage.base}/api/sessions/{session_id}/takeover", json={"csId": "wang"}, headers=by("wang"))
    path = f"{stage.base}/api/sessions/{session_id}/messages/{message_id}/feedback"

    async def judges_as(who: str, **body: str) -> Any:
        return await stage.http.post(path, json={"verdict": "good", **body}, headers=by(who))

    assert refused(await judges_as("li"), 403, manualCsId="wang")
    assert refused(await judges_as("wang", csId="zhao"), 403)
    for who in ("wang", "zhao"):
        verdicts = (await judges_as(who)).json()["data"]["feedback"]["verdicts"]
    assert [verdict["csId"] for verdict in verdicts] == ["wang", "zhao"]


@pytest.mark.gen_test
async def test_a_verdict_that_is_not_on_disk_was_not_given(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_assistant)
    session_id, message_id = await answered(stage)
    break_disk(stage, "read-only")
    assert (await judges(stage, session_id, message_id, "good", csId="wang")).status_code == 503
    await until(lambda: stage.server._journal.is_healthy)
    assert await feedback(stage, session_id) is None
    assert (await judges(stage, session_id, message_id, "good", csId="wang")).status_code == 200


# As a file

async def exported(stage: Stage, **query: str) -> list[list[str]]:
    """The rows below the header, as a spreadsheet reads them."""
    answer = await stage.get("/api/assistant/feedback", **query)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/csv; charset=utf-8", answer.text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="feedback.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True)
    assert header == list(COLUMNS) and {len(row) for row in rows} <= {len(header)}
    return rows


@pytest.mark.gen_test
async def test_the_file_says_what_was_asked_answered_from_what_and_thought_of_it(
    stage: Stage, with_assistant: Config, monkeypatch
) -> None:
    basis = Basis(0.871, (Source("e1", "包邮吗", 0.871), Source("e2", "多久到", 0.4)), "some-model").as_fields()
    monkeypatch.setattr(feedback_handlers, "_basis", lambda judged: basis)
    await stage.start(with_assistant)
    session_id, message_id = await answered(stage, text='=1+1 "包邮"吗,\n急')
    await judges(stage, session_id, message_id, "bad", csId="li", note="@运费不对")
    answer = (await answer_in(stage, session_id))["content"]
    [row] = await exported(stage)
    assert row[1:] == [
        session_id, "京东", '\'=1+1 "包邮"吗,\n急', answer, "包邮吗\n多久到", "0.87", "some-model", "不好", "'@运费不对", "li",
    ]
    [line] = (await stage.get("/api/assistant/feedback", format="jsonl")).text.splitlines()
    told = json.loads(line)
    assert told.pop("time").startswith(row[0].replace(" ", "T"))
    assert told == {
        "sessionId": session_id, "msgId": message_id, "channelType": "jd", "question": '=1+1 "包邮"吗,\n急',
        "answer": answer, "sources": basis["sources"], "confidence": 0.87, "model": "some-model", "verdict": "bad",
        "note": "@运费不对", "csId": "li",
    }


@pytest.mark.gen_test
async def test_the_file_holds_every_verdict_of_its_time_once_page_after_page(
    stage: Stage, with_assistant: Config, monkeypatch
) -> None:
    monkeypatch.setattr(archive, "PAGE", 2)
    await stage.start(with_assistant)
    given = [await answered(stage, f"客户{number}") for number in range(5)]
    await asyncio.gather(*(judges(stage, *place, "good", csId="wang") for place in given))
    await judges(stage, *given[0], "none", csId="wang")
    assert sorted(row[1] for row in await exported(stage)) == sorted(place[0] for place in given[1:])
    today = (await answer_in(stage, given[0][0]))["createdAt"][:10]
    assert len(await exported(stage, since=today, until=today)) == 4
    assert await exported(stage, since="2100-01-01") == await exported(stage, until="2020-01-01T00:00:00Z") == []
    assert len(await exported(stage, since="0001-01-01T00:00+23:59")) == 4
    for query in ({"since": "gestern"}, {"until": "2026-13-01"}, {"format": "xlsx"}):
        assert refused(await stage.get("/api/assistant/feedback", **query), 400), query


@pytest.mark.gen_test
async def test_the_file_is_for_supervisors(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_logins(with_assistant))
    for who, status in (("wang", 403), ("zhao", 200)):
        answer = await stage.http.get(f"{stage.base}/api/assistant/feedback", headers=by(who))
        assert answer.status_code == status
