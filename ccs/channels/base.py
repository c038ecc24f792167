"""What a channel is, and how to add one.

A channel turns a platform's request into an `Inbound` and a message of ours into a request to the platform. It keeps
no sessions and writes nothing: what it reads goes to `ccs/intake.py`, and the outbox calls it to send.

To add a channel:

1. Write `ccs/channels/<name>.py`. Every channel of the table is a `GatewayChannel` with a `name`; for a platform that
   comes through a gateway that is all. One with callbacks of its own overrides `read`, and leaves to `super().read`
   what does not bear the platform's signature. For what does: `must_be_on` first, and `ChannelOff` without a secret to
   check with; then the signature, over the bytes as they came; only then decode. Raise `BadSignature` for whoever does
   not prove itself and `BadRequest` for what cannot be read. Give every inbound the ids under which the platform may
   bring it again, so that it is taken once. What is not known is kept: an event as `PlatformTells`, a kind of message
   with words by `readable`.
2. If the platform can be answered, override `ways_out`, and add to `super().ways_out()`: a `Way` sends one message,
   raises `DeliveryDelayed` (try again) or `DeliveryRefused` (do not, with a Chinese sentence for the agent), and says
   whether it is `idempotent` and `hears_echoes`. It stands under the `Via` that `read` gives its customers. `check`
   refuses what the platform would take from nobody, and `takes` names what the page offers. Where messages come with
   files, give their inbounds an `Attachment` and override `fetch`.
3. Add its line to the table in `ccs/channels/__init__.py`, and a section to `ChannelsSettings` in `ccs/settings.py` and
   to `config.toml`: a `ChannelSettings` with what the platform needs besides. A secret to check callbacks with goes
   into `checks_its_own` in `ccs/config.py`, or no server starts without a gateway's. What people call the channel goes
   into `TITLES` in `ccs/checkup/premises.py` and `channels` in `handlers/static/js/texts/texts.js`.
4. Say what its checkup looks at besides the way in: see `Channel.checkup`. If it can be joined without a gateway, name
   that way in `ways_in`, with words for it in `handlers/static/js/texts/joining.js`.
5. Put one recorded payload for each event and kind of message into `tests/payloads/<name>/`.
   `tests/channels/test_channels.py` holds every channel of the table to the promises, and follows these steps with a
   channel of its own, `tests/feige.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

from attrs import field, frozen

from ccs.channels.http import Http
from ccs.checkup.doctor import Step, Visit
from ccs.errors import BadRequest, BadSignature, ChannelOff, DeliveryRefused, Refusal, SessionShut
from ccs.incoming.inbound import CodeOffered, Inbound, PlatformTells, Reclaimed
from ccs.kept import Profile, Token
from ccs.lookup import Lookup
from ccs.models import Clock, Customer, Message, Outgoing, Session, Via
from ccs.outgoing.limits import UNLIMITED, Limits
from ccs.settings import ChannelSettings


LONGEST_TIMESTAMP = 12      # digits
MOST_PROFILES = 100         # customers who are asked for at once; what WeCom takes


@frozen
class Callback:
    """A platform's request as it arrived. Header names are looked up without regard to case."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@frozen
class Tools:
    """What a channel works with. It keeps nothing itself that a restart must not lose."""

    http: Http
    now: Clock
    token: Callable[[str], Token | None]        # the one of this name that was kept last
    keep_token: Callable[[Token], object]
    file: Callable[[str], Path]                 # where the bytes of this digest lie
    last_heard: Callable[[Session], Message | None] = lambda session: None      # the customer's newest message


@frozen
class WayIn:
    """A way by which this channel can be joined: what the merchant fills in, and what the platform is told."""

    name: str                           # by which a page has words for it
    settings: Mapping[str, str]         # of the channel's section, and what stands for each until it is given
    paths: Mapping[str, str] = field(factory=dict)      # where we are called, by what for
    can_lack: Sequence[str] = ()        # of the settings, those without which it works too


@frozen
class Sent:
    """The platform took the message, and may have named it."""

    platform_id: str | None = None
    is_part: bool = False       # there is more of it; `send` is to be called again once this is on disk


@frozen
class Taken:
    """A kind of message that a platform takes from us, and its file if it needs one."""

    type: str
    largest: int = 0                # bytes; 0: it has no file
    smallest: int = 0
    mimes: tuple[str, ...] = ()     # of the file; none: any


@frozen
class Pulled:
    """A page of what an account has for us: what it says, and where the next begins."""

    inbounds: tuple[Inbound, ...]
    cursor: str | None
    more: bool


class TokenTooOld(DeliveryRefused):
    """The wake-up's token is no longer taken; what there is can be had without."""


class CursorUnknown(DeliveryRefused):
    """The platform does not know this place any more; the stream can be read from its beginning."""


class NothingToPull(DeliveryRefused):
    """The merchant does not use what is fetched here. Nothing is wrong."""


class Source(Protocol):
    """Where messages are fetched that a platform only tells of."""

    @property
    def every(self) -> float:
        """Seconds between looks that nothing has asked for."""
        ...

    async def accounts(self) -> list[str]:
        """Those that there are. Raises DeliveryDelayed or DeliveryRefused, as which NothingToPull."""
        ...

    async def pull(self, account: str, cursor: str | None, token: str | None) -> Pulled:
        """The page behind the cursor; from the beginning without one. Raises as `accounts` does, and
        TokenTooOld or CursorUnknown."""
        ...


@frozen
class Fetched:
    """A file came; what the platform calls it proves nothing, like all that it says of it."""

    name: str = ""


