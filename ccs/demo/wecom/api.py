"""The API's doorway: what a call is asked, and answered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import evolve

from ccs.demo import platform
from ccs.demo.platform import Refused
from ccs.demo.samples import Sample
from ccs.demo.wecom.errors import answer, wrong
from ccs.demo.wecom.rules import check_raw

if TYPE_CHECKING:
    from ccs.demo.wecom import WeCom


class Call(platform.Call):
    """A call to the API of WeCom."""

    platform: "WeCom"

    def refusal(self, refused: Refused, **more: Any) -> dict[str, Any]:
        return {**answer(refused), **more}

    def check(self, method: str) -> None:
        self.platform.check_token(self.asked("access_token"))
        self.platform.check_limit(self.name)
        if self.request.method != method:
            raise wrong(f"use {method}")

    def body(self) -> Mapping[str, Any]:
        check_raw(self.request.body)
        try:
            return self.told()
        except ValueError:
            raise wrong("wrong json format") from None


class GetToken(Call):
    def acts(self) -> dict[str, Any]:
        return self.platform.access_token(self.asked("corpid"), self.asked("corpsecret"))


class Get(Call):
    """What is asked stands in the query."""

    def acts(self) -> dict[str, Any]:
        self.check("GET")
        asked = {name: self.asked(name) for name in self.request.query_arguments}
        return {"errcode": 0, "errmsg": "ok", **self.platform.verbs()[self.name](asked)}


class Post(Call):
    """What is asked is JSON."""

    def acts(self) -> dict[str, Any]:
        self.check("POST")
        return {"errcode": 0, "errmsg": "ok", **self.platform.verbs()[self.name](self.body())}


class MediaUpload(Call):
    def acts(self) -> dict[str, Any]:
        self.check("POST")
        uploaded = self.request.files.get("media", [])
        # A name must be written as it is; in the extended form (RFC 5987) WeCom does not find it.
        if len(uploaded) != 1 or not uploaded[0]["filename"] or b"filename*=" in self.request.body[:1024]:
            raise wrong("media")
        one, kind = uploaded[0], self.asked("type")
        media_id = self.platform.media.upload(Sample(kind, one["filename"], one["content_type"], one["body"]))
        created = str(int(self.platform.now()))
        return {"errcode": 0, "errmsg": "ok", "type": kind, "media_id": media_id, "created_at": created}


class MediaGet(Call):
    """The file itself, or JSON about why not; the status is 200 for both."""

    async def get(self, name: str) -> None:
        media_id, media = self.asked("media_id"), self.platform.media
        media.begin(media_id)
        try:
            await self.take(name)
        finally:
            media.end(media_id)

    def acts(self) -> Sample:
        self.check("GET")
        self.platform.media.check_alone(self.asked("media_id"))
        return self.platform.media.get(self.asked("media_id"))

    def say(self, answer: Any) -> None:
        if isinstance(answer, Sample):
            self.set_header("Content-Disposition", f'attachment; filename="{quote(answer.name)}"')
            answer = evolve(answer, content=self._part(answer.content))
        super().say(answer)

    def _part(self, content: bytes) -> bytes:
        """All of it, or `Range: bytes=5-9`."""
        unit, _, asked = self.request.headers.get("Range", "").partition("=")
        first, _, last = asked.partition("-")
        if unit != "bytes" or not first.isdigit() or last and not last.isdigit() or int(first) >= len(content):
            return content
        part = content[int(first):int(last) + 1 if last else None]
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}")
        return part
