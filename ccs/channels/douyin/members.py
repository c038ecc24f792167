"""The members of Douyin's events, read with caution: any may lack, or be something else than the page says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ccs import codec
from ccs.channels.envelope import MILLIS_LIMIT
from ccs.errors import BadRequest
from ccs.models import from_millis

SECONDS_LIMIT = 10**11      # larger times are milliseconds


def opened(body: bytes) -> dict[str, Any]:
    """The body, with `content` as an object too where it came as JSON text. Raises BadRequest."""
    told = codec.decode(body)
    if not isinstance(told, dict):
        raise BadRequest("请求体必须是 JSON 对象")
    if text_of(told, "content"):
        try:
            told["content"] = codec.decode(told["content"])
        except BadRequest as error:
            raise BadRequest(f"{error} @ $.content") from None
    return told


def time_of(content: Mapping[str, Any]) -> datetime | None:
    """Milliseconds by the page, but other events have seconds. A time without sense is none."""
    created = content.get("create_time")
    if type(created) is not int or not 0 < created < MILLIS_LIMIT:
        return None
    return from_millis(created if created > SECONDS_LIMIT else created * 1000)


def members_of(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def objects_of(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = told.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
