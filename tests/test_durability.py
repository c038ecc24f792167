"""Acknowledged means durable: what was answered survives a kill, a full disk, a broken disk, and a newer version."""

import asyncio
import json
import random
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlite_utils import Migrations
from sqlite_utils.utils import sqlite3

from ccs.demo.gateway import Gateway
from ccs.errors import CannotStart
from store import database, migrations
from tests.conftest import Stage, until
from tests.faults import FaultyConnection
from tests.platforms import SECRET, gateway_message
from tests.process import Process


@pytest.fixture
def process(tmp_path: Path, gateway: Gateway) -> Iterator[Process]:
    process = Process(tmp_path, gateway.url)
    yield process
    process.stop()


def said_by_customers(process: Process) -> list[str]:
    with sqlite3.connect(process.database) as connection:
        rows = connection.execute("SELECT content FROM messages WHERE sender = 'customer'").fetchall()
    return [content for content, in rows]


# Kills


@pytest.mark.gen_test(timeout=120)
async def test_nothing_acknowledged_is_lost_or_doubled_by_kills_under_load(process: Process, gateway: Gateway) -> None:
    chance = random.Random(7)
    unacknowledged = {f"m{number}": f"c{number % 40}" for number in range(1200)}
    acknowledged: set[str] = set()
    replied: set[str] = set()

    async def customers(http: httpx.AsyncClient, names: list[str]) -> None:
        for name in names:
            body = json.dumps(gateway_message(unacknowledged[name], name, name)).encode()
            answer = await http.post(
                f"{process.base}/channel/jd/callback", content=body, headers=Gateway(SECRET).headers(body)
            )
            if answer.status_code == 200:
                acknowledged.add(name)

    async def agent(http: httpx.AsyncClient) -> None:
        for session in (await http.get(f"{process.base}/api/sessions")).json()["data"]:
            path = f"{process.base}/api/sessions/{session['sessionId']}"
            await http.post(f"{path}/accept", json={"csId": "wang"})
            for number in range(3):
                text = f"答{number}-{session['customerId']}"
                answer = await http.post(f"{path}/message", json={"content": text, "clientMsgId": text})
                if answer.status_code == 200:
                    replied.add(text)

    for round_ in range(4):
        await asyncio.to_thread(process.start)
        names = list(unacknowledged)
        async with httpx.AsyncClient(timeout=30) as http:
            work = [asyncio.ensure_future(customers(http, names[start::16])) for start in range(16)]
            work.append(asyncio.ensure_future(agent(http)))
            if round_ < 3:
                enough = len(acknowledged) + chance.randrange(100, 250)
                await until(lambda: len(acknowledged) >= enough or all(task.done() for task in work), 30)
                process.kill()
            results = await asyncio.gather(*work, return_exceptions=True)
        assert all(isinstance(result, httpx.TransportError) or result is None for result in results), results
        stored = said_by_customers(process)
        assert acknowledged <= set(stored) and len(stored) == len(set(stored))

    assert acknowledged == set(unacknowledged) == set(stored)
    await until(lambda: replied <= {said["message"]["text"] for said in gateway.said}, 20)
    told = [said["message"]["text"] for said in gateway.said]
    assert len(told) == len(set(told))
    for session in process.get("/api/sessions"):
        seqs = [row["seq"] for row in process.get(f"/api/sessions/{session['sessionId']}/history")]
        assert seqs == list(range(1, session["messageCount"] + 1))


@pytest.mark.gen_test(timeout=60)
async def test_a_reply_killed_on_its_way_is_said_once(process: Process, gateway: Gateway) -> None:
    def kills(request) -> bool:
        gateway.take(gateway.requests[-1])
        process.kill()
        return True

    gateway.moods.append(kills)
    await asyncio.to_thread(process.start)
    await asyncio.to_thread(process.callback, json.dumps(gateway_message("陈女士", "在吗", "m1")).encode())
    session_id = (await asyncio.to_thread(process.get, "/api/sessions"))[0]["sessionId"]
    await asyncio.to_thread(process.post, f"/api/sessions/{session_id}/accept", {"csId": "wang"})
    await asyncio.to_thread(process.post, f"/api/sessions/{session_id}/message", {"content": "在的"})
    await until(lambda: len(gateway.requests) == 1, 10)
    await asyncio.to_thread(process.start)
    await until(lambda: len(gateway.requests) == 2, 10)
    history = f"/api/sessions/{session_id}/history"
    while (await asyncio.to_thread(process.get, history))[1]["delivery"]["state"] != "sent":
        pass
    assert len(gateway.said) == 1 and gateway.requests[0]["requestId"] == gateway.requests[1]["requestId"]


