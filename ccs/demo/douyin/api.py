"""The API's doorway: what a call is asked, and answered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ccs.demo import platform
from ccs.demo.douyin.errors import as_text, newer, older
from ccs.demo.platform import Refused
from ccs.demo.samples import Sample

if TYPE_CHECKING:
    from ccs.demo.douyin import Douyin


class Call(platform.Call):
    """A call to the API of Douyin."""

    platform: "Douyin"

    def act(self) -> Any:
        try:
            self.platform.check_limit(self.name)
        except Refused as refused:
            return self.refusal(refused)
        return super().act()

    def refusal(self, refused: Refused, **more: Any) -> dict[str, Any]:
        return older(refused.code, refused.words or "refused", self.platform.now(), **more)

    @property
    def token(self) -> str:
        return self.request.headers.get("access-token", "")

    def body(self) -> Mapping[str, Any]:
        try:
            return self.told()
        except ValueError:
            raise Refused(28001007, "json") from None


class Connect(Call):
    """The page where an operator agrees: here she has made up her mind already."""

    def acts(self) -> str:
        if self.asked("client_key") != self.platform.client_key or self.asked("response_type") != "code":
            raise Refused(10003, "client_key")
        agreed = {"code": self.platform.agree(self.asked("scope"))} if self.platform.agrees else {}
        return f"{self.asked('redirect_uri')}?{urlencode({**agreed, 'state': self.asked('state')})}"

    def say(self, answer: Any) -> None:
        self.redirect(answer) if isinstance(answer, str) else super().say(answer)


class Form(Call):
    """OAuth: asked by a form, answered with numbers as text."""

    def acts(self) -> dict[str, Any]:
        asked = {name: self.get_body_argument(name) for name in self.request.body_arguments}
        verb = getattr(self.platform, self.name.split("/")[1])
        return as_text({**older(now=self.platform.now(), data=verb(asked)), "message": "success"})

    def refusal(self, refused: Refused, **more: Any) -> dict[str, Any]:
        return as_text(super().refusal(refused, **more))


class ClientToken(Call):
    """Asked by JSON."""

    def acts(self) -> dict[str, Any]:
        return {**older(now=self.platform.now(), data=self.platform.client_token(self.body())), "message": "success"}


class Message(Call):
    """`im/send/msg/` and `im/recall/msg/`, answered in the one way or the other: see `generation`."""

    def acts(self) -> dict[str, Any]:
        open_id = self.asked("open_id")
        self.platform.check_access(self.token, open_id)
        if self.name == "im/recall/msg/":
            self.platform.recall(open_id, self.body())
            return self._well({})
        said = self.platform.send(open_id, self.body())
        return self._well({"msg_id": said.id})

    def refusal(self, refused: Refused, **more: Any) -> dict[str, Any]:
        second = self.platform.generation == 2
        return newer(refused.code, refused.words) if second else super().refusal(refused, **more)

    def _well(self, more: dict[str, Any]) -> dict[str, Any]:
        return newer() if self.platform.generation == 2 else older(now=self.platform.now(), **more)


class Upload(Call):
    def acts(self) -> dict[str, Any]:
        self.platform.check_client(self.token)
        uploaded = self.request.files.get("image", [])
        if len(uploaded) != 1:
            raise Refused(2100005, "image")
        return older(now=self.platform.now(), data={"image_id": self.platform.upload(uploaded[0]["body"])})


class Resources(Call):
    def acts(self) -> dict[str, Any]:
        self.platform.check_client(self.token)
        asked = [self.asked(name) for name in ("open_id", "conversation_id", "message_id")]
        return newer(data=self.platform.resource(*asked))

    def refusal(self, refused: Refused, **more: Any) -> dict[str, Any]:
        return newer(refused.code, refused.words, data={})


class File(Call):
    """The file itself, for whoever brings the token and the open_id."""

    def acts(self) -> Sample:
        self.platform.check_client(self.token)
        open_id, file = self.platform.links.get(self.name.removeprefix("resource/"), ("", None))
        if file is None or self.request.headers.get("OpenID") != open_id or self.asked("b") != "2":
            raise Refused(28029020, "no link")
        return file
