"""WeCom's signature and encryption (developer.work.weixin.qq.com, 加解密方案说明, path 90968).

Plain text before padding: 16 random bytes, the length of the message as four bytes big-endian, the message, and the
id of the receiver. AES-256-CBC, the IV being the first 16 bytes of the key, padded to blocks of 32.
"""

import base64
import binascii
import hashlib
import hmac

from Crypto.Cipher import AES

from ccs.errors import BadSignature

RANDOM = 16             # bytes before the length
HEAD = RANDOM + 4
AES_BLOCK = 16
PAD_BLOCK = 32          # not AES's 16: pads of 17 to 32 occur


class Crypto:
    """One app's token and key. Every failure is the same `BadSignature`, so that none can be told from another."""

    def __init__(self, token: str, encoding_aes_key: str, receive_id: str) -> None:
        self._token = token
        key = aes_key(encoding_aes_key)
        self._iv = key[:AES_BLOCK]
        self._blocks = AES.new(key, AES.MODE_ECB)
        self._receive_id = receive_id.encode()

    def verify(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Raises BadSignature unless `signature` was made with our token over these."""
        joined = "".join(sorted((self._token, timestamp, nonce, encrypted)))
        expected = hashlib.sha1(joined.encode(errors="surrogatepass")).hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="surrogatepass")):
            raise BadSignature("msg_signature")

    def decrypt(self, encrypted: str) -> bytes:
        """The message inside. Raises BadSignature if it is not for us or not whole."""
        try:
            cipher_text = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise BadSignature("base64") from None
        if not cipher_text or len(cipher_text) % AES_BLOCK:
            raise BadSignature("length of the cipher text")
        plain = _unpad(self._decrypt_cbc(cipher_text))
        length = int.from_bytes(plain[RANDOM:HEAD], "big")
        if len(plain) < HEAD + length:
            raise BadSignature("length of the message")
        if not hmac.compare_digest(plain[HEAD + length:], self._receive_id):
            raise BadSignature("receiver")
        return plain[HEAD:HEAD + length]

    def _decrypt_cbc(self, cipher_text: bytes) -> bytes:
        """CBC by its definition: each block decrypted, then XORed with the cipher text before it.

        A CBC cipher object serves one message only, and making one (the key schedule, and four calls into C that each
        give the interpreter lock away) costs more than all the rest here. The block cipher is made once.
        """
        blocks = int.from_bytes(self._blocks.decrypt(cipher_text), "big")
        before = int.from_bytes(self._iv + cipher_text[:-AES_BLOCK], "big")
        return (blocks ^ before).to_bytes(len(cipher_text), "big")


def aes_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the 43 characters. Raises ValueError.

    The last character may carry spare bits that a strict decoder refuses; the platform issues such keys.
    """
    if len(encoding_aes_key) != 43 or not (encoding_aes_key.isascii() and encoding_aes_key.isalnum()):
        raise ValueError("encoding_aes_key must be 43 letters and digits")
    return base64.b64decode(encoding_aes_key + "=")


def _unpad(padded: bytes) -> bytes:
    pad = padded[-1]
    if not 1 <= pad <= PAD_BLOCK or padded[-pad:] != bytes([pad]) * pad:
        raise BadSignature("padding")
    return padded[:-pad]
