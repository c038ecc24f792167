"""Whom a colleague's note names may look at the session and answer by a note, as long as the note stands; no more."""

import json
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlite_utils import Migrations

from ccs import lifecycle
from ccs.customers.attributes import Attributes
from ccs.errors import CCSError, Forbidden
from ccs.kept import Card, Note, Thumb
from ccs.models import EPOCH, Agent, Message, Outgoing, Sender, Session
from ccs.settings import AgentSettings, Config
from store import database, migrations, sessions
from tests.assistant.test_feedback import by, with_logins
from tests.conftest import AgentAtWork, Stage
from tests.test_lifecycle import AGENTS, CHEN, LI, NOW, WANG, ZHAO, a_session
from tests.test_resume import comes_back, replayed
from tests.test_sessions import held, refused, verb, waits

SECRET = "我的地址是长安街"
CARD = Card(*CHEN.key, "", "", "", EPOCH)
SAID = Message("m", "s", 1, Sender.AI, "", "有货", NOW)
NO_ATTRIBUTES: Attributes = ()


def notes(session: Session, *mentions: str, agent: Agent | None = WANG) -> tuple[Session, Note]:
    """A note that names these, and the session with it."""
    change = lifecycle.write_note(session, NOW, "看一下", mentions, None, agent)
    assert change.session
    return change.session, change.notes[0]


def after(change: Any) -> Session:
    assert change.session
    return change.session


# The rules


RIGHTS = {
    "reads": lambda session: lifecycle.must_read(session, LI),
    "looks": lambda session: lifecycle.may_open(session, LI) or forbid(),
    "notes": lambda session: notes(session, agent=LI),
    "tags": lambda session: lifecycle.tag(session, NOW, ["退款"], [], LI),
    "judges": lambda session: lifecycle.judge(session, NOW, SAID, Thumb.GOOD, "", LI),
    "describes": lambda session: lifecycle.describe(session, CARD, CARD, NO_ATTRIBUTES, session, LI),
    "replies": lambda session: lifecycle.reply(session, NOW, Outgoing("有"), None, LI),
    "accepts": lambda session: lifecycle.accept(session, NOW, LI),
    "takes over": lambda session: lifecycle.takeover(session, NOW, LI, ()),
    "closes": lambda session: lifecycle.close(session, NOW, LI, "agent"),
    "transfers": lambda session: lifecycle.transfer(session, NOW, LI, LI),
    "releases": lambda session: lifecycle.release(session, NOW, LI, True),
    "marks unread": lambda session: lifecycle.mark_unread(session, NOW, LI),
    "drafts": lambda session: lifecycle.must_help(session, LI),
    "blocks": lambda session: lifecycle.block(session, NOW, CARD, "", session, LI),
}
READS = {"reads", "looks", "notes", "tags", "judges", "describes"}


def forbid() -> None:
    raise Forbidden("")


def rights(session: Session) -> set[str]:
    allowed = set()
    for name, act in RIGHTS.items():
        try:
            act(session)
            allowed.add(name)
        except CCSError:
            pass
    return allowed


def test_who_is_asked_reads_notes_and_tags_and_does_nothing_that_is_the_holders() -> None:
    session = a_session("manual")
    assert rights(session) == set()
    assert rights(notes(session, "li")[0]) == READS
    assert rights(notes(session, "sun")[0]) == set()


@pytest.mark.parametrize("status", ["ai", "pending", "closed"])
def test_who_is_asked_may_elsewhere_do_what_everyone_may(status: str) -> None:
    assert rights(notes(a_session(status), "li")[0]) == rights(a_session(status))


def test_nobody_asks_herself_and_who_is_asked_may_ask_others() -> None:
    session, _ = notes(a_session("pending"), "li", agent=LI)
    assert not lifecycle.may_read(evolve(session, status=a_session("manual").status, agent_id="wang"), LI)
    session, _ = notes(a_session("manual"), "li")
    session, _ = notes(session, "liu", agent=LI)
    assert lifecycle.may_read(session, Agent("liu"))


def test_the_right_ends_with_the_last_note_that_gives_it() -> None:
    session, first = notes(a_session("manual"), "li", "sun")
    session, second = notes(session, "li", agent=ZHAO)
    session = after(lifecycle.remove_note(session, NOW, first, WANG))
    assert (lifecycle.may_read(session, LI), session.asked) == (True, {"li": 1})
    session = after(lifecycle.edit_note(session, NOW, second, "@小孙 看一下", ("sun",), ZHAO))
    assert not lifecycle.may_read(session, LI) and session.asked == {"sun": 1}
    session = after(lifecycle.edit_note(session, NOW, evolve(second, mentions=("sun",)), "@小李", ("li",), ZHAO))
    assert lifecycle.may_read(session, LI) and session.asked == {"li": 1}


