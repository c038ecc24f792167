"""A gateway that speaks the neutral envelope, with the vices of real ones."""

import hashlib
import hmac
import json
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from attrs import Factory, define
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

Mood = Callable[["Messages"], bool]     # does what it likes with a request; False lets it go on as usual


@define
class Gateway:
    """Takes messages at `url`, says each request id once, and signs envelopes for the server's callbacks.

    `moods` is what happens to the next requests, one each; when it is empty they are taken.
    """

    secret: str
    channel: str = "jd"
    said: list[dict[str, Any]] = Factory(list)          # what reached the customer, once each, in order
    requests: list[dict[str, Any]] = Factory(list)      # every attempt that came
    moods: "deque[Mood]" = Factory(deque)
    hung: list[IOStream] = Factory(list)                # lines on which nobody is answered
    on_said: Callable[[dict[str, Any]], None] = lambda message: None
    _server: HTTPServer | None = None
    _results: dict[str, dict[str, Any]] = Factory(dict)
    port: int = 0

    def start(self, port: int = 0) -> None:
        sockets = bind_sockets(port, "127.0.0.1", family=socket.AF_INET)
        self.port = sockets[0].getsockname()[1]
        self._server = HTTPServer(Application([("/messages", Messages, {"gateway": self})], log_function=_quiet))
        self._server.add_sockets(sockets)

    def stop(self) -> None:
        if self._server:
            self._server.stop()
            self._server = None
        for line in self.hung:
            line.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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
            self._results[request_id] = {"messageId": f"gw-{len(self.said) + 1}", "state": "accepted"}
            self.said.append(body)
            self.on_said(body)
        return {"code": 0, "data": self._results[request_id]}


class Messages(RequestHandler):
    """`POST /messages`."""

    def initialize(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def post(self) -> None:
        gateway, headers = self.gateway, self.request.headers
        expected = gateway.sign(headers["X-Timestamp"], headers["X-Nonce"], self.request.body)
        if headers["X-Signature"] != expected:
            self.finish({"code": 1001})
            return
        gateway.requests.append(json.loads(self.request.body))
        if gateway.moods and gateway.moods.popleft()(self):
            return
        self.finish(gateway.take(gateway.requests[-1]))


def answers(code: int, **data: Any) -> Mood:
    """Refuses or delays with a code."""
    def mood(request: Messages) -> bool:
        request.finish({"code": code, "data": data})
        return True
    return mood


def fails(status: int) -> Mood:
    """An HTTP error and nothing else."""
    def mood(request: Messages) -> bool:
        request.set_status(status)
        request.finish("broken")
        return True
    return mood


def vanishes(request: Messages) -> bool:
    """Takes the message, then cuts the line before it answers."""
    request.gateway.take(request.gateway.requests[-1])
    stream = request.detach()
    stream.close()
    return True


def garbles(request: Messages) -> bool:
    """Takes the message and answers what no client can decode."""
    request.gateway.take(request.gateway.requests[-1])
    request.set_header("Content-Encoding", "gzip")
    request.finish("this is not gzip")
    return True


def hangs(request: Messages) -> bool:
    """Takes the request and never answers."""
    request.gateway.hung.append(request.detach())
    return True


def forgets(request: Messages) -> bool:
    """Cuts the line without taking the message."""
    request.detach().close()
    return True


def _quiet(handler: RequestHandler) -> None:
    """No access log: what matters is in `said` and `requests`."""
