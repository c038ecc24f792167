"""The cast and the stage: a real server on a real port, its platforms, its customers and its agents.

陈女士 writes; 小王 (wang) holds her session; 小李 (li) must not; 老赵 (zhao) supervises.
"""

import asyncio
import json
import socket
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from attrs import define, evolve, field
from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketClientConnection, websocket_connect

from ccs.demo.douyin import Douyin
from ccs.demo.gateway import Gateway
from ccs.demo.wecom import WeCom
from ccs.settings import (
    AgentSettings,
    AssistantSettings,
    ChannelsSettings,
    Config,
    DouyinSettings,
    JDSettings,
    ServerSettings,
    WeChatSettings,
)
from ccs.worker import Worker
from server import Server
from tests.platforms import AGENT_ID, CORP, KEY, SECRET, TOKEN, gateway_message, wecom_request, wecom_text
from tests.raw import PATIENCE, SlowReader

pytest_plugins = ["tests.browser", "tests.goods", "tests.model", "tests.llm"]     # agents' browsers, and what they see

W = TypeVar("W", bound=Worker)

CLIENT_KEY, CLIENT_SECRET = "awdemo", "demo-client-secret"      # Douyin's


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a browser in them keep a core busy and others mostly wait: they take turns, and the busy end first."""
    busy = dict.fromkeys(item.path for item in items if "browser" in getattr(item, "fixturenames", ()))
    waiting = dict.fromkeys(item.path for item in items if item.path not in busy)
    turns = {path: 0.7 * turn / len(busy) for turn, path in enumerate(busy)}
    turns |= {path: turn / len(waiting) for turn, path in enumerate(waiting)}
    items.sort(key=lambda item: turns[item.path])


@pytest.fixture
def gateway(io_loop: IOLoop) -> Iterator[Gateway]:
    """The gateway in front of every channel, and how it is today: see `gateway.moods`."""
    gateway = Gateway(SECRET)
    io_loop.run_sync(async_(gateway.start))
    yield gateway
    io_loop.run_sync(async_(gateway.stop))


@pytest.fixture
def wecom(io_loop: IOLoop) -> Iterator[WeCom]:
    """WeCom's own API, and how it is today: see `wecom.moods`."""
    wecom = WeCom(CORP, TOKEN, KEY, agent_id=int(AGENT_ID))
    io_loop.run_sync(async_(wecom.start))
    yield wecom
    io_loop.run_sync(wecom.close)


@pytest.fixture
def douyin(io_loop: IOLoop) -> Iterator[Douyin]:
    """Douyin's own API, and how it is today: see `douyin.moods`."""
    douyin = Douyin(client_key=CLIENT_KEY, client_secret=CLIENT_SECRET)
    io_loop.run_sync(async_(douyin.start))
    yield douyin
    io_loop.run_sync(douyin.close)


@pytest.fixture
def settings(tmp_path: Path, gateway: Gateway, wecom: WeCom, douyin: Douyin) -> Config:
    """Everything on, no login, no assistant: a customer waits for a person at once."""
    return Config(
        server=ServerSettings(port=0, data_dir=tmp_path / "data"),
        agents=(
            AgentSettings("wang", "小王"), AgentSettings("li", "小李"), AgentSettings("zhao", "老赵", "supervisor"),
        ),
        channels=ChannelsSettings(
            wechat=WeChatSettings(
                enabled=True, corp_id=CORP, token=TOKEN, encoding_aes_key=KEY, secret=wecom.secret,
                api_base=wecom.url, gateway_secret=SECRET, gateway_url=gateway.url,
            ),
            douyin=DouyinSettings(
                enabled=True, client_key=CLIENT_KEY, client_secret=CLIENT_SECRET, api_base=douyin.url,
                gateway_secret=SECRET, gateway_url=gateway.url,
            ),
            jd=JDSettings(enabled=True, gateway_secret=SECRET, gateway_url=gateway.url),
        ),
        assistant=AssistantSettings(provider="off"),
    )


@pytest.fixture
def with_assistant(settings: Config) -> Config:
    """It answers at once, and hands over without a word."""
    return evolve(settings, assistant=AssistantSettings(wait_seconds=0, holding=""))


@pytest.fixture
def stage(io_loop: IOLoop, settings: Config) -> Iterator["Stage"]:
    """The running server. A test that wants other settings starts it itself: `stage.start(settings)`."""
    stage = Stage(settings)
    yield stage
    io_loop.run_sync(stage.close, timeout=30)


@pytest.fixture
def slow_reader() -> Iterator[SlowReader]:
    with socket.socket() as line:
        yield SlowReader(line)


