"""The demo in tests: played customers at a real server, and the test's hand on their clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from heapq import nsmallest
from itertools import count
from typing import Any

from attrs import Factory, define, evolve

from ccs.assistant.turns import Turns
from ccs.demo.shop import ACCOUNT, Shop
from tests.conftest import Stage, until

MINUTE, HOUR = 60.0, 3600.0
ANSWERS = ("您好，在的", "麻烦提供一下订单号", "稍等，我查一下", "已经为您处理好了", "今天之内会有结果", "这个确实不可以")


@define(eq=False)
class Alarm:
    due: float
    number: int
    event: asyncio.Event
    rings: "asyncio.Future[None]"


@define
class PlayedTime:
    """Passes when the test says so, from one alarm to the next, and only once all is quiet."""

    seats: int
    is_quiet: Callable[[], bool] = lambda: True
    now: float = 0.0
    alarms: list[Alarm] = Factory(list)
    pauses: list[float] = Factory(list)
    _numbers: Iterator[int] = Factory(lambda: count())

    async def until(self, event: asyncio.Event, seconds: float) -> bool:
        self.pauses.append(seconds)
        alarm = Alarm(self.now + seconds, next(self._numbers), event, asyncio.get_running_loop().create_future())
        self.alarms.append(alarm)
        waits = asyncio.create_task(event.wait())
        try:
            await asyncio.wait({alarm.rings, waits}, return_when=asyncio.FIRST_COMPLETED)
            return event.is_set()
        finally:
            waits.cancel()
            self.alarms.remove(alarm)

    async def settles(self) -> None:
        """Everybody waits for time to pass, and nothing is on its way to anybody."""
        await until(lambda: self._everybody_waits() and self.is_quiet(), patience=20)

    async def passes(self, seconds: float) -> None:
        end = self.now + seconds
        await self.settles()
        while (first := nsmallest(1, self.alarms, key=lambda alarm: (alarm.due, alarm.number))[0]).due <= end:
            self.now = first.due
            first.rings.set_result(None)
            await self.settles()
        self.now = end

    def _everybody_waits(self) -> bool:
        waiting = [alarm for alarm in self.alarms if not alarm.rings.done() and not alarm.event.is_set()]
        return len(waiting) == len(self.alarms) == self.seats


@define
class Play:
    """A real server, with customers at the door and the test's hand on the clock."""

    stage: Stage
    shop: Shop
    time: PlayedTime

    async def sessions(self, **query: Any) -> list[dict[str, Any]]:
        return (await self.stage.get("/api/sessions", **query)).json()["data"]

    async def transcript(self) -> dict[str, list[tuple[str, str]]]:
        """Who said what to each customer, over all her sessions."""
        told: dict[str, list[tuple[str, str]]] = {}
        for session in sorted(await self.sessions(), key=lambda row: row["createdAt"]):
            for message in await self.stage.history(session["sessionId"]):
                told.setdefault(session["customerId"], []).append((message["senderType"], message["content"]))
        return told

    async def agent_works(self, minutes: int, answers: tuple[str, ...] = ANSWERS) -> None:
        """小王 looks every 20 seconds, accepts whoever waits, and answers whoever spoke last, a line at a time."""
        said: dict[str, int] = {}
        for _ in range(3 * minutes):
            await self.time.passes(20)
            for session in sorted(await self.sessions(), key=lambda row: row["customerId"]):
                id = session["sessionId"]
                if session["status"] == "pending":
                    assert (await self.stage.post(f"/api/sessions/{id}/accept", {"csId": "wang"})).status_code == 200
                elif session["status"] != "manual":
                    continue
                if (await self.stage.history(id))[-1]["senderType"] == "customer":
                    said[id] = said.get(id, -1) + 1
                    await self.stage.post(f"/api/sessions/{id}/message", {"content": answers[said[id] % len(answers)]})
                await self.time.settles()


@asynccontextmanager
async def play(stage: Stage, customers: int = 6, seed: int = 7) -> AsyncIterator[Play]:
    def is_quiet() -> bool:
        """The stream is fetched, and nothing on its way to the disk or to a platform: the assistant has spoken too."""
        registry = stage.server._registry
        is_kept = registry.published_event_id == registry._last_event_id
        is_said = stage.worker(Turns).is_idle and not registry.sessions_with_outgoing()
        return has_fetched() and is_kept and is_said and shop.world.is_idle

    def has_fetched() -> bool:
        stream = door.wecom.accounts[ACCOUNT].stream
        ours = [cursor.value for cursor in stage.server._archive.cursors()]
        return stream._end == 1 or bool(ours) and stream._position(ours[0]) == stream._end

    time = PlayedTime(customers, is_quiet)
    async with Shop.open(customers, seed, time, port=0) as shop:
        door = shop.world.doors["wechat"]
        door.line.lost = 0.0                # what is lost, is lost until something else happens
        await stage.start(evolve(shop.settings, assistant=evolve(shop.settings.assistant, wait_seconds=0)))
        try:
            async with shop.world.open(stage.base):
                yield Play(stage, shop, time)
        finally:
            await stage.stop()
