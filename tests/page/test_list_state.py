"""What the list shows and in which order, and what its address says: `js/state/` in the browser that runs it."""

from typing import Any

import pytest

from tests.model import Model, entered, heard, session

LATER = "2025-12-29T17:20:{:02}.000+08:00"


def waits(session_id: str, second: int, **more: Any) -> dict[str, Any]:
    return {**session(session_id), "waitingSince": LATER.format(second), **more}


def loaded(source: dict[str, Any], rows: list[dict[str, Any]], cursor: str | None = None) -> dict[str, Any]:
    more = {"key": source["key"], "query": source["query"]}
    return {"type": "listLoaded", **more, "rows": rows, "cursor": cursor, "round": 0}


def told(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "sessionLoaded", "session": row} for row in rows]


@pytest.mark.gen_test
async def test_who_must_be_answered_first_stands_first(model: Model) -> None:
    """By the nearest clock: her wait, the platform's window, a reminder that is due; then whoever moved last."""
    mine = {"status": "manual", "manualCsId": "wang"}
    rows = [
        waits("waits", 30, **mine), waits("longest", 10, **mine),
        waits("window closes", 50, **mine, replyWindowUntil=LATER.format(55)),
        {**session("answered", version=8), **mine}, {**session("answered later", version=9), **mine},
        {**session("to be reminded", version=1), **mine},
    ]
    due = {"type": "told:reminder_due", "frame": {
        "type": "reminder_due", "sessionId": "to be reminded", "data": {"at": LATER.format(1)}}}
    events = [*entered(), {"type": "tab", "tab": "mine"}, *told(*rows), due]
    assert (await model.asked("shownList", *events))["ids"] == [
        "to be reminded", "window closes", "longest", "waits", "answered later", "answered"]
    by_wait = {"type": "filtered", "change": {"sort": "waiting"}}
    assert (await model.asked("shownList", *events, by_wait))["ids"] == [
        "longest", "waits", "window closes", "answered later", "answered", "to be reminded"]


@pytest.mark.gen_test
async def test_of_all_sessions_who_waits_comes_before_a_page_of_the_rest(model: Model) -> None:
    start = [*entered(), {"type": "tab", "tab": "all"}]
    by_key = {f"{each['query']['status']} {each['rest']}": each for each in await model.asked("sources", *start)}
    assert {key: each["query"].get("sort") for key, each in by_key.items()} == {
        "pending False": "waitingSince", "manual False": "waitingSince",
        "pending True": None, "manual True": None, "ai True": None,
    }
    ai = {**session("ai", "ai", version=9)}
    some = [
        *start, loaded(by_key["pending False"], [waits("a", 1), waits("b", 2)], "more"),
        loaded(by_key["manual False"], []), loaded(by_key["pending True"], []), loaded(by_key["manual True"], []),
        loaded(by_key["ai True"], [ai]),
    ]
    shown = await model.asked("shownList", *some)
    assert shown["ids"] == ["a", "b"] and shown["more"]       # others may wait, and stand before those who do not
    assert await model.asked("nextPages", *some) == [by_key["pending False"]["key"]]
    rest = loaded(by_key["pending False"], [waits("c", 3)])
    assert (await model.asked("shownList", *some, rest))["ids"] == ["a", "b", "c", "ai"]


@pytest.mark.gen_test
@pytest.mark.parametrize(("change", "ids"), [
    ({"q": "陈"}, ["chen"]), ({"q": "发货"}, ["chen"]), ({"q": "LI-7"}, ["li"]), ({"q": "机密"}, []),
    ({"tags": ["退款"]}, ["li"]), ({"tags": ["退款", "VIP"]}, ["chen", "li"]), ({"agents": ["li"]}, ["held"]),
    ({"overdue": True}, ["chen"]), ({"remind": True}, ["li"]), ({"failed": True}, ["li"]),
    ({"mentions": True}, ["chen"]),
    ({"tags": ["VIP"], "overdue": True}, ["chen"]), ({"tags": ["退款"], "overdue": True}, []),
])
async def test_a_filter_lets_through_what_it_says_and_no_secret(model: Model, change, ids) -> None:
    rows = [
        waits("chen", 0, customerName="陈女士", lastMessage="什么时候发货", tags=["VIP"],
              waitingSince="2025-12-29T17:10:00.000+08:00"),
        waits("li", 5, customerId="li-7", tags=["退款"], failedCount=2),
        {**session("held", "manual"), "customerId": "ma", "manualCsId": "li", "lastMessage": "机密"},     # once hers
    ]
    note = heard("note_added", {"noteId": "n", "sessionId": "chen", "mentions": ["wang"]}, session=rows[0])
    state = [
        *entered(), {"type": "tab", "tab": "all"}, *told(*rows), note,
        {"type": "reminded", "id": "li", "at": 2_000_000_000_000, "now": 0}, {"type": "filtered", "change": change},
    ]
    assert sorted((await model.asked("shownList", *state))["ids"]) == ids