@define
class Stage:
    """A server that can be started, stopped and started again, and everyone who talks to it."""

    settings: Config
    server: Server | None = None
    http: httpx.AsyncClient = field(factory=lambda: httpx.AsyncClient(timeout=30, verify=False))    # http only
    _agents: list["AgentAtWork"] = field(factory=list)
    _serial: Any = field(factory=lambda: count(1))

    async def start(self, settings: Config | None = None) -> "Stage":
        self.settings = settings or self.settings
        self.server = await Server.start(self.settings)
        return self

    async def stop(self) -> None:
        if self.server:
            server, self.server = self.server, None
            await server.stop()

    async def close(self) -> None:
        for agent in self._agents:
            agent.leave()
        await self.stop()
        await self.http.aclose()

    def worker(self, kind: type[W]) -> W:
        """The running server's own."""
        assert self.server
        [worker] = [worker for worker in self.server._workers if isinstance(worker, kind)]
        return worker

    @property
    def base(self) -> str:
        assert self.server
        return f"http://127.0.0.1:{self.server.port}"

    # Platforms

    def new_id(self) -> str:
        return f"id-{next(self._serial)}"

    async def wecom(self, inner: str, **how: Any) -> httpx.Response:
        """An encrypted callback with this XML inside."""
        query, body = wecom_request(inner, **how)
        return await self.http.post(f"{self.base}/wecom/callback", params=query, content=body)

    async def envelope(self, envelope: Any, channel: str = "jd", **signing: Any) -> httpx.Response:
        """A signed envelope, by headers."""
        body = envelope if isinstance(envelope, bytes) else json.dumps(envelope, ensure_ascii=False).encode()
        return await self.http.post(
            f"{self.base}/channel/{channel}/callback", content=body, headers=Gateway(SECRET).headers(body, **signing)
        )

    def customer(self, name: str = "陈女士", channel: str = "jd") -> "Customer":
        return Customer(self, name, channel)

    # Agents

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(self.base + path, params=query)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(self.base + path, **({} if body is None else {"json": body}))

    async def session(self, session_id: str) -> dict[str, Any]:
        return (await self.get(f"/api/sessions/{session_id}")).json()["data"]

    async def history(self, session_id: str, **query: Any) -> list[dict[str, Any]]:
        return (await self.get(f"/api/sessions/{session_id}/history", **query)).json()["data"]

    async def agent(self, cs_id: str) -> "AgentAtWork":
        """An agent who opens the workbench."""
        assert self.server
        url = f"ws://127.0.0.1:{self.server.port}/ws/cs/{cs_id}"
        agent = AgentAtWork(self, cs_id, await websocket_connect(url))
        self._agents.append(agent)
        agent.hello = await agent.next("hello")
        return agent


@define
class Customer:
    """Somebody who writes by one channel."""

    stage: Stage
    id: str
    channel: str

    async def says(self, text: str, **more: Any) -> httpx.Response:
        """Writes, and expects the platform to be told that it was kept."""
        answer = await self.writes(text, **more)
        assert answer.status_code == 200, answer.text
        return answer

    async def writes(self, text: str, **more: Any) -> httpx.Response:
        if self.channel == "wecom":
            return await self.stage.wecom(wecom_text(self.id, text, more.get("message_id") or self.stage.new_id()))
        return await self.stage.envelope(
            gateway_message(self.id, text, more.get("message_id") or self.stage.new_id()), self.channel
        )

    async def session(self) -> dict[str, Any]:
        """Her latest session, as the API shows it."""
        rows = (await self.stage.get("/api/sessions")).json()["data"]
        return next(row for row in rows if row["customerId"] == self.id)


@define(eq=False)
class AgentAtWork:
    """An agent with the workbench open: what the page hears, and what she does by REST."""

    stage: Stage
    cs_id: str
    socket: WebSocketClientConnection
    hello: dict[str, Any] = field(factory=dict)
    viewing: dict[str, list[str]] = field(factory=dict)     # who looks at what, as told; no other frame waits for it
    rung: list[dict[str, Any]] = field(factory=list)        # what came onto her bell, beside whatever else was told
    _heard: "deque[dict[str, Any]]" = field(factory=deque)

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame, which must be of this kind."""
        frame = await self.hears_any()
        assert frame["type"] == kind, frame
        return frame

    async def hears(self, kind: str, when: Callable[[dict[str, Any]], bool] = lambda frame: True) -> dict[str, Any]:
        """The first frame of this kind, whatever comes before it."""
        while True:
            frame = await self.hears_any()
            if frame["type"] == kind and when(frame):
                return frame

    async def hears_any(self) -> dict[str, Any]:
        """The next frame, whatever it is."""
        return self._heard.popleft() if self._heard else await self._read()

    async def heard_nothing(self) -> bool:
        """Whether nothing came until now: asks for a pong first, so that silence means silence."""
        return not await self.all_until_now()

    async def all_until_now(self) -> list[dict[str, Any]]:
        self.sends({"type": "ping"})
        frames = list(self._heard)
        self._heard.clear()
        while (frame := await self._read())["type"] != "pong":
            frames.append(frame)
        return frames

    async def is_closed(self) -> int | None:
        """The code with which the server closed the socket."""
        while await asyncio.wait_for(self.socket.read_message(), PATIENCE) is not None:
            pass
        return self.socket.close_code

    def sends(self, frame: Any) -> None:
        self.socket.write_message(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))

    async def binds(self, session_id: str) -> None:
        self.sends({"type": "bind_session", "sessionId": session_id})
        await self.hears("bound")

    async def accepts(self, session_id: str) -> httpx.Response:
        return await self.stage.post(f"/api/sessions/{session_id}/accept", {"csId": self.cs_id})

    async def replies(self, session_id: str, text: str, **more: Any) -> httpx.Response:
        return await self.stage.post(f"/api/sessions/{session_id}/message", {"content": text, **more})

    async def closes(self, session_id: str) -> httpx.Response:
        return await self.stage.post(f"/api/sessions/{session_id}/close")

    def leave(self) -> None:
        self.socket.close()

    async def _read(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.socket.read_message(), PATIENCE)
        assert message is not None, f"the socket of {self.cs_id} was closed: {self.socket.close_code}"
        frame = json.loads(message)
        if frame["type"] == "viewing":
            self.viewing[frame["sessionId"]] = frame["data"]["csIds"]
        elif frame["type"] == "bell":
            self.rung.append(frame)
        else:
            return frame
        return await self._read()


def async_(act: Callable[[], Any]) -> Callable[[], Any]:
    async def run() -> Any:
        return act()
    return run


async def until(fact: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait for a fact, looking each time the loop has gone round."""
    deadline = asyncio.get_running_loop().time() + patience
    while not (value := fact()):
        assert asyncio.get_running_loop().time() < deadline, "it never came to be"
        await asyncio.sleep(0.002)
    return value
