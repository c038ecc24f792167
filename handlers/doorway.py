"""Where every request comes in.

Callbacks come in bursts of thousands, so their POSTs are served straight from Tornado's HTTP layer, without the
RequestHandler around them, which would cost as much as all our own work. Every other request goes to the Application,
and need not wait until a whole burst is taken: callbacks that have arrived stand in line, and of that line each turn of
the loop takes only so much.
"""

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.web import Application

from ccs import errors
from ccs.channels import CHANNELS
from ccs.channels.base import Callback
from handlers.base import Parts
from handlers.callbacks import CALLBACKS, Answer, Route, query_of, refused

log = logging.getLogger(__name__)

LONGEST_SILENCE = 75.0      # seconds a connection is kept without a request; longer than proxies keep theirs
SLOWEST_BODY = 30.0         # seconds for a request's body to arrive
TURN = 0.0003               # seconds for which callbacks are taken before others are served; some three to six of them
SLOWEST_UPLOAD = 900.0      # seconds for a file: 20 MB at 200 kbit/s
UPLOADS = re.compile(        # which go to the disk as they come, and measure themselves
    r"/api/sessions/[^/]+/files|/api/quick-replies/[^/]+/image"
)


class Doorway(HTTPServerConnectionDelegate):
    """Takes callback POSTs itself and passes everything else on; holds every body to `max_body_kb`, but for uploads.

    Requests and their bodies are waited for only so long, by looking now and then who is late: Tornado's own limits set
    and clear two timers for every request, which costs a bare one a quarter of its time.
    """

    def __init__(self, parts: Parts, application: Application) -> None:
        self.largest = parts.config.server.max_body_kb * 1024
        self.awaited: dict[_Request, float] = {}        # requests still on their way, and when they have to be here
        self.application = application
        self._traffic = parts.traffic
        self._callbacks = parts.tally.callbacks
        self._arrived: deque[Callable[[], None]] = deque()      # callbacks that are here and not taken yet
        self._routes = [(re.compile(path), route(parts)) for path, route in CALLBACKS]

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Before anything of the request is here."""
        request = _Request(self, server_conn, request_conn)
        self.awaited[request] = time.monotonic() + LONGEST_SILENCE
        return request

    @property
    def is_behind(self) -> bool:
        """Whether callbacks still stand in line."""
        return bool(self._arrived)

    def in_turn(self, take: Callable[[], None]) -> None:
        """Have a callback taken after those that came before it."""
        if not self._arrived:
            asyncio.get_running_loop().call_soon(self._take_some)
        self._arrived.append(take)

    def _take_some(self) -> None:
        """At least one, and as many as there is time for."""
        end = self._traffic.callbacks_taken() + TURN
        try:
            while self._arrived:
                self._arrived.popleft()()
                if time.monotonic() >= end:
                    break
        finally:
            if self._arrived:
                asyncio.get_running_loop().call_soon(self._take_some)

    def hang_up_on_the_late(self) -> None:
        """And forget those who hung up themselves. To be called now and then."""
        now = time.monotonic()
        for request in [request for request, end in self.awaited.items() if end < now or request.is_gone]:
            request.cut_off()

    def count(self, path: str, outcome: str) -> None:
        """One more callback. A channel that we do not have is nobody's name for one."""
        channel = "wechat" if path == "/wecom/callback" else path.split("/")[2]
        self._callbacks[channel if channel in CHANNELS else "unknown", outcome] += 1

    def route(self, start_line: RequestStartLine) -> Route | None:
        if start_line.method != "POST":
            return None
        path = start_line.path.partition("?")[0]
        return next((route for pattern, route in self._routes if pattern.fullmatch(path)), None)


