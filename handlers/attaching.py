"""What is said with a file: the upload it names becomes the attachment of the message."""

from collections.abc import Mapping
from typing import Any

from ccs.channels.base import readable
from ccs.errors import BadRequest
from ccs.models import Attachment, Outgoing, Stage
from handlers.ports import Files

KINDS = ("image", "voice", "video", "file")     # messages that are a file and nothing else

NOT_KNOWN = "没有这个文件，或上传已超过一天；请重新上传"
NO_WORDS = "文件不能和文字在同一条消息里，请分两条发送"


async def attached(files: Files, session_id: str, said: Outgoing, upload_id: str) -> Outgoing:
    """The same with the file. Raises BadRequest, unless it was uploaded to this session within a day."""
    known = await files.remembered(upload_id)
    if known is None or known["sessionId"] != session_id:
        raise BadRequest(NOT_KNOWN)
    file = Attachment(Stage.READY, known["name"], known["mime"], known["size"], known["digest"])
    if said.type not in KINDS:
        return Outgoing(said.content, said.type, said.fields, file)
    seconds = known["seconds"] if said.type == "voice" else None
    fields: Mapping[str, Any] = {"seconds": seconds} if seconds else {}
    return Outgoing(readable(said.type, file.name if said.type == "file" else None), said.type, fields, file)


def must_be_wordless(kind: str, content: str) -> None:
    """Platforms have no words beside a file, and those of an agent must not be lost."""
    if kind == "text" or kind in KINDS and content.strip():
        raise BadRequest(NO_WORDS)
