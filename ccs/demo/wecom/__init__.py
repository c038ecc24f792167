"""A stand-in for WeCom (企业微信) with 微信客服: what a company, its customers and its staff do, and the API for apps.

The other half of `ccs/channels/wecom/`, written from the same pages and sharing no code with it. It is reached by
its `url`, in the place of https://qyapi.weixin.qq.com; callbacks it makes and does not post: see `wake`.

    company.py     secrets, the access token, callbacks; callbacks.py: how those are sealed
    accounts.py    微信客服's accounts, staff, customers and codes; stream.py: what happens at an account
    people.py      what customers and staff do; states.py: the session this moves
    sending.py     what an app says to customers; rules.py: how it must look; media.py: files
    lists.py       what an app asks for
    api.py         the doorway; errors.py; limit.py
"""

import secrets
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from attrs import Factory, define, field

from ccs.demo.memory import KEPT
from ccs.demo.platform import Mood
from ccs.demo.platform import Refused
from ccs.demo.wecom.api import Call, Get, GetToken, MediaGet, MediaUpload, Post
from ccs.demo.wecom.callbacks import new_key
from ccs.demo.wecom.limit import Limit
from ccs.demo.wecom.lists import Lists
from ccs.demo.wecom.media import UPLOADS

__all__ = ["Call", "Limit", "Mood", "WeCom", "new_key"]

LONGEST_TEXT = 2048         # bytes, to a member

Verb = Callable[[Mapping[str, Any]], dict[str, Any]]


@define
class WeCom(Lists):
    """One company with one self-built app, which looks after the company's 微信客服 too."""

    said: "deque[dict[str, Any]]" = Factory(lambda: deque(maxlen=KEPT))     # what reached members
    on_said: Callable[[str, str], None] = lambda member, text: None
    limits: dict[str, Limit] = field(factory=dict, kw_only=True)            # by API

    def routes(self) -> list[tuple[Any, ...]]:
        names = {
            GetToken: ["gettoken"], MediaUpload: ["media/upload"], MediaGet: ["media/get"],
            Get: ["kf/servicer/list", "getcallbackip"],
            Post: [name for name in self.verbs() if name not in ("kf/servicer/list", "getcallbackip")],
        }
        return [
            (f"/cgi-bin/({name})", handler, {"platform": self}) for handler, named in names.items() for name in named
        ]

    def verbs(self) -> dict[str, Verb]:
        return {
            "message/send": self.take,
            "getcallbackip": lambda asked: {"ip_list": ["127.0.0.1"]},
            "kf/sync_msg": self.sync,
            "kf/send_msg": self.send,
            "kf/send_msg_on_event": self.send_on_event,
            "kf/service_state/get": self.state,
            "kf/service_state/trans": self.move,
            "kf/account/list": self.account_list,
            "kf/add_contact_way": self.contact_way,
            "kf/servicer/list": self.servicer_list,
            "kf/customer/batchget": self.customers,
        }

    def take(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`message/send`, which cuts off what is too long and does not say so."""
        kind = body.get("msgtype")
        if body.get("agentid") != self.agent_id:
            raise Refused(40056)
        if not isinstance(kind, str) or not isinstance(body.get(kind), dict):
            raise Refused(40008)
        said = dict(body)
        if kind in UPLOADS:
            self.media.check(body[kind].get("media_id"), kind, kind)
        if kind == "text":
            said["text"] = {**body["text"], "content": _cut(str(body["text"].get("content", "")))}
        self.said.append(said)
        if kind == "text":
            self.on_said(str(body.get("touser")), said["text"]["content"])
        return {"msgid": secrets.token_urlsafe(24)}

    def check_limit(self, name: str) -> None:
        if name in self.limits:
            self.limits[name].count(self.now())


def _cut(text: str) -> str:
    return text.encode("utf-8", "surrogatepass")[:LONGEST_TEXT].decode("utf-8", "ignore")
