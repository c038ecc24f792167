"""A line that drops: nothing is missed, nothing is shown twice, and what cannot be caught up is said."""

import asyncio
import json
import shutil
from random import Random

import pytest
from attrs import evolve

from ccs.models import Agent, utc_now
from handlers import line as lines
from store import database, events
from tests.conftest import AgentAtWork, Stage
from tests.test_sessions import verb, waits


async def comes_back(stage: Stage, cs_id: str, was: AgentAtWork, event_id: int, *bound: str) -> AgentAtWork:
    """The agent's page connects again and resumes after the last event it saw."""
    agent = await stage.agent(cs_id)
    agent.sends({"type": "resume", "epoch": was.hello["epoch"], "eventId": event_id, "bound": list(bound)})
    return agent


async def replayed(agent: AgentAtWork) -> list[dict]:
    """What is told before `resume_ok`."""
    frames = []
    while (frame := await agent.hears_any())["type"] != "resume_ok":
        frames.append(frame)
    return frames


async def held(stage: Stage, wang: AgentAtWork) -> str:
    await stage.customer().says("在吗")
    session_id = (await wang.hears("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    await wang.hears("session_accepted")
    return session_id


@pytest.mark.gen_test
async def test_what_was_missed_comes_in_order_then_resume_ok_then_what_is_new(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await held(stage, wang)
    wang.leave()
    for number in range(5):
        await stage.customer().says(f"句{number}")
    wang = await comes_back(stage, "wang", wang, wang.hello["eventId"] + 2)
    frames = await replayed(wang)
    assert [frame["data"]["content"] for frame in frames] == [f"句{number}" for number in range(5)]
    assert [frame["eventId"] for frame in frames] == sorted({frame["eventId"] for frame in frames})
    await stage.customer().says("新的")
    assert (await wang.next("new_message"))["data"]["content"] == "新的"


@pytest.mark.gen_test
async def test_who_may_not_open_a_session_now_learns_nothing_of_it_by_resuming(stage: Stage) -> None:
    """Even if she was bound to it, and it was open to all, when she went away."""
    await stage.start()
    wang, li = await stage.agent("wang"), await stage.agent("li")
    zhao = await stage.agent("zhao")
    start = li.hello["eventId"]
    await stage.customer().says("我的电话是一三八")
    session_id = (await wang.hears("new_pending_session"))["sessionId"]
    await li.binds(session_id)
    for agent in (li, zhao):
        agent.leave()
    await wang.accepts(session_id)
    await stage.customer().says("我的地址是长安街")

    li = await comes_back(stage, "li", li, start, session_id)
    told = await replayed(li)
    assert [frame["type"] for frame in told] == ["new_pending_session", "session_accepted"]
    assert "长安街" not in json.dumps(told, ensure_ascii=False)
    await stage.customer().says("在吗")
    assert await li.heard_nothing()

    zhao = await comes_back(stage, "zhao", zhao, start, session_id)
    assert [frame["type"] for frame in await replayed(zhao)][-1] == "new_message"
    await stage.customer().says("还在吗")
    assert (await zhao.next("new_message"))["data"]["content"] == "还在吗"


@pytest.mark.gen_test
async def test_nobody_is_called_by_what_was_missed_for_a_customer_who_was_blocked_since(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    wang.leave()
    session_id = await waits(stage)
    await verb(stage, session_id, "customer/block", csId="li")
    wang = await comes_back(stage, "wang", wang, wang.hello["eventId"])
    told = await replayed(wang)
    assert [(frame["type"], frame["data"]["blocked"]) for frame in told] == [("session_updated", True)] * 2


@pytest.mark.gen_test
@pytest.mark.parametrize("change", [
    {"epoch": "another"}, {"eventId": 10**9}, {"eventId": -2}, {"eventId": 0},
])
async def test_what_cannot_be_resumed_is_said(stage: Stage, change: dict) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await held(stage, wang)
    disk = database.connect(stage.settings.server.data_dir / "ccs.db")
    disk.execute("DELETE FROM events WHERE id = 1")         # the oldest is forgotten, so 0 is too long ago
    disk.close()
    wang.sends({"type": "resume", "epoch": wang.hello["epoch"], "eventId": 1, "bound": [], **change})
    await wang.next("resync_required")
    wang.sends({"type": "resume", "epoch": wang.hello["epoch"], "eventId": 1, "bound": ["unknown"]})
    assert (await wang.hears("resume_ok"))["bound"] == []


@pytest.mark.gen_test(timeout=90)
async def test_a_line_cut_a_hundred_times_misses_nothing_and_shows_nothing_twice(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await held(stage, wang)
    chance, messages, cuts = Random(3), 2000, 100
    page = Page(wang.hello["eventId"])

    async def customers() -> None:
        for start in range(0, messages, 20):
            await asyncio.gather(*(stage.customer().says(f"句{start + number}") for number in range(20)))

    writing = asyncio.ensure_future(customers())
    while cuts or len(page.seqs) < messages + 1:
        page.hears(await wang.hears_any())
        if cuts and len(page.seqs) * 100 >= (100 - cuts) * messages and chance.random() < 0.3:
            cuts -= 1
            wang.socket.protocol._abort()           # as a cable that is pulled: no farewell
            wang = await comes_back(stage, "wang", wang, page.last)
            page.set_aside = {}
    await writing
    assert page.seqs == list(range(1, messages + 2))


class Page:
    """What a page does with events: in order, each once. From `hello` to `resume_ok` it sets them aside by their id,
    since live ones may come before the server has read that it wants to resume."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.seqs: list[int] = [1]
        self.set_aside: dict[int, dict] | None = None

    def hears(self, frame: dict) -> None:
        if frame["type"] == "resume_ok":
            missed, self.set_aside = sorted((self.set_aside or {}).items()), None
            assert all(event_id <= frame["eventId"] for event_id, _ in missed), "something new before what was missed"
            for _, told in missed:
                self.apply(told)
            self.last = max(self.last, frame["eventId"])
        elif "data" in frame and self.set_aside is not None:
            self.set_aside[frame["eventId"]] = frame
        elif "data" in frame:
            self.apply(frame)

    def apply(self, frame: dict) -> None:
        if frame["eventId"] <= self.last:
            return
        self.last = frame["eventId"]
        if frame["type"] == "new_message":
            self.seqs.append(frame["data"]["seq"])


@pytest.mark.gen_test
async def test_a_page_that_falls_behind_while_it_catches_up_is_told_to_load_afresh(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(lines, "MOST_FRAMES", 3)
    agent = Agent("wang")
    line = lines.Line(agent, socket=FakeSocket())       # type: ignore[arg-type]
    line.hold()
    for number in range(10):
        line.push(b"live %d" % number)
    line.catch_up(b"missed")
    line.release()
    assert FakeSocket.written == [b"missed" + lines.RESYNC]
    line.push(b"next")
    line.flush()
    assert FakeSocket.written[1:] == [b"next"]


class FakeSocket:
    """Takes everything at once."""

    written: list[bytes] = []

    @property
    def ws_connection(self):
        return self

    stream = ws_connection

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def writing(self) -> bool:
        return False


# The epoch


@pytest.mark.gen_test
async def test_an_epoch_goes_on_over_a_restart_and_ends_with_a_restored_copy(stage: Stage, tmp_path) -> None:
    folder = stage.settings.server.data_dir
    await stage.start()
    first = (await stage.agent("wang")).hello["epoch"]
    await stage.customer("一").says("在吗")
    database.backup(folder / "ccs.db", tmp_path / "copy.db")
    await stage.customer("二").says("在吗")
    await stage.stop()
    await stage.start()
    assert (await stage.agent("wang")).hello["epoch"] == first
    await stage.stop()

    for name in ("ccs.db-wal", "ccs.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", folder / "ccs.db")
    await stage.start()
    second = (await stage.agent("wang")).hello["epoch"]
    assert second != first
    await stage.stop()

    (folder / "epoch").unlink()
    await stage.start()
    assert (await stage.agent("wang")).hello["epoch"] not in (first, second)


@pytest.mark.gen_test
async def test_forgotten_events_do_not_end_an_epoch(stage: Stage, monkeypatch) -> None:
    await stage.start()
    epoch = (await stage.agent("wang")).hello["epoch"]
    await stage.customer().says("在吗")
    await stage.stop()
    monkeypatch.setattr(events, "KEPT", 0)
    connection = database.connect(stage.settings.server.data_dir / "ccs.db")
    events.forget_old(connection, utc_now())
    connection.close()
    await stage.start(evolve(stage.settings))
    assert (await stage.agent("wang")).hello["epoch"] == epoch
