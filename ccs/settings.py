"""Every setting: its section, its default, and the check that its value has to pass.

The sections are attrs classes. A setting marked secret may also come from the environment: see `ccs/config.py`.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import attrs
from attrs import frozen

from ccs.assistant.unseen import seen
from ccs.customers.attributes import LONGEST_NAME, is_name
from ccs.models import Agent, Role
from ccs.tags import LONGEST, is_tag

AGENT_ID = re.compile(r"[A-Za-z0-9_.@-]{1,64}", re.ASCII)

ARGON2_HASH = re.compile(
    r"\$argon2id\$v=19\$m=(?P<memory>\d{1,9}),t=(?P<time>\d{1,9}),p=\d{1,2}\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}",
    re.ASCII,
)
TOKEN_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)

HOST_NAME = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+", re.ASCII)

WECOM_KEY = re.compile(r"[A-Za-z0-9]{43}", re.ASCII)

HOST_PATTERN = re.compile(r"(\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
AVATAR_HOSTS = (".qlogo.cn", ".qpic.cn", ".douyinpic.com", ".byteimg.com", ".360buyimg.com")

CHANNEL_NAMES = ("wechat", "douyin", "jd")
HOURS = re.compile(r"(?P<begin>([01][0-9]|2[0-3]):[0-5][0-9])-(?P<end>([01][0-9]|2[0-3]):[0-5][0-9])", re.ASCII)

STAND_IN = re.compile("〈[^〈〉]+〉")      # what is copied from the guide, until the merchant's own is in its place

Check = Callable[[Any], str | None]     # what is wrong with a value, or None


def setting(default: Any, check: Check | None = None, *, secret: bool = False, needed: bool = False) -> Any:
    return attrs.field(default=default, metadata={"check": check, "secret": secret, "needed": needed})


def section(cls: type) -> Any:
    return attrs.field(factory=cls, metadata={"section": cls})


def is_stand_in(value: Any) -> bool:
    return isinstance(value, str) and STAND_IN.fullmatch(value) is not None


# Checks


def within(low: int, high: int) -> Check:
    return lambda value: None if low <= value <= high else f"must be between {low} and {high}"


def at_most_bytes(most: int) -> Check:
    return lambda value: None if len(value.encode()) <= most else f"must be at most {most} bytes of UTF-8"


def at_most_characters(most: int) -> Check:
    return lambda value: None if len(value) <= most else f"must be at most {most} characters"


def one_of(*choices: str) -> Check:
    return lambda value: None if value in choices else f"must be one of {', '.join(choices)}"


def hours(value: str) -> str | None:
    match = HOURS.fullmatch(value)
    usable = not value or match is not None and match["begin"] != match["end"]
    return None if usable else 'must be hours such as "09:00-22:00", or "" for always'


def channel_names(value: tuple[str, ...]) -> str | None:
    wrong = [each for each in value if each not in CHANNEL_NAMES]
    return f"must hold some of {', '.join(CHANNEL_NAMES)}, not {wrong[0]!r}" if wrong else None


def tags(value: tuple[str, ...]) -> str | None:
    wrong = [each for each in value if not is_tag(each)]
    return f"must hold tags of at most {LONGEST} characters, without #, not {wrong[0]!r}" if wrong else None


def attribute_names(value: tuple[str, ...]) -> str | None:
    wrong = [each for each in value if not is_name(each)]
    return f"must hold names of at most {LONGEST_NAME} characters, not {wrong[0]!r}" if wrong else None


def time_zone(value: str) -> str | None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return "is no time zone; write a name such as Asia/Shanghai"
    return None


def web_address(value: str) -> str | None:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    return None if not value or usable else "must be an http:// or https:// address"


def given_web_address(value: str) -> str | None:
    return web_address(value) if value else "must be an http:// or https:// address"


def one_line(value: str) -> str | None:
    return None if value.isascii() and value.isprintable() else "must be one line of plain letters, digits and signs"


def host_names(value: tuple[str, ...]) -> str | None:
    """Each that host, and none below it."""
    wrong = [each for each in value if not HOST_NAME.fullmatch(each)]
    return f"must hold host names, without https:// and without a port, not {wrong[0]!r}" if wrong else None


def existing_folder(value: Path | None) -> str | None:
    return None if value is None or value.is_dir() else f"names no folder: {value}"


def host_patterns(value: tuple[str, ...]) -> str | None:
    """Hosts, whole domains, and ports too. An ending that is no domain even, as `.com`, would be next to everyone."""
    odd = [name for name in value if not HOST_PATTERN.fullmatch(name.lower()) or name[0] == "." and "." not in name[1:]]
    return f"must hold hosts such as cdn.example.com, .example.com or 127.0.0.1:9000, not {odd[0]!r}" if odd else None


def wecom_key(value: str) -> str | None:
    usable = not value or WECOM_KEY.fullmatch(value)
    return None if usable else "must be the 43 letters and digits that WeCom's console shows"


def daojia_secret(value: str) -> str | None:
    return None if not value or len(value) >= 32 else "must have at least 32 characters, as JD's console shows it"


def readable_file(value: Path | None) -> str | None:
    return None if value is None or value.is_file() else f"names no file: {value}"


def argon2_hash(value: str) -> str | None:
    if not value:
        return None
    usable = ARGON2_HASH.fullmatch(value)
    if not usable:
        return "must be what `server.py hash-password` printed"
    if int(usable["memory"]) > 256 * 1024 or int(usable["time"]) > 16:
        return "asks for more than 256 MiB of memory or 16 rounds; `server.py hash-password` makes one that fits"
    return None


def sha256_hash(value: str) -> str | None:
    return None if not value or TOKEN_HASH.fullmatch(value) else "must be what `server.py new-token` printed"


def names(value: tuple[str, ...]) -> str | None:
    wrong = [each for each in value if len(each) > 40 or not each.isprintable() or each != each.strip()]
    return f"must hold names of one line and 40 characters at most, not {wrong[0]!r}" if wrong else None


def words(value: tuple[str, ...]) -> str | None:
    wrong = [each for each in value if len(each) > 40 or not "".join(seen(each).split())]
    if wrong:
        return f"must hold words of 40 characters at most, not {wrong[0]!r}"
    return None if 0 < len(value) <= 500 else "must hold 1 to 500 words"


def agent_id(value: str) -> str | None:
    return None if AGENT_ID.fullmatch(value) else "must be 1 to 64 of letters, digits and _ . @ -"


# Sections


@frozen
class ServerSettings:
    host: str = setting("127.0.0.1")
    port: int = setting(8080, within(0, 65535))
    data_dir: Path = setting(Path("data"))
    timezone: str = setting("Asia/Shanghai", time_zone)
    public_url: str = setting("", web_address)
    allowed_hosts: tuple[str, ...] = setting(())
    avatar_hosts: tuple[str, ...] = setting(AVATAR_HOSTS, host_patterns)
    xheaders: bool = setting(False)
    tls_cert: Path | None = setting(None, readable_file)
    tls_key: Path | None = setting(None, readable_file)
    max_body_kb: int = setting(1024, within(16, 32768))
    log_level: str = setting("info", one_of("debug", "info", "warning", "error"))

    @property
    def is_exposed(self) -> bool:
        """Whether it can be reached from outside this machine."""
        if self.xheaders or self.public_url:
            return True
        try:
            return not ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"


@frozen
class AuthSettings:
    required: bool = setting(False)
    allow_open_access: bool = setting(False)
    session_hours: int = setting(12, within(1, 24 * 31))


@frozen
class AgentSettings:
    id: str = setting("", agent_id, needed=True)
    name: str = setting("")
    role: str = setting("agent", one_of(*Role))
    password_hash: str = setting("", argon2_hash)
    token_hash: str = setting("", sha256_hash)
    groups: tuple[str, ...] = setting((), names)


@frozen
class ChannelSettings:
    enabled: bool = setting(False)
    gateway_secret: str = setting("", secret=True)
    gateway_url: str = setting("", web_address)
    gateway_media_hosts: tuple[str, ...] = setting((), host_names)
    replay_window_seconds: int = setting(300, within(0, 86400))


@frozen
class WeChatSettings(ChannelSettings):
    corp_id: str = setting("")
    token: str = setting("", secret=True)
    encoding_aes_key: str = setting("", wecom_key, secret=True)
    secret: str = setting("", secret=True)
    api_base: str = setting("https://qyapi.weixin.qq.com", given_web_address)
    reply_window_hours: int = setting(48, within(1, 168))
    reply_quota: int = setting(5, within(1, 99))
    reclaimed_words: str = setting("刚才的接待已结束。如还需要帮助，请直接发消息，我们会继续为您服务。", at_most_bytes(2048))
    pull_seconds: int = setting(120, within(10, 86400))
    welcome: str = setting("", at_most_bytes(2048))
    farewell: str = setting("", at_most_bytes(2048))


@frozen
class DouyinSettings(ChannelSettings):
    client_key: str = setting("")
    client_secret: str = setting("", secret=True)
    verify_secret: str = setting("", secret=True)
    api_base: str = setting("https://open.douyin.com", given_web_address)
    reply_window_hours: int = setting(24, within(1, 168))
    reply_quota: int = setting(6, within(1, 99))
    welcome: str = setting("", at_most_characters(1000))
    scopes: tuple[str, ...] = setting(("im.direct_message", "im.recall_message", "renew_refresh_token"))


@frozen
class JDSettings(ChannelSettings):
    app_key: str = setting("")
    app_secret: str = setting("", secret=True)
    access_token: str = setting("", secret=True)
    refresh_token: str = setting("", secret=True)
    api_base: str = setting("https://api.jd.com/routerjson", given_web_address)
    oauth_base: str = setting("https://open-oauth.jd.com", given_web_address)
    daojia_app_key: str = setting("")
    daojia_app_secret: str = setting("", daojia_secret, secret=True)


@frozen
class ChannelsSettings:
    wechat: WeChatSettings = section(WeChatSettings)
    douyin: DouyinSettings = section(DouyinSettings)
    jd: JDSettings = section(JDSettings)


@frozen
class WorkbenchSettings:
    shop_name: str = setting("", at_most_characters(40))
    tags: tuple[str, ...] = setting(("退款", "换货", "催发货", "投诉", "售后"), tags)
    attributes: tuple[str, ...] = setting(("尺码", "收货城市", "身高体重", "生日"), attribute_names)


@frozen
class OpenAISettings:
    """Tokens are those of the model's server; 0 is without limit where it is a limit of cost."""

    base_url: str = setting("", web_address)
    model: str = setting("")
    api_key: str = setting("", one_line, secret=True)
    instructions: str = setting("", at_most_bytes(6000))
    max_tokens: int = setting(500, within(50, 8000))
    concurrency: int = setting(4, within(1, 64))
    daily_tokens: int = setting(0, within(0, 10**12))
    session_tokens: int = setting(0, within(0, 10**12))
    mask_personal_data: bool = setting(True)


