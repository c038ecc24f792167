"""Finds what a text claims and nobody has written: prices, periods, dates, states, promises, numbers, links.

A claim of the shop's (a price, a discount, a period, a promise, a link) has to stand in the entries that the answer
rests on, or in what colleagues said; that a customer names a price makes it none of ours. What is the customer's own
(an order number, a phone, a day, a state) may also stand in her words. Only whether it stands there is looked at, not
whether it is meant so; a text with a doubt is for a person to read.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ccs.assistant.unseen import seen

NUMERALS = "零一二三四五六七八九"
TENS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
CHINESE = "[零〇一二两三四五六七八九十百千万半]"
VALUE = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?[万千百]?|{CHINESE}{{1,8}})"

UNITS = {
    "元": r"元|块钱|块|圆|人民币|rmb|yuan|cny",
    "角": r"角|毛钱|分钱",
    "%": r"%|个?百分点",
    "折": r"折",
    "倍": r"倍",
    "日": r"个?工作日|天|日|晚|号",
    "时": r"个?小时|个?钟头|h(?![a-z])",
    "分": r"分钟|分(?!期|别|开|类|享|钱)",
    "秒": r"秒",
    "周": r"个?星期|周|个?礼拜",
    "月": r"个?月",
    "季": r"个?季度",
    "年": r"周年|年",
    "点": r"点(?!击|开|进|赞|心|评)",
    "期": r"期",
    "重": r"公斤|千克|kg|克|斤|g(?![a-z])",
    "长": r"厘米|毫米|米|cm|mm|m(?![a-z])",
    "容": r"毫升|升|ml|l(?![a-z])",
    "电": r"毫安时?|mah|瓦|w(?![a-z])|伏|v(?![a-z])",
    "码": r"码",
}
UNIT = "|".join(f"(?P<u{number}>{pattern})" for number, pattern in enumerate(UNITS.values()))
UNIT_NAMES = tuple(UNITS)
OURS_UNITS = {"元", "角", "%", "折", "倍", "日", "时", "分", "秒", "周", "月", "季", "年", "期"}

BLANK = re.compile(r"(?<=[\u4e00-\u9fff])[ \t]+(?=\S)|(?<=\S)[ \t]+(?=[\u4e00-\u9fff])")
IDIOMS = re.compile(r"十分(?!钟)|万分|[一半有差早晚]点(?!\d)|每一天|愉快的?一天|美好的?一天|一天到晚|一年四季|第一时间")
LISTED = re.compile(r"(?m)^\s*[((]?\d{1,2}[.、))](?!\d)")       # the numbers of a list say nothing
LINK = re.compile(r"(?:https?://)?(?:[a-z0-9\-]{1,63}\.){1,6}(?:com|net|org|top|vip|shop|info|xyz|link|[a-z]{2})"
                  r"(?![a-z0-9\-])(?::\d+)?(?:/[a-z0-9\-._~%!$&'()*+,;=:@/?#]*)?")
EMAIL = re.compile(r"[a-z0-9.%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4}")
LONG = re.compile(r"[a-z]{0,6}\d(?:[\s\-]?\d){6,}x?")
DATE = re.compile(
    r"(?:20\d\d[-/.年])(?P<m>1[0-2]|0?[1-9])[-/.月](?P<d>3[01]|[12]\d|0?[1-9])[日号]?(?!\d)"
    r"|(?P<m2>1[0-2]|0?[1-9])月(?P<d2>3[01]|[12]\d|0?[1-9])[日号]?(?!\d)"
)
CLOCK = re.compile(r"(?P<h>2[0-4]|[01]?\d)(?::(?P<m>[0-5]\d)|点(?P<half>半)?)")
PERCENT = re.compile(rf"百分之(?P<v>{VALUE})")
MONEY = re.compile(rf"[¥$€]\s*(?P<v>{VALUE})")
RANGE = re.compile(rf"(?P<v>{VALUE})\s*(?=[-~到至—]\s*{VALUE}\s*(?P<rest>{UNIT}))")
AMOUNT = re.compile(rf"(?P<v>{VALUE})\s*(?:{UNIT})")
BARE = re.compile(r"\d+(?:\.\d+)?")
NAME_LEFT = re.compile(r"〔[^〔〕]*〕?")

DAYS = re.compile(
    r"大后天|今[天日晚早]|明[天日晚早]|后天|次日|隔[天日]|当[天日]|[下本这上]个?(?:周|星期|月)|周[一二三四五六日末]"
    r"|星期[一二三四五六日天]|月[底初]|年[底前]"
)
GIFTS = {
    "包邮": r"包邮|免邮|免运费|运费全免|运费险|包运费",
    "免费": r"免费|不收费|不要钱|零元",
    "全额": r"全额|全款退",
    "半价": r"半价",
    "赠送": r"赠送|赠品|送一|送您|送你|附赠|白送",
    "优惠": r"优惠券|满减|立减|红包|返现|返利|折扣",
    "赔偿": r"赔偿|补偿|赔付|假一赔|先行赔付",
    "保价": r"保价|价保|差价",
    "无理由": r"无理由",
    "质保": r"保修|质保|终身|包换|只换不修|以旧换新",
    "正品": r"正品|官方授权|百分百",
}
STATES = (
    r"发货|出库|揽收|签收|派送|配送|送达|到货|退款|到账|退回|取消|补发|换货|登记|受理|处理|催促|反馈|安排|通过|审核|付款"
    r"|关闭|完成|开通|修改|更新|加急|备注|转接|联系"
)
STATE = re.compile(
    rf"(?:已经?|正在|成功)(?:[为帮给替](?:您|你|亲))?[^,。!?;\n]{{0,4}}?(?:{STATES})"
    rf"|(?:{STATES})(?:成功|完毕|中(?![心间文国]))"
)
PROMISE = re.compile(
    r"(?:马上|立即|立刻|这就|现在就)?(?:为|帮|给|替)(?:您|你|亲)[^,。!?;\n]{0,3}?"
    r"(?:退|赔|补|查|登记|安排|处理|催|申请|转接|改|换|发货|优先|加急)"
)
TO_HER = re.compile(r"您|你|亲|帮|替")
NOT = ("不", "没", "非", "无", "未", "别", "勿")


class Claim(NamedTuple):
    kind: str
    what: str
    words: str                      # as they stand in the text
    is_ours: bool                   # only what the shop has written can bear it

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.what


def doubts(text: str, entries: Iterable[str], said: Iterable[str] = ()) -> tuple[str, ...]:
    """What the text claims that stands neither in the shop's entries nor, where that counts, in what was said."""
    shop, others = [plain(entry) for entry in entries], [plain(words) for words in said]
    of_shop = {claim.key for source in shop for claim in claims(source)}
    of_others = {claim.key for source in others for claim in claims(source)}
    found = [
        claim.words for claim in claims(plain(text))
        if claim.key not in of_shop and (claim.is_ours or claim.key not in of_others)
    ]
    found += [words for words in _told_her(plain(text)) if not _stands(words, shop, others)]
    return tuple(dict.fromkeys(found))


