"""What can go wrong with a model's server, sorted in one place, and said plainly to whoever can do something about it.

Only the kind and the status of a failure are ever logged: what a server writes about a request may repeat its words.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from ccs.channels import loosely
from ccs.errors import CCSError

TOO_LONG_WORDS = ("context_length", "context length", "maximum context", "context size", "too many tokens")
NO_MONEY_WORDS = ("insufficient_quota", "insufficient balance", "arrearage", "exceeded your current quota")
FILTER_WORDS = ("content_filter", "content_policy", "data_inspection_failed", "sensitive", "risk control")


class Kind(StrEnum):
    UNREACHABLE = "unreachable"
    KEY = "key"
    UNKNOWN = "unknown_model"
    MONEY = "money"
    BUSY = "busy"
    DOWN = "down"
    TIMEOUT = "timeout"
    QUEUE = "queue"
    BROKEN = "broken"
    TOO_LONG = "too_long"
    FILTERED = "filtered"
    REFUSED = "refused"


WORDS = {
    Kind.UNREACHABLE: "连接不上模型服务，请检查 assistant.openai.base_url 和网络",
    Kind.KEY: "模型服务不接受密钥，请检查 assistant.openai.api_key",
    Kind.UNKNOWN: "模型服务没有这个地址或模型，请检查 assistant.openai.base_url 和 model",
    Kind.MONEY: "模型服务的账户余额或额度已用完，请充值后再试",
    Kind.BUSY: "模型服务正忙（请求过多），请稍后再试",
    Kind.DOWN: "模型服务暂时不可用，请稍后再试",
    Kind.TIMEOUT: "模型没有在规定时间内答完，请稍后再试",
    Kind.QUEUE: "同时向模型提问的人过多，请稍后再试",
    Kind.BROKEN: "模型服务的答复中断或无法识别，请稍后再试",
    Kind.TOO_LONG: "内容过长，模型处理不了，请缩短后再试",
    Kind.FILTERED: "模型服务以内容审核为由拒绝回答",
    Kind.REFUSED: "模型服务不接受这个请求，请看日志，并检查 assistant.openai 的设置",
}

STATUSES = {
    401: Kind.KEY, 403: Kind.KEY, 402: Kind.MONEY, 404: Kind.UNKNOWN, 408: Kind.DOWN, 413: Kind.TOO_LONG,
    429: Kind.BUSY, 529: Kind.BUSY,
}
PASSES = (429, 502, 503)    # who answers so has not begun, and asking again is worthwhile


class ModelFailure(CCSError):
    """No answer of the model. The words are Chinese, for agents and administrators."""

    def __init__(
        self, kind: Kind, *, status: int = 0, passes: bool = False, retry_after: float | None = None,
        complaint: str = "",
    ) -> None:
        super().__init__(WORDS[kind])
        self.kind = kind
        self.status = status
        self.passes = passes                # nothing was begun, so that it may be asked again
        self.retry_after = retry_after      # seconds the server asked for
        self.complaint = complaint          # what the server says it was, never to be logged or shown


def of_status(status: int, body: bytes, headers: Mapping[str, str], now: datetime) -> ModelFailure:
    """What an answer that is no 200 means."""
    complaint = _complaint(body)
    kind = _said(complaint) or STATUSES.get(status) or (Kind.DOWN if status >= 500 else Kind.REFUSED)
    return ModelFailure(
        kind, status=status, passes=status in PASSES and kind in (Kind.BUSY, Kind.DOWN),
        retry_after=_seconds(headers.get("Retry-After", ""), now), complaint=complaint,
    )


def of_error(error: Any) -> ModelFailure:
    """What an error means that stands in the middle of a stream."""
    status = error.get("code") if isinstance(error, Mapping) else None
    complaint = _complaint(json.dumps({"error": error}).encode())
    by_status = STATUSES.get(status) if isinstance(status, int) else None
    return ModelFailure(_said(complaint) or by_status or Kind.DOWN, complaint=complaint)


def _said(complaint: str) -> Kind | None:
    for words, kind in ((NO_MONEY_WORDS, Kind.MONEY), (TOO_LONG_WORDS, Kind.TOO_LONG), (FILTER_WORDS, Kind.FILTERED)):
        if any(word in complaint for word in words):
            return kind
    return None


def _complaint(body: bytes) -> str:
    """Every word of an error in any of the usual shapes, in small letters."""
    try:
        told = loosely.decode(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace").lower()
    if isinstance(told, list) and told:         # one large provider wraps it so
        told = told[0]
    error = told.get("error", told) if isinstance(told, dict) else told
    if isinstance(error, dict):
        error = " ".join(str(error.get(name) or "") for name in ("param", "code", "type", "message", "detail"))
    return str(error).lower()


def _seconds(text: str, now: datetime) -> float | None:
    """Of a Retry-After: a number, or a moment."""
    try:
        return min(86_400.0, max(0.0, float(text)))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