@pytest.mark.gen_test
@pytest.mark.parametrize(("address", "said"), [
    ("#/", {}), (f"#/s/{'a' * 32}?m=12&n={'b' * 32}", {"id": "a" * 32, "m": 12, "n": "b" * 32}),
    ("#/?tab=mine&channel=jd&channel=wechat&q=%E9%80%80%20&tag=%E9%80%80%E6%AC%BE&agent=li&sort=waiting&overdue",
     {"tab": "mine", "channels": ["jd", "wechat"],
      "filters": {"sort": "waiting", "q": "退 ", "tags": ["退款"], "agents": ["li"], "overdue": True}}),
    (f"#/s/{'a' * 32}?tab=all&failed", {"id": "a" * 32, "tab": "all", "filters": {"failed": True}}),
])
async def test_an_address_says_what_is_open_and_listed_and_is_written_as_it_is_read(
    model: Model, address, said
) -> None:
    usual = {"sort": "urgent", "q": "", "tags": [], "agents": [],
             **dict.fromkeys(("failed", "overdue", "remind", "mentions"), False)}
    filters = {**usual, **said.get("filters", {})}
    place = {"id": None, "m": None, "n": None, "tab": None, "channels": [], **said, "filters": filters}
    assert await model.calls("address", "parse", address) == place
    assert await model.calls("address", "format", place) == address


@pytest.mark.gen_test
@pytest.mark.parametrize(("hash_", "said"), [
    ("#/s/../x", {"id": "-"}), ("#/s/%3Cimg%3E?m=-1&sort=x&tab=", {"id": "-", "m": None}), ("#/?m=5&m=6", {"m": 5}),
])
async def test_an_address_that_makes_no_sense_leads_nowhere(model: Model, hash_, said) -> None:
    place = await model.calls("address", "parse", hash_)
    assert said.items() <= place.items() and place["filters"]["sort"] == "urgent"


@pytest.mark.gen_test
async def test_the_address_wins_over_what_was_kept_and_what_is_unknown_is_left_out(model: Model) -> None:
    placed = {"type": "placed", "tab": "nonsense", "channels": ["jd", "x"], "filters": {"sort": "created", "tags": [7]}}
    kept = {"type": "placedAsKept", "kept": {"channels": ["wechat"], "filters": {"sort": "recent"}}}
    state = await model.after(*entered(), placed, kept)
    assert (state["tab"], state["channels"], state["filters"]["sort"], state["filters"]["tags"]) == (
        "pending", ["jd"], "created", [])
    state = await model.after(*entered(), kept)
    assert (state["channels"], state["filters"]["sort"]) == (["wechat"], "recent")


@pytest.mark.gen_test
@pytest.mark.parametrize(("ids", "place", "shown"), [
    ("abSc", 1, "aSbc"), ("Sabc", 2, "abSc"), ("xyabS", 2, "xySab"), ("abc", 1, "abc"), ("abS", -1, "abS"),
    ("aS", 5, "aS"),
])
async def test_the_open_session_keeps_its_place_and_the_others_move_around_it(model: Model, ids, place, shown) -> None:
    assert "".join(await model.calls("urgency", "pinnedOrder", list(ids), "S", place)) == shown


@pytest.mark.gen_test
async def test_what_did_not_arrive_is_counted_anew_when_it_may_have_changed(model: Model) -> None:
    row = waits("s", 1, failedCount=1)
    sent = heard("message_updated", {"msgId": "m1", "sessionId": "s", "seq": 1, "delivery": {"state": "sent"}})
    events = [*entered(), *told(row)]
    assert {"kind": "session", "id": "s"} not in await model.asked("wants", *events)
    assert {"kind": "session", "id": "s"} in await model.asked("wants", *events, sent)
    state = await model.after(*events, sent, *told({**row, "failedCount": 0}))
    assert state["failed"] == {"s": 0} and state["recounting"] == {}
