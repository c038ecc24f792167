"""A model's server is asked with patience and left at once, in the way it understands, and only as often as is safe."""

import asyncio
import json
import logging

import pytest

from ccs.assistant.model.failures import Kind, ModelFailure
from ccs.assistant.model.manners import Form
from ccs.assistant.model.prompts import ANSWER, HAND_OFF
from ccs.assistant.model.structured import Choice, Malformed, choose
from ccs.assistant.model.talk import Line, Talk
from tests.llm import DONE, PATIENCE, USAGE, Act, Asks, Server, calls, chunk, free, refuses, says, stalls, whole

HELLO = Talk((Line("user", "多久发货"),))
CHOICE = Talk((Line("user", "多久发货"),), (ANSWER, HAND_OFF))
SAID = {"text": "48 小时内发货", "entries": [1]}
TOLD = {"name": "answer", "arguments": SAID}
FINE = chunk("在的") + chunk(finish="stop") + USAGE + DONE


async def failure(client: Asks, *acts: Act, within: float = PATIENCE, **patience: float) -> ModelFailure:
    async with Server.open(*acts) as server:
        asks = client(server.url, **patience)
        with pytest.raises(ModelFailure) as caught:
            await asks.ask(HELLO, within, free)
    return caught.value


# Time


@pytest.mark.gen_test
@pytest.mark.parametrize("written, patience", [
    ((), {"first": 0.1}),
    ((b": ping\n\n",), {"first": 0.1}),
    ((chunk("现"),), {"between": 0.1}),
    ((chunk("现"), b": ping\n\n" * 3), {"between": 0.1}),
    ((chunk("现"),), {"within": 0.1}),
])
async def test_who_does_not_go_on_is_left(written: tuple[bytes, ...], patience: dict[str, float], client: Asks) -> None:
    assert (await failure(client, stalls(*written), **patience)).kind is Kind.TIMEOUT


