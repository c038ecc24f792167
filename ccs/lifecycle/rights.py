"""Who may do what in a session, and the words of a refusal.

While somebody holds a session, it is for her and for supervisors. A colleague whom a note in it names is asked to look:
she reads it, notes and tags in it, and keeps what is known of the customer, until it ends or no note that stands names
her any more. Answering, handing on, ending and blocking are not hers. She may ask others by notes of her own.
"""

from collections.abc import Mapping
from typing import Any

from ccs.errors import Forbidden, WrongStatus
from ccs.kept import Note
from ccs.models import NOBODY, Agent, Session, Status

STATUS_WORDS = {
    Status.AI: "AI 接待中",
    Status.PENDING: "待接入",
    Status.MANUAL: "人工接待中",
    Status.CLOSED: "已结束",
}


def may_open(session: Session, agent: Agent) -> bool:
    """Who may look at a session live: who may read it, as long as it is open."""
    return session.is_open and may_read(session, agent)


def may_read(session: Session, agent: Agent) -> bool:
    """Who may be told what is said in a session: who tends it, and whom a note in it asks to look."""
    return _tends(session, agent) or agent.id in session.asked


def asked(session: Session, *, by: Note | None = None, no_longer_by: Note | None = None) -> Mapping[str, int]:
    """Whom the session's notes ask once the one stands there, and the other does not."""
    asked = dict(session.asked)
    for cs_id in by.calls if by else ():
        asked[cs_id] = asked.get(cs_id, 0) + 1
    for cs_id in no_longer_by.calls if no_longer_by else ():
        asked[cs_id] = asked.get(cs_id, 0) - 1
    return {cs_id: notes for cs_id, notes in asked.items() if notes > 0} or NOBODY


def _tends(session: Session, agent: Agent) -> bool:
    """Whose business a session is: while somebody holds it, hers and supervisors'; otherwise everyone's."""
    return session.status is not Status.MANUAL or session.agent_id == agent.id or agent.supervises


def must_tend(session: Session, by: Agent | None) -> None:
    """Raises Forbidden if the session is somebody else's business, though she may be asked to look at it."""
    if by and not _tends(session, by):
        raise _others(session)


def must_hold(session: Session, by: Agent | None) -> None:
    """Raises Forbidden if somebody else holds it, unless a supervisor asks, or access is open (None)."""
    if by and session.agent_id and by.id != session.agent_id and not by.supervises:
        raise _others(session)


def must_answer(session: Session, by: Agent | None) -> None:
    """Raises WrongStatus or Forbidden unless it is for this agent to answer in it."""
    if session.status is not Status.MANUAL:
        raise wrong_status(session, "只有人工接待中的会话可以回复")
    must_hold(session, by)


def must_help(session: Session, by: Agent | None) -> None:
    """Raises WrongStatus or Forbidden unless this agent may prepare an answer: she holds it, or may accept it."""
    if session.status not in (Status.PENDING, Status.MANUAL):
        raise wrong_status(session, "只有待接入和人工接待中的会话可以用 AI 起草")
    must_hold(session, by)


def must_read(session: Session, agent: Agent | None) -> None:
    """Raises Forbidden if what is said in it is not for this agent."""
    if agent and not may_read(session, agent):
        holder = session.agent_id
        words = f"会话由 {holder} 接待，只有 {holder} 本人、主管和备注里提到的同事可以查看"
        raise Forbidden(words, where_it_stands(session))


def _others(session: Session) -> Forbidden:
    holder = session.agent_id
    return Forbidden(f"会话由 {holder} 接待，只有 {holder} 本人或主管可以操作", where_it_stands(session))


def wrong_status(session: Session, words: str) -> WrongStatus:
    return WrongStatus(f"{words}，当前状态：{STATUS_WORDS[session.status]}", where_it_stands(session))


def where_it_stands(session: Session) -> dict[str, Any]:
    """What a refusal tells of the session: where it stands, and who holds it."""
    where = {"sessionId": session.id, "status": session.status.value}
    if session.agent_id:
        where["manualCsId"] = session.agent_id
    return where
