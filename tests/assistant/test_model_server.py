"""Beside a model's server that is not ours: it streams, counts and fails as large ones do, and judges its client."""

import json

import pytest

from ccs.assistant.model.failures import Kind, ModelFailure
from ccs.assistant.model.prompts import ANSWER, HAND_OFF
from ccs.assistant.model.structured import Malformed, choose
from ccs.assistant.model.talk import Line, Talk
from tests.llm import PATIENCE, Asks, free

HELLO = Talk((Line("user", "多久发货"),))
CHOICE = Talk((Line("user", "多久发货"),), (ANSWER, HAND_OFF))
SAID = {"text": "48 小时内发货", "entries": [1]}


def cuts(mock):
    return mock.truncate(after_chunks=2)


@pytest.mark.gen_test
async def test_it_streams_and_counts(llmock, client: Asks) -> None:
    llmock.reply("现货 48 小时内 发货")
    paid: list[int] = []
    reply = await client(llmock.base_url()).ask(HELLO, PATIENCE, paid.append)
    assert reply.text == "现货 48 小时内 发货" and paid == [reply.tokens] and reply.tokens > 0
    llmock.assert_resilient(strict=True)


@pytest.mark.gen_test
async def test_its_model_calls_a_tool(llmock, client: Asks) -> None:
    llmock.call_tool("answer", SAID)
    choice = await choose(client(llmock.base_url()), CHOICE, PATIENCE, free)
    assert (choice.name, choice.arguments) == ("answer", SAID)
    llmock.assert_resilient(strict=True)


@pytest.mark.gen_test
async def test_it_is_busy_and_then_it_is_not(llmock, client: Asks) -> None:
    llmock.rate_limit(times=2, retry_after=0.1).reply("在的")
    assert (await client(llmock.base_url()).ask(HELLO, PATIENCE, free)).text == "在的"
    llmock.assert_resilient(strict=True)


@pytest.mark.gen_test
async def test_it_has_no_tools(llmock, client: Asks) -> None:
    from llmock.scenarios import Fail, Match

    llmock.add(Fail(400, message="this model does not support tools", times=None, match=Match(tools=True)))
    llmock.reply(json.dumps({"name": "answer", "arguments": SAID}, ensure_ascii=False), times=2)
    asks = client(llmock.base_url())
    for _ in range(2):
        assert (await choose(asks, CHOICE, PATIENCE, free)).arguments == SAID
    assert len(llmock.requests) == 3
    llmock.assert_resilient(strict=True)


@pytest.mark.gen_test
@pytest.mark.parametrize("breaks, kind", [
    (lambda mock: mock.disconnect(after_chunks=2), Kind.BROKEN),
    (cuts, Kind.BROKEN),
    (lambda mock: mock.corrupt(after_chunks=2), Kind.BROKEN),
    (lambda mock: mock.stall(after_chunks=2, seconds=2), Kind.TIMEOUT),
    (lambda mock: mock.slow_first_token(2), Kind.TIMEOUT),
    (lambda mock: mock.fail(401), Kind.KEY),
    (lambda mock: mock.context_overflow(), Kind.TOO_LONG),
])
async def test_no_half_answer_is_taken(llmock, breaks, kind: Kind, client: Asks) -> None:
    breaks(llmock.reply("现货 48 小时内 发货"))
    with pytest.raises(ModelFailure) as caught:
        await client(llmock.base_url(), first=0.3, between=0.3).ask(HELLO, PATIENCE, free)
    assert caught.value.kind is kind
    if breaks is not cuts:              # of these it believes that whoever does not ask again took the half
        llmock.assert_resilient()


@pytest.mark.gen_test
@pytest.mark.parametrize("kind", ["malformed_arguments", "unknown_tool"])
async def test_a_broken_call_is_none(llmock, kind: str, client: Asks) -> None:
    llmock.call_tool("answer", SAID).break_tool_call(kind)
    with pytest.raises(Malformed):
        await choose(client(llmock.base_url()), CHOICE, PATIENCE, free)