@pytest.mark.gen_test
async def test_one_who_pings_for_ever_and_says_nothing_is_left(client: Asks) -> None:
    async def pings(visit) -> None:
        await visit.says(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not visit.left.is_set():
            await visit.says(b": ping\n\n")
            await asyncio.sleep(0)

    waited = await failure(client, pings, within=60, first=0.2, between=60)
    assert waited.kind is Kind.TIMEOUT


@pytest.mark.gen_test
async def test_a_finished_answer_does_not_wait_for_a_line_that_stays_open(client: Asks) -> None:
    async with Server.open(stalls(chunk("在的"), chunk(finish="stop"))) as server:
        assert (await client(server.url, after=0.05).ask(HELLO, PATIENCE, free)).text == "在的"


@pytest.mark.gen_test
async def test_who_breaks_it_off_twice_hangs_up_all_the_same(client: Asks) -> None:
    """A second cancelling would disturb the first, and leave the connection open and its place taken."""
    async with Server.open(stalls(chunk("现货"))) as server:
        asks = client(server.url, concurrency=1)
        for number in range(2):
            asking = asyncio.create_task(asks.ask(HELLO, 60, free))
            visit = await server.visit(number)
            await asyncio.sleep(0.01)               # until it reads
            asking.cancel()
            asyncio.get_running_loop().call_soon(asking.cancel)
            async with asyncio.timeout(PATIENCE):
                await visit.left.wait()


@pytest.mark.gen_test
async def test_who_no_longer_waits_hangs_up_at_once(client: Asks) -> None:
    async with Server.open(stalls(chunk("现货"))) as server:
        asks = client(server.url)
        asking = asyncio.create_task(asks.ask(HELLO, 60, free))
        visit = await server.visit(0)
        asking.cancel()
        async with asyncio.timeout(PATIENCE):
            await visit.left.wait()
        assert asks._counters.failures == {"cancelled": 1} and asks._counters.running == 0


@pytest.mark.gen_test
async def test_half_an_answer_is_paid_too(client: Asks) -> None:
    async with Server.open(stalls(chunk("现货"))) as server:
        asks, paid = client(server.url, between=0.05), []
        with pytest.raises(ModelFailure):
            await asks.ask(HELLO, PATIENCE, paid.append)
        assert paid == [HELLO.tokens + len("现货")] == [asks._counters.tokens]


@pytest.mark.gen_test
async def test_no_more_are_asked_at_once_than_there_are_places_and_waiting_counts(client: Asks) -> None:
    async with Server.open(stalls(chunk("现"))) as server:
        asks = client(server.url, concurrency=1)
        first = asyncio.create_task(asks.ask(HELLO, 60, free))
        await server.visit(0)
        with pytest.raises(ModelFailure) as caught:
            await asks.ask(HELLO, 0.1, free)
        assert caught.value.kind is Kind.QUEUE and len(server.visits) == 1
        first.cancel()


# Again


@pytest.mark.gen_test
@pytest.mark.parametrize("status", [429, 502, 503])
async def test_who_has_not_begun_is_asked_again_when_he_says(status: int, client: Asks) -> None:
    async with Server.open(refuses(status, Retry_After="0.1"), says(FINE)) as server:
        assert (await client(server.url).ask(HELLO, PATIENCE, free)).text == "在的"
        assert len(server.visits) == 2


@pytest.mark.gen_test
@pytest.mark.parametrize("act, kind, visits", [
    (refuses(429, Retry_After="3600"), Kind.BUSY, 1),           # later than anybody waits
    (refuses(429, {"error": {"code": "insufficient_quota"}}), Kind.MONEY, 1),
    (refuses(500), Kind.DOWN, 1),
    (refuses(401), Kind.KEY, 1),
    (refuses(404), Kind.UNKNOWN, 1),
    (refuses(400, {"error": {"code": "context_length_exceeded"}}), Kind.TOO_LONG, 1),
    (refuses(400, {"error": {"code": "data_inspection_failed"}}), Kind.FILTERED, 1),
    (says(chunk("现")), Kind.BROKEN, 1),
    (says(b'data: {"choices":[{"delta":{"content":"\xe4\xbd'), Kind.BROKEN, 1),
    (refuses(503, Retry_After="0"), Kind.DOWN, 4),
])
async def test_what_may_have_been_done_or_will_not_pass_is_not_asked_again(
    act: Act, kind: Kind, visits: int, client: Asks
) -> None:
    async with Server.open(act) as server:
        with pytest.raises(ModelFailure) as caught:
            await client(server.url).ask(HELLO, PATIENCE, free)
        assert (caught.value.kind, len(server.visits)) == (kind, visits)


@pytest.mark.gen_test
async def test_a_server_that_is_not_there_is_said_so(client: Asks) -> None:
    async with Server.open(says(FINE)) as server:
        gone = server.url
    with pytest.raises(ModelFailure) as caught:
        await client(gone).ask(HELLO, 1.2, free)
    assert caught.value.kind is Kind.UNREACHABLE and "base_url" in str(caught.value)


# What a server knows


@pytest.mark.gen_test
@pytest.mark.parametrize("complaint, changed", [
    ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens"),
    ("unknown field stream_options", "stream_options"),
    ("temperature does not support 0.2 with this model", "temperature"),
])
async def test_what_a_server_does_not_take_is_left_out_and_remembered(
    complaint: str, changed: str, client: Asks
) -> None:
    async with Server.open(refuses(400, {"error": {"message": complaint}}), says(FINE)) as server:
        asks = client(server.url)
        assert [(await asks.ask(HELLO, PATIENCE, free)).text for _ in range(2)] == ["在的", "在的"]
        assert [changed in visit.asked for visit in server.visits] == [True, False, False]


@pytest.mark.gen_test
@pytest.mark.parametrize("refusal", [
    refuses(400, {"error": {"message": "registry.ollama.ai/x does not support tools"}}),
    refuses(400, {"object": "error", "message": '"auto" tool choice requires --enable-auto-tool-choice'}),
    refuses(500, {"error": {"message": "tools param requires --jinja flag"}}),
    refuses(404, {"error": {"message": "No endpoints found that support tool use"}}),
    refuses(422, {"detail": "bad request"}),
])
async def test_a_server_without_tools_is_asked_for_an_object_and_that_is_remembered(refusal: Act, client: Asks) -> None:
    told = json.dumps(TOLD, ensure_ascii=False)
    async with Server.open(refusal, says(chunk(told) + chunk(finish="stop") + DONE)) as server:
        asks = client(server.url)
        for _ in range(2):
            assert (await choose(asks, CHOICE, PATIENCE, free)).arguments == SAID
        assert ["tools" in visit.asked for visit in server.visits] == [True, False, False]
        assert server.visits[2].asked["response_format"] == {"type": "json_object"}


@pytest.mark.gen_test
async def test_a_server_with_tools_that_lets_nobody_insist_keeps_its_tools(client: Asks) -> None:
    async with Server.open(refuses(400, {"error": {"message": "tool_choice only supports auto"}}), says(
        calls("answer", SAID)
    )) as server:
        asks = client(server.url)
        assert (await choose(asks, CHOICE, PATIENCE, free)).arguments == SAID and asks.form is Form.TOOLS
        assert "tools" in server.visits[1].asked and "tool_choice" not in server.visits[1].asked


@pytest.mark.gen_test
async def test_what_to_write_is_said_in_the_first_line_and_nowhere_else(client: Asks) -> None:
    async with Server.open(says(calls("answer", SAID))) as server:
        await choose(client(server.url), Talk((Line("system", "规则"), *CHOICE.lines), CHOICE.tools), PATIENCE, free)
        roles = [message["role"] for message in server.visits[0].asked["messages"]]
        assert roles == ["system", "user"] and "hand_off" in server.visits[0].asked["messages"][0]["content"]


@pytest.mark.gen_test
async def test_a_server_that_knows_no_objects_either_is_asked_in_words(client: Asks) -> None:
    written = f"<think>嗯</think>\n```json\n{json.dumps(TOLD)}\n```"
    acts = refuses(400, {"error": "no tools"}), refuses(400, {"error": "response_format"}), whole({"content": written})
    async with Server.open(*acts) as server:
        asks = client(server.url)
        assert (await choose(asks, CHOICE, PATIENCE, free)).arguments == SAID
        assert asks.form is Form.WORDS and "response_format" not in server.visits[2].asked


@pytest.mark.gen_test
async def test_a_model_that_chats_where_it_has_tools_is_asked_in_the_other_way_from_then_on(client: Asks) -> None:
    told = json.dumps(TOLD, ensure_ascii=False)
    async with Server.open(says(FINE), says(chunk(told) + chunk(finish="stop") + DONE)) as server:
        asks, paid = client(server.url), []
        choice = await choose(asks, CHOICE, PATIENCE, paid.append)
        assert choice.arguments == SAID and choice.reply.tokens == sum(paid) > 77
        assert asks.form is Form.OBJECT and "tools" not in server.visits[1].asked


@pytest.mark.gen_test
@pytest.mark.parametrize("answer", [
    calls("answer", '{"text": "48'), calls("answer", {"text": "48"}), calls("answer", {"text": 48, "entries": [1]}),
    calls("answer", {"text": "48", "entries": [True]}), calls("refund", {"text": "48", "entries": [1]}),
    calls("hand_off", {"reason": "because"}), calls("answer", "[]"), FINE,
])
async def test_what_was_not_offered_is_malformed_and_nothing_is_guessed(answer: bytes, client: Asks) -> None:
    async with Server.open(says(answer)) as server:
        with pytest.raises(Malformed):
            await choose(client(server.url), CHOICE, PATIENCE, free)


@pytest.mark.gen_test
async def test_a_call_is_chosen_and_paid_as_counted(client: Asks) -> None:
    answer = calls("answer", SAID).replace(DONE, USAGE + DONE)
    async with Server.open(says(answer)) as server:
        paid: list[int] = []
        choice = await choose(client(server.url), CHOICE, PATIENCE, paid.append)
        assert isinstance(choice, Choice) and (choice.name, choice.arguments, paid) == ("answer", SAID, [77])


# What must not leak, and where it goes


@pytest.mark.gen_test
async def test_the_key_goes_to_the_server_and_nowhere_else(caplog, client: Asks) -> None:
    caplog.set_level(logging.DEBUG)
    async with Server.open(refuses(401, {"error": {"message": "wrong key sk-secret 多久发货"}})) as server:
        asks = client(server.url, key="sk-secret")
        with pytest.raises(ModelFailure) as caught:
            await asks.ask(HELLO, PATIENCE, free)
        assert server.visits[0].headers["authorization"] == "Bearer sk-secret"
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("ccs")]
    assert logged and not any("sk-secret" in text or "多久发货" in text for text in [*logged, str(caught.value)])
    assert "sk-secret" not in repr(asks._endpoint)


@pytest.mark.gen_test
async def test_a_server_in_the_office_is_asked_directly_and_others_through_the_proxy(monkeypatch, client: Asks) -> None:
    async with Server.open(whole({"content": "经过代理"})) as proxy, Server.open(says(FINE)) as near:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert (await client(near.url).ask(HELLO, PATIENCE, free)).text == "在的"
        assert (await client("http://model.example.com/v1").ask(HELLO, PATIENCE, free)).text == "经过代理"
