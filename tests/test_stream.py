"""A stream's pages are kept in their order, and none is passed over, whenever the disk fails."""

from typing import Any

import pytest
from attrs import Factory, define

from ccs.channels.base import Pulled
from ccs.errors import StoreUnavailable
from ccs.incoming.inbound import PlatformTells
from ccs.incoming.stream import Stream
from ccs.kept import Cursor
from ccs.models import Change
from ccs.ticket import Ticket
from tests.test_lifecycle import NOW

PAGES = [Pulled((PlatformTells("wechat", "wk", f"item {page}", {}),), f"cursor {page}", page < 2) for page in range(3)]


@define
class FailsOnce:
    """A reception whose disk fails with the first page, and is well again before the second has come."""

    open: list[Ticket] = Factory(list)
    kept: list[str] = Factory(list)

    def take(self, tells: PlatformTells) -> Ticket:
        return self._ticket(tells.kind)

    def fetched(self, cursor: Cursor) -> Ticket:
        return self._ticket(cursor.value)

    def _ticket(self, what: str) -> Ticket:
        ticket = Ticket(Change(cursors=(Cursor("wechat", "wk", what, NOW),)))
        ticket.then(self.kept.append, what)
        self.open.append(ticket)
        return ticket

    def settle(self, error: StoreUnavailable | None) -> None:
        while self.open:
            self.open.pop(0).settle(error)

    async def pull(self, account: str, cursor: str | None, token: str | None) -> Pulled:
        number = int(cursor[-1]) + 1 if cursor else 0
        self.settle(StoreUnavailable() if number == 1 else None)
        return PAGES[number]

    def cursors(self) -> list[Cursor]:
        return []

    def nudge(self, channel: str, account: str) -> None:
        return None


@pytest.mark.gen_test
async def test_no_page_is_kept_whose_forerunner_was_lost_though_the_disk_is_well_again() -> None:
    reception: Any = FailsOnce()
    with pytest.raises(StoreUnavailable):
        await Stream("wechat", "wk", reception, reception.take, reception, reception, lambda: NOW).catch_up()
    reception.settle(None)
    assert reception.kept == []
