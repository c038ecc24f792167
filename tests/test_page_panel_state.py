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


@pytest.mark.gen_test
async def test_of_a_session_that_has_ended_her_card_says_whether_she_is_blocked(model: Model) -> None:
    told = session(status="closed", blocked=True)
    loaded = {"type": "personLoaded", "id": "s", "customer": {"customerId": "c"}}
    state = await model.after(*entered(), {"type": "sessionLoaded", "session": told})
    assert await model.calls("blocking", "isBlocked", state, told)
    state = await model.after(*entered(), {"type": "sessionLoaded", "session": told}, loaded)
    assert not await model.calls("blocking", "isBlocked", state, told)


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
async def test_the_log_is_asked_for_once_it_is_unfolded_and_again_when_more_was_done(model: Model) -> None:
    async def wanted(*events: dict[str, Any]) -> list[str]:
        return [want["kind"] for want in await model.asked("wants", *events) if want["kind"] == "log"]

    loaded = {"type": "logLoaded", "id": "s", "deeds": []}
    unfolded = [*opened(message(1)), {"type": "ownKept", "name": "panel", "value": {"log": True}}]
    [want] = [want for want in await model.asked("wants", *unfolded) if want["kind"] == "log"]
    loading = [*unfolded, {"type": "logLoading", "id": "s", "sign": want["sign"]}]
    assert await wanted(*opened(message(1))) == [] == await wanted(*loading, loaded)
    moved = heard("session_updated", session(status="ai", version=3))
    assert await wanted(*loading, loaded, moved) == ["log"]


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
