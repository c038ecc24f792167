"""The checkup says what is wrong with the model's server, and joins nothing that costs."""

import json
from collections.abc import Callable
from random import Random

import pytest

from ccs.assistant.model.checkup import look
from ccs.assistant.model.joined import ledger_of, openai_responder
from ccs.assistant.words import Answer
from ccs.checkup.doctor import Opinion, Result
from ccs.settings import AssistantSettings, OpenAISettings
from tests.llm import DONE, NOW, USAGE, Act, Pages, Server, calls, question, refuses, says, search


def lists(*names: str) -> Act:
    body = json.dumps({"object": "list", "data": [{"id": name} for name in names]}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return lambda visit: visit.says(head.encode() + body)


async def opinion(act: Act, model: str = "qwen3") -> Opinion:
    async with Server.open(act) as server:
        return await look(OpenAISettings(base_url=server.url, model=model, api_key="sk-secret"))


@pytest.mark.gen_test
@pytest.mark.parametrize("act, result, words", [
    (lists("qwen3", "other"), Result.OK, "qwen3"),
    (lists("qwen3:latest"), Result.OK, "qwen3"),
    (lists(), Result.OK, "可以访问"),
    (lists("llama", "glm"), Result.FAIL, "没有“qwen3”这个模型"),
    (refuses(401), Result.FAIL, "密钥"),
    (refuses(404), Result.WARN, "不能列出"),
    (refuses(500), Result.FAIL, "暂时不可用"),
    (says(b"hello"), Result.OK, "可以访问"),
])
async def test_it_is_said_what_is_wrong(act: Act, result: Result, words: str) -> None:
    found = await opinion(act)
    assert found.result is result and words in found.words
    assert "sk-secret" not in found.words + found.advice and (found.advice or result is Result.OK)


@pytest.mark.gen_test
async def test_one_that_is_not_there_is_said_to_be_not_there() -> None:
    async with Server.open(lists()) as server:
        gone = server.url
    assert (await look(OpenAISettings(base_url=gone, model="qwen3"))).result is Result.FAIL


@pytest.mark.gen_test
async def test_the_one_that_is_not_ours_lists_its_models(llmock) -> None:
    settings: Callable[[str], OpenAISettings] = lambda model: OpenAISettings(llmock.base_url(), model)
    assert (await look(settings("gpt-4o"))).result is Result.OK
    assert (await look(settings("gpt-9"))).result is Result.FAIL


@pytest.mark.gen_test
async def test_the_parts_are_joined_from_the_settings() -> None:
    answer = calls("answer", {"text": "48 小时内发货", "entries": [1]}).replace(DONE, USAGE + DONE)
    async with Server.open(says(answer)) as server:
        openai = OpenAISettings(server.url, "qwen3", "sk-1", "叫客户“亲”", 321, daily_tokens=10**6)
        settings, book = AssistantSettings(provider="openai", openai=openai), Pages()
        model = openai_responder(settings, search, ledger_of(settings, NOW.date, book), Random(1))
        answered = await model.responder.respond(question("多久发货"))
        await model.stop()
        asked, headers = server.visits[0].asked, server.visits[0].headers
    assert isinstance(answered, Answer) and book.lines == [(NOW.date(), "s-1", 77)]
    assert (asked["model"], asked["max_tokens"], headers["authorization"]) == ("qwen3", 321, "Bearer sk-1")
    assert "亲" in asked["messages"][0]["content"]
    counted = model.counters
    assert (counted.requests, counted.attempts, counted.tokens, counted.running) == (1, 1, 77, 0)
