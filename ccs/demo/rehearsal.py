"""`server.py gateway-check`: plays a gateway against a running server, and says in words what does not work.

It signs as the settings say. What it brings is a test customer's, called so, and her session is closed again where that
can be done without a login.
"""

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import httpx
from attrs import Factory, define, frozen

from ccs.demo.gateway import Gateway
from ccs.settings import ChannelSettings, Config
from ccs.terminal import say

CUSTOMER, NAME = "gateway-check", "【测试】网关自检"
WORDS = "这是网关自检发来的测试消息，不需要回复"
REPLY = "这是网关自检的测试回复"
PATIENCE = 10.0             # seconds for an answer of the server, and for a reply to come out
LOOPBACK = ("127.0.0.1", "localhost")
SPARE = 60                  # seconds beyond the window; clocks differ

SECRET_HINT = "检查网关和服务用的 gateway_secret 是否相同；改过 config.toml 的话要重新启动服务"


@frozen
class Line:
    """What came of one step. `ok` None: not asked."""

    ok: bool | None
    words: str
    advice: str = ""

    def __str__(self) -> str:
        mark = {True: "✓", False: "✗", None: "–"}[self.ok]
        return f"{mark} {self.words}" + (f"\n    → {self.advice}" if self.advice else "")


@define
class Rehearsal:
    """One run. `base` is where the server is."""

    config: Config
    channel: str
    base: str
    http: httpx.AsyncClient
    run_id: str = Factory(lambda: token_hex(6))

    @property
    def settings(self) -> ChannelSettings:
        settings: ChannelSettings = getattr(self.config.channels, self.channel)
        return settings

    async def lines(self) -> AsyncIterator[Line]:
        if not self.settings.enabled or not self.settings.gateway_secret:
            section = f"[channels.{self.channel}]"
            yield Line(False, f"{section} 没有启用，或没有填写 gateway_secret", f"在 config.toml 的 {section} 里填好，重新启动服务")
            return
        async with self._listening() as gateway:
            ping = await self._post(self._event("ping"), "ping", 200)
            yield ping
            if not ping.ok:
                return
            yield await self._post(self._event("ping"), "错误的签名被拒绝", 401, spoilt=True)
            yield await self._old()
            yield await self._post(self._message(), "测试客户的消息已收下", 200)
            yield await self._post(self._message(), "同一条消息再来一次，也回答收到", 200)
            async for line in self._session(gateway):
                yield line

    # To the server

    def _event(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"version": "1", "eventId": f"check-{self.run_id}-{kind}", "type": kind, "shopId": CUSTOMER, **more}

    def _message(self) -> dict[str, Any]:
        message = {"id": f"check-{self.run_id}", "sentAt": int(time.time() * 1000), "msgType": "text", "text": WORDS}
        return self._event(
            "message", customer={"id": CUSTOMER, "nickname": NAME}, conversationId=CUSTOMER, message=message
        )

    async def _old(self) -> Line:
        window = self.settings.replay_window_seconds
        if not window:
            return Line(None, "过期的时间戳：replay_window_seconds 为 0，服务不检查")
        return await self._post(self._event("ping"), "过期的时间戳被拒绝", 401, now=time.time() - window - SPARE)

    async def _post(
        self, event: dict[str, Any], title: str, wanted: int, *, spoilt: bool = False, now: float | None = None
    ) -> Line:
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = Gateway(self.settings.gateway_secret).headers(body, now=now)
        if spoilt:
            headers["X-Signature"] = "0" * 64
        try:
            answer = await self.http.post(
                f"{self.base}/channel/{self.channel}/callback", content=body, headers=headers
            )
        except httpx.HTTPError as error:
            return Line(False, f"{title}：连接不上 {self.base}（{type(error).__name__}）", "先启动服务，或用 --url 写出它的地址")
        if answer.status_code == wanted and (wanted != 200 or _code(answer) == 0):
            return Line(True, title)
        told = f"{title}：服务答复 HTTP {answer.status_code} {_told(answer)}"
        return Line(False, told, _advice(answer.status_code, wanted))

    # Back to the gateway

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[Gateway | None]:
        """In the gateway's place, if its address is this machine's and nobody is there."""
        gateway, url = Gateway(self.settings.gateway_secret, self.channel), urlsplit(self.settings.gateway_url)
        is_ours = url.hostname in LOOPBACK and url.path.rstrip("/") in ("", "/messages")
        if not (is_ours and url.port and _is_free(url.port)):
            yield None
            return
        gateway.start(url.port)
        try:
            yield gateway
        finally:
            await gateway.close()

    async def _session(self, gateway: Gateway | None) -> AsyncIterator[Line]:
        """What became of the message; at the end its session is closed."""
        try:
            found = await self._asks("GET", "/api/sessions?q=" + CUSTOMER)
        except (httpx.HTTPError, ValueError):
            yield Line(None, "服务要求登录，看不到会话，答复没有检查", f"请在工作台里看一眼客户“{NAME}”，然后结束会话")
            return
        mine = [row for row in found if row["customerId"] == CUSTOMER and row["channelType"] == self.channel]
        mine = [row for row in mine if row["status"] != "closed"]
        if len(mine) != 1:
            yield Line(False, f"测试客户应该有一个会话，实际有 {len(mine)} 个", "请把日志发给技术支持")
            return
        path = f"/api/sessions/{mine[0]['sessionId']}"
        history = await self._asks("GET", f"{path}/history")
        said = sum(row["content"] == WORDS and row.get("fields", {}).get("msgid") == f"check-{self.run_id}"
                   for row in history)
        yield Line(said == 1, f"消息在会话里出现 {said} 次", "" if said == 1 else "应该正好一次，请把日志发给技术支持")
        yield await self._reply(path, gateway)
        closed = await self.http.post(f"{self.base}{path}/close")
        yield Line(closed.status_code == 200, "测试会话已结束" if closed.status_code == 200 else "测试会话没有结束",
                   "" if closed.status_code == 200 else f"请在工作台里结束客户“{NAME}”的会话")

    async def _reply(self, path: str, gateway: Gateway | None) -> Line:
        if gateway is None:
            return Line(None, "答复：gateway_url 不在本机，或网关正在运行，没有代它接收", "在网关的日志里看一眼有没有收到答复")
        agent = self.config.agents[0].id if self.config.agents else CUSTOMER
        status = (await self._asks("GET", path))["status"]
        await self._asks("POST", f"{path}/{'accept' if status == 'pending' else 'takeover'}", {"csId": agent})
        await self._asks("POST", f"{path}/message", {"content": REPLY})
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if any(said["message"].get("text") == REPLY for said in gateway.said):
                return Line(True, "客服的答复到了网关，签名正确")
            await asyncio.sleep(0.05)
        return Line(False, "客服的答复没有到网关", "检查 gateway_url；运行 server.py doctor 看看哪一步不通")

    async def _asks(self, method: str, path: str, body: Any = None) -> Any:
        """Raises HTTPError or ValueError for whatever is not taken."""
        answer = await self.http.request(method, self.base + path, json=body)
        answer.raise_for_status()
        return answer.json()["data"]


