"""Preferences: what a page remembers of its agent, so that she finds it at every machine. What they mean it knows."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from ccs.codec import encode
from ccs.errors import BadRequest
from ccs.kept import Preferences
from ccs.models import Agent, Change
from ccs.own.moving import Moving
from ccs.pipe import Pipe
from ccs.ticket import Ticket

MOST_KB = 32
LONGEST_NAME = 64       # characters


class Archive(Protocol):
    def preferences(self, agent_id: str) -> Preferences | None: ...


class Likings:
    """The verbs."""

    def __init__(self, pipe: Pipe, archive: Archive) -> None:
        self._pipe = pipe
        self._moving = Moving[str, Preferences](archive.preferences)

    def keep(self, agent: Agent, values: Mapping[str, Any]) -> Ticket:
        """Each named value takes the place of the one before; None takes it away. The ticket's value is all of them."""
        before = values_of(self._moving.get(agent.id))
        after = {name: value for name, value in {**before, **values}.items() if value is not None}
        if any(not name or len(name) > LONGEST_NAME for name in after):
            raise BadRequest(f"偏好的名称必须是 1 到 {LONGEST_NAME} 个字符 @ $.values")
        if after == before:
            return self._moving.ticket(agent.id).followed_by(after)
        text = encode(after)
        if len(text) > MOST_KB << 10:
            raise BadRequest(f"偏好合起来不能超过 {MOST_KB} KB")
        kept = Preferences(agent.id, text.decode())
        return self._moving.moves(agent.id, kept, self._pipe.commit(Change(preferences=(kept,)), after))


def values_of(kept: Preferences | None) -> dict[str, Any]:
    return json.loads(kept.text) if kept else {}
