"""Takes out of a text what is somebody's own, and puts it back: a phone number leaves as 〔手机1〕.

Taken out are numbers of seven digits or more (mobile and landline phones, identity and bank cards, orders, whatever
else), with blanks, hyphens and the like between their digits, in full width or written in Chinese; e-mail addresses;
and postal addresses that go down to a door. One `Mask` is for one talk: the same text gets the same name in all of it.
`unmask(mask(text)) == text` for every text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

Replace = Callable[[str], str]

CHINESE_DIGITS: Mapping[str, str] = MappingProxyType(
    dict(zip("零〇○一二三四五六七八九幺两", "00012345678912", strict=True))
)
DIGIT = rf"[\d{''.join(CHINESE_DIGITS)}]"
SEPARATOR = (
    r"[\s\-_.·•*/\\()（）~～—–‐‑‒―−－﹣．、，,:：+"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u034f\ufe00-\ufe0f]"
)
BETWEEN = f"{SEPARATOR}{{0,3}}"

NAME = re.compile(r"〔[^〔〕]{1,4}\d+〕")                         # of ours, or what looks like one
EMAIL = re.compile(r"[A-Za-z0-9.%+\-]{1,64}[@＠][A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}")
NUMBER = re.compile(rf"{DIGIT}(?:{BETWEEN}{DIGIT}){{6,}}(?:{BETWEEN}[XxＸｘ](?![A-Za-z]))?")
DATES = re.compile(
    r"(?:20\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?)(?:[\s,，、~～\-—]{1,3}"
    r"(?:20\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?))*"
)
RUN = re.compile(r"[\w#\-－—()（） \u3000]{6,200}")           # where an address would stand
AREA = re.compile(r"省|自治区|(?<![超城])市(?!场)|(?<![小社地专景])区(?![别分])|县|旗|镇|乡|街道")
ROAD = re.compile(
    r"(?<![一])路(?![上过途])|街(?!道)|巷|弄|大道|胡同|村|屯|小区|花园|苑|大厦|广场|公寓|家园|佳园|名都|公馆|国际|中心"
)
DOOR = re.compile(rf"{DIGIT}{{1,5}}(?:[-－—]{DIGIT}{{1,5}}){{0,3}}(?:号楼|号院|号|栋|幢|座|单元|室|楼|层|户|弄|组)?")
DOORS = re.compile(rf"(?:[\w#\-－— （()）\u3000]{{0,12}}?)(?P<doors>(?:(?:{DOOR.pattern})[ ,#\u3000\-－—]{{0,2}}){{1,6}})")
SUITE = re.compile(r"号楼|号院|栋|幢|座|单元|室|楼|层|户")
LEAD = re.compile(r".*(?:地址|收货|住址|寄到|寄往|送到|送往|发到|发往|改成|改到|改为|住在|家在|是|在|到)")
LONGEST_AREA = 8            # characters before 省 or 市, as in 新疆维吾尔自治区
NEAR = 12                   # characters between two parts of an address, at most

MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}")
IDENTITY = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
LANDLINE = re.compile(r"(?:(?:00)?86)?(?:0\d{2,3}[2-9]\d{6,7}|[48]00\d{7})")


class Mask:
    """What was taken out of one talk, by the name it left under."""

    def __init__(self, *, is_on: bool = True) -> None:
        self._is_on = is_on
        self._names: dict[str, str] = {}
        self._values: dict[str, str] = {}

    def mask(self, text: str) -> str:
        if not self._is_on:
            return text
        text = NAME.sub(lambda found: self._name("原文", found[0]), text)
        text = self._outside(text, EMAIL, lambda found: self._name("邮箱", found))
        text = self._outside(text, RUN, self._addresses)
        return self._outside(text, NUMBER, self._number)

    def unmask(self, text: str) -> str:
        """With everything back that is known; a name that was never given stays as it is."""
        return NAME.sub(lambda found: self._values.get(found[0], found[0]), text)

    def _name(self, kind: str, value: str) -> str:
        if value not in self._names:
            number = 1 + sum(name.startswith(f"〔{kind}") for name in self._values)
            self._names[value] = name = f"〔{kind}{number}〕"
            self._values[name] = value
        return self._names[value]

    def _outside(self, text: str, pattern: re.Pattern[str], replaced: Replace) -> str:
        """Replaces what is found, and leaves alone what is masked already."""
        return "".join(
            piece if NAME.fullmatch(piece) else pattern.sub(lambda found: replaced(found[0]), piece)
            for piece in _around_names(text)
        )

    def _number(self, found: str) -> str:
        return found if is_nobodys(found) else self._name(_kind(digits(found)), found)

    def _addresses(self, run: str) -> str:
        place = address_in(run)
        if place is None:
            return run
        start, end = place
        return f"{run[:start]}{self._name('地址', run[start:end])}{self._addresses(run[end:])}"


def digits(text: str) -> str:
    """The digits of a number as it is usually written, and a closing X."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(
        CHINESE_DIGITS.get(sign) or (str(unicodedata.digit(sign)) if sign.isdecimal() else "X" if sign == "X" else "")
        for sign in plain
    )


def is_nobodys(found: str) -> bool:
    """Days and hours, and short numbers one after the other, such as prices, that together make no number of a kind."""
    number = digits(found)
    groups = [group for group in re.split(f"{SEPARATOR}+", found) if group]
    is_short = len(groups) > 1 and max(map(len, groups)) < 5 and len(number) < 13
    known = MOBILE.search(number) or LANDLINE.search(number)
    return bool(DATES.fullmatch(found)) or is_short and not known


def is_bank_card(number: str) -> bool:
    """By its length and its check digit (Luhn)."""
    if not 13 <= len(number) <= 19 or not number.isdecimal():
        return False
    doubled = [int(sign) * (1 + place % 2) for place, sign in enumerate(reversed(number))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def address_in(run: str) -> tuple[int, int] | None:
    """Where a postal address lies in a text without punctuation.

    That is an area (省市区), a road or estate soon after, and soon after that a door; or, with no area, two doors.
    """
    for road in ROAD.finditer(run):
        doors = DOORS.match(run, road.end())
        if doors is None:
            continue
        areas = [area for area in AREA.finditer(run, 0, road.start())]
        near = bool(areas) and road.start() - areas[-1].end() <= NEAR
        if near or len(SUITE.findall(doors["doors"])) >= 2:
            return _begin(run, [area.start() for area in areas] if near else [road.start()]), doors.end("doors")
    return None


def _begin(run: str, parts: list[int]) -> int:
    """Where an address begins whose parts end at these places: as far back as one follows soon on another."""
    first = parts[-1]
    for place in reversed(parts[:-1]):
        if first - place > NEAR:
            break
        first = place
    lead = LEAD.match(run[:first])
    return max(lead.end() if lead else 0, first - LONGEST_AREA)


def _kind(number: str) -> str:
    if MOBILE.fullmatch(number):
        return "手机"
    if IDENTITY.fullmatch(number):
        return "证件"
    if LANDLINE.fullmatch(number):
        return "电话"
    if is_bank_card(number):
        return "银行卡"
    return "单号" if len(number) >= 10 else "号码"


def _around_names(text: str) -> Iterator[str]:
    """The text in pieces, each of which is one name or holds none."""
    end = 0
    for name in NAME.finditer(text):
        yield text[end:name.start()]
        yield name[0]
        end = name.end()
    yield text[end:]
