"""A platform's access token: one for each secret, fetched once however many wait for it, and kept over restarts.

Whoever fetches one for every call is shut out: by WeCom (获取access_token, path 91039) and by Douyin (error 10020).
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random

from attrs import evolve, frozen

from ccs.errors import DeliveryDelayed, DeliveryError, DeliveryRefused
from ccs.kept import Token
from ccs.models import EPOCH, Clock

log = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)        # before its end a token is replaced, whatever the clocks and the line do
JITTER = 30.0                       # seconds more, at most, so that two servers do not ask at the same moment
SHORTEST_USE = timedelta(minutes=1)     # near its end WeCom gives the same token again, and asking for it does not help
REFUSED_FOR = timedelta(seconds=10)     # after a refusal nobody asks; some thousand wrong calls block us for an hour

Fetch = Callable[[], Awaitable[tuple[str, int]]]        # the text, and for how many seconds it is good


@frozen(eq=False)       # two of the same text are still two: the platform may give one again
class AccessToken:
    text: str
    ends: datetime              # by the platform's word
    replace_at: datetime
    fetched_at: datetime = EPOCH


class AccessTokens:
    """The token that is good now. `kept` and `keep` are the disk, by a name that says nothing of the secret."""

    def __init__(
        self, platform: str, credentials: tuple[str, ...], fetch: Fetch, now: Clock,
        kept: Callable[[str], Token | None], keep: Callable[[Token], object], chance: Random,
    ) -> None:
        self._platform = platform
        self._name = f"{platform} {hashlib.sha256(chr(0).join(credentials).encode()).hexdigest()[:32]}"
        self._fetch = fetch
        self._now = now
        self._kept = kept
        self._keep = keep
        self._chance = chance
        self._token: AccessToken | None = None
        self._fetching: asyncio.Task[AccessToken] | None = None
        self._refusal: tuple[DeliveryRefused, datetime] | None = None      # and until when it stands

    async def current(self, instead_of: AccessToken | None = None) -> AccessToken:
        """Raises DeliveryDelayed or DeliveryRefused. `instead_of` is one that the platform no longer takes."""
        known = self._token = self._token or self._from_disk()
        if known is not None and known is not instead_of and self._now() < known.replace_at:
            return known
        try:
            return await asyncio.shield(self._fresh())      # who no longer waits takes nothing from the others
        except DeliveryError:
            if known is None or known is instead_of or self._now() >= known.ends:
                raise
            self._token = evolve(known, replace_at=self._now() + SHORTEST_USE)      # it is good for a while yet
            return self._token

    def _from_disk(self) -> AccessToken | None:
        token = self._kept(self._name)
        if token is None or token.expires_at <= self._now():
            return None
        return AccessToken(token.value, token.expires_at, self._replace_at(token.expires_at))

    def _replace_at(self, ends: datetime) -> datetime:
        early = ends - EARLY - timedelta(seconds=self._chance.uniform(0, JITTER))
        return max(early, min(ends, self._now() + SHORTEST_USE))

    def _fresh(self) -> "asyncio.Task[AccessToken]":
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._replace(), name=f"access token of {self._platform}")
            self._fetching.add_done_callback(lambda task: task.cancelled() or task.exception())     # if nobody waits
        return self._fetching

    async def _replace(self) -> AccessToken:
        if self._refusal and self._now() < self._refusal[1]:
            raise self._refusal[0]
        asked_at = self._now()
        try:
            text, lasts = await self._fetch()
        except DeliveryRefused as refusal:
            log.error("%s gives no access token: error %s", self._platform, refusal.code)
            self._refusal = refusal, self._now() + REFUSED_FOR
            raise
        except DeliveryDelayed as delay:        # whatever became of this request, the message itself has not left
            raise DeliveryDelayed(str(delay), retry_after=delay.retry_after, code=delay.code) from delay
        ends = asked_at + timedelta(seconds=lasts)
        self._token = AccessToken(text, ends, self._replace_at(ends), asked_at)
        self._keep_quietly(Token(self._name, text, ends))
        return self._token

    def _keep_quietly(self, token: Token) -> None:
        try:
            self._keep(token)
        except Exception:       # the disk may be away; then a restart asks again
            log.warning("the access token could not be kept")
