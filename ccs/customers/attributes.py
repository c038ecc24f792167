"""What agents keep of a customer by name, in the order in which it came: her size, the town of her address."""

from collections.abc import Iterable

from ccs.errors import BadRequest

Attributes = tuple[tuple[str, str], ...]        # names and values; a name stands there once

MOST = 20               # of one customer
LONGEST_NAME = 20       # characters
LONGEST_VALUE = 100


def is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()


def changed(known: Attributes, changes: Iterable[tuple[str, str]]) -> Attributes:
    """With what is given set; an empty value takes a name away."""
    kept = dict(known)
    for name, value in changes:
        if not is_name(name):
            raise BadRequest(f"属性名应为一行、1 到 {LONGEST_NAME} 个字 @ $.attributes")
        if len(value) > LONGEST_VALUE or value and not value.isprintable():
            raise BadRequest(f"“{name}”应为一行、至多 {LONGEST_VALUE} 个字 @ $.attributes")
        kept[name] = value
    left = tuple((name, value) for name, value in kept.items() if value)
    if len(left) > MOST:
        raise BadRequest(f"一位客户最多 {MOST} 个属性 @ $.attributes")
    return left
