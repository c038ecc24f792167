"""WeCom's XML, read without DTDs, entities or surprises."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.etree.ElementTree import fromstring as quick

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring as careful

from ccs.errors import BadSignature

DEEPEST = 8             # of elements inside each other; the documented messages use four
ROOT = b"<xml>"         # which is all that stands before the first element in the platform's documents


def encrypted_part(body: bytes) -> str:
    """The text of `Encrypt` in the envelope, exactly as it stands."""
    return _parse(body).findtext("Encrypt") or ""


def fields(plain: bytes) -> dict[str, Any]:
    """The elements of a message: text as text, nested ones as dicts, repeated ones as lists."""
    value = _value(_parse(plain), DEEPEST)
    return value if isinstance(value, dict) else {}


def _parse(text: bytes) -> Element:
    """By the parser of the standard library what can hold no DTD, and by defusedxml, which is slow, what could.

    DTDs, and with them entities, stand before the root, and so do other encodings than UTF-8. A document that begins
    with its root has no place for them.
    """
    try:
        return quick(text) if text.startswith(ROOT) else careful(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadSignature("XML") from None


def _value(element: Element, depth: int) -> Any:
    if not len(element):
        return element.text or ""
    if not depth:
        raise BadSignature("XML is too deep")
    found: dict[str, Any] = {}
    for child in element:
        value = _value(child, depth - 1) if len(child) else child.text or ""
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found
