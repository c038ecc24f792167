"""A gateway that speaks the neutral envelope."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from attrs import Factory, define

from ccs.demo.memory import KEPT
from ccs.demo.platform import Call, Platform, Refused

LARGEST = 16 << 20      # bytes of a request; a picture comes in one


@define
class Gateway(Platform):
    """Takes messages at `url`, says each request id once and takes back what it said, and signs envelopes for the
    server's callbacks.
    """

    secret: str
    channel: str = "jd"
    said: list[dict[str, Any]] = Factory(list)          # what reached the customer, once each, in order
    recalled: list[dict[str, Any]] = Factory(list)      # what was asked for and done, in order
    requests: list[dict[str, Any]] = Factory(list)      # every attempt to say something
    on_said: Callable[[dict[str, Any]], None] = lambda message: None
    _results: dict[str, dict[str, Any]] = Factory(dict)

    def routes(self) -> list[tuple[Any, ...]]:
        return [("/(messages|recalls)", Messages, {"platform": self})]

    def headers(self, body: bytes, *, now: float | None = None, nonce: str | None = None) -> dict[str, str]:
        """The signature over a body, as headers."""
        timestamp, nonce = str(int(now or time.time())), nonce or secrets.token_hex(8)
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": self.sign(timestamp, nonce, body),
        }

    def sign(self, timestamp: str, nonce: str, body: bytes) -> str:
        return hmac.new(self.secret.encode(), f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()

    def take(self, body: dict[str, Any]) -> dict[str, Any]:
        """Say it, unless this request id was said before: then the first result again."""
        request_id = body["requestId"]
        if request_id not in self._results:
            self._results[request_id] = {"messageId": f"gw-{secrets.token_hex(8)}", "state": "accepted"}
            self.said.append(body)
            self.on_said(body)
            self._forget_the_oldest()
        return {"code": 0, "data": self._results[request_id]}

    def take_back(self, body: dict[str, Any]) -> dict[str, Any]:
        """Raises Refused for what was never said."""
        if body["message"]["requestId"] not in self._results:
            raise Refused(2002)
        self.recalled.append(body)
        self._forget_the_oldest()
        return {"code": 0}

    def _forget_the_oldest(self) -> None:
        del self.said[:-KEPT], self.requests[:-KEPT], self.recalled[:-KEPT]
        while len(self._results) > KEPT:
            del self._results[next(iter(self._results))]


class Messages(Call):
    """`POST /messages`, and `/recalls`."""

    platform: Gateway

    async def take(self, name: str) -> None:
        gateway, headers = self.platform, self.request.headers
        expected = gateway.sign(headers["X-Timestamp"], headers["X-Nonce"], self.request.body)
        if headers["X-Signature"] != expected:
            self.say(self.refusal(Refused(1001)))
            return
        self.body = json.loads(self.request.body)
        if name == "messages":
            gateway.requests.append(self.body)
        await super().take(name)

    def acts(self) -> dict[str, Any]:
        gateway = self.platform
        return gateway.take(self.body) if self.name == "messages" else gateway.take_back(self.body)

    def refusal(self, refused: Refused, **more: Any) -> dict[str, Any]:
        return {"code": refused.code, "data": more}