def first(lines: list[str], start: int, *words: str) -> int:
    """The first line from `start` on that holds all the words."""
    return next(place for place in range(start, len(lines)) if all(word in lines[place] for word in words))


def test_the_answer_follows_the_sync(tmp_path: Path) -> None:
    """A kill cannot show this, since the kernel keeps what a dead process wrote; the order of system calls can."""
    assert shutil.which("strace"), "this test reads system calls: install strace"
    trace = tmp_path / "trace"
    calls = "trace=fsync,fdatasync,sendto,pwrite64"
    process = Process(tmp_path, wrapper=["strace", "-f", "-s", "5000", "-e", calls, "-o", str(trace)]).start()
    names = [f"only-{number}" for number in range(5)]
    noted = [f"note-{number}" for number in range(3)]
    try:
        for name in names:
            assert process.callback(json.dumps(gateway_message("陈女士", name, name)).encode()).status_code == 200
        path = f"/api/sessions/{process.get('/api/sessions')[0]['sessionId']}"
        for name in noted:
            assert process.post(f"{path}/notes", {"content": name}).status_code == 200
        assert process.post(f"{path}/tags", {"add": ["tagged"]}).status_code == 200
    finally:
        subprocess.run(["pkill", "-TERM", "-P", str(process.pid)], check=True)
        process.stop()
    lines = trace.read_text().splitlines()
    answered = 0
    for name in (*names, *noted, "tagged"):
        wrote = first(lines, answered, "pwrite64", name)
        synced = first(lines, wrote, "sync", "= 0")
        answered = first(lines, wrote, "sendto", '{\\"code\\":0')
        assert wrote < synced < answered, lines[wrote:answered + 1]


# Disks


@pytest.mark.gen_test(timeout=60)
async def test_a_full_disk_refuses_and_comes_back_by_itself(process: Process) -> None:
    """The limit on file sizes makes the kernel refuse writes as a full disk does."""
    await asyncio.to_thread(process.start)

    async def writes(number: int) -> int:
        body = json.dumps(gateway_message(f"c{number}", "长" * 3000, f"m{number}")).encode()
        return (await asyncio.to_thread(process.callback, body)).status_code

    assert await writes(0) == 200
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    size = process.database.with_name("ccs.db-wal").stat().st_size
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size + 20_000, unlimited[1]))
    statuses = [await writes(number) for number in range(1, 12)]
    assert 503 in statuses and set(statuses) <= {200, 503}
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{process.base}/healthz")).status_code == 503
        assert (await http.get(f"{process.base}/api/sessions")).status_code == 200
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        while (await http.get(f"{process.base}/healthz")).status_code != 200:
            pass
    assert [await writes(number) for number in range(1, 12)] == [200] * 11
    stored = await asyncio.to_thread(said_by_customers, process)
    assert len(stored) == 12 and "Traceback" not in process.log


def break_disk(stage: Stage, how: str) -> None:
    journal = stage.server._journal
    if how == "read-only":
        journal._connection.execute("PRAGMA query_only = 1")
    else:
        journal._connection = FaultyConnection(journal._connection, how)


@pytest.mark.gen_test
@pytest.mark.parametrize("how", ["read-only", "lost commit", "done commit"])
async def test_after_a_failed_write_the_disk_decides(stage: Stage, how: str) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("一", message_id="m1")
    session_id = (await wang.next("new_pending_session"))["sessionId"]

    break_disk(stage, how)
    answers = await asyncio.gather(*(chen.writes(f"句{number}", message_id=f"n{number}") for number in range(5)))
    refused = [answer for answer in answers if answer.status_code != 200]       # the rest came after the repair
    assert refused and {answer.status_code for answer in refused} == {503}
    assert refused[0].json() == {"code": 503, "message": "存储暂时不可用，内容未保存，请稍后重试"}

    await wang.next("resync_required")
    await asyncio.gather(*(chen.says(f"句{number}", message_id=f"n{number}") for number in range(5)))
    history = await stage.history(session_id)
    assert [row["seq"] for row in history] == [1, 2, 3, 4, 5, 6]
    assert {row["content"] for row in history} == {"一", "句0", "句1", "句2", "句3", "句4"}
    assert (await stage.session(session_id))["messageCount"] == 6
    await wang.accepts(session_id)
    assert (await wang.hears("session_accepted"))["data"]["messageCount"] == 6


