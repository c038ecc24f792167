"""The signature between a gateway and us: HMAC-SHA256 over timestamp, nonce and the raw body.

It comes in any of the three ways of the contract: in headers, in the query, or beside what it signs in the body.
"""

import hashlib
import hmac
import secrets
from collections import deque

from attrs import define, frozen

from ccs import codec
from ccs.channels.base import Callback, must_be_fresh
from ccs.errors import BadRequest, BadSignature, ChannelOff
from ccs.models import Clock

NONCES_KEPT = 100_000       # newest first to stay; a replay with another body fails its signature anyway
LONGEST_NONCE = 128


@frozen
class SignedBody:
    """The contract's third way: the signature and what it signs lie in the body."""

    signature: str
    rawPayload: str
    timestamp: str = ""
    nonce: str = ""


@frozen
class Proof:
    """A signature and what it was made over."""

    signature: str
    timestamp: str
    nonce: str
    signed: bytes


class Seal:
    """Opens what a gateway has signed, and signs what we tell it."""

    def __init__(self, secret: str, window: int, now: Clock) -> None:
        self._secret = secret.encode()
        self._window = window       # seconds
        self._now = now
        self._nonces = NonceMemory()

    def opened(self, callback: Callback) -> bytes:
        """What was signed. Raises ChannelOff, BadSignature or BadRequest."""
        if not self._secret:
            raise ChannelOff("该渠道没有配置 gateway_secret，不接收回调")
        proof = self._proof(callback)
        self._check(proof)
        return proof.signed

    def headers(self, body: bytes) -> dict[str, str]:
        """The signature over a body of ours, made now."""
        timestamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(16)
        return {"X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": self.sign(timestamp, nonce, body)}

    def _proof(self, callback: Callback) -> Proof:
        """Headers before query before body, never mixed."""
        names = ("X-Signature", "X-Timestamp", "X-Nonce")
        for source, keys in ((callback.headers, names), (callback.query, ("signature", "timestamp", "nonce"))):
            if any(key in source for key in keys):
                signature, timestamp, nonce = (source.get(key, "") for key in keys)
                return Proof(signature, timestamp, nonce, callback.body)
        body = codec.decode(callback.body)
        if not isinstance(body, dict):
            raise BadRequest("请求体必须是 JSON 对象")
        if "signature" not in body:
            raise BadSignature("缺少签名")
        stamp = body.get("timestamp")
        inside = codec.read(SignedBody, {**body, "timestamp": str(stamp)} if type(stamp) is int else body)
        return Proof(inside.signature, inside.timestamp, inside.nonce, inside.rawPayload.encode())

    def _check(self, proof: Proof) -> None:
        if not (0 < len(proof.nonce) <= LONGEST_NONCE and proof.nonce.isascii()):
            raise BadSignature(f"nonce 必须是 1 到 {LONGEST_NONCE} 个 ASCII 字符")
        expected = self.sign(proof.timestamp, proof.nonce, proof.signed)
        if not hmac.compare_digest(expected.encode(), proof.signature.lower().encode()):
            raise BadSignature("签名不正确")
        must_be_fresh(proof.timestamp, self._window, self._now())
        if not self._window:
            return
        if not self._nonces.remember(proof.nonce, proof.signed, self._now().timestamp(), 2 * self._window):
            raise BadSignature("nonce 已用于另一条内容，请换一个新的")

    def sign(self, timestamp: str, nonce: str, body: bytes) -> str:
        return hmac.new(self._secret, f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()


class NonceMemory:
    """Which nonce came with which body, for as long as its timestamp could be accepted."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}
        self._order: deque[_Remembered] = deque()

    def remember(self, nonce: str, body: bytes, now: float, seconds: float) -> bool:
        """False if the nonce came before with another body. The same request again is a retry."""
        while self._order and (self._order[0].until <= now or len(self._order) > NONCES_KEPT):
            self._bodies.pop(self._order.popleft().nonce, None)
        digest = hashlib.sha256(body).digest()
        if (known := self._bodies.get(nonce)) is not None:
            return known == digest
        self._bodies[nonce] = digest
        self._order.append(_Remembered(nonce, now + seconds))
        return True


@define
class _Remembered:
    nonce: str
    until: float
