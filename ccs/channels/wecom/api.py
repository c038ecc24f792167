"""WeCom's API: the access token, and what an app says to a member.

The pages of developer.work.weixin.qq.com: 获取access_token (path 91039), 发送应用消息 (90236), 全局错误码 (90313).
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from attrs import define, frozen

from ccs import wire
from ccs.channels.base import Sent, Tools
from ccs.channels.http import LARGEST_ANSWER, Reply
from ccs.config import WeChatSettings
from ccs.errors import BadRequest, DeliveryDelayed, DeliveryRefused
from ccs.models import Message, Session

Decode = Callable[[bytes], Any]

EARLY = timedelta(minutes=5)        # before its end a token is replaced, whatever the clocks and the line do
LONGEST_TEXT = 2048                 # bytes; WeCom cuts off the rest without a word
LIMIT_PAUSE = 60.0                  # seconds for which WeCom blocks an API that is called too often

OLD_TOKENS = {40014, 42001}         # invalid, expired
DELAYS: dict[int, tuple[str, float | None]] = {
    -1: ("企业微信系统繁忙", None),
    6000: ("企业微信数据版本冲突", None),
    40014: ("企业微信不认刚取得的 access_token", None),
    42001: ("企业微信的 access_token 已过期", None),
    45009: ("企业微信限制了调用频率", LIMIT_PAUSE),
    45033: ("企业微信限制了同时调用的次数", None),
}
UNSEEN = "该成员不在应用的可见范围内，或已离职"
REFUSALS = {
    40001: "企业微信不认应用的 secret，请管理员检查 channels.wechat.secret",
    40003: UNSEEN,
    40013: "企业微信不认企业 ID，请管理员检查 channels.wechat.corp_id",
    40056: "企业微信不认这个应用，请管理员检查 secret 是否属于它",
    40058: "企业微信认为消息格式有误",
    40201: "企业微信认为内容涉嫌骚扰，请修改后再发",
    40204: "企业微信认为内容涉嫌骚扰，请修改后再发",
    48002: "应用没有发送消息的权限，请联系管理员",
    60011: "应用没有向该成员发送的权限，请管理员检查可见范围",
    60020: "企业微信不接受本机的公网 IP，请管理员把它加入应用的“企业可信IP”",
    60111: UNSEEN,
    81013: UNSEEN,
    301002: "应用没有发送消息的权限，请联系管理员",
}


class Api:
    """Calls with an access token, which is fetched once however many wait for it, and kept until near its end."""

    def __init__(self, settings: WeChatSettings, tools: Tools) -> None:
        self._base = settings.api_base.rstrip("/")
        self._credentials = {"corpid": settings.corp_id, "corpsecret": settings.secret}
        self._http = tools.http
        self._now = tools.now
        self._token: AccessToken | None = None
        self._fetching = asyncio.Lock()

    async def post(
        self, path: str, body: Mapping[str, Any], *, most: int = LARGEST_ANSWER, decode: Decode = wire.decode
    ) -> dict[str, Any]:
        """The answer to a call that succeeded. Raises DeliveryDelayed or DeliveryRefused, with the errcode.

        `most` is of the answer, in bytes; `decode` reads it.
        """
        token = await self._access_token()
        answer = await self._post(path, token, body, most, decode)
        if answer["errcode"] in OLD_TOKENS:             # WeCom may end a token early; then nothing was done yet
            answer = await self._post(path, await self._access_token(instead_of=token), body, most, decode)
        _must_be_fine(answer)
        return answer

    async def _post(
        self, path: str, token: str, body: Mapping[str, Any], most: int, decode: Decode
    ) -> dict[str, Any]:
        url = f"{self._base}/cgi-bin/{path}?{urlencode({'access_token': token})}"
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return _answer(await self._http.post(url, wire.encode(body), headers, most=most), decode)

    async def _access_token(self, instead_of: str | None = None) -> str:
        async with self._fetching:
            known = self._token
            if known is None or known.text == instead_of or known.until <= self._now():
                known = self._token = await self._fetch()
            return known.text

    async def _fetch(self) -> "AccessToken":
        asked_at = self._now()
        try:
            reply = await self._http.get(f"{self._base}/cgi-bin/gettoken?{urlencode(self._credentials)}")
            answer = _answer(reply)
            _must_be_fine(answer)
        except DeliveryDelayed as delay:        # whatever became of this request, the message itself has not left
            raise DeliveryDelayed(str(delay), retry_after=delay.retry_after, code=delay.code) from delay
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or type(lasts) is not int:
            raise DeliveryDelayed("企业微信的答复里没有 access_token")
        return AccessToken(token, asked_at + timedelta(seconds=lasts) - EARLY)


@frozen
class AccessToken:
    text: str
    until: datetime


@define
class App:
    """The way out to the members of a self-built app: `message/send`."""

    _api: Api
    idempotent = False      # its check for repeats compares words, and would swallow an agent's second “好的”

    async def send(self, session: Session, message: Message) -> Sent:
        app = session.customer.account
        if not (app.isascii() and app.isdigit()):
            raise DeliveryRefused("企业微信没有说明消息来自哪个应用，无法回复")
        if len(message.content.encode()) > LONGEST_TEXT:
            raise DeliveryRefused("超过企业微信一条消息的长度（约 680 个汉字），请分成几条发送")
        answer = await self._api.post("message/send", {
            "touser": session.customer.id,
            "agentid": int(app),
            "msgtype": "text",
            "text": {"content": message.content},
        })
        if session.customer.id.casefold() in _names(answer, "invaliduser"):
            raise DeliveryRefused(UNSEEN)
        if session.customer.id.casefold() in _names(answer, "unlicenseduser"):
            raise DeliveryRefused("该成员没有企业微信的接口许可，请联系管理员")
        platform_id = answer.get("msgid")
        return Sent(platform_id if isinstance(platform_id, str) else None)


def _answer(reply: Reply, decode: Decode = wire.decode) -> dict[str, Any]:
    """What WeCom said. An answer that cannot be read is as good as lost."""
    try:
        answer = decode(reply.body)
        if type(answer["errcode"]) is not int:
            raise TypeError
    except (BadRequest, KeyError, TypeError, ValueError, RecursionError):
        raise DeliveryDelayed("企业微信的答复无法识别，请管理员检查 channels.wechat.api_base", lost=True) from None
    return answer


def _must_be_fine(answer: Mapping[str, Any]) -> None:
    """WeCom's errors are told by their number alone; the status is 200 almost always."""
    code = answer["errcode"]
    if code in DELAYS:
        words, pause = DELAYS[code]
        raise DeliveryDelayed(words, retry_after=pause, code=code)
    if code:
        raise DeliveryRefused(REFUSALS.get(code, f"企业微信拒绝了消息（错误码 {code}）"), code)


def _names(answer: Mapping[str, Any], member: str) -> list[str]:
    """User ids in an answer: joined by bars, and in lower case whatever they were."""
    names = answer.get(member)
    return names.casefold().split("|") if isinstance(names, str) else []
