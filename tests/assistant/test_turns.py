"""A burst of callbacks that are all here at once: taken in their order, a few in each turn of the loop."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest
from tornado.httputil import HTTPHeaders, RequestStartLine

from handlers.doorway import Doorway
from handlers.traffic import Traffic
from tests.conftest import PATIENCE, Stage, until
from tests.platforms import gateway_message
from tests.test_fuzz import Line, by_gateway

BURST = 60              # fewer than `store.journal.ENOUGH`


@pytest.fixture(autouse=True)
def one_in_a_turn(monkeypatch) -> None:
    monkeypatch.setattr("handlers.doorway.TURN", 0.0)


def brings(doorway: Doorway, number: int) -> Line:
    """A callback of 陈女士's, all of it here."""
    body = json.dumps(gateway_message("陈女士", f"第 {number} 句", f"m-{number}")).encode()
    line = Line()
    request = doorway.start_request(None, line)                     # type: ignore[arg-type]
    request.headers_received(
        RequestStartLine("POST", "/channel/jd/callback", "HTTP/1.1"), HTTPHeaders(by_gateway(body))
    )
    request.data_received(body)
    request.finish()
    return line


async def statuses(burst: list[Line]) -> list[int]:
    answers = await asyncio.wait_for(asyncio.gather(*(line.answered for line in burst)), PATIENCE)
    return [status for status, _ in answers]


@pytest.mark.gen_test
async def test_others_are_served_while_a_burst_waits_its_turn(stage: Stage) -> None:
    await stage.start()
    assert stage.server
    doorway = stage.server._doorway
    await stage.get("/healthz")                                     # so that the line is open
    burst = [brings(doorway, number) for number in range(20 * BURST)]
    assert (await stage.get("/healthz")).status_code == 200
    assert doorway.is_behind
    assert set(await statuses(burst)) == {200} and not doorway.is_behind
    session = await stage.customer().session()
    assert [row["content"] for row in await stage.history(session["sessionId"])] == [
        f"第 {number} 句" for number in range(20 * BURST)
    ]


@pytest.mark.gen_test
async def test_what_comes_turn_after_turn_is_written_at_once(stage: Stage, monkeypatch) -> None:
    await stage.start()
    assert stage.server
    journal, batches = stage.server._journal, []
    write = journal._write

    def counted(batch: Any) -> None:
        batches.append(sum(bool(ticket.change.messages) for ticket in batch))
        write(batch)

    monkeypatch.setattr(journal, "_write", counted)
    assert set(await statuses([brings(stage.server._doorway, number) for number in range(BURST)])) == {200}
    assert [said for said in batches if said] == [BURST]      # besides what the server itself keeps at its start


@pytest.mark.gen_test
async def test_a_stop_answers_those_who_stand_in_line(stage: Stage) -> None:
    """Taken or told to come again; and what was told to be taken is there at the next start."""
    await stage.start()
    assert stage.server
    doorway = stage.server._doorway
    await statuses([brings(doorway, 0)])
    burst = [brings(doorway, number) for number in range(1, 20 * BURST)]
    await stage.stop()
    assert all(line.answered.done() for line in burst)
    answers = await statuses(burst)
    assert set(answers) <= {200, 503}
    await stage.start()
    session = await stage.customer().session()
    said = [row["content"] for row in await stage.history(session["sessionId"])]
    assert said == ["第 0 句"] + [f"第 {number} 句" for number, status in enumerate(answers, 1) if status == 200]


@pytest.mark.gen_test
async def test_one_that_cannot_even_be_answered_stops_nobody_behind_it(stage: Stage, monkeypatch, caplog) -> None:
    await stage.start()
    assert stage.server
    doorway = stage.server._doorway
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)

    def breaks() -> None:
        raise RuntimeError

    doorway.in_turn(breaks)
    behind = brings(doorway, 1)
    await until(lambda: behind.answered.done())
    assert await statuses([behind]) == [200]


@pytest.mark.gen_test
async def test_a_whole_history_lets_turns_pass_while_callbacks_come_and_none_otherwise() -> None:
    traffic = Traffic()
    assert await turns_in(traffic.give_way()) == 1
    traffic.callbacks_taken()
    assert await turns_in(traffic.give_way()) > 3, "small requests need three turns"


async def turns_in(act: Coroutine[Any, Any, None]) -> int:
    """How many turns of the loop it takes."""
    task, turns = asyncio.ensure_future(act), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    return turns
