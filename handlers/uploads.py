"""Files that agents send: first brought here, then said.

A file goes to the disk as it comes. It gets an id that only its uploader is told, and that is good for a day in the
session that it was brought to: what somebody knows of a file, its digest for one, gives nobody the right to send it.
"""

import errno
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

from attrs import frozen
from tornado.web import stream_request_body

from ccs import lifecycle
from ccs.errors import BadRequest, CCSError, NoRoom, StoreUnavailable, TooLarge
from ccs.media import amr
from ccs.media.filetypes import clean_name, mime_of
from ccs.models import new_id
from handlers.sessions import SessionHandler

MOST_MB = 20                # what WeCom takes at most, of any kind
MOST_BYTES = MOST_MB << 20
WRITTEN_AT_ONCE = 128 * 1024    # bytes
UPLOADING = ("POST", "PUT")
LONGEST_NAME = 2048         # of the header, where each byte of UTF-8 may be written with three


@frozen
class Uploaded:
    """A file that is on disk, and what it is."""

    name: str
    mime: str
    size: int
    digest: str

    @property
    def told(self) -> dict[str, Any]:
        return {"name": self.name, "mime": self.mime, "size": self.size}


@stream_request_body
class Upload(SessionHandler, ABC):
    """Takes raw bytes. Whatever is wrong is told once the body is read, so that it is heard."""

    _refusal: CCSError | None = None
    _part: Path | None = None
    _file: BinaryIO | None = None
    _size = 0

    def prepare(self) -> None:
        self._pending = bytearray()
        self.upload_id = new_id()
        if self.request.method not in UPLOADING:        # which bring no file, and are refused at once
            super().prepare()
            return
        try:
            super().prepare()
            self.must_be_welcome()
            self._name = self._told_name()
            self._part = self.parts.files.part(MOST_BYTES)
            self._file = open(self._part, "wb")
        except CCSError as refusal:
            self._refuse(refusal)
        except OSError as error:
            self._refuse(_not_written(error))

    @abstractmethod
    def must_be_welcome(self) -> None:
        """Raises what keeps the caller from uploading here."""

    async def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._refusal is None and self._size > MOST_BYTES:
            self._refuse(TooLarge(f"文件不能超过 {MOST_MB} MB"))
        if self._refusal is None:
            self._pending += chunk
            if len(self._pending) >= WRITTEN_AT_ONCE:
                await self._write()

    async def uploaded(self, **known: Any) -> Uploaded:
        """The whole of it, once it is on disk, where it waits for a day to be used; `known` is remembered of it."""
        if self._refusal is None and not self._size:
            raise BadRequest("文件是空的")
        await self._write()
        if self._refusal:
            raise self._refusal
        assert self._file and self._part
        self._file.close()
        try:
            return await self._kept(self._part, known)
        except OSError as error:
            raise _not_written(error) from error

    async def _kept(self, part: Path, known: dict[str, Any]) -> Uploaded:
        files = self.parts.files
        kept = await files.keep(part)
        mime = mime_of(kept.head, self._name)
        file = Uploaded(clean_name(self._name, mime), mime, kept.size, kept.digest)
        seconds = await files.apart(amr.seconds_of, files.path(kept.digest)) if "amr" in mime else None
        await files.remember(self.upload_id, {**file.told, "digest": file.digest, "seconds": seconds, **known})
        return file

    async def _write(self) -> None:
        pending, self._pending = bytes(self._pending), bytearray()
        if self._refusal or not self._file or not pending:
            return
        try:
            await self.parts.files.apart(self._file.write, pending)
        except OSError as error:
            self._refuse(_not_written(error))

    def _told_name(self) -> str:
        told = self.request.headers.get("X-File-Name", "")
        if len(told) > LONGEST_NAME:
            raise BadRequest(f"X-File-Name 不能超过 {LONGEST_NAME} 个字符")
        try:
            return unquote(told, errors="strict")
        except UnicodeDecodeError:
            raise BadRequest("X-File-Name 必须是百分号编码的 UTF-8") from None

    def _refuse(self, refusal: CCSError) -> None:
        self._refusal = refusal
        self._pending.clear()
        self._drop()

    def _drop(self) -> None:
        """Nothing stays of what is not whole."""
        if self._file:
            try:
                self._file.close()
            except OSError:         # what was still to be written does not fit either
                pass
        if self._part:
            self.parts.files.drop(self._part)
            self._part = self._file = None

    def on_finish(self) -> None:
        self._drop()
        super().on_finish()

    def on_connection_close(self) -> None:
        """In the middle of the body nothing else will be called."""
        unfinished = not self.request._body_future.done()
        super().on_connection_close()
        if unfinished:
            self.on_finish()


class SessionFiles(Upload):
    """`POST` by the holder."""

    def must_be_welcome(self) -> None:
        lifecycle.must_answer(self.parts.registry.get(self.path_args[0]), self.by())

    async def post(self, session_id: str) -> None:
        file = await self.uploaded(sessionId=session_id)
        self.answer({"fileId": self.upload_id, **file.told})


def _not_written(error: OSError) -> CCSError:
    return NoRoom() if error.errno in (errno.ENOSPC, errno.EDQUOT) else StoreUnavailable()
