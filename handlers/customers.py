"""What is known of a session's customer beside what she writes: her earlier sessions, and what agents keep of her."""

import asyncio
import logging
from typing import Any

from attrs import frozen

from ccs.codec import Identifier, OptionalText
from ccs.customers.phones import Phone, given
from ccs.errors import BadRequest, NotFound
from ccs.kept import Card
from ccs.models import EPOCH, Session
from ccs.wire import avatar_path
from handlers.sessions import OptionalAgentRequest, SessionHandler

log = logging.getLogger(__name__)

MOST_EARLIER = 100
USUAL_EARLIER = 20


@frozen
class AttributeRequest:
    name: Identifier
    value: OptionalText


@frozen
class CustomerRequest:
    remark: OptionalText | None = None
    note: OptionalText | None = None
    attributes: list[AttributeRequest] | None = None
    csId: Identifier | None = None


@frozen
class BlockRequest:
    reason: OptionalText | None = None
    csId: Identifier | None = None


@frozen
class RevealRequest:
    phone: Identifier
    csId: Identifier | None = None


class Earlier(SessionHandler):
    async def get(self, session_id: str) -> None:
        session = self.readable(session_id)
        limit = self.number("limit", 1, MOST_EARLIER) or USUAL_EARLIER
        found = await self.parts.archive.earlier(self._edge(session), limit)
        wishes = await self.parts.archive.wishes([each.id for each in found])
        self.answer([self._told(each, each.conclusion or wishes.get(each.id)) for each in found])

    def _told(self, session: Session, summary: str | None) -> dict[str, Any]:
        """With what it was about, in a line, where an agent or the assistant has said so."""
        told = self.parts.wire.session(session, words=self.may_read(session))
        return {**told, "summary": summary} if summary and self.may_read(session) else told

    def _edge(self, session: Session) -> Session:
        """The one before which the page begins."""
        before = self.query("before")
        edge = session if before is None else self.parts.archive.session(before)
        if edge is None or edge.customer.key != session.customer.key:
            raise BadRequest("参数 before 应是这位客户的一个会话ID")
        return min(session, edge, key=lambda each: (each.created_at, each.id))


class CustomerHandler(SessionHandler):
    """Handlers that answer with what is kept of the session's customer."""

    async def answer_card(self, session: Session, card: Card | None) -> None:
        """CustomerInfo."""
        customer = session.customer
        count, first_seen_at = await self.parts.archive.acquaintance(customer)
        told: dict[str, Any] = {
            "customerId": customer.id, "channelType": customer.channel, "kfId": customer.account,
            "sessionCount": count, "firstSeenAt": self.parts.wire.time(first_seen_at),
        }
        maybe = {
            "customerName": customer.name, "customerAvatar": customer.avatar and avatar_path(session),
            "remark": card and card.remark, "note": card and card.note, "blocked": card and self._blocked(card),
            "attributes": card and [{"name": name, "value": value} for name, value in card.attributes],
            "changedAt": card and card.changed_at != EPOCH and self.parts.wire.time(card.changed_at),
            "phones": [{"id": phone.id, "masked": phone.masked} for phone in await self.phones(session)],
        }
        self.answer({**told, **{name: value for name, value in maybe.items() if value}})

    async def phones(self, session: Session) -> list[Phone]:
        """Those that she gave, the newest first. They are looked for in a thread: somebody may have written much."""
        heard = await self.parts.archive.heard(session.customer, self.may_read)
        return await asyncio.to_thread(given, heard)

    def _blocked(self, card: Card) -> dict[str, Any] | None:
        if card.blocked_at is None:
            return None
        told = {"csId": card.blocked_by, "reason": card.blocked_reason}
        return {"at": self.parts.wire.time(card.blocked_at), **{name: text for name, text in told.items() if text}}


class CustomerCard(CustomerHandler):
    async def get(self, session_id: str) -> None:
        session = self.readable(session_id)
        await self.answer_card(session, self.parts.archive.card(session.customer))

    async def put(self, session_id: str) -> None:
        self.parts.registry.get(session_id)
        request = self.read(CustomerRequest)
        by = self.by(request.csId)
        remark, note = (text if text is None else text.strip() for text in (request.remark, request.note))
        attributes = [(each.name.strip(), each.value.strip()) for each in request.attributes or ()]
        card = await self.parts.talk.describe(session_id, by, remark=remark, note=note, attributes=attributes)
        await self.answer_card(self.stored(session_id), card)


class Block(CustomerHandler):
    async def post(self, session_id: str) -> None:
        request = self.read(BlockRequest)
        by = self.by(request.csId)
        card = await self.parts.talk.block(session_id, (request.reason or "").strip(), by)
        await self.answer_card(self.stored(session_id), card)


class Unblock(CustomerHandler):
    async def post(self, session_id: str) -> None:
        by = self.by(self.read(OptionalAgentRequest).csId)
        card = await self.parts.talk.unblock(session_id, by)
        await self.answer_card(self.stored(session_id), card)


class Reveal(CustomerHandler):
    """One of her numbers, once it is kept who was told it."""

    async def post(self, session_id: str) -> None:
        session = self.readable(session_id)
        request = self.read(RevealRequest)
        by = self.by(request.csId)
        phone = next((each for each in await self.phones(session) if each.id == request.phone), None)
        if phone is None:
            raise NotFound("没有这个号码")
        await self.parts.talk.reveal(session_id, phone.masked, by)
        log.info("session %s: phone %s was shown to %s", session_id, phone.id, by.id if by else "somebody")
        self.answer({"phone": phone.number})
