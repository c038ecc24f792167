"""What platforms call: `/wecom/callback`, `/channel/{channelType}/callback`, `/channel/jd/djsw/{interface}`.

A platform is answered once what it brought is on disk, and never told more than it needs: whatever is wrong with an
encrypted callback, the answer is the same bytes.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from attrs import field, frozen
from tornado.httputil import HTTPHeaders, ResponseStartLine, responses

from ccs import codec, errors
from ccs.channels.base import Callback
from ccs.ticket import Ticket
from handlers.base import Handler, Parts, envelope, status_of

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

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

    TAKEN = Answer(200, JSON, codec.encode({"code": 0, "message": "ok"}))

    def take(self, path: str, callback: Callback) -> Ticket:
        return self._parts.intake.take_callback(unquote(path.split("/")[2]), callback)

    def taken(self, value: Any) -> Answer:
        """A mapping is what the platform wants to be answered, as it is."""
        return Answer(200, JSON, codec.encode(value)) if isinstance(value, Mapping) else self.TAKEN

    def refused(self, error: BaseException) -> Answer:
        return refused(error)


class DaojiaRoute(Route):
    """The merchant push of 京东到家, whose codes are texts."""

    TAKEN = Answer(200, JSON, codec.encode({"code": "0", "msg": "success", "data": ""}))
    AGAIN = Answer(200, JSON, codec.encode({"code": "-10000", "msg": "please try again", "data": ""}))

    def take(self, path: str, callback: Callback) -> Ticket:
        return self._parts.intake.take_daojia(unquote(path.split("/")[4]), callback)

    def taken(self, value: Any) -> Answer:
        return self.TAKEN

    def refused(self, error: BaseException) -> Answer:
        """What was no refusal may be mended by another try, which `-10000` asks for."""
        if not isinstance(error, errors.Refusal):
            return self.AGAIN
        return Answer(status_of(error), JSON, codec.encode({"code": str(error.code), "msg": str(error), "data": ""}))


def refused(error: BaseException) -> Answer:
    return Answer(status_of(error), JSON, codec.encode(envelope(error)))


CALLBACKS: list[tuple[str, type[Route]]] = [
    (r"/wecom/callback", WeComRoute),
    (r"/channel/[^/]+/callback", ChannelRoute),
    (r"/channel/jd/djsw/[^/]+", DaojiaRoute),
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
