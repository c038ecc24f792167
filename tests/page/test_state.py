"""What the page knows, as a function of what it was told: `js/state/state.js` in the browser that runs it."""

from typing import Any

import pytest

from tests.model import T0, Model, entered, heard, message, opened, said, session


@pytest.mark.gen_test
@pytest.mark.parametrize("event", [
    heard("new_pending_session", session("t")),
    heard("session_accepted", session(version=5, status="manual", manualCsId="li")),
    heard("session_closed", session(version=5, status="closed")),
    heard("new_message", message(2), session=session(version=5, status="manual", manualCsId="wang", messageCount=2)),
    heard("message_updated", message(1, state="sent")),
], ids=lambda event: event["frame"]["type"])
async def test_an_event_applied_twice_leaves_the_page_as_it_was(model: Model, event) -> None:
    start = opened(message(1))
    once, twice = await model.after(*start, event), await model.after(*start, event, event)
    for name in once.keys() - {"serial"}:
        if name == "threads":       # which count the events they heard of
            for thread in (once[name]["s"], twice[name]["s"]):
                thread["messages"] = [{**each, "heard": 0} for each in thread["messages"]]
        assert twice[name] == once[name], name


@pytest.mark.gen_test
async def test_the_newer_version_of_a_session_wins_whatever_comes_last(model: Model) -> None:
    old, new = session(version=3), session(version=4, status="closed")
    for told in ((old, new), (new, old)):
        state = await model.after(*entered(), *({"type": "sessionLoaded", "session": each} for each in told))
        assert state["sessions"]["s"]["status"] == "closed"


@pytest.mark.gen_test
async def test_a_reply_is_shown_once_whichever_comes_first_answer_or_event(model: Model) -> None:
    stored = message(2, "在的", "manual", "pending", clientMsgId="c1")
    answer = {"type": "stored", "message": stored, "asked": 0}
    event = heard("new_message", stored, session=session(version=5, status="manual", manualCsId="wang", messageCount=2))
    sent = heard("message_updated", {**stored, "delivery": {"state": "sent"}})
    for order in ((answer, event, sent), (event, answer, sent), (event, sent, answer)):
        state = await model.after(*opened(message(1)), said(), *order)
        assert state["outgoing"] == {}
        assert [each["seq"] for each in state["threads"]["s"]["messages"]] == [1, 2]
        assert state["threads"]["s"]["messages"][1]["delivery"] == {"state": "sent"}, order


@pytest.mark.gen_test
async def test_what_is_missing_in_a_thread_is_asked_for(model: Model) -> None:
    late = heard("new_message", message(3), session=session(
        version=5, status="manual", manualCsId="wang", messageCount=3))
    wants = await model.asked("wants", *opened(message(1)), late)
    assert {"kind": "history", "id": "s", "query": {"limit": 1000, "after": 1}} in wants
    state = await model.after(*opened(message(1)), late, {
        "type": "historyLoaded", "id": "s", "query": {"after": 1}, "messages": [message(2), message(3)], "asked": 1,
        "round": 0,
    })
    assert [each["seq"] for each in state["threads"]["s"]["messages"]] == [1, 2, 3]


@pytest.mark.gen_test
@pytest.mark.parametrize("event, counts, doubtful", [
    (heard("new_pending_session", session("t")), {"pending": 1, "mine": 1, "ai": 0, "all": 2}, False),
    (heard("new_pending_session", session("t", version=4)), {"pending": 0, "mine": 1, "ai": 0, "all": 1}, True),
    (heard("new_pending_session", session("t"), event_id=9), {"pending": 0, "mine": 1, "ai": 0, "all": 1}, False),
    (heard("session_closed", session(status="closed", version=4)), {"pending": 0, "mine": 0, "ai": 0, "all": 0}, False),
    ({"type": "acting", "id": "s", "act": "close"}, {"pending": 0, "mine": 0, "ai": 0, "all": 0}, False),
], ids=["new", "unknown", "counted already", "closed", "closing"])
async def test_counts_follow_what_happens_and_are_asked_for_when_they_cannot(
    model: Model, event, counts, doubtful
) -> None:
    start = [*opened(message(1)), {"type": "pong", "now": T0, "frame": {
        "serverTime": "2025-12-29T09:20:00.000Z", "counts": {"ai": 0, "pending": 0, "manual": 1, "mine": 1}}}]
    assert await model.asked("tabCounts", *start, event) == counts
    assert (await model.after(*start, event))["countsDoubtful"] is doubtful


