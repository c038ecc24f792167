"""Quick replies: `/api/quick-replies` and everything below it.

Each is worded, then its title is spelled in pinyin, which takes a moment, and only then a verb decides what becomes of
it, by what is there then.
"""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator

from attrs import asdict, frozen

from ccs.codec import Identifier, Names, encode
from ccs.errors import BadRequest
from ccs.kept import Picture, QuickReply as Reply, Scope
from ccs.models import new_id
from ccs.own import sheet
from ccs.own.replies import Brought, Writer, worded
from ccs.own.wording import Wording
from handlers.files import FileHandler, Served
from handlers.own import MeRequest, OwnHandler
from handlers.uploads import Upload

SLICE = 100             # replies rendered before others get a turn
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@frozen
class WordingRequest:
    title: str | None = None
    content: str | None = None
    shortcut: str | None = None
    folder: str | None = None
    channels: Names | None = None
    scope: Identifier | None = None
    group: str | None = None
    csId: Identifier | None = None

    @property
    def wording(self) -> Wording:
        channels = None if self.channels is None else tuple(dict.fromkeys(self.channels))
        return Wording(_line(self.title), self.content, _line(self.shortcut), _line(self.folder), channels)


@frozen
class ImportRequest:
    scope: Identifier
    csv: str | None = None
    file: str | None = None         # the bytes as they are, in base64
    group: str | None = None
    csId: Identifier | None = None


class ReplyHandler(OwnHandler):
    def writer(self, cs_id: str | None) -> Writer:
        agent = self.me(cs_id)
        return Writer(agent, manages=self.caller is None or agent.supervises)

    async def answer_reply(self, writer: Writer, reply: Reply) -> None:
        uses = await self.parts.archive.quick_uses(writer.agent.id)
        self.answer(self.parts.wire.quick_reply(reply, uses.get(reply.id)))

    async def forget(self, *pictures: Picture | None) -> None:
        """The files of pictures that are gone go too, in a day, unless something else has the same."""
        for picture in filter(None, pictures):
            await self.parts.files.remember(new_id(), {"digest": picture.digest, "sessionId": ""})


class QuickReplies(ReplyHandler):
    async def get(self) -> None:
        writer = self.writer(self.query("csId"))
        found = self.parts.own.replies.of(writer)
        uses = await self.parts.archive.quick_uses(writer.agent.id)

        async def rendered() -> AsyncIterator[list[bytes]]:
            for start in range(0, len(found), SLICE):
                yield [
                    encode(self.parts.wire.quick_reply(reply, uses.get(reply.id)))
                    for reply in found[start:start + SLICE]
                ]
        await self.answer_list(rendered())

    async def post(self) -> None:
        request = self.read(WordingRequest)
        writer, wording, scope = self.writer(request.csId), request.wording, _scope(request.scope or "")
        _must_be_right(wording)
        self.parts.own.replies.owner(writer, scope, request.group)
        [spelling] = await self.parts.own.speller.spell([wording.title or ""])
        ticket = self.parts.own.replies.add(writer, scope, request.group, wording, spelling)
        await self.answer_reply(writer, await ticket)


class QuickReply(ReplyHandler):
    async def put(self, reply_id: str) -> None:
        request, replies = self.read(WordingRequest), self.parts.own.replies
        writer, wording = self.writer(request.csId), request.wording
        known = replies.changeable(writer, reply_id)
        place = None
        if request.scope is not None or request.group is not None:
            scope = known.scope if request.scope is None else _scope(request.scope)
            place = scope, replies.owner(writer, scope, known.owner if request.group is None else request.group)
        worded(known, wording)          # or else it is refused before its title is spelled
        spelling = None
        if wording.title is not None and wording.title != known.title:
            [spelling] = await self.parts.own.speller.spell([wording.title])
        await self.answer_reply(writer, await replies.change(writer, reply_id, place, wording, spelling))

    async def delete(self, reply_id: str) -> None:
        request = self.read(MeRequest)
        writer = self.writer(request.csId or self.query("csId"))
        removed: Reply = await self.parts.own.replies.remove(writer, reply_id)
        await self.forget(removed.picture)
        self.answer()


class Used(ReplyHandler):
    async def post(self, reply_id: str) -> None:
        writer = self.writer(self.read(MeRequest).csId)
        await self.parts.own.replies.used(writer, reply_id)
        await self.answer_reply(writer, self.parts.own.replies.one(writer, reply_id))


class Image(ReplyHandler, FileHandler, Upload):
    """While access is open `csId` stands in the query, as the body is the picture."""

    def must_be_welcome(self) -> None:
        self.parts.own.replies.changeable(self.writer(self.query("csId")), self.path_args[0])

    async def head(self, reply_id: str) -> None:
        await self.get(reply_id)

    async def get(self, reply_id: str) -> None:
        picture = self.parts.own.replies.pictured(self.writer(self.query("csId")), reply_id)
        path = self.parts.files.path(picture.digest)
        await self.serve(Served(path, picture.mime, picture.name, f'"{picture.digest}"', is_for_good=False))

    async def put(self, reply_id: str) -> None:
        file = await self.uploaded(sessionId="")
        if file.mime not in PICTURES:
            raise BadRequest("只能是 PNG、JPG、GIF 或 WebP 图片")
        writer, replies = self.writer(self.query("csId")), self.parts.own.replies
        before = replies.changeable(writer, reply_id).picture
        picture = Picture(file.name, file.mime, file.size, file.digest)
        changed = await replies.picture(writer, reply_id, picture)
        await self.forget(before)
        await self.answer_reply(writer, changed)

    async def delete(self, reply_id: str) -> None:
        writer, replies = self.writer(self.query("csId")), self.parts.own.replies
        before = replies.changeable(writer, reply_id).picture
        changed = await replies.picture(writer, reply_id, None)
        await self.forget(before)
        await self.answer_reply(writer, changed)


class Import(ReplyHandler):
    async def post(self) -> None:
        request, replies = self.read(ImportRequest), self.parts.own.replies
        writer, scope = self.writer(request.csId), _scope(request.scope)
        place = scope, replies.owner(writer, scope, request.group)
        rows, faults = await asyncio.to_thread(sheet.read, _table(request))
        if faults:
            brought = Brought(0, 0)
        else:
            spellings = await self.parts.own.speller.spell([row.title or "" for row in rows])
            brought = await replies.bring(writer, place, rows, spellings)
        self.answer({**asdict(brought), "faults": [asdict(fault) for fault in faults]})


class Export(ReplyHandler):
    async def get(self) -> None:
        writer, told, group = self.writer(self.query("csId")), self.query("scope"), self.query("group")
        scope = None if told is None else _scope(told)
        found = [
            reply for reply in self.parts.own.replies.of(writer)
            if scope is None or reply.scope is scope and group in (None, reply.owner)
        ]
        text = await asyncio.to_thread(sheet.written, found)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", 'attachment; filename="quick-replies.csv"')
        self.finish(text)


def _scope(text: str) -> Scope:
    if text not in tuple(Scope):
        raise BadRequest(f"只能是 {'、'.join(Scope)} @ $.scope")
    return Scope(text)


def _table(request: ImportRequest) -> bytes | str:
    if request.csv is not None:
        return request.csv
    try:
        return base64.b64decode((request.file or "").encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise BadRequest("必须是文件内容的 base64 @ $.file") from None


def _must_be_right(wording: Wording) -> None:
    if faults := wording.faults():
        raise BadRequest("；".join(faults))


def _line(text: str | None) -> str | None:
    return None if text is None else text.strip()
