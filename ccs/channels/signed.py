"""The neutral signed envelope by which a gateway stands in for a platform. The definition is ours.

In: `POST /channel/{channelType}/callback`. Out: a POST to the gateway's `/messages`, or its `/recalls`. Both are signed
as `seal.py` says.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve

from ccs import codec
from ccs.channels import outgoing, recalling
from ccs.channels.base import Callback, Channel, Fetched, Sent, Taken, Tools, Way, WayIn
from ccs.channels.checkup import Doors, gateway_settings
from ccs.channels.envelope import inbound
from ccs.channels.http import Http, Reply
from ccs.channels.seal import Seal
from ccs.checkup.doctor import Opinion, Step, Visit
from ccs.errors import BadRequest, DeliveryDelayed, DeliveryRefused, Refusal
from ccs.incoming.inbound import CustomerSays, Inbound, StaffSays
from ccs.models import Attachment, Clock, Message, Outgoing, Session, Stage, Via
from ccs.settings import ChannelSettings

LONGEST_PAUSE = 86_400.0     # seconds; a gateway that asks for more is mistaken
FILES_AT_ONCE = 2           # on their way to a gateway; each is in memory while it is
FILE_PATIENCE = 180.0       # seconds; 11 MB of base64 at half a megabit

REFUSALS = {                # by the code of a gateway's answer
    1001: "网关验签失败，请管理员检查 gateway_secret",
    1002: "网关认为消息格式有误",
    2001: "会话已关闭或超过平台允许的回复时间，客户再次来信后才能回复",
    2002: "平台拒绝了消息内容，请修改后再发",
}
FILE_KINDS = {"image", "voice", "video", "file", "emoji"}
FAR_AWAY = "文件不在网关上，没有下载；管理员可以在 config.toml 的 gateway_media_hosts 中允许它所在的主机"
LARGEST_FILE = 20 << 20     # bytes
DELAYS = {3001: "平台限制了发送频率", 5000: "网关暂时不可用"}


class Gateway:
    """One channel's gateway: reads its callbacks, and is a way out if it has an address."""

    idempotent = True       # `requestId` is honoured for 24 hours
    hears_echoes = False

    def __init__(
        self, channel: str, settings: ChannelSettings, http: Http, clock: Clock,
        file: Callable[[str], Path] = Path,
    ) -> None:
        self.url = settings.gateway_url
        self._channel = channel
        self._seal = Seal(settings.gateway_secret, settings.replay_window_seconds, clock)
        self._media_hosts = {host.lower() for host in settings.gateway_media_hosts}
        self._http = http
        self._file = file
        self._room = asyncio.Semaphore(FILES_AT_ONCE)

    # In

    def read(self, callback: Callback) -> Inbound | None:
        """Raises ChannelOff, BadSignature or BadRequest."""
        payload = codec.decode(self._seal.opened(callback))
        if not isinstance(payload, dict):
            raise BadRequest("请求体必须是 JSON 对象")
        return self._with_file(inbound(self._channel, payload))

    def _with_file(self, said: Inbound | None) -> Inbound | None:
        """What comes with the address of a file brings it along, if we may go there."""
        if not isinstance(said, (CustomerSays, StaffSays)):
            return said
        is_file = said.type in FILE_KINDS
        url = said.fields.get("mediaUrl") if is_file else said.fields.get("card", {}).get("image")
        if not isinstance(url, str) or not url:
            return said
        if self._is_near(url):
            return evolve(said, attachment=Attachment(Stage.FETCHING, source=url))
        return evolve(said, attachment=Attachment(Stage.FAILED, reason=FAR_AWAY)) if is_file else said

    def _is_near(self, url: str) -> bool:
        """At the gateway itself, or at a host that is allowed: a message must not send us just anywhere."""
        place, gateway = _place(url), _place(self.url)
        return place is not None and (place == gateway or place[1] in self._media_hosts)

    async def fetch(self, message: Message, into: Path) -> Fetched:
        assert message.attachment is not None
        if not self._is_near(message.attachment.source):        # it was when it came; settings change
            raise DeliveryRefused(FAR_AWAY)
        return Fetched((await self._http.download(message.attachment.source, into, LARGEST_FILE)).name)

    # Out

    async def send(self, session: Session, message: Message) -> Sent:
        """`POST {gateway}/messages`."""
        if message.attachment is None or message.attachment.digest is None:
            return await self._say(codec.encode(outgoing.request(session, message, None)))
        async with self._room:
            try:
                file = await asyncio.to_thread(self._file(message.attachment.digest).read_bytes)
            except OSError:
                raise DeliveryRefused("这条消息的文件已不在，请重新选择文件") from None
            return await self._say(codec.encode(outgoing.request(session, message, file)), FILE_PATIENCE)

    async def recall(self, session: Session, message: Message) -> None:
        """`POST {gateway}/recalls`. Raises Refusal."""
        body = codec.encode(recalling.request(session, message))
        try:
            reply = await self._post("recalls", body)
        except DeliveryDelayed as delay:
            words = recalling.LOST if delay.lost else f"没有撤回：{delay}，请稍后再试"
            raise Refusal(words) from delay
        except DeliveryRefused as refusal:
            raise Refusal(f"没有撤回：{refusal}") from refusal
        recalling.must_have_agreed(reply)

    async def _say(self, body: bytes, patience: float | None = None) -> Sent:
        reply = await self._post("messages", body, patience)
        return self._outcome(reply.status, reply.body)

    async def _post(self, where: str, body: bytes, patience: float | None = None) -> Reply:
        """Signed. Raises as `Http.post` does."""
        headers = {"Content-Type": "application/json; charset=utf-8", **self._seal.headers(body)}
        return await self._http.post(f"{self._root()}/{where}", body, headers, patience=patience)

    def _root(self) -> str:
        """Some write the address where messages go, some what it begins with."""
        return self.url.rstrip("/").removesuffix("/messages")

    def _outcome(self, status: int, body: bytes) -> Sent:
        try:
            answer = codec.decode(body)
            code = answer["code"]
            if type(code) is not int:
                raise TypeError
        except (BadRequest, KeyError, TypeError):
            if status >= 400:
                raise DeliveryRefused(f"网关拒绝了消息（HTTP {status}），请联系管理员") from None
            raise DeliveryDelayed("网关的答复无法识别", lost=True) from None
        data = answer.get("data")
        data = data if isinstance(data, dict) else {}
        if code == 0 and status < 400:
            platform_id = data.get("messageId")
            return Sent(platform_id if isinstance(platform_id, str) else None)
        if code in DELAYS:
            raise DeliveryDelayed(DELAYS[code], retry_after=_pause(data.get("retryAfter")))
        raise DeliveryRefused(REFUSALS.get(code, f"网关拒绝了消息（错误码 {code}）"))


