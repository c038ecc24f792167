"""JD's order numbers in what people write.

They are long integers, of 11 to 13 digits for years now, 9 or 10 before. Parcels, phones and articles have numbers
too, so one counts if it is called an order's, or if it has the usual length and nothing speaks against it.
"""

import re

MOST = 5                    # of one message; nobody means more
LONGEST_TEXT = 4000         # characters that are looked at

NUMBER = re.compile(r"(?<![0-9A-Za-z_./=])([1-9][0-9]{8,17})(?![0-9A-Za-z_]|\.[0-9])", re.ASCII)
CALLED = re.compile(r"订单(编?号|号码)?\s*(是|为|[:：#])?\s*$")
CALLED_ELSE = re.compile(r"(快递|运单|物流|包裹|商品|货|电话|手机|编码|sku|qq|微信号?)(编?号|单号|码)?\s*(是|为|[:：#])?\s*$", re.IGNORECASE)
PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
USUAL = range(11, 14)       # digits


def order_numbers(text: str) -> list[str]:
    """Each once, in the order in which they stand there."""
    found: dict[str, None] = {}
    for match in NUMBER.finditer(text[:LONGEST_TEXT]):
        before = text[max(0, match.start() - 12):match.start()]
        if _is_one(match[1], before):
            found[match[1]] = None
    return list(found)[:MOST]


def _is_one(number: str, before: str) -> bool:
    if CALLED.search(before):
        return True
    return len(number) in USUAL and not PHONE.fullmatch(number) and not CALLED_ELSE.search(before)
