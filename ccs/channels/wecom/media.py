"""WeCom's temporary media: files of ours that messages name, and files that customers sent.

The pages of developer.work.weixin.qq.com: 上传临时素材 (path 90253), 获取临时素材 (90254). Both live for three days.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from pathlib import Path

from attrs import frozen

from ccs.channels.base import Fetched, Taken, Tools
from ccs.channels.http import Reply
from ccs.channels.transfers import Upload
from ccs.channels.wecom.api import Answer, Api, read
from ccs.errors import BadRequest, DeliveryDelayed, DeliveryRefused
from ccs.media import amr
from ccs.models import Attachment, Outgoing

MB = 1 << 20
LASTS = timedelta(days=2, hours=12)     # of three days; what is sent at the end must still be opened by the customer
REMEMBERED = 4096                       # uploads, the newest
SMALLEST = 6                            # bytes
LONGEST_VOICE = 60.0                    # seconds
LARGEST = 20 * MB                       # of what customers send

EXPIRED = {40007, 40058}                # of media/get, for what is there no more
GONE = "文件已过期（企业微信只保留 3 天），请客户再发一次"


@frozen
class Kind:
    """What WeCom takes as one of its kinds of media. No mimes: any."""

    most_bytes: int
    mimes: frozenset[str]
    words: str


KINDS = {
    "image": Kind(10 * MB, frozenset({"image/png", "image/jpeg"}), "图片只能是 JPG 或 PNG，不超过 10 MB"),
    "voice": Kind(2 * MB, frozenset({"audio/amr"}), "语音只能是 AMR，不超过 60 秒和 2 MB"),
    "video": Kind(10 * MB, frozenset({"video/mp4"}), "视频只能是 MP4，不超过 10 MB"),
    "file": Kind(20 * MB, frozenset(), "文件不能超过 20 MB"),
}

TAKEN = (
    *(Taken(name, kind.most_bytes, SMALLEST, tuple(sorted(kind.mimes))) for name, kind in KINDS.items()),
    Taken("link", KINDS["image"].most_bytes, SMALLEST, tuple(sorted(KINDS["image"].mimes))),      # its cover
)


@frozen
class Uploaded:
    media_id: str
    until: datetime


class Media:
    """Uploads each file once in two days or so, whatever number of customers it is sent to."""

    def __init__(self, api: Api, tools: Tools) -> None:
        self._api = api
        self._http = tools.http
        self._now = tools.now
        self._file = tools.file
        self._uploaded: OrderedDict[tuple[str, str], Uploaded] = OrderedDict()

    async def media_id(self, attachment: Attachment, kind: str, instead_of: str | None = None) -> str:
        """By which a message may name it; another one `instead_of` what WeCom did not know any more (40007).

        Raises DeliveryRefused for what WeCom would not take, or DeliveryDelayed.
        """
        assert attachment.digest
        key = (attachment.digest, kind)
        known = self._uploaded.get(key)
        if known and known.media_id != instead_of and known.until > self._now():
            return known.media_id
        path = self._file(attachment.digest)
        if not path.is_file():
            raise DeliveryRefused("文件已不在服务器上，请重新选择文件")
        if fault := misfit(kind, attachment, amr.seconds_of(path) if kind == "voice" else None):
            raise DeliveryRefused(fault)
        self._uploaded[key] = uploaded = await self._upload(path, attachment, kind)
        self._uploaded.move_to_end(key)
        while len(self._uploaded) > REMEMBERED:
            self._uploaded.popitem(last=False)
        return uploaded.media_id

    async def _upload(self, path: Path, attachment: Attachment, kind: str) -> Uploaded:
        asked_at = self._now()
        file = Upload(path, attachment.name, attachment.mime)

        async def ask(url: str) -> Answer:
            return read(await self._http.upload(url, file))

        try:
            answer = await self._api.call("media/upload", {"type": kind}, ask)
        except DeliveryDelayed as delay:            # what was lost is a file on a shelf; nothing was said to anybody
            raise DeliveryDelayed(str(delay), retry_after=delay.retry_after, code=delay.code) from delay
        media_id = answer.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise DeliveryDelayed("企业微信的答复里没有 media_id")
        return Uploaded(media_id, asked_at + LASTS)

    async def fetch(self, media_id: str, into: Path) -> Fetched:
        """Writes what a customer sent. Raises DeliveryDelayed, or DeliveryRefused once it is gone."""
        async def ask(url: str) -> Answer:
            came = await self._http.download(url, into, LARGEST)
            if came.said is not None:
                return read(Reply(200, came.said))
            return {"errcode": 0, "name": came.name}

        try:
            return Fetched((await self._api.call("media/get", {"media_id": media_id}, ask)).get("name", ""))
        except DeliveryRefused as refusal:
            if refusal.code in EXPIRED:
                raise DeliveryRefused(GONE, refusal.code) from refusal
            raise


def must_fit(said: Outgoing) -> None:
    """Raises BadRequest for a file that WeCom would not take, before anything is kept or sent."""
    if said.attachment and (fault := misfit(kind_of(said.type), said.attachment, said.fields.get("seconds"))):
        raise BadRequest(fault)


def kind_of(message_type: str) -> str:
    """As which kind a message's file is uploaded: what is no file itself has a picture for a cover."""
    return message_type if message_type in KINDS else "image"


def misfit(kind: str, attachment: Attachment, seconds: float | None) -> str | None:
    """Why WeCom would not take it, in words for the agent; None if it would."""
    limits = KINDS[kind]
    size = attachment.size or 0
    if size < SMALLEST:
        return "文件太小，企业微信不接受（至少 6 字节）"
    if limits.mimes and attachment.mime not in limits.mimes or size > limits.most_bytes:
        return f"{limits.words}，请换一个文件"
    if kind == "voice" and (seconds is None or seconds > LONGEST_VOICE):
        return f"{limits.words}，请换一个文件"
    return None