@pytest.mark.gen_test
async def test_after_a_resync_what_the_server_no_longer_lists_goes(model: Model) -> None:
    waiting = [session("a", version=1), session("b", version=2)]
    loaded = {"type": "listLoaded", "key": "pending::", "query": {"status": "pending"}, "cursor": None}
    state = await model.after(
        *entered(), {**loaded, "rows": waiting, "round": 0}, {"type": "resync"},
        {**loaded, "rows": [], "round": 0},                     # an answer to what was asked before: too late
        {**loaded, "rows": waiting[1:], "round": 1},
    )
    assert list(state["sessions"]) == ["b"] and state["doubtful"] == {}


@pytest.mark.gen_test
async def test_who_waits_longest_stands_first(model: Model) -> None:
    rows = [
        session("a", version=3, waitingSince="2025-12-29T17:20:30.000+08:00"),
        session("b", version=2, waitingSince="2025-12-29T17:20:10.000+08:00"), session("c", version=1),
    ]
    events = [*entered(), *({"type": "sessionLoaded", "session": row} for row in rows)]
    assert (await model.asked("shownList", *events))["ids"] == ["b", "a", "c"]
    assert (await model.asked("nextWaiting", *events))["sessionId"] == "b"


@pytest.mark.gen_test
@pytest.mark.parametrize("fresh, ids, updates", [
    (["a", "b", "c", "d"], ["a", "b", "c", "d"], 0),        # what comes below moves nothing
    (["x", "a", "b", "c"], ["a", "b", "c"], 1),
    (["a", "c"], ["a", "b", "c"], 1),
    (["c", "a", "b"], ["a", "b", "c"], 1),
    (["x", "y", "c", "b", "z"], ["a", "b", "c", "z"], 3),
])
async def test_rows_do_not_move_under_the_pointer(model: Model, fresh, ids, updates) -> None:
    order = await model.page.evaluate(
        """([held, ids]) => import("/static/js/state/urgency.js").then((urgency) => urgency.heldOrder(held, ids))""",
        [["a", "b", "c"], fresh],
    )
    assert order == {"ids": ids, "updates": updates}


@pytest.mark.gen_test
async def test_a_reply_that_waited_too_long_for_the_line_is_not_sent_unasked(model: Model) -> None:
    hello = entered()[2]
    for minutes, state in ((1, "queued"), (10, "unconfirmed")):
        after = await model.after(*opened(message(1)), said(), {**hello, "now": T0 + minutes * 60_000})
        assert after["outgoing"]["s"][0]["state"] == state


@pytest.mark.gen_test
@pytest.mark.parametrize("seconds, line", [(0, "ok"), (34, "ok"), (35, "stale"), (3600, "stale")])
async def test_the_line_is_well_only_with_a_fresh_pong(model: Model, seconds, line) -> None:
    pong = {"type": "pong", "now": T0, "frame": {"serverTime": "2025-12-29T09:20:00.000Z"}}
    assert await model.asked("lineState", *entered()) == "stale"
    assert await model.asked("lineState", *entered(), pong, {"type": "ticked", "now": T0 + seconds * 1000}) == line
    lost = {"type": "lost", "now": T0, "retryAt": T0 + 1000}
    assert await model.asked("lineState", *entered(), pong, lost) == "reconnecting"
    assert await model.asked("lineState", *entered(), pong, lost, {"type": "online", "online": False}) == "offline"


@pytest.mark.gen_test
async def test_what_was_spokenwith_little_between_belongs_together(model: Model) -> None:
    spoken = [message(1), message(2), message(3, sender="ai"), message(4)]
    spoken.append(message(5, createdAt="2025-12-29T17:30:00.000+08:00"))
    thread = {"messages": spoken, "notes": [], "divider": 4}
    items = await model.page.evaluate(
        """([thread]) => import("/static/js/state/timeline.js").then(({timeline}) =>
            timeline([{id: "s", session: {}, thread}], [], (at) => Math.floor(at / 86400000)))""", [thread],
    )
    assert [item["type"] for item in items] == [
        "day", "message", "message", "message", "divider", "message", "message",
    ]
    assert [item.get("starts") for item in items if item["type"] == "message"] == [True, False, True, True, True]


