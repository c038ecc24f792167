"""Order numbers, products and phones in what a customer wrote. Phones are masked wherever they are shown again."""

import re
from collections.abc import Iterable

from ccs.assistant.unseen import seen
from ccs.models import Message, Sender

MOST = 5                    # of a kind; nobody means more
LONGEST_TEXT = 2000         # characters of a message that are looked at

ASCII_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0D: "-"}

PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(1[3-9][0-9])[- ]?([0-9]{4})[- ]?([0-9]{4})(?![0-9A-Za-z])", re.ASCII
)
NUMBER = re.compile(r"(?<![0-9A-Za-z_./=+-])([A-Za-z]{0,4}[0-9][0-9-]{4,24}[0-9])(?![0-9A-Za-z_]|\.[0-9])", re.ASCII)
CALLED_ORDER = re.compile(r"(?:订单|单)(?:编?号|号码)?\s*(?:是|为|[:：#])?\s*$")
CALLED_ELSE = re.compile(
    r"(?:电话|手机|座机|商品|货|型号|编码|sku|qq|微信|银行卡?|卡|身份证|验证码|邮编|密码|尾号)(?:编?号|号码|码)?\s*(?:是|为|[:：#])?\s*$",
    re.IGNORECASE,
)
PERSON_NUMBER = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]")
USUAL = range(11, 22)       # digits of an order's number that nobody calls so

NAMED = re.compile(r"[《「『【]([^《》「」『』【】]{2,40})[》」』】]")
BOUGHT = re.compile(
    r"(?:买|拍|订购|下单|入手)(?:的|了)(?:一|这|那|两|几|[0-9]+)?(?:个|款|件|双|台|瓶|盒|套|条|本|部|箱|袋)?"
    r"([\u4e00-\u9fffA-Za-z0-9]{2,12}?)(?=$|[^\u4e00-\u9fffA-Za-z0-9]|怎么|什么|还|有|坏|不|没|到|啥|的|是|能|可以|想|要|太|很|用|收|少|发|破)"
)
NO_PRODUCT = re.compile(r"东西|商品|宝贝|东东|订单|快递|好久|很久|[一两三几0-9]+[天年月次]|时候|[多好]少|之后|以后|以前")


def masked(text: str) -> str:
    """The text as it is seen, with every phone as `138****8000`."""
    text = _readable(text)
    return PHONE.sub(lambda match: match[0] if _is_order(text, match) else _mask(match), text)


def phones(messages: Iterable[Message]) -> tuple[str, ...]:
    return _each_once(
        _mask(match) for text in _texts(messages) for match in PHONE.finditer(text) if not _is_order(text, match)
    )


def orders(messages: Iterable[Message]) -> tuple[str, ...]:
    """Those that a card or the channel names, and those that stand in her words."""
    messages = list(messages)
    told = (number for message in _hers(messages) for number in _told_orders(message))
    read = (number for text in _texts(messages) for number in _read_orders(text))
    return _each_once([*told, *read])


def products(messages: Iterable[Message]) -> tuple[str, ...]:
    messages = list(messages)
    told = [_card(message).get("title") for message in _hers(messages) if message.type in ("product", "order")]
    read = [
        match[1] for text in _texts(messages) for pattern in (NAMED, BOUGHT) for match in pattern.finditer(text)
        if not NO_PRODUCT.search(match[1])
    ]
    return _each_once([*(title for title in told if title), *read])


def _told_orders(message: Message) -> list[str]:
    known = message.fields.get("orders")
    numbers = [str(number) for number in known] if isinstance(known, (list, tuple)) else []
    number = _card(message).get("number") if message.type == "order" else None
    return [number, *numbers] if number else numbers


def _read_orders(text: str) -> Iterable[str]:
    for match in NUMBER.finditer(text):
        number, before = match[1], text[max(0, match.start() - 10):match.start()]
        digits = sum(character.isdigit() for character in number)
        if CALLED_ORDER.search(before) or (
            digits in USUAL and not PHONE.match(text, match.start()) and not PERSON_NUMBER.fullmatch(number)
            and not CALLED_ELSE.search(before)
        ):
            yield number


def _is_order(text: str, match: "re.Match[str]") -> bool:
    return CALLED_ORDER.search(text[max(0, match.start() - 10):match.start()]) is not None


def _mask(match: "re.Match[str]") -> str:
    return f"{match[1]}****{match[3]}"


def _card(message: Message) -> dict[str, str]:
    card = message.fields.get("card")
    return {name: value for name, value in card.items() if isinstance(value, str)} if isinstance(card, dict) else {}


def _hers(messages: Iterable[Message]) -> list[Message]:
    return [message for message in messages if message.sender is Sender.CUSTOMER]


def _texts(messages: Iterable[Message]) -> list[str]:
    return [_readable(message.content[:LONGEST_TEXT]) for message in _hers(messages) if message.type == "text"]


def _readable(text: str) -> str:
    """Its digits as ASCII has them, and nothing between them that nobody sees."""
    return seen(text).translate(ASCII_DIGITS)


def _each_once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(list(dict.fromkeys(found))[:MOST])
