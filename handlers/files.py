"""The files of messages, for those who may read the session.

What strangers sent is shown in place only where nothing in it can run, under a policy that lets nothing run; everything
else a browser is told to save. It leaves a piece at a time: no more than that of it is in memory, however slow the
reader and however large the file.
"""

import re
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from attrs import frozen

from ccs.errors import FileNotHere, NotFound
from ccs.media.filetypes import is_shown
from ccs.media.voices import AMR
from ccs.models import Attachment, Message, Stage
from handlers.sessions import SessionHandler

AT_ONCE = 128 * 1024        # bytes of a file in memory for one reader

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=31536000, immutable",
    "Vary": "Cookie, Authorization",        # who logs in next at the same browser has to ask for herself
    "Accept-Ranges": "bytes",
}


@frozen
class Served:
    """A file as it is to be answered."""

    path: Path
    mime: str
    name: str
    etag: str
    is_for_good: bool = True        # what this address names is never another file


class FileHandler(SessionHandler):
    """Answers with a file. `?download=1` to save whatever it is."""

    async def serve(self, served: Served) -> None:
        try:
            file, size = await self.parts.files.apart(_open, served.path)
        except OSError:
            raise NotFound("文件已不在服务器上") from None
        try:
            await self._serve(served, file, size)
        finally:
            file.close()

    async def _serve(self, served: Served, file: BinaryIO, size: int) -> None:
        self._describe(served)
        if served.etag in self.request.headers.get("If-None-Match", ""):
            self.set_status(304)
            self.clear_header("Content-Type")
            self.finish()
            return
        start, end = self._range(served.etag, size)
        if start >= end and size:
            self.set_status(416)
            self.set_header("Content-Range", f"bytes */{size}")
            self.finish()
            return
        if (start, end) != (0, size):
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.set_header("Content-Length", str(end - start))
        if self.request.method != "HEAD":
            await self._send(file, start, end)
        self.finish()

    async def _send(self, file: BinaryIO, start: int, end: int) -> None:
        while start < end:
            piece = await self.parts.files.apart(_read, file, start, min(AT_ONCE, end - start))
            if not piece:
                raise FileNotHere("文件不完整")        # and the answer is cut off
            start += len(piece)
            self.write(piece)
            self._has_begun = True
            await self.flush()

    def _describe(self, served: Served) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        if not served.is_for_good:
            self.set_header("Cache-Control", "private, no-cache")
        text = "; charset=utf-8" if served.mime == "text/plain" else ""
        self.set_header("Content-Type", f"{served.mime}{text}")
        self.set_header("ETag", served.etag)
        in_place = is_shown(served.mime) and self.query("download") != "1"
        self.set_header("Content-Disposition", disposition("inline" if in_place else "attachment", served.name))

    def _range(self, etag: str, size: int) -> tuple[int, int]:
        """From where to before where (RFC 9110 §14). What is no single range is the whole."""
        found = ONE_RANGE.fullmatch(self.request.headers.get("Range", ""))
        same = self.request.headers.get("If-Range", etag) == etag
        if not found or not same or not (found[1] or found[2]):
            return 0, size
        if not found[1]:
            return max(0, size - int(found[2])), size
        return int(found[1]), min(size, int(found[2]) + 1) if found[2] else size


class MessageFile(FileHandler):
    """`?as=wav` for a voice that browsers do not play as it is."""

    async def head(self, session_id: str, message_id: str) -> None:
        await self.get(session_id, message_id)

    async def get(self, session_id: str, message_id: str) -> None:
        session = self.readable(session_id)
        message = self.parts.archive.message(session.id, message_id)
        if message is None or message.seq > session.seq:
            raise NotFound("消息不存在")
        await self.serve(await self._served(message))

    async def _served(self, message: Message) -> Served:
        attachment = must_be_here(message)
        assert attachment.digest
        path, etag = self.parts.files.path(attachment.digest), f'"{attachment.digest}"'
        if self.query("as") == "wav" and attachment.mime in AMR:
            stem = attachment.name.rpartition(".")[0] or attachment.name
            return Served(
                await self.parts.voices.wav(attachment.digest), "audio/wav", f"{stem}.wav", f'{etag[:-1]}-wav"',
            )
        return Served(path, attachment.mime, attachment.name, etag)


def must_be_here(message: Message) -> Attachment:
    """Raises NotFound or FileNotHere, with words for the agent."""
    attachment = message.attachment
    if attachment is None:
        raise NotFound("这条消息没有文件")
    if attachment.stage is Stage.FETCHING:
        raise FileNotHere(attachment.reason or "文件正在从平台下载，请稍后再试")
    if attachment.stage is Stage.FAILED:
        raise NotFound(attachment.reason or "文件没有下载成功")
    return attachment


def disposition(how: str, name: str) -> str:
    """RFC 6266: the name in UTF-8, and for whoever cannot read that, what is left of it in ASCII."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


# In a thread


def _open(path: Path) -> tuple[BinaryIO, int]:
    file = open(path, "rb", buffering=0)
    return file, file.seek(0, 2)


def _read(file: BinaryIO, place: int, most: int) -> bytes:
    file.seek(place)
    return file.read(most)