@pytest.mark.gen_test
async def test_while_the_disk_is_locked_everyone_is_told_at_once_and_reads_go_on(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("一")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    other = database.connect(stage.server._data.database)
    other.execute("BEGIN IMMEDIATE")
    try:
        both = await asyncio.gather(wang.accepts(session_id), stage.post(
            f"/api/sessions/{session_id}/accept", {"csId": "li"}
        ))
        assert [answer.status_code for answer in both] == [503, 503]     # the loser's refusal fell with the winner
        assert (await stage.get("/healthz")).status_code == 503
        assert (await chen.writes("二")).status_code == 503
        again = [wang.accepts(session_id), wang.accepts(session_id), stage.post(f"/api/sessions/{session_id}/close")]
        assert [(await answer).status_code for answer in again] == [503, 503, 503]      # memory holds what never was
        wang.sends({"type": "bind_session", "sessionId": session_id})
        assert (await wang.hears("error"))["code"] == 503
        assert (await stage.session(session_id))["status"] == "pending"
        assert len(await stage.history(session_id)) == 1
    finally:
        other.execute("ROLLBACK")
        other.close()
    await wang.next("resync_required")
    assert (await stage.get("/healthz")).status_code == 200
    assert (await wang.accepts(session_id)).status_code == 200
    await chen.says("三")
    assert [row["content"] for row in await stage.history(session_id)] == ["一", "三"]


@pytest.mark.gen_test
async def test_a_broken_disk_does_not_hold_up_a_stop(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    await stage.start()
    other = database.connect(stage.server._data.database)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert (await stage.customer().writes("一")).status_code == 503
        await asyncio.wait_for(stage.stop(), 5)
    finally:
        other.close()


@pytest.mark.gen_test
async def test_a_delivery_whose_outcome_could_not_be_written_is_not_said_twice(stage: Stage, gateway) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("一")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)

    def breaks_disk(request) -> bool:
        break_disk(stage, "lost commit")
        return False

    gateway.moods.append(breaks_disk)
    await wang.replies(session_id, "您好")
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert len(gateway.requests) == 2 and len(gateway.said) == 1


# The file


@pytest.mark.gen_test
async def test_two_servers_never_share_a_folder(stage: Stage) -> None:
    await stage.start()
    with pytest.raises(CannotStart, match="in use by another running server"):
        await Stage(stage.settings).start()


def old_file(path: Path) -> None:
    database.prepare(path)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO meta VALUES ('kept', 'yes')")


def with_another_step() -> Migrations:
    steps = Migrations("ccs")
    for step in migrations.steps._migrations:
        steps(name=step.name)(step.fn)

    @steps()
    def m999_wishes(db) -> None:
        db["wishes"].create({"id": int})

    return steps


def test_a_migration_keeps_a_copy_of_what_was(tmp_path: Path) -> None:
    path = tmp_path / "ccs.db"
    old_file(path)
    database.prepare(path, with_another_step())
    for file, has_wishes in ((path, 1), (tmp_path / "ccs.db.before-m999_wishes", 0)):
        with sqlite3.connect(file) as connection:
            assert connection.execute("SELECT value FROM meta WHERE key = 'kept'").fetchone() == ("yes",)
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'wishes'").fetchone()
            assert tables == (has_wishes,)


def test_a_failed_migration_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ccs.db"
    old_file(path)
    steps = with_another_step()

    @steps()
    def m1000_breaks(db) -> None:
        db["more"].create({"id": int})
        db.execute("this is no SQL")

    with pytest.raises(CannotStart):
        database.prepare(path, steps)
    with sqlite3.connect(path) as connection:
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'more'").fetchone()
    database.prepare(path, with_another_step())


def test_a_newer_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ccs.db"
    database.prepare(path, with_another_step())
    with pytest.raises(CannotStart, match="newer version of CCS.*m999_wishes"):
        database.prepare(path)


def test_what_is_no_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ccs.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(CannotStart, match="cannot be opened"):
        database.prepare(path)
