"""What is known of a session's customer beside what she writes: her earlier sessions, and what agents keep of her."""

from typing import Any

from attrs import frozen

from ccs.codec import Identifier, OptionalText
from ccs.errors import BadRequest
from ccs.kept import Card
from ccs.models import Session
from ccs.wire import avatar_path
from handlers.sessions import SessionHandler

MOST_EARLIER = 100
USUAL_EARLIER = 20


@frozen
class CustomerRequest:
    remark: OptionalText | None = None
    note: OptionalText | None = None
    csId: Identifier | None = None


class Earlier(SessionHandler):
    async def get(self, session_id: str) -> None:
        session = self.readable(session_id)
        limit = self.number("limit", 1, MOST_EARLIER) or USUAL_EARLIER
        found = await self.parts.archive.earlier(self._edge(session), limit)
        self.answer([self.parts.wire.session(each, words=self.may_read(each)) for each in found])

    def _edge(self, session: Session) -> Session:
        """The one before which the page begins."""
        before = self.query("before")
        edge = session if before is None else self.parts.archive.session(before)
        if edge is None or edge.customer.key != session.customer.key:
            raise BadRequest("参数 before 应是这位客户的一个会话ID")
        return min(session, edge, key=lambda each: (each.created_at, each.id))


class CustomerCard(SessionHandler):
    async def get(self, session_id: str) -> None:
        session = self.readable(session_id)
        await self._answer_card(session, self.parts.archive.card(session.customer))

    async def put(self, session_id: str) -> None:
        self.parts.registry.get(session_id)
        request = self.read(CustomerRequest)
        by = self.by(request.csId)
        remark, note = (text if text is None else text.strip() for text in (request.remark, request.note))
        card = await self.parts.talk.describe(session_id, remark, note, by)
        await self._answer_card(self.stored(session_id), card)

    async def _answer_card(self, session: Session, card: Card | None) -> None:
        """CustomerInfo."""
        customer = session.customer
        count, first_seen_at = await self.parts.archive.acquaintance(customer)
        told: dict[str, Any] = {
            "customerId": customer.id, "channelType": customer.channel, "kfId": customer.account,
            "sessionCount": count, "firstSeenAt": self.parts.wire.time(first_seen_at),
        }
        maybe = {
            "customerName": customer.name, "customerAvatar": customer.avatar and avatar_path(session),
            "remark": card and card.remark, "note": card and card.note,
        }
        self.answer({**told, **{name: text for name, text in maybe.items() if text}})
