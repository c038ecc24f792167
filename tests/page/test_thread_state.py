"""One line of all that was said, as a function of what the page was told: windows, earlier sessions, notes, panel."""

from typing import Any

import pytest

from tests.model import WANG, Model, entered, heard, message, opened, session

LONG = """async ([count]) => {
    const [{reduce, initial}, {boundsOf, grownDown, grownUp, settled, timeline, windowAround, FOLLOWING}] =
        await Promise.all(["state", "timeline"].map((name) => import(`/static/js/state/${name}.js`)));
    const messages = Array.from({length: count}, (_, at) => ({
        msgId: `m${at + 1}`, seq: at + 1, senderType: "customer", senderId: "c", content: "在吗", msgType: "text",
        createdAt: new Date(1767000000000 + at * 1000).toISOString()}));
    const chain = (messages) => [{id: "s", session: {}, thread: {messages, notes: [], divider: null}}];
    return %s;
}"""


async def of_a_long_thread(model: Model, expression: str, count: int = 5000) -> Any:
    return await model.page.evaluate(LONG % expression, [count])


# What is asked for


@pytest.mark.gen_test
async def test_what_stands_around_the_words_is_asked_for_once_they_are_there(model: Model) -> None:
    *events, words = [{**event, "type": "sessionTold"} if "session" in event else event for event in opened(message(1))]
    nothing = {"type": "historyFailed", "id": "s", "error": {"status": 0, "message": ""}, "round": 0}
    around = {"handoff", "earlier", "person", "log"}

    async def asked(*events: dict[str, Any]) -> set[str]:
        return around & {want["kind"] for want in await model.asked("wants", *events)}

    assert await asked(*events) == set()
    assert await asked(*events, words) == around
    assert await asked(*events, nothing) == {"handoff", "person"}       # without the words one may still see who she is


# Windows


@pytest.mark.gen_test
async def test_of_five_thousand_messages_only_what_is_near_is_made(model: Model) -> None:
    items = await of_a_long_thread(model, """timeline(chain(messages), [], () => 1).map(({key}) => key)""")
    assert items[1] == "m4951" and items[-1] == "m5000" and len(items) == 51
    ways = await of_a_long_thread(model, """[
        boundsOf(chain(messages), grownUp(chain(messages), FOLLOWING)),
        boundsOf(chain(messages), Array.from({length: 9}).reduce((at) => grownUp(chain(messages), at), FOLLOWING)),
        boundsOf(chain(messages), windowAround(chain(messages), {id: "s", seq: 2500})),
        boundsOf(chain(messages), grownDown(chain(messages), windowAround(chain(messages), {id: "s", seq: 4990}))),
        boundsOf(chain(messages), windowAround(chain(messages), {id: "s", seq: 3})),
    ]""")
    assert [[way["from"], way["to"]] for way in ways] == [
        [4890, 5000], [4410, 4610], [2474, 2524], [4964, 5000], [0, 27],
    ]


@pytest.mark.gen_test
async def test_who_reads_further_up_keeps_her_window_and_who_is_at_the_end_follows(model: Model) -> None:
    reading, following = await of_a_long_thread(model, """[false, true].map((atEnd) => {
        const before = messages.slice(0, 4900);
        const window = settled(chain(before), FOLLOWING, atEnd);
        return boundsOf(chain(messages), settled(chain(messages), window, atEnd));
    })""")
    assert reading == {"from": 4850, "to": 5000}        # what she reads has not gone
    assert following == {"from": 4950, "to": 5000}


@pytest.mark.gen_test
async def test_one_more_message_leaves_all_others_as_they_were(model: Model) -> None:
    kept = await of_a_long_thread(model, """(() => {
        const time = "2025-12-29T17:20:00.000+08:00";
        const mine = {sessionId: "s", customerId: "c", status: "manual", manualCsId: "wang", version: 1, unread: 0,
            messageCount: count, updatedAt: time, createdAt: time};
        const before = [
            {type: "entered", me: {csId: "wang", name: "小王", role: "agent"}}, {type: "sessionLoaded", session: mine},
            {type: "selected", id: "s"},
            {type: "historyLoaded", id: "s", query: {limit: 50}, messages, asked: 0, round: 0},
        ].reduce(reduce, initial);
        const frame = {type: "new_message", sessionId: "s", eventId: 1,
            session: {...mine, version: 2, messageCount: count + 1},
            data: {...messages[0], sessionId: "s", seq: count + 1, msgId: "new"}};
        const after = reduce(before, {type: "heard", frame}).threads.s.messages;
        return [after.length, after.at(-1).msgId, messages.every((each, at) => each === after[at])];
    })()""")
    assert kept == [5001, "new", True]


