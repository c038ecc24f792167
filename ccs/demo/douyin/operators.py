"""Operators of Douyin accounts, what they grant, and the tokens by which apps then call."""

import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from attrs import Factory, define, field

from ccs.demo.memory import DAY
from ccs.demo.platform import Platform, Refused

ACCESS_LASTS, REFRESH_LASTS, CLIENT_LASTS, CODE_LASTS = 15 * DAY, 30 * DAY, 7200, 600     # seconds
OLD_CLIENT_LASTS = 300          # of the token before, once there is a new one
CLIENT_TOKENS = 500             # in five minutes
MOST_RENEWALS = 5


@define
class Held:
    """What an app holds of one operator."""

    open_id: str
    scope: str
    refresh: str
    refresh_until: float
    renewals: int = 0


@define
class Operators(Platform):
    """The app's credentials, and who has granted it what. `now` is the only clock here."""

    client_key: str = "awdemo"
    client_secret: str = "demo-client-secret"
    now: Callable[[], float] = field(default=time.time, kw_only=True)
    agrees: str = field(default="biz-1", kw_only=True)          # the operator who sits at the page; empty: refuses
    held: dict[str, Held] = field(factory=dict, kw_only=True)
    fetches: "deque[float]" = field(factory=deque, kw_only=True)        # of client_token
    _codes: dict[str, tuple[str, str, float]] = Factory(dict)
    _access: dict[str, tuple[str, float]] = Factory(dict)       # whose, until when
    _client: dict[str, float] = Factory(dict)

    # What operators do

    def agree(self, scope: str = "im.direct_message") -> str:
        """A code for the operator at the page."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = (self.agrees, scope, self.now() + CODE_LASTS)
        return code

    def revoke(self, open_id: str) -> None:
        self.held.pop(open_id, None)
        self._access = {token: known for token, known in self._access.items() if known[0] != open_id}

    def forget_access(self) -> None:
        """Every access token ends, as any may at any time."""
        self._access = {token: (open_id, 0.0) for token, (open_id, _) in self._access.items()}

    def forget_client(self) -> None:
        self._client = dict.fromkeys(self._client, 0.0)

    # OAuth

    def access_token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        self._check_key(asked, with_secret=True)
        open_id, scope, until = self._codes.pop(asked.get("code", ""), ("", "", 0.0))
        if asked.get("grant_type") != "authorization_code" or not open_id or self.now() >= until:
            raise Refused(10007, "authorization_code expired")
        self.held[open_id] = Held(open_id, scope, f"rft.{secrets.token_hex(16)}", self.now() + REFRESH_LASTS)
        return self._granted(self.held[open_id])

    def refresh_token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        if asked.get("grant_type") != "refresh_token":
            raise Refused(10002, "grant_type")
        return self._granted(self._holding(asked))

    def renew_refresh_token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        held = self._holding(asked)
        if "renew_refresh_token" not in held.scope:
            raise Refused(10004, "scope")
        if held.renewals >= MOST_RENEWALS:
            raise Refused(10020, "refresh token too often")
        held.renewals += 1
        held.refresh, held.refresh_until = f"rft.{secrets.token_hex(16)}", self.now() + REFRESH_LASTS
        return {"refresh_token": held.refresh, "expires_in": REFRESH_LASTS}

    def client_token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        self._check_key(asked, with_secret=True)
        now = self.now()
        while self.fetches and self.fetches[0] <= now - OLD_CLIENT_LASTS:
            self.fetches.popleft()
        if len(self.fetches) >= CLIENT_TOKENS:
            raise Refused(10020, "too many client_token")
        self.fetches.append(now)
        self._client = {
            token: min(until, now + OLD_CLIENT_LASTS) for token, until in self._client.items() if until > now
        }
        token = f"clt.{secrets.token_hex(16)}"
        self._client[token] = now + CLIENT_LASTS
        return {"access_token": token, "expires_in": CLIENT_LASTS}

    # Proofs

    def check_client(self, token: str) -> None:
        if token not in self._client:
            raise Refused(28001003, "client_token invalid")
        if self.now() >= self._client[token]:
            raise Refused(28001008, "client_token expired")

    def check_access(self, token: str, open_id: str) -> None:
        whose, until = self._access.get(token, ("", 0.0))
        if open_id not in self.held:
            raise Refused(28001012, "not authorised")
        if not whose:
            raise Refused(28001003, "access_token invalid")
        if self.now() >= until:
            raise Refused(28001008, "access_token expired")
        if whose != open_id:
            raise Refused(28001015, "open_id does not match")

    def _granted(self, held: Held) -> dict[str, Any]:
        access = f"act.{secrets.token_hex(16)}"
        self._access[access] = (held.open_id, self.now() + ACCESS_LASTS)
        return {
            "access_token": access, "expires_in": ACCESS_LASTS, "refresh_token": held.refresh,
            "refresh_expires_in": int(held.refresh_until - self.now()), "open_id": held.open_id, "scope": held.scope,
        }

    def _holding(self, asked: Mapping[str, str]) -> Held:
        self._check_key(asked)
        held = next((each for each in self.held.values() if each.refresh == asked.get("refresh_token")), None)
        if held is None or self.now() >= held.refresh_until:
            raise Refused(10010, "refresh_token expired")
        return held

    def _check_key(self, asked: Mapping[str, str], *, with_secret: bool = False) -> None:
        if asked.get("client_key") != self.client_key:
            raise Refused(10003, "client_key")
        if with_secret and asked.get("client_secret") != self.client_secret:
            raise Refused(10013, "client_key or client_secret")