def test_it_lasts_while_the_session_changes_hands() -> None:
    session, _ = notes(a_session("manual"), "li")
    session = after(lifecycle.transfer(session, NOW, WANG, AGENTS["zhao"]))
    assert lifecycle.may_open(session, LI) and not lifecycle.may_open(session, WANG)


# Told live, over a restart, and to nobody else


async def noted(stage: Stage, session_id: str, content: str = "@小李 看一下", cs_id: str = "wang") -> dict[str, Any]:
    answer = await verb(stage, session_id, "notes", content=content, csId=cs_id)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def with_liu(settings: Config) -> Config:
    """小刘 too, whom nobody asks."""
    return evolve(settings, agents=(*settings.agents, AgentSettings(id="liu", name="小刘")))


async def bound(agent: AgentAtWork, session_id: str) -> bool:
    """Whether she may look at it live."""
    agent.sends({"type": "bind_session", "sessionId": session_id})
    frames = await agent.all_until_now()
    return "bound" in [frame["type"] for frame in frames]


@pytest.mark.gen_test
async def test_whom_a_note_names_may_click_at_once_and_hears_all_until_it_is_taken_back(
    stage: Stage, settings: Config
) -> None:
    await stage.start(with_liu(settings))
    session_id = await held(stage)
    li, other = await stage.agent("li"), await stage.agent("liu")
    assert not await bound(li, session_id)
    note = await noted(stage, session_id)
    told = await li.hears("note_added")
    assert told["session"]["askedCsIds"] == ["li"] and told["session"]["lastMessage"] == "在吗？"
    await stage.customer().says("还在吗")                    # her row in the list stays true without a look
    row = await li.next("session_updated")
    assert (row["data"]["lastMessage"], row["data"]["askedCsIds"]) == ("还在吗", ["li"])
    await li.binds(session_id)
    await stage.customer().says("人呢")
    assert (await li.next("new_message"))["data"]["content"] == "人呢"
    assert await other.heard_nothing(), "who is not asked is told nothing"

    path = f"{stage.base}/api/sessions/{session_id}/notes/{note['noteId']}"
    assert (await stage.http.delete(path, params={"csId": "wang"})).status_code == 200
    told = await li.next("note_updated")
    assert "lastMessage" not in told["session"] and "askedCsIds" not in told["session"]
    await stage.customer().says(SECRET)
    assert await li.heard_nothing()
    assert not await bound(li, session_id)


@pytest.mark.gen_test
async def test_whom_a_note_names_no_more_is_told_so_live_and_when_she_comes_back(stage: Stage) -> None:
    await stage.start()
    session_id = await held(stage)
    li, away = await stage.agent("li"), await stage.agent("li")
    note = await noted(stage, session_id)
    before = (await away.hears("note_added"))["eventId"]
    await away.binds(session_id)
    away.leave()
    await li.hears("note_added")
    path = f"{stage.base}/api/sessions/{session_id}/notes/{note['noteId']}"
    assert (await stage.http.put(path, json={"content": "没事了", "csId": "wang"})).status_code == 200
    told = await li.next("session_updated")
    assert "askedCsIds" not in told["data"] and "lastMessage" not in told["data"]
    await stage.customer().says(SECRET)
    assert await li.heard_nothing()
    away = await comes_back(stage, "li", away, before, session_id)
    frames = await replayed(away)
    assert [frame["eventId"] for frame in frames] == [told["eventId"]], "and nothing of what was said since"
    assert not {"askedCsIds", "lastMessage"} & frames[0]["data"].keys()
    await stage.customer().says(SECRET)
    assert await away.heard_nothing()


@pytest.mark.gen_test
async def test_who_was_asked_before_anybody_held_it_goes_on_looking(stage: Stage, settings: Config) -> None:
    await stage.start(with_liu(settings))
    session_id = await waits(stage)
    li, other = await stage.agent("li"), await stage.agent("liu")
    for agent in (li, other):
        await agent.binds(session_id)
    await noted(stage, session_id, cs_id="zhao")
    await verb(stage, session_id, "accept", csId="wang")
    assert (await li.hears("session_accepted"))["data"]["lastMessage"] == "在吗？"
    await other.hears("session_accepted")
    await stage.customer().says(SECRET)
    assert (await li.next("new_message"))["data"]["content"] == SECRET
    assert await other.heard_nothing()


