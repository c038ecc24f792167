"""A stand-in for WeCom: seals callbacks as the platform does, and takes what an app says to its members.

The other half of `ccs/channels/wecom/`, written from the same pages and sharing no code with it.
"""

import base64
import hashlib
import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from attrs import Factory, define
from Crypto.Cipher import AES
from tornado.web import RequestHandler

from ccs.demo.local import Local

Mood = Callable[["Call"], bool]     # does what it likes with a request; False lets it go on as usual

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
PAD_BLOCK = 32
KEPT = 1000                         # messages and requests remembered, the newest
TOKEN_LASTS = 7200                  # seconds


def new_key() -> str:
    """An EncodingAESKey as the console makes them."""
    return "".join(secrets.choice(LETTERS) for _ in range(43))


@define
class WeCom(Local):
    """One company with one self-built app.

    `moods` is for whoever wants the next calls treated otherwise, one each; when it is empty they are taken.
    """

    corp_id: str = "wwc0ffee0000000001"
    token: str = Factory(lambda: secrets.token_hex(16))
    key: str = Factory(new_key)
    secret: str = Factory(lambda: secrets.token_urlsafe(32))
    agent_id: int = 1000002
    said: "deque[dict[str, Any]]" = Factory(lambda: deque(maxlen=KEPT))     # what reached members
    calls: "deque[str]" = Factory(lambda: deque(maxlen=KEPT))               # every call, by its name
    moods: "deque[Mood]" = Factory(deque)
    on_said: Callable[[str, str], None] = lambda member, text: None
    _access_token: str = ""

    def routes(self) -> list[tuple[Any, ...]]:
        return [
            ("/cgi-bin/(gettoken)", GetToken, {"wecom": self}),
            ("/cgi-bin/(message/send)", MessageSend, {"wecom": self}),
        ]

    # Callbacks

    def sealed(self, inner: str) -> tuple[dict[str, str], bytes]:
        """Query and body of a callback with this XML inside."""
        timestamp, nonce, encrypted = str(int(time.time())), secrets.token_hex(8), self._encrypt(inner.encode())
        signature = hashlib.sha1("".join(sorted((self.token, timestamp, nonce, encrypted))).encode()).hexdigest()
        body = xml(ToUserName=self.corp_id, AgentID=str(self.agent_id), Encrypt=encrypted)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}, body.encode()

    def message(self, member: str, message_id: str, kind: str, **elements: str) -> str:
        """What a member sends to the app, as the XML inside a callback."""
        return xml(
            ToUserName=self.corp_id, FromUserName=member, CreateTime=str(int(time.time())), MsgType=kind, **elements,
            MsgId=message_id, AgentID=str(self.agent_id),
        )

    def _encrypt(self, message: bytes) -> str:
        key = base64.b64decode(self.key + "=")
        plain = secrets.token_bytes(16) + len(message).to_bytes(4, "big") + message + self.corp_id.encode()
        pad = PAD_BLOCK - len(plain) % PAD_BLOCK
        return base64.b64encode(AES.new(key, AES.MODE_CBC, key[:16]).encrypt(plain + bytes([pad]) * pad)).decode()

    # The API

    def access_token(self, corp_id: str, secret: str) -> dict[str, Any]:
        """The same token until it is forgotten: see `forget_token`."""
        if corp_id != self.corp_id:
            return {"errcode": 40013, "errmsg": "invalid corpid"}
        if secret != self.secret:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        self._access_token = self._access_token or secrets.token_urlsafe(24)
        return {"errcode": 0, "errmsg": "ok", "access_token": self._access_token, "expires_in": TOKEN_LASTS}

    def forget_token(self) -> None:
        """As the platform may at any time."""
        self._access_token = ""

    def take(self, access_token: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if not self._access_token or access_token != self._access_token:
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        if body["agentid"] != self.agent_id:
            return {"errcode": 40056, "errmsg": "invalid agentid"}
        self.said.append(dict(body))
        self.on_said(body["touser"], body["text"]["content"])
        return {"errcode": 0, "errmsg": "ok", "msgid": secrets.token_urlsafe(24)}


class Call(RequestHandler):
    """A call to the API."""

    def initialize(self, wecom: WeCom) -> None:
        self.wecom = wecom

    def answer(self, name: str, usually: Callable[[], dict[str, Any]]) -> None:
        wecom = self.wecom
        wecom.calls.append(name)
        if not (wecom.moods and wecom.moods.popleft()(self)):
            self.finish(usually())


class GetToken(Call):
    def get(self, name: str) -> None:
        corp_id, secret = self.get_argument("corpid"), self.get_argument("corpsecret")
        self.answer(name, lambda: self.wecom.access_token(corp_id, secret))


class MessageSend(Call):
    def post(self, name: str) -> None:
        access_token, body = self.get_argument("access_token"), json.loads(self.request.body)
        self.answer(name, lambda: self.wecom.take(access_token, body))


def xml(**elements: str) -> str:
    """Numbers and text alike as escaped text; WeCom itself wraps some of them in CDATA."""
    return f"<xml>{''.join(f'<{name}>{escape(text)}</{name}>' for name, text in elements.items())}</xml>"
