"""What stands in a session for a message of 微信客服 that is not plain text: readable words, whatever its kind.

The page 接收消息和事件 (path 94670). Each function takes the body of its kind and gives what stands behind its name; a
body of another shape than documented gives less, and never an exception.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ccs.channels.base import readable
from ccs.channels.cards import priced, yuan

Body = Mapping[str, Any]

MOST_LINES = 50         # of a forwarded conversation or a menu; what comes after is left to its raw body
LONGEST_LINE = 300      # characters of one of them
LONGEST = 4000          # characters of the words for one message; the longest text of a customer's has 2048 bytes

CHANNELS = {1: "channels_feed", 2: "channels_live", 3: "channels_profile"}      # by sub_type


def words(kind: str, body: Any) -> str:
    """The message in words: a text as it is, everything else with its kind in front."""
    body = body if isinstance(body, Mapping) else {}
    if kind == "text" and (text := _text(body, "content")):
        return text
    if kind == "channels":
        kind = CHANNELS.get(body["sub_type"], kind) if type(body.get("sub_type")) is int else kind
        return readable(kind, _joined("：", _text(body, "nickname"), _text(body, "title")))
    detail = DETAILS.get(kind)
    return readable(kind[:LONGEST_LINE], detail and detail(body))[:LONGEST]


def _location(body: Body) -> str:
    name, address = _text(body, "name"), _text(body, "address")
    return _joined(" ", name, address if address != name else "")


def _product(body: Body) -> str:
    return _joined(" ", _text(body, "title"), _price(body.get("sales_price")), _in_shop(body))


def _order(body: Body) -> str:
    number = _text(body, "order_id")
    return _joined(
        " ", _text(body, "product_titles"), _text(body, "price_wording"), _text(body, "state"),
        number and f"订单号 {number}", _in_shop(body),
    )


def _in_shop(body: Body) -> str:
    shop = _text(body, "shop_nickname")
    return shop and f"（{shop}）"


def _price(cents: Any) -> str:
    """The platform tells it as a number or as digits."""
    is_digits = isinstance(cents, str) and cents.isascii() and cents.isdigit() and len(cents) < 16
    return priced(yuan(int(cents) if is_digits else cents))


def _menu(body: Body) -> str:
    lines = [_text(body, "head_content"), *map(_item, _list(body, "list")), _text(body, "tail_content")]
    return _joined("\n", *lines)


def _item(item: Any) -> str:
    """A line of a menu: what the customer sees of it."""
    if not isinstance(item, Mapping):
        return ""
    inner = item.get(item["type"]) if isinstance(item.get("type"), str) else None
    return f"· {_text(inner, 'content')[:LONGEST_LINE]}" if isinstance(inner, Mapping) else ""


def _conversation(body: Body) -> str:
    """A forwarded conversation, line by line."""
    lines = [_line(item) for item in _list(body, "item")]
    return _joined("\n", _text(body, "title"), *lines)


def _line(item: Any) -> str:
    """Who said what. What was said is JSON inside a string, and may be a forwarded conversation again."""
    if not isinstance(item, Mapping):
        return ""
    kind = _text(item, "msgtype")
    try:
        said = json.loads(_text(item, "msg_content"))
    except (ValueError, RecursionError):
        said = {}
    body = said.get(kind, said) if isinstance(said, Mapping) else {}
    if kind == "merged_msg":
        what = readable(kind, _text(body, "title") if isinstance(body, Mapping) else "")     # one within another is
    else:                                                                                   # named, not opened
        what = words(kind, body)
    return _joined("：", _text(item, "sender_name"), what)[:LONGEST_LINE]


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if isinstance(value, list):
        return "、".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""


def _list(body: Body, name: str) -> list[Any]:
    value = body.get(name)
    return value[:MOST_LINES] if isinstance(value, list) else []


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)


DETAILS: dict[str, Callable[[Body], str]] = {
    "location": _location,
    "link": lambda body: _joined(" ", _text(body, "title"), _text(body, "url")),
    "business_card": lambda body: _text(body, "userid"),
    "miniprogram": lambda body: _text(body, "title"),
    "msgmenu": _menu,
    "channels_shop_product": _product,
    "channels_shop_order": _order,
    "merged_msg": _conversation,
    "meeting": lambda body: _text(body, "title"),
    "schedule": lambda body: _text(body, "title"),
    "note": lambda body: _text(body, "title"),
}
