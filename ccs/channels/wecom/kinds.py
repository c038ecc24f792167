"""What may be said to a customer of 微信客服: the members of each kind of message, and how long they may be.

The page of developer.work.weixin.qq.com: 发送消息 (path 94677). Lengths are of UTF-8 bytes. Whatever is wrong is a
DeliveryRefused with words for the agent, and found before anything leaves.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ccs.errors import DeliveryRefused

LONGEST_TEXT = 2048         # bytes; a longer text leaves as several
MOST_ITEMS = 10             # of a menu
FILES = ("image", "voice", "video", "file")     # kinds that are a file and nothing else
COVERED = ("link", "miniprogram")               # kinds that must have a picture

Body = dict[str, Any]
Rule = Callable[[Any, str], Any]    # the value and its name; gives the value as WeCom wants it, None to leave it out


def body_of(kind: str, fields: Mapping[str, Any]) -> Body:
    """What stands under the name of the kind, but for its file."""
    if kind in FILES:
        return {}
    if kind not in KINDS:
        raise DeliveryRefused(f"微信客服不能发送 {kind} 类型的消息")
    return members(**KINDS[kind])(fields, "fields")


def plain(text: str) -> str:
    """Without control characters, which JSON can only escape and WeCom then refuses (40033)."""
    return "".join(character for character in text if character >= " " or character in "\n\t")


def text(most: int, *, needed: bool = True, begins: tuple[str, ...] = ("",), hint: str = "") -> Rule:
    def rule(value: Any, name: str) -> str | None:
        if value in (None, "") and not needed:
            return None
        if not isinstance(value, str) or not value.strip():
            raise DeliveryRefused(f"{name} 必须是文字，不能为空")
        if len(value.encode()) > most:
            raise DeliveryRefused(f"{name} 过长，最多 {most} 字节（约 {most // 3} 个汉字），请缩短")
        if not value.startswith(begins):
            raise DeliveryRefused(f"{name} {hint}")
        return plain(value)
    return rule


def number(least: float, most: float) -> Rule:
    def rule(value: Any, name: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise DeliveryRefused(f"{name} 必须是 {least} 到 {most} 之间的数")
        return value
    return rule


def switch(value: Any, name: str) -> int | None:
    if value is None or value in (0, 1):
        return None if value is None else int(value)
    raise DeliveryRefused(f"{name} 只能是 0 或 1")


def members(**rules: Rule) -> Rule:
    def rule(value: Any, name: str) -> Body:
        if not isinstance(value, Mapping):
            raise DeliveryRefused(f"{name} 必须是对象")
        if unknown := sorted(set(value) - set(rules)):
            raise DeliveryRefused(f"{name} 里没有 {'、'.join(unknown)} 这一项；可用的是 {'、'.join(rules)}")
        body = {each: rules[each](value.get(each), f"{name}.{each}") for each in rules}
        return {each: found for each, found in body.items() if found is not None}
    return rule


def items(value: Any, name: str) -> list[Body]:
    """Of a menu: each has a type, and what stands under its name."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_ITEMS:
        raise DeliveryRefused(f"{name} 必须有 1 到 {MOST_ITEMS} 项")
    return [_item(item, f"{name}[{place}]") for place, item in enumerate(value)]


def _item(item: Any, name: str) -> Body:
    kind = item.get("type") if isinstance(item, Mapping) else None
    if not isinstance(kind, str) or kind not in ITEMS:
        raise DeliveryRefused(f"{name}.type 只能是 {'、'.join(ITEMS)}")
    return {"type": kind, kind: members(**ITEMS[kind])(item.get(kind), f"{name}.{kind}")}


ANY = text(2048)
LINK = text(2048, begins=("http://", "https://"), hint="必须以 http:// 或 https:// 开头")
COVER = text(1024, needed=False)        # of a picture that is uploaded already; else the message brings its own

ITEMS: dict[str, dict[str, Rule]] = {
    "click": {"id": text(128, needed=False), "content": text(128)},
    "view": {"url": LINK, "content": text(1024)},
    "miniprogram": {"appid": ANY, "pagepath": ANY, "content": text(1024)},
    "text": {"content": text(256), "no_newline": switch},
}
KINDS: dict[str, dict[str, Rule]] = {
    "link": {"title": text(128), "desc": text(512, needed=False), "url": LINK, "thumb_media_id": COVER},
    "miniprogram": {
        "appid": ANY, "title": text(64, needed=False), "pagepath": ANY, "thumb_media_id": COVER,
    },
    "msgmenu": {
        "head_content": text(1024, needed=False), "list": items, "tail_content": text(1024, needed=False),
    },
    "location": {
        "name": text(2048, needed=False), "address": text(2048, needed=False), "latitude": number(-90, 90),
        "longitude": number(-180, 180),
    },
    "business_card": {"userid": ANY},
}