# Being brought to a message


def loaded(query: dict[str, Any], *messages: dict[str, Any]) -> dict[str, Any]:
    return {"type": "historyLoaded", "id": "s", "query": query, "messages": messages, "asked": 0, "round": 0}


def looking(count: int = 100) -> list[dict[str, Any]]:
    mine = session(status="manual", manualCsId="wang", messageCount=count)
    return [*entered(manual=1, mine=1), {"type": "sessionLoaded", "session": mine}, {"type": "selected", "id": "s"}]


def said(first: int, last: int) -> list[dict[str, Any]]:
    return [message(seq, createdAt="2025-12-29T17:20:00.000+08:00") for seq in range(first, last + 1)]


async def pages(model: Model, *events: dict[str, Any]) -> list[dict[str, Any]]:
    return [want["query"] for want in await model.asked("wants", *events) if want["kind"] == "history"]


@pytest.mark.gen_test
async def test_a_link_into_the_middle_loads_what_is_around_it_and_the_rest_as_she_scrolls(model: Model) -> None:
    start = [*looking(), {"type": "jumped", "id": "s", "seq": 40}]
    assert await pages(model, *start) == [{"limit": 50, "around": 40}]
    late = loaded({"limit": 50}, *said(51, 100))        # asked for before she followed the link
    there = [*start, late, loaded({"limit": 50, "around": 40}, *said(15, 64))]
    thread = (await model.after(*there))["threads"]["s"]
    assert [thread["messages"][at]["seq"] for at in (0, -1)] == [15, 64] and thread["away"]
    assert await pages(model, *there) == []
    later = {"type": "laterWanted", "id": "s"}
    assert await pages(model, *there, later) == [{"limit": 50, "after": 64}]
    new = heard("new_message", message(101), session=session(
        version=5, status="manual", manualCsId="wang", messageCount=101))
    assert (await model.after(*there, new))["threads"]["s"]["messages"][-1]["seq"] == 64     # it does not join on
    end = [*there, later, loaded({"limit": 50, "after": 64}, *said(65, 100))]
    assert not (await model.after(*end))["threads"]["s"]["away"]


@pytest.mark.gen_test
async def test_what_is_here_is_not_loaded_again_and_the_way_back_leads_to_the_end(model: Model) -> None:
    here = [*looking(), loaded({"limit": 50}, *said(51, 100)), {"type": "jumped", "id": "s", "seq": 70}]
    assert await pages(model, *here) == []
    away = [*here, {"type": "jumped", "id": "s", "seq": 5}, loaded({"limit": 50, "around": 5}, *said(1, 50))]
    assert await pages(model, *away, {"type": "jumped", "id": "s", "seq": None}) == [{"limit": 50}]
    again = [*away, {"type": "selected", "id": None}, {"type": "selected", "id": "s"}]
    assert await pages(model, *again) == [{"limit": 50}]        # who opens it anew is at the end


# Earlier sessions


def earlier(session_id: str, count: int) -> dict[str, Any]:
    return session(session_id, status="closed", messageCount=count, manualCsId="li")


LISTED = {
    "type": "earlierLoaded", "id": "s", "query": {"limit": 20}, "sessions": [earlier("e1", 40), earlier("e2", 1)],
}
UNFOLDED = {"type": "unfolded", "id": "s"}


UNFOLDS = """async ([events]) => {
    const [{reduce, initial}, {chainOf}, {timeline}] = await Promise.all(
        ["state", "earlier", "timeline"].map((name) => import(`/static/js/state/${name}.js`)));
    const end = events.reduce(reduce, initial);
    const items = timeline(chainOf(end, "s", end.sessions.s), [], () => 1);
    return items.map(({type, key}) => type === "message" ? key : type);
}"""


def of(session_id: str, query: dict[str, Any], *messages: dict[str, Any]) -> dict[str, Any]:
    told = [{**each, "sessionId": session_id, "msgId": f"{session_id}-{each['seq']}"} for each in messages]
    return {**loaded(query, *told), "id": session_id}