def address(config: Config) -> str:
    """Where a server with these settings is, from this machine."""
    server = config.server
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(server.host, server.host)
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{'https' if server.tls_cert else 'http'}://{host}:{server.port}"


async def run(config: Config, channel: str, url: str | None) -> bool:
    """Say what comes of each step; whether none went wrong."""
    fine = True
    async for line in rehearse(config, channel, url or address(config)):
        say(str(line))
        fine = fine and line.ok is not False
    return fine


async def rehearse(config: Config, channel: str, url: str) -> AsyncIterator[Line]:
    """The steps, as they are taken."""
    timeout = httpx.Timeout(PATIENCE)
    async with httpx.AsyncClient(timeout=timeout, verify=not url.startswith("https://127."), trust_env=False) as http:
        async for line in Rehearsal(config, channel, url.rstrip("/"), http).lines():
            yield line


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _code(answer: httpx.Response) -> Any:
    try:
        told = answer.json()
    except ValueError:
        return None
    return told.get("code") if isinstance(told, dict) else None


def _told(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("message", ""))[:200]
    except (ValueError, AttributeError):
        return "（不是本服务的答复）"


def _advice(status: int, wanted: int) -> str:
    if wanted == 401:
        return "服务没有检查签名，请确认地址是本服务的，而不是前面的别的程序"
    return {
        401: f"{SECRET_HINT}；也检查这台电脑的时间", 403: "渠道没有启用或没有密钥：改好 config.toml 后重新启动服务",
        404: "地址不对：--url 只写到端口，例如 http://127.0.0.1:8080", 503: "服务的数据库写不进去：检查磁盘空间",
    }.get(status, "运行 server.py doctor 看看哪一步不通")
