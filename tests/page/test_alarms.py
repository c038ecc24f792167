"""What an agent is told by tone and on her desktop, and when it is too much: decided from state and time alone."""

from typing import Any

import pytest

from tests.model import T0, WANG, Model, entered, heard, message, session

PLAY = """async ([events]) => {
    const [{initial, reduce}, {FRESH, decide}] = await Promise.all(
        ["state", "alarms"].map((name) => import(`/static/js/state/${name}.js`)));
    const told = {tones: [], notices: []};
    let [state, memory] = [initial, FRESH];
    for (const event of events) {
        state = reduce(state, event);
        const now = decide(state, memory);
        memory = now.memory;
        if (now.tone) told.tones.push([(state.now - %d) / 1000, now.tone]);
        told.notices.push(...now.notices.map(({event, id, ids}) => [event, id ?? ids.join()]));
    }
    return told;
}""" % T0

HOLD = "2025-12-29T17:20:00.000+08:00"      # T0, as the server says it
AWAY = {"type": "reading", "visible": False}


def mine(version: int = 2, name: str = "s", **more: Any) -> dict[str, Any]:
    return {**session(name, "manual", version, manualCsId="wang", **more)}


def waits(name: str = "t", version: int = 1) -> dict[str, Any]:
    return heard("new_pending_session", session(name, version=version))


def taken(name: str = "t", by: str = "li") -> dict[str, Any]:
    return heard("session_accepted", session(name, "manual", 9, manualCsId=by))


def says(seq: int, name: str = "s") -> dict[str, Any]:
    told = {**message(seq), "sessionId": name}
    return heard("new_message", told, session=mine(seq + 2, name, messageCount=seq))


def own(**values: Any) -> dict[str, Any]:
    return {"type": "ownLoaded", "values": values}


def day(*events: Any, until: int = 0) -> list[dict[str, Any]]:
    """What happens, numbers being the second at which it does, with the clock in between."""
    told, now = list(entered(manual=1, mine=1)), 0
    for each in [*events, until]:
        if isinstance(each, int):
            told += [{"type": "ticked", "now": T0 + 1000 * second} for second in range(now + 1, each + 1)]
            now = max(now, each)
        else:
            told.append(each)
    return told


@pytest.mark.gen_test
@pytest.mark.parametrize("events, tones", [
    ([5, waits(), 90], [[at, "ring"] for at in (5, 15, 25, 35, 45, 55)]),
    ([5, waits(), 22, taken(), 90], [[5, "ring"], [15, "ring"]]),
    ([5, waits(), 22, {"type": "acting", "id": "t", "act": "accept"}, 90], [[5, "ring"], [15, "ring"]]),
    ([5, waits("t"), 6, waits("u"), 12, waits("v"), 20], [[5, "ring"], [8, "ring"], [12, "ring"]]),
    ([5, waits(), 12, heard("session_updated", session("t", version=2, blocked=True)), 30], [[5, "ring"]]),
    ([5, waits(), waits(), 14], [[5, "ring"]]),
    ([AWAY, {"type": "sessionLoaded", "session": mine()}, 5, says(2), says(3), 6, says(4), 9, says(5), 20],
     [[5, "ding"], [9, "ding"]]),
    ([{"type": "sessionLoaded", "session": mine()}, {"type": "selected", "id": "s"}, 5, says(2), 9], []),
    ([own(notify={"events": {"reading": {"sound": True}}}), {"type": "sessionLoaded", "session": mine()},
      {"type": "selected", "id": "s"}, 5, says(2), 9], [[5, "ding"]]),
    ([own(duty="off"), 5, waits(), 30], []),
    ([own(duty="off", notify={"quietOffDuty": False}), 5, waits(), 14], [[5, "ring"]]),
    ([{"type": "preferred", "name": "sound", "value": False}, 5, waits(), 30], []),
    ([own(notify={"events": {"waiting": {"sound": False}}}), 5, waits(), 30], []),
    ([5, {"type": "lost", "now": T0 + 5000, "retryAt": T0 + 6000}, 90], [[35, "low"]]),
    ([5, {"type": "lost", "now": T0 + 5000, "retryAt": T0 + 6000}, 20,
      {"type": "pong", "now": T0 + 20_000, "frame": {"serverTime": "2025-12-29T09:20:20.000Z"}}, 90], []),
], ids=["rings", "a colleague accepts", "she accepts", "more come", "blocked", "told twice", "dings", "she reads",
        "wants it read", "off duty", "off duty and yet", "muted", "not of that", "line lost", "line back"])
async def test_tones(model: Model, events, tones) -> None:
    assert (await model.page.evaluate(PLAY, [day(*events)]))["tones"] == tones