class _Request(HTTPMessageDelegate):
    """One request, until it is known whose it is; then one callback, or a wrapper around the Application's."""

    def __init__(self, doorway: Doorway, server_conn: object, connection: HTTPConnection) -> None:
        self._doorway = doorway
        self._server_conn = server_conn
        self._connection = connection
        self._inner: HTTPMessageDelegate | None = None
        self._route: Route | None = None
        self._path = ""
        self._body: list[bytes] = []
        self._size = 0
        self._most: int | None = 0
        self._gone = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        assert isinstance(start_line, RequestStartLine)
        if not start_line.path.startswith("/"):
            start_line = in_origin_form(start_line, headers)
        self._route, self._headers = self._doorway.route(start_line), headers
        self._path, _, self._query = start_line.path.partition("?")
        self._stays = start_line.version == "HTTP/1.1" and headers.get("Connection", "").lower() != "close"
        is_upload = start_line.method == "POST" and UPLOADS.fullmatch(self._path) is not None
        self._most = None if is_upload else self._doorway.largest
        self._doorway.awaited[self] = time.monotonic() + (SLOWEST_UPLOAD if is_upload else SLOWEST_BODY)
        if self._route is None:
            self._inner = self._doorway.application.start_request(self._server_conn, self._connection)
            return self._inner.headers_received(start_line, headers)
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._size += len(chunk)
        if self._is_too_large:
            self._body.clear()          # read on, so that the answer arrives, but keep nothing of it
        elif self._inner:
            return self._inner.data_received(chunk)
        else:
            self._body.append(chunk)
        return None

    @property
    def _is_too_large(self) -> bool:
        return self._most is not None and self._size > self._most

    @property
    def is_gone(self) -> bool:
        return isinstance(self._connection, HTTP1Connection) and self._connection.stream.closed()

    def cut_off(self) -> None:
        del self._doorway.awaited[self]
        if self._path:
            log.info("a body for %s came too slowly", self._path)
        if isinstance(self._connection, HTTP1Connection):
            self._connection.close()

    def finish(self) -> None:
        self._doorway.awaited.pop(self, None)
        if self._is_too_large:
            refuse = self._route.refused if self._route else refused
            if self._route:
                self._doorway.count(self._path, "refused")
            self._answer(refuse(errors.TooLarge(f"请求体不能超过 {self._doorway.largest // 1024} KB")))
        elif self._inner:
            self._inner.finish()
        elif self._route:
            self._doorway.in_turn(partial(self._take, self._route))

    def _take(self, route: Route) -> None:
        try:
            callback = Callback(query_of(self._query), self._headers, b"".join(self._body))
            ticket = route.take(self._path, callback)
        except errors.CCSError as error:
            log.debug("callback %s: %s", self._path, error)
            self._doorway.count(self._path, "refused" if isinstance(error, errors.Refusal) else "failed")
            self._answer(route.refused(error))
        except Exception as error:
            log.exception("callback %s failed", self._path)
            self._doorway.count(self._path, "failed")
            self._answer(route.refused(error))
        else:
            ticket.finally_(lambda error: self._settled(route, ticket.value, error))

    def on_connection_close(self) -> None:
        self._gone = True
        self._doorway.awaited.pop(self, None)
        if self._inner:
            self._inner.on_connection_close()

    def _settled(self, route: Route, value: Any, error: BaseException | None) -> None:
        self._doorway.count(self._path, "taken" if error is None else "failed")
        if not self._gone:
            self._answer(route.taken(value) if error is None else route.refused(error))

    def _answer(self, answer: Answer) -> None:
        headers = answer.headers if self._stays else answer.headers.copy()      # to which Tornado adds `Connection`
        self._connection.write_headers(answer.line, headers, answer.body)
        self._connection.finish()


def in_origin_form(line: RequestStartLine, headers: HTTPHeaders) -> RequestStartLine:
    """`GET http://host/path`, as to a proxy, means `/path` from that host, whatever `Host` says (RFC 9112 §3.2.2)."""
    scheme, _, rest = line.path.partition("://")
    if scheme.lower() not in ("http", "https"):
        return line
    host = re.split("[/?]", rest, maxsplit=1)[0]
    headers["Host"] = host
    path = rest[len(host):]
    return line._replace(path=path if path.startswith("/") else f"/{path}")
