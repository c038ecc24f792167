"""Fetching what 微信客服 has for us: `kf/sync_msg`, page by page, and which accounts there are.

The pages 接收消息和事件 (path 94670) and 获取客服账号列表 (94661).
"""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ccs.channels import loosely
from ccs.channels.base import CursorUnknown, NothingToPull, Pulled, TokenTooOld
from ccs.channels.wecom import kf
from ccs.channels.wecom.api import Api
from ccs.channels.wecom.errcodes import NO_KF
from ccs.errors import DeliveryDelayed, DeliveryRefused

# Everything on a page is taken in one turn of the loop, for one transaction; meanwhile no callback is answered and no
# agent's page is told anything. The platform would give 1000 items, this many take about 10 ms.
PAGE = 100
LARGEST_PAGE = 16 * 1024 * 1024     # bytes; a forwarded conversation alone may have a hundred kilobytes
ACCOUNTS = 100                      # the most kf/account/list returns

TOKEN_TOO_OLD = 95007
WRONG_PARAMETERS = {40035, 40058}   # with a cursor that the platform gave us it can only be the cursor


@frozen
class KFSource:
    """The streams of a company's accounts of 微信客服."""

    channel: str
    api: Api
    every: float

    async def pull(self, account: str, cursor: str | None, token: str | None) -> Pulled:
        asked = {"open_kfid": account, "limit": PAGE, "voice_format": 0}
        more = {name: value for name, value in (("cursor", cursor), ("token", token)) if value}
        limit = f"kf/sync_msg of {account}, {'woken' if token else 'by itself'}"     # the one is strict, the other not
        try:
            answer = await self.api.post(
                "kf/sync_msg", {**asked, **more}, most=LARGEST_PAGE, decode=loosely.decode, limit=limit
            )
        except DeliveryRefused as refused:
            if refused.code == TOKEN_TOO_OLD and token:
                raise TokenTooOld(str(refused), refused.code) from refused
            if refused.code in WRONG_PARAMETERS and cursor:
                raise CursorUnknown(str(refused), refused.code) from refused
            raise
        return self._page(account, answer)

    def _page(self, account: str, answer: Mapping[str, Any]) -> Pulled:
        items, cursor = answer.get("msg_list", []), answer.get("next_cursor")
        if not isinstance(items, list):
            raise DeliveryDelayed("企业微信给出的消息列表无法识别")
        inbounds = tuple(said for item in items for said in kf.read(self.channel, account, item))
        return Pulled(inbounds, cursor if isinstance(cursor, str) and cursor else None, answer.get("has_more") == 1)

    async def accounts(self) -> list[str]:
        """Those that are managed by API: messages of the others can be neither fetched nor answered."""
        found: list[str] = []
        offset = 0
        while True:
            answer = await self._list(offset)
            rows = answer.get("account_list")
            rows = rows if isinstance(rows, list) else []
            found += [
                row["open_kfid"] for row in rows
                if isinstance(row, dict) and isinstance(row.get("open_kfid"), str) and row.get("manage_privilege", True)
            ]
            if len(rows) < ACCOUNTS:
                return found
            offset += ACCOUNTS

    async def _list(self, offset: int) -> Mapping[str, Any]:
        asked = {"offset": offset, "limit": ACCOUNTS}
        try:
            return await self.api.post("kf/account/list", asked, expected=NO_KF)
        except DeliveryRefused as refused:
            if refused.code in NO_KF:
                raise NothingToPull("这个应用不能调用微信客服的接口，不取微信客服的消息", refused.code) from refused
            raise
