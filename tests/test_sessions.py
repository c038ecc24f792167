"""Sessions over REST: what the list shows, what a history holds, and what each verb answers."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from attrs import evolve

from ccs.settings import Config
from tests.conftest import Customer, Stage, until
from tests.moods import answers
from tests.platforms import gateway_message

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00")


async def waits(stage: Stage, name: str = "陈女士", channel: str = "jd") -> str:
    """The session of a customer who waits for a person."""
    customer = stage.customer(name, channel)
    await customer.says("在吗？")
    return (await customer.session())["sessionId"]


async def held(stage: Stage, name: str = "陈女士", by: str = "wang", channel: str = "jd") -> str:
    session_id = await waits(stage, name, channel)
    assert (await verb(stage, session_id, "accept", csId=by)).status_code == 200
    return session_id


async def verb(stage: Stage, session_id: str, name: str, **body: Any) -> Any:
    return await stage.post(f"/api/sessions/{session_id}/{name}", body)


async def says(stage: Stage, session_id: str, text: str = "有货", **more: Any) -> Any:
    return await verb(stage, session_id, "message", content=text, **more)


async def found(stage: Stage, **query: Any) -> list[str]:
    answer = await stage.get("/api/sessions", **query)
    assert answer.status_code == 200, answer.text
    return [row["customerId"] for row in answer.json()["data"]]


def refused(answer: Any, number: int, code: int | None = None, /, **data: Any) -> bool:
    """Whether the answer is this refusal, with at least this in its data."""
    told = answer.json()
    assert answer.status_code == number and told["code"] == (code or number), answer.text
    assert data.items() <= told.get("data", {}).items(), answer.text
    return True


# The list

async def everyone(stage: Stage) -> None:
    """Four customers: one waits, two are held, one of those is closed; one more is another agent's."""
    await waits(stage, "周", "wechat")
    await held(stage, "陈", "wang", "jd")
    await verb(stage, await held(stage, "吴", "wang", "douyin"), "close")
    await held(stage, "郑", "li", "jd")


@pytest.mark.gen_test
@pytest.mark.parametrize(("query", "customers"), [
    ({}, {"周", "陈", "吴", "郑"}),
    ({"channelType": "jd"}, {"陈", "郑"}),
    ({"channelType": "wechat"}, {"周"}),
    ({"channelType": "douyin"}, {"吴"}),
    ({"status": "ai"}, set()),
    ({"status": "pending"}, {"周"}),
    ({"status": "manual"}, {"陈", "郑"}),
    ({"status": "closed"}, {"吴"}),
    ({"csId": "wang"}, {"陈", "吴"}),                     # kept after the close
    ({"csId": "nobody"}, set()),
    ({"csId": "wang", "status": "manual"}, {"陈"}),
    ({"csId": "wang", "status": "closed", "channelType": "douyin"}, {"吴"}),
    ({"csId": "wang", "channelType": "wechat"}, set()),
    ({"channelType": "jd", "status": "manual"}, {"陈", "郑"}),
    ({"channelType": "", "status": "", "csId": "", "q": "", "cursor": "", "limit": "", "sort": ""},
     {"周", "陈", "吴", "郑"}),
    ({"channelType": "", "csId": "li"}, {"郑"}),
])
async def test_filters_show_exactly_what_matches_and_count_it(stage: Stage, query, customers) -> None:
    await stage.start()
    await everyone(stage)
    answer = await stage.get("/api/sessions", **query)
    names = [row["customerId"] for row in answer.json()["data"]]
    assert sorted(names) == sorted(customers)
    assert answer.headers["X-Total-Count"] == str(len(customers)) and "X-Next-Cursor" not in answer.headers