def of(holder: str, version: int, **more: Any) -> dict[str, Any]:
    return session(version=version, status="manual", manualCsId=holder, **more)


@pytest.mark.gen_test
@pytest.mark.parametrize("before, event, kinds", [
    ([], heard("new_pending_session", session("t")), ["waiting"]),
    ([], heard("new_pending_session", {**of("li", 5), "sessionId": "t"}), []),          # told late, after a cut
    ([], heard("new_pending_session", {**of("wang", 5), "sessionId": "t"}), ["received"]),
    ([], heard("new_pending_session", session("t", "closed", 5)), []),
    ([], heard("new_pending_session", session("t", blocked=True)), []),
    ([], heard("new_message", message(2), session=of("wang", 5)), []),                  # she reads it
    ([{"type": "reading", "visible": False}], heard("new_message", message(2), session=of("wang", 5)), ["said"]),
    ([{"type": "selected", "id": None}], heard("new_message", message(2), session=of("wang", 5)), ["said"]),
    ([{"type": "selected", "id": None}], heard("new_message", message(2, sender="ai"), session=of("wang", 5)), []),
    ([], heard("session_accepted", of("li", 5)), ["lost"]),
    ([], heard("session_accepted", {**of("wang", 5), "sessionId": "t"}), ["received"]),
    ([{"type": "sessionLoaded", "session": of("li", 4)}], heard("session_accepted", of("wang", 5)), ["received"]),
    ([{"type": "sessionLoaded", "session": session(version=4)}], heard("session_accepted", of("wang", 5)), []),
    ([{"type": "acting", "id": "s", "act": "transfer"}], heard("session_accepted", of("li", 5)), []),
], ids=["waits", "taken", "given her", "ended", "blocked", "read", "hidden", "elsewhere", "not a customer", "lost",
        "unknown", "received", "accepted", "given"])
async def test_an_agent_is_told_what_concerns_her(model: Model, before, event, kinds) -> None:
    state = await model.after(*opened(message(1)), *before, event, event)
    assert [news["kind"] for news in state["news"]] == kinds
    assert all(news["id"] == event["frame"]["sessionId"] for news in state["news"])


@pytest.mark.gen_test
async def test_unread_is_counted_of_her_own_sessions(model: Model) -> None:
    rows = [
        of("wang", 2, unread=3), {**of("wang", 2, unread=2), "sessionId": "t"},
        {**of("li", 2, unread=5), "sessionId": "u"},
    ]
    told = [{"type": "sessionLoaded", "session": row} for row in rows]
    assert await model.asked("unreadOfMine", *entered(), *told) == 5


@pytest.mark.gen_test
async def test_of_too_many_the_longest_waiting_are_loaded(model: Model) -> None:
    def waits(session_id: str, minute: int) -> dict[str, Any]:
        return {**session(session_id), "waitingSince": f"2025-12-29T17:{minute:02}:00.000+08:00"}

    wanted = [want for want in await model.asked("wants", *entered()) if want["kind"] == "list"]
    assert [want["query"] for want in wanted] == [{"status": "pending", "limit": 1000, "sort": "waitingSince"}]
    loaded = {"type": "listLoaded", "key": wanted[0]["key"], "query": wanted[0]["query"], "round": 0}
    page = [*entered(), {**loaded, "rows": [waits("a", 1), waits("b", 2)], "cursor": "c"}]
    late = heard("new_pending_session", waits("d", 9))
    assert (await model.asked("shownList", *page, late))["ids"] == ["a", "b"]       # between the two others may wait
    rest = {**loaded, "rows": [waits("c", 3), waits("d", 9)], "cursor": None}
    shown = await model.asked("shownList", *page, late, rest)
    assert shown["ids"] == ["a", "b", "c", "d"] and not shown["more"]