@frozen
class AssistantSettings:
    provider: str = setting("knowledge", one_of("knowledge", "openai", "off"))
    welcome: str = setting("您好，我是智能助手，请问有什么可以帮您？如需人工服务，请回复“人工”。")
    handoff_keywords: tuple[str, ...] = setting(("人工", "真人", "转接"))
    max_failures: int = setting(2, within(1, 100))
    knowledge_dir: Path | None = setting(None, existing_folder)
    min_confidence: float = setting(0.6, within(0, 1))
    forbidden_topics: tuple[str, ...] = setting(("赔偿", "投诉", "律师", "媒体", "12315"))
    channels: tuple[str, ...] = setting(CHANNEL_NAMES, channel_names)
    hours: str = setting("", hours)
    holding: str = setting("这个问题我请同事来答复您，请稍等。", at_most_bytes(2048))
    closed_words: str = setting("您好，您的消息已收到，客服会尽快回复您。", at_most_bytes(2048))
    wait_seconds: float = setting(1.0, within(0, 30))
    timeout_seconds: int = setting(20, within(1, 300))
    agents_add_knowledge: bool = setting(False)
    openai: OpenAISettings = section(OpenAISettings)

    def serves(self, channel: str) -> bool:
        """Whether customers of the channel are answered by the assistant first."""
        return self.provider != "off" and channel in self.channels


