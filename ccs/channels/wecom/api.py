"""WeCom's API: calls with an access token, and what to do when they are refused.

The pages of developer.work.weixin.qq.com: 全局错误码 (path 90313), 访问频率限制 (90312).
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from ccs import codec
from ccs.channels.base import Tools
from ccs.channels.http import LARGEST_ANSWER, Reply
from ccs.channels.token import AccessTokens
from ccs.channels.wecom.errcodes import DELAYS, FAULTS, OLD_TOKENS, PAUSES, WRONG_CREDENTIAL, error_in
from ccs.errors import BadRequest, DeliveryDelayed, DeliveryError
from ccs.models import Clock
from ccs.settings import WeChatSettings

log = logging.getLogger(__name__)

TRIED_FOR = 5.0         # seconds that others wait for the one call that tries whether a pause is over
SPREAD = 5.0            # seconds over which those come back who waited

JSON = {"Content-Type": "application/json; charset=utf-8"}

Answer = dict[str, Any]
Ask = Callable[[str], Awaitable[Answer]]        # of an address, with the token in it
Decode = Callable[[bytes], Any]


class Api:
    """Calls by the name of their path, as `kf/send_msg`. All of them raise DeliveryDelayed or DeliveryRefused."""

    def __init__(self, settings: WeChatSettings, tools: Tools, chance: Random | None = None) -> None:
        self._base = settings.api_base.rstrip("/")
        self._credentials = {"corpid": settings.corp_id, "corpsecret": settings.secret}
        self._http = tools.http
        self._now = tools.now
        chance = chance or Random()
        self._pauses = Pauses(tools.now, chance)
        self._tokens = AccessTokens(
            "wecom", (self._base, settings.corp_id, settings.secret), self._fetch_token, tools.now, tools.token,
            tools.keep_token, chance,
        )

    async def post(
        self, path: str, body: Mapping[str, Any], *, most: int = LARGEST_ANSWER, decode: Decode = codec.decode,
        limit: str = "", expected: Collection[int] = (),
    ) -> Answer:
        """The answer to a call that succeeded. `limit` names what a limit on it holds for, if not all of the path;
        `expected` are errors that say nothing of a fault."""
        text = codec.encode(body)            # as UTF-8: WeCom refuses escapes

        async def ask(url: str) -> Answer:
            return read(await self._http.post(url, text, JSON, most=most), decode)
        return await self.call(path, {}, ask, limit, expected)

    async def get(self, path: str, query: Mapping[str, str]) -> Answer:
        """The answer to a call that succeeded."""
        async def ask(url: str) -> Answer:
            return read(await self._http.get(url))
        return await self.call(path, query, ask)

    async def call(
        self, path: str, query: Mapping[str, str], ask: Ask, limit: str = "", expected: Collection[int] = ()
    ) -> Answer:
        """Whatever `ask` does at the address it is given: it returns WeCom's answer, with its `errcode`.

        It is asked again once, with another token, if WeCom no longer takes the first.
        """
        limit = limit or path
        tries = self._pauses.check(limit)
        try:
            answer = await self._asked(path, query, ask)
        except DeliveryError:
            if tries:
                self._pauses.heard_nothing(limit)
            raise
        return self._fine(path, answer, limit, expected)

    async def _asked(self, path: str, query: Mapping[str, str], ask: Ask) -> Answer:
        began = self._now()
        token = await self._tokens.current()
        answer = await ask(self._url(path, {**query, "access_token": token.text}))
        is_wrong = answer["errcode"] == WRONG_CREDENTIAL and token.fetched_at < began
        if is_wrong or answer["errcode"] in OLD_TOKENS:     # WeCom may end one early; nothing was done yet
            token = await self._tokens.current(instead_of=token)
            answer = await ask(self._url(path, {**query, "access_token": token.text}))
        return answer

    async def _fetch_token(self) -> tuple[str, int]:
        self._pauses.check("gettoken")
        answer = self._fine("gettoken", read(await self._http.get(self._url("gettoken", self._credentials))))
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or type(lasts) is not int:
            raise DeliveryDelayed("企业微信的答复里没有 access_token")
        return token, lasts

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        return f"{self._base}/cgi-bin/{path}?{urlencode(query)}"

    def _fine(self, path: str, answer: Answer, limit: str = "", expected: Collection[int] = ()) -> Answer:
        self._pauses.heard(limit or path, answer["errcode"])
        if answer["errcode"] in FAULTS and answer["errcode"] not in expected:
            log.error("WeCom refuses %s with errcode %d: something is set wrong", path, answer["errcode"])
        if error := error_in(answer):
            raise error
        return answer


def read(reply: Reply, decode: Decode = codec.decode) -> Answer:
    """What WeCom said. An answer that cannot be read is as good as lost."""
    try:
        answer = decode(reply.body)
        if not isinstance(answer, dict) or type(answer["errcode"]) is not int:
            raise TypeError
    except (BadRequest, KeyError, TypeError, ValueError, RecursionError):
        raise DeliveryDelayed("企业微信的答复无法识别，请管理员检查 channels.wechat.api_base", lost=True) from None
    return answer


class Pauses:
    """Which APIs are left alone for now. What one call is told holds for all of that API.

    When the time is over one call tries, and the others wait for how it goes.
    """

    def __init__(self, now: Clock, chance: Random) -> None:
        self._now = now
        self._chance = chance
        self._of: dict[str, tuple[datetime, int]] = {}      # until when, and by which errcode

    def check(self, path: str) -> bool:
        """Whether this call is the one that tries. Raises DeliveryDelayed while the API is left alone."""
        if path not in self._of:
            return False
        until, code = self._of[path]
        left = (until - self._now()).total_seconds()
        if left > 0:
            raise DeliveryDelayed(DELAYS[code], retry_after=left + self._chance.uniform(0, SPREAD), code=code)
        self._of[path] = self._now() + timedelta(seconds=TRIED_FOR), code
        return True

    def heard_nothing(self, path: str) -> None:
        """The one that tried has no answer, so the next may try."""
        if path in self._of:
            self._of[path] = self._now(), self._of[path][1]

    def heard(self, path: str, code: int) -> None:
        """What WeCom answered."""
        if code in PAUSES:
            self._of[path] = self._now() + timedelta(seconds=PAUSES[code]), code
        else:
            self._of.pop(path, None)