@pytest.mark.gen_test
async def test_what_has_ended_does_not_gather(model: Model) -> None:
    rows = [{**session(status="closed"), "sessionId": str(number)} for number in range(150)]
    ended = heard("session_closed", session(version=9, status="closed"))
    start = [*opened(message(1)), *({"type": "sessionLoaded", "session": row} for row in rows)]
    assert list((await model.after(*start, ended))["sessions"]) == ["s"]            # which she looks at
    other = heard("session_closed", {**session(version=9, status="closed"), "sessionId": "t"})
    assert list((await model.after(*start, other))["sessions"]) == ["s"]
    looking = [{"type": "tab", "tab": "closed"}, ended]
    assert len((await model.after(*start, *looking))["sessions"]) == 151
    assert list((await model.after(*start, *looking, {"type": "tab", "tab": "mine"}))["sessions"]) == ["s"]


STATES_KEPT = """async ([before, ...after]) => {
    const {initial, reduce} = await import("/static/js/state/state.js");
    const states = [before.reduce(reduce, initial)];
    const seen = [JSON.stringify(states[0])];
    for (const event of after) {
        states.push(reduce(states.at(-1), event));
        seen.push(JSON.stringify(states.at(-1)));
    }
    return states.map((state, place) => JSON.stringify(state) === seen[place]);
}"""


@pytest.mark.gen_test
async def test_what_is_loaded_in_one_go_changes_no_earlier_state(model: Model) -> None:
    rows = [session("a", failedCount=1), session("b")]
    loaded = {"type": "listLoaded", "key": "k", "query": {"status": "pending"}, "rows": rows, "cursor": None}
    again = {**loaded, "rows": [session("a", version=2), session("c")], "round": 1}
    events = [{**loaded, "round": 0}, {"type": "resync"}, again, heard("session_updated", session("a", version=3))]
    burst = [heard("session_updated", session(each, version=4)) for each in ("a", "c", "a")]
    assert all(await model.page.evaluate(STATES_KEPT, [entered(), *events, at_once(*burst)]))
    assert list((await model.after(*entered(), *events))["sessions"]) == ["a", "c"]     # b is gone


def at_once(*events: dict[str, Any]) -> dict[str, Any]:
    return {"type": "caughtUp", "frames": [event["frame"] for event in events]}


@pytest.mark.gen_test
async def test_a_burst_leaves_the_page_as_its_events_would_one_by_one(model: Model) -> None:
    hers = session(version=5, status="manual", manualCsId="wang", messageCount=2)
    burst = [
        heard("session_updated", session("t", version=2, messageCount=2)),
        heard("session_accepted", session("t", version=3, status="manual", manualCsId="wang")),
        heard("message_updated", message(1, state="failed")),
        heard("new_message", message(2), session=hers),
    ]
    start = [*opened(message(1, state="sent")), heard("new_pending_session", session("t"))]
    assert await model.after(*start, at_once(*burst)) == await model.after(*start, *burst)


@pytest.mark.gen_test
async def test_of_a_burst_what_she_reads_is_shown_at_once_and_all_of_it_in_its_order(model: Model) -> None:
    assert await model.page.evaluate(LET_IN, [["t", "t", "u"], ["t", "s", "u", "clicked", "s"]]) == [
        ["t"], ["t", "u"],      # the first waits for none, and the others not long
        ["t", "s"], ["u"], ["clicked"], ["s"],
    ]


LET_IN = """async (bursts) => {
    const { createStore } = await import("/static/js/state/store.js");
    let taken = [];
    let whole = null;
    const reduce = (state, { type, frame, frames = [frame] }) => {
        taken.push(type === "clicked" ? [type] : frames.map(({ sessionId }) => sessionId));
        if (taken.flat().length === whole?.size) whole.done();
        return { ...state };
    };
    const store = createStore({ selected: "s" }, reduce, { keep() {}, show() {} });
    const seen = [];
    for (const burst of bursts) {
        taken = [];
        const all = new Promise((done) => { whole = { size: burst.length, done }; });
        for (const each of burst) each === "clicked" ? store.dispatch({ type: each }) : store.hear({ sessionId: each });
        await all;
        seen.push(...taken);
    }
    return seen;
}"""
