"""What all handlers share: how a request is read, how an answer looks, and which error is which status."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

from attrs import Factory, frozen
from tornado.httputil import responses
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

from ccs import codec, errors, lifecycle
from ccs.accounts import Accounts, Caller
from ccs.assistant.model.help import Help
from ccs.assistant.notebook import Notebook
from ccs.assistant.served import Served
from ccs.channels.douyin import Douyin
from ccs.checkup.doctor import Doctor
from ccs.customers.avatars import Avatars
from ccs.desk import Desk
from ccs.hub import Hub
from ccs.intake import Intake
from ccs.lookup import Lookup
from ccs.media.voices import Voices
from ccs.models import Agent, Clock, Session
from ccs.outgoing.recalls import Recalls
from ccs.outgoing.reclaim import Reclaims
from ccs.own.joined import Own
from ccs.registry import Registry
from ccs.settings import Config
from ccs.talk import Talk
from ccs.tally import Tally
from ccs.wire import Wire
from handlers.edition import Edition
from handlers.guards import must_be_herself, must_be_our_host, must_be_our_origin, who_asks
from handlers.ports import Archive, Files, Health, ModelCounts, Search
from handlers.traffic import Traffic

log = logging.getLogger(__name__)

T = TypeVar("T")

STATUSES: dict[type[Exception], int] = {
    errors.BadRequest: 400,
    errors.WrongStatus: 400,
    errors.UnknownAgent: 400,
    errors.ClientIdReused: 400,
    errors.NotDeliverable: 400,
    errors.CannotReply: 400,
    errors.BadSignature: 401,
    errors.NeedsLogin: 401,
    errors.WrongPassword: 401,
    errors.ChannelOff: 403,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.UnsupportedMediaType: 415,
    errors.FileNotHere: 409,
    errors.TooLarge: 413,
    errors.UpgradeRequired: 426,
    errors.TooManyTries: 429,
    errors.NoRoom: 507,
    errors.TooBroad: 503,
    errors.Refusal: 400,
    errors.StoreUnavailable: 503,
}

# On every answer. What we answer is data, which no browser may guess at, run or frame; a page sets a policy of its own.
# No HSTS: an office machine has a certificate of its own making, and a browser told to insist could not be helped.
SAFE_HEADERS = {
    "Server": "CCS",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}

LIST_HEAD = b'{"code":0,"message":"ok","data":['

HTTP_WORDS = {
    400: "请求格式不正确",
    403: "不允许的请求",
    404: "没有这个地址",
    405: "这个地址不支持该方法",
    413: "请求体过大",
    500: "服务器内部错误，请稍后再试",
}


@frozen
class Parts:
    """What handlers are given; joined in `server.py`."""

    config: Config
    desk: Desk
    talk: Talk
    registry: Registry
    intake: Intake
    accounts: Accounts
    hub: Hub
    wire: Wire
    archive: Archive
    search: Search
    health: Health
    doctor: Doctor
    now: Clock
    epoch: str
    edition: Edition                                # of the page, so that an old one knows that it is one
    avatars: Avatars
    reclaims: Reclaims
    abilities: list[dict[str, Any]]                 # of the channels, as the page is told
    ways_in: list[dict[str, Any]]                   # by which channels can be joined, as the page is told
    lookup: Callable[[str], Lookup | None]          # of a channel
    recalls: Recalls
    douyin: Douyin
    notebook: Notebook
    reread: Callable[[], Awaitable[None]]           # the knowledge base, once something was added to it
    tally: Tally
    files: Files
    voices: Voices
    help: Help                                      # for agents who write
    own: Own
    served: Served
    model: ModelCounts | None = None
    traffic: Traffic = Factory(Traffic)             # by which long work gives way to callbacks
    notes_in_turn: asyncio.Lock = Factory(asyncio.Lock)     # one at a time: each replaces the whole file
    busy: set[RequestHandler] = Factory(set)        # requests that are being answered; a stop waits for them


def status_of(error: BaseException) -> int:
    """The status of one of our errors; 500 for anything that is none."""
    return next((STATUSES[cls] for cls in type(error).__mro__ if cls in STATUSES), 500)


def envelope(error: BaseException) -> dict[str, Any]:
    """`{code, message}`, and `data` where the error brings some. Never a traceback."""
    if not isinstance(error, (errors.Refusal, errors.StoreUnavailable)):
        return {"code": 500, "message": HTTP_WORDS[500]}
    answer: dict[str, Any] = {"code": error.code, "message": str(error)}
    if isinstance(error, errors.Refusal) and error.data is not None:
        answer["data"] = dict(error.data)
    return answer


class Handler(RequestHandler):
    """Answers in JSON whatever happens."""

    parts: Parts
    elsewhere: tuple[str, ...] = ()     # methods that are answered before they come here
    _has_begun = False

    def initialize(self, parts: Parts) -> None:
        self.parts = parts
        parts.busy.add(self)

    def on_finish(self) -> None:
        self.parts.busy.discard(self)

    def set_default_headers(self) -> None:
        for name, value in SAFE_HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> None:
        return None

    def answer(self, data: Any = None) -> None:
        body = {"code": 0, "message": "ok"}
        if data is not None:
            body["data"] = data
        self.finish(codec.encode(body))

    async def answer_list(self, slices: AsyncIterator[list[bytes]]) -> None:
        """An array of items that come encoded, a slice at a time.

        Each slice leaves before the next is made: others get a turn, callbacks several, and a slow reader keeps no more
        waiting than one slice.
        What fails later breaks the answer off, and with it the connection.
        """
        text, comma = LIST_HEAD, b""
        async for items in slices:
            if comma:
                await self.leaves(text)
                text = b""
            text += comma + b",".join(items)
            comma = b","
        self.finish(text + b"]}")

    async def leaves(self, text: bytes) -> None:
        """A part of the answer, after which it can only be broken off."""
        self._has_begun = True
        self.write(text)
        await self.flush()
        await self.parts.traffic.give_way()

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """What has begun and cannot go on is cut off, so that nobody takes it for whole."""
        if self._has_begun:
            self.detach().close()
            self.on_finish()
        else:
            super().send_error(status_code, **kwargs)

    def query(self, name: str) -> str | None:
        """A query parameter; None if it is absent or empty. Given twice it is refused."""
        values = self.request.query_arguments.get(name, [])
        if len(values) > 1:
            raise errors.BadRequest(f"参数 {name} 重复")
        try:
            return values[0].decode() or None if values else None
        except UnicodeDecodeError:
            raise errors.BadRequest(f"参数 {name} 不是有效的 UTF-8 文本") from None

    def one_of(self, name: str, choices: Sequence[str]) -> str | None:
        value = self.query(name)
        if value is not None and value not in choices:
            raise errors.BadRequest(f"参数 {name} 只能是 {'、'.join(choices)}")
        return value

    def number(self, name: str, low: int, high: int) -> int | None:
        text = self.query(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high):
            raise errors.BadRequest(f"参数 {name} 必须是 {low} 到 {high} 的整数")
        return int(text)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.methods()))
        if error is None or isinstance(error, HTTPError):
            words = HTTP_WORDS.get(status_code, responses.get(status_code, "请求失败"))
            self.finish(codec.encode({"code": status_code, "message": words}))
            return
        self.set_status(status_of(error))
        if isinstance(error, errors.TooManyTries):
            self.set_header("Retry-After", str(error.retry_after))
        if isinstance(error, errors.NeedsLogin):
            self.set_header("WWW-Authenticate", "Bearer")
        self.finish(codec.encode(envelope(error)))

    @classmethod
    def methods(cls) -> list[str]:
        """What a 405 names (RFC 9110 §15.5.6)."""
        own = [
            name for name in cls.SUPPORTED_METHODS
            if getattr(cls, name.lower()) is not getattr(RequestHandler, name.lower())
        ]
        return own + list(cls.elsewhere)

    def log_exception(self, kind: Any, error: Any, traceback: Any) -> None:
        """A refusal is an answer, not a fault. Never the query, which may hold a token; Tornado's own words have it."""
        if isinstance(error, (errors.CCSError, HTTPError, StreamClosedError)):     # the last: who asked has left
            log.debug("%s %s: %s", self.request.method, self.request.path, error)
        else:
            log.error("%s %s failed", self.request.method, self.request.path, exc_info=(kind, error, traceback))


