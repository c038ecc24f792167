"""Douyin (抖音): its own signed callbacks and its API, or the envelope of a gateway in front of it.

    events.py     callbacks read; members.py       sending.py    what we say; recalling it
    api.py        calls, and how answers are sorted  errcodes.py   what error numbers mean
    accounts.py   authorised accounts and their tokens, renewed while that is possible
    oauth.py      how an account is authorised      media.py      files to and from customers
    greeting.py   first words to who enters         doctor.py     the checkup

The pages of developer.open-douyin.com; what they leave open follows the SDKs.
"""

import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from ccs.channels.base import Callback, Fetched, Taken, Tools, Way, WayIn
from ccs.channels.douyin.accounts import Accounts
from ccs.channels.douyin.api import Api
from ccs.channels.douyin.doctor import Patient
from ccs.channels.douyin.events import challenge, inbound, is_handshake
from ccs.channels.douyin.greeting import Greeting
from ccs.channels.douyin.media import TAKEN, Media
from ccs.channels.douyin.members import opened
from ccs.channels.douyin.oauth import OAuth
from ccs.channels.douyin.sending import LONGEST_TEXT, Private
from ccs.channels.signed import GatewayChannel
from ccs.checkup.doctor import Opinion, Step, Visit
from ccs.errors import BadSignature, ChannelOff, DeliveryRefused
from ccs.incoming.inbound import CodeOffered, Inbound, PlatformTells
from ccs.models import Message, Outgoing, Session, Via
from ccs.outgoing.limits import Limits
from ccs.settings import DouyinSettings

log = logging.getLogger(__name__)

SIGNATURE = "X-Douyin-Signature"

PRIVATE = WayIn(
    "private", {"client_key": "应用的 client_key", "client_secret": "应用的 client_secret"},
    {"callback": "/channel/douyin/callback", "oauth": "/douyin/oauth", "authorize": "/douyin/authorize"},
)


class Douyin(GatewayChannel):
    """The channel `douyin`."""

    name = "douyin"
    settings: DouyinSettings

    def __init__(self, settings: DouyinSettings, tools: Tools) -> None:
        super().__init__(settings, tools)
        self._secrets = [secret.encode() for secret in (settings.verify_secret, settings.client_secret) if secret]
        api = Api(settings, tools) if settings.client_key and settings.client_secret else None
        self.accounts = Accounts(api, tools) if api else None
        self.oauth = OAuth(settings, self.accounts, tools.now) if self.accounts else None
        self._media = Media(api, tools) if api else None
        self._private = (
            Private(api, self.accounts, self._media, tools) if api and self.accounts and self._media else None
        )
        self._greeting = Greeting(settings.welcome, self._private, tools.now) if self._private else None
        self._limits = Limits(
            timedelta(hours=settings.reply_window_hours), settings.reply_quota, text_length=LONGEST_TEXT
        )

    # In

    def read(self, callback: Callback) -> Inbound | None:
        """Douyin's own if it bears Douyin's signature, or is the handshake, which may come without."""
        self.must_be_on()
        if SIGNATURE in callback.headers:
            self._check(callback)
            return inbound(self.name, self.settings.client_key, callback)
        if is_handshake(callback.body):
            self._must_have_a_secret()
            return challenge(opened(callback.body))
        return super().read(callback)

    async def fetch(self, message: Message, into: Path) -> Fetched:
        assert message.attachment is not None
        if message.attachment.source.startswith(("http://", "https://")):       # by the gateway in front
            return await super().fetch(message, into)
        if self._media is None:
            raise DeliveryRefused("抖音渠道没有配置 client_key 和 client_secret，无法下载，请在抖音 App 中查看")
        return await self._media.fetch(message.attachment.source, into)

    def heed(self, tells: PlatformTells) -> None:
        """Somebody of the merchant's granted us an account, or took it back."""
        if tells.kind in ("authorize", "unauthorize"):
            log.warning("Douyin account %s says %s", tells.account, tells.kind)
        if self.accounts and tells.kind == "authorize":
            self.accounts.authorised(tells.account)
        if self.accounts and tells.kind == "unauthorize":
            self.accounts.revoked(tells.account)

    # Out

    def ways_in(self) -> Sequence[WayIn]:
        return (PRIVATE, *super().ways_in())

    def ways_out(self) -> Mapping[Via, Way]:
        own: dict[Via, Way] = {Via.NATIVE: self._private} if self._private else {}
        return {**super().ways_out(), **own}

    def limits(self, via: Via) -> Limits:
        return self._limits if via is Via.NATIVE and self._private else super().limits(via)

    def takes(self, via: Via) -> Sequence[Taken]:
        return TAKEN if via is Via.NATIVE and self._private else super().takes(via)

    def check(self, via: Via, said: Outgoing) -> None:
        if via is Via.NATIVE and self._private:
            self._private.check(said)
        else:
            super().check(via, said)

    def recalls(self, via: Via) -> bool:
        return self._private is not None if via is Via.NATIVE else super().recalls(via)

    async def recall(self, session: Session, message: Message) -> None:
        if session.via is not Via.NATIVE or self._private is None:
            return await super().recall(session, message)
        await self._private.recall(session, message)

    def no_way_out(self, via: Via) -> str:
        if via is Via.NATIVE:
            return "抖音私信暂不能从这里回复，请在抖音 App 中答复"
        return super().no_way_out(via)

    async def use_code(self, offered: CodeOffered, message_id: str) -> bool:
        return self._greeting is not None and await self._greeting.say(offered)

    async def tend(self) -> None:
        """Authorisations are renewed before they end."""
        if self.accounts and self.settings.enabled:
            await self.accounts.tend()

    # The checkup

    def checkup(self, visit: Visit) -> Sequence[Step]:
        patient = Patient(self.settings, self.accounts, visit)
        config, *doors = super().checkup(visit)
        return [config, *patient.steps(), *doors] if self.accounts else [config, *doors]

    async def _settings_checked(self) -> Opinion:
        if not self._secrets:
            return await super()._settings_checked()
        return Patient(self.settings, self.accounts, None).config()

    # Who it is from

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
