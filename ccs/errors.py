"""Everything that can be refused or go wrong, one sentence each.

A `Refusal` is an answer, not a fault: it carries words for the person who reads it (`str(error)`, in Chinese for
agents) and is never logged as a crash. `code` goes on the wire beside the words.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any


class CCSError(Exception):
    """The root of the tree."""


class ConfigError(CCSError):
    """config.toml cannot be used; `faults` lists every reason at once."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class CannotStart(CCSError):
    """The server cannot start; the message says why in one sentence."""


class StoreUnavailable(CCSError):
    """The disk does not take writes now. Nothing was kept; asking again later is safe."""

    code = 503

    def __init__(self) -> None:
        super().__init__("存储暂时不可用，内容未保存，请稍后重试")


class Refusal(CCSError):
    """We understood, and the answer is no."""

    code = 400

    def __init__(self, words: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(words)
        self.data = data


class BadRequest(Refusal):
    """The request itself is malformed."""

    code = 400


class WrongStatus(Refusal):
    """The session is in another state than the verb needs."""

    code = 4001


class TakenByAnother(WrongStatus):
    """Somebody else holds the session; `data` names her."""

    code = 4002


class UnknownAgent(Refusal):
    code = 4003

    def __init__(self) -> None:
        super().__init__("没有这个编号的客服，请检查 csId，或请管理员在 config.toml 的 [[agents]] 中添加")


class ClientIdReused(Refusal):
    """The same clientMsgId came with other words."""

    code = 4004


class NotDeliverable(Refusal):
    """There is nothing to send again."""

    code = 4005


class NoteSettled(Refusal):
    """It is too late to write a note anew or take it away, or it is gone already."""

    code = 4011


class CannotReply(Refusal):
    """The platform would not take an answer now. What the agent can do stands in the words."""


class HeldAtPlatform(CannotReply):
    """Somebody of the merchant's serves this customer in the platform's own client; `data` names her."""

    code = 4006

    def __init__(self, owner: str) -> None:
        super().__init__(f"客户正由 {owner} 在平台的客户端接待，这里的回复发不出去；可以先收回会话", {"platformOwner": owner})


class WindowClosed(CannotReply):
    """Too long since the customer wrote, or the platform has ended the conversation."""

    code = 4007

    def __init__(self) -> None:
        super().__init__("已超过平台允许的回复时间，或平台已结束会话；客户再次来信后才能回复")


class QuotaUsedUp(CannotReply):
    """The platform takes only so many messages until the customer writes again."""

    code = 4008

    def __init__(self, left: int, wanted: int) -> None:
        words = f"这条内容要分 {wanted} 条发出，平台只允许再发 {left} 条；请缩短，或等客户再次来信" if left else (
            "平台允许的回复条数已用完，客户再次来信后才能回复"
        )
        super().__init__(words, {"replyQuotaLeft": left})


class CannotLookUp(Refusal):
    """The platform did not say what it knows of an order or an article. Why, and what to do, stands in the words."""

    code = 4010


class NoHelp(Refusal):
    """The assistant cannot help the agent with this now. What she can do stands in the words."""

    code = 4020


class TooBroad(Refusal):
    """So much would have to be looked at that others would wait."""

    code = 503

    def __init__(self) -> None:
        super().__init__("搜索用时过长，请多写几个字，或限定渠道、客服、时间后再试")


class NeedsLogin(Refusal):
    """Who asks does not say, or cannot prove, who she is."""

    code = 401


class WrongPassword(Refusal):
    code = 401


class TooManyTries(Refusal):
    """Nothing was looked at; trying again is worthwhile after `retry_after` whole seconds."""

    code = 429

    def __init__(self, wait: float) -> None:
        self.retry_after = max(1, ceil(wait))
        super().__init__(f"登录请求过多，请 {self.retry_after} 秒后再试", {"retryAfter": self.retry_after})


class Forbidden(Refusal):
    """Not hers to do."""

    code = 403


class NotFound(Refusal):
    code = 404


class BadSignature(Refusal):
    """A callback that does not prove who it is from."""

    code = 401


class ChannelOff(Refusal):
    """The channel is disabled, or has no secret to check callbacks with."""

    code = 403


class TooLarge(Refusal):
    code = 413


class NoRoom(Refusal):
    """The disk is nearly full. Nothing of the file was kept; once there is room again, it works again."""

    code = 507

    def __init__(self) -> None:
        super().__init__("服务器磁盘空间不足，暂时不能保存文件，请联系管理员清理磁盘")


class FileNotHere(Refusal):
    """The file of a message is not here yet, or not in the form that is wanted."""

    code = 409


class UnsupportedMediaType(Refusal):
    code = 415


class UpgradeRequired(Refusal):
    """The address is a WebSocket's, and the request is none."""

    code = 426


class DeliveryError(CCSError):
    """A message did not reach the platform. The words are for the agent, in Chinese; `code` is the platform's own."""

    def __init__(self, words: str, code: int | None = None) -> None:
        super().__init__(words)
        self.code = code


class DeliveryDelayed(DeliveryError):
    """Not now: hold the queue and try again. `lost` when the request left and its answer never came."""

    def __init__(
        self, words: str, *, retry_after: float | None = None, lost: bool = False, code: int | None = None
    ) -> None:
        super().__init__(words, code)
        self.retry_after = retry_after      # seconds the platform asked for
        self.lost = lost


class DeliveryRefused(DeliveryError):
    """Not ever: tell the agent why and let the next one go."""


class SessionShut(DeliveryRefused):
    """Not ever, and nothing else in this session for now: what the platform told us of it besides."""

    def __init__(
        self, words: str, code: int | None = None, *, owner: str | None = None, closed: bool = False,
        used_up: bool = False,
    ) -> None:
        super().__init__(words, code)
        self.owner = owner          # who of the merchant's serves the customer in the platform's own client
        self.closed = closed        # nothing is taken until the customer writes
        self.used_up = used_up      # as many messages as it takes until then
