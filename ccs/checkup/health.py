"""How a channel is, for the dot beside its name: what went through it of late, in one word and a reason."""

from datetime import datetime, timedelta

from ccs.kept import Pulse

QUIET = timedelta(hours=24)     # without a word from anybody; a small shop has quiet nights

OFF, OK, QUIET_NOW, FAILING = "off", "ok", "quiet", "failing"
DELAYED = ("pending", "sending")
ENOUGH = 3                      # failures in a row; one may be that customer's own


def state_of(pulse: Pulse, now: datetime) -> tuple[str, str]:
    """Of a channel that is on: its state and, where that is not ok, why."""
    states = [state for state, _ in pulse.outcomes]
    if states and states[0] in DELAYED:
        return FAILING, f"回复发送失败，正在重试：{pulse.outcomes[0][1]}"
    if len(states) >= ENOUGH and "sent" not in states and not set(states) & set(DELAYED):
        return FAILING, f"最近 {len(states)} 条回复都发送失败" + (f"：{pulse.outcomes[0][1]}" if pulse.outcomes[0][1] else "")
    if pulse.last_in is None:
        return QUIET_NOW, "还没有收到过客户的消息"
    if now - pulse.last_in > QUIET:
        return QUIET_NOW, "超过 24 小时没有收到客户的消息"
    return OK, ""
