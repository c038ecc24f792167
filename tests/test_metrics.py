"""Numbers for whoever watches: what happened is counted once, and nobody learns what was said."""

import asyncio
import re
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from ccs.assistant.greeter import Greeter
from ccs.settings import Config
from handlers.exposition import Metric, render
from handlers.metrics import metrics
from tests.conftest import Stage, until
from tests.faults import FaultyConnection
from tests.assistant.test_feedback import answered, by, with_logins
from tests.test_sessions import refused

LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+)\})? ([0-9.e+-]+)')


async def numbers(stage: Stage) -> dict[str, float]:
    answer = await stage.get("/metrics")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return read(answer.text)


def read(text: str) -> dict[str, float]:
    """Each value under its name and labels; the text must be well formed."""
    found, typed = {}, set()
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            name = line.split()[2]
            assert name not in typed
            typed.add(name)
        elif not line.startswith("#"):
            whole = LINE.fullmatch(line)
            assert whole and whole[1] in typed, line
            found[line.rpartition(" ")[0]] = float(whole[3])
    return found


@pytest.mark.gen_test
async def test_what_happened_is_counted_once(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_assistant)
    await stage.agent("wang")
    await answered(stage)
    await stage.customer().says("转人工", message_id="m1")
    await stage.customer().says("转人工", message_id="m1")      # again
    await stage.post("/channel/jd/callback", {})
    await stage.post("/channel/taobao/callback", {})
    handed_off = 'ccs_assistant_turns_total{outcome="handed_off",reason="keyword"}'
    while handed_off not in await numbers(stage):
        pass
    await until(lambda: not stage.server._registry.count_outgoing())
    told = await numbers(stage)
    assert told['ccs_sessions{channel="jd",status="pending"}'] == 1
    assert told['ccs_messages_total{channel="jd",direction="in"}'] == 2
    assert told['ccs_messages_total{channel="jd",direction="out"}'] == 1          # the greeting
    assert told['ccs_callbacks_total{channel="jd",outcome="taken"}'] == 3
    assert told['ccs_callbacks_total{channel="jd",outcome="refused"}'] == 1
    assert told['ccs_callbacks_total{channel="unknown",outcome="refused"}'] == 1
    assert told['ccs_deliveries_total{state="sent"}'] == 1
    assert told['ccs_assistant_turns_total{outcome="answered",reason=""}'] == 1
    assert told[handed_off] == 1
    assert told["ccs_sockets"] == told["ccs_journal_healthy"] == 1 and told["ccs_journal_waiting"] == 0
    assert told["process_resident_memory_bytes"] > 10_000_000
    assert "陈女士" not in (await stage.get("/metrics")).text


@pytest.mark.gen_test
async def test_that_the_disk_failed_is_told_while_it_does(stage: Stage) -> None:
    await stage.start()
    stage.server._journal._connection = FaultyConnection(stage.server._journal._connection, "lost commit")
    assert (await stage.customer().writes("在吗")).status_code == 503
    told = await numbers(stage)
    assert told['ccs_callbacks_total{channel="jd",outcome="failed"}'] == 1
    assert 'ccs_messages_total{channel="jd",direction="in"}' not in told


@pytest.mark.gen_test
async def test_from_elsewhere_only_those_who_are_known_may_look(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_logins(with_assistant))

    async def asks(**headers: str) -> Any:
        return await stage.http.get(f"{stage.base}/metrics", headers=headers)

    assert (await asks()).status_code == 200
    for elsewhere in ({"Host": "shop.example"}, {"X-Forwarded-For": "203.0.113.7"}):
        assert refused(await asks(**elsewhere), 401)
        assert (await asks(**elsewhere, **by("wang"))).status_code == 200


@pytest.mark.gen_test
async def test_a_thought_that_is_broken_off_is_counted(stage: Stage, monkeypatch, with_assistant: Config) -> None:
    async def ponders(*_: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(Greeter, "respond", ponders)
    await stage.start(evolve(with_assistant, assistant=evolve(with_assistant.assistant, wait_seconds=0)))
    chen = stage.customer()
    await chen.says("在吗")
    await stage.post(f"/api/sessions/{(await chen.session())['sessionId']}/takeover", {"csId": "wang"})
    assert (await numbers(stage))['ccs_assistant_turns_total{outcome="cancelled",reason=""}'] == 1


@pytest.mark.gen_test
async def test_what_the_model_was_asked_is_told_where_there_is_one(stage: Stage) -> None:
    await stage.start()
    parts = stage.server._doorway.application.wildcard_router.rules[0].target_kwargs["parts"]
    model = SimpleNamespace(requests=3, attempts=4, tokens=900, seconds=2.5, running=1, failures={"timeout": 1})
    told = read(render(metrics(evolve(parts, model=model))).decode())
    assert told["ccs_model_requests_total"] == 3 and told["ccs_model_seconds_total"] == 2.5
    assert told["ccs_model_tokens_total"] == 900 and told['ccs_model_failures_total{kind="timeout"}'] == 1


def test_labels_are_escaped() -> None:
    text = render([Metric("a_total", "Help", {('x"\\\n',): 1}, ("name",), "counter")]).decode()
    assert text == '# HELP a_total Help\n# TYPE a_total counter\na_total{name="x\\"\\\\\\n"} 1\n'