@pytest.mark.gen_test
async def test_after_a_restart_who_is_asked_reads_finds_and_answers_but_not_the_customer(
    stage: Stage, settings: Config
) -> None:
    settings = with_logins(settings)
    await stage.start(settings)
    stage.http.headers.update(by("wang"))
    session_id = await held(stage)
    await stage.customer().says(SECRET)
    stage.http.headers.update(by("li"))
    assert refused(await stage.get(f"/api/sessions/{session_id}/history"), 403, manualCsId="wang")
    assert not await finds(stage)
    stage.http.headers.update(by("wang"))
    note = (await verb(stage, session_id, "notes", content="@li 看一下")).json()["data"]
    await stage.stop()
    await stage.start(settings)

    stage.http.headers.update(by("li"))
    for what in ("history", "notes", "customer", "log", "earlier"):
        assert (await stage.get(f"/api/sessions/{session_id}/{what}")).status_code == 200
    assert (await stage.session(session_id))["askedCsIds"] == ["li"]
    [row] = (await stage.get("/api/sessions")).json()["data"]
    assert row["lastMessage"] == SECRET and await finds(stage)
    assert (await verb(stage, session_id, "notes", content="@小王 查过了")).status_code == 200
    assert (await verb(stage, session_id, "tags", add=["退款"])).status_code == 200
    assert refused(await verb(stage, session_id, "message", content="您好"), 403, manualCsId="wang")
    assert refused(await verb(stage, session_id, "transfer", toCsId="li"), 403)
    assert refused(await verb(stage, session_id, "takeover", csId="li"), 403)
    assert refused(await verb(stage, session_id, "customer/block"), 403)
    assert refused(await verb(stage, session_id, "close"), 403)
    assert (await verb(stage, session_id, "accept", csId="li")).status_code == 400

    stage.http.headers.update(by("wang"))
    await stage.http.delete(f"{stage.base}/api/sessions/{session_id}/notes/{note['noteId']}")
    stage.http.headers.update(by("li"))
    assert refused(await stage.get(f"/api/sessions/{session_id}/history"), 403)
    assert not await finds(stage)
    assert SECRET not in json.dumps((await stage.get("/api/sessions")).json(), ensure_ascii=False)


async def finds(stage: Stage) -> bool:
    """Whether what the customer said is found for who asks: in the list and everywhere, which say the same."""
    listed = (await stage.get("/api/sessions", q="长安街")).json()["data"]
    said = (await stage.get("/api/search", q="长安街")).json()["data"]
    assert bool(listed) == bool(said)
    return bool(said)


def test_what_is_searched_is_what_the_rule_lets_read(tmp_path: Path) -> None:
    database.prepare(tmp_path / "ccs.db")
    with closing(database.connect(tmp_path / "ccs.db")) as connection:
        for status in ("ai", "pending", "manual", "closed"):
            for asked in ({}, {"li": 1}, {"liu": 2}, {"a.li-1": 1, "sun": 1}):
                connection.execute("DELETE FROM sessions")
                session = a_session(status, asked=asked)
                columns = sessions.TABLE.columns
                connection.execute(
                    f"INSERT INTO sessions ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                    sessions.to_row(session),
                )
                assert sessions.one(connection, "s") == evolve(session, customer=sessions.one(connection, "s").customer)
                for agent in (WANG, LI, Agent("liu"), Agent("l"), Agent("a.li-1")):
                    [[found]] = connection.execute(
                        f"SELECT count(*) FROM sessions WHERE {sessions.READABLE}", (agent.id,)).fetchall()
                    assert bool(found) == lifecycle.may_read(session, agent), (status, asked, agent)


# Files of before


NOTES = [   # by, whom it names, and whether it was taken away
    ("wang", ["li", "sun"], False), ("zhao", ["li"], False), ("li", ["li", "wang"], False), ("wang", ["zhao"], True),
    ("wang", None, False),
]


def test_notes_of_before_ask_whom_they_name(tmp_path: Path) -> None:
    steps = Migrations("ccs")
    for step in takewhile(lambda step: step.name != "m012_asked", migrations.steps._migrations):
        steps(name=step.name)(step.fn)
    path = tmp_path / "ccs.db"
    database.prepare(path, steps)
    with closing(database.connect(path)) as connection, database.transaction(connection):
        for session_id in ("s", "t", "u"):
            connection.execute(
                "INSERT INTO sessions (id, channel, account, customer_id, customer_name, customer_avatar, via,"
                " conversation, status, seq, version, turn, unread, unhelped, created_at, updated_at)"
                f" VALUES ('{session_id}', 'jd', '1', '{session_id}', '', '', 'gateway', '', 'ai', 0, 1, 1, 0, 0, 1, 1)"
            )
        for number, (agent_id, mentions, removed) in enumerate(NOTES, 1):
            connection.execute(
                "INSERT INTO notes (session_id, number, id, agent_id, content, mentions, after_seq, created_at,"
                " removed_at) VALUES ('s', ?, ?, ?, '', ?, 0, 0, ?)",
                (number, str(number), agent_id, mentions and json.dumps(mentions), 1 if removed else None),
            )
        connection.execute(
            "INSERT INTO notes (session_id, number, id, agent_id, content, mentions, after_seq, created_at)"
            """ VALUES ('t', 1, 'own', 'li', '', '["li"]', 0, 0)"""
        )
    database.prepare(path)
    with closing(database.connect(path)) as connection:
        asked = {each.id: each.asked for each in sessions.open_ones(connection)}
    assert asked == {"s": {"li": 2, "sun": 1, "wang": 1}, "t": {}, "u": {}}