@pytest.mark.gen_test
async def test_earlier_sessions_unfold_one_by_one_and_whole(model: Model) -> None:
    start = [*looking(2), loaded({"limit": 50}, *said(1, 2))]
    assert {"kind": "earlier", "id": "s", "query": {"limit": 20}} in await model.asked("wants", *start)
    first = [*start, LISTED, UNFOLDED]
    assert [want["id"] for want in await model.asked("wants", *first) if want["kind"] == "history"] == ["e1"]
    page = of("e1", {"limit": 50}, *said(11, 40))
    assert (await model.after(*first, page, UNFOLDED))["earlier"]["s"]["shown"] == 1    # its start is not here yet
    rest = of("e1", {"limit": 50, "before": 11}, *said(1, 10))
    both = [*first, page, rest, UNFOLDED, of("e2", {"limit": 50}, *said(1, 1))]
    state = await model.after(*both, UNFOLDED)
    assert state["earlier"]["s"]["shown"] == 2 and "e1" not in state["sessions"]       # the list does not show them
    items = await model.page.evaluate(UNFOLDS, [both])
    assert items == [
        "day", "e2-1", "session", "day", *(f"e1-{seq}" for seq in range(1, 41)), "session", "day", "m1", "m2",
    ]


# Notes


def note(number: int = 1, after: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "noteId": f"n{number}", "sessionId": "s", "csId": "li", "content": "她要发票", "mentions": [], "afterSeq": after,
        "createdAt": f"2025-12-29T17:20:{number:02}.500+08:00", **more,
    }


@pytest.mark.gen_test
async def test_a_note_is_shown_once_whichever_comes_first_answer_or_event(model: Model) -> None:
    mine = {"type": "noted", "id": "s", "clientNoteId": "c1", "content": "她要发票", "csId": "wang", "now": 1}
    stored = note(csId="wang", clientNoteId="c1")
    answer, event = {"type": "noteStored", "note": stored}, heard("note_added", stored, session=session(
        status="manual", manualCsId="wang", version=3, noteCount=1))
    under_way = await model.after(*opened(message(1)), mine)
    assert under_way["noting"]["s"][0]["state"] == "sending" and under_way["noting"]["s"][0]["afterSeq"] == 1
    for order in ((answer, event), (event, answer), (event, event)):
        state = await model.after(*opened(message(1)), mine, *order)
        assert state["noting"] == {} and state["notes"]["s"]["notes"] == [stored]
        assert await model.asked("wants", *opened(message(1)), mine, *order, LISTED) == [
            want for want in await model.asked("wants", *opened(message(1)), LISTED)]


@pytest.mark.gen_test
async def test_of_a_note_what_it_says_last_counts_whatever_is_told_last(model: Model) -> None:
    first, again = note(), note(content="她要专票", editedAt="2025-12-29T17:21:00.000+08:00", former=["她要发票"])
    gone = note(content="", removedAt="2025-12-29T17:22:00.000+08:00")
    heard_of = [heard("note_added", first), heard("note_updated", again), heard("note_updated", gone)]
    loaded = {"type": "notesLoaded", "id": "s", "notes": [first], "upTo": 1}        # asked for before it was changed
    for events, last in ((heard_of, gone), ([heard_of[1], loaded], again), ([*heard_of, heard_of[1]], gone)):
        assert (await model.after(*opened(message(1)), *events))["notes"]["s"]["notes"] == [last]
    back = [*opened(message(1), noteCount=1), loaded, {"type": "selected", "id": None}, {"type": "selected", "id": "s"}]
    for doubt in (back, [*back[:-2], {"type": "resync"}, {"type": "sessionLoaded", "session": session(
            version=2, status="manual", manualCsId="wang", noteCount=1)}]):
        wanted = await model.asked("wants", *doubt)
        assert any(want["kind"] == "notes" for want in wanted)      # it may have been changed meanwhile
        assert not any(want["kind"] == "notes" for want in await model.asked("wants", *doubt, loaded))


@pytest.mark.gen_test
async def test_who_wrote_a_note_is_offered_to_change_it_as_long_as_the_server_lets_her(model: Model) -> None:
    written = 1_767_000_001_500
    for more, csId, later, may in (
        ({}, "li", 59, True), ({}, "li", 61, False), ({}, "wang", 1, False),
        ({"removedAt": "2025-12-29T17:22:00.000+08:00"}, "li", 1, False), ({"noteId": None}, "li", 1, False),
    ):
        given = note(**more), {"csId": csId}, written + later * 60_000
        assert await model.calls("notes", "mayChangeNote", *given) is may


@pytest.mark.gen_test
async def test_notes_that_were_removed_are_not_counted(model: Model) -> None:
    known = [note(noteId="n1"), note(noteId="n2", removedAt="2025-12-29T17:22:00.000+08:00")]
    for notes, told, count in ((known, 2, 1), (known, 3, 3), ([], 0, 0), (known[1:], 1, 0)):
        state = {"notes": {"s": {"phase": "ready", "notes": notes, "upTo": 0}}}
        assert await model.calls("notes", "noteCountOf", state, {"sessionId": "s", "noteCount": told}) == count


