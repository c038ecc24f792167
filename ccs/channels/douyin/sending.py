"""What we say to customers of private conversations, and taking it back.

The pages of developer.open-douyin.com: search-management/private-message. Each answer names the customer's message that
it answers. There is no request id of ours: what was lost may have arrived, and Douyin's echo (`im_send_msg`) tells.
"""

from collections.abc import Mapping
from typing import Any

from ccs.channels.base import Sent, Tools
from ccs.channels.douyin.accounts import Accounts
from ccs.channels.douyin.api import Answer, Api, never_lost
from ccs.channels.douyin.errcodes import may_pass
from ccs.channels.douyin.media import Media
from ccs.errors import BadRequest, DeliveryDelayed, DeliveryError, DeliveryRefused, Refusal
from ccs.incoming.inbound import CodeOffered
from ccs.models import Message, Outgoing, Session
from ccs.outgoing.limits import split

LONGEST_TEXT = 1000         # characters
PRIVATE = 1                 # a `conversation_type`

TEXT, IMAGE = 1, 2
KINDS: dict[str, tuple[int, tuple[str, ...]]] = {       # msg_type, and of what it must have one
    "video": (3, ("item_id",)),
    "retain_consult_card": (8, ("card_id",)),
    "group_invitation": (9, ("group_id", "group_token")),
    "applet_card": (10, ("card_template_id", "schema")),
    "applet_coupon": (11, ("activity_id",)),
    "auth_private_message_card": (12, ("app_info",)),
}
WORDS = "抖音私信可以发送文字、图片，以及视频、留资卡片、群邀请、小程序卡片、小程序券和私信授权卡片"


class Private:
    """The way out to customers of private conversations."""

    idempotent = False
    hears_echoes = True

    def __init__(self, api: Api, accounts: Accounts, media: Media, tools: Tools) -> None:
        self._api = api
        self._accounts = accounts
        self._media = media
        self._last_heard = tools.last_heard

    def check(self, said: Outgoing) -> None:
        """Raises BadRequest for what Douyin would refuse, whoever it is said to."""
        if said.type == "text":
            return
        if said.type == "image":
            if said.attachment is None:
                raise BadRequest("请先上传图片，再用 fileId 发送")
            self._media.must_fit(said.attachment)
            return
        if said.type not in KINDS:
            raise BadRequest(WORDS)
        _, needed = KINDS[said.type]
        if not any(said.fields.get(name) for name in needed):
            raise BadRequest(f"{said.type} 需要 fields.{' 或 fields.'.join(needed)}")

    async def send(self, session: Session, message: Message) -> Sent:
        """One message of Douyin's for each call; a long text takes several."""
        assert message.delivery is not None
        pieces = split(message.content, None, LONGEST_TEXT) if message.type == "text" else [""]
        number = min(message.delivery.parts_sent, len(pieces) - 1)
        content = await self._content(message, pieces[number])
        answered = self._last_heard(session)
        if answered is None or not answered.reference:
            raise DeliveryRefused("没有可以回复的客户来信，请等客户再次来信")
        body = {
            "msg_id": answered.reference, "conversation_id": session.conversation, "to_user_id": session.customer.id,
            "content": content,
        }
        try:
            answer = await self._call("im/send/msg/", session.customer.account, body)
        except DeliveryRefused as refusal:
            if may_pass(refusal.code) and message.delivery.attempts <= 1:
                raise DeliveryDelayed(str(refusal), code=refusal.code) from refusal
            raise
        return Sent(_named(answer), is_part=number + 1 < len(pieces))

    async def recall(self, session: Session, message: Message) -> None:
        """Raises Refusal."""
        if not (message.delivery and message.delivery.platform_id):
            raise Refusal("抖音没有告诉我们这条消息的编号，无法撤回；请在抖音 App 中撤回")
        body = {
            "conversation_id": session.conversation, "conversation_type": PRIVATE,
            "msg_id": message.delivery.platform_id,
        }
        try:
            await self._call("im/recall/msg/", session.customer.account, body)
        except DeliveryError as error:
            raise Refusal(f"没有撤回：{error}") from error

    async def greet(self, offered: CodeOffered, words: str) -> None:
        """A text in answer to her entering. Raises as `send` does."""
        await self._call("im/send/msg/", offered.customer.account, {
            "msg_id": offered.code, "conversation_id": offered.conversation, "to_user_id": offered.customer.id,
            "scene": "im_enter_direct_msg", "content": {"msg_type": TEXT, "text": {"text": words}},
        })

    async def _call(self, path: str, account: str, body: Mapping[str, Any]) -> Answer:
        async def ask(token: str) -> Answer:
            return await self._api.post(path, {"open_id": account}, body, token)

        return await self._accounts.as_operator(account, path, ask)

    async def _content(self, message: Message, text: str) -> dict[str, Any]:
        if message.type == "text":
            return {"msg_type": TEXT, "text": {"text": text}}
        if message.type == "image" and message.attachment:
            try:
                media_id = await self._media.image_id(message.attachment)
            except DeliveryError as error:
                raise never_lost(error) from error
            return {"msg_type": IMAGE, "image": {"media_id": media_id}}
        if message.type not in KINDS:
            raise DeliveryRefused(WORDS)
        return {"msg_type": KINDS[message.type][0], message.type: _told(message.fields)}


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without our own note of what an answer rests on."""
    return {name: value for name, value in fields.items() if name != "assistant"}


def _named(answer: Answer) -> str | None:
    """The newer generation of answers does not name the message; its echo does."""
    data = answer.get("data")
    msg_id = answer.get("msg_id") or (data.get("msg_id") if isinstance(data, dict) else None)
    return msg_id if isinstance(msg_id, str) and msg_id else None
