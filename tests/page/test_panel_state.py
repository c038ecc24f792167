"""What the panel makes of what it is told: blocked customers call nobody, numbers stay hidden, deeds tell the waits."""

from typing import Any

import pytest

from tests.model import Model, entered, heard, message, opened, session


def blocked(version: int, **more: Any) -> dict[str, Any]:
    return heard("session_updated", session("t", version=version, blocked=True, **more))


@pytest.mark.gen_test
async def test_a_blocked_customer_is_counted_nowhere_and_comes_back_with_a_call(model: Model) -> None:
    waiting = heard("new_pending_session", session("t", waitingSince="2025-12-29T17:20:00.000+08:00"))
    veil = [*entered(), waiting, blocked(2), blocked(3, messageCount=2)]
    quiet = await model.after(*veil)
    assert quiet["counts"]["pending"] == 0 and len(quiet["news"]) == 1
    assert await model.asked("nextWaiting", *veil) is None
    assert await model.calls("urgency", "deadline", quiet["sessions"]["t"], None) > 1e300, "no clock of hers runs"
    back = await model.after(*veil, heard("new_pending_session", session("t", version=4)))
    assert back["counts"]["pending"] == 1 and [piece["kind"] for piece in back["news"]] == ["waiting", "waiting"]
    fresh = await model.after(*entered(), heard("new_message", {**message(1), "sessionId": "t"},
                                                session=session("t", blocked=True)))
    assert fresh["counts"]["pending"] == 0 and fresh["news"] == []


OLD = session("old", status="closed", version=5, customerId="c")


@pytest.mark.gen_test
async def test_what_is_told_of_a_customer_holds_for_her_sessions_that_have_ended(model: Model) -> None:
    shown = [*entered(), {"type": "sessionLoaded", "session": OLD},
             {"type": "sessionLoaded", "session": session("another", status="closed", customerId="d")}]
    now = session("s", version=2, customerId="c", blocked=True, customerRemark="陈姐", customerChangedAt="later")
    told = [*shown, heard("session_updated", now)]
    sessions = (await model.after(*told))["sessions"]
    assert (sessions["old"]["blocked"], sessions["old"]["customerRemark"]) == (True, "陈姐")
    assert not sessions["another"]["blocked"]
    again = (await model.after(*told, {"type": "sessionLoaded", "session": OLD}))["sessions"]["old"]
    assert not again["blocked"] and not again["customerRemark"], "what is loaded later says how it is by then"
    card = {"type": "personLoaded", "id": "old", "customer": {"customerId": "c", "blocked": {"at": "now"}}}
    assert (await model.after(*shown, card))["sessions"]["old"]["blocked"]


@pytest.mark.gen_test
async def test_her_card_is_asked_for_again_once_a_colleague_has_changed_it(model: Model) -> None:
    def told(at: str) -> dict[str, Any]:
        now = session("s", version=9, status="manual", manualCsId="wang", customerChangedAt=at)
        return heard("session_updated", now)

    card = {"type": "personLoaded", "id": "s", "customer": {"customerId": "c", "changedAt": "one"}}
    mine = {"type": "personSaving", "id": "s", "change": {"attributes": [{"name": "尺码", "value": "L"}]}}
    for events, phase in (([told("one")], "ready"), ([told("two")], "wanted"), ([mine, told("two")], "ready")):
        assert (await model.after(*opened(message(1)), card, *events))["people"]["s"]["phase"] == phase


@pytest.mark.gen_test
async def test_who_looks_at_a_session_are_others_than_herself_and_its_holder(model: Model) -> None:
    def seen(**how: Any) -> list[dict[str, Any]]:
        looks = {"type": "viewing", "sessionId": "s", "data": {"csIds": ["li", "wang", "zhao"]}}
        return [*entered(), {"type": "sessionLoaded", "session": session(**how)},
                {"type": "told:viewing", "frame": looks}]

    for how, others in (
        ({"status": "manual", "manualCsId": "li"}, ["zhao"]),
        ({"status": "manual", "manualCsId": "wang"}, ["li", "zhao"]),
        ({"status": "pending"}, ["li", "zhao"]), ({"status": "closed", "manualCsId": "li"}, ["li", "zhao"]),
    ):
        assert await model.calls("people", "othersViewing", await model.after(*seen(**how)), "s") == others


