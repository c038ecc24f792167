"""The JOS gateway (京东宙斯): calls signed by MD5, and each of its errors in words.

help.jd.com: how to call and sign (question-580), the table of system errors. The signed string and what is sent must be
the same characters, so the business parameters are made into text once.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from ccs.channels.http import Http
from ccs.channels.loosely import decode
from ccs.errors import DeliveryDelayed, DeliveryRefused
from ccs.models import Clock
from ccs.settings import JDSettings

PARAMETERS = "360buy_param_json"
BEIJING = timezone(timedelta(hours=8))      # JD's clock, whatever zone the server is in
LARGEST_ANSWER = 256 * 1024     # bytes; an order of many articles
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

RENEW = "请管理员重新授权，把新的 access_token 填到 config.toml 的 [channels.jd]，再重新启动"
NO_KEY = "京东不认这个 app_key，请管理员检查 [channels.jd] 的 app_key"
CLOCK = "京东不接受这台电脑的时间，请打开系统的“自动设置时间”"
NOT_GRANTED = "京东没有给这个应用开放这个接口，请管理员在京东开放平台（宙斯）为应用申请权限"
WORDS = {
    3: "京东禁止了这次请求，请管理员检查应用的状态和 IP 白名单",
    7: CLOCK, 8: CLOCK,
    11: "京东验签失败，请管理员检查 [channels.jd] 的 app_secret", 12: "京东验签失败，请管理员检查 [channels.jd] 的 app_secret",
    14: NOT_GRANTED, 15: NOT_GRANTED,
    18: f"京东要求授权，但没有填写 access_token。{RENEW}", 19: f"京东的授权已失效或已过期（access_token）。{RENEW}",
    20: NO_KEY, 21: NO_KEY,
    22: NOT_GRANTED,
}
BUSY = {1: "京东服务暂时不可用", 2: "今天调用京东接口的次数已用完，或调用太频繁", 61: "京东限制了调用频率", 67: "京东后端暂时没有答复"}


class Jos:
    """One application's way to JD."""

    def __init__(self, settings: JDSettings, http: Http, now: Clock) -> None:
        self._settings = settings
        self._http = http
        self._now = now

    async def call(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """What stands in the method's `_responce`. Raises DeliveryDelayed or DeliveryRefused."""
        reply = await self._http.post(
            self._settings.api_base, urlencode(self._signed(method, parameters)).encode(), FORM, most=LARGEST_ANSWER
        )
        try:
            answer = decode(reply.body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise DeliveryDelayed(f"京东的答复无法识别（HTTP {reply.status}）")
        if "error_response" in answer:
            raise complaint(answer["error_response"])
        inner = answer.get(f"{method.replace('.', '_')}_responce")      # JD's own spelling
        if not isinstance(inner, dict):
            raise DeliveryDelayed("京东的答复无法识别")
        if str(inner.get("code", "0")) not in ("0", ""):
            raise complaint(inner)
        return inner

    def _signed(self, method: str, parameters: Mapping[str, Any]) -> dict[str, str]:
        settings = self._settings
        sent = {
            "method": method,
            "app_key": settings.app_key,
            "access_token": settings.access_token,
            "timestamp": self._now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "v": "2.0",
            "format": "json",
            PARAMETERS: json.dumps(parameters, ensure_ascii=False, separators=(",", ":")),
        }
        sent = {name: value for name, value in sent.items() if value}
        return {**sent, "sign": sign(settings.app_secret, sent)}


def sign(secret: str, parameters: Mapping[str, str]) -> str:
    """MD5 over name and value of all parameters that have one, by name, with the secret at both ends."""
    told = "".join(name + parameters[name] for name in sorted(parameters, key=str.encode) if parameters[name])
    return hashlib.md5(f"{secret}{told}{secret}".encode(), usedforsecurity=False).hexdigest().upper()


def complaint(error: Any) -> DeliveryDelayed | DeliveryRefused:
    """JD's error as ours. Its own words are not passed on: they may hold the token."""
    code = _number(error.get("code") if isinstance(error, dict) else None)
    if code in BUSY:
        return DeliveryDelayed(f"{BUSY[code]}，请稍后再试（错误码 {code}）", code=code)
    if code in WORDS:
        return DeliveryRefused(f"{WORDS[code]}（错误码 {code}）", code)
    return DeliveryRefused("京东没有接受这次请求" + (f"（错误码 {code}）" if code is not None else ""), code)


def _number(code: Any) -> int | None:
    """JD writes its codes as numbers and as digits."""
    text = str(code) if type(code) in (int, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
