"""Douyin (抖音): its own signed callbacks, or the envelope of a gateway in front of it.

The pages of developer.open-douyin.com: webhooks/summarize for the signature, the handshake and the delivery rules,
search-management/private-message for the events; what they leave open follows the SDKs.

Messages of private conversations become what a customer or the staff says; whatever else Douyin tells is kept as a
notice under the event's own name. The signature knows no time, so every id is taken once for good.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from ccs import wire
from ccs.channels.base import Callback, Tools, readable
from ccs.channels.checkup import untidy
from ccs.channels.envelope import MILLIS_LIMIT
from ccs.channels.signed import GatewayChannel
from ccs.config import DouyinSettings
from ccs.doctor import Opinion, fail, ok, warn
from ccs.errors import BadRequest, BadSignature, ChannelOff
from ccs.inbound import CustomerSays, Inbound, PlatformAsks, PlatformTells, StaffSays
from ccs.models import Customer, PlatformId, Via, from_millis
from ccs.wire import Identifier, OptionalText

SIGNATURE = "X-Douyin-Signature"
HANDSHAKE = "verify_webhook"

PRIVATE = {"im_receive_msg", "im_send_msg"}
SENT = {"im_send_msg", "im_group_send_msg"}         # by the business, whether in the app or by the API
MESSAGES = PRIVATE | SENT | {"im_group_receive_msg"}
GROUP = 2                                           # a `conversation_type`

SECONDS_LIMIT = 10**11      # larger times are milliseconds

# Members of a message that have places of their own, or nothing more to say once it is read. Its own id stays with it:
# whoever answers or recalls the message must name it.
PLACED = {"conversation_short_id", "conversation_type", "create_time", "message_type", "source", "user_infos"}


class Douyin(GatewayChannel):
    """The channel `douyin`."""

    name = "douyin"
    settings: DouyinSettings

    def __init__(self, settings: DouyinSettings, tools: Tools) -> None:
        super().__init__(settings, tools)
        self._client_key = settings.client_key
        self._secrets = [secret.encode() for secret in (settings.verify_secret, settings.client_secret) if secret]

    def read(self, callback: Callback) -> Inbound | None:
        """Douyin's own if it bears Douyin's signature, or is the handshake, which may come without."""
        self.must_be_on()
        if SIGNATURE in callback.headers:
            self._check(callback)
            return inbound(self.name, self._client_key, callback)
        if _is_handshake(callback.body):
            self._must_have_a_secret()
            return _challenge(_opened(callback.body))
        return super().read(callback)

    def no_way_out(self, via: Via) -> str:
        if via is Via.NATIVE:
            return "抖音私信暂不能从这里回复，请在抖音 App 中答复"
        return super().no_way_out(via)

    async def _settings_checked(self) -> Opinion:
        if not self._secrets:
            return await super()._settings_checked()
        for name in ("client_secret", "verify_secret"):
            if broken := untidy(getattr(self.settings, name)):
                return fail(f"抖音的 {name} {broken}", "到抖音开放平台的应用设置里重新复制，前后不要留空格，再重新启动")
        if not self._client_key:
            return warn(
                "没有填写 client_key，分不清哪些消息是本应用自己发的",
                "到抖音开放平台的应用设置里复制 client_key，填到 [channels.douyin]，再重新启动",
            )
        return ok("client_key 和密钥都已填写")

    def _check(self, callback: Callback) -> None:
        """SHA-1 over secret and body, no HMAC. Either secret will do, so that one can be replaced by another."""
        self._must_have_a_secret()
        given = callback.headers[SIGNATURE].encode(errors="surrogatepass")
        expected = [hashlib.sha1(secret + callback.body).hexdigest().encode() for secret in self._secrets]
        if not any([hmac.compare_digest(signature, given) for signature in expected]):
            raise BadSignature("签名不正确")

    def _must_have_a_secret(self) -> None:
        if not self._secrets:
            raise ChannelOff("douyin 渠道没有配置 client_secret，不接收抖音的回调")


# The events


@frozen
class Event:
    """What every event has."""

    event: Identifier


@frozen
class Challenge:
    challenge: int


@frozen
class Handshake:
    content: Challenge


@frozen
class Content:
    """What a message cannot do without."""

    server_message_id: Identifier
    message_type: Identifier
    conversation_short_id: OptionalText = ""


@frozen
class TextContent(Content):
    text: str = field(kw_only=True)


@frozen
class Said:
    """A message in either direction."""

    from_user_id: Identifier
    to_user_id: Identifier
    content: Content


@frozen
class SaidInText(Said):
    content: TextContent


def inbound(channel: str, client_key: str, callback: Callback) -> Inbound:
    """What a callback says that has proved itself. Raises BadRequest with every fault."""
    told = _opened(callback.body)
    event = wire.read(Event, told).event
    if event == HANDSHAKE:
        return _challenge(told)
    content = _members(told, "content")
    account = _account(event, told)
    ids = tuple(PlatformId(channel, account, value) for value in _names(event, content, callback))
    if event not in PRIVATE or content.get("conversation_type") == GROUP or _is_our_own(event, content, client_key):
        return PlatformTells(channel, account, event, told, ids)
    return _says(channel, event, told, ids)


def _says(channel: str, event: str, told: Mapping[str, Any], ids: tuple[PlatformId, ...]) -> CustomerSays | StaffSays:
    """A message of a private conversation. Who is who depends on its direction."""
    content = _members(told, "content")
    is_text = content.get("message_type") == "text"
    message = wire.read(SaidInText if is_text else Said, told)
    business, customer = message.to_user_id, message.from_user_id
    if event in SENT:
        business, customer = customer, business
    placed = PLACED | {"text"} if is_text else PLACED
    said: dict[str, Any] = {
        "content": content["text"] if is_text else readable(message.content.message_type, _detail(content)),
        "ids": ids,
        "type": message.content.message_type,
        "platform_time": _time(content),
        "fields": {name: value for name, value in content.items() if name not in placed},
    }
    who = Customer(channel, business, customer, *_name_and_avatar(content, customer))
    if event in SENT:
        return StaffSays(who, **said)
    return CustomerSays(who, Via.NATIVE, conversation=message.content.conversation_short_id, **said)


def _challenge(told: Mapping[str, Any]) -> PlatformAsks:
    """The handshake: the number goes back under its own key, and nothing else does."""
    return PlatformAsks({"challenge": wire.read(Handshake, told).content.challenge})


def _is_handshake(body: bytes) -> bool:
    """Raises nothing: whatever cannot be read is the gateway's to refuse."""
    if HANDSHAKE.encode() not in body:      # nearly always, and then the body need not be decoded twice
        return False
    try:
        told = wire.decode(body)
    except BadRequest:
        return False
    return isinstance(told, dict) and told.get("event") == HANDSHAKE


