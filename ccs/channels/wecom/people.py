"""微信客服: who customers are. The page of developer.work.weixin.qq.com: 获取客户基础信息 (path 95159)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import Factory, define

from ccs.channels.wecom.api import Api
from ccs.codec import LONGEST_TEXT
from ccs.kept import Profile
from ccs.models import Clock

UNKNOWN_FOR = timedelta(hours=1)    # in which nobody is asked for again of whom WeCom knows nothing
MOST_UNKNOWN = 10_000


@define
class People:
    """Names and pictures of those who write to 微信客服's accounts."""

    _api: Api
    _channel: str
    _now: Clock
    _unknown: dict[str, datetime] = Factory(dict)       # customers, until when

    async def profiles(self, account: str, ids: Sequence[str]) -> list[Profile]:
        """Of at most 100. Who is missing is not known to WeCom, now or for the last hour."""
        now = self._now()
        asked = [customer_id for customer_id in ids if self._unknown.get(customer_id, now) <= now]
        if not asked:
            return []
        answer = await self._api.post("kf/customer/batchget", {"external_userid_list": asked})
        known = {row["external_userid"]: row for row in _rows(answer) if row.get("external_userid") in asked}
        for customer_id in asked:
            if customer_id not in known:
                self._note(customer_id, now + UNKNOWN_FOR)
        return [
            Profile(self._channel, account, customer_id, _text(row, "nickname"), _text(row, "avatar"), now)
            for customer_id, row in known.items()
        ]

    def _note(self, customer_id: str, until: datetime) -> None:
        """The latest stand last; of too many the oldest goes."""
        self._unknown.pop(customer_id, None)
        self._unknown[customer_id] = until
        if len(self._unknown) > MOST_UNKNOWN:
            del self._unknown[next(iter(self._unknown))]


def _rows(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    rows = answer.get("customer_list")
    return (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else iter(())


def _text(row: Mapping[str, Any], name: str) -> str:
    """What is no text of reasonable length counts as not said."""
    text = row.get(name)
    return text if isinstance(text, str) and len(text) <= LONGEST_TEXT else ""
