"""Sessions over REST: `/api/sessions` and everything below it."""

import base64
import binascii
from collections.abc import AsyncIterator
from typing import Any

from attrs import frozen

from ccs import lifecycle
from ccs.asked import Page, SessionFilter
from ccs.channels import CHANNELS, cards
from ccs.channels.base import readable
from ccs.codec import Fields, Identifier, OptionalText, encode
from ccs.errors import BadRequest, NotFound
from ccs.models import Message, Outgoing, Session, Status, from_millis, to_millis
from handlers.attaching import attached, must_be_wordless
from handlers.base import ApiHandler
from handlers.guards import must_be_herself

MOST_ROWS = 1000        # sessions in one answer
MOST_MESSAGES = 1000    # messages in one page of a history
USUAL_MESSAGES = 100    # when a place is given without a limit
SLICE = 50              # rows rendered before others get a turn
SORTS = ("updatedAt", "waitingSince", "createdAt")
NAMES = ("title", "name", "head_content")       # of fields; what says best what a message is about


@frozen
class AcceptRequest:
    csId: Identifier


@frozen
class OptionalAgentRequest:
    csId: Identifier | None = None


@frozen
class ReleaseRequest:
    csId: Identifier | None = None
    conclusion: OptionalText | None = None


@frozen
class TransferRequest:
    csId: Identifier | None = None
    toCsId: Identifier | None = None


@frozen
class MessageRequest:
    content: str
    msgType: str = "text"
    fields: Fields | None = None
    clientMsgId: Identifier | None = None
    fileId: Identifier | None = None
    drafted: bool = False       # as the assistant wrote it


class SessionHandler(ApiHandler):
    """Handlers that name a session in their path."""

    def stored(self, session_id: str) -> Session:
        session = self.parts.archive.session(session_id)
        if session is None:
            raise NotFound("会话不存在")
        return session

    def readable(self, session_id: str) -> Session:
        session = self.stored(session_id)
        lifecycle.must_read(session, self.caller.agent if self.caller else None)
        return session

    def answer_session(self, session: Session, **more: Any) -> None:
        briefing = self.parts.archive.briefing(session.id)
        told = self.parts.wire.session(
            session, words=self.may_read(session), briefing=briefing, beside=self.parts.archive.beside_one(session),
        )
        self.answer({**told, **more})


class SessionList(ApiHandler):
    async def get(self) -> None:
        wanted = SessionFilter(
            channel=self.one_of("channelType", tuple(CHANNELS)),
            status=Status(status) if (status := self.one_of("status", tuple(Status))) else None,
            agent_id=self.query("csId"),
            text=self.query("q"),
            failed=self.one_of("failed", ("true",)) is not None,
            mentions=self.query("mentions"),
            tag=self.query("tag"),
            reader=self.caller.agent if self.caller else None,
        )
        limit = self.number("limit", 1, MOST_ROWS) or MOST_ROWS
        place = Page(limit + 1, self._cursor(), self.one_of("sort", SORTS) or SORTS[0])
        found = await self.parts.archive.sessions(wanted, place)
        if len(found) > limit:
            self.set_header("X-Next-Cursor", _cursor_after(found[limit - 1], place.sort))
        self.set_header("X-Total-Count", str(await self._total(wanted, place)))
        await self.answer_list(self._rendered(found[:limit]))

    async def _rendered(self, found: list[Session]) -> AsyncIterator[list[bytes]]:
        for start in range(0, len(found), SLICE):
            slice = found[start:start + SLICE]
            beside = await self.parts.archive.beside(slice)
            yield [
                encode(self.parts.wire.session(session, words=self.may_read(session), beside=beside[session.id]))
                for session in slice
            ]

    def _cursor(self) -> tuple[int, str] | None:
        text = self.query("cursor")
        if text is None:
            return None
        try:
            key, _, session_id = base64.urlsafe_b64decode(text.encode("ascii")).decode("ascii").partition(":")
            moment = int(key)
            from_millis(moment)         # a moment, and so no number that the disk cannot hold
            return moment, session_id
        except (ValueError, OverflowError, OSError, binascii.Error):
            raise BadRequest("参数 cursor 无效，请使用上一页 X-Next-Cursor 的值") from None

    async def _total(self, wanted: SessionFilter, place: Page) -> int:
        """Counted in memory, so that it costs the same at any size; what only the disk knows has to be looked for."""
        looked = wanted.failed or any(value is not None for value in (wanted.text, wanted.tag, wanted.mentions))
        if looked or place.sort == "waitingSince":
            return await self.parts.archive.found(wanted, waiting=place.sort == "waitingSince")
        return self.parts.registry.count(wanted)


class SessionDetail(SessionHandler):
    async def get(self, session_id: str) -> None:
        self.answer_session(self.stored(session_id))


