"""The JOS gateway (京东宙斯): calls signed by MD5.

help.jd.com: how to call and sign (question-580). The signed string and what is sent must be
the same characters, so the business parameters are made into text once.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from ccs.channels.base import Tools
from ccs.channels.jd.errcodes import OLD_TOKEN, answered, complaint
from ccs.channels.jd.grant import Grants
from ccs.errors import DeliveryDelayed, DeliveryRefused
from ccs.settings import JDSettings

PARAMETERS = "360buy_param_json"
BEIJING = timezone(timedelta(hours=8))      # JD's clock, whatever zone the server is in
LARGEST_ANSWER = 256 * 1024     # bytes; an order of many articles
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


class Jos:
    """One application's way to JD."""

    def __init__(self, settings: JDSettings, grants: Grants, tools: Tools) -> None:
        self.grants = grants
        self._settings = settings
        self._http = tools.http
        self._now = tools.now

    async def call(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """What stands in the method's `_responce`; asked once more with another token if JD takes the first no longer.

        Raises DeliveryDelayed or DeliveryRefused.
        """
        access = await self.grants.current()
        try:
            return await self.ask(access, method, parameters)
        except DeliveryRefused as refusal:
            if refusal.code not in OLD_TOKEN or not self.grants.renews:
                raise
            access = await self.grants.current(instead_of=access)
        return await self.ask(access, method, parameters)

    async def ask(self, access: str, method: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same with this token, and once."""
        sent = urlencode(self._signed(access, method, parameters)).encode()
        reply = await self._http.post(self._settings.api_base, sent, FORM, most=LARGEST_ANSWER)
        answer = answered(reply)
        if "error_response" in answer:
            raise complaint(answer["error_response"])
        inner = answer.get(f"{method.replace('.', '_')}_responce")      # JD's own spelling
        if not isinstance(inner, dict):
            raise DeliveryDelayed("京东的答复无法识别")
        if str(inner.get("code", "0")) not in ("0", ""):
            raise complaint(inner)
        return inner

    def _signed(self, access: str, method: str, parameters: Mapping[str, Any]) -> dict[str, str]:
        settings = self._settings
        sent = {
            "method": method,
            "app_key": settings.app_key,
            "access_token": access,
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
