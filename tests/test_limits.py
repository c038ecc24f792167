"""What a platform allows is known before anything is sent: how long, how often, and how much at a time."""

from datetime import datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ccs import lifecycle
from ccs.errors import HeldAtPlatform, QuotaUsedUp, SessionShut, WindowClosed
from ccs.models import Outgoing, Session, Status
from ccs.outgoing import fate
from ccs.outgoing.limits import Limits, given_back, split
from tests.test_lifecycle import NOW, SOON, WANG, says

KF = Limits(timedelta(hours=48), 5, 2048)


def held() -> Session:
    """陈女士 has written by a platform with limits, and 小王 holds her session."""
    waits = lifecycle.customer_writes(None, NOW, says(), False, KF).session
    assert waits
    session = lifecycle.accept(waits, NOW, WANG).session
    assert session
    return session


def replies(session: Session, text: str, now: datetime = SOON) -> Session:
    session = lifecycle.reply(session, now, Outgoing(text), None, WANG, KF).session or session
    return session


def test_each_message_of_hers_renews_what_is_allowed() -> None:
    session = replies(held(), "有货")
    assert (session.reply_until, session.replies_left) == (NOW + KF.window, 4)
    session = lifecycle.customer_writes(session, SOON, says(number=2), False, KF).session or session
    assert (session.reply_until, session.replies_left) == (SOON + KF.window, 5)


def test_the_platforms_clock_counts_unless_it_runs_ahead() -> None:
    for heard, until in ((NOW - timedelta(hours=2), NOW + timedelta(hours=46)), (SOON, NOW + timedelta(hours=48))):
        session = lifecycle.customer_writes(None, NOW, evolve(says(), platform_time=heard), False, KF).session
        assert session and session.reply_until == until


def test_what_would_not_arrive_is_refused_before_it_is_said() -> None:
    session = held()
    with pytest.raises(WindowClosed):
        replies(session, "有货", NOW + timedelta(hours=48))
    with pytest.raises(QuotaUsedUp) as refusal:
        replies(evolve(session, replies_left=2), "长" * 1500)
    assert refusal.value.data == {"replyQuotaLeft": 2}
    with pytest.raises(HeldAtPlatform) as owned:
        replies(evolve(session, platform_owner="li.na"), "有货")
    assert owned.value.data == {"platformOwner": "li.na"}


def test_the_assistant_hands_over_what_it_could_not_say() -> None:
    session = evolve(held(), status=Status.AI, agent_id=None, replies_left=0)
    change = lifecycle.answer(session, SOON, session.turn, (Outgoing("您好"),), False, KF)
    assert change.session and not change.messages
    assert (change.session.status, change.session.pending_reason) == (Status.PENDING, "cannot_reply")


def test_when_the_platform_ends_the_conversation_nothing_more_is_taken_until_she_writes() -> None:
    session = held()
    ended = lifecycle.owner_changes(session, SOON, None, ended=True).session
    assert ended
    with pytest.raises(WindowClosed):
        replies(ended, "有货")
    again = lifecycle.customer_writes(ended, SOON, says(number=2), False, KF).session
    assert again and replies(again, "有货").replies_left == 4


def test_who_served_her_at_the_platform_does_so_no_longer_once_the_window_has_closed() -> None:
    """The platform ends what nobody goes on with, and says nothing of it."""
    session = evolve(held(), platform_owner="li.na")
    for heard, owner in ((NOW + timedelta(hours=47), "li.na"), (NOW + timedelta(hours=48), None)):
        later = lifecycle.customer_writes(session, heard, says(number=2), True, KF).session
        assert later and later.platform_owner == owner


def test_what_did_not_leave_is_given_back_but_never_more_than_there_was() -> None:
    session = evolve(held(), replies_left=3)
    assert given_back(session, 1, KF) == {"replies_left": 4}
    assert given_back(session, 4, KF) == {"replies_left": 5}


@given(st.text(), st.integers(4, 40))
def test_a_text_in_pieces_is_the_same_text(text: str, most: int) -> None:
    pieces = split(text, most)
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= most for piece in pieces)


def test_a_piece_ends_with_a_line_where_it_can() -> None:
    assert split("一二三四\n五六七八", 20) == ["一二三四\n", "五六七八"]


def test_a_customer_whom_the_assistants_answer_did_not_reach_waits_for_a_person() -> None:
    heard = lifecycle.customer_writes(None, NOW, says(), True, KF).session
    assert heard
    said = lifecycle.answer(heard, NOW, heard.turn, (Outgoing("您好"),), False, KF)
    assert said.session and said.session.status is Status.AI and said.session.waiting_since is None
    shut = SessionShut("在接待池", owner="企业微信接待池")
    failed = fate.failed(fate.sending(said.messages[0]), str(shut))
    change = lifecycle.not_delivered(said.session, SOON, failed, KF, shut, said.session)
    waits = change.session
    assert waits and (waits.status, waits.pending_reason) == (Status.PENDING, "cannot_reply")
    assert (waits.platform_owner, waits.waiting_since, waits.replies_left) == (shut.owner, NOW, 5)
    assert change.deliveries == (failed,)
    back = lifecycle.owner_changes(waits, SOON, None, False).session
    assert back and back.status is Status.PENDING and back.waiting_since
