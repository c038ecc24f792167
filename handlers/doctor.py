"""The checkup, `/api/doctor`, and the guide to joining a channel, `/api/ways`."""

from typing import Any

from ccs.checkup.doctor import Report
from ccs.wire import Wire
from handlers.base import ApiHandler
from handlers.guards import must_be_our_origin


class Checkup(ApiHandler):
    """For those who can do something about it. It asks platforms, so another site's page may not set it going."""

    async def get(self) -> None:
        must_be_our_origin(self.request, self.parts.config)
        self.must_supervise("只有主管和管理员可以查看体检结果")
        self.answer(described(await self.parts.doctor.report(), self.parts.wire))


class Ways(ApiHandler):
    """How channels can be joined, and which are: of the settings with which this server was started."""

    async def get(self) -> None:
        self.must_supervise("只有主管和管理员可以查看接入向导")
        self.answer({"publicUrl": self.parts.config.server.public_url.rstrip("/"), "ways": self.parts.ways_in})


def described(report: Report, wire: Wire) -> dict[str, Any]:
    return {
        "checkedAt": wire.time(report.checked_at),
        "findings": [
            {
                "channel": finding.channel, "step": finding.step, "title": finding.title,
                "result": finding.result.value, "words": finding.words, "advice": finding.advice,
            }
            for finding in report.findings
        ],
    }