@pytest.mark.gen_test
async def test_what_was_put_aside_counts_no_more_and_is_no_news(model: Model) -> None:
    failed = message(2, sender="manual", state="failed", senderId="wang")
    aside = {**failed, "delivery": {"state": "failed", "dismissedAt": "2025-12-29T17:21:00.000+08:00"}}
    before = opened(message(1), failed)
    assert await model.asked("undelivered", *before, given=["s"]) == 1
    after = await model.after(*before, heard("message_updated", aside))
    assert await model.asked("undelivered", *before, heard("message_updated", aside), given=["s"]) == 0
    assert after["news"] == []


@pytest.mark.gen_test
async def test_what_was_put_aside_is_no_last_word_until_it_is_sent_again(model: Model) -> None:
    failed = message(2, sender="manual", state="failed", senderId="wang")
    aside = {**failed, "delivery": {"state": "failed", "dismissedAt": "2025-12-29T17:21:00.000+08:00"}}
    said = {"seq": 1, "senderType": "customer", "senderId": "c", "msgType": "text", "text": "在吗"}
    told = {"type": "sessionLoaded", "session": session(messageCount=2, version=9, lastSaid=said)}
    before = [*opened(message(1), failed), heard("message_updated", aside), told, heard("message_updated", aside)]
    known = (await model.after(*before))["speakers"]["s"]
    assert (known["seq"], known["upTo"], known["text"]) == (1, 2, "在吗")
    for further in (heard("message_updated", failed), heard("new_message", message(3))):
        now = (await model.after(*before, further))["speakers"]["s"]
        assert now["seq"] == now["upTo"] == further["frame"]["data"]["seq"] and not now.get("text")


@pytest.mark.gen_test
async def test_only_what_is_new_to_herself_is_divided_from_the_rest(model: Model) -> None:
    said = [message(1), message(2, sender="manual", state="sent"), message(3)]
    for how, divided in (
        ({"status": "manual", "manualCsId": "wang"}, 3), ({"status": "manual", "manualCsId": "li"}, None),
        ({"status": "pending"}, 3), ({"status": "closed", "manualCsId": "wang"}, None),
    ):
        shown = session(messageCount=3, unread=1, **how)
        state = await model.after(*entered({**WANG, "role": "supervisor"}), {"type": "sessionLoaded", "session": shown},
                                  {"type": "selected", "id": "s"}, loaded({"limit": 50}, *said))
        assert state["threads"]["s"]["divider"] == divided


@pytest.mark.gen_test
async def test_what_has_ended_leads_to_where_the_customer_goes_on(model: Model) -> None:
    ended, other = session("a", status="closed"), session("b", kfId="2")
    state = {"sessions": {"a": ended, "b": other}}
    assert await model.calls("earlier", "nowOf", state, ended) is None        # she is another account's customer there
    state["sessions"]["c"] = session("c", status="ai")
    assert (await model.calls("earlier", "nowOf", state, ended))["sessionId"] == "c"
    assert await model.calls("earlier", "nowOf", state, state["sessions"]["c"]) is None


@pytest.mark.gen_test
async def test_notes_that_are_missing_are_asked_for_once(model: Model) -> None:
    three = opened(message(1), noteCount=3)
    assert {"kind": "notes", "id": "s", "upTo": 3} in await model.asked("wants", *three)
    fewer = {"type": "notesLoaded", "id": "s", "notes": [note()], "upTo": 3}
    assert not any(want["kind"] == "notes" for want in await model.asked("wants", *three, fewer))


@pytest.mark.gen_test
async def test_a_note_stands_where_it_was_written(model: Model) -> None:
    thread = {"messages": [message(seq) for seq in (1, 2, 3)], "notes": [], "divider": None}
    notes = [note(1, after=1), note(2, after=3)]
    items = await model.page.evaluate(
        """([thread, notes]) => import("/static/js/state/timeline.js").then(({timeline}) =>
            timeline([{id: "s", session: {}, thread, notes}], [], () => 1).map(({type}) => type))""", [thread, notes],
    )
    assert items == ["day", "message", "internal", "message", "message", "internal"]


@pytest.mark.gen_test
async def test_names_are_marked_where_they_are_meant(model: Model) -> None:
    agents = [WANG, {"csId": "wm", "name": "小王明"}]
    cut = await model.calls("notes", "cutAtNames", {
        "content": "@小王明 看一下，@wang 也是，@小李 不是", "mentions": ["wang", "wm"]}, agents)
    assert [(part["text"], part["csId"]) for part in cut] == [
        ("@小王明", "wm"), (" 看一下，", None), ("@wang", "wang"), (" 也是，@小李 不是", None),
    ]