class SessionHistory(SessionHandler):
    async def get(self, session_id: str) -> None:
        session = self.readable(session_id)
        places = {name: self.number(name, 0, 2**53) for name in ("before", "after", "around")}
        given = {name: seq for name, seq in places.items() if seq is not None}
        limit = self.number("limit", 1, MOST_MESSAGES)
        if len(given) > 1:
            raise BadRequest("before、after、around 只能给一个")
        if not given and limit is None:
            await self.answer_list(self._rendered(session))
            return
        name, seq = next(iter(given.items()), ("before", session.seq + 1))
        messages = await self._page(session, name, seq, limit or USUAL_MESSAGES)
        self.answer([self.parts.wire.message(message) for message in messages])

    async def _rendered(self, session: Session) -> AsyncIterator[list[bytes]]:
        async for page in self.parts.archive.history(session.id, session.seq):
            yield [encode(self.parts.wire.message(message)) for message in page]

    async def _page(self, session: Session, name: str, seq: int, limit: int) -> list[Message]:
        """Nothing newer than the session that was looked at: what is said meanwhile may be for others only."""
        archive, last = self.parts.archive, session.seq
        if name == "before":
            return await archive.messages_before(session.id, min(seq, last + 1), limit)
        if name == "after":
            return await archive.messages_after(session.id, seq, last, limit)
        earlier = await archive.messages_before(session.id, min(seq, last + 1), limit // 2) if limit > 1 else []
        return earlier + await archive.messages_after(session.id, seq - 1, last, limit - len(earlier))


class Accept(SessionHandler):
    async def post(self, session_id: str) -> None:
        self.parts.registry.get(session_id)
        request = self.read(AcceptRequest)
        must_be_herself(self.caller, request.csId)
        agent = self.parts.config.agent(request.csId)
        self.answer_session(await self.parts.desk.accept(session_id, agent))


class TakeOver(SessionHandler):
    async def post(self, session_id: str) -> None:
        request = self.read(AcceptRequest)
        self.answer_session(await self.parts.desk.takeover(session_id, self.agent(request.csId)))


class Release(SessionHandler):
    async def post(self, session_id: str) -> None:
        request = self.read(ReleaseRequest)
        conclusion = (request.conclusion or "").strip()
        by = self.by(request.csId)
        self.answer_session(await self.parts.desk.release(session_id, by, conclusion or None))


class Transfer(SessionHandler):
    async def post(self, session_id: str) -> None:
        request = self.read(TransferRequest)
        by = self.by(request.csId)
        to = None if request.toCsId is None else self.colleague(request.toCsId)
        self.answer_session(await self.parts.desk.transfer(session_id, by, to))


class Reply(SessionHandler):
    async def post(self, session_id: str) -> None:
        self.parts.registry.get(session_id)
        request = self.read(MessageRequest)
        said = self.outgoing(request)
        if request.fileId is not None:
            must_be_wordless(request.msgType, request.content)
            said = await attached(self.parts.files, session_id, said, request.fileId)
        self.parts.own.forbidden.check(self.parts.registry.get(session_id).customer.channel, said)
        message = await self.parts.desk.reply(session_id, said, request.clientMsgId, self.by())
        self.answer(self.parts.wire.message(message))

    def outgoing(self, request: MessageRequest) -> Outgoing:
        """What she wants to be said. What is not text and comes without words is called by its kind."""
        if request.msgType == "text":
            if not request.content.strip():
                raise BadRequest("不能为空 @ $.content")
            return Outgoing(request.content, fields={"assistant": {"drafted": True}} if request.drafted else {})
        fields = request.fields or {}
        if card := cards.told(request.msgType, fields):
            fields = {**fields, "card": card.card()}
            return Outgoing(request.content.strip() or card.words(), request.msgType, fields)
        if request.content.strip():
            return Outgoing(request.content, request.msgType, fields)
        named = next((fields[name] for name in NAMES if isinstance(fields.get(name), str)), None)
        return Outgoing(readable(request.msgType, named), request.msgType, fields)


class Retry(SessionHandler):
    async def post(self, session_id: str, message_id: str) -> None:
        by = self.by(self.read(OptionalAgentRequest).csId)
        self.answer(self.parts.wire.message(await self.parts.desk.retry(session_id, message_id, by)))


class Dismiss(SessionHandler):
    async def post(self, session_id: str, message_id: str) -> None:
        by = self.by(self.read(OptionalAgentRequest).csId)
        self.answer(self.parts.wire.message(await self.parts.desk.dismiss(session_id, message_id, by)))


class Recall(SessionHandler):
    async def post(self, session_id: str, message_id: str) -> None:
        by = self.by(self.read(OptionalAgentRequest).csId)
        self.answer(self.parts.wire.message(await self.parts.recalls.recall(session_id, message_id, by)))


class Reclaim(SessionHandler):
    async def post(self, session_id: str) -> None:
        by = self.by(self.read(OptionalAgentRequest).csId)
        self.answer_session(await self.parts.reclaims.reclaim(session_id, by))


class Close(SessionHandler):
    async def post(self, session_id: str) -> None:
        by = self.by(self.read(OptionalAgentRequest).csId)
        ticket = self.parts.desk.close(session_id, by)
        session = await ticket
        self.answer_session(session, **({} if ticket.moved else {"alreadyClosed": True}))


def _cursor_after(session: Session, sort: str) -> str:
    moments = {"waitingSince": session.waiting_since, "createdAt": session.created_at}
    moment = moments.get(sort, session.updated_at)
    return base64.urlsafe_b64encode(f"{to_millis(moment) if moment else 0}:{session.id}".encode()).decode()
