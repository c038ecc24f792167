"""Orders and articles that a customer names: `/api/sessions/{id}/orders/{number}` and `…/products/{number}`."""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import Any

from attrs import asdict

from ccs.errors import BadRequest, CannotLookUp, DeliveryError
from ccs.lookup import Lookup
from handlers.guards import must_be_our_origin
from handlers.sessions import SessionHandler

NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class LookupHandler(SessionHandler, ABC):
    """For whoever may read the session. It asks a platform, so another site's page may not set it going."""

    async def get(self, session_id: str, number: str) -> None:
        must_be_our_origin(self.request, self.parts.config)
        session = self.readable(session_id)
        if not NUMBER.fullmatch(number):
            raise BadRequest("编号必须是 1 到 18 位数字")
        lookup = self.parts.lookup(session.customer.channel)
        if lookup is None:
            raise CannotLookUp("该渠道不能查询订单和商品；京东渠道请管理员填写 app_key、app_secret 和 access_token")
        try:
            found = await self.ask(lookup, number)
        except DeliveryError as error:
            raise CannotLookUp(str(error)) from error
        self.answer({name: value for name, value in asdict(found).items() if value})

    @abstractmethod
    def ask(self, lookup: Lookup, number: str) -> Awaitable[Any]:
        """What the platform knows. Raises DeliveryError."""


class Order(LookupHandler):
    def ask(self, lookup: Lookup, number: str) -> Awaitable[Any]:
        return lookup.order(number)


class Product(LookupHandler):
    def ask(self, lookup: Lookup, number: str) -> Awaitable[Any]:
        return lookup.product(number)
