"""What an app may send to a customer: members and their lengths, by the type of the message (path 94677)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ccs.demo.platform import Refused
from ccs.demo.wecom.errors import wrong
from ccs.demo.wecom.media import Shelf

Body = Mapping[str, Any]
Rule = Callable[[Any, str, Shelf], None]        # the value, where it stands, and the media there are

MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")
MOST_ITEMS = 10                                 # of a menu

# \uXXXX is refused, where JSON leaves the choice: control characters cannot be written otherwise.
ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")


def check_raw(body: bytes) -> None:
    """That the text of a request is plain UTF-8."""
    if ESCAPED.search(body):
        raise Refused(40033)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(40033) from None


def check_message(request: Body, media: Shelf, types: tuple[str, ...] = ()) -> None:
    """The type, one of these if any are named, and what stands under its name."""
    msgtype = request.get("msgtype")
    if not isinstance(msgtype, str) or msgtype not in MESSAGES or types and msgtype not in types:
        raise Refused(40008)
    check_msgid(request.get("msgid"))
    MESSAGES[msgtype](request.get(msgtype), msgtype, media)


def check_msgid(msgid: object) -> None:
    """The sender's own, which may be left out."""
    if msgid is not None and msgid != "" and not (isinstance(msgid, str) and MSGID.fullmatch(msgid)):
        raise wrong("msgid")


# Rules


def text(most: int, needed: bool = True, begin: tuple[str, ...] = ("",)) -> Rule:
    """So many bytes of UTF-8 at most."""
    def rule(value: Any, where: str, media: Shelf) -> None:
        if value is None and not needed:
            return
        if not isinstance(value, str) or needed and not value or not value.startswith(begin):
            raise wrong(where)
        if len(value.encode("utf-8", "surrogatepass")) > most:
            raise wrong(f"{where} too long")
    return rule


def number(least: float, most: float, needed: bool = True) -> Rule:
    def rule(value: Any, where: str, media: Shelf) -> None:
        if value is None and not needed:
            return
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value <= most:
            raise wrong(where)
    return rule


def file(kind: str) -> Rule:
    return lambda value, where, media: media.check(value, kind, where)


def members(**rules: Rule) -> Rule:
    def rule(value: Any, where: str, media: Shelf) -> None:
        if not isinstance(value, dict):
            raise wrong(where)
        for name, each in rules.items():
            each(value.get(name), f"{where}.{name}", media)
    return rule


def items(value: Any, where: str, media: Shelf) -> None:
    """Of a menu: each has a type, and what stands under its name."""
    if not isinstance(value, list) or not value:
        raise wrong(where)
    if len(value) > MOST_ITEMS:
        raise Refused(95008)
    for item in value:
        kind = item.get("type") if isinstance(item, dict) else None
        if not isinstance(kind, str) or kind not in ITEMS:
            raise Refused(95009)
        ITEMS[kind](item.get(kind), f"{where}.{kind}", media)


WORD = text(128)
LINK = text(2048, begin=("http://", "https://"))
ANY = text(2048)
MAYBE = text(2048, needed=False)

ITEMS = {
    "click": members(id=text(128, needed=False), content=WORD),
    "view": members(url=ANY, content=text(1024)),
    "miniprogram": members(appid=ANY, pagepath=ANY, content=text(1024)),
    "text": members(content=text(256), no_newline=number(0, 1, needed=False)),
}
MESSAGES = {
    "text": members(content=text(2048)),
    "image": members(media_id=file("image")),
    "voice": members(media_id=file("voice")),
    "video": members(media_id=file("video")),
    "file": members(media_id=file("file")),
    "link": members(title=WORD, desc=text(512, needed=False), url=LINK, thumb_media_id=file("image")),
    "miniprogram": members(appid=ANY, title=text(64, needed=False), thumb_media_id=file("image"), pagepath=ANY),
    "msgmenu": members(
        head_content=text(1024, needed=False), list=items, tail_content=text(1024, needed=False),
    ),
    "location": members(name=MAYBE, address=MAYBE, latitude=number(-90, 90), longitude=number(-180, 180)),
    "business_card": members(userid=ANY),
    "ca_link": members(link_url=LINK),
}
