"""One account's stream: what its platform has for us is fetched page after page, and each page taken with its cursor.

What a page brought and how far it reaches is committed in one turn of the loop, which makes it one transaction: after a
crash the next fetch begins exactly behind what was kept.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Protocol

from attrs import define, field

from ccs.channels.base import CursorUnknown, Pulled, Source, TokenTooOld
from ccs.errors import StoreUnavailable
from ccs.incoming.inbound import Inbound, PlatformTells
from ccs.kept import Cursor, Nudge
from ccs.models import Clock
from ccs.reception import Reception
from ccs.ticket import Ticket

log = logging.getLogger(__name__)

TOKEN_LASTS = timedelta(minutes=10)     # of a wake-up (path 94670); without one the platform's limit is strict
TOKENLESS_PAUSE = 1.0                   # seconds between pages then
MOST_BARREN = 100                       # pages in a row that bring nothing new; what they say is still to come can wait


class Archive(Protocol):
    """What was fetched and what we were told, as it is on disk."""

    def cursors(self) -> list[Cursor]: ...

    def nudge(self, channel: str, account: str) -> Nudge | None: ...


@define
class Stream:
    """What an account has for us. `take` is the intake's."""

    channel: str
    account: str
    _source: Source
    _take: Callable[[Inbound], Ticket]
    _reception: Reception
    _archive: Archive
    _now: Clock
    had_token: bool = field(default=False, init=False)      # the last request, which the platform then limits less
    _too_old: str = field(default="", init=False)           # a token that it no longer takes

    async def catch_up(self) -> None:
        """Fetch and keep all there is. Raises DeliveryDelayed, DeliveryRefused or StoreUnavailable."""
        cursor, tickets = self._begin(), list[Ticket]()
        seen, barren, more = {cursor}, 0, True
        while more:
            pulled = await self._pull(cursor)               # while the page before is written
            await _all(ticket for ticket in tickets if ticket.is_settled)   # else this one's cursor would pass it over
            before, tickets = tickets, self._keep(pulled, cursor)
            await _all(before)
            is_new = any(ticket.moved for ticket in tickets[:len(pulled.inbounds)])
            cursor, more = pulled.cursor or cursor, pulled.more
            barren = 0 if is_new else barren + 1
            if more and not is_new and (cursor in seen or barren == MOST_BARREN):
                log.warning("%s account %s has always more and never anything new; that can wait", *self._key)
                break
            seen = {cursor} if is_new else seen | {cursor}
            if more and not self.had_token:
                await asyncio.sleep(TOKENLESS_PAUSE)
        await _all(tickets)

    def _begin(self) -> str | None:
        """Where the disk says that we are; None at the very beginning."""
        ours = (cursor for cursor in self._archive.cursors() if (cursor.channel, cursor.account) == self._key)
        return next((cursor.value for cursor in ours), None)

    @property
    def _key(self) -> tuple[str, str]:
        return (self.channel, self.account)

    async def _pull(self, cursor: str | None) -> Pulled:
        token = self._token()
        try:
            return await self._ask(cursor, token)
        except TokenTooOld:
            log.info("the token for %s account %s is too old, so it is fetched without", *self._key)
            self._too_old = token or ""
            return await self._ask(cursor, None)
        except CursorUnknown:
            log.warning("%s account %s is fetched from its beginning: its cursor is not known any more", *self._key)
            return await self._ask(None, token)

    async def _ask(self, cursor: str | None, token: str | None) -> Pulled:
        self.had_token = token is not None
        return await self._source.pull(self.account, cursor, token)

    def _token(self) -> str | None:
        nudge = self._archive.nudge(*self._key)
        if nudge is None or not nudge.token or nudge.token == self._too_old:
            return None
        return nudge.token if self._now() - nudge.received_at < TOKEN_LASTS else None

    def _keep(self, pulled: Pulled, cursor: str | None) -> list[Ticket]:
        """Nothing is awaited between the first item and the cursor: it is one transaction."""
        tickets = [self._taken(inbound) for inbound in pulled.inbounds]
        if pulled.cursor and pulled.cursor != cursor:
            tickets.append(self._reception.fetched(Cursor(*self._key, pulled.cursor, self._now())))
        return tickets

    def _taken(self, inbound: Inbound) -> Ticket:
        """What no rule can take is kept as a notice: those behind it must not wait for it."""
        try:
            return self._take(inbound)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("something of %s account %s could not be taken", *self._key)
            kind, ids = type(inbound).__name__, getattr(inbound, "ids", ())
            payload = {"inbound": kind, "content": getattr(inbound, "content", "")}
            return self._reception.platform_tells(PlatformTells(*self._key, "not_taken", payload, ids))


async def _all(tickets: Iterable[Ticket]) -> None:
    for ticket in tickets:
        await ticket
