"""The stream of an account: all that customers and staff said and all that happened, as `kf/sync_msg` gives it."""

import base64
import hashlib
import secrets
from collections import deque
from typing import Any

from attrs import Factory, define, field

from ccs.demo.memory import DAY, Clock
from ccs.demo.wecom.errors import wrong

Item = dict[str, Any]

LASTS = 3 * DAY
KEPT = 10_000           # items of an account, if three days bring more
LONGEST_PAGE = 1000
CUSTOMER, SYSTEM, STAFF = 3, 4, 5       # origins


@define
class Paging:
    """How pages are cut. All of it is allowed but the last, which is a fault that a reader should survive."""

    longest: int = LONGEST_PAGE
    lengths: "deque[int]" = Factory(deque)      # of the next pages, one each; 0 is an empty page with more to come
    twice: bool = False                         # each item comes two times
    overlap: int = 0                            # so many items of before come again
    stuck: bool = False                         # there is always more, and the cursor does not move

    def length(self, limit: int) -> int:
        return min(limit, self.longest, self.lengths.popleft() if self.lengths else limit)


@define
class Stream:
    """Positions rise by one from 1; a cursor is the position before the next item, made opaque."""

    open_kfid: str
    now: Clock
    _items: list[Item] = field(factory=list, init=False)
    _first: int = field(default=1, init=False)          # the position of the oldest that is kept
    _cursors: int = field(default=0, init=False)        # handed out

    def append(self, item: Item) -> str:
        """Now, under an id of its own, which is returned."""
        msgid = secrets.token_urlsafe(18)
        self._items.append({"msgid": msgid, **item, "send_time": int(self.now())})
        self._forget()
        return msgid

    def page(self, cursor: str, limit: int, paging: Paging) -> dict[str, Any]:
        self._forget()
        start = max(self._position(cursor), self._first) if cursor else self._first
        length = paging.length(limit)
        end = min(start + length, self._end)
        items = self._items[max(start - paging.overlap, self._first) - self._first:end - self._first]
        if paging.twice:
            items = [item for item in items for _ in range(2)]
        more = end < self._end or not length or paging.stuck
        stays = paging.stuck or end == start and not more
        return {
            "next_cursor": cursor if stays and cursor else self._cursor(start if stays else end),
            "has_more": int(more), "msg_list": items,
        }

    @property
    def _end(self) -> int:
        return self._first + len(self._items)

    def _cursor(self, position: int) -> str:
        """Another each time, though it be for the same place."""
        self._cursors += 1
        place = self._tag + position.to_bytes(8, "big") + self._cursors.to_bytes(8, "big")
        return base64.urlsafe_b64encode(place).decode()

    def _position(self, cursor: str) -> int:
        try:
            place = base64.b64decode(cursor, b"-_", validate=True)
        except ValueError:
            raise wrong("cursor") from None
        position = int.from_bytes(place[8:16], "big")
        if len(place) != 24 or place[:8] != self._tag or position > self._end:
            raise wrong("cursor")
        return position

    @property
    def _tag(self) -> bytes:
        return hashlib.sha256(self.open_kfid.encode()).digest()[:8]

    def _forget(self) -> None:
        old, since = max(0, len(self._items) - KEPT), self.now() - LASTS
        while old < len(self._items) and self._items[old]["send_time"] < since:
            old += 1
        del self._items[:old]
        self._first += old