def plain(text: str) -> str:
    """In one width and case, with no blanks at Chinese characters, where they say nothing, and nothing unseen."""
    text = unicodedata.normalize("NFKC", seen(text)).lower().replace("〇", "零").replace("～", "~")
    return BLANK.sub("", text)


def claims(text: str) -> Iterator[Claim]:
    """Everything in a plain text that somebody has to have written. What one pattern took, the next do not see."""
    text = IDIOMS.sub("\n", LISTED.sub("\n", text))
    rest = _Rest(text)
    yield from (Claim("name", found[0], found[0], False) for found in rest.taken(NAME_LEFT))
    yield from (Claim("mail", found[0], found[0], False) for found in rest.taken(EMAIL))
    yield from (Claim("link", _address(found[0]), found[0], True) for found in rest.taken(LINK))
    yield from (Claim("long", re.sub(r"[\s\-]", "", found[0]), found[0], False) for found in rest.taken(LONG))
    for found in rest.taken(DATE):
        month, day = found["m"] or found["m2"], found["d"] or found["d2"]
        yield Claim("date", f"{int(month)}/{int(day)}", found[0], False)
    for found in rest.taken(PERCENT):
        yield Claim("%", str(number(found["v"])), found[0], True)
    for found in rest.taken(MONEY):
        yield Claim("元", str(number(found["v"])), found[0], True)
    for found in rest.taken(CLOCK):
        minutes = "30" if found["half"] else found["m"] or "00"
        yield Claim("clock", f"{int(found['h'])}:{minutes}", found[0], True)
    for found in (*rest.taken(RANGE), *rest.taken(AMOUNT)):
        unit = _unit(found)
        yield Claim(unit, str(number(found["v"])), found[0], unit in OURS_UNITS)
    yield from (Claim("number", str(Decimal(found[0]).normalize()), found[0], False) for found in rest.taken(BARE))
    yield from (Claim("day", found[0], found[0], False) for found in DAYS.finditer(text))
    yield from (Claim("promise", found[0], found[0], True) for found in PROMISE.finditer(text))
    for name, pattern in GIFTS.items():
        for found in re.finditer(pattern, text):
            yield Claim("gift", f"{_denied(text, found.start())}{name}", found[0], True)


