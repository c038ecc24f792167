"""How a customer's line becomes her platform's request: a door for each way in.

WeCom's members come by encrypted XML at `/wecom/callback`, and so do the wake-ups for customers of 微信客服, whose door is
in `kf.py`; all others by their gateway's signed JSON at `/channel/{channel}/callback`. What the server answers arrives
at the same platform, and is handed to `on_answer`.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from attrs import Factory, frozen

from ccs.demo import samples, vices
from ccs.demo.gateway import Gateway
from ccs.demo.lines import Goods, Line, Order, Picture
from ccs.demo.people import Person
from ccs.demo.wecom import WeCom

OnAnswer = Callable[[str, str], None]       # the customer's id, and the words

KINDS = {Picture: "image", Goods: "product", Order: "order"}        # of a gateway's messages; else text
FIRST_MESSAGE = 7_300_000_000_000_000_000   # WeCom numbers its messages in 64 bits


@frozen
class Call:
    """A request to the server."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    times: int = 1      # how often it reaches the server: on a real line, now and then twice or never


class Door(ABC):
    """A platform as its customers see it."""

    @abstractmethod
    def call(self, person: Person, line: Line, serial: int) -> Call:
        """The line as a request, signed now. The same `serial` is the same message, however often it is made."""

    @abstractmethod
    def tell(self, on_answer: OnAnswer) -> None:
        """Whom to tell what is said to customers."""


@frozen
class GatewayDoor(Door):
    """A shop of Douyin or JD behind a gateway."""

    gateway: Gateway
    shop: str
    line: vices.Line = Factory(lambda: vices.Line(Random()))        # a good one

    def call(self, person: Person, line: Line, serial: int) -> Call:
        body = json.dumps({
            "version": "1",
            "eventId": f"evt-{serial}",
            "type": "message",
            "shopId": self.shop,
            "customer": {"id": person.id, "nickname": person.name},
            "conversationId": f"{self.shop}:{person.id}",
            "message": {
                "id": f"msg-{serial}", "sentAt": int(time.time() * 1000),
                "msgType": KINDS.get(type(line), "text"), **self._members(line, serial),
            },
        }, ensure_ascii=False).encode()
        path = f"/channel/{self.gateway.channel}/callback"
        return Call(path, {}, self.gateway.headers(body), body, self.line.times())

    def _members(self, line: Line, serial: int) -> dict[str, Any]:
        """What the message has besides its id, time and kind."""
        if isinstance(line, Picture):
            return {"mediaUrl": self.gateway.picture(serial), "mime": "image/png"}
        if isinstance(line, Goods):
            picture = self.gateway.picture(serial)
            return {"sku": {"id": str(100_000 + serial), "title": line.title, "image": picture, "price": 12900}}
        if isinstance(line, Order):
            return {"order": {"id": line.number, "state": "已付款", "title": line.title}}
        return {"text": _text(line)}

    def tell(self, on_answer: OnAnswer) -> None:
        self.gateway.on_said = lambda said: on_answer(said["customerId"], said["message"]["text"])


@frozen
class WeComDoor(Door):
    """A self-built app of WeCom."""

    wecom: WeCom

    def call(self, person: Person, line: Line, serial: int) -> Call:
        kind, elements = self._elements(line, serial)
        query, body = self.wecom.sealed(
            self.wecom.message(person.id, str(FIRST_MESSAGE + serial), kind, **elements)
        )
        return Call("/wecom/callback", query, {"Content-Type": "text/xml"}, body)

    def _elements(self, line: Line, serial: int) -> tuple[str, dict[str, str]]:
        """The kind of the message and its elements. WeCom has no cards of the shop's: what is shared is a link."""
        picture = self.wecom.picture(serial)
        if isinstance(line, Picture):
            return "image", {"PicUrl": picture, "MediaId": self.wecom.media.put(samples.picture(serial))}
        if isinstance(line, (Goods, Order)):
            url = f"https://shop.example/{serial}"
            return "link", {"Title": line.title, "Description": "", "Url": url, "PicUrl": picture}
        return "text", {"Content": _text(line)}

    def tell(self, on_answer: OnAnswer) -> None:
        self.wecom.on_said = on_answer


def _text(line: Line) -> str:
    if not isinstance(line, str):
        raise TypeError(f"{line} does not come by this door")
    return line
