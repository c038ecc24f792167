"""JD (京东): it has no public chat API, so its customers come through a gateway, and by the merchant push of 京东到家.

What JOS offers beside (`jos.py`) answers what agents ask: the order or the article that a customer names.
"""

from collections.abc import Sequence

from attrs import evolve

from ccs.channels.base import Callback, Tools, WayIn
from ccs.channels.jd.daojia import Daojia
from ccs.channels.jd.doctor import Patient
from ccs.channels.jd.grant import Grants
from ccs.channels.jd.jos import Jos
from ccs.channels.jd.numbers import order_numbers
from ccs.channels.jd.orders import Orders
from ccs.channels.signed import GatewayChannel
from ccs.checkup.doctor import Opinion, Step, Visit
from ccs.incoming.inbound import CustomerSays, Inbound
from ccs.lookup import Lookup
from ccs.models import Via
from ccs.settings import JDSettings

LOOKUPS = WayIn(
    "lookups",
    {
        "app_key": "宙斯应用的 app_key", "app_secret": "宙斯应用的 app_secret",
        "access_token": "店铺授权得到的 access_token", "refresh_token": "同时得到的 refresh_token",
    },
    can_lack=("refresh_token",),
)
DAOJIA = WayIn(
    "daojia", {"daojia_app_key": "到家应用的 app_key", "daojia_app_secret": "到家应用的 app_secret"},
    {"callback": "/channel/jd"}, can_lack=("daojia_app_key",),
)


class JD(GatewayChannel):
    """The channel `jd`."""

    name = "jd"
    settings: JDSettings

    def __init__(self, settings: JDSettings, tools: Tools) -> None:
        super().__init__(settings, tools)
        self._jos = Jos(settings, Grants(settings, tools), tools) if settings.app_key and settings.app_secret else None
        self._orders = Orders(self._jos, tools.now) if self._jos else None
        self._daojia = Daojia(self.name, settings)

    def read(self, callback: Callback) -> Inbound | None:
        return _with_orders(super().read(callback))

    def read_push(self, interface: str, callback: Callback) -> Inbound | None:
        """Of `POST /channel/jd/djsw/{interface}`. Raises ChannelOff, BadSignature or BadRequest."""
        self.must_be_on()
        return _with_orders(self._daojia.read(interface, callback.body))

    def ways_in(self) -> Sequence[WayIn]:
        return (*super().ways_in(), LOOKUPS, DAOJIA)

    def lookup(self) -> Lookup | None:
        return self._orders

    async def tend(self) -> None:
        """The access token is renewed before it ends."""
        if self._jos and self.settings.enabled:
            await self._jos.grants.tend()

    def no_way_out(self, via: Via) -> str:
        if via is Via.NATIVE:
            return "京东到家的消息不能从这里回复，请在京东的商家端答复"
        return super().no_way_out(via)

    def checkup(self, visit: Visit) -> Sequence[Step]:
        steps = super().checkup(visit)
        if self._jos is None:       # a gateway alone is a whole setup
            return steps
        patient = Patient(self.settings, self._jos, visit)
        return [
            *steps, Step("jos", "京东开放平台（查订单）", patient.credentials),
            *([Step("grant", "京东授权续期", patient.grant)] if self.settings.refresh_token else []),
        ]

    async def _settings_checked(self) -> Opinion:
        return await Patient(self.settings, self._jos, None).config()


def _with_orders(said: Inbound | None) -> Inbound | None:
    """Order numbers in a customer's words are named beside them, so that a page can lead to the orders."""
    if isinstance(said, CustomerSays) and said.type == "text" and (numbers := order_numbers(said.content)):
        return evolve(said, fields={**said.fields, "orders": numbers})
    return said
