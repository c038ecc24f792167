"""What is an agent's alone: drafts, preferences, reminders, her bell. Nobody else reaches it, a supervisor neither."""

from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from ccs.codec import Fields, Identifier, Names
from ccs.errors import BadRequest, Forbidden
from ccs.kept import Draft, DraftMode
from ccs.models import EPOCH, Agent
from ccs.own.drafts import Written
from ccs.own.preferences import values_of
from handlers.sessions import SessionHandler

SOCKET = "X-CCS-Socket"         # names the caller's own socket, which need not be told what its page did


@frozen
class DraftRequest:
    text: str
    revision: int | None = None
    csId: Identifier | None = None


@frozen
class PreferencesRequest:
    values: Fields
    csId: Identifier | None = None


@frozen
class ReminderRequest:
    at: Identifier
    csId: Identifier | None = None


@frozen
class SeenRequest:
    ids: Names
    csId: Identifier | None = None


@frozen
class MeRequest:
    csId: Identifier | None = None


class OwnHandler(SessionHandler):
    """Handlers of what belongs to whoever asks."""

    def me(self, cs_id: str | None) -> Agent:
        """Whose things they are: the caller's, or, while access is open, those of whom she says she is."""
        if self.caller:
            if cs_id not in (None, self.caller.agent.id):
                raise Forbidden("只能查看和修改自己的内容")
            return self.caller.agent
        if cs_id is None:
            raise BadRequest("未启用登录时必须用 csId 说明是谁")
        return self.colleague(cs_id)

    def tell_others(self, agent: Agent, frame: dict[str, Any]) -> None:
        """Her other windows."""
        self.parts.hub.tell_agent(agent.id, frame, but=self.request.headers.get(SOCKET))


class Drafts(OwnHandler):
    async def get(self) -> None:
        found = await self.parts.archive.drafts(self.me(self.query("csId")).id)
        self.answer([self.parts.wire.draft(draft) for draft in found])


class SessionDraft(OwnHandler):
    async def put(self, session_id: str, mode: str) -> None:
        request = self.read(DraftRequest)
        agent = self.me(request.csId)
        if mode not in tuple(DraftMode):
            raise BadRequest(f"草稿只能是 {'、'.join(DraftMode)}")
        if request.text:
            self.readable(session_id)
        else:
            self.stored(session_id)         # what she may not read any more she may still give up
        ticket = self.parts.own.drafts.write(agent, session_id, DraftMode(mode), request.text, request.revision)
        written: Written = ticket.value
        told = self.parts.wire.draft(written.draft)
        if ticket.moved:
            ticket.then(self.tell_others, agent, {"type": "draft", "sessionId": session_id, "data": told})
        await ticket
        self.answer({**told, **self._other(written.other)})

    def _other(self, other: Draft | None) -> dict[str, Any]:
        return {"other": {"text": other.text, "updatedAt": self.parts.wire.time(other.updated_at)}} if other else {}


class Preferences(OwnHandler):
    async def get(self) -> None:
        self.answer(values_of(self.parts.archive.preferences(self.me(self.query("csId")).id)))

    async def put(self) -> None:
        request = self.read(PreferencesRequest)
        agent = self.me(request.csId)
        ticket = self.parts.own.preferences.keep(agent, request.values)
        if ticket.moved:
            ticket.then(self.tell_others, agent, {"type": "preferences", "data": ticket.value})
        self.answer(await ticket)


class Reminders(OwnHandler):
    async def get(self) -> None:
        found = self.parts.own.reminders.of(self.me(self.query("csId")))
        self.answer([self.parts.wire.reminder(reminder) for reminder in found])


class SessionReminder(OwnHandler):
    async def put(self, session_id: str) -> None:
        request = self.read(ReminderRequest)
        agent = self.me(request.csId)
        self.readable(session_id)
        reminder = await self.parts.own.reminders.set(agent, session_id, _moment(request.at))
        self.answer(self.parts.wire.reminder(reminder))

    async def delete(self, session_id: str) -> None:
        agent = self.me(self.read(MeRequest).csId or self.query("csId"))
        self.stored(session_id)
        await self.parts.own.reminders.dismiss(agent, session_id)
        self.answer()


class Bell(OwnHandler):
    async def get(self) -> None:
        found = await self.parts.archive.on_bell(self.me(self.query("csId")).id)
        self.answer([self.parts.wire.bell_entry(entry, session) for entry, session in found])


class BellSeen(OwnHandler):
    async def post(self) -> None:
        request = self.read(SeenRequest)
        agent = self.me(request.csId)
        if ids := await self.parts.own.bell.see(agent, request.ids):
            self.tell_others(agent, {"type": "bell_seen", "data": {"ids": ids}})
        self.answer()


def _moment(text: str) -> datetime:
    """A time with its offset, in whole milliseconds."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
        if datetime.fromisoformat(text).tzinfo is None or moment < EPOCH:
            raise ValueError
    except (ValueError, OverflowError):
        raise BadRequest("必须是带时区的时间，例如 2026-01-31T08:00:00+08:00 @ $.at") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
