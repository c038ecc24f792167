"""A stand-in for Douyin (抖音): operators who authorise an app, private conversations, webhooks, and the API for apps.

The other half of `ccs/channels/douyin/`, written from the same pages and sharing no code with it. It is reached by its
`url`, in the place of https://open.douyin.com; webhooks it makes and does not post: see `webhooks`.

    operators.py       what operators grant, and the tokens that end
    conversations.py   what customers, staff and the app say; files; callbacks.py: how webhooks are signed
    api.py             the doorway; errors.py
"""

from random import Random
from typing import Any

from attrs import define, field

from ccs.demo import vices
from ccs.demo.douyin.api import Call, ClientToken, Connect, File, Form, Message, Resources, Upload
from ccs.demo.douyin.callbacks import Webhook
from ccs.demo.douyin.conversations import Conversations, Said
from ccs.demo.platform import Mood, Refused

__all__ = ["Call", "Douyin", "Mood", "Said", "Webhook"]


@define
class Douyin(Conversations):
    """One app, and the operators who use it. `generation` 2 answers by `err_no` and names no message."""

    generation: int = field(default=1, kw_only=True)
    limits: dict[str, int] = field(factory=dict, kw_only=True)      # calls of one name that are left

    def routes(self) -> list[tuple[Any, ...]]:
        names = {
            Connect: r"platform/oauth/connect/", ClientToken: r"oauth/client_token/",
            Form: r"oauth/(?:access_token|refresh_token|renew_refresh_token)/",
            Message: r"im/(?:send|recall)/msg/", Upload: r"tool/imagex/client_upload/",
            Resources: r"api/im/message/resources/", File: r"resource/\w+",
        }
        return [(f"/({name})", handler, {"platform": self}) for handler, name in names.items()]

    def check_limit(self, name: str) -> None:
        if name in self.limits:
            self.limits[name] -= 1
            if self.limits[name] < 0:
                raise Refused(28003017, "quota")

    def told(self, *, jumbled: Random | None = None) -> list[Webhook]:
        """What is to be posted, taken away; `jumbled` each of it twice and in any order, which Douyin may do."""
        webhooks = list(self.webhooks)
        self.webhooks.clear()
        return vices.jumbled(webhooks, jumbled) if jumbled else webhooks
