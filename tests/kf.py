"""微信客服 in tests: an account at the fake WeCom, 陈女士 who writes to it, and a server that hears of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
from attrs import define

from ccs.demo.wecom import WeCom
from ccs.settings import Config
from store import database
from tests.conftest import Stage
from tests.raw import PATIENCE

KF, CHEN = "wkShop0001", "wmChen0001"


@define
class Chen:
    """陈女士, or another customer, at an account of 微信客服."""

    stage: Stage
    platform: WeCom
    account: str = KF
    id: str = CHEN

    async def says(self, text: str, **more: Any) -> str:
        """Writes, and the server is woken; the msgid."""
        return await self.sends("text", content=text, **more)

    async def sends(self, msgtype: str, **body: Any) -> str:
        msgid = self.platform.customer_says(self.account, self.id, msgtype, **body)
        await self.wakes()
        return msgid

    async def enters(self, **how: Any) -> str:
        """Opens the conversation; the welcome_code."""
        code = self.platform.customer_enters(self.account, self.id, **how)
        await self.wakes()
        return code

    async def wakes(self) -> httpx.Response:
        """The platform's callback, which must be acknowledged."""
        answer = await self.posts(*self.platform.wake(self.account))
        assert answer.status_code == 200, answer.text
        return answer

    async def posts(self, query: dict[str, str], body: bytes) -> httpx.Response:
        return await self.stage.http.post(f"{self.stage.base}/wecom/callback", params=query, content=body)

    async def session(self) -> dict[str, Any]:
        """Her latest session, once there is one."""
        row = await until_there(self._rows)
        return row[0]

    async def _rows(self) -> list[dict[str, Any]]:
        rows = (await self.stage.get("/api/sessions", channelType="wechat")).json()["data"]
        return [row for row in rows if row["customerId"] == self.id]

    async def history(self, length: int) -> list[dict[str, Any]]:
        """What was said in it, once it is so much."""
        session = await self.session()

        async def long_enough() -> list[dict[str, Any]]:
            rows = await self.stage.history(session["sessionId"])
            return rows if len(rows) >= length else []
        return await until_there(long_enough)


def at_kf(stage: Stage, wecom: WeCom, account: str = KF, customer: str = CHEN) -> Chen:
    """Opens the account, if it is not open."""
    wecom.open_account(account)
    return Chen(stage, wecom, account, customer)


async def until_there(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Wait for the fact that an awaited question tells."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not (value := await ask()):
        assert asyncio.get_running_loop().time() < deadline, "it never came to be"
        await asyncio.sleep(0.005)
    return value


@define
class Disk:
    """What the server has kept."""

    settings: Config

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        path = self.settings.server.data_dir / database.FILE_NAME
        with closing(database.connect(path, read_only=True)) as connection:
            return connection.execute(sql).fetchall()

    def notices(self, kind: str | None = None) -> list[dict[str, Any]]:
        rows = self.rows("SELECT kind, payload FROM notices ORDER BY id")
        return [json.loads(payload) for known, payload in rows if kind in (None, known)]

    def cursor(self, account: str = KF) -> str | None:
        return dict(self.rows("SELECT account, value FROM cursors")).get(account)

    def said(self) -> Iterator[str]:
        yield from (row[0] for row in self.rows("SELECT content FROM messages ORDER BY session_id, seq"))
