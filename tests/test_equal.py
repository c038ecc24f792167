"""What a page shows by events is what it would show had it just been opened.

A page loads the list and what it looks at once, after `hello`, and from then on lives by events: `version` orders what
it knows of a session, `seq` the messages, `eventId` what it missed. A walk through every verb, with lines that are cut
and a disk that fails, must never leave a difference.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest
from attrs import define, field
from tornado.websocket import WebSocketClientConnection, websocket_connect

from ccs.assistant.turns import Turns
from ccs.demo.gateway import Gateway
from ccs.outbox import Outbox
from ccs.outgoing import fate
from tests.conftest import PATIENCE, Stage, until
from tests.faults import FaultyConnection
from tests.moods import answers, fails
from tests.platforms import gateway_message

Row = dict[str, Any]

KEEPS = ("sessionId", "customerId", "kfId", "channelType", "createdAt", "status", "manualCsId")    # of others' sessions

# Told by lists, and by events that a message caused, as the description says.
NOT_IN_EACH_EVENT = {"lastSaid", "failedCount"}


@define(eq=False)
class Page:
    """The workbench as one agent has it open. `looks_at` is what she has bound."""

    stage: Stage
    cs_id: str
    supervises: bool = False
    rows: dict[str, Row] = field(factory=dict)
    histories: dict[str, dict[int, Row]] = field(factory=dict)
    bell: dict[str, Row] = field(factory=dict)
    looks_at: set[str] = field(factory=set)
    last: int = 0
    epoch: str = ""
    _socket: WebSocketClientConnection | None = None
    _running: "asyncio.Task[None] | None" = None
    _set_aside: dict[int, Row] | None = None
    _pongs: int = 0
    _is_amid: bool = False              # of loading what a frame wants; cut off there, it opens afresh

    # Opening, closing, coming back

    async def opens(self) -> "Page":
        """Or comes back, if it was open before."""
        assert self.stage.server
        self._socket = await websocket_connect(f"ws://127.0.0.1:{self.stage.server.port}/ws/cs/{self.cs_id}")
        hello = await self._read()
        assert hello and hello["type"] == "hello"
        if self.epoch and not self._is_amid:
            self._set_aside = {}
            self._sends(type="resume", epoch=self.epoch, eventId=self.last, bound=sorted(self.looks_at))
        else:
            self.epoch, self.last, self.looks_at = hello["epoch"], hello["eventId"], set()
            await self._loads()
            self._is_amid = False
        self._running = asyncio.create_task(self._run())
        return self

    async def is_cut(self) -> None:
        """As a cable that is pulled: no farewell, and what was on its way is lost."""
        assert self._socket and self._running
        self._running.cancel()
        await asyncio.wait([self._running])
        self._socket.protocol._abort()                          # type: ignore[union-attr]
        self._socket.close()
        self._socket = None

    async def settles(self) -> None:
        """Until everything it was told is shown."""
        wanted = self._pongs + 1
        self._sends(type="ping")

        def shown() -> bool:
            assert self._running
            if self._running.done():
                self._running.result()
            return self._pongs >= wanted and self._set_aside is None

        await until(shown)

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def binds(self, session_id: str) -> None:
        self._sends(type="bind_session", sessionId=session_id)

    def unbinds(self, session_id: str) -> None:
        self._sends(type="unbind_session", sessionId=session_id)
        self.looks_at.discard(session_id)
        self._forgets(session_id)

    def reads(self, session_id: str) -> None:
        self._sends(type="read", sessionId=session_id, seq=self.rows[session_id]["messageCount"])

    # What it does with what it is told

    async def _run(self) -> None:
        while (frame := await self._read()) is not None:
            self._is_amid = True
            await self._hears(frame)
            self._is_amid = False

    async def _hears(self, frame: Row) -> None:
        kind = frame["type"]
        if kind == "pong":
            self._pongs += 1
        elif kind == "bound":
            self.looks_at.add(frame["sessionId"])
            await self._loads_history(frame["sessionId"])
        elif kind == "resync_required":
            self._set_aside = None
            await self._loads()
        elif kind == "resume_ok":
            missed, self._set_aside = sorted((self._set_aside or {}).items()), None
            for session_id in self.looks_at - set(frame["bound"]):
                self.looks_at.discard(session_id)
                self._forgets(session_id)
            for _, told in missed:
                await self._applies(told)
            self.last = max(self.last, frame["eventId"])
            self.bell = await self._fresh_bell()            # of which nothing is replayed
        elif kind == "bell":
            self.bell.update(_by_id([frame["data"]]))
        elif "eventId" in frame and self._set_aside is not None:
            self._set_aside[frame["eventId"]] = frame
        elif "eventId" in frame:
            await self._applies(frame)
        else:
            assert kind in ("error", "viewing"), frame

    async def _applies(self, event: Row) -> None:
        if event["eventId"] <= self.last:
            return
        self.last = event["eventId"]
        if event["type"] == "new_message":
            self._says(event["data"])
            await self._moves(event["session"])
        elif event["type"] == "message_updated":
            history = self.histories.get(event["sessionId"], {})
            if event["data"]["seq"] in history:
                history[event["data"]["seq"]] = event["data"]
        else:
            await self._moves(event["data"])

    def _says(self, message: Row) -> None:
        history = self.histories.get(message["sessionId"])
        if history is not None and message["seq"] not in history:
            assert message["seq"] == len(history) + 1, "a message was not told"
            history[message["seq"]] = message

    async def _moves(self, row: Row) -> None:
        session_id = row["sessionId"]
        if session_id in self.rows and row["version"] <= self.rows[session_id]["version"]:
            return
        self.rows[session_id] = row
        if row["status"] == "closed" or row["status"] == "manual" and not self._may_open(row):
            self.looks_at.discard(session_id)           # as the server does
        if self._holds(row) and row["status"] == "manual" and session_id not in self.histories:
            await self._loads_history(session_id)
        self._forgets(session_id)

    def _forgets(self, session_id: str) -> None:
        if session_id not in self.looks_at and not self._holds(self.rows[session_id]):
            self.histories.pop(session_id, None)

    def _holds(self, row: Row) -> bool:
        return row.get("manualCsId") == self.cs_id

    def _may_open(self, row: Row) -> bool:
        return self.supervises or row["status"] != "manual" or self._holds(row)

    # Loading and comparing

    async def _loads(self) -> None:
        self.rows, self.bell = await self._fresh_rows(), await self._fresh_bell()
        self.looks_at = {session_id for session_id in self.looks_at if self.rows[session_id]["status"] != "closed"
                         and self._may_open(self.rows[session_id])}
        mine = {row["sessionId"] for row in self.rows.values() if self._holds(row) and row["status"] == "manual"}
        self.histories = {}
        for session_id in self.looks_at | mine:
            await self._loads_history(session_id)

    async def _loads_history(self, session_id: str) -> None:
        self.histories[session_id] = {row["seq"]: row for row in await self.stage.history(session_id)}

    async def _fresh_rows(self) -> dict[str, Row]:
        return {row["sessionId"]: row for row in (await self.stage.get("/api/sessions")).json()["data"]}

    async def _fresh_bell(self) -> dict[str, Row]:
        return _by_id((await self.stage.get("/api/bell", csId=self.cs_id)).json()["data"])

    async def must_show_what_is(self) -> None:
        assert self.bell == await self._fresh_bell(), self.cs_id
        fresh = await self._fresh_rows()
        assert self.rows.keys() == fresh.keys()
        for session_id, row in fresh.items():
            shown = {name: value for name, value in self.rows[session_id].items() if name != "handoff"}    # in no list
            assert self._as_told(shown, row) == self._as_told(row, row), self.cs_id
        for session_id, history in self.histories.items():
            assert list(history.values()) == await self.stage.history(session_id), self.cs_id
        open_mine = {i for i, row in fresh.items() if self._holds(row) and row["status"] == "manual"}
        assert open_mine | self.looks_at <= self.histories.keys()

    def _as_told(self, shown: Row, fresh: Row) -> Row:
        """Whoever may not open a session is told where it stands and who holds it, and no word of it."""
        shown = {name: value for name, value in shown.items() if name not in NOT_IN_EACH_EVENT}
        if self.supervises or "manualCsId" not in fresh or self._holds(fresh):
            return shown
        if fresh["status"] == "manual":
            return {name: shown.get(name) for name in KEEPS}
        return {name: value for name, value in shown.items() if name != "lastMessage"}

    def counts(self) -> dict[str, int]:
        found = Counter(row["status"] for row in self.rows.values())
        mine = sum(row["status"] == "manual" and self._holds(row) for row in self.rows.values())
        return {"ai": found["ai"], "pending": found["pending"], "manual": found["manual"], "mine": mine}

    # The line

    def _sends(self, **frame: Any) -> None:
        assert self._socket
        self._socket.write_message(json.dumps(frame))

    async def _read(self) -> Row | None:
        assert self._socket
        message = await self._socket.read_message()
        return None if message is None else json.loads(message)


def _by_id(bell: list[Row]) -> dict[str, Row]:
    """How the customer is called is as it was when it rang."""
    return {entry["id"]: {**entry, "customerName": ""} for entry in bell}


NONE: dict[str, list[Row]] = {"ai": [], "pending": [], "manual": [], "closed": []}

Verb = Callable[[], Awaitable[Any]]


class Walk:
    """One step is one verb of somebody's, chosen by chance among those that make sense just now."""

    def __init__(self, stage: Stage, gateway: Gateway, pages: dict[str, Page], seed: int) -> None:
        self.stage = stage
        self.gateway = gateway
        self.pages = pages
        self.chance = Random(seed)
        self.taken: Counter[str] = Counter()
        self._serial = 0

    async def step(self) -> str:
        """And, as often as not, some customer writes at the same moment."""
        rows = list((await self.pages["zhao"]._fresh_rows()).values())
        by_status = {status: [row for row in rows if row["status"] == status] for status in NONE}
        verbs: dict[str, Verb] = {name: verb for name, verb in self._verbs(by_status).items() if verb}
        fewest = min(self.taken[name] for name in verbs)
        name = self.chance.choice([name for name in verbs if self.taken[name] <= fewest + 2])
        self.taken[name] += 1
        acts = [verbs[name]]
        if (open_ones := [row for row in rows if row["status"] != "closed"]) and self.chance.random() < 0.5:
            row = self.chance.choice(open_ones)
            acts.append(lambda: self._writes(row, "还有"))
        await asyncio.gather(*(act() for act in acts))
        if self.chance.random() < 0.1:
            await self.come_back()
            name += ", and all lines are back"
        return name

    def _verbs(self, rows: dict[str, list[Row]]) -> dict[str, Verb | None]:
        def of(status: str, act: Callable[[Row], Awaitable[Any]]) -> Verb | None:
            return (lambda: act(self.chance.choice(rows[status]))) if rows[status] else None

        few = sum(map(len, rows.values())) - len(rows["closed"]) < 6
        return {
            "a customer comes": self._comes if few else None,
            "writes to the assistant": of("ai", lambda row: self._writes(row, "什么时候发货")),
            "asks for a person": of("ai", lambda row: self._writes(row, "我要人工")),
            "writes while waiting": of("pending", lambda row: self._writes(row, "在吗")),
            "writes to her agent": of("manual", lambda row: self._writes(row, "好的")),
            "changes her name": of("manual", lambda row: self._writes(row, "改名了", nickname=self._new("名"))),
            "accept": of("pending", lambda row: self._post(row, "accept", csId=self._anybody())),
            "takeover from the assistant": of("ai", lambda row: self._post(row, "takeover", csId=self._anybody())),
            "takeover from an agent": of("manual", lambda row: self._post(row, "takeover", csId="zhao")),
            "release": of("manual", lambda row: self._post(row, "release", csId=row["manualCsId"])),
            "transfer to an agent": of("manual", lambda row: self._post(
                row, "transfer", csId=row["manualCsId"], toCsId=self._anybody())),
            "transfer to the queue": of("manual", lambda row: self._post(row, "transfer", csId=row["manualCsId"])),
            "reply": of("manual", lambda row: self._post(row, "message", content=self._new("答"))),
            "reply that fails": of("manual", self._fails),
            "reply of which nobody knows": of("manual", self._uncertain),
            "retry": of("manual", self._retries),
            "retry while the holder's line is cut": of("manual", self._retries_unseen),
            "staff answers in the app": of("manual", self._staff_writes),
            "close what the assistant has": of("ai", lambda row: self._post(row, "close", csId=self._anybody())),
            "close what waits": of("pending", lambda row: self._post(row, "close", csId=self._anybody())),
            "close as the holder": of("manual", lambda row: self._post(row, "close", csId=row["manualCsId"])),
            "close as a supervisor": of("manual", lambda row: self._post(row, "close", csId="zhao")),
            "comes again after the close": of("closed", lambda row: self._writes(row, "又来了")),
            "bind": of("pending", lambda row: self._binds(row, self._anybody())),
            "bind as a supervisor": of("manual", lambda row: self._binds(row, "zhao")),
            "unbind": self._unbinds,
            "read": of("manual", self._reads),
            "a line is cut": self._cuts,
            "the disk fails as a customer comes": lambda: self._breaks_disk(self._comes),
            "the disk fails as somebody writes": of("manual", lambda row: self._breaks_disk(
                lambda: self._writes(row, "还在吗"))),
            "the disk fails as somebody closes": of("manual", lambda row: self._breaks_disk(
                lambda: self._post(row, "close", csId=row["manualCsId"]))),
        }

    def _new(self, word: str) -> str:
        self._serial += 1
        return f"{word}{self._serial}"

    def _anybody(self) -> str:
        return self.chance.choice(["wang", "li", "zhao"])

    async def _comes(self) -> None:
        await self._says("douyin" if self.chance.random() < 0.5 else "jd", self._new("客"), "在吗")

    async def _writes(self, row: Row, text: str, **customer: str) -> None:
        await self._says(row["channelType"], row["customerId"], f"{text}{self._new('')}", **customer)

    async def _says(self, channel: str, customer: str, text: str, *, staff: bool = False, **more: str) -> None:
        envelope = gateway_message(customer, text, self._new("m"))
        envelope["customer"].update(more)
        if staff:
            envelope["senderType"] = "staff"
        assert (await self.stage.envelope(envelope, channel)).status_code in (200, 503)

    async def _retries_unseen(self, row: Row) -> None:
        await self._fails(row)
        await self.quiet()
        page = self.pages[row["manualCsId"]]
        if page.is_open:
            await page.settles()
            await page.is_cut()
        await self._retries(row)

    async def _staff_writes(self, row: Row) -> None:
        await self._says(row["channelType"], row["customerId"], self._new("店员"), staff=True)

    async def _post(self, row: Row, verb: str, **body: str) -> None:
        answer = await self.stage.post(f"/api/sessions/{row['sessionId']}/{verb}", body)
        assert answer.status_code in (200, 400, 503), answer.text       # 400: what somebody else did came first

    async def _fails(self, row: Row) -> None:
        """Once; what waits in the line before it may be what meets the refusal."""
        self.gateway.moods.append(self.chance.choice([fails(400), answers(2001), answers(2002)]))
        await self._post(row, "message", content=self._new("不行"))

    async def _uncertain(self, row: Row) -> None:
        """By the back door, since the gateway honours our request ids and so always knows in the end."""
        await self._post(row, "message", content=self._new("不知"))
        await self.quiet()
        [*_, last] = await self.stage.history(row["sessionId"])
        desk = self.stage.worker(Outbox)._desk
        message, _ = desk.registry.message(row["sessionId"], last["msgId"])
        if message.delivery:
            await desk.delivery_moved(fate.unanswered(message))

    async def _retries(self, row: Row) -> None:
        for message in await self.stage.history(row["sessionId"]):
            if message.get("delivery", {}).get("state") in ("failed", "uncertain"):
                path = f"/api/sessions/{row['sessionId']}/messages/{message['msgId']}/retry"
                assert (await self.stage.post(path, {"csId": row["manualCsId"]})).status_code in (200, 503)

    async def _binds(self, row: Row, cs_id: str) -> None:
        if self.pages[cs_id].is_open:
            self.pages[cs_id].binds(row["sessionId"])

    async def _unbinds(self) -> None:
        page = self.pages[self._anybody()]
        if page.is_open and page.looks_at:
            page.unbinds(self.chance.choice(sorted(page.looks_at)))

    async def _reads(self, row: Row) -> None:
        page = self.pages[row["manualCsId"]]
        if page.is_open and row["sessionId"] in page.rows:
            page.reads(row["sessionId"])

    async def _cuts(self) -> None:
        page = self.pages[self._anybody()]
        if page.is_open:
            await page.is_cut()

    async def come_back(self) -> None:
        for page in self.pages.values():
            if not page.is_open:
                await page.opens()

    async def _breaks_disk(self, act: Verb) -> None:
        journal = self.stage.server._journal                    # type: ignore[union-attr]
        if not isinstance(journal._connection, FaultyConnection):
            journal._connection = FaultyConnection(journal._connection)
        journal._connection.fault = self.chance.choice(["before", "in the middle", "lost commit", "done commit"])
        await act()
        await until(lambda: journal.is_healthy)

    async def quiet(self) -> None:
        """Until nothing of ours is on its way: no change, no delivery, no turn of the assistant."""
        server = self.stage.server
        assert server
        registry = server._registry

        def rests() -> bool:
            open_ones = registry.open_sessions()
            return not (
                registry._in_flight or registry._moving or registry.sessions_with_outgoing()
                or self.stage.worker(Outbox)._tasks
                or not self.stage.worker(Turns).is_idle or any(session.awaits_assistant for session in open_ones)
            )

        await until(rests, 2 * PATIENCE)


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_snapshot_and_events_equal_what_is_fetched_fresh(stage: Stage, with_assistant, gateway, seed) -> None:
    """For agents, a supervisor and whoever looks on, after every step or two, with steps of others for the absent."""
    await stage.start(with_assistant)
    pages = {cs_id: await Page(stage, cs_id, cs_id == "zhao").opens() for cs_id in ("wang", "li", "zhao")}
    walk = Walk(stage, gateway, pages, seed)
    try:
        await goes(walk, pages)
        assert walk.taken.keys() == walk._verbs(NONE).keys(), "a verb was never tried"
        await walk.come_back()
        for page in pages.values():
            await page.settles()
            await page.must_show_what_is()
            assert (await stage.agent(page.cs_id)).hello["counts"] == page.counts()
    finally:
        for page in pages.values():
            if page.is_open:
                await page.is_cut()


async def goes(walk: Walk, pages: dict[str, Page]) -> None:
    story: list[str] = []
    for number in range(200):
        story.append(await walk.step())
        if number % 3 == 0:                                     # else two or three things happen at once
            continue
        await walk.quiet()
        for page in pages.values():
            if page.is_open:
                await page.settles()
                try:
                    await page.must_show_what_is()
                except AssertionError as error:
                    raise AssertionError(f"after {story[-8:]}") from error
