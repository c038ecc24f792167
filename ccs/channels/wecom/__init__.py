"""WeCom (企业微信): encrypted callbacks of self-built apps and of 微信客服 at `/wecom/callback`; answers by its API.

The pages of developer.work.weixin.qq.com: 回调配置 (path 90930), 接收消息与事件 (90238).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from ccs.channels.base import Callback, Fetched, Source, Taken, Tools, Way, WayIn, must_be_fresh
from ccs.channels.signed import GatewayChannel
from ccs.channels.wecom import xml
from ccs.channels.wecom.api import Api
from ccs.channels.wecom.app import App
from ccs.channels.wecom.crypto import Crypto
from ccs.channels.wecom.doctor import Patient
from ccs.channels.wecom.greeting import Greeting
from ccs.channels.wecom.kinds import LONGEST_TEXT
from ccs.channels.wecom.media import TAKEN, Media, must_fit
from ccs.channels.wecom.messages import inbound
from ccs.channels.wecom.people import People
from ccs.channels.wecom.pulling import KFSource
from ccs.channels.wecom.sending import KF
from ccs.channels.wecom.states import States, shut_by
from ccs.checkup.doctor import Step, Visit
from ccs.errors import ChannelOff, DeliveryRefused, SessionShut
from ccs.incoming.inbound import CodeOffered, Inbound, Reclaimed
from ccs.kept import Profile
from ccs.models import Customer, Message, Outgoing, Session, Via
from ccs.outgoing.limits import Limits
from ccs.settings import WeChatSettings

KEYS = {"corp_id": "企业ID", "token": "Token", "encoding_aes_key": "EncodingAESKey", "secret": "应用的 Secret"}
CALLBACK = {"callback": "/wecom/callback"}


class WeCom(GatewayChannel):
    """The channel `wechat`."""

    name = "wechat"
    settings: WeChatSettings

    def __init__(self, settings: WeChatSettings, tools: Tools) -> None:
        super().__init__(settings, tools)
        self._crypto = (
            Crypto(settings.token, settings.encoding_aes_key, settings.corp_id)
            if settings.token and settings.encoding_aes_key and settings.corp_id else None
        )
        api = Api(settings, tools) if settings.secret and settings.corp_id else None
        self._app = App(api) if api else None
        self._people = People(api, self.name, tools.now) if api else None
        self._source = KFSource(self.name, api, settings.pull_seconds) if api else None
        self._greeting = Greeting(settings, api) if api else None
        self._media = Media(api, tools) if api else None
        self._states = States(api, tools.now) if api else None
        self._kf = KF(api, self._states, self._media) if api and self._states else None
        self._limits = Limits(timedelta(hours=settings.reply_window_hours), settings.reply_quota, LONGEST_TEXT)
        self._reclaimed_words = settings.reclaimed_words

    def verify_url(self, query: Mapping[str, str]) -> bytes:
        """The handshake: the decrypted `echostr`, to be answered as it is. Raises BadSignature or ChannelOff."""
        echo = query.get("echostr", "").replace(" ", "+")       # a form decoder's blank was a plus
        return self._open(query, echo)

    def read_encrypted(self, callback: Callback) -> Inbound:
        """A POST. Raises BadSignature for anything that is not the platform's, whatever is wrong with it."""
        must_be_fresh(callback.query.get("timestamp", ""), self.settings.replay_window_seconds, self.tools.now())
        plain = self._open(callback.query, xml.encrypted_part(callback.body))
        return inbound(self.name, plain)

    def source(self) -> Source | None:
        return self._source

    async def use_code(self, offered: CodeOffered, message_id: str) -> bool:
        return self._greeting is not None and await self._greeting.say(offered, message_id)

    def ways_in(self) -> Sequence[WayIn]:
        return (WayIn("kf", KEYS, CALLBACK), WayIn("app", KEYS, CALLBACK), *super().ways_in())

    def ways_out(self) -> Mapping[Via, Way]:
        own: dict[Via, Way] = {Via.NATIVE: self._app, Via.KF: self._kf} if self._app and self._kf else {}
        return {**super().ways_out(), **own}

    def knows_customers(self, via: Via) -> bool:
        return via is Via.KF and self._people is not None

    async def profiles(self, account: str, ids: Sequence[str]) -> list[Profile]:
        return await self._people.profiles(account, ids) if self._people else []

    async def fetch(self, message: Message, into: Path) -> Fetched:
        assert message.attachment is not None
        if message.attachment.source.startswith(("http://", "https://")):       # by the gateway in front
            return await super().fetch(message, into)
        if self._media is None:
            raise DeliveryRefused("企业微信渠道没有配置 secret，无法下载文件，请联系管理员")
        return await self._media.fetch(message.attachment.source, into)

    def limits(self, via: Via) -> Limits:
        return self._limits if via is Via.KF else super().limits(via)

    def takes(self, via: Via) -> Sequence[Taken]:
        return TAKEN if via is Via.KF and self._kf else super().takes(via)

    def check(self, via: Via, said: Outgoing) -> None:
        if via is Via.KF and self._kf:
            self._kf.check(said)
            must_fit(said)
        else:
            super().check(via, said)

    def shut_by(self, result: Mapping[str, Any]) -> SessionShut | None:
        return shut_by(result.get("failType"))

    def owner_changed(self, customer: Customer) -> None:
        if self._states:
            self._states.forget(customer)

    async def reclaim(self, session: Session) -> Reclaimed:
        if session.via is not Via.KF or self._states is None:
            return await super().reclaim(session)
        if session.platform_owner is None:
            return Reclaimed(ended=False)
        return await self._states.reclaim(session, self._reclaimed_words)

    def no_way_out(self, via: Via) -> str:
        if via in (Via.NATIVE, Via.KF):
            return "企业微信渠道没有配置 secret，回复无法送达客户，请联系管理员"
        return super().no_way_out(via)

    def checkup(self, visit: Visit) -> Sequence[Step]:
        return Patient(self.settings, self.tools.http, visit).steps()

    def _open(self, query: Mapping[str, str], encrypted: str) -> bytes:
        self.must_be_on()
        if self._crypto is None:
            raise ChannelOff("wechat 渠道没有配置 corp_id、token 和 encoding_aes_key")
        self._crypto.verify(
            query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), encrypted
        )
        return self._crypto.decrypt(encrypted)