class Way(Protocol):
    """A way by which messages reach customers."""

    idempotent: bool        # whether sending twice under one delivery id says it once
    hears_echoes: bool      # whether the platform tells by itself what it took (`EchoHeard`)

    async def send(self, session: Session, message: Message) -> Sent:
        """Bring one message to the platform. Raises DeliveryDelayed or DeliveryRefused."""
        ...


class Channel(ABC):
    """One platform. Subclasses say its name, and how it is read and answered."""

    name: ClassVar[str]

    def __init__(self, settings: ChannelSettings, tools: Tools) -> None:
        self.settings = settings
        self.tools = tools

    @abstractmethod
    def read(self, callback: Callback) -> Inbound | None:
        """Of `POST /channel/{name}/callback`. None when there is nothing to keep, as with a ping.

        Raises ChannelOff, BadSignature or BadRequest.
        """

    def ways_in(self) -> Sequence[WayIn]:
        """The ways that there are, configured or not; see `joining.py`."""
        return ()

    def ways_out(self) -> Mapping[Via, Way]:
        """The ways that are configured."""
        return {}

    def source(self) -> Source | None:
        """Where to fetch what the platform has for us, if that is configured."""
        return None

    async def use_code(self, offered: CodeOffered, message_id: str) -> bool:
        """Say what is to be said on this occasion, under our id; False if that is nothing.

        Raises DeliveryDelayed or DeliveryRefused. A code is good for one message, so a repeat is never said twice.
        """
        return False

    def limits(self, via: Via) -> Limits:
        """What the platform allows us to say to those who came in by `via`."""
        return UNLIMITED

    def knows_customers(self, via: Via) -> bool:
        """Whether `profiles` may be asked of those who came in by `via`."""
        return False

    async def profiles(self, account: str, ids: Sequence[str]) -> list[Profile]:
        """Who these customers of the account are, as far as the platform says. Raises DeliveryError."""
        return []

    async def fetch(self, message: Message, into: Path) -> Fetched:
        """Write the file of a message that came in to `into`. Raises DeliveryDelayed or DeliveryRefused."""
        raise DeliveryRefused("该渠道不提供文件，请在平台的客户端查看")

    def takes(self, via: Via) -> Sequence[Taken]:
        """What an agent can choose to send, besides text, to those who came in by `via`."""
        return ()

    def recalls(self, via: Via) -> bool:
        """Whether `recall` may be asked of those who came in by `via`."""
        return False

    async def recall(self, session: Session, message: Message) -> None:
        """Take back what we said. Raises Refusal."""
        raise Refusal("该渠道不能撤回消息，请在平台的客户端撤回")

    def heed(self, tells: PlatformTells) -> None:
        """A notice is on disk, for the first time."""

    async def tend(self) -> None:
        """Look after what would run out by itself. Called every few minutes, and raises nothing."""

    def check(self, via: Via, said: Outgoing) -> None:
        """Raises BadRequest for what the platform would not take from anybody who came in by `via`."""
        if said.type != "text":
            raise BadRequest("该渠道目前只能发送文字（msgType 为 text）")

    def lookup(self) -> Lookup | None:
        """Where the orders and articles are looked up that customers name, if that is configured."""
        return None

    def shut_by(self, result: Mapping[str, Any]) -> SessionShut | None:
        """What a late result (`send_result`) says of the session besides."""
        return None

    def owner_changed(self, customer: Customer) -> None:
        """Who serves her in the platform's own client is not who it was."""

    async def reclaim(self, session: Session) -> Reclaimed:
        """Take a session back from whoever serves it in the platform's own client, if somebody does. Raises Refusal."""
        raise Refusal("该渠道没有平台客户端接待，不需要也不能收回会话")

    def no_way_out(self, via: Via) -> str:
        """Why a session that came in by `via` cannot be answered, for the agent."""
        return "该渠道暂不支持从这里回复，消息没有送达，请联系管理员"

    def checkup(self, visit: Visit) -> Sequence[Step]:
        """What the doctor asks about this channel, in order. Called anew for each checkup."""
        return ()

    def must_be_on(self) -> None:
        if not self.settings.enabled:
            raise ChannelOff("该渠道未启用")


def must_be_fresh(timestamp: str, window: int, now: datetime) -> None:
    """Raises BadSignature unless it is unix seconds in ASCII digits, at most `window` seconds off; 0 is any age."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        raise BadSignature("签名时间戳无效")
    if window and abs(now.timestamp() - int(timestamp)) > window:
        raise BadSignature("签名时间戳已过期，请检查双方时钟")


def readable(kind: str, detail: Any = None) -> str:
    """What stands in for a message that is not text: `[图片]`, `[位置] 人民广场`."""
    words = f"[{KIND_WORDS.get(kind, f'暂不支持的消息类型 {kind}')}]"
    return f"{words} {detail}" if detail else words


KIND_WORDS = {
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "file": "文件",
    "location": "位置",
    "link": "链接",
    "product": "商品",
    "order": "订单",
    "emoji": "表情",
    "text": "文字",
    "business_card": "名片",
    "miniprogram": "小程序",
    "msgmenu": "菜单",
    "channels_shop_product": "视频号商品",
    "channels_shop_order": "视频号订单",
    "merged_msg": "聊天记录",
    "channels": "视频号",
    "channels_feed": "视频号动态",
    "channels_live": "视频号直播",
    "channels_profile": "视频号名片",
    "meeting": "会议",
    "schedule": "日程",
    "note": "笔记",
    "user_local_image": "图片",             # Douyin's
    "user_local_video": "视频",
    "retain_consult_card": "留资卡片",
    "group_invitation": "群邀请",
    "applet_card": "小程序卡片",
    "applet_coupon": "小程序券",
    "auth_private_message_card": "私信授权卡片",
}