class GatewayChannel(Channel):
    """A channel that takes the envelope, and answers through its gateway if that has an address."""

    def __init__(self, settings: ChannelSettings, tools: Tools) -> None:
        super().__init__(settings, tools)
        self._gateway = Gateway(self.name, settings, tools.http, tools.now, tools.file)

    def read(self, callback: Callback) -> Inbound | None:
        self.must_be_on()
        return self._gateway.read(callback)

    async def fetch(self, message: Message, into: Path) -> Fetched:
        return await self._gateway.fetch(message, into)

    def ways_in(self) -> Sequence[WayIn]:
        keys = {"gateway_secret": "与网关约定的密钥", "gateway_url": "网关收答复的地址，以 http:// 或 https:// 开头"}
        return (WayIn("gateway", keys, {"callback": f"/channel/{self.name}/callback"}),)

    def ways_out(self) -> Mapping[Via, Way]:
        return {Via.GATEWAY: self._gateway} if self._gateway.url else {}

    def takes(self, via: Via) -> Sequence[Taken]:
        return outgoing.TAKEN if via is Via.GATEWAY else super().takes(via)

    def check(self, via: Via, said: Outgoing) -> None:
        if via is Via.GATEWAY:
            outgoing.check(said)
        else:
            super().check(via, said)

    def recalls(self, via: Via) -> bool:
        return via is Via.GATEWAY and bool(self._gateway.url)

    async def recall(self, session: Session, message: Message) -> None:
        if session.via is not Via.GATEWAY or not self._gateway.url:
            return await super().recall(session, message)
        await self._gateway.recall(session, message)

    def no_way_out(self, via: Via) -> str:
        if via is Via.GATEWAY:
            return "该渠道没有配置 gateway_url，回复无法送达客户，请联系管理员"
        return super().no_way_out(via)

    def checkup(self, visit: Visit) -> Sequence[Step]:
        """Settings, the way in, the gateway. What is the platform's own a subclass adds."""
        doors = Doors(self.name, self.settings, f"/channel/{self.name}/callback", self.tools.http, visit)
        return [Step("config", "配置", self._settings_checked), *doors.steps()]

    async def _settings_checked(self) -> Opinion:
        return gateway_settings(self.name, self.settings)


def _place(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of a web address; None of what is none."""
    try:
        parts = urlsplit(url)
        place = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        return None
    return place if place[0] in ("http", "https") and place[1] else None


def _pause(seconds: Any) -> float | None:
    """How long the gateway asks us to wait, if it says so in a way that makes sense."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds <= 0:
        return None
    return min(float(seconds), LONGEST_PAUSE)
