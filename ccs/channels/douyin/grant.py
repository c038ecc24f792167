"""What one Douyin account has granted us, and how it is written down.

The page of developer.open-douyin.com: account-permission. An access token lasts 15 days and the refresh token that
replaces it 30; that one can be renewed five times, and then the operator must authorise again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, frozen

from ccs import codec
from ccs.channels.douyin.errcodes import number
from ccs.errors import BadRequest, DeliveryRefused
from ccs.kept import Token
from ccs.models import from_millis, to_millis

MOST_RENEWALS = 5
RENEWED_FOR = timedelta(days=30)
REFRESH_EARLY = timedelta(days=3)       # a machine may be off over a weekend
RENEW_EARLY = timedelta(days=7)         # or over a holiday; each day of it is lost to the next thirty
WARN_EARLY = timedelta(days=7)          # before an authorisation ends for good


@frozen
class Grant:
    """The tokens of one account; `ended` says why they are good for nothing more."""

    open_id: str
    access: str
    access_until: datetime
    refresh: str
    refresh_until: datetime
    scope: str
    granted_at: datetime
    renewals: int = 0
    ended: str = ""

    def is_fresh(self, now: datetime) -> bool:
        """Nothing better is to be had yet, or any more."""
        return now < self.access_until - REFRESH_EARLY or now >= self.refresh_until

    def is_over(self, now: datetime) -> bool:
        """Nothing but a new authorisation helps."""
        return bool(self.ended) or now >= max(self.access_until, self.refresh_until)

    @property
    def can_renew(self) -> bool:
        return not self.ended and self.renewals < MOST_RENEWALS

    def wants_renewal(self, now: datetime) -> bool:
        return self.can_renew and self.refresh_until - RENEW_EARLY <= now < self.refresh_until

    def ends(self) -> datetime:
        """When the operator must have authorised again, if every renewal goes well."""
        return self.refresh_until + (RENEWED_FOR - RENEW_EARLY) * (MOST_RENEWALS - self.renewals)

    def ends_soon(self, now: datetime) -> bool:
        return self.is_over(now) or self.ends() - now <= WARN_EARLY

    # From Douyin's answers, where numbers may be text

    def refreshed(self, told: Mapping[str, Any], asked_at: datetime) -> "Grant":
        """With another access token. The refresh token keeps its end."""
        access, until = access_in(told, asked_at)
        return evolve(self, access=access, access_until=until)

    def renewed(self, told: Mapping[str, Any], asked_at: datetime) -> "Grant":
        refresh, until = refresh_in(told, asked_at)
        return evolve(self, refresh=refresh, refresh_until=until, renewals=self.renewals + 1)

    # On disk

    def token(self, name: str) -> Token:
        """As one value, so that no part of it can be newer than another."""
        told = {
            "open_id": self.open_id, "access": self.access, "access_until": to_millis(self.access_until),
            "refresh": self.refresh, "refresh_until": to_millis(self.refresh_until), "scope": self.scope,
            "granted_at": to_millis(self.granted_at), "renewals": self.renewals, "ended": self.ended,
        }
        return Token(name, codec.encode(told).decode(), self.refresh_until)


def granted(told: Mapping[str, Any], asked_at: datetime) -> Grant:
    """What an operator has just granted. Raises DeliveryRefused for an answer without it."""
    open_id, scope = told.get("open_id"), told.get("scope")
    if not isinstance(open_id, str) or not open_id:
        raise DeliveryRefused("抖音的答复里没有 open_id")
    access, access_until = access_in(told, asked_at)
    refresh, refresh_until = refresh_in(told, asked_at)
    scope = scope if isinstance(scope, str) else ""
    return Grant(open_id, access, access_until, refresh, refresh_until, scope, asked_at)


def from_token(token: Token) -> Grant | None:
    """What was kept; None if it cannot be read."""
    try:
        told = codec.decode(token.value)
        times = {name: from_millis(told[name]) for name in ("access_until", "refresh_until", "granted_at")}
        return Grant(**{**told, **times})
    except (BadRequest, TypeError, KeyError, ValueError, OverflowError):
        return None


def access_in(told: Mapping[str, Any], asked_at: datetime) -> tuple[str, datetime]:
    return _token_in(told, "access_token", "expires_in", asked_at)


def refresh_in(told: Mapping[str, Any], asked_at: datetime) -> tuple[str, datetime]:
    lasts = "refresh_expires_in" if "refresh_expires_in" in told else "expires_in"
    return _token_in(told, "refresh_token", lasts, asked_at)


def _token_in(told: Mapping[str, Any], name: str, lasts: str, asked_at: datetime) -> tuple[str, datetime]:
    token, seconds = told.get(name), number(told.get(lasts))
    if not isinstance(token, str) or not token or seconds is None or not 0 < seconds < 10**9:
        raise DeliveryRefused(f"抖音的答复里没有 {name}")
    return token, asked_at + timedelta(seconds=seconds)
