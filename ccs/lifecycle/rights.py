"""Who may do what in a session, and the words of a refusal."""

from typing import Any

from ccs.errors import Forbidden, WrongStatus
from ccs.models import Agent, Session, Status

STATUS_WORDS = {
    Status.AI: "AI 接待中",
    Status.PENDING: "待接入",
    Status.MANUAL: "人工接待中",
    Status.CLOSED: "已结束",
}


def may_open(session: Session, agent: Agent) -> bool:
    """Who may look at a session live: anyone until somebody holds it, then the holder and supervisors."""
    return session.is_open and may_read(session, agent)


def may_read(session: Session, agent: Agent) -> bool:
    """Who may be told what is said in a session: while somebody holds it, she and supervisors; otherwise everyone."""
    return session.status is not Status.MANUAL or session.agent_id == agent.id or agent.supervises


def must_hold(session: Session, by: Agent | None) -> None:
    """Raises Forbidden if somebody else holds it, unless a supervisor asks, or access is open (None)."""
    if by and session.agent_id and by.id != session.agent_id and not by.supervises:
        raise Forbidden(f"会话由 {session.agent_id} 接待，只有 {session.agent_id} 本人或主管可以操作", where_it_stands(session))


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
        raise Forbidden(f"会话由 {session.agent_id} 接待，只有 {session.agent_id} 本人或主管可以查看", where_it_stands(session))


def wrong_status(session: Session, words: str) -> WrongStatus:
    return WrongStatus(f"{words}，当前状态：{STATUS_WORDS[session.status]}", where_it_stands(session))


def where_it_stands(session: Session) -> dict[str, Any]:
    """What a refusal tells of the session: where it stands, and who holds it."""
    where = {"sessionId": session.id, "status": session.status.value}
    if session.agent_id:
        where["manualCsId"] = session.agent_id
    return where
