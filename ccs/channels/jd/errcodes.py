"""JD's error codes in words, for the agent and for whoever set it up.

help.jd.com: the table of system errors. JD's own words are not passed on: they may hold the token.
"""

from collections.abc import Mapping
from typing import Any

from ccs.channels.http import Reply
from ccs.channels.loosely import decode
from ccs.errors import DeliveryDelayed, DeliveryRefused

RENEW = "请管理员重新授权，把新的 access_token 和 refresh_token 填到 config.toml 的 [channels.jd]，再重新启动"
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

OLD_TOKEN = {18, 19}        # nothing was done yet


def answered(reply: Reply) -> Mapping[str, Any]:
    """The object that JD answered. Raises DeliveryDelayed where it is none."""
    try:
        answer = decode(reply.body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise DeliveryDelayed(f"京东的答复无法识别（HTTP {reply.status}）")
    return answer


def complaint(error: Any) -> DeliveryDelayed | DeliveryRefused:
    """JD's error as ours."""
    code = number(error.get("code") if isinstance(error, dict) else None)
    if code in BUSY:
        return DeliveryDelayed(f"{BUSY[code]}，请稍后再试（错误码 {code}）", code=code)
    if code in WORDS:
        return DeliveryRefused(f"{WORDS[code]}（错误码 {code}）", code)
    return DeliveryRefused("京东没有接受这次请求" + (f"（错误码 {code}）" if code is not None else ""), code)


def number(code: Any) -> int | None:
    """JD writes numbers as numbers and as digits."""
    text = str(code) if type(code) in (int, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