class _Rest:
    """A text from which what was found is gone."""

    def __init__(self, text: str) -> None:
        self._text = text

    def taken(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        found = list(pattern.finditer(self._text))
        self._text = pattern.sub(lambda match: "\n" * len(match[0]), self._text)
        return found


def number(text: str) -> Decimal:
    """Of digits or Chinese numerals; a half is 0.5."""
    text = text.replace(",", "")
    if digits := re.match(r"\d+(?:\.\d+)?", text):
        scale = 1
        for sign in text[digits.end():]:
            scale *= TENS[sign]
        return (Decimal(digits[0]) * scale).normalize()
    return _chinese(text.replace("两", "二"))


def _chinese(text: str) -> Decimal:
    total, section, digit = 0, 0, 0
    if not any(sign in TENS for sign in text) and text != "半":
        return Decimal("".join(str(NUMERALS.find(sign)) for sign in text if sign in NUMERALS) or "0").normalize()
    for sign in text:
        if sign in NUMERALS:
            digit = NUMERALS.find(sign)
        elif sign == "万":
            total, section, digit = (total + section + digit) * TENS["万"], 0, 0
        elif sign in TENS:
            section, digit = section + (digit or 1) * TENS[sign], 0
    half = Decimal("0.5") if text.endswith("半") else Decimal(0)
    return (total + section + digit + half).normalize()


def _unit(found: re.Match[str]) -> str:
    return next(name for place, name in enumerate(UNIT_NAMES) if found[f"u{place}"] is not None)


def _address(link: str) -> str:
    return re.sub(r"^https?://", "", link).rstrip("/.,;:!?)'")


def _denied(text: str, place: int) -> str:
    """不包邮 is another thing than 包邮."""
    return "不" if any(sign in NOT for sign in text[max(0, place - 3):place]) else ""


def _told_her(text: str) -> Iterator[str]:
    """What the text says has happened or is happening, clause by clause."""
    for clause in _clauses(text):
        if STATE.search(clause):
            yield clause


def _stands(clause: str, shop: Sequence[str], others: Sequence[str]) -> bool:
    """A rule of the shop may name a state; that *her* order is in it, only she, a colleague or the whole clause may."""
    if any(clause in source for source in shop):
        return True
    bearers = others if TO_HER.search(clause) else (*shop, *others)
    return all(
        any(state[0] in source for source in bearers) for state in STATE.finditer(clause)
    )


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in re.split(r"[,。!?;\n:]", text) if clause.strip()]
