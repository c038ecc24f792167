"""The doorways of the platforms: `/wecom/callback` and `/channel/{channelType}/callback`.

A platform is answered once what it brought is on disk, and never told more than it needs: whatever is wrong with an
encrypted callback, the answer is the same bytes.

Callbacks come in bursts of thousands, so their POSTs are served straight from Tornado's HTTP layer, without the
RequestHandler around them, which would cost as much as all our own work. Every other request goes to the Application,
and need not wait until a whole burst is taken: callbacks that have arrived stand in line, and of that line each turn of
the loop takes only so much.
"""

import asyncio
import logging
import re
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from attrs import field, frozen
from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
    responses,
)
from tornado.web import Application

from ccs import errors, wire
from ccs.channels.base import Callback
from ccs.ticket import Ticket
from handlers.base import Handler, Parts, envelope, status_of

log = logging.getLogger(__name__)

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

LONGEST_SILENCE = 75.0      # seconds a connection is kept without a request; longer than proxies keep theirs
SLOWEST_BODY = 30.0         # seconds for a request's body to arrive
TURN = 0.0003               # seconds for which callbacks are taken before others are served; some three to six of them
SLOWEST_UPLOAD = 900.0      # seconds for a file: 20 MB at 200 kbit/s
UPLOADS = re.compile(r"/api/sessions/[^/]+/files")      # which go to the disk as they come, and measure themselves
MOST_PARAMETERS = 32        # in a callback's query; the longest documented one has four


@frozen
class Answer:
    """What a callback is answered. Most are the same few, so their head is made once."""

    status: int
    content_type: str
    body: bytes
    line: ResponseStartLine = field(init=False)
    headers: HTTPHeaders = field(init=False, eq=False)

    @line.default
    def _line(self) -> ResponseStartLine:
        return ResponseStartLine("HTTP/1.1", self.status, responses.get(self.status, "Unknown"))

    @headers.default
    def _headers(self) -> HTTPHeaders:
        return HTTPHeaders({
            "Content-Type": self.content_type,
            "Content-Length": str(len(self.body)),
            "X-Content-Type-Options": "nosniff",        # all of `SAFE_HEADERS` that platforms need
        })


class Route(ABC):
    """One kind of callback: who takes it, and how its outcome is told."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @abstractmethod
    def take(self, path: str, callback: Callback) -> Ticket:
        """Raises what `refused` puts into words."""

    @abstractmethod
    def taken(self, value: Any) -> Answer:
        """`value` is the ticket's."""

    @abstractmethod
    def refused(self, error: BaseException) -> Answer:
        """Of a request that was not taken, whatever the reason."""


class WeComRoute(Route):
    """Plain words, as WeCom's protocol and the contract want them."""

    TAKEN = Answer(200, TEXT, b"success")

    def take(self, path: str, callback: Callback) -> Ticket:
        return self._parts.intake.take_wecom(callback)

    def taken(self, value: Any) -> Answer:
        return self.TAKEN

    def refused(self, error: BaseException) -> Answer:
        """403 for whatever does not prove itself, from which nobody learns why."""
        proves_nothing = isinstance(error, errors.Refusal) and not isinstance(error, errors.TooLarge)
        return Answer(403 if proves_nothing else status_of(error), TEXT, b"error")


class ChannelRoute(Route):
    """The signed envelope, or the platform's own form, of the channel that the path names."""

    TAKEN = Answer(200, JSON, wire.encode({"code": 0, "message": "ok"}))

    def take(self, path: str, callback: Callback) -> Ticket:
        return self._parts.intake.take_callback(unquote(path.split("/")[2]), callback)

    def taken(self, value: Any) -> Answer:
        """A mapping is what the platform wants to be answered, as it is."""
        return Answer(200, JSON, wire.encode(value)) if isinstance(value, Mapping) else self.TAKEN

    def refused(self, error: BaseException) -> Answer:
        return refused(error)


def refused(error: BaseException) -> Answer:
    return Answer(status_of(error), JSON, wire.encode(envelope(error)))


CALLBACKS: list[tuple[str, type[Route]]] = [
    (r"/wecom/callback", WeComRoute),
    (r"/channel/[^/]+/callback", ChannelRoute),
]


class ChannelCallback(Handler):
    """Only POST, which `Doorway` takes."""

    elsewhere = ("POST",)


class WeComHandshake(ChannelCallback):
    """`GET /wecom/callback`: the decrypted `echostr`, or 500 and a word, as the contract says."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Content-Type", TEXT)

    def get(self) -> None:
        self.finish(self.parts.intake.verify_wecom(query_of(self.request.query)))

    def write_error(self, status_code: int, **kwargs: object) -> None:
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.methods()))
        self.set_status(500 if self.request.method == "GET" else status_code)
        self.finish("error")


class Doorway(HTTPServerConnectionDelegate):
    """Takes callback POSTs itself and passes everything else on; holds every body to `max_body_kb`, but for uploads.

    Requests and their bodies are waited for only so long, by looking now and then who is late: Tornado's own limits set
    and clear two timers for every request, which costs a bare one a quarter of its time.
    """

    def __init__(self, parts: Parts, application: Application) -> None:
        self.largest = parts.config.server.max_body_kb * 1024
        self.awaited: dict[_Request, float] = {}        # requests still on their way, and when they have to be here
        self.application = application
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
        end = time.monotonic() + TURN
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
            self._answer(route.refused(error))
        except Exception as error:
            log.exception("callback %s failed", self._path)
            self._answer(route.refused(error))
        else:
            ticket.finally_(lambda error: self._settled(route, ticket.value, error))

    def on_connection_close(self) -> None:
        self._gone = True
        self._doorway.awaited.pop(self, None)
        if self._inner:
            self._inner.on_connection_close()

    def _settled(self, route: Route, value: Any, error: BaseException | None) -> None:
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


def query_of(text: str) -> dict[str, str]:
    """Query parameters. Raises BadRequest for one that comes twice or is no UTF-8: it proves nothing."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise errors.BadRequest("查询参数无效") from None
    query = dict(pairs)
    if len(query) != len(pairs):
        raise errors.BadRequest("查询参数重复")
    return query
