"""An agent's bell: what concerned her wherever she was, kept until she has seen it.

What comes onto it is decided with the change that brings it (`ccs/lifecycle/bell.py`) and lies on disk with that.
"""

from collections.abc import Sequence
from typing import Protocol

from attrs import evolve

from ccs.kept import BellEntry
from ccs.models import Agent, Change
from ccs.pipe import Pipe
from ccs.ticket import Ticket


class Archive(Protocol):
    def unseen(self, agent_id: str, ids: Sequence[str]) -> list[BellEntry]: ...


class Bell:
    """The verb."""

    def __init__(self, pipe: Pipe, archive: Archive) -> None:
        self._pipe = pipe
        self._archive = archive

    def see(self, agent: Agent, ids: Sequence[str]) -> Ticket:
        """She has seen these. The ticket's value are the ids that were new to her; others change nothing."""
        seen = tuple(evolve(entry, is_seen=True) for entry in self._archive.unseen(agent.id, ids))
        fresh = [entry.id for entry in seen]
        return self._pipe.commit(Change(seen=seen), fresh) if seen else Ticket.durable(fresh)