# The panel


@pytest.mark.gen_test
async def test_whatever_was_kept_every_section_is_there_once(model: Model) -> None:
    kept = {"own": {"panel": {"order": ["tags", "gone", "tags", 7], "folded": "x"}}}
    layout = await model.calls("people", "layoutOf", kept)
    assert layout["order"][0] == "tags" and sorted(layout["order"]) == sorted(
        ["identity", "handoff", "goods", "tags", "earlier", "about", "facts"])
    assert layout["open"] and layout["folded"] == []
    assert await model.calls("people", "moved", ["a", "b", "c"], "b", -1) == ["b", "a", "c"]
    assert await model.calls("people", "moved", ["a", "b", "c"], "c", 1) == ["a", "b", "c"]


@pytest.mark.gen_test
async def test_what_she_wrote_on_meanwhile_is_still_on_its_way(model: Model) -> None:
    saving = [{"type": "personSaving", "id": "s", "change": {"note": text}} for text in ("要", "要发票")]
    saved = {"type": "personSaved", "id": "s", "change": {"note": "要"}, "customer": {"customerId": "c", "note": "要"}}
    person = (await model.after(*opened(message(1)), *saving, saved))["people"]["s"]
    assert person["saving"] == {"note": "要发票"}
    last = {**saved, "change": {"note": "要发票"}, "customer": {"customerId": "c", "note": "要发票"}}
    assert (await model.after(*opened(message(1)), *saving, saved, last))["people"]["s"]["saving"] == {}


@pytest.mark.gen_test
async def test_orders_and_products_are_named_once_the_last_first(model: Model) -> None:
    card = message(3, "[商品] 卫衣", msgType="product", fields={"card": {"number": "10086", "title": "卫衣"}})
    told = [message(1, fields={"orders": ["281046817987"]}), message(2, fields={"orders": ["281046817987"]}), card]
    state = await model.after(*opened(*told))
    goods = await model.calls("people", "goodsNamed", state, state["sessions"]["s"])
    assert [(each["what"], each["number"], each["title"]) for each in goods] == [
        ("products", "10086", "卫衣"), ("orders", "281046817987", ""),
    ]


@pytest.mark.gen_test
@pytest.mark.parametrize("tag, tags, fault", [
    ("退款", [], None), ("#退款", [], "tagOdd"), ("", [], "tagOdd"), ("一" * 20, [], None), ("一" * 21, [], "tagLong"),
    ("新", [str(number) for number in range(20)], "tagsMany"),
])
async def test_what_the_server_would_not_take_as_a_tag_is_not_sent(model: Model, tag, tags, fault) -> None:
    assert await model.calls("people", "faultOfTag", tag, tags) == fault


@pytest.mark.gen_test
async def test_what_happened_stands_in_a_thread_as_before_when_it_is_loaded_again(model: Model) -> None:
    def at(second: int) -> str:
        return f"2025-12-29T17:20:{second:02}.000+08:00"

    deeds = [{"kind": "opened", "at": at(1)}, {"kind": "asked", "at": at(1), "about": "assistant_off"},
             {"kind": "accepted", "at": at(2), "csId": "li"}, {"kind": "revealed", "at": at(2), "csId": "li"},
             {"kind": "transferred", "at": at(3), "csId": "li", "about": "wang"}]
    told = {"type": "logLoaded", "id": "s", "deeds": deeds}
    *begun, here = opened(*map(message, range(1, 5)), version=1)
    lines = """(state) => import("/static/js/state/timeline.js").then(({timeline}) =>
        timeline([{id: "s", session: {}, thread: state.threads.s}], [], () => 1).filter(({type}) => type !== "day")
            .map(({message, note}) => message?.seq ?? note.kind))"""
    closed = heard("session_closed", session(version=5, status="closed", manualCsId="wang", messageCount=4))
    ended = {**told, "deeds": [*deeds, {"kind": "closed", "at": at(5), "csId": "wang", "about": "agent"}]}
    for events, end in (([here, told], []), ([told, here], []), ([here, told, closed, ended], ["closed"])):
        state = await model.after(*begun, *events)
        assert await model.page.evaluate(lines, state) == [1, 2, "accepted", 3, "transferred", 4, *end]
    part = await model.after(*begun, {**here, "messages": here["messages"][2:]}, told)
    assert await model.page.evaluate(lines, part) == [3, "transferred", 4], "of what is not here nothing happened"
