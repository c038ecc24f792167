"""What we say to a customer of 微信客服: `kf/send_msg`.

The page of developer.work.weixin.qq.com: 发送消息 (path 94677). Errcode 0 means accepted; whether it arrived is told
by silence, or later by `msg_send_fail` with the msgid, which is therefore ours: see `Delivery.part_id`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ccs.channels.base import Sent
from ccs.channels.wecom.api import Api
from ccs.channels.wecom.kinds import COVERED, FILES, LONGEST_TEXT, body_of, plain
from ccs.channels.wecom.states import States
from ccs.errors import BadRequest, DeliveryRefused
from ccs.models import Attachment, Message, Outgoing, Session
from ccs.outgoing.limits import split

MEDIA_GONE = 40007


class Uploads(Protocol):
    """Where files of ours are put, so that a message can name them."""

    async def media_id(self, attachment: Attachment, kind: str, instead_of: str | None = None) -> str:
        """Another one `instead_of` what the platform did not know any more. Raises what `Way.send` does, never lost."""
        ...


class KF:
    """The way out to customers of 微信客服."""

    idempotent = False      # a msgid that comes again is refused with a number that no page tells
    hears_echoes = False

    def __init__(self, api: Api, states: States, uploads: Uploads | None = None) -> None:
        self._api = api
        self._states = states
        self._uploads = uploads

    def check(self, said: Outgoing) -> None:
        """Raises BadRequest for what the platform would refuse, whoever it is said to."""
        if said.type == "text":
            return
        try:
            fields = body_of(said.type, said.fields)
        except DeliveryRefused as refusal:
            raise BadRequest(str(refusal)) from refusal
        if said.type in FILES and said.attachment is None:
            raise BadRequest("请先上传文件，再用 fileId 发送")
        if said.type in COVERED and said.attachment is None and "thumb_media_id" not in fields:
            raise BadRequest("请给它配一张图片：先上传，再把 fileId 一起发送")

    async def send(self, session: Session, message: Message) -> Sent:
        """One message of the platform's for each call; a long text takes several."""
        assert message.delivery is not None
        await self._states.must_be_ours(session)
        if message.type != "text":
            return await self._with_file(session, message)
        parts = split(message.content, LONGEST_TEXT)
        number = min(message.delivery.parts_sent, len(parts) - 1)
        msgid = message.delivery.part_id(number) if len(parts) > 1 else message.delivery.id
        platform_id = await self._say(session, msgid, "text", {"content": plain(parts[number])})
        return Sent(platform_id, is_part=number + 1 < len(parts))

    async def _with_file(self, session: Session, message: Message) -> Sent:
        assert message.delivery is not None
        kind, body = message.type, body_of(message.type, message.fields)
        if message.attachment is None:
            return Sent(await self._say(session, message.delivery.id, kind, body))
        if self._uploads is None:
            raise DeliveryRefused("这个版本还不能发送文件")
        of, name = (kind, "media_id") if kind in FILES else ("image", "thumb_media_id")
        media_id = await self._uploads.media_id(message.attachment, of)
        try:
            return Sent(await self._say(session, message.delivery.id, kind, {**body, name: media_id}))
        except DeliveryRefused as refusal:
            if refusal.code != MEDIA_GONE:
                raise
        media_id = await self._uploads.media_id(message.attachment, of, instead_of=media_id)
        return Sent(await self._say(session, message.delivery.id, kind, {**body, name: media_id}))

    async def _say(self, session: Session, msgid: str, kind: str, body: Mapping[str, Any]) -> str:
        """What the platform calls it."""
        request = {
            "touser": session.customer.id, "open_kfid": session.customer.account, "msgid": msgid, "msgtype": kind,
            kind: body,
        }
        try:
            answer = await self._api.post("kf/send_msg", request)
        except DeliveryRefused as refusal:
            raise await self._states.explained(session, refusal) from refusal
        platform_id = answer.get("msgid")
        return platform_id if isinstance(platform_id, str) and platform_id else msgid
