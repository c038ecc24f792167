"""The Douyin accounts that have been authorised, each with its tokens, and the care that keeps them good.

What Douyin grants is on disk before it is used: a refresh token that is lost is an authorisation lost. Nothing here is
logged but account ids and times.
"""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

from attrs import evolve

from ccs import codec
from ccs.channels.base import Tools
from ccs.channels.douyin.api import Answer, Api, Ask, data_of, error_code, never_lost
from ccs.channels.douyin.errcodes import AGAIN, EXPIRED, INVALID, NOT_AUTHORISED, REFRESH_EXPIRED, REFRESHED_TOO_OFTEN
from ccs.channels.douyin.grant import MOST_RENEWALS, Grant, from_token, granted
from ccs.errors import BadRequest, DeliveryError, DeliveryRefused, StoreUnavailable
from ccs.kept import Token
from ccs.models import from_millis

log = logging.getLogger(__name__)

FOR_EVER = from_millis(253_402_300_799_000)     # the last second that a date can have

MOST_STRANGERS = 100        # the latest

NO_GRANT = f"这个抖音号还没有授权，{AGAIN}"
NO_MORE = f"这个抖音号的授权已失效，{AGAIN}"
REVOKED, EXPIRED_FOR_GOOD, UNKNOWN = "运营者取消了授权", "授权已到期", "抖音不再认这份授权"


