"""What was said is found: in two characters, in any width and script, by who may read it, and soon after a restart."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from ccs.accounts import hash_token
from ccs.search.query import Query, words
from ccs.settings import AuthSettings, Config
from store import database, indexing, search
from tests.bench import talks
from tests.conftest import Stage
from tests.platforms import gateway_message
from tests.process import Process

SAID = ["什么时候發貨？", "我要退款，訂單 20251129001234", "ＩＰＨＯＮＥ手机壳有吗", "退了", "发 货", "好的👌"]
FOUND = {
    "发货": [0], "發貨": [0], "退款": [1], "退": [3, 1], "货": [4, 0], "了": [3], "货退": [], "👌": [5], "？！": [],
    "iphone 手机": [2], "iPho": [2], "Phone": [], "20251129": [1], "２０２５": [1], "001234": [],
    "订单 退款": [1], "退款 发货": [], '"退款，订单"': [1], "“发 货”": [4],
}


async def finds(stage: Stage, q: str, **query: Any) -> list[str]:
    answer = await stage.get("/api/search", q=q, **query)
    assert answer.status_code == 200, answer.text
    return [each["message"]["content"] for each in answer.json()["data"]]


@pytest.mark.gen_test
async def test_what_was_said_is_found_as_people_type_it(stage: Stage) -> None:
    await stage.start()
    for text in SAID:
        await stage.customer().says(text)
    assert {q: await finds(stage, q) for q in FOUND} == {q: [SAID[place] for place in FOUND[q]] for q in FOUND}


@pytest.mark.parametrize(("q", "text", "snippet", "marked"), [
    ("发货", "👌👌什麼時候發貨，發貨", "👌👌什麼時候發貨，發貨", ["發貨", "發貨"]),
    ("kg 5", "要５㎏\n装", "要５㎏ 装", ["５㎏"]),
    ("退款", "好" * 200 + "退款" + "好" * 200, "…" + "好" * 16 + "退款" + "好" * 62 + "…", ["退款"]),
    ("退款", "没有", "没有", []),
])
def test_a_snippet_says_where_it_is_in_the_units_of_javascript(q: str, text: str, snippet: str, marked: list) -> None:
    shown, ranges = Query.read(q).snippet(text)
    units = shown.encode("utf-16-le")
    assert (shown, [units[2 * start:2 * stop].decode("utf-16-le") for start, stop in ranges]) == (snippet, marked)


@pytest.mark.gen_test
async def test_a_search_is_narrowed_and_goes_on_page_by_page(stage: Stage) -> None:
    await stage.start()
    chen, liu = stage.customer(), stage.customer("刘先生", "douyin")
    for number in range(5):
        await chen.says(f"发货了吗{number}")
        await liu.says(f"发货没有{number}")
    session_id = (await chen.session())["sessionId"]
    everything = await finds(stage, "发货")
    assert everything == [f"发货{what}{number}" for number in range(4, -1, -1) for what in ("没有", "了吗")]
    assert await finds(stage, "发货", channelType="douyin") == everything[::2]
    assert await finds(stage, "发货", sessionId=session_id) == everything[::-2]
    for query, expected in (({}, everything), ({"sessionId": session_id}, everything[::-2])):
        pages, cursor = [], ""
        while cursor is not None:
            answer = await stage.get("/api/search", q="发货", limit=3, cursor=cursor, **query)
            pages += [each["message"]["content"] for each in answer.json()["data"]]
            cursor = answer.headers.get("X-Next-Cursor")
        assert pages == expected
    await (await stage.agent("wang")).accepts(session_id)
    assert await finds(stage, "发货", csId="wang") == everything[1::2]
    moment = (await stage.history(session_id))[3]["createdAt"]
    for query in ({}, {"sessionId": session_id}):
        assert sorted(await finds(stage, "了吗", **query, **{"from": moment})) == ["发货了吗3", "发货了吗4"]
        assert sorted(await finds(stage, "了吗", **query, to=moment)) == ["发货了吗0", "发货了吗1", "发货了吗2"]


@pytest.mark.gen_test
async def test_a_search_that_makes_no_sense_is_refused_in_words(stage: Stage) -> None:
    await stage.start()
    for query in (
        {}, {"q": "发" * 201}, {"q": " ".join(map(str, range(17)))}, {"q": "发货", "limit": "0"},
        {"q": "发货", "from": "yesterday"}, {"q": "发货", "to": "2025-12-29T10:00:00"}, {"q": "发货", "cursor": "x"},
        {"q": "发货", "channelType": "fax"},
    ):
        answer = await stage.get("/api/search", **query)
        assert answer.status_code == 400 and answer.json()["message"], query


@pytest.mark.gen_test
async def test_a_search_that_takes_too_long_is_broken_off_with_words(stage: Stage, monkeypatch) -> None:
    await stage.start()
    await stage.customer().says("退款")
    monkeypatch.setattr(search, "PATIENCE", -1.0)
    answer = await stage.get("/api/search", q="退款")
    assert (answer.status_code, answer.json()["code"]) == (503, 503) and "多写几个字" in answer.json()["message"]


@pytest.mark.gen_test
async def test_what_was_taken_back_is_found_no_more_and_leaves_the_index(stage: Stage) -> None:
    await stage.start()
    chen = stage.customer()
    await chen.says("我的密码是芝麻开门", message_id="m-1")
    await chen.says("芝麻")
    assert len(await finds(stage, "芝麻")) == 2
    taken = {**gateway_message(chen.id, "", "m-1"), "type": "message_recalled", "eventId": "evt-taken"}
    assert (await stage.envelope(taken)).status_code == 200
    assert await finds(stage, "芝麻") == ["芝麻"]
    await stage.stop()
    with closing(database.connect(stage.settings.server.data_dir / indexing.FILE_NAME)) as index:
        kept = [index.execute("SELECT count(*) FROM words WHERE words MATCH ?", (word,)).fetchone()[0]
                for word in words("密码芝麻").split()[::2]]
    assert kept == [0, 1]


@pytest.mark.gen_test
async def test_notes_are_found_too_and_sessions_by_their_tags(stage: Stage) -> None:
    await stage.start()
    chen, liu = stage.customer(), stage.customer("刘先生")
    for customer in (chen, liu):
        await customer.says("要退款")
    path = f"/api/sessions/{(await chen.session())['sessionId']}"
    await stage.post(f"{path}/notes", {"content": "退款要主管批准", "csId": "wang"})
    await chen.says("退款了吗")
    await stage.post(f"{path}/tags", {"add": ["退款"], "csId": "wang"})
    session_id = path.rpartition("/")[2]
    for query, expected in (
        ({}, ["退款了吗", "退款要主管批准", "要退款", "要退款"]), ({"tag": "退款"}, ["退款了吗", "退款要主管批准", "要退款"]),
        ({"sessionId": session_id}, ["要退款", "退款要主管批准", "退款了吗"]), ({"tag": "发票"}, []),
    ):
        found, cursor = [], ""
        while cursor is not None:
            answer = await stage.get("/api/search", q="退款", limit=1, cursor=cursor, **query)
            found += [(each.get("message") or each["note"])["content"] for each in answer.json()["data"]]
            cursor = answer.headers.get("X-Next-Cursor")
        assert found == expected


@pytest.mark.gen_test
async def test_a_note_is_found_by_what_it_says_now_and_not_at_all_once_it_is_taken_away(stage: Stage) -> None:
    await stage.start()
    chen = stage.customer()
    await chen.says("在吗")
    session_id = (await chen.session())["sessionId"]
    note = (await stage.post(f"/api/sessions/{session_id}/notes", {"content": "补云费险", "csId": "wang"})).json()["data"]

    async def count(text: str, **query: str) -> int:
        return len((await stage.get("/api/search", q=text, **query)).json()["data"])

    assert await count("云费") == 1
    path = f"{stage.base}/api/sessions/{session_id}/notes/{note['noteId']}"
    await stage.http.put(path, json={"content": "补运费险", "csId": "wang"})
    for query in ({}, {"sessionId": session_id}, {"status": "pending"}):
        assert [await count("云费", **query), await count("运费", **query)] == [0, 1]
    assert await count("运费", status="closed") == 0
    await stage.http.delete(path, params={"csId": "wang"})
    for query in ({}, {"sessionId": session_id}):
        assert [await count("云费", **query), await count("运费", **query)] == [0, 0]


@pytest.mark.gen_test
async def test_what_a_colleague_hears_is_found_by_her_and_supervisors_alone(stage: Stage, settings: Config) -> None:
    await stage.start(evolve(settings, auth=AuthSettings(required=True), agents=tuple(
        evolve(agent, token_hash=hash_token(agent.id)) for agent in settings.agents
    )))
    await stage.customer().says("我要退款")

    async def asks(cs_id: str, **query: str) -> int | str:
        stage.http.headers["Authorization"] = f"Bearer {cs_id}"
        answer = await stage.get("/api/search", q="退款", **query)
        return len(answer.json()["data"]) if answer.status_code == 200 else answer.json()["message"]

    assert [await asks(cs_id) for cs_id in ("wang", "li", "zhao")] == [1, 1, 1]
    session_id = (await stage.customer().session())["sessionId"]
    await stage.post(f"/api/sessions/{session_id}/accept", {"csId": "zhao"})
    await stage.post(f"/api/sessions/{session_id}/transfer", {"csId": "zhao", "toCsId": "wang"})
    assert [await asks(cs_id) for cs_id in ("wang", "li", "zhao")] == [1, 0, 1]
    assert "只有 wang 本人、主管和备注里提到的同事可以查看" in str(await asks("li", sessionId=session_id))
    await stage.post(f"/api/sessions/{session_id}/close", {})
    assert [await asks(cs_id) for cs_id in ("li", "zhao")] == [0, 1]
    stage.http.headers["Authorization"] = "Bearer zhao"
    await stage.post(f"/api/sessions/{session_id}/close", {})
    assert await asks("li") == 1


# The index


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path)
    yield process
    process.stop()


async def until_indexed(process: Process, most_behind: int = 0) -> int:
    """How much is behind once it is no more than that."""
    while True:
        answer = await asyncio.to_thread(asks, process, "退款")
        if (behind := int(answer.headers.get("X-Index-Behind", 0))) <= most_behind:
            return behind


def asks(process: Process, q: str) -> httpx.Response:
    return httpx.get(f"{process.base}/api/search", params={"q": q, "limit": 200}, timeout=30)


@pytest.mark.gen_test(timeout=60)
async def test_a_kill_in_the_middle_of_indexing_loses_and_doubles_nothing(process: Process) -> None:
    talks.build(process.database, 6_000)
    process.start()
    assert 0 < await until_indexed(process, 5_000)
    process.kill()
    process.start()
    process.callback(json.dumps(gateway_message("陈女士", "什么时候發貨", "m-1")).encode())
    assert asks(process, "什么时候发货").json()["data"][0]["message"]["content"] == "什么时候發貨"
    await until_indexed(process)
    with closing(database.connect(process.database)) as kept:
        everything = kept.execute("SELECT content FROM messages ORDER BY created_at DESC").fetchall()
        expected = [content for content, in everything if Query.read("退货").holds(content)][:200]
        assert [each["message"]["content"] for each in asks(process, "退货").json()["data"]] == expected
    with closing(database.connect(process.database.with_name(indexing.FILE_NAME))) as index:
        index.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        texts = index.execute("SELECT count(*), count(DISTINCT place || ' ' || seq) FROM texts").fetchone()
        assert texts == (6_001, 6_001)


@pytest.mark.gen_test
@pytest.mark.parametrize("spoilt", ["gone", "torn", "no database", "another database's"])
async def test_an_index_that_is_of_no_use_is_made_anew(stage: Stage, spoilt: str) -> None:
    await stage.start()
    chen = stage.customer()
    await chen.says("退款")
    assert await finds(stage, "退款") == ["退款"]
    file = stage.settings.server.data_dir / indexing.FILE_NAME
    if spoilt == "torn":                                    # while it is open
        file.write_bytes(b"\0" * file.stat().st_size)
        file.with_name(f"{file.name}-wal").write_bytes(b"")
    else:
        await stage.stop()
        if spoilt == "gone":
            file.unlink()
        elif spoilt == "no database":
            file.write_text("Not a database at all" * 1000)
        else:
            (stage.settings.server.data_dir / "epoch").unlink()
        await stage.start()
    await chen.says("还要退款")
    while (answer := await stage.get("/api/search", q="退款")).headers.get("X-Index-Behind"):
        assert answer.status_code == 200
    assert await finds(stage, "退款") == ["还要退款", "退款"]
