"""What agents tell each other of a session and of its customer. Nothing of it is said to anybody else.

None of it moves the session in the list, nor what the assistant thinks about: only what is shown of it changes.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from attrs import evolve

from ccs.customers.attributes import changed
from ccs.errors import BadRequest, Forbidden, NoteSettled
from ccs.kept import Card, Note
from ccs.lifecycle import bell
from ccs.lifecycle.rights import asked, must_hold, must_read, wrong_status
from ccs.models import NOTHING, Agent, Change, Event, EventType, Session, Status, new_id
from ccs.tags import LONGEST, MOST, is_tag

CHANGEABLE = timedelta(hours=1)     # since a note was written; later, others have acted on it
MOST_FORMER = 20            # of its wordings that are kept
LONGEST_REMARK = 40         # characters of how agents call a customer
LONGEST_CARD = 2000         # and of what else they keep of her


def write_note(
    session: Session, now: datetime, content: str, mentions: tuple[str, ...], client_id: str | None, by: Agent | None
) -> Change:
    """Whoever may read a session notes something in it, after its end too. Whom the note names may read it then."""
    must_read(session, by)
    note = Note(
        new_id(), session.id, session.notes + 1, by.id if by else session.agent_id or "", content, mentions,
        session.seq, now, client_id,
    )
    session = evolve(session, notes=note.number, asked=asked(session, by=note), version=session.version + 1)
    told = Event(EventType.NOTE_ADDED, session, note=note)
    return Change(session, notes=(note,), events=(told,), bell=bell.mentions(note))


def edit_note(
    session: Session, now: datetime, note: Note, content: str, mentions: tuple[str, ...], by: Agent | None
) -> Change:
    """Who wrote it writes it anew; what stood there is kept beside it."""
    _must_still_change(session, now, note, by)
    if content == note.content:
        return NOTHING
    former = (*note.former, note.content)[-MOST_FORMER:]
    edited = evolve(note, content=content, mentions=mentions, former=former, edited_at=now)
    called = evolve(edited, mentions=tuple(cs_id for cs_id in mentions if cs_id not in note.mentions))
    dropped = evolve(note, mentions=tuple(cs_id for cs_id in note.mentions if cs_id not in mentions))
    told = (*bell.takes_back(dropped), *bell.mentions(called))
    return evolve(_note_changes(session, note, edited), bell=told)


def remove_note(session: Session, now: datetime, note: Note, by: Agent | None) -> Change:
    """Who wrote it takes it away; that there was one stays."""
    if note.removed_at and (by is None or by.id == note.agent_id):
        return NOTHING
    _must_still_change(session, now, note, by)
    return evolve(_note_changes(session, note, evolve(note, removed_at=now)), bell=bell.takes_back(note))


def _must_still_change(session: Session, now: datetime, note: Note, by: Agent | None) -> None:
    must_read(session, by)
    if by and by.id != note.agent_id:
        raise Forbidden("只有写备注的人可以修改或删除它")
    if note.removed_at:
        raise NoteSettled("这条备注已经删除")
    if now - note.created_at > CHANGEABLE:
        raise NoteSettled(f"备注写下 {CHANGEABLE // timedelta(minutes=1)} 分钟后不能再修改或删除，可以另写一条")


def _note_changes(session: Session, before: Note, note: Note) -> Change:
    stands = None if note.removed_at else note
    session = evolve(session, asked=asked(session, by=stands, no_longer_by=before), version=session.version + 1)
    return Change(session, notes=(note,), events=(Event(EventType.NOTE_UPDATED, session, note=note),))


def mentioned(content: str, agents: Iterable[Agent]) -> tuple[str, ...]:
    """The ids of those whom a note names by `@name` or `@id`, each once; the longest name that fits is meant."""
    if "@" not in content:
        return ()
    called: dict[str, list[str]] = {}
    for agent in agents:
        for name in {agent.id, agent.name} - {""}:
            called.setdefault(name, []).append(agent.id)
    names = sorted(called, key=len, reverse=True)
    # Behind a letter it is an address; and `@wang` is not the beginning of `@wangfei`.
    fits = "|".join(re.escape(name) + (r"(?![A-Za-z0-9_])" if name[-1].isascii() else "") for name in names)
    found = re.findall(rf"(?<![A-Za-z0-9])@({fits})", content) if fits else []
    return tuple(dict.fromkeys(id_ for name in found for id_ in called[name]))


def tag(session: Session, now: datetime, add: Sequence[str], remove: Sequence[str], by: Agent | None) -> Change:
    """Whoever may read a session says what it is about, after its end too. What is removed goes first."""
    must_read(session, by)
    if wrong := [name for name in add if not is_tag(name)]:
        raise BadRequest(f"标签“{wrong[0][:LONGEST]}”不可用：应为 1 到 {LONGEST} 个字，不能换行，也不能以 # 开头 @ $.add")
    kept = [name for name in session.tags if name not in remove]
    tags = tuple(dict.fromkeys([*kept, *add]))
    if len(tags) > MOST:
        raise BadRequest(f"一个会话最多 {MOST} 个标签 @ $.add")
    if tags == session.tags:
        return NOTHING
    untagged = tuple(name for name in session.tags if name not in tags)
    session = evolve(session, tags=tags, version=session.version + 1)
    return Change(session, untagged=untagged, events=(Event(EventType.SESSION_UPDATED, session),))


def mark_unread(session: Session, now: datetime, by: Agent | None) -> Change:
    """The holder puts it off: as if the customer's last message had not been seen."""
    if session.status is not Status.MANUAL:
        raise wrong_status(session, "只有人工接待中的会话可以标为未读")
    must_hold(session, by)
    if session.unread:
        return NOTHING
    session = evolve(session, unread=1, version=session.version + 1)
    return Change(session, events=(Event(EventType.SESSION_UPDATED, session),))


def describe(
    session: Session, before: Card, card: Card, attributes: Iterable[tuple[str, str]], open_session: Session | None,
    by: Agent | None,
) -> Change:
    """What is kept of a session's customer is now as in `card`, with these attributes changed.

    Her open session tells so, or where she has none the session itself.
    """
    must_read(session, by)
    if len(card.remark) > LONGEST_REMARK or card.remark and not card.remark.isprintable():
        raise BadRequest(f"备注名应为一行、至多 {LONGEST_REMARK} 个字 @ $.remark")
    if len(card.note) > LONGEST_CARD:
        raise BadRequest(f"不能超过 {LONGEST_CARD} 个字符 @ $.note")
    card = evolve(card, attributes=changed(before.attributes, attributes))
    if evolve(before, changed_by=card.changed_by, changed_at=card.changed_at) == card:
        return NOTHING
    session = open_session or session
    customer = evolve(session.customer, remark=card.remark, changed_at=card.changed_at)
    session = evolve(session, customer=customer, version=session.version + 1)
    return Change(session, cards=(card,), events=(Event(EventType.SESSION_UPDATED, session),))
