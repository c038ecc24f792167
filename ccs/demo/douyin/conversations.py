"""Private conversations: what customers and staff do, what the app says, and the webhooks that tell of it."""

import secrets
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

from attrs import Factory, define, field

from ccs.demo.douyin.callbacks import Webhook, new_id, webhook
from ccs.demo.douyin.operators import Operators
from ccs.demo.memory import DAY, KEPT, remember
from ccs.demo.platform import Refused
from ccs.demo.samples import Sample

LONGEST_TEXT = 1000
QUOTA = 6
FIRST_WORDS, ENTERED_FOR = 3, 30        # how many, and for how many seconds after she entered
IMAGES = 100                # of the app's that are kept
SAID_AS = {
    1: "text", 2: "image", 3: "video", 8: "retain_consult_card", 9: "group_invitation", 10: "applet_card",
    11: "applet_coupon", 12: "auth_private_message_card",
}


@define
class Said:
    """A message, whoever said it."""

    id: str
    account: str
    customer: str
    by_customer: bool
    kind: str
    body: dict[str, Any]
    at: float
    source: str = ""
    file: Sample | None = None
    recalled: bool = False
    on_entering: bool = False       # to who had said nothing


@define
class Entering:
    """A customer opened the chat, and may be told a few words before she says any."""

    account: str
    customer: str
    at: float
    answers: int = 0