@pytest.mark.gen_test
@pytest.mark.parametrize("query", [
    "channelType=taobao", "channelType=JD", "status=open", "sort=name", "limit=-1", "limit=1.5", "limit=x",
    "channelType=jd&channelType=jd", "status=manual&status=closed", "csId=wang&csId=li", "limit=1&limit=1", "q=a&q=b",
    "cursor=%25%25", "cursor=bm9uZQ==", "failed=1",
])
async def test_a_filter_that_cannot_be_meant_is_refused(stage: Stage, query) -> None:
    await stage.start()
    assert refused(await stage.http.get(f"{stage.base}/api/sessions?{query}"), 400)


@pytest.mark.gen_test
async def test_the_newest_change_comes_first(stage: Stage) -> None:
    await stage.start()
    for name in ("周", "陈", "吴"):
        await waits(stage, name)
    await stage.customer("周").says("还在吗？")
    rows = (await stage.get("/api/sessions")).json()["data"]
    times = [row["updatedAt"] for row in rows]
    assert times == sorted(times, reverse=True) and rows[0]["customerId"] == "周"
    assert rows[0]["lastMessage"] == "还在吗？" and rows[0]["messageCount"] == rows[0]["unread"] == 2


@pytest.mark.gen_test
@pytest.mark.parametrize("query", [
    {}, {"csId": "wang"}, {"status": "manual"}, {"channelType": "jd"}, {"q": "客"}, {"sort": "waitingSince"},
    {"sort": "waitingSince", "channelType": "jd"}, {"sort": "createdAt"}, {"sort": "createdAt", "csId": "wang"},
])
@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_walking_the_pages_shows_everything_once_and_the_count_is_right(stage: Stage, query, limit) -> None:
    await stage.start()
    for number in range(7):
        session_id = await held(stage, f"客{number}", "wang" if number % 2 else "li", "jd" if number % 3 else "wechat")
        if number < 2:
            await says(stage, session_id)           # nobody waits here any more
    whole = await found(stage, **query)
    assert whole

    walked: list[str] = []
    pages, place = 0, ""
    while pages == 0 or place:
        answer = await stage.get("/api/sessions", limit=limit, cursor=place, **query)
        rows = answer.json()["data"]
        assert 0 < len(rows) <= limit and answer.headers["X-Total-Count"] == str(len(whole))
        walked += [row["customerId"] for row in rows]
        pages, place = pages + 1, answer.headers.get("X-Next-Cursor", "")
    assert walked == whole and pages == -(-len(whole) // limit)


@pytest.mark.gen_test
async def test_whoever_waits_longest_comes_first_when_asked_so(stage: Stage) -> None:
    await stage.start()
    sessions = {name: await held(stage, name) for name in ("周", "陈", "吴")}
    await stage.customer("周").says("还在吗？")         # she has waited since her first word
    await says(stage, sessions["陈"])                  # he does not wait any more
    assert await found(stage, sort="waitingSince") == ["周", "吴"]
    assert "waitingSince" not in await stage.session(sessions["陈"])
    await stage.customer("陈").says("那运费呢？")
    assert await found(stage, sort="waitingSince") == ["周", "吴", "陈"]


@pytest.mark.gen_test
async def test_whoever_came_last_comes_first_when_asked_so(stage: Stage) -> None:
    await stage.start()
    for name in ("周", "陈", "吴"):
        await waits(stage, name)
    await stage.customer("周").says("还在吗？")
    assert await found(stage) == ["周", "吴", "陈"]
    assert await found(stage, sort="createdAt") == ["吴", "陈", "周"]


@pytest.mark.gen_test
async def test_a_row_says_who_spoke_last_and_what_did_not_arrive(stage: Stage, gateway) -> None:
    await stage.start()
    gateway.moods.append(answers(2001))
    arrives, fails = await held(stage, "周"), await held(stage, "陈")
    await stage.customer("周").says("还在吗？")
    await says(stage, fails)
    while "failedCount" not in await stage.session(fails):
        pass
    rows = {row["sessionId"]: row for row in (await stage.get("/api/sessions")).json()["data"]}
    last = rows[arrives]["messageCount"]
    said = {"seq": last, "senderType": "customer", "senderId": "周", "msgType": "text"}
    assert rows[arrives]["lastSaid"] == said and "failedCount" not in rows[arrives]
    assert rows[fails]["lastSaid"]["senderType"] == "manual" and rows[fails]["failedCount"] == 1
    assert (await stage.session(fails))["failedCount"] == 1
    for query in ({}, {"sort": "waitingSince"}, {"sort": "createdAt"}, {"status": "manual"}):
        assert await found(stage, failed="true", **query) == ([] if query.get("sort") == "waitingSince" else ["陈"])
    assert await found(stage, failed="true", status="pending") == []


@pytest.mark.gen_test
async def test_a_colleague_finds_the_sessions_in_whose_notes_she_is_named(stage: Stage) -> None:
    await stage.start()
    named, other = await held(stage, "周"), await held(stage, "陈")
    await verb(stage, named, "notes", content="@小李 帮忙看一下", csId="wang")
    await verb(stage, other, "notes", content="等她回电", csId="wang")
    assert (await verb(stage, named, "tags", add=["退款"], csId="wang")).status_code == 200
    assert await found(stage, mentions="li") == await found(stage, mentions="li", tag="退款", sort="createdAt") == ["周"]
    assert await found(stage, mentions="wang") == await found(stage, mentions="li", tag="VIP") == []


@pytest.mark.gen_test
@pytest.mark.parametrize(("text", "customers"), [
    ("陈", {"陈女士"}),
    ("jd-1", {"陈女士"}),
    ("JD-1", {"陈女士"}),
    ("发货", {"陈女士"}),
    ("100%", {"Élodie"}),                   # no wildcards
    ("Élodie", {"Élodie"}),                 # as written
    ("%", {"Élodie"}),
    ("_", set()),
    ("没有这样的", set()),
])
async def test_a_search_finds_names_ids_and_last_words(stage: Stage, text, customers) -> None:
    await stage.start()
    for customer_id, name, words in (("jd-1", "陈女士", "什么时候发货？"), ("jd-2", "Élodie", "100% 棉吗")):
        letter = gateway_message(customer_id, words, customer_id)
        letter["customer"]["nickname"] = name
        await stage.envelope(letter)
    answer = await stage.get("/api/sessions", q=text)
    assert {row["customerName"] for row in answer.json()["data"]} == customers
    assert answer.headers["X-Total-Count"] == str(len(customers))


@pytest.mark.gen_test
async def test_a_session_is_found_by_its_id(stage: Stage) -> None:
    await stage.start()
    session_id = await waits(stage, "陈")
    await waits(stage, "周")
    assert await found(stage, q=session_id) == ["陈"]


# One session, and its history

@pytest.mark.gen_test
@pytest.mark.parametrize("path", ["", "/history", "/history?limit=5", "/history?before=1"])
async def test_an_unknown_session_is_404(stage: Stage, path) -> None:
    await stage.start()
    assert refused(await stage.http.get(f"{stage.base}/api/sessions/nobody{path}"), 404)


@pytest.mark.gen_test
@pytest.mark.parametrize(("query", "places"), [
    ({}, range(1, 10)),
    ({"limit": 3}, [7, 8, 9]),
    ({"limit": 1000}, range(1, 10)),
    ({"before": 4}, [1, 2, 3]),
    ({"before": 8, "limit": 3}, [5, 6, 7]),
    ({"before": 1, "limit": 3}, []),
    ({"before": 1000, "limit": 2}, [8, 9]),
    ({"after": 0, "limit": 2}, [1, 2]),
    ({"after": 7}, [8, 9]),
    ({"after": 9}, []),
    ({"around": 5, "limit": 3}, [4, 5, 6]),
    ({"around": 5, "limit": 1}, [5]),
    ({"around": 5, "limit": 4}, [3, 4, 5, 6]),
    ({"around": 1, "limit": 3}, [1, 2, 3]),
    ({"around": 5}, range(1, 10)),
    ({"before": "", "after": "", "around": "", "limit": ""}, range(1, 10)),
])
async def test_a_history_comes_whole_or_by_the_page_always_ascending(stage: Stage, query, places) -> None:
    await stage.start()
    chen = stage.customer()
    for number in range(1, 10):
        await chen.says(f"第{number}句")
    session_id = (await chen.session())["sessionId"]
    history = await stage.history(session_id, **query)
    assert [row["seq"] for row in history] == list(places)
    assert [row["content"] for row in history] == [f"第{place}句" for place in places]


@pytest.mark.gen_test
@pytest.mark.parametrize("query", [
    "before=1&after=1", "around=1&after=1", "before=x", "after=-1", "around=1.5", "limit=0", "limit=1001",
    "limit=1&limit=2", "before=99999999999999999999",
])
async def test_a_page_that_cannot_be_meant_is_refused(stage: Stage, query) -> None:
    await stage.start()
    assert refused(await stage.http.get(f"{stage.base}/api/sessions/{await waits(stage)}/history?{query}"), 400)


# Accept

@pytest.mark.gen_test
async def test_accept_looks_at_the_session_then_its_status_then_the_agent(stage: Stage) -> None:
    await stage.start()
    assert refused(await verb(stage, "nobody", "accept", csId="stranger"), 404)
    waiting = await waits(stage, "周")
    assert refused(await verb(stage, waiting, "accept", csId="stranger"), 400, 4003)
    assert refused(await verb(stage, waiting, "accept"), 400)
    assert refused(await verb(stage, waiting, "accept", csId=None), 400)
    assert (await stage.session(waiting))["status"] == "pending"
    hers = await held(stage, "陈")
    assert refused(await verb(stage, hers, "accept", csId="stranger"), 400, 4002, status="manual", manualCsId="wang")
    await verb(stage, hers, "close")
    assert refused(await verb(stage, hers, "accept", csId="stranger"), 400, 4001, status="closed")


@pytest.mark.gen_test
async def test_the_loser_learns_who_won_and_the_winner_may_ask_again(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    lost = await verb(stage, session_id, "accept", csId="li")
    assert refused(lost, 400, 4002, sessionId=session_id, manualCsId="wang")
    before = await stage.session(session_id)
    again = await verb(stage, session_id, "accept", csId="wang")
    assert again.status_code == 200 and again.json()["data"] == before == await stage.session(session_id)


@pytest.mark.gen_test
async def test_what_the_assistant_holds_is_not_accepted_but_taken_over(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_assistant)
    session_id = await waits(stage)
    assert refused(await verb(stage, session_id, "accept", csId="wang"), 400, 4001, status="ai")
    taken = await verb(stage, session_id, "takeover", csId="wang")
    assert taken.status_code == 200 and taken.json()["data"]["manualCsId"] == "wang"


@pytest.mark.gen_test
@pytest.mark.parametrize(("cs_id", "status"), [
    ("anybody@shop-1_x.cn", 200), ("x" * 64, 200), ("x" * 65, 400), ("小王", 400), ("a b", 400), ("", 400),
])
async def test_without_a_list_of_agents_every_well_formed_id_is_taken(stage: Stage, cs_id, status) -> None:
    await stage.start(evolve(stage.settings, agents=()))
    assert (await verb(stage, await waits(stage), "accept", csId=cs_id)).status_code == status


# Message

@pytest.mark.gen_test
@pytest.mark.parametrize("body", [
    {}, {"content": ""}, {"content": " \n\t　"}, {"content": None}, {"content": 1}, {"content": ["x"]},
    {"content": "x", "msgType": "image"}, {"content": "x", "msgType": ""}, {"content": "x", "msgType": None},
    {"content": "x", "clientMsgId": ""}, {"content": "x", "clientMsgId": "x" * 257}, {"content": "x", "clientMsgId": 7},
])
async def test_a_message_that_says_nothing_or_is_malformed_is_refused(stage: Stage, body) -> None:
    await stage.start()
    session_id = await held(stage)
    assert refused(await verb(stage, session_id, "message", **body), 400)
    assert len(await stage.history(session_id)) == 1


@pytest.mark.gen_test
async def test_the_answer_to_a_message_is_the_stored_message(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    stored = (await says(stage, session_id, " 有货，\n今天发。 ", clientMsgId="page-1", msgType="text")).json()["data"]
    assert stored.items() >= {
        "sessionId": session_id, "seq": 2, "senderType": "manual", "senderId": "wang", "msgType": "text",
        "content": " 有货，\n今天发。 ", "clientMsgId": "page-1", "delivery": {"state": "pending"},
    }.items()
    shown = (await stage.history(session_id))[1]
    assert {**shown, "delivery": {}} == {**stored, "delivery": {}}


@pytest.mark.gen_test
async def test_a_message_sent_twice_under_one_client_id_is_said_once(stage: Stage, gateway) -> None:
    await stage.start()
    session_id = await held(stage)
    first = (await says(stage, session_id, "有货", clientMsgId="page-1")).json()["data"]
    again = await says(stage, session_id, "有货", clientMsgId="page-1")
    assert again.status_code == 200 and again.json()["data"]["msgId"] == first["msgId"]
    assert refused(await says(stage, session_id, "没货", clientMsgId="page-1"), 400, 4004)
    await until(lambda: gateway.said)
    await verb(stage, session_id, "close")
    late = await says(stage, session_id, "有货", clientMsgId="page-1")
    assert late.status_code == 200 and late.json()["data"]["msgId"] == first["msgId"]
    assert refused(await says(stage, session_id, "没货", clientMsgId="page-1"), 400, 4004)
    assert [row["content"] for row in await stage.history(session_id)] == ["在吗？", "有货"]
    assert len(gateway.said) == 1


@pytest.mark.gen_test
async def test_a_client_id_belongs_to_its_session(stage: Stage) -> None:
    await stage.start()
    for name in ("周", "陈"):
        session_id = await held(stage, name)
        assert (await says(stage, session_id, f"您好，{name}", clientMsgId="page-1")).json()["data"]["seq"] == 2


@pytest.mark.gen_test
@pytest.mark.parametrize("status", ["ai", "pending", "closed"])
async def test_nobody_answers_in_a_session_that_nobody_holds(stage: Stage, with_assistant: Config, status) -> None:
    await stage.start(with_assistant if status == "ai" else None)
    session_id = await waits(stage)
    if status == "closed":
        await verb(stage, session_id, "close")
    assert refused(await says(stage, session_id), 400, 4001, status=status)
    assert "manual" not in [row["senderType"] for row in await stage.history(session_id)]


@pytest.mark.gen_test
@pytest.mark.parametrize(("name", "body"), [
    ("message", {"content": "有货"}), ("message", {}), ("close", {}), ("takeover", {"csId": "wang"}), ("release", {}),
    ("transfer", {"toCsId": "li"}), ("messages/none/retry", {}),
])
async def test_no_verb_knows_an_unknown_session(stage: Stage, with_assistant: Config, name, body) -> None:
    await stage.start(with_assistant)
    assert refused(await verb(stage, "nobody", name, **body), 404)


# Close

@pytest.mark.gen_test
@pytest.mark.parametrize("body", [None, {}, {"csId": "wang"}, {"csId": "zhao"}, {"reason": "unknown members are fine"}])
async def test_closing_needs_no_body_and_closing_twice_is_fine(stage: Stage, body) -> None:
    await stage.start()
    session_id = await held(stage)
    path = f"/api/sessions/{session_id}/close"
    first, second = await stage.post(path, body), await stage.post(path, body)
    assert first.status_code == second.status_code == 200
    assert first.json()["data"]["status"] == "closed" and "alreadyClosed" not in first.json()["data"]
    assert second.json()["data"]["alreadyClosed"] is True
    assert second.json()["data"]["version"] == first.json()["data"]["version"]


@pytest.mark.gen_test
async def test_another_agent_closes_what_waits_but_not_what_is_held(stage: Stage) -> None:
    await stage.start()
    hers = await held(stage)
    assert refused(await verb(stage, hers, "close", csId="li"), 403, manualCsId="wang")
    assert refused(await verb(stage, hers, "close", csId="stranger"), 400, 4003)
    assert (await stage.session(hers))["status"] == "manual"
    assert (await verb(stage, await waits(stage, "周"), "close", csId="li")).status_code == 200


@pytest.mark.gen_test
@pytest.mark.parametrize(("name", "kind"), [
    *((name, "text/plain") for name in
      ("accept", "message", "close", "takeover", "release", "transfer", "messages/x/retry")),
    *(("accept", kind) for kind in ("", "application/x-www-form-urlencoded", "application/xml", "application/jsonp")),
])
async def test_a_body_that_is_not_json_is_415(stage: Stage, name, kind) -> None:
    await stage.start()
    session_id, body = await waits(stage), json.dumps({"csId": "wang", "content": "x"}).encode()
    url = f"{stage.base}/api/sessions/{session_id}/{name}"
    assert refused(await stage.http.post(url, content=body, headers={"Content-Type": kind} if kind else {}), 415)
    assert (await stage.session(session_id))["status"] == "pending"


@pytest.mark.gen_test
async def test_json_is_json_with_a_charset_too(stage: Stage) -> None:
    await stage.start()
    answer = await stage.http.post(
        f"{stage.base}/api/sessions/{await waits(stage)}/accept", content=b'{"csId":"wang"}',
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
    )
    assert answer.status_code == 200


# Retry

@pytest.mark.gen_test
async def test_a_failed_message_is_sent_again_and_a_sent_one_is_not(stage: Stage, gateway) -> None:
    await stage.start()
    wang, session_id = await stage.agent("wang"), await held(stage)
    gateway.moods.append(answers(2002))
    message_id = (await says(stage, session_id, "有货")).json()["data"]["msgId"]
    retry = f"messages/{message_id}/retry"
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "failed")
    assert "平台" in (await stage.history(session_id))[1]["delivery"]["reason"]

    assert refused(await verb(stage, session_id, retry, csId="li"), 403, manualCsId="wang")
    again = await verb(stage, session_id, retry, csId="wang")
    assert again.status_code == 200 and again.json()["data"]["delivery"] == {"state": "pending"}
    assert again.json()["data"]["msgId"] == message_id
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")

    assert refused(await verb(stage, session_id, retry), 400, 4005)
    assert [said["message"]["text"] for said in gateway.said] == ["有货"]
    assert len({request["requestId"] for request in gateway.requests}) == 2      # the first id has its answer already


@pytest.mark.gen_test
async def test_only_what_we_sent_can_be_sent_again(stage: Stage) -> None:
    await stage.start()
    session_id, other = await held(stage), await held(stage, "周")
    hers = (await stage.history(session_id))[0]["msgId"]
    assert refused(await verb(stage, session_id, f"messages/{hers}/retry"), 400, 4005)
    assert refused(await verb(stage, session_id, "messages/none/retry"), 404)
    assert refused(await verb(stage, other, f"messages/{hers}/retry"), 404)


# Takeover, release, transfer

@pytest.mark.gen_test
async def test_only_a_supervisor_takes_a_session_from_a_colleague(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    assert refused(await verb(stage, session_id, "takeover", csId="li"), 403, manualCsId="wang")
    assert refused(await verb(stage, session_id, "takeover", csId="stranger"), 400, 4003)
    before = await stage.session(session_id)
    assert (await verb(stage, session_id, "takeover", csId="wang")).json()["data"] == before
    assert (await verb(stage, session_id, "takeover", csId="zhao")).json()["data"]["manualCsId"] == "zhao"
    await verb(stage, session_id, "close")
    assert refused(await verb(stage, session_id, "takeover", csId="zhao"), 400, 4001, status="closed")
    assert refused(await verb(stage, await waits(stage, "周"), "takeover", csId="zhao"), 400, 4001, status="pending")


@pytest.mark.gen_test
async def test_a_released_session_is_the_assistants_again(stage: Stage, with_assistant: Config) -> None:
    await stage.start(with_assistant)
    session_id = await waits(stage)
    assert refused(await verb(stage, session_id, "release"), 400, 4001, status="ai")
    await verb(stage, session_id, "takeover", csId="wang")
    assert refused(await verb(stage, session_id, "release", csId="li"), 403, manualCsId="wang")
    free = (await verb(stage, session_id, "release", csId="wang")).json()["data"]
    assert free["status"] == "ai" and "manualCsId" not in free
    assert refused(await says(stage, session_id), 400, 4001, status="ai")


@pytest.mark.gen_test
async def test_nothing_is_released_to_an_assistant_that_is_off(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    assert refused(await verb(stage, session_id, "release", csId="wang"), 400)
    assert (await stage.session(session_id))["manualCsId"] == "wang"


@pytest.mark.gen_test
@pytest.mark.parametrize(("to", "status"), [("li", "manual"), ("wang", "manual"), (None, "pending")])
async def test_a_session_goes_to_a_colleague_or_back_to_the_queue(stage: Stage, to, status) -> None:
    await stage.start()
    session_id = await held(stage)
    moved = await verb(stage, session_id, "transfer", csId="wang", **({"toCsId": to} if to else {}))
    session = moved.json()["data"]
    assert moved.status_code == 200 and session["status"] == status and session.get("manualCsId") == to
    assert session == await stage.session(session_id)
    if to is None:
        assert session["pendingReason"] == "transferred"
        assert (await verb(stage, session_id, "accept", csId="li")).status_code == 200


@pytest.mark.gen_test
async def test_who_does_not_hold_a_session_does_not_transfer_it(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    assert refused(await verb(stage, session_id, "transfer", csId="li", toCsId="li"), 403, manualCsId="wang")
    assert refused(await verb(stage, session_id, "transfer", csId="wang", toCsId="stranger"), 400, 4003)
    assert (await verb(stage, session_id, "transfer", csId="zhao", toCsId="li")).status_code == 200
    assert refused(await verb(stage, await waits(stage, "周"), "transfer", toCsId="li"), 400, 4001, status="pending")


# How answers look

@pytest.mark.gen_test
async def test_times_have_milliseconds_and_an_offset_and_nothing_is_null(stage: Stage, gateway) -> None:
    await stage.start()
    chen: Customer = stage.customer()
    await chen.says("在吗？")
    seen = [await chen.session()]
    session_id = seen[0]["sessionId"]
    assert not {"manualCsId", "customerAvatar", "closeReason"} & seen[0].keys()
    for name, body in (("accept", {"csId": "wang"}), ("message", {"content": "在的"}), ("close", {}), ("close", {})):
        seen.append((await verb(stage, session_id, name, **body)).json()["data"])
    seen += await stage.history(session_id)
    assert not {"clientMsgId", "attachment", "recalledAt", "delivery"} & seen[-2].keys()

    assert None not in [value for row in seen for value in row.values()]
    times = [value for row in seen for name, value in row.items() if name.endswith(("At", "Time", "Since"))]
    assert len(times) > 12 and all(TIME.fullmatch(moment) and datetime.fromisoformat(moment) for moment in times)
    assert seen[-2]["platformTime"] == "2025-12-29T17:53:20.123+08:00"     # 1767002000123 in Shanghai