@pytest.mark.gen_test
async def test_attributes_show_what_is_on_its_way_until_it_is_kept_and_offer_the_usual_names(model: Model) -> None:
    def kept(**known: str) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in known.items()]

    card = {"type": "personLoaded", "id": "s", "customer": {"customerId": "c", "attributes": kept(尺码="L", 城市="杭州")}}
    written = await model.calls("attributes", "withChanges", kept(尺码="M"), kept(尺码="XL", 城市="", 生日="3 月"))
    change = {"type": "personSaving", "id": "s", "change": {"attributes": written}}
    saving = [*opened(message(1)), card, change]
    state = await model.after(*saving)
    assert await model.calls("attributes", "attributesOf", state, "s") == kept(尺码="XL", 生日="3 月")
    assert await model.calls("attributes", "pendingOf", state, "s") == kept(尺码="XL", 城市="", 生日="3 月")
    names = {"attributes": ["尺码", "收货城市", "City"]}
    assert await model.calls("attributes", "namesToOffer", names, kept(尺码="XL"), "") == ["收货城市", "City"]
    assert await model.calls("attributes", "namesToOffer", names, [], "ci") == ["City"]
    many = kept(**{str(number): "x" for number in range(20)})
    assert await model.calls("attributes", "faultOfAttribute", "新的", many) == "attributesMany"
    assert await model.calls("attributes", "faultOfAttribute", " 7 ", many) is None


@pytest.mark.gen_test
async def test_a_number_is_hidden_again_once_she_opens_another_session(model: Model) -> None:
    phone = {"id": "m1-0", "masked": "138****8000"}
    card = {"type": "personLoaded", "id": "s", "customer": {"customerId": "c", "phones": [phone]}}
    shown = [*opened(message(1)), card, {"type": "revealed", "phone": "m1-0", "number": "13800138000"}]
    state = await model.after(*shown)
    assert (await model.calls("phones", "phonesOf", state, state["sessions"]["s"])) == [
        {**phone, "phase": "shown", "number": "13800138000"}]
    state = await model.after(*shown, {"type": "selected", "id": "other"}, {"type": "selected", "id": "s"})
    assert (await model.calls("phones", "phonesOf", state, state["sessions"]["s"])) == [{**phone, "phase": "masked"}]


@pytest.mark.gen_test
@pytest.mark.parametrize("text, phase", [("改成 138 0013 8000", "wanted"), ("一三八零零一三八零零零", "wanted"), ("3 件", "ready")])
async def test_she_is_asked_for_again_once_there_may_be_another_number(model: Model, text: str, phase: str) -> None:
    card = {"type": "personLoaded", "id": "s", "customer": {"customerId": "c"}}
    told = heard("new_message", message(2, text), session=session(status="manual", version=2, manualCsId="wang"))
    person = (await model.after(*opened(message(1)), card, told))["people"]["s"]
    assert person["phase"] == phase and person["customer"] == {"customerId": "c"}, "what is known stays meanwhile"


@pytest.mark.gen_test
async def test_the_log_is_asked_for_once_the_words_are_here_and_where_it_is_unfolded_when_more_was_done(
    model: Model,
) -> None:
    async def wanted(*events: dict[str, Any]) -> list[str]:
        return [want["kind"] for want in await model.asked("wants", *events) if want["kind"] == "log"]

    loaded = {"type": "logLoaded", "id": "s", "deeds": []}
    waiting = [*opened(message(1))[:-1]]
    unfolded = [*opened(message(1)), {"type": "ownKept", "name": "panel", "value": {"log": True}}]
    [want] = [want for want in await model.asked("wants", *unfolded) if want["kind"] == "log"]
    loading = [*unfolded, {"type": "logLoading", "id": "s", "sign": want["sign"]}]
    assert await wanted(*waiting) == [] == await wanted(*loading, loaded)
    moved = heard("session_updated", session(status="ai", version=3))
    assert await wanted(*loading, loaded, moved) == ["log"]
    folded = [*opened(message(1)), *loading[-1:], loaded]
    assert await wanted(*opened(message(1))) == ["log"] and await wanted(*folded, moved) == [], "of that events tell"
    sure = {"type": "sessionLoaded", "session": session(version=4)}
    assert await wanted(*folded, {"type": "resync"}, sure) == ["log"]


@pytest.mark.gen_test
async def test_the_log_tells_how_long_she_waited_for_each_who_took_her(model: Model) -> None:
    def deed(kind: str, minute: int, **more: str) -> dict[str, Any]:
        return {"kind": kind, "at": f"2025-12-29T17:{minute:02}:00.000+08:00", **more}

    told = await model.calls("deeds", "withWaits", [
        deed("opened", 0), deed("asked", 1, about="keyword"), deed("revealed", 2), deed("accepted", 4, csId="wang"),
        deed("transferred", 5, csId="wang", about="li"), deed("transferred", 6, csId="li"),
        deed("closed", 16, csId="li"),
    ])
    assert [each["waited"] and each["waited"] / 60_000 for each in told] == [None, None, None, 3, None, None, 10]
