"""The merchant push of 京东到家 / 京东秒送: signed forms that JD posts to `{base}/djsw/<interface>`.

opendj.jd.com: 消息类接口开发规范. Of its IM (`msChatMessage`, `msgReadAck`) no page speaks, so it is read with caution, and what
cannot be made out is kept as it came. A push may be old, since JD repeats it for four hours; everything is taken once.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from Crypto.Cipher import AES
from Crypto.Util.Padding import unpad

from ccs import codec
from ccs.channels.base import readable
from ccs.channels.jd.jos import sign
from ccs.errors import BadRequest, BadSignature, ChannelOff
from ccs.incoming.inbound import CustomerSays, Inbound, PlatformTells, StaffSays
from ccs.models import Customer, PlatformId, Via, from_millis
from ccs.settings import JDSettings

SIGNED = ("app_key", "format", "jd_param_json", "timestamp", "token", "v")
MOST_FIELDS = 32
LONGEST_NAME = 64           # characters of an interface
LONGEST_ID = 256
SECONDS_LIMIT = 10**11      # larger times are milliseconds
MILLIS_LIMIT = 10**14       # the year 5138

CHAT = "msChatMessage"
CUSTOMER, WAITER = "im.customer", "im.waiter"


class Daojia:
    """Reads pushes; there is no way to answer them."""

    def __init__(self, channel: str, settings: JDSettings) -> None:
        self._channel = channel
        self._key = settings.daojia_app_key
        self._secret = settings.daojia_app_secret

    def read(self, interface: str, body: bytes) -> Inbound | None:
        """None for the push of a token, which JD does not sign and nothing here has a use for.

        Raises ChannelOff, BadSignature or BadRequest.
        """
        if not self._secret:
            raise ChannelOff("京东渠道没有配置 daojia_app_secret，不接收到家的推送")
        if not interface.isprintable():
            raise BadRequest("接口名无效")
        form = _form(body)
        if "sign" not in form and form.keys() <= {"token"} and form:
            return None
        told = self._proved(form)
        parameters = codec.decode(told)
        if not isinstance(parameters, dict):
            raise BadRequest("jd_param_json 必须是 JSON 对象")
        return _inbound(self._channel, interface[:LONGEST_NAME], parameters, told)

    def _proved(self, form: Mapping[str, str]) -> str:
        """The business parameters, as they were signed."""
        told = form.get("jd_param_json", "")
        if not told and (sealed := form.get("encrypt_jd_param_json")):
            told = self._opened(sealed)
        signed = {**{name: form.get(name, "") for name in SIGNED}, "jd_param_json": told}
        if not hmac.compare_digest(sign(self._secret, signed).encode(), form.get("sign", "").upper().encode()):
            raise BadSignature("签名不正确")
        if self._key and form.get("app_key") != self._key:
            raise BadSignature("app_key 不是本应用的")
        return told

    def _opened(self, sealed: str) -> str:
        """AES-128-CBC by two halves of the secret. Whatever is wrong proves nothing."""
        key, start = self._secret[:16].encode(), self._secret[16:32].encode()
        try:
            cipher = AES.new(key, AES.MODE_CBC, start)
            return unpad(cipher.decrypt(base64.b64decode(sealed, validate=True)), AES.block_size).decode()
        except (ValueError, binascii.Error):
            raise BadSignature("内容无法解密") from None


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise BadRequest("请求体不是表单") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise BadRequest("表单字段重复")
    return form


def _inbound(channel: str, interface: str, parameters: dict[str, Any], told: str) -> Inbound:
    account = _first(parameters, "storeId", "stationId", "venderId")
    if interface == CHAT and (said := _said(channel, account, parameters)):
        return said
    digest = hashlib.sha256(told.encode()).hexdigest()
    return PlatformTells(
        channel, account, interface, parameters, (PlatformId(channel, account, f"djsw:{interface}:{digest}"),)
    )


def _said(channel: str, account: str, parameters: Mapping[str, Any]) -> CustomerSays | StaffSays | None:
    """A message, if it names itself, who said it and to whom."""
    message = _object(parameters.get("extendJsonData"))
    sender, to, body = _object(message.get("from")), _object(message.get("to")), _object(message.get("body"))
    by_staff = sender.get("app") == WAITER
    message_id, pin = _first(message, "id"), _first(to if by_staff else sender, "pin")
    if not message_id or not pin or sender.get("app") not in (CUSTOMER, WAITER):
        return None
    kind = _first(body, "type") or "text"
    content = body.get("content") if isinstance(body.get("content"), str) else ""
    common: dict[str, Any] = {
        "content": content if kind == "text" and content else readable(kind, content if kind != "image" else None),
        "ids": (PlatformId(channel, account, f"message:{message_id}"),),
        "type": kind,
        "platform_time": _time(message.get("timestamp")),
        "fields": {"msgid": message_id, "body": body},
    }
    customer = Customer(channel, account, pin)
    if by_staff:
        return StaffSays(customer, staff_id=_first(sender, "pin"), **common)
    conversation = _first(_object(body.get("chatinfo")), "sid")
    return CustomerSays(customer, Via.NATIVE, conversation=conversation, **common)


def _object(value: Any) -> Mapping[str, Any]:
    """An object, also where it came as JSON inside a string."""
    if isinstance(value, str):
        try:
            value = codec.decode(value)
        except BadRequest:
            return {}
    return value if isinstance(value, dict) else {}


def _first(told: Mapping[str, Any], *names: str) -> str:
    """The first of these that says something; ids come as texts and as numbers."""
    for name in names:
        value = told.get(name)
        text = str(value) if type(value) in (str, int) else ""
        if text.strip() and text.isprintable() and len(text) <= LONGEST_ID:
            return text
    return ""


def _time(value: Any) -> Any:
    if type(value) is not int or not 0 < value < MILLIS_LIMIT:
        return None
    return from_millis(value if value > SECONDS_LIMIT else value * 1000)
