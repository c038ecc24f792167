"""What Douyin's error numbers mean for us: wait, tell the agent, or tell the administrator.

The lists of the SDKs and of the error pages of developer.open-douyin.com. The HTTP status says nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from ccs.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, SessionShut

BEIJING = timezone(timedelta(hours=8))      # where Douyin's days begin

EXPIRED = {28001008, 2190008, 10008}        # the access token: nothing was done yet
INVALID = {28001003, 2190002}               # the same, or it never was one
NOT_AUTHORISED = {28001012}
REFRESH_EXPIRED, REFRESHED_TOO_OFTEN = 10010, 10020

DELAYS = {
    28001005: "抖音系统繁忙",
    28001006: "抖音系统繁忙",
    28029014: "抖音暂时给不出文件地址",
    2100004: "抖音系统繁忙",
    28003018: "抖音限制了发送频率",
    10020: "抖音限制了取得 token 的频率",
    **dict.fromkeys(EXPIRED, "抖音的授权凭证已过期"),
    **dict.fromkeys(INVALID, "抖音不认授权凭证"),
}
PAUSES = {28003018: 5.0, 10020: 300.0}
UNTIL_TOMORROW = {28003017, 2190001}        # the day's calls are used up

USED_UP = {28003070: "抖音允许的回复条数已用完，客户再次来信后才能回复"}
CLOSED = dict.fromkeys((28003080, 28003081), "客户最后一次来信已超过 24 小时，她再次来信后才能回复")

REFUSALS = {
    28001007: "抖音认为请求的参数有误，消息没有送达，请改发文字或联系管理员",
    2100005: "抖音认为请求的参数有误，消息没有送达，请改发文字或联系管理员",
    28001038: "抖音不接受这条内容，请修改后再发",
    28003082: "抖音认为这条回复与客户的来信不匹配，请等客户再次来信后回复",
    28003101: "客户已被抖音封禁，消息无法送达",
    28029016: "抖音不提供这种消息的文件，请在抖音 App 中查看",
    28029020: "抖音没有给出文件地址，请在抖音 App 中查看",
}

AGAIN = "请管理员打开 /douyin/authorize 重新授权；现在请在抖音 App 中答复"
RIGHTS = "请管理员到抖音开放平台检查应用的权限"
FAULTS = {
    28001012: f"抖音号没有授权给本应用，{AGAIN}",
    28001014: f"应用没有私信的权限，{RIGHTS}",
    28001018: f"应用没有私信的权限，{RIGHTS}",
    2190004: f"应用没有私信的权限，{RIGHTS}",
    28001015: "抖音号与授权不一致，请管理员检查 client_key 并重新授权",
    2190015: "抖音号与授权不一致，请管理员检查 client_key 并重新授权",
    28001016: "抖音号已被封禁，请管理员到抖音 App 查看",
    28001019: "应用已被抖音封禁，请管理员到抖音开放平台查看",
    28003095: "互动经营工作台的自动回复正在生效，请管理员先在抖音后台关闭它，再从这里回复",
    28029003: "抖音号还没有认证，不能发私信，请管理员完成认证",
    28029004: "抖音号被禁止发私信，请管理员到抖音 App 查看",
    10002: "抖音认为请求的参数有误，请管理员检查 client_key 和 client_secret",
    10003: "抖音不认 client_key，请管理员检查 channels.douyin.client_key",
    10007: "授权码已过期，请重新授权",
    10010: f"授权已到期，{AGAIN}",
    10013: "抖音不认 client_key 或 client_secret，请管理员检查 [channels.douyin]",
}


def codes(answer: Mapping[str, Any]) -> Iterator[int]:
    """Every error number that an answer of either generation holds; older ones write them as text."""
    places = [(answer, "err_no"), (answer, "error_code")]
    places += [(answer[name], "error_code") for name in ("data", "extra") if isinstance(answer.get(name), dict)]
    for place, name in places:
        code = number(place.get(name))
        if code is not None:
            yield code


def number(value: Any) -> int | None:
    """A whole number, which may be written as text."""
    if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit() and len(value) < 20:
        return int(value)
    return value if type(value) is int else None


def error_of(code: int, now: datetime) -> DeliveryError:
    """What an error number is for us."""
    if code in DELAYS:
        return DeliveryDelayed(DELAYS[code], retry_after=PAUSES.get(code), code=code)
    if code in UNTIL_TOMORROW:
        return DeliveryDelayed("抖音今天的调用次数已用完，明天继续", retry_after=_to_midnight(now), code=code)
    if code in USED_UP:
        return SessionShut(USED_UP[code], code, used_up=True)
    if code in CLOSED:
        return SessionShut(CLOSED[code], code, closed=True)
    words = REFUSALS.get(code) or FAULTS.get(code)
    return DeliveryRefused(words or f"抖音拒绝了这次请求（错误码 {code}），请联系管理员", code)


def may_pass(code: int | None) -> bool:
    """Whether an error that nobody has described is worth a second attempt."""
    known = DELAYS.keys() | USED_UP.keys() | CLOSED.keys() | REFUSALS.keys() | FAULTS.keys() | UNTIL_TOMORROW
    return code is not None and 28001000 <= code < 28002000 and code not in known


def _to_midnight(now: datetime) -> float:
    there = now.astimezone(BEIJING)
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - there).total_seconds()
