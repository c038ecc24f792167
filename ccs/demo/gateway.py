"""A gateway that speaks the neutral envelope."""

import hashlib
import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from attrs import Factory, define
from tornado.web import RequestHandler

from ccs.demo.local import Local

Mood = Callable[["Messages"], bool | Awaitable[bool]]      # does what it likes; False lets a request go on as usual

LARGEST = 16 << 20      # bytes of a request; a picture comes in one
KEPT = 10_000       # messages, requests and results remembered, the newest


class Temper(Protocol):
    """How it is now and then: see `gateway_vices.py`."""

    def mood(self) -> Mood | None: ...


@define
class Gateway(Local):
    """Takes messages at `url`, says each request id once, and signs envelopes for the server's callbacks.

    `moods` is for whoever wants the next requests treated otherwise, one each; when it is empty they are taken, if its
    `temper` lets it.
    """

    secret: str
    channel: str = "jd"
    said: list[dict[str, Any]] = Factory(list)          # what reached the customer, once each, in order
    requests: list[dict[str, Any]] = Factory(list)      # every attempt that came
    moods: "deque[Mood]" = Factory(deque)
    temper: Temper | None = None
    on_said: Callable[[dict[str, Any]], None] = lambda message: None
    _results: dict[str, dict[str, Any]] = Factory(dict)

    def routes(self) -> list[tuple[Any, ...]]:
        return [("/messages", Messages, {"gateway": self})]

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

    def _forget_the_oldest(self) -> None:
        del self.said[:-KEPT], self.requests[:-KEPT]
        while len(self._results) > KEPT:
            del self._results[next(iter(self._results))]


class Messages(RequestHandler):
    """`POST /messages`."""

    def initialize(self, gateway: Gateway) -> None:
        self.gateway = gateway

    async def post(self) -> None:
        gateway, headers = self.gateway, self.request.headers
        expected = gateway.sign(headers["X-Timestamp"], headers["X-Nonce"], self.request.body)
        if headers["X-Signature"] != expected:
            self.finish({"code": 1001})
            return
        self.body = json.loads(self.request.body)
        gateway.requests.append(self.body)
        if not await self._is_moody():
            self.finish(gateway.take(self.body))

    async def _is_moody(self) -> bool:
        """Whether the request has had its answer, or will get none."""
        gateway = self.gateway
        mood = gateway.moods.popleft() if gateway.moods else gateway.temper and gateway.temper.mood()
        outcome = mood(self) if mood else False
        return outcome if isinstance(outcome, bool) else await outcome
