"""Product and order cards of the neutral envelope, both ways: readable words, and one shape that a page can draw.

Whatever a platform calls its members, `card` in a message's fields holds texts only: `title`, `number` (to be copied),
`price` in 元, `state` and `image`, each only if there is one.
"""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ccs.channels.base import readable
from ccs.errors import BadRequest

Card = dict[str, str]

MEMBERS = {"product": "sku", "order": "order"}      # where the card of a kind stands in a message
LONGEST = 300               # characters of a title or a state
LONGEST_NUMBER = 64
LARGEST_PRICE = 10**14      # 分


@frozen
class Told:
    """A kind of card, and what was said of it."""

    kind: str
    body: Mapping[str, Any]

    def card(self) -> Card:
        found = {
            "title": _text(self.body, "title", LONGEST),
            "number": _text(self.body, "id", LONGEST_NUMBER),
            "price": yuan(self.body.get("price")),
            "state": _text(self.body, "state", LONGEST),
            "image": _text(self.body, "image", 2048),
        }
        return {name: value for name, value in found.items() if value}

    def words(self) -> str:
        """`[商品] 羽绒服 299.00 元`; of an order its number comes first, for that is what is asked for."""
        card = self.card()
        parts = [card.get("title") or card.get("number"), priced(card.get("price", "")), card.get("state")]
        if self.kind == "order" and "title" in card:
            parts.insert(0, card.get("number"))
        return readable(self.kind, " ".join(part for part in parts if part))


def told(kind: str, fields: Mapping[str, Any]) -> Told | None:
    """The card in a message of this kind, if it has one."""
    body = fields.get(MEMBERS[kind]) if kind in MEMBERS else None
    return Told(kind, body) if isinstance(body, Mapping) else None


def must_be_whole(kind: str, fields: Mapping[str, Any]) -> None:
    """Raises BadRequest for a card that a customer could make nothing of."""
    card = told(kind, fields)
    member = MEMBERS[kind]
    if card is None:
        raise BadRequest(f"fields.{member} 必须是对象，例如 {{\"id\": \"100012\", \"title\": \"羽绒服\"}}")
    for name in ("id", "title", "state", "image"):
        if not isinstance(card.body.get(name, ""), str):
            raise BadRequest(f"fields.{member}.{name} 必须是文字")
    if "number" not in card.card():
        raise BadRequest(f"fields.{member}.id 不能为空：客户要靠它找到商品或订单")
    if card.body.get("price") is not None and not yuan(card.body["price"]):
        raise BadRequest(f"fields.{member}.price 必须是以分为单位的整数")


def yuan(cents: Any) -> str:
    """In 元 what is told in 分; empty for what is no price."""
    if type(cents) is not int or not 0 <= cents < LARGEST_PRICE:
        return ""
    return f"{cents // 100}.{cents % 100:02}"


def priced(price: str) -> str:
    """As words: `299.00 元`."""
    return f"{price} 元" if price else ""


def _text(body: Mapping[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    return value.strip()[:longest] if isinstance(value, str) else ""