@pytest.mark.gen_test
async def test_a_customer_of_hers_calls_when_she_waits_too_long_and_gives_up(model: Model) -> None:
    known = {"type": "sessionLoaded", "session": mine(waitingSince=HOLD)}
    told = await model.page.evaluate(PLAY, [day(own(notify={"desktop": True}), known, 500)])
    assert told["tones"] == [[60, "amber"], *([at, "red"] for at in (180, 210, 240, 270, 300, 330))]
    assert told["notices"] == [["amber", "s"], ["red", "s"]]
    found_late = await model.page.evaluate(PLAY, [day(300, known, 500)])
    assert found_late["tones"] == []        # the card says it; a tone is for what happens
    answered = {"type": "sessionLoaded", "session": mine(3)}
    assert (await model.page.evaluate(PLAY, [day(known, 200, answered, 500)]))["tones"] == [[60, "amber"], [180, "red"]]


@pytest.mark.gen_test
async def test_what_concerns_her_is_shown_on_her_desktop_once(model: Model) -> None:
    note = {"noteId": "n1", "sessionId": "s", "csId": "li", "content": "@小王 看一下", "mentions": ["wang"]}
    failed = message(2, sender="manual", delivery={"state": "failed", "reason": "超时"})
    events = day(
        own(notify={"desktop": True}), {"type": "sessionLoaded", "session": mine()}, 5, waits("t"), 10,
        heard("note_added", note, 301, session=mine(5, noteCount=1)),
        heard("note_added", note, 301, session=mine(5)), 20,
        heard("note_added", {**note, "noteId": "n2", "csId": "wang"}, 302, session=mine(6)),
        heard("message_updated", failed, 303), heard("message_updated", failed, 303), 25,
    )
    told = await model.page.evaluate(PLAY, [events])
    assert told["notices"] == [["waiting", "t"], ["mentioned", "s"], ["failed", "s"]]
    assert told["tones"] == [[5, "ring"], [10, "ding"], [15, "ring"], [20, "low"], [25, "ring"]]


@pytest.mark.gen_test
@pytest.mark.parametrize("event, before, after", [
    ("waiting", [waits("s")], [taken("s")]),
    ("waiting", [waits("s")], [{"type": "acting", "id": "s", "act": "accept"}]),
    ("waiting", [waits("s")], [heard("session_updated", session(version=2, blocked=True))]),
    ("received", [taken("s", "wang")], [heard("session_accepted", {**mine(10), "manualCsId": "li"})]),
    ("said", [{"type": "sessionLoaded", "session": mine(unread=1)}], [{"type": "sessionLoaded", "session": mine(3)}]),
    ("red", [{"type": "sessionLoaded", "session": mine(waitingSince=HOLD)}, {"type": "ticked", "now": T0 + 200_000}],
     [{"type": "sessionLoaded", "session": mine(3)}]),
    ("mentioned", [{"type": "told:bell", "frame": {"data": {
        "id": "b", "kind": "mentioned", "sessionId": "s", "text": "看", "at": HOLD}}}],
     [{"type": "bellSeen", "ids": ["b"]}]),
    ("reminder", [{"type": "reminded", "id": "s", "at": T0 - 1, "now": T0}],
     [{"type": "reminded", "id": "s", "at": None, "now": T0}]),
    ("failed", [], [{"type": "entered", "me": {"csId": "li", "name": "小李"}, "required": False}]),
], ids=["taken", "she accepts", "blocked", "handed on", "read", "answered", "seen on the bell", "dismissed",
        "another agent"])
async def test_a_notice_is_moot_once_what_it_tells_is_over_or_seen(model: Model, event, before, after) -> None:
    notice = {"event": event, "id": "s", "csId": "wang", "at": T0}
    so, over = [await model.after(*entered(), *events) for events in (before, [*before, *after])]
    assert not await model.calls("moot", "isMoot", notice, so, True)
    assert await model.calls("moot", "isMoot", notice, {**so, "selected": "s"}, True)
    assert await model.calls("moot", "isMoot", notice, over, False)


@pytest.mark.gen_test
async def test_what_stands_open_behind_another_window_has_not_been_seen(model: Model) -> None:
    late = await model.after(*entered(), {"type": "sessionLoaded", "session": mine(waitingSince=HOLD)},
                             {"type": "selected", "id": "s"}, {"type": "ticked", "now": T0 + 200_000})
    notice = {"event": "red", "id": "s", "csId": "wang", "at": T0 + 200_000}
    assert not await model.calls("moot", "isMoot", notice, late, False)
    assert await model.calls("moot", "isMoot", notice, late, True)
    old = await model.after(*entered(), {"type": "told:bell", "frame": {"data": rung("b", seen=True)}})
    anew = {"event": "mentioned", "id": "s", "csId": "wang", "at": T0 + 60_000}      # the bell tells of it later
    assert not await model.calls("moot", "isMoot", anew, old, False)


