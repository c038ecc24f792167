"""What agents think of the assistant's answers: given on each, and taken away as a file."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from ccs import tables
from ccs.asked import Judged
from ccs.checkup.premises import TITLES
from ccs.codec import Identifier, Note, encode
from ccs.errors import BadRequest
from ccs.kept import Thumb
from ccs.models import EPOCH
from handlers.base import ApiHandler
from handlers.sessions import SessionHandler

COLUMNS = ("时间", "会话", "渠道", "客户的问题", "AI 的回答", "依据", "把握", "模型", "评价", "说明", "客服")
MOMENT = timedelta(milliseconds=1)      # of which times are kept: what was given in this one belongs to it
THUMBS = {Thumb.GOOD: "好", Thumb.BAD: "不好"}


@frozen
class FeedbackRequest:
    verdict: Identifier
    note: Note = ""
    csId: Identifier | None = None


class Feedback(SessionHandler):
    async def post(self, session_id: str, message_id: str) -> None:
        request = self.read(FeedbackRequest)
        if request.verdict not in tuple(Thumb):
            raise BadRequest(f"只能是 {'、'.join(Thumb)} @ $.verdict")
        by = self.by(request.csId)
        message = await self.parts.desk.judge(session_id, message_id, Thumb(request.verdict), request.note.strip(), by)
        self.answer(self.parts.wire.message(message))


class FeedbackExport(ApiHandler):
    """A file for whoever looks after the assistant: CSV for people, with words; JSON lines for programs."""

    async def get(self) -> None:
        self.must_supervise("只有主管和管理员可以导出对 AI 的评价")
        kind = self.query("format") or "csv"
        if kind not in ("csv", "jsonl"):
            raise BadRequest("参数 format 只能是 csv、jsonl")
        begin, render = (self._csv_head(), self._csv) if kind == "csv" else (b"", self._jsonl)
        since, until = self._moment("since", EPOCH), self._moment("until", self.parts.now() + MOMENT, is_end=True)
        type_ = "text/csv" if kind == "csv" else "application/x-ndjson"
        pages = self.parts.archive.judged(since, until)
        first: list[Judged] = await anext(pages, [])      # what cannot be read is told as such, and not as a file
        self.set_header("Content-Type", f"{type_}; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="feedback.{kind}"')
        text = begin + render(first)
        async for page in pages:
            await self.leaves(text)
            text = render(page)
        self.finish(text)

    def _moment(self, name: str, default: datetime, *, is_end: bool = False) -> datetime:
        """A time, or a day in the configured time zone, which an end includes."""
        text = self.query(name)
        if text is None:
            return default
        try:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=self._zone)
            moment = max(moment + timedelta(days=1) if is_end and len(text) == len("2026-01-01") else moment, EPOCH)
            self.parts.wire.time(moment)
            return moment
        except (ValueError, OverflowError):
            raise BadRequest(f"参数 {name} 应是日期或时间，例如 2026-01-31 或 2026-01-31T08:00:00+08:00") from None

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.parts.config.server.timezone)

    def _csv_head(self) -> bytes:
        return (tables.MARK + tables.rows([COLUMNS])).encode()

    def _csv(self, page: list[Judged]) -> bytes:
        return tables.rows([self._row(judged) for judged in page]).encode()

    def _row(self, judged: Judged) -> list[str]:
        told, verdict, basis = self._told(judged), judged.verdict, _basis(judged)
        return [
            verdict.given_at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S"), verdict.session_id,
            TITLES.get(told["channelType"], told["channelType"]), told["question"], told["answer"],
            "\n".join(str(source.get("question", "")) for source in basis.get("sources", ())),
            str(basis.get("confidence", "")), told.get("model", ""), THUMBS[verdict.thumb], verdict.note,
            verdict.agent_id,
        ]

    def _jsonl(self, page: list[Judged]) -> bytes:
        return b"".join(encode(self._told(judged)) + b"\n" for judged in page)

    def _told(self, judged: Judged) -> dict[str, Any]:
        """FeedbackRow."""
        verdict = judged.verdict
        return {
            "time": self.parts.wire.time(verdict.given_at), "sessionId": verdict.session_id,
            "msgId": judged.answer.id, "channelType": judged.session.customer.channel,
            "question": "\n".join(message.content for message in judged.question), "answer": judged.answer.content,
            **{name: value for name, value in _basis(judged).items() if name in ("sources", "confidence", "model")},
            "verdict": verdict.thumb.value, "note": verdict.note, "csId": verdict.agent_id,
        }


def _basis(judged: Judged) -> dict[str, Any]:
    """What the answer rests on, as the assistant kept it; nothing for a greeting."""
    basis = judged.answer.fields.get("assistant")
    return basis if isinstance(basis, dict) else {}
