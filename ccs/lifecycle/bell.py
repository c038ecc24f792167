"""What of a change an agent is told by her bell, wherever she looks: never of what she does herself."""

import hashlib
from datetime import datetime

from attrs import evolve

from ccs.beside import PREVIEW
from ccs.kept import BellEntry, BellKind, Note
from ccs.models import Agent, Fate, Message, Sender, Session, Status


def mentions(note: Note) -> tuple[BellEntry, ...]:
    """Whom the note names as it is now; one entry for each, however often the note is changed."""
    at = note.edited_at or note.created_at
    return tuple(
        _entry(note.id, cs_id, BellKind.MENTIONED, note.session_id, at, note.agent_id, note.content)
        for cs_id in note.calls
    )


def takes_back(note: Note) -> tuple[BellEntry, ...]:
    """The note was removed, or names these no more: no entry keeps its words; one without is shown to nobody."""
    return tuple(evolve(entry, text="", is_seen=True) for entry in mentions(note))


def changes_hands(before: Session, now: datetime, by: Agent | None, to: Agent) -> tuple[BellEntry, ...]:
    """Of a session that an agent held and another has now."""
    by_id = by.id if by else before.agent_id or ""
    about = f"{before.id} {before.turn}"        # no two changes of hands have the same
    told = []
    if to.id != by_id:
        told.append(_entry(about, to.id, BellKind.RECEIVED, before.id, now, by_id))
    if before.agent_id and before.agent_id != by_id:
        told.append(_entry(about, before.agent_id, BellKind.LOST, before.id, now, to.id))
    return tuple(told)


def fails(session: Session, now: datetime, message: Message) -> tuple[BellEntry, ...]:
    """What an agent said did not arrive. Whoever had the session last is told of it after its end too."""
    delivery = message.delivery
    if delivery is None or delivery.state is not Fate.FAILED or message.sender is not Sender.MANUAL:
        return ()
    if delivery.dismissed_at or not session.agent_id or session.status not in (Status.MANUAL, Status.CLOSED):
        return ()
    return (_entry(delivery.id, session.agent_id, BellKind.FAILED, session.id, now, text=delivery.reason or ""),)


def _entry(
    about: str, agent_id: str, kind: BellKind, session_id: str, at: datetime, by: str = "", text: str = ""
) -> BellEntry:
    """What is told the same agent about the same thing again is the same entry."""
    entry_id = hashlib.sha256(f"{about} {agent_id}".encode()).hexdigest()[:32]
    return BellEntry(entry_id, agent_id, kind, session_id, at, by, text[:PREVIEW])
