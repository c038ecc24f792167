"""JSON of the platform's, read so that one odd character in it does not hold up all the rest.

A page of a stream carries what customers typed. If it could not be read it would be asked for again for ever, so what
strict JSON does not allow is mended: half a surrogate pair becomes a replacement character, a number that is none null.
"""

import json
from typing import Any

import orjson

LONGEST_NUMBER = 19     # digits; longer ones are kept as text


def decode(body: bytes) -> Any:
    """Raises ValueError or RecursionError for what is no JSON at all."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        told = body.decode(errors="replace")
        value = json.loads(told, strict=False, parse_int=_number, parse_constant=lambda name: None)
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), parse_int=_number)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits
