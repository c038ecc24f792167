"""How a customer's line becomes her platform's request: a door for each way in.

WeCom's members come by encrypted XML at `/wecom/callback`, and so do the wake-ups for customers of 微信客服, whose door is
in `kf.py`; those of JD by a gateway's signed JSON at `/channel/jd/callback`; the door of Douyin's is in `private.py`.
What the server answers arrives at the same platform, and is handed to `on_answer`.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import httpx
from attrs import Factory, frozen

from ccs.demo import goods, samples, vices
from ccs.demo.gateway import Gateway
from ccs.demo.jos import Jos
from ccs.demo.lines import Comes, Goods, Leaves, Line, Order, Picture, TakesBack
from ccs.demo.memory import remember
from ccs.demo.people import Person
from ccs.demo.wecom import WeCom

OnAnswer = Callable[[str, str], None]       # the customer's id, and the words
Post = Callable[["Call"], None]             # soon, and as often as the platform tries it

KINDS = {Picture: "image", Goods: "product", Order: "order"}        # of a gateway's messages; else text
STARTED, READ, ENDED = 0.4, 0.3, 0.4         # how many sessions and answers a gateway tells of
SHOWN = {"image": "图片", "voice": "语音", "video": "视频", "file": "文件", "product": "链接", "order": "链接"}
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

    async def opens(self, http: httpx.AsyncClient) -> None:
        """What must be done at the server before the first customer comes."""

    @abstractmethod
    def calls(self, person: Person, line: Line, serial: int) -> Sequence[Call]:
        """The line as requests, signed now. The same `serial` is the same message, however often it is asked for."""

    @abstractmethod
    def tell(self, on_answer: OnAnswer, post: Post) -> None:
        """Whom to tell what is said to customers, and who brings the server what the platform says to that."""


@frozen
class GatewayDoor(Door):
    """A shop of JD behind a gateway, and its books at JOS."""

    gateway: Gateway
    shop: str
    line: vices.Line = Factory(lambda: vices.Line(Random()))        # a good one
    jos: Jos = Factory(Jos)
    notices: Random | None = None       # by which the gateway tells of more than messages; without one it does not
    _latest: dict[str, str] = Factory(dict)         # the last message of each customer

    def calls(self, person: Person, line: Line, serial: int) -> Sequence[Call]:
        if isinstance(line, Comes):
            self.jos.books(line.bought)
        event = self._event(person, line, serial)
        return [self._call(person, f"evt-{serial}", event)] if event else ()

    def tell(self, on_answer: OnAnswer, post: Post) -> None:
        def said(what: dict[str, Any]) -> None:
            customer = Person(self.gateway.channel, what["customerId"], "")
            on_answer(customer.id, shown(what["message"]))
            if self._tells(READ):
                post(self._call(customer, f"evt-{what['requestId']}-read", {"type": "read"}))
        self.gateway.on_said = said

    def _event(self, person: Person, line: Line, serial: int) -> dict[str, Any]:
        """Its type, and what it is about. Not every gateway tells of every session."""
        if isinstance(line, (Comes, Leaves)):
            kind, often = ("session_started", STARTED) if isinstance(line, Comes) else ("session_ended", ENDED)
            return {"type": kind} if self._tells(often) else {}
        if isinstance(line, TakesBack):
            latest = self._latest.get(person.id)
            return {"type": "message_recalled", "message": {"id": latest}} if latest else {}
        remember(self._latest, person.id, f"msg-{serial}")
        return {"type": "message", "message": {
            "id": f"msg-{serial}", "sentAt": int(time.time() * 1000),
            "msgType": KINDS.get(type(line), "text"), **self._members(line, serial),
        }}

    def _tells(self, often: float) -> bool:
        return self.notices is not None and self.notices.random() < often

    def _call(self, person: Person, event_id: str, event: Mapping[str, Any]) -> Call:
        body = json.dumps({
            "version": "1",
            "eventId": event_id,
            "shopId": self.shop,
            "customer": {"id": person.id, "nickname": person.name},
            "conversationId": f"{self.shop}:{person.id}",
            **event,
        }, ensure_ascii=False).encode()
        path = f"/channel/{self.gateway.channel}/callback"
        return Call(path, {}, self.gateway.headers(body), body, self.line.times())

    def _members(self, line: Line, serial: int) -> dict[str, Any]:
        """What the message has besides its id, time and kind."""
        picture = self.gateway.picture(serial)
        if isinstance(line, Picture):
            return {"mediaUrl": picture, "mime": "image/png"}
        if isinstance(line, Goods):
            price = goods.price(line.title)
            return {"sku": {"id": goods.number(line.title), "title": line.title, "image": picture, "price": price}}
        if isinstance(line, Order):
            price = goods.price(line.title)
            return {"order": {"id": line.number, "state": line.state, "title": line.title, "image": picture,
                              "price": price}}
        return {"text": _text(line)}


def shown(message: Mapping[str, Any]) -> str:
    """What a customer of a gateway sees of a message, in words."""
    return str(message["text"]) if message.get("msgType") == "text" else f"[{SHOWN.get(message['msgType'], '消息')}]"


@frozen
class WeComDoor(Door):
    """A self-built app of WeCom."""

    wecom: WeCom

    def calls(self, person: Person, line: Line, serial: int) -> Sequence[Call]:
        if isinstance(line, (Comes, Leaves)):
            return ()
        kind, elements = self._elements(line, serial)
        query, body = self.wecom.sealed(
            self.wecom.message(person.id, str(FIRST_MESSAGE + serial), kind, **elements)
        )
        return [Call("/wecom/callback", query, {"Content-Type": "text/xml"}, body)]

    def _elements(self, line: Line, serial: int) -> tuple[str, dict[str, str]]:
        """The kind of the message and its elements. WeCom has no cards of the shop's: what is shared is a link."""
        picture = self.wecom.picture(serial)
        if isinstance(line, Picture):
            return "image", {"PicUrl": picture, "MediaId": self.wecom.media.put(samples.picture(serial))}
        if isinstance(line, (Goods, Order)):
            url = f"https://shop.example/{serial}"
            return "link", {"Title": line.title, "Description": "", "Url": url, "PicUrl": picture}
        return "text", {"Content": _text(line)}

    def tell(self, on_answer: OnAnswer, post: Post) -> None:
        self.wecom.on_said = on_answer


def _text(line: Line) -> str:
    if not isinstance(line, str):
        raise TypeError(f"{line} does not come by this door")
    return line
