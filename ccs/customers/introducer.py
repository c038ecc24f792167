"""Who customers are, where a platform tells that apart from what they say.

A session whose customer has no name is named here by the reception. What we were told lately is shown at once;
everyone else is asked for together with whoever comes in the same moment. Nothing waits for it: a session without a
name is served like any other, and after a failure the next to come brings the others along.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from attrs import Factory, define

from ccs.backoff import Backoff
from ccs.channels.base import MOST_PROFILES, Channel
from ccs.errors import DeliveryError, StoreUnavailable
from ccs.kept import Profile
from ccs.models import Clock, Customer, Session
from ccs.reception import Reception
from ccs.worker import Worker, end

log = logging.getLogger(__name__)

FRESH = timedelta(hours=24)     # people seldom change their names; a session that begins later asks again
GATHER = 0.1                    # seconds in which those who come are asked for together
LONGEST_PAUSE = 300.0           # seconds after failures
MOST_WANTED = 1000              # customers of one account who wait for the end of a failure; then the latest

Account = tuple[str, str]       # channel and account


class Profiles(Protocol):
    """Reads what was kept. Raises StoreUnavailable."""

    def profile(self, channel: str, account: str, customer_id: str) -> Profile | None: ...


@define
class Introducer(Worker):
    """Lives on the loop. `introduce` may be called for anybody, any number of times."""

    _reception: Reception
    _channels: Mapping[str, Channel]
    _profiles: Profiles
    _now: Clock
    _wanted: dict[Account, dict[str, None]] = Factory(dict)         # customers to be asked for, in their order
    _asking: dict[Account, "asyncio.Task[None]"] = Factory(dict)
    _paused: dict[Account, float] = Factory(dict)                   # until when, on the loop's clock
    _backoff: Backoff = Factory(lambda: Backoff(0, LONGEST_PAUSE))
    _stopping: bool = False

    def introduce(self, session: Session) -> None:
        """Have its customer's name shown, soon, if her platform tells it."""
        try:
            self._introduce(session)
        except StoreUnavailable:
            log.info("the customer of session %s waits for the database", session.id)       # `resume` comes after it

    def resume(self) -> None:
        """After a start, or when the disk is back: whoever still has no name."""
        for session in self._reception.registry.open_sessions():
            if not session.customer.name:
                self.introduce(session)

    async def stop(self) -> None:
        self._stopping = True
        await end(self._asking.values())

    def _introduce(self, session: Session) -> None:
        customer = session.customer
        channel = self._channels.get(customer.channel)
        if channel is None or not channel.knows_customers(session.via):
            return
        kept, is_fresh = self._kept(customer)
        if kept and (kept.name, kept.avatar) not in (("", ""), (customer.name, customer.avatar)):
            self._reception.customer_known(kept)
        if not is_fresh:
            self._want(customer)

    def _kept(self, customer: Customer) -> tuple[Profile | None, bool]:
        """What we were told last, and whether that is not long ago."""
        kept = self._profiles.profile(*customer.key)
        return kept, kept is not None and self._now() - kept.fetched_at < FRESH

    def _want(self, customer: Customer) -> None:
        account = (customer.channel, customer.account)
        wanted = self._wanted.setdefault(account, {})
        wanted[customer.id] = None
        if len(wanted) > MOST_WANTED:
            del wanted[next(iter(wanted))]
        is_paused = self._stopping or self._paused.get(account, 0.0) > asyncio.get_running_loop().time()
        if account not in self._asking and not is_paused:
            self._asking[account] = asyncio.create_task(self._run(account), name=f"introducer {account}")

    # One account's worker

    async def _run(self, account: Account) -> None:
        try:
            await asyncio.sleep(GATHER)
            while ids := self._next(account):
                await self._ask(account, ids)
        except DeliveryError:
            pass                                    # said already; they are wanted again
        except StoreUnavailable:
            log.warning("customers of %s wait for the database", ":".join(account))     # `resume` comes after it
        except Exception:
            log.exception("introducing customers of %s failed", ":".join(account))
            self._pause(account)
        finally:
            del self._asking[account]
            if not self._wanted.get(account):
                self._wanted.pop(account, None)

    def _next(self, account: Account) -> list[str]:
        """As many as a platform takes at once, and none who left meanwhile or was asked for just now."""
        wanted = self._wanted.get(account, {})
        ids: list[str] = []
        while wanted and len(ids) < MOST_PROFILES:
            customer_id = next(iter(wanted))
            del wanted[customer_id]
            customer = Customer(*account, customer_id)
            if self._reception.registry.open_session(customer) and not self._kept(customer)[1]:
                ids.append(customer_id)
        return ids

    async def _ask(self, account: Account, ids: list[str]) -> None:
        """Raises DeliveryError, and then they are wanted again; StoreUnavailable."""
        try:
            profiles = await self._channels[account[0]].profiles(account[1], ids)
        except DeliveryError as error:
            if account not in self._paused:         # once for each outage
                log.warning("who the customers of %s are cannot be asked: %s", ":".join(account), error)
            self._pause(account, getattr(error, "retry_after", None) or 0.0)
            self._wanted[account] = dict.fromkeys([*ids, *self._wanted.get(account, {})])
            raise
        self._backoff.succeeded(":".join(account))
        if self._paused.pop(account, None):
            log.info("who the customers of %s are can be asked again", ":".join(account))
        for ticket in [self._reception.customer_known(profile) for profile in profiles]:
            await ticket

    def _pause(self, account: Account, at_least: float = 0.0) -> None:
        now, key = asyncio.get_running_loop().time(), ":".join(account)
        self._backoff.failed(key, now)
        self._paused[account] = now + max(self._backoff.wait(key, now), at_least)
