"""Webhooks as Douyin makes them: JSON whose `content` may be JSON text, signed by SHA-1 over secret and body."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from attrs import frozen


@frozen
class Webhook:
    """What Douyin posts to the callback's address."""

    body: bytes
    headers: Mapping[str, str]


def webhook(key: str, told: Mapping[str, Any], *, inner_as_text: bool = True, msg_id: str = "") -> Webhook:
    """Signed over the bytes as they are sent."""
    told = dict(told)
    if inner_as_text and isinstance(told.get("content"), dict):
        told["content"] = json.dumps(told["content"], ensure_ascii=False)
    body = json.dumps(told, ensure_ascii=False).encode()
    return Webhook(body, {
        "Content-Type": "application/json", "X-Douyin-Signature": hashlib.sha1(key.encode() + body).hexdigest(),
        "Msg-Id": msg_id or secrets.token_hex(12),
    })


def new_id() -> str:
    """With the characters that must be encoded in a query."""
    return f"@{secrets.token_urlsafe(24).replace('-', '+').replace('_', '/')}=="
