"""What customers say: lines of text, pictures, recordings and cards, with the facts of a visit filled in."""

import re
from random import Random

from attrs import evolve, frozen

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


Line = str | Picture | Goods | Order | Voice | Video | Document | TakesBack | Colleague
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


def facts(goods: tuple[str, ...], door: str, chance: Random) -> dict[str, str]:
    """What is true in one visit, which is about one of these goods."""
    def digits(number: int) -> str:
        return "".join(chance.choices("0123456789", k=number))
    return {
        "order": {JD: "30" + digits(10), DOUYIN: "69" + digits(17)}.get(door, "WX" + digits(12)),
        "parcel": chance.choice(("SF", "YT", "JT")) + digits(13),
        "goods": chance.choice(goods),
        "city": chance.choice(CITIES),
        "surname": chance.choice("陈林黄周吴郑"),
        "size": chance.choice(("M", "L", "XL", "170", "36码")),
        "color": chance.choice(("米白", "雾霾蓝", "黑色", "豆沙粉")),
        "height": str(chance.randint(155, 185)),
        "weight": str(chance.randint(90, 170)),
        "hour": str(chance.randint(11, 15)),
    }


def filled(line: Line, known: dict[str, str]) -> Line:
    """The line with its facts in place."""
    if isinstance(line, str):
        return line.format_map(known)
    if isinstance(line, Goods):
        return Goods(line.title.format_map(known))
    if isinstance(line, Colleague):
        return evolve(line, says=line.says.format_map(known))
    if isinstance(line, Order):
        return evolve(line, title=line.title.format_map(known), number=line.number.format_map(known))
    return line
