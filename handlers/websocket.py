"""The workbench's live line, `/ws/cs/{csId}`: what an agent's page may say, and what it is answered.

What the page is told of sessions comes from `ccs.hub`, by way of the socket's `Line`.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from attrs import Factory, frozen
from tornado.websocket import WebSocketHandler

from ccs import codec, lifecycle
from ccs.accounts import Caller
from ccs.asked import SessionFilter
from ccs.codec import Identifier
from ccs.errors import BadRequest, CCSError, Forbidden, NeedsLogin, NotFound, StoreUnavailable, UpgradeRequired
from ccs.models import Agent, Status
from ccs.settings import CHANNEL_NAMES
from handlers.base import Handler, Parts, envelope
from handlers.guards import must_be_herself, must_be_our_host, must_be_our_origin, who_asks
from handlers.line import LOGIN_NEEDED, Line, frame

log = logging.getLogger(__name__)

WRONG_AGENT = 4403              # close codes
WRONG_AGENT = 4403              # close codes
TOO_MANY = 4429
TRY_AGAIN_LATER = 1013
VERSION = "13"                  # of the protocol, and the only one (RFC 6455 §4.1)


@frozen
class SessionFrame:
    sessionId: Identifier


@frozen
class ResumeFrame:
    epoch: Identifier
    eventId: int
    bound: list[Identifier] = Factory(list)


@frozen
class ReadFrame:
    sessionId: Identifier
    seq: int


class AgentSocket(Handler, WebSocketHandler):
    """One agent's socket. She may have several. What is refused before it is one is answered as by any `Handler`."""

    def initialize(self, parts: Parts) -> None:
        super().initialize(parts)
        self._line: Line | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._frames: dict[str, Callable[[Line, dict[str, Any]], None]] = {
            "bind_session": self._bind,
            "unbind_session": self._unbind,
            "read": self._read,
            "resume": self._resume,
            "ping": self._ping,
        }

    def prepare(self) -> None:
        must_be_our_host(self.request, self.parts.config)
        must_be_our_origin(self.request, self.parts.config)

    async def get(self, *path: str, **_: str) -> None:
        """Tornado refuses in words of its own what cannot become a socket; so it is refused here before."""
        headers = self.request.headers
        asked = {word.strip().lower() for word in headers.get("Connection", "").split(",")}
        if headers.get("Upgrade", "").lower() != "websocket" or "upgrade" not in asked:
            raise UpgradeRequired("这个地址只接受 WebSocket 连接")
        if headers.get("Sec-WebSocket-Version") != VERSION:
            raise UpgradeRequired(f"只支持 WebSocket 版本 {VERSION}")
        if not headers.get("Sec-WebSocket-Key"):
            raise BadRequest("缺少 Sec-WebSocket-Key")
        await super().get(*path)

    def check_origin(self, origin: str) -> bool:
        """`prepare` did, by the rule that holds everywhere."""
        return True

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if isinstance(kwargs.get("exc_info", (None, None))[1], UpgradeRequired):        # RFC 9110 §15.5.22
            self.set_header("Upgrade", "websocket")
            self.set_header("Connection", "Upgrade")
            self.set_header("Sec-WebSocket-Version", VERSION)
        super().write_error(status_code, **kwargs)

    def open(self, cs_id: str) -> None:
        try:
            caller = self._caller()
            must_be_herself(caller, cs_id)
        except NeedsLogin:
            self.close(LOGIN_NEEDED, "login needed")
            return
        except Forbidden:
            self.close(WRONG_AGENT, "not your csId")
            return
        except StoreUnavailable:
            self.close(TRY_AGAIN_LATER, "try again later")
            return
        agent = self.parts.config.agent(cs_id)
        if agent is None:
            self.close(WRONG_AGENT, "unknown csId")
            return
        if not self.parts.hub.has_room_for(agent):
            log.warning("agent %s has too many sockets, or all have", agent.id)
            self.close(TOO_MANY, "too many connections")
            return
        self.set_nodelay(True)
        self._line = Line(agent, self, caller.login if caller else None)
        self.parts.hub.join(self._line)
        self._tell(self._hello(self._line))
        for reminder in self.parts.own.reminders.due(agent):
            self._tell(self.parts.wire.reminder_due(reminder))
        log.info("agent %s connected", agent.id)

    def _caller(self) -> Caller | None:
        """None while access is open. A page has its cookie; a program may put its token in the query."""
        if not self.parts.config.auth.required:
            return None
        tokens = self.request.query_arguments.get("token", [])
        caller = who_asks(self.request, self.parts.accounts, tokens[-1].decode(errors="replace") if tokens else None)
        if caller is None:
            raise NeedsLogin("请先登录")
        return caller

    def on_close(self) -> None:
        if self._line:
            self.parts.hub.leave(self._line)
            if self._catching_up:
                self._catching_up.cancel()
            log.info("agent %s disconnected", self._line.agent.id)

    def on_message(self, message: str | bytes) -> None:
        """Whatever comes is answered or ignored; nothing raises. After our goodbye nothing is heard."""
        if self._line and self.ws_connection and not self.ws_connection.is_closing():
            self._guarded(self._line, self._hear, message)

    def _guarded(self, line: Line, act: Callable[..., None], *args: Any) -> None:
        try:
            act(line, *args)
        except CCSError as error:
            self._tell({"type": "error", **envelope(error)})
        except Exception as error:
            log.exception("a frame of agent %s failed", line.agent.id)
            self._tell({"type": "error", **envelope(error)})

    # Frames of the page

    def _hear(self, line: Line, message: str | bytes) -> None:
        if isinstance(message, bytes):
            raise BadRequest("只接收文本帧")
        told = codec.decode(message)
        if not isinstance(told, dict) or not isinstance(told.get("type"), str):
            raise BadRequest("每一帧必须是带 type 的 JSON 对象")
        act = self._frames.get(told["type"])
        if act is None:
            raise BadRequest(f"不支持的 type，可用的有 {'、'.join(self._frames)}")
        act(line, told)

    def _bind(self, line: Line, told: dict[str, Any]) -> None:
        self._once_durable(line, codec.read(SessionFrame, told).sessionId, self._bind_now)

    def _unbind(self, line: Line, told: dict[str, Any]) -> None:
        self._once_durable(line, codec.read(SessionFrame, told).sessionId, self.parts.hub.unbind)

    def _once_durable(
        self, line: Line, session_id: str, act: Callable[[Line, str], None], error: BaseException | None = None
    ) -> None:
        """When nothing of the session is on its way to disk: who may look depends on what it has become."""
        if error:
            raise error
        last = self.parts.registry.in_flight(session_id)
        if last.is_settled:
            act(line, session_id)
        else:
            last.finally_(lambda error: self._guarded(line, self._once_durable, session_id, act, error))

    def _bind_now(self, line: Line, session_id: str) -> None:
        session = self.parts.registry.get(session_id)
        lifecycle.must_read(session, line.agent)
        if not session.is_open:
            raise Forbidden("会话已结束", {"sessionId": session_id})
        self.parts.hub.bind(line, session_id)
        self._tell({"type": "bound", "sessionId": session_id})

    def _resume(self, line: Line, told: dict[str, Any]) -> None:
        """Bring a page that was away up to date, or tell it to load afresh."""
        wanted = codec.read(ResumeFrame, told)
        if self._catching_up and not self._catching_up.done():
            raise BadRequest("正在恢复，请稍候")
        self._catching_up = asyncio.create_task(self._catch_up(line, wanted))

    async def _catch_up(self, line: Line, wanted: ResumeFrame) -> None:
        """Replay what was missed, say that it is done, then let go what came live meanwhile."""
        try:
            done = await self._replayed(line, wanted)
        except Exception as error:
            if not isinstance(error, CCSError):
                log.exception("catching up of agent %s failed", line.agent.id)
            done = {"type": "resync_required"}
        line.catch_up(frame(codec.encode(done)))
        line.release()

    async def _replayed(self, line: Line, wanted: ResumeFrame) -> dict[str, Any]:
        """The frame that closes the replay."""
        registry, archive, hub = self.parts.registry, self.parts.archive, self.parts.hub
        for session_id in wanted.bound:
            while not (last := registry.in_flight(session_id)).is_settled:
                await last                  # who may look depends on what the session becomes
        published = registry.published_event_id
        if wanted.epoch != self.parts.epoch or not archive.oldest_event_id() - 1 <= wanted.eventId <= published:
            return {"type": "resync_required"}
        bound = [session_id for session_id in wanted.bound if self._may_bind(line, session_id)]
        for session_id in bound:
            hub.bind(line, session_id)
        line.hold()
        async for page in archive.events(wanted.eventId, published):
            for event_id, event in page:
                hub.replay(line, event, event_id)
            await line.drained()
        return {"type": "resume_ok", "eventId": published, "bound": bound}

    def _may_bind(self, line: Line, session_id: str) -> bool:
        try:
            return lifecycle.may_open(self.parts.registry.get(session_id), line.agent)
        except NotFound:
            return False

    def _read(self, line: Line, told: dict[str, Any]) -> None:
        mark = codec.read(ReadFrame, told)
        self.parts.desk.read(mark.sessionId, line.agent, mark.seq)

    def _ping(self, line: Line, told: dict[str, Any]) -> None:
        time = self.parts.wire.time(self.parts.now())
        self._tell({"type": "pong", "serverTime": time, "counts": self._counts(line.agent)})

    def _counts(self, agent: Agent) -> dict[str, int]:
        """How many sessions are open, but for those of blocked customers: as after every event that was sent before."""
        count = self.parts.registry.count_calling
        return {
            "ai": count(SessionFilter(status=Status.AI)),
            "pending": count(SessionFilter(status=Status.PENDING)),
            "manual": count(SessionFilter(status=Status.MANUAL)),
            "mine": count(SessionFilter(status=Status.MANUAL, agent_id=agent.id)),
        }

    def _hello(self, line: Line) -> dict[str, Any]:
        agent = line.agent
        me = {"csId": agent.id, "name": agent.name or agent.id, "role": agent.role.value}
        return {
            "type": "hello",
            "epoch": self.parts.epoch,
            "eventId": self.parts.registry.published_event_id,
            "serverTime": self.parts.wire.time(self.parts.now()),
            "me": me,
            "socket": line.id,
            "shop": self.parts.config.workbench.shop_name,
            "forbidden": self._forbidden,
            "counts": self._counts(agent),
            "version": self.parts.edition.name,
            "features": sorted(self._frames),
            "channels": self.parts.abilities,
            "tags": self.parts.config.workbench.tags,
            "attributes": self.parts.config.workbench.attributes,
            "viewing": self.parts.hub.viewing,
            "assistant": {
                "serves": [each for each in CHANNEL_NAMES if self.parts.config.assistant.serves(each)],
                "polishes": self.parts.help.polishes,
                "suggests": self.parts.help.suggests,
                "agentsAddKnowledge": self.parts.config.assistant.agents_add_knowledge,
            },
        }

    @property
    def _forbidden(self) -> list[dict[str, Any]]:
        """With what is to be warned of before it is sent."""
        return [
            {"words": each.words, "channels": each.channels, "action": each.action, "reason": each.reason}
            for each in self.parts.config.forbidden_words
        ]

    def _tell(self, told: dict[str, Any]) -> None:
        if self._line:
            self.parts.hub.tell(self._line, told)
