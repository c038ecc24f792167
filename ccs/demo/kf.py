"""微信客服 as its customers see it: what they say lies in the platform's stream, and the server is only told to look.

What the server then says to them, by WeCom's API, is what stands on their phones.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from attrs import define, field

from ccs.demo import goods, samples, vices
from ccs.demo.doors import Call, Door, OnAnswer, Post
from ccs.demo.goods import SHOP
from ccs.demo.lines import Colleague, Comes, Goods, Leaves, Line, Order, TakesBack
from ccs.demo.memory import remember
from ccs.demo.people import Person
from ccs.demo.wecom import WeCom
from ccs.demo.wecom.accounts import Reached
from ccs.demo.wecom.states import ENDED, STAFF

KEPT = 1_000                    # lines that may still be brought again

# What stands on a phone for what is no text; `reading.py` knows these words.
SHOWN = {
    "image": "图片", "voice": "语音", "video": "视频", "file": "文件", "link": "链接", "location": "位置",
    "miniprogram": "小程序", "business_card": "名片",
}


@define
class KfDoor(Door):
    """One account of 微信客服, with the members of the staff who may serve its customers in WeCom's own client."""

    wecom: WeCom
    account: str
    servicer: str
    chance: Random
    line: vices.Line            # of wake-ups; what a lost one told of comes with the next, or by the server's timer
    _brought: dict[int, int] = field(factory=dict, init=False)      # how often the server is told, by serial
    _latest: dict[str, str] = field(factory=dict, init=False)       # the last message of each customer

    def open(self) -> None:
        """The account, and who is at work there."""
        self.wecom.open_account(self.account, SHOP)
        self.wecom.hire(self.account, self.servicer)

    def calls(self, person: Person, line: Line, serial: int) -> Sequence[Call]:
        """A wake-up. The line is in the stream by then, however often this is asked for."""
        if isinstance(line, (Comes, Leaves)):       # that, WeCom tells with the first words, and not at all
            return ()
        if serial not in self._brought:
            self._happens(person, line)
            remember(self._brought, serial, self.line.times(), KEPT)
        query, body = self.wecom.wake(self.account)
        return [Call("/wecom/callback", query, {"Content-Type": "text/xml"}, body, self._brought[serial])]

    def tell(self, on_answer: OnAnswer, post: Post) -> None:
        def reached(what: Reached) -> None:
            on_answer(what.external_userid, shown(what.msgtype, what.body))
        self.wecom.on_reached = reached

    # Into the stream

    def _happens(self, person: Person, line: Line) -> None:
        if isinstance(line, Colleague):
            self._colleague(person, line.says)
        elif isinstance(line, TakesBack):
            if latest := self._latest.get(person.id):
                self.wecom.customer_recalls(self.account, person.id, latest)
        else:
            self._says(person, line)

    def _says(self, person: Person, line: Line) -> None:
        self.wecom.know(person.id, person.name)
        if self._state(person) == ENDED:
            self.wecom.customer_enters(self.account, person.id, scene="shop")
        kind, body = self._message(line)
        self._latest[person.id] = self.wecom.customer_says(self.account, person.id, kind, **body)

    def _colleague(self, person: Person, words: str) -> None:
        """She begins with whom nobody else at WeCom serves, and says no more once the customer was taken from her."""
        state = self._state(person)
        if words and state not in (STAFF, ENDED):
            self.wecom.staff_takes_over(self.account, person.id, self.servicer)
        elif state != STAFF:
            return
        if words:
            self.wecom.staff_says(self.account, person.id, self.servicer, content=words)
        else:
            self.wecom.staff_ends(self.account, person.id)

    def _state(self, person: Person) -> int:
        return self.wecom.session(self.wecom.accounts[self.account], person.id).state

    def _message(self, line: Line) -> tuple[str, dict[str, Any]]:
        """Its kind and body. Goods and orders are cards of the shop's; files are put on the platform's shelf."""
        number = self.chance.randrange(10**6)
        if isinstance(line, Goods):
            return "channels_shop_product", {
                "product_id": goods.number(line.title), "head_img": self.wecom.picture(number), "title": line.title,
                "sales_price": str(goods.price(line.title)), "shop_nickname": SHOP, "shop_head_img": self.wecom.face(1),
            }
        if isinstance(line, Order):
            price = goods.yuan(goods.price(line.title))
            return "channels_shop_order", {
                "order_id": line.number, "product_titles": line.title, "price_wording": f"实付 ¥{price}",
                "state": line.state, "image_url": self.wecom.picture(number), "shop_nickname": SHOP,
            }
        if isinstance(line, str):
            return "text", {"content": line}
        file = samples.of(line, number)
        return file.kind, {"media_id": self.wecom.media.put(file)}


# On the phone


def shown(kind: str, body: Mapping[str, Any]) -> str:
    """What she sees of a message, in words."""
    if kind == "text":
        return str(body["content"])
    if kind == "msgmenu":
        return _menu(body)
    name = body.get("title") or body.get("name") or ""
    return f"[{SHOWN.get(kind, kind)}]{name}"


def _menu(body: Mapping[str, Any]) -> str:
    lines = [str(item[item["type"]]["content"]) for item in body["list"]]
    return "\n".join(filter(None, (body.get("head_content", ""), *lines, body.get("tail_content", ""))))
