"""Quick replies: what agents say again and again, kept in memory as the disk has it.

A personal one is its owner's alone. One of a group, or of everybody, is for who supervises to change, and while access
is open for everyone.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from attrs import evolve, frozen

from ccs.errors import BadRequest, Forbidden, NotFound
from ccs.kept import Picture, QuickReply, QuickUse, Scope
from ccs.models import Agent, Change, new_id
from ccs.own.moving import Moving
from ccs.own.pinyin import Spelling
from ccs.own.wording import Wording
from ccs.pipe import Pipe
from ccs.ticket import Ticket
from ccs.worker import Worker

MOST = 5000             # in all
MOST_PERSONAL = 500     # of one agent


class Archive(Protocol):
    def quick_replies(self) -> list[QuickReply]: ...

    def quick_use(self, agent_id: str, reply_id: str) -> QuickUse | None: ...


@frozen
class Writer:
    """Who asks, and whether she may change what is not hers alone."""

    agent: Agent
    manages: bool

    def may_use(self, reply: QuickReply) -> bool:
        if reply.scope is Scope.PERSONAL:
            return reply.owner == self.agent.id
        return reply.scope is Scope.ALL or self.manages or reply.owner in self.agent.groups

    def may_change(self, scope: Scope) -> bool:
        return scope is Scope.PERSONAL or self.manages


@frozen
class Brought:
    """What a table came to."""

    added: int
    changed: int


class QuickReplies(Worker):
    """The verbs. `groups` are those that the settings know; `tell` hears whose replies are others now, or None: all."""

    def __init__(self, pipe: Pipe, archive: Archive, groups: Iterable[str], tell: Callable[[str | None], None]) -> None:
        self._pipe = pipe
        self._archive = archive
        self._groups = frozenset(groups)
        self._tell = tell
        self._durable: dict[str, QuickReply] = {}
        self._moving = Moving[str, QuickReply](self._durable.get)
        self._using = Moving[tuple[str, str], QuickUse](lambda key: archive.quick_use(*key))

    def resume(self) -> None:
        """After a start, or when the disk is back: what the disk holds."""
        found = {reply.id: reply for reply in self._archive.quick_replies()}
        self._durable.clear()
        self._durable.update(found)

    # Looking

    def of(self, by: Writer) -> list[QuickReply]:
        """Those on disk that she may use, by folder and title."""
        found = [reply for reply in self._durable.values() if by.may_use(reply)]
        return sorted(found, key=lambda reply: (reply.folder, reply.title, reply.id))

    def one(self, by: Writer, reply_id: str) -> QuickReply:
        """As it is on disk. Raises NotFound for what is none of hers."""
        reply = self._durable.get(reply_id)
        if reply is None or not by.may_use(reply):
            raise NotFound("没有这条快捷回复")
        return reply

    def pictured(self, by: Writer, reply_id: str) -> Picture:
        """Its picture. Raises NotFound."""
        picture = self.one(by, reply_id).picture
        if picture is None:
            raise NotFound("这条快捷回复没有图片")
        return picture

    def changeable(self, by: Writer, reply_id: str) -> QuickReply:
        """As the rules see it. Raises NotFound or Forbidden."""
        reply = self._moving.get(reply_id)
        if reply is None or reply.is_deleted or not by.may_use(reply):
            raise NotFound("没有这条快捷回复")
        self._must_change(by, reply.scope)
        return reply

    def owner(self, by: Writer, scope: Scope, group: str | None) -> str:
        """Whose it would be. Raises BadRequest or Forbidden."""
        self._must_change(by, scope)
        if scope is Scope.GROUP and group not in self._groups:
            raise BadRequest("没有这个组，请检查 group，或请管理员在 config.toml 的 [[agents]] 中设置 groups")
        return {Scope.PERSONAL: by.agent.id, Scope.GROUP: group or "", Scope.ALL: ""}[scope]

    # Changing; each ticket's value is the reply

    def add(self, by: Writer, scope: Scope, group: str | None, wording: Wording, spelling: Spelling) -> Ticket:
        owner = self.owner(by, scope, group)
        reply = worded(QuickReply(new_id(), scope, owner, "", "", self._pipe.now()), wording, spelling)
        self._must_have_room(1, (scope, owner))
        return self._keep(reply)

    def change(
        self, by: Writer, reply_id: str, place: tuple[Scope, str] | None, wording: Wording, spelling: Spelling | None,
    ) -> Ticket:
        """`place` is the scope and owner that it gets, `spelling` that of its new title."""
        before = self.changeable(by, reply_id)
        after = worded(before, wording, spelling)
        if place and place != (before.scope, before.owner):
            after = evolve(after, scope=place[0], owner=place[1])
            self._must_have_room(0, place)
        if after == before:
            return self._moving.ticket(reply_id).followed_by(before)
        ticket = self._keep(evolve(after, updated_at=self._pipe.now()))
        if after.owner != before.owner:
            ticket.then(self._tell_of, before)
        return ticket

    def picture(self, by: Writer, reply_id: str, picture: Picture | None) -> Ticket:
        before = self.changeable(by, reply_id)
        return self._keep(evolve(before, picture=picture, updated_at=self._pipe.now()))

    def remove(self, by: Writer, reply_id: str) -> Ticket:
        before = self.changeable(by, reply_id)
        return self._keep(evolve(before, is_deleted=True, updated_at=self._pipe.now()))

    def used(self, by: Writer, reply_id: str) -> Ticket:
        """The ticket's value is the use. Nobody is told."""
        key = (by.agent.id, self.one(by, reply_id).id)
        before = self._using.get(key)
        use = QuickUse(*key, before.uses + 1 if before else 1, self._pipe.now())
        return self._using.moves(key, use, self._pipe.commit(Change(quick_uses=(use,)), use))

    def bring(
        self, by: Writer, place: tuple[Scope, str], rows: Sequence[Wording], spellings: Sequence[Spelling],
    ) -> Ticket:
        """A table whose rows are right: who bears the title of one that is there takes its place.

        The ticket's value is `Brought`.
        """
        known = {reply.title: reply for reply in self._all() if (reply.scope, reply.owner) == place}
        now, new, changed = self._pipe.now(), [], []
        for wording, spelling in zip(rows, spellings, strict=True):
            before = known.get(wording.title or "")
            after = _spelled(evolve(before or QuickReply(new_id(), *place, "", "", now), **wording.given), spelling)
            if before is None:
                new.append(after)
            elif after != before:
                changed.append(evolve(after, updated_at=now))
        if new:
            self._must_have_room(len(new), place)
        brought = Brought(len(new), len(changed))
        return self._keep(*new, *changed, value=brought) if new or changed else Ticket.durable(brought)

    def _keep(self, *replies: QuickReply, value: Any = None) -> Ticket:
        ticket = self._pipe.commit(Change(quick_replies=replies), value or replies[0])
        for reply in replies:
            ticket.then(self._is_durable, reply)
            self._moving.moves(reply.id, reply, ticket)
        return ticket.then(self._tell_of, replies[0])

    def _is_durable(self, reply: QuickReply) -> None:
        if reply.is_deleted:
            self._durable.pop(reply.id, None)
        else:
            self._durable[reply.id] = reply

    def _tell_of(self, reply: QuickReply) -> None:
        self._tell(reply.owner if reply.scope is Scope.PERSONAL else None)

    def _all(self) -> list[QuickReply]:
        """As the rules see them."""
        latest = {**self._durable, **{reply.id: reply for reply in self._moving.values()}}
        return [reply for reply in latest.values() if not reply.is_deleted]

    def _must_have_room(self, new: int, place: tuple[Scope, str]) -> None:
        """For so many new ones in this place, or for one that moves there."""
        every = self._all()
        if len(every) + new > MOST:
            raise BadRequest(f"快捷回复一共不能超过 {MOST} 条")
        there = sum((reply.scope, reply.owner) == place for reply in every)
        if place[0] is Scope.PERSONAL and there + (new or 1) > MOST_PERSONAL:
            raise BadRequest(f"个人的快捷回复不能超过 {MOST_PERSONAL} 条")

    def _must_change(self, by: Writer, scope: Scope) -> None:
        if not by.may_change(scope):
            raise Forbidden("小组和全店的快捷回复只有主管可以修改")


def worded(reply: QuickReply, wording: Wording, spelling: Spelling | None = None) -> QuickReply:
    """With what is given; raises BadRequest if that leaves no usable one."""
    after = evolve(reply, **wording.given)
    if faults := Wording(after.title, after.content, after.shortcut, after.folder, after.channels).faults():
        raise BadRequest("；".join(faults))
    return _spelled(after, spelling) if spelling else after


def _spelled(reply: QuickReply, spelling: Spelling) -> QuickReply:
    return evolve(reply, initials=spelling[0], pinyin=spelling[1])
