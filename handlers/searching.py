"""Searching in what was said: `/api/search`."""

from datetime import datetime
from typing import Any

from ccs import lifecycle
from ccs.asked import Finding, Found, Sought
from ccs.channels import CHANNELS
from ccs.errors import BadRequest
from ccs.models import Status
from ccs.search.query import Query
from handlers.sessions import SessionHandler

USUAL, MOST = 20, 200       # in one page
LARGEST = 2**63 - 1         # place in the index


class Search(SessionHandler):
    async def get(self) -> None:
        text = self.query("q")
        if text is None:
            raise BadRequest("请输入要搜索的内容")
        query = Query.read(text)
        sought = self._sought(query)
        is_possible = bool(query.terms if sought.session_id else query.match)
        finding = await self.parts.search.find(sought) if is_possible else Finding(())
        if finding.next is not None:
            self.set_header("X-Next-Cursor", str(finding.next))
        if self.parts.search.behind and not sought.session_id:
            self.set_header("X-Index-Behind", str(self.parts.search.behind))
        self.answer([self._told(each, query) for each in finding.found if self.may_read(each.session)])

    def _sought(self, query: Query) -> Sought:
        session_id = self.query("sessionId")
        if session_id is not None:
            lifecycle.must_read(self.stored(session_id), self.caller.agent if self.caller else None)
        return Sought(
            query.match, query.holds,
            limit=self.number("limit", 1, MOST) or USUAL,
            is_common=query.is_common,
            channel=self.one_of("channelType", tuple(CHANNELS)),
            status=Status(status) if (status := self.one_of("status", tuple(Status))) else None,
            agent_id=self.query("csId"),
            tag=self.query("tag"),
            since=self._moment("from"),
            until=self._moment("to"),
            session_id=session_id,
            after=self.number("cursor", 0, LARGEST),
            reader=self.caller.agent if self.caller else None,
        )

    def _moment(self, name: str) -> datetime | None:
        """A moment with its offset."""
        text = self.query(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text.replace(" ", "+"))     # as an unescaped plus sign comes
            moment.timestamp()
        except (ValueError, OverflowError):
            raise BadRequest(f"参数 {name} 必须是 RFC 3339 的时间") from None
        if moment.tzinfo is None:
            raise BadRequest(f"参数 {name} 缺少时区")
        return moment

    def _told(self, found: Found, query: Query) -> dict[str, Any]:
        wire = self.parts.wire
        snippet, ranges = query.snippet(found.text)
        return {
            "session": wire.session(found.session),
            **({"message": wire.message(found.message)} if found.message else {}),
            **({"note": wire.note(found.note)} if found.note else {}),
            "snippet": snippet,
            "ranges": ranges,
        }
