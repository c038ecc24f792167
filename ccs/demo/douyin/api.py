"""The API's doorway: what a call is asked, treated with, and answered."""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tornado.web import RequestHandler

from ccs.demo.douyin.errors import Refused, as_text, newer, older
from ccs.demo.samples import Sample

if TYPE_CHECKING:
    from ccs.demo.douyin import Douyin

Mood = Callable[["Call"], bool | Awaitable[bool]]   # does what it likes with a call; False lets it go on as usual


class Call(RequestHandler, ABC):
    """A call to the API. Subclasses say how it is understood, and by what it is answered."""

    def initialize(self, douyin: "Douyin") -> None:
        self.douyin = douyin

    async def get(self, name: str) -> None:
        await self._take(name)

    async def post(self, name: str) -> None:
        await self._take(name)

    async def _take(self, name: str) -> None:
        self.name = name
        self.douyin.calls.append(name)
        for mood in self.douyin.moods_for(name):
            treated = mood(self)
            if await treated if isawaitable(treated) else treated:
                return
        self.say(self.act())

    def act(self) -> Any:
        """Does what is asked, whether or not it will be answered: see `say`."""
        try:
            self.douyin.check_limit(self.name)
            return self.acts()
        except Refused as refused:
            return self.refusal(refused)

    @abstractmethod
    def acts(self) -> Any:
        """The answer. Raises Refused."""

    def refusal(self, refused: Refused) -> dict[str, Any]:
        return older(refused.code, refused.words, self.douyin.now())

    def say(self, answer: Any) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(answer, ensure_ascii=False).encode())

    @property
    def token(self) -> str:
        return self.request.headers.get("access-token", "")

    def asked(self, name: str) -> str:
        return self.get_query_argument(name, "", strip=False)

    def body(self) -> Mapping[str, Any]:
        try:
            body = json.loads(self.request.body)
        except ValueError:
            raise Refused(28001007, "json") from None
        if not isinstance(body, dict):
            raise Refused(28001007, "json")
        return body


class Connect(Call):
    """The page where an operator agrees: here she has made up her mind already."""

    def acts(self) -> str:
        if self.asked("client_key") != self.douyin.client_key or self.asked("response_type") != "code":
            raise Refused(10003, "client_key")
        agreed = {"code": self.douyin.agree(self.asked("scope"))} if self.douyin.agrees else {}
        return f"{self.asked('redirect_uri')}?{urlencode({**agreed, 'state': self.asked('state')})}"

    def say(self, answer: Any) -> None:
        self.redirect(answer) if isinstance(answer, str) else super().say(answer)


class Form(Call):
    """OAuth: asked by a form, answered with numbers as text."""

    def acts(self) -> dict[str, Any]:
        asked = {name: self.get_body_argument(name) for name in self.request.body_arguments}
        verb = getattr(self.douyin, self.name.split("/")[1])
        return as_text({**older(now=self.douyin.now(), data=verb(asked)), "message": "success"})

    def refusal(self, refused: Refused) -> dict[str, Any]:
        return as_text(super().refusal(refused))


class ClientToken(Call):
    """Asked by JSON."""

    def acts(self) -> dict[str, Any]:
        return {**older(now=self.douyin.now(), data=self.douyin.client_token(self.body())), "message": "success"}


class Message(Call):
    """`im/send/msg/` and `im/recall/msg/`, answered in the one way or the other: see `generation`."""

    def acts(self) -> dict[str, Any]:
        open_id = self.asked("open_id")
        self.douyin.check_access(self.token, open_id)
        if self.name == "im/recall/msg/":
            self.douyin.recall(open_id, self.body())
            return self._well({})
        said = self.douyin.send(open_id, self.body())
        return self._well({"msg_id": said.id})

    def refusal(self, refused: Refused) -> dict[str, Any]:
        return newer(refused.code, refused.words) if self.douyin.generation == 2 else super().refusal(refused)

    def _well(self, more: dict[str, Any]) -> dict[str, Any]:
        return newer() if self.douyin.generation == 2 else older(now=self.douyin.now(), **more)


class Upload(Call):
    def acts(self) -> dict[str, Any]:
        self.douyin.check_client(self.token)
        uploaded = self.request.files.get("image", [])
        if len(uploaded) != 1:
            raise Refused(2100005, "image")
        return older(now=self.douyin.now(), data={"image_id": self.douyin.upload(uploaded[0]["body"])})


class Resources(Call):
    def acts(self) -> dict[str, Any]:
        self.douyin.check_client(self.token)
        asked = [self.asked(name) for name in ("open_id", "conversation_id", "message_id")]
        return newer(data=self.douyin.resource(*asked))

    def refusal(self, refused: Refused) -> dict[str, Any]:
        return newer(refused.code, refused.words, data={})


class File(Call):
    """The file itself, for whoever brings the token and the open_id."""

    def acts(self) -> Sample:
        self.douyin.check_client(self.token)
        open_id, file = self.douyin.links.get(self.name.removeprefix("resource/"), ("", None))
        if file is None or self.request.headers.get("OpenID") != open_id or self.asked("b") != "2":
            raise Refused(28029020, "no link")
        return file

    def say(self, answer: Any) -> None:
        if not isinstance(answer, Sample):
            super().say(answer)
            return
        self.set_header("Content-Type", answer.mime)
        self.finish(answer.content)
