"""What WeCom's error numbers mean for us: wait, tell the agent, or tell the administrator.

They are told by their number alone; the HTTP status is 200 almost always. The page of developer.work.weixin.qq.com:
全局错误码 (path 90313).
"""

from collections.abc import Mapping
from typing import Any

from ccs.errors import DeliveryDelayed, DeliveryError, DeliveryRefused

OLD_TOKENS = {40014, 42001}         # invalid, expired: nothing was done yet
WRONG_CREDENTIAL = 40001            # the secret is wrong, or the token is another secret's

# Not now. Nothing was done, so the same may be asked again.
DELAYS = {
    -1: "企业微信系统繁忙",
    6000: "企业微信数据版本冲突",
    40014: "企业微信不认刚取得的 access_token",
    42001: "企业微信的 access_token 已过期",
    45009: "企业微信限制了调用频率",
    45033: "企业微信限制了同时调用的次数",
}
PAUSES = {45009: 60.0, 45033: 1.0}  # seconds for which that API is left alone altogether; WeCom blocks it that long

# Never like this; the agent can do something else.
UNSEEN = "该成员不在应用的可见范围内，或已离职"
RARELY = "微信客服账号存在限制，请管理员在微信客服后台查看"
REFUSALS = {
    40003: UNSEEN,
    40004: "企业微信不接受这种文件，请换成图片、AMR 语音、MP4 视频或普通文件",
    40005: "企业微信不接受这种格式的文件，请换一种格式",
    40006: "企业微信认为文件过大或为空，请换一个文件",
    40007: "企业微信已没有这个文件，请重新选择文件",
    40008: "企业微信不接受这种类型的消息，请改发文字",
    40009: "企业微信认为图片过大，请压缩后再发",
    40010: "企业微信认为语音过大或过长，请缩短后再发",
    40011: "企业微信认为视频过大，请压缩后再发",
    40033: "企业微信认为内容含有非法字符，请修改后再发",
    40058: "企业微信认为消息格式有误，请修改后再发",
    40096: "企业微信不认识这位客户，她可能不在可见范围内；请等她再次来信",
    40201: "企业微信认为内容涉嫌骚扰，请修改后再发",
    40204: "企业微信认为内容涉嫌骚扰，请修改后再发",
    45015: "已超过微信允许的回复时间，客户再次来信后才能回复",
    45047: "微信允许的回复条数已用完，客户再次来信后才能回复",
    60111: UNSEEN,
    81013: UNSEEN,
    95001: "微信允许的回复条数已用完，客户再次来信后才能回复",
    95002: "客户最后一次来信已超过 48 小时，她再次来信后才能回复",
    95005: RARELY,
    95006: RARELY,
    95007: "企业微信的回调凭证已过期",
    95008: "菜单项过多，企业微信最多允许 10 项，请删减后再发",
    95009: "企业微信不接受菜单里的某一项，请修改后再发",
    95013: "平台已结束会话，客户再次来信后才能回复",
    95014: "这位同事不是该微信客服账号的接待人员，请另选一位",
    95015: "该客户属于专属服务，不能从这里回复",
    95016: "平台上的会话状态已变化，请稍后再试",
    95018: "客户正由同事在企业微信客户端接待，或平台已结束会话，这里的回复发不出去",
    95019: "这位同事已停止接待，请另选一位",
    95022: "企业微信不接受这样的位置消息，请改发文字",
    95023: "微信客服的权限已授权给其他应用，请联系管理员",
    95026: RARELY,
    95027: RARELY,
    95030: "微信客服组件不允许这种类型的消息，请改发文字",
    95031: "客户 48 小时内没有咨询过，她来信后才能回复",
}

# Never, until the administrator has done something.
NO_RIGHT = "请管理员在企业微信后台“微信客服 → 可调用接口的应用”中检查应用的权限"
FAULTS = {
    40001: "企业微信不认应用的 secret，请管理员检查 channels.wechat.secret",
    40013: "企业微信不认企业 ID，请管理员检查 channels.wechat.corp_id",
    40056: "企业微信不认这个应用，请管理员检查 secret 是否属于它",
    41001: "请求里没有 access_token，请管理员检查 channels.wechat.api_base",
    48001: f"应用没有调用这个接口的权限，{NO_RIGHT}",
    48002: f"应用没有发送消息的权限，{NO_RIGHT}",
    48006: f"应用调用接口的权限已被收回，{NO_RIGHT}",
    48007: f"应用没有微信客服的权限，{NO_RIGHT}",
    60011: "应用没有向该成员发送的权限，请管理员检查可见范围",
    60020: "企业微信不接受本机的公网 IP，请管理员把它加入应用的“企业可信IP”",
    95000: "企业微信没有这个微信客服账号，请管理员检查它是否由本企业管理",
    95003: "企业未认证，接待人数已到上限，请管理员完成认证",
    95004: "这个微信客服账号已被删除，请管理员检查",
    95011: "secret 属于另一种微信客服模式，请管理员改用“可调用接口的应用”的 secret",
    95012: "secret 属于另一种微信客服模式，请管理员改用“可调用接口的应用”的 secret",
    95017: "微信客服的 API 开关已关闭，请管理员打开“通过API管理微信客服账号”",
    95032: "微信客服组件没有聊天记录的权限，请管理员重新授权",
    301002: "应用无权管理这个对象，请管理员在“通过API管理微信客服账号”中加入该客服账号",
}


# What is told to a company whose app is none of those that 微信客服 may be called by: most have no 微信客服 at all.
NO_KF = frozenset({48001, 48002, 48007})


def error_in(answer: Mapping[str, Any]) -> DeliveryError | None:
    """What an answer of WeCom's is for us: None if it did what it was asked."""
    code = answer["errcode"]
    if code == 0:
        return None
    if code in DELAYS:
        return DeliveryDelayed(DELAYS[code], retry_after=PAUSES.get(code), code=code)
    words = REFUSALS.get(code) or FAULTS.get(code)
    return DeliveryRefused(words or f"企业微信拒绝了这次请求（错误码 {code}），请联系管理员", code)