def rung(entry_id: str, session_id: str = "s", second: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": entry_id, "kind": "mentioned", "sessionId": session_id, "customerName": "陈女士", "by": "li", "text": "看一下",
        "at": f"2025-12-29T17:20:{second:02}.000+08:00", **more,
    }


@pytest.mark.gen_test
async def test_the_bell_is_the_servers_and_what_she_saw_stays_seen(model: Model) -> None:
    loaded = {"type": "bellLoaded", "entries": [rung("b", second=2), rung("a", second=1, seen=True)]}
    told = {"type": "told:bell", "frame": {"data": rung("c", "t", second=3)}}
    away = await model.after(*entered(), told, loaded, told)        # told while the answer was on its way, and again
    assert [(each["id"], each["seen"]) for each in away["bell"]["entries"]] == [("c", False), ("b", False), ("a", True)]
    saw = {"type": "bellSeen", "ids": ["b", "nothing"]}
    looked = (await model.after(*entered(), told, loaded, saw, loaded))["bell"]
    assert [each["id"] for each in looked["entries"] if not each["seen"]] == ["c"] and looked["untold"] == ["b"]
    elsewhere = {"type": "told:bell_seen", "frame": {"data": {"ids": ["c"]}}}
    done = (await model.after(*entered(), told, loaded, saw, elsewhere, {"type": "bellTold", "ids": ["b"]}))["bell"]
    assert all(each["seen"] for each in done["entries"]) and done["untold"] == []
    assert await model.calls("bell", "seenAnyway", {**away, "selected": "t"}) == ["c"]
    gone = {"type": "told:bell", "frame": {"data": {**rung("c", "t", second=3), "text": ""}}}
    assert [each["id"] for each in (await model.after(*entered(), told, loaded, gone))["bell"]["entries"]] == ["b", "a"]
    assert {"kind": "bell"} in await model.asked("wants", *entered())


@pytest.mark.gen_test
async def test_what_the_assistant_hears_is_told_only_to_who_wants_it(model: Model) -> None:
    with_ai = session("a", "ai", 2)
    events = [{"type": "sessionLoaded", "session": with_ai}, 5,
              heard("new_message", {**message(2), "sessionId": "a"}, session=session("a", "ai", 4, messageCount=2)), 9]
    assert (await model.page.evaluate(PLAY, [day(*events)]))["tones"] == []
    wants = own(notify={"quietAi": False})
    assert (await model.page.evaluate(PLAY, [day(wants, *events)]))["tones"] == [[5, "ding"]]


@pytest.mark.gen_test
async def test_the_card_counts_who_waits_too_long_where_she_does_not_look(model: Model) -> None:
    rows = [mine(name="s", waitingSince=HOLD), mine(name="t", waitingSince="2025-12-29T17:22:30.000+08:00")]
    known = [{"type": "sessionLoaded", "session": row} for row in rows]
    state = await model.after(*day(*known, 240))
    late = await model.calls("alarms", "overdue", state)
    assert (late["red"], late["amber"], late["oldest"]["sessionId"]) == (1, 1, "s")
    looks = await model.calls("alarms", "overdue", {**state, "selected": "s"})
    assert (looks["red"], looks["amber"], looks["oldest"]["sessionId"]) == (0, 1, "t")
    assert await model.calls("alarms", "overdue", await model.after(*entered(WANG))) is None


@pytest.mark.gen_test
@pytest.mark.parametrize("more, idle, may", [
    ({}, 600_000, True), ({}, 60_000, False), ({"drafts": {"s": "写到一半"}}, 600_000, False),
    ({"noteDrafts": {"s": "记一下"}}, 600_000, False), ({"outgoing": {"s": [{}]}}, 600_000, False),
    ({"command": {"open": True}}, 600_000, False), ({"version": {"loaded": "a", "now": "a"}}, 600_000, False),
])
async def test_a_newer_page_never_takes_anything_from_who_works(model: Model, more, idle, may) -> None:
    state = {**await model.after(*entered()), "version": {"loaded": "a", "now": "b"}, **more}
    assert await model.calls("version", "mayRefresh", state, idle) is may


@pytest.mark.gen_test
async def test_a_reminder_is_told_once_when_it_is_due(model: Model) -> None:
    state = await model.after(*day(own(notify={"desktop": True}), {"type": "sessionLoaded", "session": mine()}, 5))
    told = await model.page.evaluate("""async ([state]) => {
        const {FRESH, decide} = await import("/static/js/state/alarms.js");
        let memory = FRESH;
        return [false, true, true].map((due) => {
            const now = decide({...state, reminders: {s: {at: 0, due}}}, memory);
            memory = now.memory;
            return [now.tone, now.notices.map(({event, id}) => [event, id])];
        });
    }""", [state])
    assert told == [[None, []], ["ding", [["reminder", "s"]]], [None, []]]
