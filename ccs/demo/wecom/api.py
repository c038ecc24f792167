"""The API's doorway: what a call is asked, treated with, and answered."""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tornado.web import RequestHandler

from ccs.demo.samples import Sample
from ccs.demo.wecom.errors import Refused, wrong
from ccs.demo.wecom.rules import check_raw

if TYPE_CHECKING:
    from ccs.demo.wecom import WeCom

Mood = Callable[["Call"], bool | Awaitable[bool]]   # does what it likes with a call; False lets it go on as usual


class Call(RequestHandler, ABC):
    """A call to the API. Subclasses say how it is understood, and by what it is answered."""

    def initialize(self, wecom: "WeCom") -> None:
        self.wecom = wecom

    async def get(self, name: str) -> None:
        await self._take(name)

    async def post(self, name: str) -> None:
        await self._take(name)

    async def _take(self, name: str) -> None:
        self.wecom.calls.append(name)
        self.name = name
        for mood in self.wecom.moods_for(name):
            treated = mood(self)
            if await treated if isawaitable(treated) else treated:
                return
        self.say(self.act())

    def act(self) -> Any:
        """Does what is asked, whether or not it will be answered: see `say`."""
        try:
            return self.acts()
        except Refused as refused:
            return refused.answer()

    @abstractmethod
    def acts(self) -> Any:
        """The answer. Raises Refused."""

    def say(self, answer: Any) -> None:
        """In UTF-8, as they do."""
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(json.dumps(answer, ensure_ascii=False).encode())

    def asked(self, name: str) -> str:
        return self.get_query_argument(name, "")

    def check(self, method: str) -> None:
        self.wecom.check_token(self.asked("access_token"))
        self.wecom.check_limit(self.name)
        if self.request.method != method:
            raise wrong(f"use {method}")

    def body(self) -> Mapping[str, Any]:
        check_raw(self.request.body)
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise wrong("wrong json format") from None
        if not isinstance(body, dict):
            raise wrong("wrong json format")
        return body


class GetToken(Call):
    def acts(self) -> dict[str, Any]:
        return self.wecom.access_token(self.asked("corpid"), self.asked("corpsecret"))


class Get(Call):
    """What is asked stands in the query."""

    def acts(self) -> dict[str, Any]:
        self.check("GET")
        asked = {name: self.asked(name) for name in self.request.query_arguments}
        return {"errcode": 0, "errmsg": "ok", **self.wecom.verbs()[self.name](asked)}


class Post(Call):
    """What is asked is JSON."""

    def acts(self) -> dict[str, Any]:
        self.check("POST")
        return {"errcode": 0, "errmsg": "ok", **self.wecom.verbs()[self.name](self.body())}


class MediaUpload(Call):
    def acts(self) -> dict[str, Any]:
        self.check("POST")
        uploaded = self.request.files.get("media", [])
        # A name must be written as it is; in the extended form (RFC 5987) WeCom does not find it.
        if len(uploaded) != 1 or not uploaded[0]["filename"] or b"filename*=" in self.request.body[:1024]:
            raise wrong("media")
        one, kind = uploaded[0], self.asked("type")
        media_id = self.wecom.media.upload(Sample(kind, one["filename"], one["content_type"], one["body"]))
        created = str(int(self.wecom.now()))
        return {"errcode": 0, "errmsg": "ok", "type": kind, "media_id": media_id, "created_at": created}


class MediaGet(Call):
    """The file itself, or JSON about why not; the status is 200 for both."""

    async def get(self, name: str) -> None:
        media_id, media = self.asked("media_id"), self.wecom.media
        media.begin(media_id)
        try:
            await self._take(name)
        finally:
            media.end(media_id)

    def acts(self) -> Sample:
        self.check("GET")
        self.wecom.media.check_alone(self.asked("media_id"))
        return self.wecom.media.get(self.asked("media_id"))

    def say(self, answer: Any) -> None:
        if not isinstance(answer, Sample):
            super().say(answer)
            return
        self.set_header("Content-Type", answer.mime)
        self.set_header("Content-Disposition", f'attachment; filename="{quote(answer.name)}"')
        self.finish(self._part(answer.content))

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
