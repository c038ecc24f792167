"""A stand-in for WeCom (企业微信) with 微信客服: what a company, its customers and its staff do, and the API for apps.

The other half of `ccs/channels/wecom/`, written from the same pages and sharing no code with it. It is reached by
its `url`, in the place of https://qyapi.weixin.qq.com; callbacks it makes and does not post: see `wake`.

    company.py     secrets, the access token, callbacks; callbacks.py: how those are sealed
    accounts.py    微信客服's accounts, staff, customers and codes; stream.py: what happens at an account
    people.py      what customers and staff do; states.py: the session this moves
    sending.py     what an app says to customers; rules.py: how it must look; media.py: files
    lists.py       what an app asks for
    api.py         the doorway; vices.py: what may go wrong there; errors.py; memory.py
"""

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import Factory, define, field

from ccs.demo.wecom.api import Call, Get, GetToken, MediaGet, MediaUpload, Mood, Post
from ccs.demo.wecom.callbacks import new_key
from ccs.demo.wecom.errors import Refused
from ccs.demo.wecom.lists import Lists
from ccs.demo.wecom.media import UPLOADS
from ccs.demo.wecom.memory import KEPT, Limit
from ccs.demo.wecom.vices import EVERY

__all__ = ["Call", "Limit", "Mood", "WeCom", "new_key"]

LONGEST_TEXT = 2048         # bytes, to a member

Verb = Callable[[Mapping[str, Any]], dict[str, Any]]


@define
class WeCom(Lists):
    """One company with one self-built app, which looks after the company's 微信客服 too.

    `moods` is for whoever wants the next calls treated otherwise, one each; when it is empty they are taken.
    """

    said: "deque[dict[str, Any]]" = Factory(lambda: deque(maxlen=KEPT))     # what reached members
    calls: "deque[str]" = Factory(lambda: deque(maxlen=KEPT))               # every call, by its name
    moods: "deque[Mood]" = Factory(deque)
    on_said: Callable[[str, str], None] = lambda member, text: None
    moods_of: dict[str, "deque[Mood]"] = field(factory=dict, kw_only=True)  # of the next calls of one API
    habits: dict[str, Mood] = field(factory=dict, kw_only=True)             # of every call of one API, or of EVERY
    limits: dict[str, Limit] = field(factory=dict, kw_only=True)            # by API

    def routes(self) -> list[tuple[Any, ...]]:
        names = {
            GetToken: ["gettoken"], MediaUpload: ["media/upload"], MediaGet: ["media/get"],
            Get: ["kf/servicer/list", "getcallbackip"],
            Post: [name for name in self.verbs() if name not in ("kf/servicer/list", "getcallbackip")],
        }
        return [
            (f"/cgi-bin/({name})", handler, {"wecom": self}) for handler, named in names.items() for name in named
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

    # What may go wrong: see vices.py

    def moods_for(self, name: str) -> Iterator[Mood]:
        """All that a call of this API is up against now, each until one of them has dealt with it."""
        if self.moods:
            yield self.moods.popleft()
        if self.moods_of.get(name):
            yield self.moods_of[name].popleft()
        yield from (self.habits[each] for each in (name, EVERY) if each in self.habits)

    def next(self, name: str, *moods: Mood) -> None:
        """How the next calls of this API will be treated."""
        self.moods_of.setdefault(name, deque()).extend(moods)

    def check_limit(self, name: str) -> None:
        if name in self.limits:
            self.limits[name].count(self.now())

    async def hangs_up(self) -> None:
        """Nobody listens any more, until `comes_back`."""
        await self.close()

    def comes_back(self) -> None:
        self.start(self.port)


def _cut(text: str) -> str:
    return text.encode("utf-8", "surrogatepass")[:LONGEST_TEXT].decode("utf-8", "ignore")
