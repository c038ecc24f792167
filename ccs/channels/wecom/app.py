"""What an app says to a member: `message/send`.

The page of developer.work.weixin.qq.com: 发送应用消息 (path 90236).
"""

from collections.abc import Mapping
from typing import Any

from attrs import define

from ccs.channels.base import Sent
from ccs.channels.wecom.api import Api
from ccs.channels.wecom.errcodes import UNSEEN
from ccs.errors import DeliveryRefused
from ccs.models import Message, Session

LONGEST_TEXT = 2048                 # bytes; WeCom cuts off the rest without a word


@define
class App:
    """The way out to the members of a self-built app."""

    _api: Api
    idempotent = False      # its check for repeats compares words, and would swallow an agent's second “好的”
    hears_echoes = False

    async def send(self, session: Session, message: Message) -> Sent:
        app = session.customer.account
        if not (app.isascii() and app.isdigit()):
            raise DeliveryRefused("企业微信没有说明消息来自哪个应用，无法回复")
        if message.type != "text":
            raise DeliveryRefused("给企业成员目前只能发送文字")
        if len(message.content.encode()) > LONGEST_TEXT:
            raise DeliveryRefused("超过企业微信一条消息的长度（约 680 个汉字），请分成几条发送")
        answer = await self._api.post("message/send", {
            "touser": session.customer.id,
            "agentid": int(app),
            "msgtype": "text",
            "text": {"content": message.content},
        })
        if session.customer.id.casefold() in _names(answer, "invaliduser"):
            raise DeliveryRefused(UNSEEN)
        if session.customer.id.casefold() in _names(answer, "unlicenseduser"):
            raise DeliveryRefused("该成员没有企业微信的接口许可，请联系管理员")
        platform_id = answer.get("msgid")
        return Sent(platform_id if isinstance(platform_id, str) else None)


def _names(answer: Mapping[str, Any], member: str) -> list[str]:
    """User ids in an answer: joined by bars, and in lower case whatever they were."""
    names = answer.get(member)
    return names.casefold().split("|") if isinstance(names, str) else []
