"""Douyin in tests: 陈女士 who writes to a shop there, the shop's staff, and a server that hears of it."""

from typing import Any

import httpx
from attrs import define

from ccs.demo.douyin import Douyin, Said
from tests.conftest import AgentAtWork, Stage
from tests.kf import until_there

SHOP, CHEN = "biz-1", "cust/chen+1="


@define
class Chen:
    """陈女士, or another customer, and what Douyin tells of her."""

    stage: Stage
    platform: Douyin
    id: str = CHEN
    account: str = SHOP

    async def says(self, text: str = "", **more: Any) -> Said:
        said = self.platform.customer_says(self.account, self.id, text, **more)
        await self.told()
        return said

    async def told(self) -> None:
        """Douyin posts what has happened, and each of it must be acknowledged."""
        for webhook in self.platform.told():
            answer = await self.stage.http.post(
                f"{self.stage.base}/channel/douyin/callback", content=webhook.body, headers=dict(webhook.headers))
            assert answer.status_code == 200, answer.text

    async def session(self) -> dict[str, Any]:
        async def rows() -> list[dict[str, Any]]:
            found = (await self.stage.get("/api/sessions", channelType="douyin")).json()["data"]
            return [row for row in found if row["customerId"] == self.id]
        return (await until_there(rows))[0]

    async def accepted_by(self, agent: AgentAtWork) -> str:
        session_id = (await self.session())["sessionId"]
        assert (await agent.accepts(session_id)).status_code == 200
        return session_id

    async def last(self) -> dict[str, Any]:
        return (await self.stage.history((await self.session())["sessionId"]))[-1]

    async def delivery(self, state: str) -> dict[str, Any]:
        """The last message, once its delivery is so."""
        async def there() -> dict[str, Any] | None:
            message = await self.last()
            return message if message.get("delivery", {}).get("state") == state else None
        return await until_there(there)


async def authorised(stage: Stage) -> None:
    """The operator agrees, at the end of the way an admin's browser goes."""
    async with httpx.AsyncClient(base_url=stage.base, follow_redirects=True) as browser:
        answer = await browser.get("/douyin/authorize")
    assert answer.status_code == 200, answer.text
