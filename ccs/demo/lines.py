"""What customers say: lines of text, pictures, recordings and cards, with the facts of a visit filled in."""

import re
from collections.abc import Mapping
from random import Random
from typing import Protocol

from attrs import evolve, frozen

from ccs.demo.goods import Purchase
from ccs.demo.people import DOUYIN, JD
from ccs.demo.reading import questions


@frozen
class Picture:
    """A photo or a screenshot; `what` is for the reader of this file."""

    what: str


@frozen
class Goods:
    """The card of a product."""

    title: str = "{goods}"


@frozen
class Order:
    """The card of an order."""

    title: str = "{goods}"
    number: str = "{order}"
    state: str = "{state}"


@frozen
class Voice:
    """A recording, which nobody has to listen to: `what` is for the reader of this file."""

    what: str
    seconds: float = 3.0


@frozen
class Video:
    """A few seconds of something; `what` is for the reader of this file."""

    what: str


@frozen
class Document:
    """A PDF under this name."""

    name: str


@frozen
class TakesBack:
    """Not said, but done: the last message is recalled."""


@frozen
class Colleague:
    """What a member of the staff says who takes the customer over in WeCom's own client; the empty word ends it."""

    says: str = ""
    after: float = 20.0         # seconds


@frozen
class Comes:
    """She opens the conversation, having bought this."""

    bought: Purchase


@frozen
class Leaves:
    """She closes it."""


Line = str | Picture | Goods | Order | Voice | Video | Document | TakesBack | Colleague | Comes | Leaves
SAID = (str, Picture, Goods, Order, Voice, Video, Document)     # and the others happen

CITIES = ("武汉", "郑州", "东莞", "义乌", "成都", "西安", "南京", "长沙")

# What agents ask for by name, and what everybody has at hand then.
ASKED_FOR: tuple[tuple["re.Pattern[str]", Line], ...] = (
    (re.compile("快递单|运单|物流单"), "{parcel}"),
    (re.compile("订单|单号"), "{order}"),
    (re.compile("图|照片|拍|视频"), Picture("一张照片")),
    (re.compile("地址"), "{city}市云溪路18号"),
    (re.compile("电话|手机|联系方式"), "尾号6608"),
    (re.compile("姓名|名字|贵姓|称呼"), "姓{surname}"),
    (re.compile("身高|体重"), "{height} {weight}斤"),
    (re.compile("尺码|几码|多大"), "{size}"),
    (re.compile("颜色|哪个色"), "{color}"),
)


def asked_for(text: str) -> Line | None:
    """What an agent's questions name; what she tells may name it too, and asks for nothing."""
    asked = questions(text)
    return next((line for sign, line in ASKED_FOR if sign.search(asked)), None)


class Errand(Protocol):
    """What a visit is about: see `stories.py`."""

    @property
    def goods(self) -> tuple[str, ...]: ...

    @property
    def state(self) -> str: ...


def facts(errand: Errand, door: str, chance: Random) -> dict[str, str]:
    """What is true in one visit."""
    def digits(number: int) -> str:
        return "".join(chance.choices("0123456789", k=number))
    return {
        "order": {JD: "30" + digits(10), DOUYIN: "69" + digits(17)}.get(door, "WX" + digits(12)),
        "parcel": chance.choice(("SF", "YT", "JT")) + digits(13),
        "state": errand.state,
        "goods": chance.choice(errand.goods),
        "city": chance.choice(CITIES),
        "surname": chance.choice("陈林黄周吴郑"),
        "size": chance.choice(("M", "L", "XL", "170", "36码")),
        "color": chance.choice(("米白", "雾霾蓝", "黑色", "豆沙粉")),
        "height": str(chance.randint(155, 185)),
        "weight": str(chance.randint(90, 170)),
        "hour": str(chance.randint(11, 15)),
    }


def purchase(known: Mapping[str, str], days: int) -> Purchase:
    """What was bought so many days ago."""
    return Purchase(known["order"], known["goods"], known["state"], known["parcel"], days)


def filled(line: Line, known: dict[str, str]) -> Line:
    """The line with its facts in place."""
    if isinstance(line, str):
        return line.format_map(known)
    if isinstance(line, Goods):
        return Goods(line.title.format_map(known))
    if isinstance(line, Colleague):
        return evolve(line, says=line.says.format_map(known))
    if isinstance(line, Order):
        return Order(*(each.format_map(known) for each in (line.title, line.number, line.state)))
    return line
