"""The rules of a session and of a delivery, as functions: no server, no disk, no clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as any_of

from ccs import lifecycle
from ccs.beside import PREVIEW
from ccs.desk import Desk
from ccs.errors import DeliveryDelayed, Forbidden, Refusal, TakenByAnother, WrongStatus
from ccs.incoming.inbound import CustomerSays, StaffSays
from ccs.models import (
    Agent,
    Briefing,
    Change,
    Customer,
    Delivery,
    EventType,
    Fate,
    Message,
    Outgoing,
    PlatformId,
    Role,
    Sender,
    Session,
    Status,
    Via,
)
from ccs.outgoing import fate
from ccs.outgoing.limits import Limits
from ccs.pipe import Pipe
from ccs.reception import Reception
from ccs.registry import Registry

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
HELLO = (Outgoing("您好"),)
SOON = NOW + timedelta(minutes=1)
CHEN = Customer("jd", "shop", "陈女士")

WANG, LI = Agent("wang", "小王"), Agent("li", "小李")
ZHAO, SUN = Agent("zhao", "老赵", Role.SUPERVISOR), Agent("sun", "老孙", Role.ADMIN)
AGENTS = {agent.id: agent for agent in (WANG, LI, ZHAO, SUN)}

Verb = Callable[[Session, Agent | None, datetime], Change]


def says(text: str = "在吗", customer: Customer = CHEN, number: int = 1) -> CustomerSays:
    return CustomerSays(customer, Via.GATEWAY, text, (PlatformId("jd", "shop", f"m{number}"),))


def staff_says(text: str = "已回复") -> StaffSays:
    return StaffSays(CHEN, text, (PlatformId("jd", "shop", "staff-1"),), staff_id="clerk")


def a_session(status: str, **more: Any) -> Session:
    """A session with a past: 陈女士 has written, and 小王 holds it if anybody does."""
    held = status in ("manual", "closed")
    return evolve(
        Session(
            "s", CHEN, Via.GATEWAY, Status(status), NOW, NOW, agent_id="wang" if held else None,
            seq=3, version=7, turn=5, waiting_since=NOW, unread=2, unhelped=1,
        ),
        **more,
    )


# The table of the rules: from, verb, who → what follows


VERBS: dict[str, Verb] = {
    "customer writes": lambda session, who, now: lifecycle.customer_writes(session, now, says(), True),
    "staff writes": lambda session, who, now: lifecycle.staff_writes(session, now, staff_says()),
    "answer": lambda session, who, now: lifecycle.answer(session, now, session.turn, HELLO, unhelped=1),
    "ask for human": lambda session, who, now: lifecycle.ask_for_human(session, now, "keyword"),
    "accept": lambda session, who, now: lifecycle.accept(session, now, who or WANG),
    "takeover": lambda session, who, now: lifecycle.takeover(session, now, who or WANG),
    "reply": lambda session, who, now: lifecycle.reply(session, now, Outgoing("有货"), None, who),
    "release": lambda session, who, now: lifecycle.release(session, now, who, True),
    "transfer to li": lambda session, who, now: lifecycle.transfer(session, now, who, LI),
    "transfer to wang": lambda session, who, now: lifecycle.transfer(session, now, who, WANG),
    "transfer to queue": lambda session, who, now: lifecycle.transfer(session, now, who, None),
    "close": lambda session, who, now: lifecycle.close(session, now, who, "agent"),
}

NOBODY = "-"                                    # the customer, staff elsewhere and the assistant: no agent asks
NAMED = "wang li zhao sun"                      # whoever takes a session has a name
ANYONE = f"{NAMED} open"                        # `open`: access is open, and the asker is taken for the holder
ENTITLED, OTHERS = "wang zhao sun open", "li"   # for what 小王 holds
WHO = {
    **dict.fromkeys(("customer writes", "staff writes", "answer", "ask for human"), NOBODY),
    **dict.fromkeys(("accept", "takeover"), NAMED),
}

NOTHING = "nothing"                             # the wish is already true
TABLE: list[tuple[str, str, str, Any]] = [      # what follows: "status holder event", NOTHING, or the refusal
    ("ai", "customer writes", NOBODY, "ai none new_message"),
    ("ai", "staff writes", NOBODY, "ai none new_message"),
    ("ai", "answer", NOBODY, "ai none new_message"),
    ("ai", "ask for human", NOBODY, "pending none new_pending_session"),
    ("ai", "accept", NAMED, WrongStatus),
    ("ai", "takeover", NAMED, "manual asker session_accepted"),
    ("ai", "reply", ANYONE, WrongStatus),
    ("ai", "release", ANYONE, WrongStatus),
    ("ai", "transfer to li", ANYONE, WrongStatus),
    ("ai", "transfer to wang", ANYONE, WrongStatus),
    ("ai", "transfer to queue", ANYONE, WrongStatus),
    ("ai", "close", ANYONE, "closed none session_closed"),

    ("pending", "customer writes", NOBODY, "pending none new_message"),
    ("pending", "staff writes", NOBODY, "pending none new_message"),
    ("pending", "answer", NOBODY, WrongStatus),
    ("pending", "ask for human", NOBODY, WrongStatus),
    ("pending", "accept", NAMED, "manual asker session_accepted"),
    ("pending", "takeover", NAMED, WrongStatus),
    ("pending", "reply", ANYONE, WrongStatus),
    ("pending", "release", ANYONE, WrongStatus),
    ("pending", "transfer to li", ANYONE, WrongStatus),
    ("pending", "transfer to wang", ANYONE, WrongStatus),
    ("pending", "transfer to queue", ANYONE, WrongStatus),
    ("pending", "close", ANYONE, "closed none session_closed"),

    ("manual", "customer writes", NOBODY, "manual wang new_message"),
    ("manual", "staff writes", NOBODY, "manual wang new_message"),
    ("manual", "answer", NOBODY, WrongStatus),
    ("manual", "ask for human", NOBODY, WrongStatus),
    ("manual", "accept", "wang", NOTHING),
    ("manual", "accept", "li zhao sun", TakenByAnother),
    ("manual", "takeover", "wang", NOTHING),
    ("manual", "takeover", "li", Forbidden),
    ("manual", "takeover", "zhao sun", "manual asker session_accepted"),
    ("manual", "reply", ENTITLED, "manual wang new_message"),
    ("manual", "reply", OTHERS, Forbidden),
    ("manual", "release", ENTITLED, "ai none session_updated"),
    ("manual", "release", OTHERS, Forbidden),
    ("manual", "transfer to li", ENTITLED, "manual li session_accepted"),
    ("manual", "transfer to li", OTHERS, Forbidden),
    ("manual", "transfer to wang", ENTITLED, NOTHING),
    ("manual", "transfer to wang", OTHERS, Forbidden),
    ("manual", "transfer to queue", ENTITLED, "pending none new_pending_session"),
    ("manual", "transfer to queue", OTHERS, Forbidden),
    ("manual", "close", ENTITLED, "closed wang session_closed"),
    ("manual", "close", OTHERS, Forbidden),

    ("closed", "answer", NOBODY, WrongStatus),
    ("closed", "ask for human", NOBODY, WrongStatus),
    ("closed", "accept", NAMED, WrongStatus),
    ("closed", "takeover", NAMED, WrongStatus),
    ("closed", "reply", ANYONE, WrongStatus),
    ("closed", "release", ANYONE, WrongStatus),
    ("closed", "transfer to li", ANYONE, WrongStatus),
    ("closed", "transfer to wang", ANYONE, WrongStatus),
    ("closed", "transfer to queue", ANYONE, WrongStatus),
    ("closed", "close", ANYONE, NOTHING),
]
ROWS = [(status, verb, who, follows) for status, verb, whom, follows in TABLE for who in whom.split()]
# A closed session has no writers: the desk finds no open one, and the two tests further down hold it to that.
UNASKED = {("closed", "customer writes", NOBODY), ("closed", "staff writes", NOBODY)}


def test_the_table_leaves_no_case_out_and_names_none_twice() -> None:
    cases = {(status.value, verb, who) for status in Status for verb in VERBS for who in WHO.get(verb, ANYONE).split()}
    named = [row[:3] for row in ROWS]
    assert set(named) == cases - UNASKED and len(named) == len(set(named))


@pytest.mark.parametrize("status, verb, who, follows", ROWS)
def test_every_verb_in_every_status_by_everyone(status: str, verb: str, who: str, follows: Any) -> None:
    session, asker = a_session(status), AGENTS.get(who)
    if isinstance(follows, type):
        with pytest.raises(Refusal) as refused:
            VERBS[verb](session, asker, SOON)
        assert type(refused.value) is follows
        assert refused.value.data and refused.value.data["status"] == status
        assert refused.value.data.get("manualCsId") == session.agent_id
        return
    change = VERBS[verb](session, asker, SOON)
    if follows == NOTHING:
        assert change.is_empty
        return
    after, event = change.session, change.events[0]
    assert after and after.id == session.id
    wanted_status, holder, wanted_event = follows.split()
    assert (after.status, event.type) == (wanted_status, wanted_event)
    assert after.agent_id == {"none": None, "asker": who}.get(holder, holder)
    assert event.session == after and event.message == (change.messages[0] if change.messages else None)
    assert len(change.events) == 1


@pytest.mark.parametrize("status, verb, who", [row[:3] for row in ROWS if isinstance(row[3], str) and " " in row[3]])
def test_version_rises_with_every_change_and_turn_only_with_status_holder_or_what_is_heard(
    status: str, verb: str, who: str
) -> None:
    before = a_session(status)
    after = VERBS[verb](before, AGENTS.get(who), SOON).session
    assert after and after.version == before.version + 1
    heard = verb in ("customer writes", "staff writes")
    moved = (after.status, after.agent_id) != (before.status, before.agent_id)
    assert after.turn == before.turn + (heard or moved)


# Beginning and ending


@pytest.mark.parametrize("assistant_on, status, event, reason", [
    (True, Status.AI, EventType.NEW_MESSAGE, None),
    (False, Status.PENDING, EventType.NEW_PENDING_SESSION, "assistant_off"),
])
def test_a_first_message_opens_a_session(
    assistant_on: bool, status: Status, event: EventType, reason: str | None
) -> None:
    change = lifecycle.customer_writes(None, NOW, says("在吗？"), assistant_on)
    session, (message,) = change.session, change.messages
    assert session and (session.status, session.pending_reason, session.agent_id) == (status, reason, None)
    assert (session.customer, session.via, session.unread, session.waiting_since) == (CHEN, Via.GATEWAY, 1, NOW)
    assert (message.session_id, message.seq, message.sender, message.content) == (session.id, 1, "customer", "在吗？")
    assert [told.type for told in change.events] == [event] and change.ids == says().ids
    assert message.delivery is None


def nowhere(channel: str) -> bool:
    """No assistant."""
    return False


def verbs_over_a_slow_disk() -> tuple[Desk, Reception, Registry]:
    """Verbs on memory alone: nothing they change is ever on disk."""

    class Disk:
        append = staticmethod(lambda ticket: None)
        session = staticmethod(lambda session_id: None)
        next_taken = staticmethod(lambda wanted: None)

    registry = Registry(Disk(), Disk())
    pipe = Pipe(registry, lambda events, first_id: None, lambda: NOW)
    return Desk(pipe, assistant_on=nowhere), Reception(pipe, assistant_on=nowhere), registry


def test_a_customer_who_writes_after_the_close_opens_a_new_session_though_the_close_is_not_on_disk() -> None:
    desk, reception, registry = verbs_over_a_slow_disk()
    first = reception.customer_writes(says(number=1)).change.session
    assert first
    desk.close(first.id, None)
    second = reception.customer_writes(says(number=2)).change.session
    assert second and second.id != first.id and second.seq == 1
    assert registry.open_session(CHEN) == second and not registry.get(first.id).is_open


def test_what_staff_write_after_the_close_is_kept_as_a_notice_and_opens_nothing() -> None:
    desk, reception, registry = verbs_over_a_slow_disk()
    session = reception.customer_writes(says()).change.session
    assert session
    desk.close(session.id, None)
    change = reception.staff_writes(staff_says()).change
    assert [notice.kind for notice in change.notices] == ["staff_message"]
    assert change.ids == staff_says().ids and change.session is None and change.messages == ()
    assert registry.open_session(CHEN) is None


def test_a_closed_session_keeps_its_holder_and_says_why_it_was_closed() -> None:
    closed = lifecycle.close(a_session("manual"), SOON, WANG, "idle").session
    assert closed and (closed.agent_id, closed.close_reason, closed.waiting_since) == ("wang", "idle", None)


@pytest.mark.parametrize("reason", ["keyword", "low_confidence", "assistant_error", "failed_answers"])
def test_a_session_that_waits_says_why_until_it_goes_back_to_the_assistant(reason: str) -> None:
    waits = lifecycle.ask_for_human(a_session("ai", waiting_since=None), SOON, reason).session
    assert waits and (waits.pending_reason, waits.waiting_since) == (reason, SOON)
    held = lifecycle.accept(waits, SOON, WANG).session
    assert held
    queued = lifecycle.transfer(held, SOON, WANG, None).session
    released = lifecycle.release(held, SOON, WANG, True).session
    assert queued and released and (queued.pending_reason, released.pending_reason) == ("transferred", None)


# One voice


def test_the_loser_of_an_accept_is_told_who_won() -> None:
    won = lifecycle.accept(a_session("pending"), SOON, WANG).session
    assert won
    with pytest.raises(TakenByAnother) as refused:
        lifecycle.accept(won, SOON, LI)
    assert refused.value.code == 4002 and "wang" in str(refused.value)
    assert refused.value.data == {"sessionId": "s", "status": "manual", "manualCsId": "wang"}


@pytest.mark.parametrize("verbs", [
    ("customer writes",), ("staff writes",), ("ask for human",), ("takeover",), ("close",), ("takeover", "release"),
], ids=" then ".join)
def test_the_assistant_does_not_speak_once_something_happened_while_it_thought(verbs: tuple[str, ...]) -> None:
    thought_about = session = a_session("ai")
    for verb in verbs:
        session = VERBS[verb](session, WANG, SOON).session or session
    with pytest.raises(WrongStatus):
        lifecycle.answer(session, SOON, thought_about.turn, HELLO, unhelped=0)


DELIVERIES = [      # who said it, how far it got, whether it may have left; whether an accept withdraws it
    (Sender.AI, Fate.PENDING, False, True),
    (Sender.AI, Fate.PENDING, True, False),
    (Sender.AI, Fate.SENDING, False, False),
    (Sender.AI, Fate.SENT, False, False),
    (Sender.AI, Fate.UNCERTAIN, True, False),
    (Sender.MANUAL, Fate.PENDING, False, False),
    (Sender.AI, Fate.PENDING, False, True),
]


@pytest.mark.parametrize("status, verb", [("pending", lifecycle.accept), ("ai", lifecycle.takeover)])
def test_who_takes_a_session_withdraws_what_the_assistant_has_not_begun_to_send_and_only_that(
    status: str, verb: Callable[..., Change]
) -> None:
    unsent = [a_delivery(state, lost=lost, sender=sender, seq=seq)
              for seq, (sender, state, lost, _) in enumerate(DELIVERIES, 1)]
    wanted = [message.seq for message, row in zip(unsent, DELIVERIES, strict=True) if row[3]]
    change = verb(a_session(status), SOON, WANG, unsent)
    assert [message.seq for message in change.deliveries] == wanted
    assert all(message.delivery and message.delivery.state is Fate.FAILED and message.delivery.reason
               for message in change.deliveries)
    assert [event.type for event in change.events] == [EventType.SESSION_ACCEPTED, *["message_updated"] * len(wanted)]
    assert tuple(event.message for event in change.events[1:]) == change.deliveries


@pytest.mark.parametrize("status, who", [
    ("ai", "wang li zhao sun"), ("pending", "wang li zhao sun"), ("manual", "wang zhao sun"), ("closed", ""),
])
def test_anyone_may_look_until_someone_holds_it_then_the_holder_and_supervisors(status: str, who: str) -> None:
    looking = [agent.id for agent in AGENTS.values() if lifecycle.may_open(a_session(status), agent)]
    assert looking == who.split()


# What a message does


def test_a_reply_is_a_promise_to_the_platform_and_settles_what_waited() -> None:
    change = lifecycle.reply(a_session("manual"), SOON, Outgoing("有货，今天发。"), "page-1", ZHAO)
    session, (message,) = change.session, change.messages
    assert session and (session.unread, session.waiting_since, session.agent_id) == (0, None, "wang")
    assert (message.sender, message.sender_id, message.client_id) == ("manual", "zhao", "page-1")
    assert message.delivery and message.delivery.state is Fate.PENDING and message.delivery.due_at == SOON


def test_what_staff_said_on_the_platform_is_a_persons_message_and_nothing_is_sent() -> None:
    (message,) = lifecycle.staff_writes(a_session("manual"), SOON, staff_says()).messages
    assert (message.sender, message.sender_id, message.delivery) == ("manual", "clerk", None)


def test_a_customers_wait_counts_from_her_oldest_unanswered_message() -> None:
    again = lifecycle.customer_writes(a_session("pending"), SOON, says("还在吗"), True).session
    assert again and (again.waiting_since, again.unread, again.last_text) == (NOW, 3, "还在吗")
    calm = lifecycle.customer_writes(a_session("manual", waiting_since=None), SOON, says(), True).session
    assert calm and calm.waiting_since == SOON


def test_what_is_known_of_a_customer_is_kept_until_the_platform_says_more() -> None:
    known = a_session("manual", customer=evolve(CHEN, name="陈女士", avatar="a.png"))
    for told, name, avatar in (
        ({}, "陈女士", "a.png"), ({"name": "陈"}, "陈", "a.png"), ({"avatar": "b.png"}, "陈女士", "b.png"),
    ):
        after = lifecycle.customer_writes(known, SOON, says(customer=evolve(CHEN, **told)), True).session
        assert after and (after.customer.name, after.customer.avatar) == (name, avatar)


def test_a_list_row_carries_only_the_beginning_of_a_long_message() -> None:
    change = lifecycle.customer_writes(a_session("manual"), SOON, says("长" * 1000), True)
    assert change.session and change.session.last_text == "长" * PREVIEW
    assert change.messages[0].content == "长" * 1000


@pytest.mark.parametrize("status, who, seq, unread", [
    ("manual", "wang", 3, 0), ("manual", "wang", 2, 1), ("manual", "wang", 99, 0),
    ("manual", "wang", 1, None), ("manual", "wang", -5, None),
    ("manual", "li", 3, None), ("manual", "zhao", 3, None), ("ai", "wang", 3, None), ("closed", "wang", 3, None),
])
def test_only_the_holder_reads_and_reading_never_adds(status: str, who: str, seq: int, unread: int | None) -> None:
    before = a_session(status)
    change = lifecycle.read(before, SOON, who, seq)
    if unread is None:
        assert change.is_empty
    else:
        assert change.session == evolve(before, unread=unread, version=before.version + 1)
        assert [event.type for event in change.events] == ["session_updated"]


STEPS = any_of.tuples(any_of.sampled_from(sorted(VERBS)), any_of.sampled_from(sorted(AGENTS)), any_of.integers(-90, 90))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(any_of.lists(STEPS, min_size=5, max_size=40))
def test_seq_has_no_gaps_and_time_never_goes_back_though_the_clock_does(steps: list[tuple[str, str, int]]) -> None:
    opening = lifecycle.customer_writes(None, NOW, says(), True)
    session, said = opening.session, list(opening.messages)
    assert session
    for verb, who, minutes in steps:
        if not session.is_open:
            break
        before = session
        try:
            change = VERBS[verb](before, AGENTS[who], NOW + timedelta(minutes=minutes))
        except Refusal:
            continue
        session = change.session or before
        said += change.messages
        assert session.version == before.version + (not change.is_empty)
        assert session.turn in (before.turn, before.turn + 1) and session.updated_at >= before.updated_at
    assert [message.seq for message in said] == list(range(1, session.seq + 1))
    times = [message.created_at for message in said]
    assert times == sorted(times) and session.last_message_at == times[-1]


# What becomes of a delivery


class Highest(Random):
    """Chance at its worst: the longest pause there can be."""

    def uniform(self, a: float, b: float) -> float:
        return b


def a_delivery(
    state: Fate = Fate.SENDING, *, attempts: int = 1, lost: bool = False, sender: Sender = Sender.MANUAL, seq: int = 1
) -> Message:
    delivery = Delivery(f"d{seq}", state, created_at=NOW, due_at=NOW, attempts=attempts, lost=lost)
    return Message(f"m{seq}", "s", seq, sender, "wang", "有货", NOW, delivery=delivery)


def delivery_of(message: Message) -> Delivery:
    assert message.delivery
    return message.delivery


def test_the_request_id_of_a_message_is_never_that_of_one_of_its_parts() -> None:
    promised = [fate.promise(NOW) for _ in range(500)]
    assert {delivery.part_of(delivery.id) for delivery in promised} == {None}


@pytest.mark.parametrize("attempts, longest", [(1, 1), (2, 2), (3, 4), (8, 128), (9, 256), (10, 300), (100_000, 300)])
def test_pauses_double_up_to_five_minutes_and_differ_by_chance(attempts: int, longest: int) -> None:
    chance, delay = Random(1), DeliveryDelayed("暂时连接不上")
    moved = [delivery_of(fate.delayed(a_delivery(attempts=attempts), delay, SOON, chance)) for _ in range(100)]
    pauses = [(delivery.due_at - SOON).total_seconds() for delivery in moved]
    assert longest / 2 <= min(pauses) < max(pauses) <= longest
    assert {(delivery.state, delivery.reason) for delivery in moved} == {(Fate.PENDING, f"暂时连接不上{fate.TRIES_AGAIN}")}


def test_a_platform_that_says_when_to_come_again_is_obeyed() -> None:
    delay = DeliveryDelayed("发送太频繁", retry_after=42)
    assert delivery_of(fate.delayed(a_delivery(), delay, SOON, Random())).due_at == SOON + timedelta(seconds=42)


@pytest.mark.parametrize("lost_before, lost_now, state", [
    (False, False, Fate.FAILED), (True, False, Fate.UNCERTAIN), (False, True, Fate.UNCERTAIN),
])
def test_after_a_day_a_delivery_has_failed_or_nobody_knows(lost_before: bool, lost_now: bool, state: Fate) -> None:
    message, delay = a_delivery(lost=lost_before), DeliveryDelayed("对方服务器暂时不可用", lost=lost_now)
    delivery = delivery_of(fate.delayed(message, delay, NOW + timedelta(hours=24), Random()))
    assert delivery.state is state and delivery.reason
    assert ("可能已送达" if state is Fate.UNCERTAIN else "对方服务器暂时不可用") in delivery.reason
    assert "自动重试" not in delivery.reason


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("age, retry_after", [
    (timedelta(hours=23, minutes=59), None), (timedelta(), 48 * 3600.0), (timedelta(), 1e15),
])
def test_no_attempt_is_planned_for_when_the_platform_has_forgotten_our_request_id(
    age: timedelta, retry_after: float | None, lost: bool
) -> None:
    """A gateway knows a request id for 24 hours; asking again after that might say it twice."""
    delay = DeliveryDelayed("暂时连接不上", retry_after=retry_after, lost=lost)
    delivery = delivery_of(fate.delayed(a_delivery(attempts=20), delay, NOW + age, Highest()))
    assert not delivery.state.is_open or delivery.due_at <= NOW + fate.GIVE_UP_AFTER


def test_a_lost_answer_is_remembered_until_the_platform_has_spoken() -> None:
    lost = fate.delayed(a_delivery(), DeliveryDelayed("没有收到答复", lost=True), SOON, Random())
    later = fate.delayed(fate.sending(lost), DeliveryDelayed("连接不上"), SOON, Random())
    assert delivery_of(later).lost and delivery_of(later).attempts == 2
    sent = delivery_of(fate.sent(fate.sending(later), "platform-1"))
    assert (sent.state, sent.lost, sent.reason, sent.platform_id) == (Fate.SENT, False, None, "platform-1")


@pytest.mark.parametrize("state", Fate)
def test_only_what_failed_or_may_have_arrived_is_sent_again_and_under_a_new_request_id(state: Fate) -> None:
    message = a_delivery(state, attempts=9, lost=True)
    assert fate.may_retry(delivery_of(message)) is (state in (Fate.FAILED, Fate.UNCERTAIN))
    again = delivery_of(fate.again(message, SOON))
    assert again.id != "d1" and (again.state, again.attempts, again.lost) == (Fate.PENDING, 0, False)
    assert again.created_at == again.due_at == SOON


# What the assistant does


KF = Limits(window=timedelta(hours=48), replies=5)


def test_an_answer_is_a_message_and_what_belongs_to_it_in_one_change() -> None:
    picture = Outgoing("[图片]", "image")
    change = lifecycle.answer(a_session("ai"), SOON, 5, (*HELLO, picture), unhelped=0)
    assert [(message.seq, message.type) for message in change.messages] == [(4, "text"), (5, "image")]
    assert all(message.delivery for message in change.messages)
    assert [(event.type, event.message) for event in change.events] == [
        (EventType.NEW_MESSAGE, message) for message in change.messages
    ]


def test_of_what_belongs_to_an_answer_as_much_is_said_as_the_platform_takes() -> None:
    session = a_session("ai", replies_left=2)
    change = lifecycle.answer(session, SOON, 5, (*HELLO, *HELLO, *HELLO), unhelped=0, allowed=KF)
    assert change.session and (len(change.messages), change.session.replies_left) == (2, 0)


def test_who_is_handed_over_is_told_so_and_waits_on() -> None:
    session = a_session("ai", waiting_since=NOW, replies_left=5)
    briefing = Briefing("angry", SOON, mood="angry")
    change = lifecycle.ask_for_human(session, SOON, "angry", "请稍等", briefing, KF)
    after, (message,) = change.session, change.messages
    assert after and (after.status, after.waiting_since, after.replies_left) == (Status.PENDING, NOW, 4)
    assert (message.content, message.is_holding) == ("请稍等", True) and message.delivery
    assert [event.type for event in change.events] == [EventType.NEW_MESSAGE, EventType.NEW_PENDING_SESSION]
    assert change.briefings == {"s": briefing} and change.events[-1].briefing == briefing


@pytest.mark.parametrize("allows", [
    {"replies_left": 1}, {"replies_left": 0}, {"reply_until": NOW}, {"platform_owner": "li.na"},
])
def test_words_that_do_not_reach_her_or_cost_the_agents_reply_are_not_said(allows: dict[str, Any]) -> None:
    change = lifecycle.ask_for_human(a_session("ai", **allows), SOON, "angry", "请稍等", None, KF)
    assert change.session and change.session.status is Status.PENDING and change.messages == ()


def test_an_answer_that_cannot_be_heard_is_told_to_the_agent() -> None:
    briefing = Briefing("cannot_reply", SOON, draft="您好")
    change = lifecycle.answer(a_session("ai", replies_left=0), SOON, 5, HELLO, True, KF, briefing)
    assert change.session and change.session.pending_reason == "cannot_reply" and change.messages == ()
    assert change.briefings == {"s": briefing}


def test_what_a_person_concludes_answers_what_was_asked_so_far() -> None:
    asked = a_session("manual", waiting_since=NOW)
    concluded = lifecycle.release(asked, SOON, WANG, True, "已补发").session
    without = lifecycle.release(asked, SOON, WANG, True).session
    assert concluded and (concluded.conclusion, concluded.waiting_since) == ("已补发", None)
    assert without and (without.conclusion, without.waiting_since) == (None, NOW)


def test_a_hand_back_begins_the_assistants_count_anew() -> None:
    handed_back = lifecycle.release(a_session("manual"), SOON, WANG, True).session
    assert handed_back and handed_back.unhelped == 0
