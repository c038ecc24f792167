"""Douyin's API: calls with the right token, and answers of both generations read as one.

`{"extra": {"error_code"}, "data": {"error_code"}}` is the older, `{"err_no"}` the newer; an answer is well if every
number that it holds is 0. The pages of developer.open-douyin.com: account-permission, search-management.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ccs import codec
from ccs.channels.base import Tools
from ccs.channels.douyin.errcodes import EXPIRED, FAULTS, INVALID, codes, error_of, number
from ccs.channels.http import Reply
from ccs.channels.token import AccessTokens
from ccs.errors import BadRequest, DeliveryDelayed, DeliveryError
from ccs.settings import DouyinSettings

log = logging.getLogger(__name__)

JSON = {"Content-Type": "application/json; charset=utf-8"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Answer = dict[str, Any]
Ask = Callable[[str], Awaitable[Answer]]        # with this token


class App(NamedTuple):
    """By which Douyin knows us."""

    base: str
    key: str
    secret: str


class Api:
    """Calls by the name of their path, as `im/send/msg/`. All of them raise DeliveryDelayed or DeliveryRefused."""

    def __init__(self, settings: DouyinSettings, tools: Tools, chance: Random | None = None) -> None:
        self.app = App(settings.api_base.rstrip("/"), settings.client_key, settings.client_secret)
        self.http = tools.http
        self.now = tools.now
        self._tokens = AccessTokens(
            "douyin", self.app, self._fetch_token, tools.now, tools.token, tools.keep_token, chance or Random()
        )

    def url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """Ids hold `@`, `/`, `+` and `=`; a bare plus would be a blank over there."""
        return f"{self.app.base}/{path}{'?' + urlencode(query) if query else ''}"

    async def post(self, path: str, query: Mapping[str, str], body: Mapping[str, Any], token: str) -> Answer:
        """The answer, whatever it says."""
        headers = {**JSON, "access-token": token}
        return read(await self.http.post(self.url(path, query), codec.encode(body), headers))

    async def form(self, path: str, fields: Mapping[str, str]) -> Answer:
        """OAuth's calls, which bear their proof in the body. Only what went well comes back."""
        return self.fine(path, read(await self.http.post(self.url(path), urlencode(fields).encode(), FORM)))

    async def as_app(self, path: str, ask: Ask) -> Answer:
        """Asked with the client_token, and once more with another if Douyin does not take it any more."""
        token = await self._tokens.current()
        answer = await ask(token.text)
        if error_code(answer) in EXPIRED | INVALID:
            token = await self._tokens.current(instead_of=token)
            answer = await ask(token.text)
        return self.fine(path, answer)

    async def client_token(self) -> str:
        return (await self._tokens.current()).text

    def fine(self, path: str, answer: Answer) -> Answer:
        """Raises what its error number stands for."""
        code = error_code(answer)
        if code == 0:
            return answer
        if code in FAULTS:
            log.error("Douyin refuses %s with error %d: something is set wrong", path, code)
        else:
            log.warning("Douyin refuses %s with error %d, log id %s", path, code, log_id(answer))
        raise error_of(code, self.now())

    async def _fetch_token(self) -> tuple[str, int]:
        wanted = {
            "client_key": self.app.key, "client_secret": self.app.secret, "grant_type": "client_credential",
        }
        path = "oauth/client_token/"
        answer = self.fine(path, read(await self.http.post(self.url(path), codec.encode(wanted), JSON)))
        data = data_of(answer)
        token, lasts = data.get("access_token"), number(data.get("expires_in"))
        if not isinstance(token, str) or not token or lasts is None:
            raise DeliveryDelayed("抖音的答复里没有 client_token")
        return token, lasts


def read(reply: Reply) -> Answer:
    """What Douyin said. An answer that cannot be read is as good as lost."""
    try:
        answer = codec.decode(reply.body)
        if not isinstance(answer, dict) or not any(True for _ in codes(answer)):
            raise ValueError
    except (BadRequest, ValueError):
        raise DeliveryDelayed("抖音的答复无法识别，请管理员检查 channels.douyin.api_base", lost=True) from None
    return answer


def error_code(answer: Answer) -> int:
    return next((code for code in codes(answer) if code), 0)


def data_of(answer: Answer) -> Mapping[str, Any]:
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def log_id(answer: Answer) -> str:
    """By which Douyin's support finds the call."""
    extra = answer.get("extra")
    found = answer.get("log_id") or (extra.get("logid") if isinstance(extra, dict) else None)
    return found if isinstance(found, str) and found.isascii() and found.isalnum() else "-"


def never_lost(error: DeliveryError) -> DeliveryError:
    """Of a request beside the message itself: whatever became of it, the message has not left."""
    if not isinstance(error, DeliveryDelayed):
        return error
    return DeliveryDelayed(str(error), retry_after=error.retry_after, code=error.code)