class Accounts:
    """By open_id. One refresh at a time for each, however many wait for it."""

    def __init__(self, api: Api, tools: Tools) -> None:
        self._api = api
        self._now = tools.now
        self._kept = tools.token
        self._keep = tools.keep_token
        key = hashlib.sha256(api.app.key.encode()).hexdigest()[:32]
        self._index = f"douyin {key} accounts"
        self._elsewhere = f"douyin {key} granted elsewhere"
        self._key = key
        self._grants: dict[str, Grant] | None = None
        self._agreed: list[str] | None = None
        self._unsaved: set[str] = set()
        self._busy: dict[str, asyncio.Lock] = {}

    # Looking

    def all(self) -> list[Grant]:
        return list(self._known().values())

    def strangers(self) -> list[str]:
        """Accounts whose operators agreed, without having been connected here: we have no token of theirs."""
        if self._agreed is None:
            kept = self._kept(self._elsewhere)
            self._agreed = _ids(kept) if kept else []
        return [open_id for open_id in self._agreed if self._is_strange(open_id)]

    def grant(self, open_id: str) -> Grant | None:
        return self._known().get(open_id)

    async def client_token(self) -> str:
        """The app's own. Raises DeliveryDelayed or DeliveryRefused."""
        return await self._api.client_token()

    async def as_operator(self, open_id: str, path: str, ask: Ask) -> Answer:
        """Asked with the account's own token, and once more with another if Douyin does not take it any more.

        Raises DeliveryDelayed, `lost` only for what `ask` itself has lost, or DeliveryRefused.
        """
        grant = await self._good(open_id, path)
        answer = await ask(grant.access)
        if error_code(answer) in EXPIRED | INVALID:
            grant = await self._good(open_id, path, instead_of=grant.access)
            answer = await ask(grant.access)
        if error_code(answer) in INVALID | NOT_AUTHORISED:
            await self._ends(open_id, grant, REVOKED if error_code(answer) in NOT_AUTHORISED else UNKNOWN)
            raise DeliveryRefused(NO_MORE, error_code(answer))
        return self._api.fine(path, answer)

    # Granting

    async def connect(self, code: str) -> Grant:
        """What an operator has granted is ours, durably. Raises DeliveryError or StoreUnavailable."""
        asked_at = self._now()
        answer = await self._api.form("oauth/access_token/", {
            "client_key": self._api.app.key, "client_secret": self._api.app.secret, "code": code,
            "grant_type": "authorization_code",
        })
        grant = granted(data_of(answer), asked_at)
        async with self._lock(grant.open_id):
            await self._save(grant, must=True)
        log.warning("Douyin account %s is authorised until %s at the latest", grant.open_id, grant.ends().date())
        return grant

    def authorised(self, open_id: str) -> None:
        """Douyin says that the operator agreed: mostly on the way to `connect`, but maybe to another installation."""
        if open_id and self._is_strange(open_id):
            self._keep_strangers([each for each in self.strangers() if each != open_id] + [open_id])

    def revoked(self, open_id: str) -> None:
        """Douyin says that the operator took it back."""
        if open_id in (strangers := self.strangers()):
            self._keep_strangers([each for each in strangers if each != open_id])
        if (grant := self.grant(open_id)) and not grant.ended:
            self._remember(evolve(grant, ended=REVOKED))
            self._write(self._known()[open_id])

    # Keeping

    async def tend(self) -> None:
        """What ends soon is refreshed and renewed, and what will end for good is said. Raises nothing of ours."""
        for open_id in list(self._known()):
            try:
                async with self._lock(open_id):
                    await self._tend(self._known()[open_id])
            except (DeliveryError, StoreUnavailable) as error:
                log.warning("Douyin account %s could not be looked after: %s", open_id, error)

    async def _tend(self, grant: Grant) -> None:
        if grant.open_id in self._unsaved:
            await self._save(grant)
        now = self._now()
        if not grant.ended and not grant.is_fresh(now):
            grant = await self._refresh(grant)
        if grant.wants_renewal(now):
            grant = await self._renew(grant)
        if grant.is_over(now):
            log.error("Douyin account %s must be authorised again: open /douyin/authorize", grant.open_id)
        elif grant.ends_soon(now):
            days = (grant.ends() - now).days
            log.warning("Douyin account %s must be authorised again within %d days", grant.open_id, days)

    async def _good(self, open_id: str, path: str, instead_of: str | None = None) -> Grant:
        """The account's grant with a token that is good now. Raises DeliveryDelayed, never lost, or DeliveryRefused."""
        async with self._lock(open_id):
            grant = self.grant(open_id)
            if grant is None:
                raise DeliveryRefused(NO_GRANT)
            if grant.is_over(self._now()):
                raise DeliveryRefused(NO_MORE)
            if grant.access != instead_of and self._now() < grant.access_until:
                return grant if grant.is_fresh(self._now()) else await self._better(grant)
            return await self._refresh(grant)

    async def _better(self, grant: Grant) -> Grant:
        """It is good for a while yet, so that no failure matters."""
        try:
            return await self._refresh(grant)
        except DeliveryError:
            if self._known()[grant.open_id].ended:
                raise
            return grant

    async def _refresh(self, grant: Grant) -> Grant:
        asked_at = self._now()
        told = await self._ask(grant, "oauth/refresh_token/", {"grant_type": "refresh_token"})
        return await self._save(grant.refreshed(told, asked_at))

    async def _renew(self, grant: Grant) -> Grant:
        """Where that is not allowed, the grant simply ends sooner."""
        asked_at = self._now()
        try:
            told = await self._ask(grant, "oauth/renew_refresh_token/", {})
        except DeliveryRefused as refusal:
            log.warning("Douyin renews account %s no more: error %s", grant.open_id, refusal.code)
            return await self._save(evolve(self._known()[grant.open_id], renewals=MOST_RENEWALS))
        return await self._save(grant.renewed(told, asked_at))

    async def _ask(self, grant: Grant, path: str, more: Mapping[str, str]) -> Mapping[str, Any]:
        wanted = {"client_key": self._api.app.key, "refresh_token": grant.refresh, **more}
        try:
            return data_of(await self._api.form(path, wanted))
        except DeliveryError as error:
            if error.code == REFRESH_EXPIRED:
                await self._ends(grant.open_id, grant, EXPIRED_FOR_GOOD)
                raise DeliveryRefused(NO_MORE, error.code) from error
            if error.code == REFRESHED_TOO_OFTEN and "renew" in path:
                raise DeliveryRefused("抖音不再续期这份授权", error.code) from error
            raise never_lost(error) from error

    async def _ends(self, open_id: str, grant: Grant, why: str) -> None:
        """Unless it was granted anew meanwhile."""
        known = self._known().get(open_id)
        if known and known.granted_at == grant.granted_at and not known.ended:
            log.error("Douyin account %s must be authorised again: open /douyin/authorize", open_id)
            await self._save(evolve(known, ended=why))

    def _is_strange(self, open_id: str) -> bool:
        grant = self.grant(open_id)
        return grant is None or bool(grant.ended)

    def _keep_strangers(self, open_ids: list[str]) -> None:
        self._agreed = open_ids[-MOST_STRANGERS:]
        self._keep(Token(self._elsewhere, codec.encode(self._agreed).decode(), FOR_EVER))

    def _lock(self, open_id: str) -> asyncio.Lock:
        return self._busy.setdefault(open_id, asyncio.Lock())

    # The disk

    def _known(self) -> dict[str, Grant]:
        if self._grants is None:
            index = self._kept(self._index)
            kept = [self._kept(self._name(open_id)) for open_id in (_ids(index) if index else [])]
            grants = [from_token(token) for token in kept if token]
            self._grants = {grant.open_id: grant for grant in grants if grant}
        return self._grants

    def _remember(self, grant: Grant) -> None:
        self._known()[grant.open_id] = grant
        self._unsaved.add(grant.open_id)

    async def _save(self, grant: Grant, must: bool = False) -> Grant:
        """In memory at once. What the disk does not take now is written when the account is next looked after."""
        self._remember(grant)
        try:
            for kept in self._write(grant):
                if isawaitable(kept):
                    await kept
        except StoreUnavailable:
            if must:
                raise
            log.error("the tokens of Douyin account %s wait for the database", grant.open_id)
        else:
            self._unsaved.discard(grant.open_id)
        return grant

    def _write(self, grant: Grant) -> list[object]:
        ids = Token(self._index, codec.encode(list(self._known())).decode(), FOR_EVER)
        return [self._keep(grant.token(self._name(grant.open_id))), self._keep(ids)]

    def _name(self, open_id: str) -> str:
        return f"douyin {hashlib.sha256(f'{self._key}{open_id}'.encode()).hexdigest()[:32]}"


def _ids(index: Token) -> list[str]:
    try:
        ids = codec.decode(index.value)
    except BadRequest:
        return []
    return [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
