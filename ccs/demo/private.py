"""Douyin's private messages as its customers see them: what they do is told to the server by signed webhooks.

The operator of the shop's account authorises the app as a person would, by the pages of both sides, before anybody
comes. What the server says is what stands on the customers' phones, and Douyin tells the server of that too, a little
later.
"""

import logging
from collections.abc import Sequence
from random import Random

import httpx
from attrs import define, field

from ccs.demo import goods, samples
from ccs.demo.doors import Call, Door, OnAnswer, Post
from ccs.demo.douyin import Douyin, Said, Webhook
from ccs.demo.lines import Colleague, Comes, Goods, Leaves, Line, Order, Picture, TakesBack, Video
from ccs.demo.memory import remember
from ccs.demo.people import Person
from ccs.demo.vices import Line as Wire

log = logging.getLogger(__name__)

KEPT = 1_000                    # lines that may still be brought again, and customers whose last message is known

# What stands on a phone for what is no text; `reading.py` knows these words.
SHOWN = {"image": "图片", "video": "视频", "applet_card": "小程序", "applet_coupon": "小程序", "retain_consult_card": "名片"}


@define
class DouyinDoor(Door):
    """One account, whose customers write privately. `echoes` is how what was said to them is told."""

    douyin: Douyin
    chance: Random
    wire: Wire
    echoes: Wire
    _told: dict[int, Sequence[Call]] = field(factory=dict, init=False)      # by serial
    _latest: dict[str, Said] = field(factory=dict, init=False)

    @property
    def account(self) -> str:
        return self.douyin.agrees

    async def opens(self, http: httpx.AsyncClient) -> None:
        """As an admin's browser goes: to Douyin's page, where the operator agrees, and back with a code."""
        answer = await http.get("/douyin/authorize", follow_redirects=True)
        if answer.status_code != 200:
            log.error("the Douyin account could not be authorised: HTTP %d", answer.status_code)

    def calls(self, person: Person, line: Line, serial: int) -> Sequence[Call]:
        """The webhooks are the same, however often they are asked for."""
        if serial not in self._told:
            self._happens(person, line)
            remember(self._told, serial, [_call(each, self.wire.times()) for each in self.douyin.told()], KEPT)
        return self._told[serial]

    def tell(self, on_answer: OnAnswer, post: Post) -> None:
        def said(what: Said) -> None:
            if not what.on_entering:        # she reads that, and writes what she came for
                on_answer(what.customer, shown(what))
            for webhook in self.douyin.told():
                for arriving in self.echoes.through(webhook):
                    post(_call(arriving))
        self.douyin.on_said = said

    def _happens(self, person: Person, line: Line) -> None:
        self.douyin.names[person.id] = person.name
        if isinstance(line, Comes):
            self.douyin.customer_enters(self.account, person.id)
        elif isinstance(line, TakesBack):
            if latest := self._latest.get(person.id):
                self.douyin.takes_back(latest)
        elif isinstance(line, Colleague):
            if line.says:
                self.douyin.staff_says(self.account, person.id, line.says)
        elif not isinstance(line, Leaves):
            remember(self._latest, person.id, self._says(person, line), KEPT)

    def _says(self, person: Person, line: Line) -> Said:
        """Goods are the video in which they were seen. Douyin has no cards of orders: people write their numbers."""
        account, number = self.account, self.chance.randrange(10**6)
        if isinstance(line, Goods):
            item_id = f"@{goods.number(line.title)}+v/=="
            return self.douyin.customer_says(account, person.id, kind="video", item_id=item_id)
        if isinstance(line, (Picture, Video)):
            kind = "user_local_image" if isinstance(line, Picture) else "user_local_video"
            return self.douyin.customer_says(account, person.id, kind=kind, file=samples.of(line, number))
        text = f"订单号 {line.number}" if isinstance(line, Order) else line
        if not isinstance(text, str):
            raise TypeError(f"{line} cannot be sent")
        return self.douyin.customer_says(account, person.id, text)


def shown(said: Said) -> str:
    """What she sees of a message, in words."""
    return str(said.body["text"]) if said.kind == "text" else f"[{SHOWN.get(said.kind, said.kind)}]"


def _call(webhook: Webhook, times: int = 1) -> Call:
    return Call("/channel/douyin/callback", {}, webhook.headers, webhook.body, times)
