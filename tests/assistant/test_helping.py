"""An agent who holds a session, or may accept it, is helped with her answer; nobody else is, and nothing is sent."""

import asyncio
from typing import Any

import pytest
from attrs import evolve

from ccs.settings import AssistantSettings, Config, OpenAISettings
from tests.conftest import PATIENCE, Stage
from tests.llm import DONE, Server, calls, chunk, says, stalls

POLISHED = says(chunk("您好，在的。") + chunk(finish="stop") + DONE)
HELP = ("suggestions", {}), ("summary", {}), ("polish", {"text": "在", "manner": "politer"})


def by_model(settings: Config, url: str, **more: Any) -> Config:
    openai = OpenAISettings(base_url=url, model="gpt-4o", **more)
    return evolve(settings, assistant=AssistantSettings(provider="openai", openai=openai))


async def held(stage: Stage, settings: Config) -> str:
    """The path of a session of 陈女士's that 小王 holds."""
    await stage.start(settings)
    wang = await stage.agent("wang")
    await stage.customer().says("转人工，订单 20241100123 多久发货？")
    while (told := await wang.hears_any())["type"] != "new_pending_session":
        pass
    session = told["data"]["sessionId"]
    assert (await stage.post(f"/api/sessions/{session}/accept", {"csId": "wang"})).status_code == 200
    return f"/api/sessions/{session}"


async def said(stage: Stage, path: str) -> list[str]:
    return [message["content"] for message in await stage.history(path.rpartition("/")[2])]


@pytest.mark.gen_test
async def test_the_model_polishes_suggests_and_sums_up(stage: Stage, settings: Config) -> None:
    suggested = says(calls("suggest", {"replies": [{"text": "今天就发", "entries": []}]}))
    async with Server.open(POLISHED, suggested, says(chunk("问发货") + chunk(finish="stop") + DONE)) as model:
        path = await held(stage, by_model(settings, model.url))
        before = await said(stage, path)
        polished = (await stage.post(f"{path}/polish", {"text": "在", "manner": "politer", "csId": "wang"})).json()
        assert polished["data"] == {"text": "您好，在的。", "entries": [], "doubts": [], "byModel": True}
        (suggestion,) = (await stage.post(f"{path}/suggestions", {"count": 1})).json()["data"]["suggestions"]
        assert suggestion["text"] == "今天就发" and suggestion["doubts"] == ["今天"]
        assert (await stage.post(f"{path}/summary")).json()["data"]["text"] == "问发货"
        assert "20241100123" not in str([visit.asked for visit in model.visits])
        assert await said(stage, path) == before            # nothing to her


@pytest.mark.gen_test
async def test_without_a_model_there_is_a_summary_and_a_word_about_polishing(stage: Stage, settings: Config) -> None:
    path = await held(stage, settings)
    summary = (await stage.post(f"{path}/summary")).json()["data"]
    assert "20241100123" in summary["text"] and not summary["byModel"]
    assert (await stage.post(f"{path}/suggestions")).json()["data"] == {"suggestions": []}
    refused = await stage.post(f"{path}/polish", {"text": "在", "manner": "fix"})
    assert (refused.status_code, refused.json()["code"]) == (400, 4020) and "没有接入语言模型" in refused.json()["message"]


@pytest.mark.gen_test
@pytest.mark.parametrize("verb, body", HELP)
async def test_only_who_may_answer_is_helped(stage: Stage, settings: Config, verb: str, body: dict[str, Any]) -> None:
    path = await held(stage, settings)
    assert (await stage.post(f"{path}/{verb}", {**body, "csId": "li"})).status_code == 403
    assert (await stage.post(f"{path}/{verb}", {**body, "csId": "zhao"})).status_code in (200, 400)     # she supervises
    await stage.post(f"{path}/close")
    closed = await stage.post(f"{path}/{verb}", {**body, "csId": "wang"})
    assert (closed.status_code, closed.json()["code"]) == (400, 4001)
    assert (await stage.post(f"/api/sessions/nobody/{verb}", body)).status_code == 404


@pytest.mark.gen_test
@pytest.mark.parametrize("verb, body, place", [
    ("suggestions", {"count": 0}, "$.count"), ("suggestions", {"count": 4}, "$.count"),
    ("polish", {"text": " ", "manner": "fix"}, "$.text"), ("polish", {"text": "在", "manner": "ruder"}, "$.manner"),
])
async def test_what_cannot_be_asked_for_is_said(stage: Stage, settings: Config, verb: str, body, place: str) -> None:
    path = await held(stage, settings)
    refused = await stage.post(f"{path}/{verb}", body)
    assert refused.status_code == 400 and place in refused.json()["message"]


@pytest.mark.gen_test
@pytest.mark.parametrize("verb, body", HELP)
async def test_who_asks_and_leaves_ends_it(stage: Stage, settings: Config, verb: str, body: dict[str, Any]) -> None:
    async with Server.open(stalls(chunk("写"))) as model:
        path = await held(stage, by_model(settings, model.url))
        asking = asyncio.create_task(stage.post(f"{path}/{verb}", body))
        visit = await model.visit(0)
        asking.cancel()
        async with asyncio.timeout(PATIENCE):
            await visit.left.wait()
        await stage.get("/healthz")
        assert stage.server
        assert stage.server._busy == set()


@pytest.mark.gen_test
async def test_a_stop_does_not_wait_for_a_model(stage: Stage, settings: Config) -> None:
    async with Server.open(stalls(chunk("写"))) as model:
        path = await held(stage, by_model(settings, model.url))
        asking = asyncio.create_task(stage.post(f"{path}/summary"))
        await model.visit(0)
        async with asyncio.timeout(PATIENCE):
            await stage.stop()
        await asyncio.gather(asking, return_exceptions=True)


@pytest.mark.gen_test
async def test_what_models_cost_is_known_after_a_restart(stage: Stage, settings: Config) -> None:
    async with Server.open(POLISHED) as model:
        wanted = by_model(settings, model.url, daily_tokens=1200)
        path = await held(stage, wanted)
        answers = [await stage.post(f"{path}/polish", {"text": "在", "manner": "fix"}) for _ in range(5)]
        spent = [answer.status_code for answer in answers].index(400)
        assert "用量已达上限" in answers[spent].json()["message"]
        await stage.stop()
        await stage.start(wanted)
        again = await stage.post(f"{path}/polish", {"text": "在", "manner": "fix"})
        assert again.status_code == 400 and len(model.visits) == spent > 0
