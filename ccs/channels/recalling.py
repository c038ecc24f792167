"""Taking back what was said through a gateway: what it is asked, and what its answers mean for the agent."""

from typing import Any

from ccs import codec
from ccs.channels.http import Reply
from ccs.errors import BadRequest, Refusal
from ccs.models import Message, Session

ELSEWHERE = "请在平台的客户端撤回"
NOT_OFFERED = f"网关不支持撤回消息，{ELSEWHERE}"
LOST = "没有收到网关的答复，不知道是否已撤回，请再试一次"

REFUSALS = {                # by the code of a gateway's answer
    1001: "没有撤回：网关验签失败，请管理员检查 gateway_secret",
    1002: NOT_OFFERED,
    2001: "没有撤回：会话已关闭，或超过了平台允许撤回的时间",
    2002: "没有撤回：平台不允许撤回这条消息",
    3001: "没有撤回：平台限制了频率，请稍后再试",
    5000: "没有撤回：网关暂时不可用，请稍后再试",
}
UNKNOWN_PATH = {404, 405, 501}      # what a gateway answers that has never heard of it


def request(session: Session, message: Message) -> dict[str, Any]:
    """The body of `POST /recalls`. Asked again it has the same `requestId`: taken back is taken back."""
    assert message.delivery is not None
    return {
        "version": "1",
        "requestId": f"recall-{message.delivery.id}",
        "type": "message_recalled",
        "shopId": session.customer.account,
        "customer": {"id": session.customer.id},
        "conversationId": session.conversation,
        "message": {"id": message.delivery.platform_id or "", "requestId": message.delivery.id},
    }


def must_have_agreed(reply: Reply) -> None:
    """Raises Refusal."""
    if reply.status in UNKNOWN_PATH:
        raise Refusal(NOT_OFFERED)
    code = _code(reply.body)
    if code is None:
        raise Refusal(f"没有撤回：网关的答复无法识别（HTTP {reply.status}），{ELSEWHERE}")
    if code != 0 or reply.status >= 400:
        raise Refusal(REFUSALS.get(code, f"没有撤回：网关拒绝了（错误码 {code}），{ELSEWHERE}"))


def _code(body: bytes) -> int | None:
    try:
        code = codec.decode(body)["code"]
    except (BadRequest, KeyError, TypeError):
        return None
    return code if type(code) is int else None
