"""What agents think of the assistant's answers: kept, shown to who may read them, and told to who looks."""

import asyncio
from typing import Any

import pytest
from attrs import evolve

from ccs.accounts import hash_token
from ccs.outbox import Outbox
from ccs.settings import AuthSettings, Config
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
