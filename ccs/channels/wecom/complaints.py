"""What WeCom's error numbers mean for the merchant, and where in which console it is put right.

The page 全局错误码 of developer.work.weixin.qq.com (path 90313). Judged by the number alone; of the text only the
address is taken that WeCom saw, for it is the one to put into the list.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from ccs.checkup.doctor import Opinion, fail, warn

APP = "企业微信管理后台 → 应用管理 → 自建应用"
KF = "企业微信管理后台 → 应用管理 → 微信客服"
SECRET = (
    "企业微信不认这个 secret",
    f"到{APP}，打开这个应用，重新查看 Secret，完整复制到 channels.wechat.secret，再重新启动；"
    "注意不要用别的应用的 Secret，corp_id 也要是同一个企业的",
)
NO_RIGHT = (
    "这个应用没有微信客服的接口权限",
    f"到{KF} → 可调用接口的应用，把这个应用加进去；不用微信客服、只用自建应用时可以不管，应用收到第一条消息后就不再提示",
)
WRONG_KIND = (
    "这个 secret 不能用来调用微信客服接口",
    f"到{KF} → 可调用接口的应用，选一个自建应用，把它的 Secret 填到 channels.wechat.secret",
)
GONE = ("企业微信不认这个客服账号，可能已被删除", f"到{KF} 看客服账号还在不在，再检查一次")

PASSING = {
    -1: ("企业微信系统繁忙", "过几分钟再检查一次"),
    6000: ("企业微信数据版本冲突", "过几分钟再检查一次"),
    45009: ("企业微信限制了调用频率", "等一小时再检查；如果有别的程序也在用同一个应用，请让它少调用一些"),
    45033: ("企业微信限制了同时调用的次数", "过几分钟再检查一次"),
}
LASTING = {
    40001: SECRET,
    40013: (
        "企业微信不认这个企业 ID",
        "到企业微信管理后台 → 我的企业 → 企业信息，在最下面复制“企业ID”，填到 channels.wechat.corp_id，再重新启动",
    ),
    40014: ("企业微信不认刚取得的 access_token", "检查 channels.wechat.api_base 有没有改过，过几分钟再检查一次"),
    40091: SECRET,
    41002: ("没有填写企业 ID", "到企业微信管理后台 → 我的企业 → 企业信息，复制“企业ID”到 channels.wechat.corp_id"),
    41004: ("没有填写 secret", f"到{APP}，复制应用的 Secret 到 channels.wechat.secret"),
    42001: ("企业微信说刚取得的 access_token 已过期", "检查这台电脑的时间，过几分钟再检查一次"),
    48001: NO_RIGHT,
    48002: NO_RIGHT,
    48006: NO_RIGHT,
    48007: NO_RIGHT,
    60011: NO_RIGHT,
    95000: GONE,
    95003: ("企业还没有认证，或可接待的客户数已用完", "到企业微信管理后台 → 我的企业 完成企业认证"),
    95004: GONE,
    95011: WRONG_KIND,
    95012: WRONG_KIND,
    95017: ("微信客服的 API 功能没有打开", f"到{KF}，打开“通过 API 管理微信客服账号”"),
    95023: ("客服账号的管理权限给了别的应用", f"到{KF} → 可调用接口的应用，改成这个应用"),
    95032: ("没有使用客服聊天记录的权限", f"到{KF}，检查应用的权限"),
    301002: NO_RIGHT,
}
UNTRUSTED = 60020
SEEN_AT = re.compile(r"from ip: ?([0-9A-Fa-f.:]{2,45})", re.ASCII)


def complaint(answer: Mapping[str, Any]) -> Opinion | None:
    """What an answer of WeCom's API complains of; None if of nothing."""
    code = answer["errcode"]
    if code == 0:
        return None
    if code == UNTRUSTED:
        return _untrusted(answer.get("errmsg"))
    known = PASSING.get(code) or LASTING.get(code)
    words, advice = known or ("企业微信拒绝了请求", f"在 open.work.weixin.qq.com/devtool/query?e={code} 可以查到原因")
    said = f"{words}（错误码 {code}）"
    return warn(said, advice) if code in PASSING else fail(said, advice)


def _untrusted(message: Any) -> Opinion:
    address = _address(message)
    what = f"：{address}" if address else ""
    return fail(
        f"企业微信不接受这台电脑的公网 IP{what}（错误码 {UNTRUSTED}）",
        f"到{APP}，打开这个应用 → 企业可信IP，把 {address or '办公室的公网 IP'} 加进去，一分钟后生效。"
        "办公室宽带的公网 IP 会变，变了要重新加",
    )


def _address(message: Any) -> str:
    """The address in WeCom's text, if it is one."""
    found = SEEN_AT.search(message) if isinstance(message, str) else None
    try:
        return str(ip_address(found[1].rstrip(".:"))) if found else ""
    except ValueError:
        return ""