def _opened(body: bytes) -> dict[str, Any]:
    """The body, with `content` as an object too where it came as JSON text. Raises BadRequest."""
    told = wire.decode(body)
    if not isinstance(told, dict):
        raise BadRequest("请求体必须是 JSON 对象")
    if _text(told, "content"):
        try:
            told["content"] = wire.decode(told["content"])
        except BadRequest as error:
            raise BadRequest(f"{error} @ $.content") from None
    return told


def _account(event: str, told: Mapping[str, Any]) -> str:
    """The business: who it is to, or from if the business sent it; some events name one side only."""
    to, sender = _text(told, "to_user_id"), _text(told, "from_user_id")
    return sender or to if event in SENT else to or sender


def _names(event: str, content: Mapping[str, Any], callback: Callback) -> list[str]:
    """What to know it by if it comes again.

    A message is known by its own id too. In other events that member names the message they are about.
    """
    names = [f"msg-id:{msg_id}"] if (msg_id := callback.headers.get("Msg-Id", "").strip()) else []
    if event in MESSAGES and (message_id := _text(content, "server_message_id")):
        names.append(f"message:{message_id}")
    return names or [f"body:{hashlib.sha256(callback.body).hexdigest()}"]


def _is_our_own(event: str, content: Mapping[str, Any], client_key: str) -> bool:
    """Whether it echoes what our own app sent. Without a key of ours nothing does: people send without one."""
    return event in SENT and bool(client_key) and content.get("source") == client_key


def _name_and_avatar(content: Mapping[str, Any], open_id: str) -> tuple[str, str]:
    """Both parties are described, in any order."""
    for info in _objects(content, "user_infos"):
        if info.get("open_id") == open_id:
            return _text(info, "nick_name"), _text(info, "avatar")
    return "", ""


def _detail(content: Mapping[str, Any]) -> str:
    """What makes a placeholder more readable: what was written on a 留资卡片, or any text."""
    lines = [f"{_text(line, 'label')}：{_text(line, 'value')}" for line in _objects(content, "card_data")]
    return "，".join(lines) or _text(content, "text")


def _time(content: Mapping[str, Any]) -> datetime | None:
    """Milliseconds by the page, but other events have seconds. A time without sense is none."""
    created = content.get("create_time")
    if type(created) is not int or not 0 < created < MILLIS_LIMIT:
        return None
    return from_millis(created if created > SECONDS_LIMIT else created * 1000)


def _members(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def _objects(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = told.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
