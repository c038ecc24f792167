"""Callbacks as WeCom makes them: XML, encrypted and signed (developer.work.weixin.qq.com, path 90968)."""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from xml.sax.saxutils import escape

from Crypto.Cipher import AES

Request = tuple[dict[str, str], bytes]      # query and body of a POST to the callback's address

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
PAD_BLOCK = 32


def new_key() -> str:
    """An EncodingAESKey as the console makes them."""
    return "".join(secrets.choice(LETTERS) for _ in range(43))


def encrypt(key: str, receiver: str, message: bytes, random: bytes = b"") -> str:
    """16 random bytes, the length, the message and for whom it is, padded to 32 bytes."""
    plain = (random or secrets.token_bytes(16)) + len(message).to_bytes(4, "big") + message + receiver.encode()
    pad = PAD_BLOCK - len(plain) % PAD_BLOCK
    return base64.b64encode(_cipher(key).encrypt(plain + bytes([pad]) * pad)).decode()


def decrypt(key: str, encrypted: str) -> tuple[str, str]:
    """The message, and for whom it is: to read what is said to the platform, and what others have published."""
    plain = _cipher(key).decrypt(base64.b64decode(encrypted))
    end = 20 + int.from_bytes(plain[16:20], "big")
    return plain[20:end].decode(), plain[end:-plain[-1]].decode()


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    return hashlib.sha1("".join(sorted((token, timestamp, nonce, encrypted))).encode()).hexdigest()


def xml(**elements: str) -> str:
    """Numbers and text alike as escaped text; WeCom itself wraps some of them in CDATA."""
    return f"<xml>{''.join(f'<{name}>{escape(text)}</{name}>' for name, text in elements.items())}</xml>"


def event_xml(elements: Iterable[tuple[str, str]]) -> str:
    """Text in CDATA, numbers bare, and a name as often as it is given."""
    inner = (f"<{name}>{text if text.isdigit() else f'<![CDATA[{text}]]>'}</{name}>" for name, text in elements)
    return f"<xml>{''.join(inner)}</xml>"


def _cipher(key: str) -> "AES.CbcMode":
    secret = base64.b64decode(key + "=")
    return AES.new(secret, AES.MODE_CBC, secret[:16])