@define
class Conversations(Operators):
    """`webhooks` holds what is to be posted, in the order in which it happened; nothing is posted from here."""

    webhooks: "deque[Webhook]" = field(factory=deque, kw_only=True)
    said: list[Said] = field(factory=list, kw_only=True)
    ignores: set[str] = field(factory=set, kw_only=True)        # customers whom Douyin has banned
    auto_reply: bool = field(default=False, kw_only=True)       # of 互动经营工作台
    names: dict[str, str] = field(factory=dict, kw_only=True)
    entered: dict[str, Entering] = field(factory=dict, kw_only=True)       # by the event's id
    images: dict[str, bytes] = field(factory=dict, kw_only=True)        # uploaded by the app
    links: dict[str, tuple[str, Sample]] = Factory(dict)        # of files: for whose open_id
    on_said: Callable[[Said], None] = field(default=lambda said: None, kw_only=True)       # what reaches a customer

    # What customers and staff do

    def customer_says(
        self, account: str, customer: str, text: str = "", *, kind: str = "text", file: Sample | None = None,
        **body: Any
    ) -> Said:
        said = Said(new_id(), account, customer, True, kind, {**({"text": text} if text else {}), **body}, self.now())
        said.file = file
        self._tell(said)
        return said

    def staff_says(self, account: str, customer: str, text: str) -> Said:
        """In the Douyin app."""
        said = Said(new_id(), account, customer, False, "text", {"text": text}, self.now())
        self._tell(said)
        return said

    def takes_back(self, said: Said) -> None:
        said.recalled = True
        sender, to = (said.customer, said.account) if said.by_customer else (said.account, said.customer)
        self._event("im_recall_msg", sender, to, {
            "conversation_short_id": self.conversation(said.account, said.customer), "conversation_type": 1,
            "server_message_id": said.id, "create_time": int(self.now() * 1000),
        })

    def customer_enters(self, account: str, customer: str) -> None:
        event_id = new_id()
        remember(self.entered, event_id, Entering(account, customer, self.now()))
        self._event("im_enter_direct_msg", customer, account, {
            "conversation_short_id": self.conversation(account, customer), "server_message_id": event_id,
            "conversation_type": 1, "create_time": int(self.now() * 1000), "scene_type": 100, "data-im-extra": "",
        })

    def operator_tells(self, event: str, account: str) -> None:
        """`authorize` or `unauthorize`; the latter takes effect at once."""
        if event == "unauthorize":
            self.revoke(account)
        self._event(event, account, "", {"scopes": ["im.direct_message"]})

    def conversation(self, account: str, customer: str) -> str:
        return f"@{account}+{customer}/=="

    # What the app does

    def send(self, account: str, body: Mapping[str, Any]) -> Said:
        content, customer = body.get("content"), body.get("to_user_id")
        if not isinstance(content, dict) or not isinstance(customer, str):
            raise Refused(28001007, "parameters")
        kind = SAID_AS.get(content.get("msg_type", 0))
        inner = content.get(kind) if kind else None
        if kind is None or not isinstance(inner, dict):
            raise Refused(28001007, "msg_type")
        entering = self._entering(account, customer, body)
        if entering is None:
            self._check(account, customer, body)
        self._check_content(kind, inner)
        said = Said(new_id(), account, customer, False, kind, inner, self.now(), source=self.client_key)
        if entering:
            entering.answers += 1
            said.on_entering = True
        self._tell(said)
        self.on_said(said)
        return said

    def recall(self, account: str, body: Mapping[str, Any]) -> None:
        said = next((each for each in self.said if each.id == body.get("msg_id")), None)
        if said is None or said.by_customer or said.account != account or body.get("conversation_type") != 1:
            raise Refused(28001007, "msg_id")
        self.takes_back(said)

    def _check(self, account: str, customer: str, body: Mapping[str, Any]) -> None:
        if self.auto_reply:
            raise Refused(28003095, "auto reply")
        if customer in self.ignores:
            raise Refused(28003101, "banned")
        answered = next((said for said in self.said if said.id == body.get("msg_id")), None)
        here = self.conversation(account, customer) == body.get("conversation_id")
        if answered is None or not answered.by_customer or answered.customer != customer or not here:
            raise Refused(28003082, "msg_id")
        if self.now() - answered.at >= DAY:
            raise Refused(28003080, "24 hours")
        after = [each for each in self.said if each.customer == customer and each.account == account]
        latest = max(number for number, each in enumerate(after) if each.by_customer)
        if len(after) - latest - 1 >= QUOTA:
            raise Refused(28003070, "6 messages")

    def _entering(self, account: str, customer: str, body: Mapping[str, Any]) -> Entering | None:
        """What is answered, if it is no message."""
        if body.get("scene") != "im_enter_direct_msg":
            return None
        entering = self.entered.get(str(body.get("msg_id")))
        here = self.conversation(account, customer) == body.get("conversation_id")
        if entering is None or (entering.account, entering.customer) != (account, customer) or not here:
            raise Refused(28003082, "msg_id")
        if self.now() - entering.at >= ENTERED_FOR:
            raise Refused(28003080, "30 seconds")
        if entering.answers >= FIRST_WORDS:
            raise Refused(28003070, "3 messages")
        return entering

    def _check_content(self, kind: str, inner: Mapping[str, Any]) -> None:
        text = inner.get("text")
        if kind == "text" and not (isinstance(text, str) and 0 < len(text) <= LONGEST_TEXT):
            raise Refused(28001038, "text")
        if kind == "image" and inner.get("media_id") not in self.images:
            raise Refused(28001007, "media_id")

    # Files

    def upload(self, content: bytes) -> str:
        image_id = f"@{secrets.token_hex(8)}/img+"
        remember(self.images, image_id, content, IMAGES)
        return image_id

    def resource(self, open_id: str, conversation: str, message_id: str) -> dict[str, str]:
        """Where the file of a customer's message is to be had."""
        said = next((each for each in self.said if each.id == message_id), None)
        if said is None or said.customer != open_id or self.conversation(said.account, open_id) != conversation:
            raise Refused(28029020, "no link")
        if said.kind not in ("user_local_image", "user_local_video") or said.file is None:
            raise Refused(28029016, "not supported")
        link = secrets.token_hex(12)
        remember(self.links, link, (open_id, said.file))
        url = f"{self.url}/resource/{link}?a=1\\u0026b=2"       # escaped twice, as theirs are
        return {"media_type": said.kind.removeprefix("user_local_"), "url": url}

    # Webhooks

    def _tell(self, said: Said) -> None:
        self.said.append(said)
        del self.said[:-KEPT]
        sender, to = (said.customer, said.account) if said.by_customer else (said.account, said.customer)
        content = {
            "conversation_short_id": self.conversation(said.account, said.customer), "server_message_id": said.id,
            "conversation_type": 1, "create_time": int(said.at * 1000), "message_type": said.kind,
            "source": said.source, "scene_type": 100, **said.body,
            "user_infos": [
                {
                    "open_id": open_id, "nick_name": self.names.get(open_id, open_id),
                    "avatar": self.face(crc32(open_id.encode())),
                }
                for open_id in (said.account, said.customer)
            ],
        }
        self._event("im_receive_msg" if said.by_customer else "im_send_msg", sender, to, content)

    def _event(self, event: str, sender: str, to: str, content: Mapping[str, Any]) -> None:
        told = {
            "event": event, "client_key": self.client_key, "from_user_id": sender, "to_user_id": to,
            "content": dict(content), "log_id": secrets.token_hex(8),
        }
        self.webhooks.append(webhook(self.client_secret, told, inner_as_text=len(self.webhooks) % 2 == 0))