@frozen
class ForbiddenWordsSettings:
    words: tuple[str, ...] = setting((), words, needed=True)
    channels: tuple[str, ...] = setting((), channel_names)
    action: str = setting("block", one_of("warn", "block"))
    reason: str = setting("", at_most_characters(200))


@frozen
class Config:
    """The whole file. `agents` empty means: any csId of the right form is taken."""

    server: ServerSettings = section(ServerSettings)
    auth: AuthSettings = section(AuthSettings)
    agents: tuple[AgentSettings, ...] = attrs.field(default=(), metadata={"section": AgentSettings})
    channels: ChannelsSettings = section(ChannelsSettings)
    assistant: AssistantSettings = section(AssistantSettings)
    workbench: WorkbenchSettings = section(WorkbenchSettings)
    forbidden_words: tuple[ForbiddenWordsSettings, ...] = attrs.field(
        default=(), metadata={"section": ForbiddenWordsSettings}
    )

    @property
    def groups(self) -> set[str]:
        return {group for agent in self.agents for group in agent.groups}

    def agent(self, cs_id: str) -> Agent | None:
        """Who this csId is; None if there is no such agent."""
        for known in self.agents:
            if known.id == cs_id:
                return Agent(known.id, known.name, Role(known.role), known.groups)
        if self.agents or not AGENT_ID.fullmatch(cs_id):
            return None
        return Agent(cs_id)


# Settings that belong to what this version does not do yet. They may stand in the file, and have no effect.
LATER = {
    "agents.channels", "agents.max_sessions",
}
