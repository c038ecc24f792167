"""What Douyin refuses, in the two ways in which its answers look."""

from collections.abc import Mapping
from typing import Any


def older(code: int = 0, words: str = "", now: float = 0, **more: Any) -> dict[str, Any]:
    """With `extra` and `data`, and what was asked for inside `data` or beside it."""
    data = more.pop("data", {})
    return {
        "extra": {
            "error_code": code, "sub_error_code": 0, "description": words, "sub_description": "",
            "logid": "20260101000000010155", "now": int(now),
        },
        "data": {"error_code": code, "description": words, **data},
        **more,
    }


def newer(code: int = 0, words: str = "", data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """With `err_no`."""
    more = {} if data is None else {"data": data}
    return {"err_no": code, "err_msg": words, "log_id": "20260101000000010155", **more}


def as_text(answer: Any) -> Any:
    """Numbers as OAuth and older replies write them."""
    if isinstance(answer, dict):
        return {name: as_text(value) for name, value in answer.items()}
    return str(answer) if type(answer) is int else answer
