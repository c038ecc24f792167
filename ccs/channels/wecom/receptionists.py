"""Who answers in the WeCom client for each account of 微信客服 (kf/servicer/list).

There 0 is 接待中 and 1 is 停止接待; the event servicer_status_change counts otherwise.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ccs.channels.wecom.complaints import KF
from ccs.checkup.doctor import Opinion, ok, skipped, warn

ASKED = 20              # accounts, the first; one call each
AT_WORK = 0

Asks = Callable[[Mapping[str, Any]], Awaitable["dict[str, Any] | Opinion"]]


async def opinion(accounts: Sequence[Mapping[str, Any]], asks: Asks) -> Opinion:
    """One for all accounts: which of them nobody answers but the workbench."""
    if not accounts:
        return skipped("这次没有取得客服账号的列表，这一项先不检查")
    asked = accounts[:ASKED]
    lines, alone = [], []
    for account, answer in zip(asked, await asyncio.gather(*map(asks, asked))):
        if isinstance(answer, Opinion):
            return answer
        name = f"“{account.get('name') or account['open_kfid']}”"
        at_work, departments = _counted(answer)
        lines.append(f"{name} {at_work} 人接待中" + (f"，另有 {departments} 个部门" if departments else ""))
        if not at_work and not departments:
            alone.append(name)
    words = "；".join(lines)
    if not alone:
        return ok(words)
    return warn(
        f"{words}：{'、'.join(alone)}在企业微信里没有人接待，只有本工作台会答复",
        f"用本工作台接待的话不用改；也想在企业微信 App 里接待，到{KF}，给账号添加接待人员，并让他们把状态改成“接待中”",
    )


def _counted(answer: Mapping[str, Any]) -> tuple[int, int]:
    """People at work, and departments, of which WeCom does not tell who is."""
    listed = answer.get("servicer_list")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    people = [row for row in rows if row.get("userid")]
    return sum(row.get("status") == AT_WORK for row in people), len(rows) - len(people)
