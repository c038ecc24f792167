"""First and last words in 微信客服: `kf/send_msg_on_event` (path 95122)."""

from typing import Any

from attrs import frozen

from ccs.channels.wecom.api import Api
from ccs.incoming.inbound import CodeOffered
from ccs.settings import WeChatSettings

LONGEST_MENU = 1024         # bytes of the words above a menu; a text may have 2048
TO_HUMAN = {"type": "click", "click": {"id": "to_human", "content": "转人工"}}     # comes back as her own words


@frozen
class Greeting:
    """Says what the settings want said."""

    settings: WeChatSettings
    api: Api

    async def say(self, offered: CodeOffered, message_id: str) -> bool:
        """False if that is nothing. Raises DeliveryDelayed or DeliveryRefused."""
        entered = offered.occasion == "entered"
        words = self.settings.welcome if entered else self.settings.farewell
        if not words:
            return False
        message = _with_menu(words) if entered else _plain(words)
        await self.api.post("kf/send_msg_on_event", {"code": offered.code, "msgid": message_id, **message})
        return True


def _with_menu(words: str) -> dict[str, Any]:
    """With a way to a person in it, where there is room."""
    if len(words.encode()) > LONGEST_MENU:
        return _plain(words)
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": words, "list": [TO_HUMAN]}}


def _plain(words: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": words}}
