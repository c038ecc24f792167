"""Drafts: what an agent has begun to write is in every window of hers, and outlives all of them.

The newest writing wins. Who writes without having seen what was there gets that handed back, so that it can be put
back: nothing an agent wrote is lost because she wrote somewhere else as well.
"""

from typing import Protocol

from attrs import frozen

from ccs.errors import BadRequest
from ccs.kept import Draft, DraftMode
from ccs.models import Agent, Change
from ccs.own.moving import Moving
from ccs.pipe import Pipe
from ccs.ticket import Ticket

LONGEST = 10_000        # characters; no platform takes a tenth of it at once
MOST = 500              # of one agent


class Archive(Protocol):
    def draft(self, agent_id: str, session_id: str, mode: str) -> Draft | None: ...

    def count_drafts(self, agent_id: str) -> int: ...


@frozen
class Written:
    """A draft as it is now, and what stood there unseen by who wrote it."""

    draft: Draft
    other: Draft | None = None


class Drafts:
    """The verbs."""

    def __init__(self, pipe: Pipe, archive: Archive) -> None:
        self._pipe = pipe
        self._archive = archive
        self._moving = Moving[tuple[str, str, str], Draft](lambda key: archive.draft(*key))

    def write(self, agent: Agent, session_id: str, mode: DraftMode, text: str, seen: int | None) -> Ticket:
        """The ticket's value is `Written`. `seen` is the revision that the writer knew; an empty text gives it up."""
        if len(text) > LONGEST:
            raise BadRequest(f"草稿不能超过 {LONGEST} 个字符")
        key = (agent.id, session_id, mode)
        before = self._moving.get(key)
        if not text.strip():
            text = ""
        if not text and (before is None or not before.text):
            return self._moving.ticket(key).followed_by(Written(before or self._draft(key, "", 0)))
        if before is None and self._archive.count_drafts(agent.id) >= MOST:
            raise BadRequest(f"草稿不能超过 {MOST} 份，请先清理不用的草稿")
        draft = self._draft(key, text, before.revision + 1 if before else 1)
        unseen = before and before.text and before.text != text and before.revision != seen
        ticket = self._pipe.commit(Change(drafts=(draft,)), Written(draft, before if unseen else None))
        return self._moving.moves(key, draft, ticket)

    def _draft(self, key: tuple[str, str, str], text: str, revision: int) -> Draft:
        agent_id, session_id, mode = key
        return Draft(agent_id, session_id, DraftMode(mode), text, revision, self._pipe.now())
