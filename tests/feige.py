"""飞鸽, as if it had callbacks and an API of its own: one file, as the how-to in `ccs/channels/base.py` says."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ccs import codec
from ccs.channels.base import Callback, Sent, Tools, Way, readable
from ccs.channels.http import Http
from ccs.channels.signed import GatewayChannel
from ccs.codec import Identifier, OptionalText
from ccs.errors import BadRequest, BadSignature, ChannelOff, DeliveryRefused
from ccs.incoming.inbound import CustomerSays, Inbound, PlatformTells
from ccs.models import Customer, Message, PlatformId, Session, Via
from ccs.settings import ChannelSettings, setting

SIGNATURE = "X-Feige-Signature"


@frozen
class FeigeSettings(ChannelSettings):
    app_secret: str = setting("", secret=True)
    api_base: str = setting("")


@frozen
class Event:
    id: Identifier
    event: Identifier
    shop: Identifier
    buyer: OptionalText = ""
    kind: OptionalText = ""
    text: OptionalText = ""


@frozen
class Chat:
    """The way out."""

    settings: FeigeSettings
    http: Http
    idempotent = True       # `id` is ours
    hears_echoes = False

    async def send(self, session: Session, message: Message) -> Sent:
        assert message.delivery is not None
        body = codec.encode({"id": message.delivery.id, "buyer": session.customer.id, "text": message.content})
        reply = await self.http.post(f"{self.settings.api_base}/say", body, {
            "Content-Type": "application/json", SIGNATURE: sign(self.settings.app_secret, body)})
        if reply.status != 200:
            raise DeliveryRefused("飞鸽没有收下这条消息，请修改后再发")
        return Sent()


class Feige(GatewayChannel):
    """The channel `feige`."""

    name = "feige"
    settings: FeigeSettings

    def __init__(self, settings: FeigeSettings, tools: Tools) -> None:
        super().__init__(settings, tools)
        self._chat = Chat(settings, tools.http) if settings.api_base else None

    def read(self, callback: Callback) -> Inbound | None:
        if SIGNATURE not in callback.headers:
            return super().read(callback)
        self.must_be_on()
        if not self.settings.app_secret:
            raise ChannelOff("feige 渠道没有配置 app_secret，不接收飞鸽的回调")
        given = callback.headers[SIGNATURE].encode(errors="surrogatepass")
        if not hmac.compare_digest(sign(self.settings.app_secret, callback.body).encode(), given):
            raise BadSignature("签名不正确")
        return self._said(callback.body)

    def ways_out(self) -> Mapping[Via, Way]:
        return {**super().ways_out(), **({Via.NATIVE: self._chat} if self._chat else {})}

    def _said(self, body: bytes) -> Inbound | None:
        told: Any = codec.decode(body)
        if not isinstance(told, dict):
            raise BadRequest("请求体必须是 JSON 对象")
        event = codec.read(Event, told)
        ids = (PlatformId(self.name, event.shop, f"event:{event.id}"),)
        if event.event == "ping":
            return None
        if event.event != "message" or not event.buyer or not event.kind:
            return PlatformTells(self.name, event.shop, event.event, told, ids)
        words = event.text if event.kind == "text" else readable(event.kind)
        return CustomerSays(Customer(self.name, event.shop, event.buyer), Via.NATIVE, words, ids, event.kind)


def sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
