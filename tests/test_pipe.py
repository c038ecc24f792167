"""The pipe against a model of it: whatever fails and whenever, what was promised holds, and memory agrees with disk."""

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlite_utils.utils import sqlite3

from ccs.asked import SessionFilter
from ccs.desk import Desk
from ccs.errors import NotFound, Refusal, StoreUnavailable
from ccs.incoming.inbound import CustomerSays
from ccs.models import Agent, Customer, Fate, Message, Outgoing, PlatformId, Status, Via, utc_now
from ccs.outgoing import fate
from ccs.pipe import Pipe
from ccs.reception import Reception
from ccs.registry import Registry
from ccs.talk import Talk
from ccs.ticket import Ticket
from store import database
from store.archive import Archive
from store.journal import Journal, load, snapshot_of
from tests.faults import FaultyConnection

AGENTS = [Agent("wang"), Agent("li")]
FAULTS = ["before", "in the middle", "lost commit", "done commit"]

STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("write"), some.integers(0, 1), some.integers(0, 9)),       # customer, message
        some.tuples(some.just("accept"), some.integers(0, 1), some.integers(0, 1)),
        some.tuples(some.just("reply"), some.integers(0, 1), some.integers(0, 9)),
        some.tuples(some.just("deliver"), some.integers(0, 1), some.integers(0, 1)),
        some.tuples(some.just("retry"), some.integers(0, 1), some.just(0)),
        some.tuples(some.just("close"), some.integers(0, 1), some.just(0)),
        some.tuples(some.just("block"), some.integers(0, 1), some.integers(0, 1)),
        some.tuples(some.just("wait"), some.just(0), some.just(0)),
        some.tuples(some.just("break"), some.integers(0, 3), some.just(0)),
    ),
    min_size=15,
    max_size=60,
)


