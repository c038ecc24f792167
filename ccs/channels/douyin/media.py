"""Files to and from Douyin: pictures that we send, and what customers send from their own album.

The pages of developer.open-douyin.com: tool/imagex/client_upload, im/message/resources. What a customer sends comes
without an address; it is exchanged for one, which must be asked with the same token.
"""

from collections import OrderedDict
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ccs.channels.base import Fetched, Taken, Tools
from ccs.channels.douyin.api import Answer, Api, data_of, read
from ccs.channels.http import Reply
from ccs.channels.transfers import Upload
from ccs.errors import BadRequest, DeliveryDelayed, DeliveryRefused
from ccs.models import Attachment

MB = 1 << 20
LARGEST_IMAGE = 10 * MB
LARGEST = 100 * MB                      # of what customers send; a phone's video
MIMES = ("image/png", "image/jpeg")
TAKEN = (Taken("image", LARGEST_IMAGE, 1, MIMES),)
MISFIT = "抖音只接受 JPG 或 PNG 图片，不超过 10 MB，请换一张"
REMEMBERED = 1024                       # uploads, the newest


class Media:
    """Uploads each picture once, whatever number of customers it is sent to."""

    def __init__(self, api: Api, tools: Tools) -> None:
        self._api = api
        self._file = tools.file
        self._image_ids: OrderedDict[str, str] = OrderedDict()      # by digest

    def must_fit(self, image: Attachment) -> None:
        """Raises BadRequest for what Douyin would not take."""
        if image.mime not in MIMES or not 0 < (image.size or 0) <= LARGEST_IMAGE:
            raise BadRequest(MISFIT)

    async def image_id(self, image: Attachment) -> str:
        """By which a message may name it. Raises DeliveryDelayed or DeliveryRefused."""
        assert image.digest
        if known := self._image_ids.get(image.digest):
            return known
        file = Upload(self._file(image.digest), image.name, image.mime, "image")
        if not file.path.is_file():
            raise DeliveryRefused("图片已不在服务器上，请重新选择图片")

        async def ask(token: str) -> Answer:
            return read(await self._api.http.upload(
                self._api.url("tool/imagex/client_upload/"), file, {"access-token": token}))

        answer = await self._api.as_app("tool/imagex/client_upload/", ask)
        image_id = data_of(answer).get("image_id")
        if not isinstance(image_id, str) or not image_id:
            raise DeliveryDelayed("抖音的答复里没有 image_id")
        self._image_ids[image.digest] = image_id
        while len(self._image_ids) > REMEMBERED:
            self._image_ids.popitem(last=False)
        return image_id

    async def fetch(self, source: str, into: Path) -> Fetched:
        """Writes what a customer sent; `source` is the query that `events` made of her message."""
        asked = {name: values[0] for name, values in parse_qs(source).items()}

        async def ask(token: str) -> Answer:
            url = self._api.url("api/im/message/resources/", asked)
            return read(await self._api.http.get(url, {"access-token": token}))

        answer = await self._api.as_app("api/im/message/resources/", ask)
        url = data_of(answer).get("url")
        url = url.replace("\\u0026", "&") if isinstance(url, str) else ""      # they escape it twice
        if urlsplit(url).scheme not in ("http", "https"):
            raise DeliveryRefused("抖音没有给出文件地址，请在抖音 App 中查看")
        headers = {"Access-Token": await self._api.client_token(), "OpenID": asked.get("open_id", "")}
        came = await self._api.http.download(url, into, LARGEST, headers)
        if came.said is not None:
            self._api.fine("the file", read(Reply(200, came.said)))
            raise DeliveryDelayed("抖音暂时没有给出文件")
        return Fetched(came.name)
