"""The company: its secrets, the access token, and the seal on its callbacks."""

import secrets
import time
from collections.abc import Iterable
from typing import Any

from attrs import Factory, define, field

from ccs.demo.memory import MINUTE, Clock, remember
from ccs.demo.platform import Platform, Refused
from ccs.demo.wecom.callbacks import Request, encrypt, event_xml, new_key, sign, xml
from ccs.demo.wecom.media import Shelf

TOKEN_LASTS = 7200              # seconds
WAKE_TOKEN_LASTS = 10 * MINUTE  # to pull with the token of a callback


@define
class Company(Platform):
    """What every app of a company shares. `now` is the only clock here and in all that is built on this."""

    corp_id: str = "wwc0ffee0000000001"
    token: str = Factory(lambda: secrets.token_hex(16))
    key: str = Factory(new_key)
    secret: str = Factory(lambda: secrets.token_urlsafe(32))
    agent_id: int = 1000002
    now: Clock = field(default=time.time, kw_only=True)
    token_lasts: int = field(default=TOKEN_LASTS, kw_only=True)
    fetches: int = field(default=0, kw_only=True)       # of the access token, granted ones
    media: Shelf = field(default=Factory(lambda self: Shelf(lambda: self.now()), takes_self=True), kw_only=True)
    _access_token: str = field(default="", init=False)
    _token_ends: float = field(default=0.0, init=False)
    _ended: dict[str, None] = field(factory=dict, init=False)       # tokens whose time was up
    _wake_tokens: dict[str, tuple[str, float]] = field(factory=dict, init=False)    # for which account, until when

    # The access token

    def access_token(self, corp_id: str, secret: str) -> dict[str, Any]:
        """The same token until its time is up or it is forgotten: see `forget_token`."""
        if corp_id != self.corp_id:
            raise Refused(40013)
        if secret != self.secret:
            raise Refused(40001)
        self.fetches += 1
        self._end_token()
        if not self._access_token:
            self._access_token = secrets.token_urlsafe(160)         # about as long as theirs
            self._token_ends = self.now() + self.token_lasts
        lasts = int(self._token_ends - self.now())
        return {"errcode": 0, "errmsg": "ok", "access_token": self._access_token, "expires_in": lasts}

    def forget_token(self) -> None:
        """As the platform may at any time."""
        self._access_token = ""

    def check_token(self, access_token: str) -> None:
        self._end_token()
        if not access_token:
            raise Refused(41001)
        if access_token in self._ended:
            raise Refused(42001)
        if access_token != self._access_token:
            raise Refused(40014)

    def _end_token(self) -> None:
        if self._access_token and self.now() >= self._token_ends:
            remember(self._ended, self._access_token, None)
            self._access_token = ""

    # Callbacks

    def sealed(self, inner: str, agent_id: str | None = None) -> Request:
        """Query and body of a callback with this XML inside; of the self-built app, or of another."""
        timestamp, nonce = str(int(self.now())), secrets.token_hex(8)
        encrypted = encrypt(self.key, self.corp_id, inner.encode())
        query = {
            "msg_signature": sign(self.token, timestamp, nonce, encrypted), "timestamp": timestamp, "nonce": nonce,
        }
        agent_id = str(self.agent_id) if agent_id is None else agent_id
        return query, xml(ToUserName=self.corp_id, AgentID=agent_id, Encrypt=encrypted).encode()

    def message(self, member: str, message_id: str, kind: str, **elements: str) -> str:
        """What a member sends to the app, as the XML inside a callback."""
        return xml(
            ToUserName=self.corp_id, FromUserName=member, CreateTime=str(int(self.now())), MsgType=kind, **elements,
            MsgId=message_id, AgentID=str(self.agent_id),
        )

    def wake(self, open_kfid: str) -> Request:
        """"Something is new at this account", and a token to fetch it with."""
        token = f"ENC{secrets.token_urlsafe(36)}"
        remember(self._wake_tokens, token, (open_kfid, self.now() + WAKE_TOKEN_LASTS))
        return self._kf_event("kf_msg_or_event", [("Token", token), ("OpenKfId", open_kfid)])

    def auth_change(self, added: Iterable[str] = (), removed: Iterable[str] = ()) -> Request:
        """Accounts that the app may now look after, and those it may no longer."""
        return self._kf_event("kf_account_auth_change", [
            ("FromUserName", "sys"), *(("AuthAddOpenKfId", each) for each in added),
            *(("AuthDelOpenKfId", each) for each in removed),
        ])

    def check_wake_token(self, token: str, open_kfid: str) -> None:
        account, ends = self._wake_tokens.get(token, ("", 0.0))
        if account != open_kfid or self.now() >= ends:
            raise Refused(95007)

    def _kf_event(self, name: str, elements: Iterable[tuple[str, str]]) -> Request:
        return self.sealed(event_xml([
            ("ToUserName", self.corp_id), ("CreateTime", str(int(self.now()))), ("MsgType", "event"),
            ("Event", name), *elements,
        ]), agent_id="")