class Whole:
    """Desk, reception, registry, journal and archive over a real file, and the model beside them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        database.prepare(path)
        self.journal = Journal(path, lambda: self.registry.suspend(), lambda *found: self.registry.restore(*found))
        self.archive = Archive(path, ["jd"])
        self.registry = Registry(self.journal, self.archive)
        self.told: list[int] = []
        pipe = Pipe(self.registry, self.publish, utc_now)
        self.desk = Desk(pipe, assistant_on=lambda channel: False)
        self.reception = Reception(pipe, assistant_on=lambda channel: False)
        self.talk = Talk(pipe, self.archive)
        self.reception.recognised = self.talk.recognised
        self.registry.restore(load(path))
        self.brought: dict[str, CustomerSays] = {}          # what customers wrote, by its words
        self.said: dict[str, Ticket] = {}                   # what was taken, by its words: the last ticket for it
        self.tickets: list[Ticket] = []
        self.latest: dict[Customer, str] = {}               # the session that she had last, which may never come to be

    def publish(self, events, first_event_id: int) -> None:
        """Only what is on disk may be told."""
        for event_id, event in enumerate(events, first_event_id):
            assert self.archive._connection.execute("SELECT 1 FROM events WHERE id = ?", (event_id,)).fetchone()
            self.told.append(event_id)

    def step(self, verb: str, who: int, what: int) -> None:
        customer = Customer("jd", "1", f"c{who}")
        session = self.registry.open_session(customer)
        try:
            if verb == "write":
                name = f"customer {who}, {what}"
                self.brought[name] = CustomerSays(customer, Via.GATEWAY, name, (PlatformId("jd", "1", name),))
                self.said[name] = self.reception.customer_writes(self.brought[name])
                if opened := self.registry.open_session(customer):
                    self.latest[customer] = opened.id
            elif verb == "break":
                self.break_disk(FAULTS[who])
            elif verb == "block" and customer in self.latest:
                verbs = (lambda of: self.talk.block(of, "", None), lambda of: self.talk.unblock(of, None))
                self.tickets.append(verbs[what](self.latest[customer]))
            elif session and verb == "accept":
                self.tickets.append(self.desk.accept(session.id, AGENTS[what]))
            elif session and verb == "reply":
                name = f"agent {session.id}, {what}"
                self.said[name] = self.desk.reply(session.id, Outgoing(name), name)
            elif session and verb == "deliver":
                for message in self.registry.outgoing(session.id)[:1]:
                    self.tickets.append(self.desk.delivery_moved(self.moved(message, what)))
            elif session and verb == "retry":
                for message in self.archive.latest(session):
                    if message.delivery:
                        self.tickets.append(self.desk.retry(session.id, message.id, None))
            elif session and verb == "close":
                self.tickets.append(self.desk.close(session.id, None))
        except (StoreUnavailable, NotFound):
            pass                        # refused at once: nothing was promised

    def moved(self, message: Message, how: int) -> Message:
        """The next thing that becomes of a delivery."""
        if message.delivery and message.delivery.state is Fate.PENDING:
            return fate.sending(message)
        return fate.failed(message, "no") if how else fate.sent(message, "p")

    def break_disk(self, fault: str | None) -> None:
        if not isinstance(self.journal._connection, FaultyConnection):
            self.journal._connection = FaultyConnection(self.journal._connection)
        self.journal._connection.fault = fault

    async def settle(self) -> None:
        """Until every ticket has its answer and the disk is well."""
        for ticket in [*self.tickets, *self.said.values()]:
            try:
                await ticket
            except (StoreUnavailable, Refusal):
                pass
        while not self.journal.is_healthy:
            await asyncio.sleep(0)

    def check(self) -> None:
        with sqlite3.connect(self.path) as connection:
            rows = connection.execute("SELECT session_id, seq, content FROM messages ORDER BY 1, 2").fetchall()
            on_disk = snapshot_of(connection)
            event_ids = {event_id for event_id, in connection.execute("SELECT id FROM events")}
        said = [content for _, _, content in rows]
        assert len(said) == len(set(said)), "said twice"
        for name, ticket in self.said.items():
            assert ticket._error or name in said, "acknowledged and lost"
        for session_id in {row[0] for row in rows}:
            seqs = [seq for other, seq, _ in rows if other == session_id]
            assert seqs == list(range(1, len(seqs) + 1)), "a gap"
        assert {session.id: session for session in self.registry.open_sessions()} == {
            session.id: session for session in on_disk.sessions
        }, "memory and disk differ"
        for (channel, status, agent_id), number in on_disk.counts.items():
            held = self.registry.count(SessionFilter(channel, Status(status), agent_id))
            assert held == number or agent_id is None, "a wrong count"
        assert self.registry.count(SessionFilter()) == sum(on_disk.counts.values()), "a wrong count"
        calling = sum(on_disk.counts.values()) - sum(on_disk.blocked.values())
        assert self.registry.count_calling(SessionFilter()) == calling, "a wrong count of those who are not blocked"
        waiting = [m for s in self.registry.sessions_with_outgoing() for m in self.registry.outgoing(s)]
        assert {m.id: m for m in waiting} == {m.id: m for m in on_disk.outgoing}, "the outbox and the disk differ"
        assert self.told == sorted(set(self.told)) and set(self.told) <= event_ids
        open_ones = Counter(s.customer.key for s in on_disk.sessions if s.status is not Status.CLOSED)
        assert all(number == 1 for number in open_ones.values()), "two open sessions of one customer"

    def stored(self) -> list[str]:
        with sqlite3.connect(self.path) as connection:
            return [content for content, in connection.execute("SELECT content FROM messages")]

    async def close(self) -> None:
        await self.journal.close()
        self.archive.close()


@given(STEPS, some.integers(0, 2**16), some.sampled_from([2, 50_000]))
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_fails_what_was_promised_holds(
    steps: list[tuple[str, int, int]], seed: int, remembered: int
) -> None:
    async def run() -> None:
        chance = Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            whole = Whole(Path(folder) / "ccs.db")
            try:
                for verb, who, what in steps:
                    whole.step(verb, who, what)
                    if verb == "wait":
                        await whole.settle()
                        whole.check()
                    elif chance.random() < 0.3:
                        await asyncio.sleep(0)
                await whole.settle()
                whole.check()
                whole.break_disk(None)
                for says in whole.brought.values():                  # the platforms come again
                    await whole.reception.customer_writes(says)
                whole.check()
                assert set(whole.brought) == {words for words in whole.stored() if words.startswith("customer")}
            finally:
                await whole.close()

    with patch("ccs.incoming.taken.RECENT_IDS", remembered):
        asyncio.run(run())


def test_a_refusal_for_what_happened_in_her_other_session_waits_for_that(tmp_path: Path) -> None:
    """小李 is about to hold her open one; if that is never on disk, nobody is told that she does."""
    async def run() -> None:
        whole, chen = Whole(tmp_path / "ccs.db"), Customer("jd", "1", "陈女士")
        ids = []
        for number in range(2):
            says = CustomerSays(chen, Via.GATEWAY, "在吗", (PlatformId("jd", "1", str(number)),))
            await whole.reception.customer_writes(says)
            opened = whole.registry.open_session(chen)
            assert opened
            ids.append(opened.id)
            if number == 0:
                await whole.desk.close(ids[0], None)
        whole.break_disk("lost commit")
        tickets = [whole.desk.accept(ids[1], Agent("li")), whole.talk.block(ids[0], "", Agent("wang"))]
        assert [await ended(ticket) for ticket in tickets] == [StoreUnavailable, StoreUnavailable]
        await whole.settle()
        await whole.close()

    asyncio.run(run())


async def ended(ticket: Ticket) -> type[BaseException] | None:
    try:
        await ticket
    except (Refusal, StoreUnavailable) as error:
        return type(error)
    return None
