"""What a shop has granted our application at JOS, and the care that keeps it good.

jos.jd.com: channel 152 and 880. A refresh token brings another access token, and mostly another refresh token with it,
so what JD gives is on disk before it is used: a refresh token that is lost is an authorisation lost. How long one lasts
JD says each time: a day while an application is tested, up to a year afterwards. Nothing here is logged but days.
"""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from inspect import isawaitable
from typing import Any
from urllib.parse import urlencode

from attrs import evolve, frozen

from ccs import codec
from ccs.channels.base import Tools
from ccs.channels.jd.errcodes import RENEW, answered, complaint, number
from ccs.errors import BadRequest, DeliveryError, DeliveryRefused, StoreUnavailable
from ccs.kept import Token
from ccs.models import from_millis, to_millis
from ccs.settings import JDSettings

log = logging.getLogger(__name__)

REFRESH_EARLY = timedelta(days=14)      # of one that lasts for long; half of that is left for a new authorisation
SHORTEST_PAUSE = timedelta(hours=1)     # between tries that nobody waits for; the shop's other tools use JD too
SAID_EVERY = timedelta(days=1)          # in the log, that it cannot be renewed
NO_MORE = f"京东不再延长这份授权，查询不了订单。{RENEW}"


@frozen
class Grant:
    """An access token and how to replace it; `since` is when JD last gave one that lasts longer than the one before."""

    access: str
    refresh: str
    since: datetime
    until: datetime

    @property
    def early(self) -> timedelta:
        return min(REFRESH_EARLY, (self.until - self.since) / 4)

    def wants_refresh(self, now: datetime) -> bool:
        return now >= self.until - self.early

    def is_ending(self, now: datetime) -> bool:
        """It should have been prolonged by now."""
        return now >= self.until - self.early / 2

    def refreshed(self, told: Mapping[str, Any], asked_at: datetime) -> "Grant":
        """By what JD answered. Raises DeliveryRefused for an answer without a token."""
        later = granted(told, asked_at, self.refresh)
        return later if later.until > self.until + self.early else evolve(later, since=self.since)

    def token(self, name: str) -> Token:
        told = {
            "access": self.access, "refresh": self.refresh, "since": to_millis(self.since),
            "until": to_millis(self.until),
        }
        return Token(name, codec.encode(told).decode(), self.until)


def granted(told: Mapping[str, Any], asked_at: datetime, refresh: str) -> Grant:
    access, lasts, another = told.get("access_token"), number(told.get("expires_in")), told.get("refresh_token")
    if not isinstance(access, str) or not access or lasts is None or not 0 < lasts < 10**9:
        raise DeliveryRefused("京东的答复里没有 access_token")
    refresh = another if isinstance(another, str) and another else refresh
    return Grant(access, refresh, asked_at, asked_at + timedelta(seconds=lasts))


def from_token(token: Token | None) -> Grant | None:
    """What was kept; None if there is nothing that can be read."""
    if token is None:
        return None
    try:
        told = codec.decode(token.value)
        return Grant(told["access"], told["refresh"], from_millis(told["since"]), from_millis(told["until"]))
    except (BadRequest, TypeError, KeyError, ValueError, OverflowError):
        return None


class Grants:
    """The access token that is good now, replaced by one at a time, however many wait for it.

    Without a refresh token it is the one in the settings, which people renew.
    """

    def __init__(self, settings: JDSettings, tools: Tools) -> None:
        self._settings = settings
        self._http = tools.http
        self._now = tools.now
        self._kept = tools.token
        self._keep = tools.keep_token
        told = "\0".join((settings.app_key, settings.app_secret, settings.refresh_token))   # another one begins anew
        self._name = f"jd {hashlib.sha256(told.encode()).hexdigest()[:32]}"
        self._grant: Grant | None = None
        self._unsaved = False
        self._busy = asyncio.Lock()
        self._refusal: DeliveryRefused | None = None
        self._tried_at: datetime | None = None
        self._said_at: datetime | None = None

    @property
    def renews(self) -> bool:
        return bool(self._settings.refresh_token)

    def known(self) -> Grant | None:
        """What JD gave last, as far as it is renewed from here."""
        if self.renews and self._grant is None:
            self._grant = from_token(self._kept(self._name))
        return self._grant

    def access(self) -> str:
        """As it is, whether or not JD still takes it; empty if there is none."""
        grant = self.known()
        return grant.access if grant else self._settings.access_token

    async def current(self, instead_of: str | None = None) -> str:
        """`instead_of` is one that JD no longer takes. Raises DeliveryDelayed or DeliveryRefused."""
        if not self.renews:
            return self._settings.access_token
        async with self._busy:
            grant = self.known()
            if grant and grant.access != instead_of and self._now() < grant.until:
                return grant.access             # `tend` replaces it in time
            if grant is None and self._settings.access_token not in ("", instead_of):
                return self._settings.access_token
            return (await self._refresh()).access

    async def tend(self) -> None:
        """What ends soon is replaced, and what will end for good is said. Raises nothing of ours."""
        if not self.renews:
            return
        async with self._busy:
            grant, now = self.known(), self._now()
            if grant and self._unsaved:
                await self._save(grant)
            is_early = self._tried_at is not None and now - self._tried_at < SHORTEST_PAUSE
            if (grant is None or grant.wants_refresh(now)) and not is_early:
                try:
                    grant = await self._refresh()
                except DeliveryError as error:
                    log.warning("JD's access token could not be renewed: %s", error)
        if self.ends(now):
            self._say(now)

    def ends(self, now: datetime) -> bool:
        """Whether somebody must authorise again."""
        grant = self.known()
        return self._refusal is not None or bool(grant and grant.is_ending(now))

    async def _refresh(self) -> Grant:
        grant, asked_at = self.known(), self._now()
        if self._refusal and self._tried_at and asked_at - self._tried_at < SHORTEST_PAUSE:
            raise self._refusal
        self._tried_at = asked_at
        refresh = grant.refresh if grant else self._settings.refresh_token
        try:
            told = await self._ask(refresh)
            grant = grant.refreshed(told, asked_at) if grant else granted(told, asked_at, refresh)
        except DeliveryRefused as refusal:
            log.error("JD does not renew the access token: error %s", refusal.code)
            self._refusal = DeliveryRefused(NO_MORE, refusal.code)
            raise self._refusal from refusal
        self._refusal = None
        log.info("JD's access token is good for %d days", (grant.until - asked_at).days)
        return await self._save(grant)

    async def _ask(self, refresh: str) -> Mapping[str, Any]:
        query = urlencode({
            "app_key": self._settings.app_key, "app_secret": self._settings.app_secret, "grant_type": "refresh_token",
            "refresh_token": refresh,
        })
        reply = await self._http.get(f"{self._settings.oauth_base.rstrip('/')}/oauth2/refresh_token?{query}")
        answer = answered(reply)
        if "access_token" in answer:
            return answer
        raise complaint(answer.get("error_response", answer))

    async def _save(self, grant: Grant) -> Grant:
        """In memory at once; what the disk does not take now is written when it is next looked after."""
        self._grant, self._unsaved = grant, True
        try:
            kept = self._keep(grant.token(self._name))
            if isawaitable(kept):
                await kept
        except StoreUnavailable:
            log.error("JD's access token waits for the database")
        else:
            self._unsaved = False
        return grant

    def _say(self, now: datetime) -> None:
        if self._said_at and now - self._said_at < SAID_EVERY:
            return
        self._said_at = now
        grant = self.known()
        days = max(0, (grant.until - now).days) if grant else 0
        log.error("JD must be authorised again within %d days: put the new refresh_token into channels.jd", days)
