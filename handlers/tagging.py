"""What agents put on a session: tags, and that it is still unread."""

from attrs import Factory, frozen

from ccs.codec import Identifier, Names
from handlers.base import ApiHandler
from handlers.sessions import OptionalAgentRequest, SessionHandler


@frozen
class TagsRequest:
    add: Names = Factory(list)
    remove: Names = Factory(list)
    csId: Identifier | None = None


class SessionTags(SessionHandler):
    async def post(self, session_id: str) -> None:
        request = self.read(TagsRequest)
        by = self.by(request.csId)
        add, remove = ([name.strip() for name in names] for names in (request.add, request.remove))
        self.answer_session(await self.parts.talk.tag(session_id, add, remove, by))


class Unread(SessionHandler):
    async def post(self, session_id: str) -> None:
        by = self.by(self.read(OptionalAgentRequest).csId)
        self.answer_session(await self.parts.talk.mark_unread(session_id, by))


class Tags(ApiHandler):
    """The configured ones in their order, then those of open sessions, the most frequent first."""

    async def get(self) -> None:
        counts = await self.parts.archive.tags()
        usual = self.parts.config.workbench.tags
        others = sorted(counts.keys() - set(usual), key=lambda name: (-counts[name], name))
        self.answer([{"name": name, "count": counts.get(name, 0)} for name in (*dict.fromkeys(usual), *others)])