class ApiHandler(Handler):
    """Handlers under `/api`. `caller` is who asks; None while access is open, for then nobody can know."""

    needs_login = True
    caller: Caller | None = None

    def prepare(self) -> None:
        must_be_our_host(self.request, self.parts.config)
        if self.request.method not in ("GET", "HEAD"):
            must_be_our_origin(self.request, self.parts.config)
        if self.parts.config.auth.required:
            self.caller = who_asks(self.request, self.parts.accounts)
            if self.caller is None and self.needs_login:
                raise errors.NeedsLogin("请先登录")
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if self.request.body and kind != "application/json":
            raise errors.UnsupportedMediaType("请求体必须是 application/json")

    def read(self, cls: type[T]) -> T:
        """The body as `cls`. Raises BadRequest with all that is wrong with it."""
        value = codec.decode(self.request.body) if self.request.body else {}
        if not isinstance(value, dict):
            raise errors.BadRequest("请求体必须是 JSON 对象")
        return codec.read(cls, value)

    def agent(self, cs_id: str) -> Agent:
        """Whom the caller names as the one who acts."""
        must_be_herself(self.caller, cs_id)
        return self.colleague(cs_id)

    def colleague(self, cs_id: str) -> Agent:
        agent = self.parts.config.agent(cs_id)
        if agent is None:
            raise errors.UnknownAgent
        return agent

    def must_supervise(self, words: str) -> None:
        """Raises Forbidden with these words unless a supervisor or admin asks, or access is open."""
        if self.caller and not self.caller.agent.supervises:
            raise errors.Forbidden(words)

    def by(self, cs_id: str | None = None) -> Agent | None:
        """Who acts: whom the caller names, or else herself. None while access is open and nobody is named."""
        if cs_id is not None:
            return self.agent(cs_id)
        return self.caller.agent if self.caller else None

    def may_read(self, session: Session) -> bool:
        """Whether the caller may be told what is said in it."""
        return self.caller is None or lifecycle.may_read(session, self.caller.agent)


class Nowhere(Handler):
    """Every path that is none of ours."""

    def prepare(self) -> None:
        raise errors.NotFound(HTTP_WORDS[404])
