"""How the operator of a Douyin account authorises our app: to Douyin's page and back with a code.

The page of developer.open-douyin.com: account-permission. What comes back must belong to an authorisation that was
begun here, in the same browser and by the same login, a few minutes ago, and is good for once: otherwise anybody could
bring an admin's browser a code of his own, and with it an account.
"""

import hmac
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from urllib.parse import urlencode

from attrs import frozen

from ccs.channels.douyin.accounts import Accounts
from ccs.channels.douyin.grant import Grant
from ccs.errors import DeliveryError, Forbidden, Refusal
from ccs.models import Clock
from ccs.settings import DouyinSettings

LASTS = timedelta(minutes=10)       # to scan a code and to agree
MOST = 100                          # begun and not finished

FORGED = "这次授权不是从本系统的这个浏览器发起的，或已过期；请重新打开 /douyin/authorize"


@frozen
class Begun:
    """Where to send the browser, and what it must bring back besides the state in the address."""

    url: str
    proof: str


@frozen
class _Waiting:
    login: str | None           # None while access is open
    proof: str
    until: datetime


class OAuth:
    """Authorisations on their way. A restart forgets them; the admin begins again."""

    def __init__(self, settings: DouyinSettings, accounts: Accounts, now: Clock) -> None:
        self._settings = settings
        self._accounts = accounts
        self._now = now
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()

    def begin(self, login: str | None, redirect_uri: str) -> Begun:
        """For an admin with this login."""
        state, proof = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._waiting[state] = _Waiting(login, proof, self._now() + LASTS)
        while len(self._waiting) > MOST:
            self._waiting.popitem(last=False)
        query = urlencode({
            "client_key": self._settings.client_key, "response_type": "code", "scope": ",".join(self._settings.scopes),
            "redirect_uri": redirect_uri, "state": state,
        })
        return Begun(f"{self._settings.api_base.rstrip('/')}/platform/oauth/connect/?{query}", proof)

    def begun_by(self, state: str, proof: str) -> str | None:
        """Whose login it must still be (None: access was open), once. Raises Forbidden for what was not begun here."""
        waiting = self._waiting.pop(state, None)
        if waiting is None or self._now() >= waiting.until:
            raise Forbidden(FORGED)
        if not hmac.compare_digest(waiting.proof.encode(), proof.encode(errors="surrogatepass")):
            raise Forbidden(FORGED)
        return waiting.login

    async def finish(self, code: str) -> Grant:
        """Raises Refusal or StoreUnavailable."""
        if not code:
            raise Refusal("没有得到授权：运营者没有同意，或抖音没有给出授权码")
        try:
            return await self._accounts.connect(code)
        except DeliveryError as error:
            raise Refusal(f"授权没有完成：{error}") from error
