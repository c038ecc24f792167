"""An entry of the knowledge base: what is written, checked, and made a value.

Both formats give the same `Written`, texts as they stand in the file; `entry` makes an `Entry` of it, or says in plain
sentences what is wrong. Faults are read by the owner of the shop, so they are in Chinese and say what to do.
"""

import os
import re
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

from attrs import Factory, frozen

from ccs.channels import cards
from ccs.errors import BadRequest
from ccs.media.filetypes import mime_of
from ccs.models import Outgoing

LONGEST_QUESTION = 200          # characters; of an alternative too
MOST_ALTERNATIVES = 60
LONGEST_ANSWER = 4000           # characters; three messages of 微信客服
LARGEST_PICTURE = 2 << 20       # bytes; what 微信客服 takes, the strictest of the platforms
PICTURES = {"image/jpeg", "image/png"}

CHANNELS = {
    "wechat": "wechat", "微信": "wechat", "企业微信": "wechat", "微信客服": "wechat",
    "douyin": "douyin", "抖音": "douyin", "jd": "jd", "京东": "jd",
}
CARDS = {"product": "product", "商品": "product", "order": "order", "订单": "order"}
SEPARATORS = re.compile(r"[|｜;；\n]")
BETWEEN_CHANNELS = re.compile(r"[|｜;；,，、/\s]+")
DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?", re.ASCII)
CARD = re.compile(r"(\S+)\s+(\S+)(?:\s+(.*?))?(?:\s+[¥￥]?(\d{1,11}(?:\.\d{1,2})?)\s*元?)?", re.ASCII)


@frozen
class Fault:
    """Something in a file that cannot be used, for its author."""

    file: str
    line: int               # from 1; 0 is the file as a whole
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.text}" if self.line else f"{self.file} {self.text}"


@frozen
class Entry:
    """A question the shop answers. `file` is as people call it, below the folder."""

    id: str                                     # the same as long as the file's name and the question are
    question: str
    answer: str
    file: str
    line: int
    alternatives: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()              # empty: on all
    valid_from: date | None = None              # both days are among those it is good on
    valid_to: date | None = None
    picture: Path | None = None
    card: Outgoing | None = None

    @property
    def phrasings(self) -> tuple[str, ...]:
        return (self.question, *self.alternatives)

    @property
    def is_particular(self) -> bool:
        """Whether it is for some days or channels only; then it goes before one that is for all."""
        return bool(self.channels or self.valid_from or self.valid_to)

    def holds(self, channel: str, today: date) -> bool:
        """Whether it may be said there and then."""
        begun = self.valid_from is None or self.valid_from <= today
        over = self.valid_to is not None and self.valid_to < today
        return begun and not over and (not self.channels or channel in self.channels)

    def is_as_wide_as(self, channel: str) -> bool:
        """Whether one for this channel, or if it is empty for all, could not stand beside it."""
        apart = channel and self.channels and channel not in self.channels
        return self.is_particular == bool(channel) and not apart

    def meets(self, other: "Entry") -> bool:
        """Whether there may be a customer for whom both hold."""
        apart = self.channels and other.channels and not set(self.channels) & set(other.channels)
        after = self.valid_from and other.valid_to and other.valid_to < self.valid_from
        before = self.valid_to and other.valid_from and self.valid_to < other.valid_from
        return not (apart or after or before)


@frozen
class Written:
    """What stands in a file about one entry, as texts; `line` is where it begins."""

    file: str
    line: int
    question: str
    answer: str
    alternatives: str = ""
    channel: str = ""
    valid_from: str = ""
    valid_to: str = ""
    picture: str = ""
    card: str = ""
    lines: Mapping[str, int] = Factory(dict)    # of what has a line of its own


def entry(written: Written, folder: Path) -> tuple[Entry | None, list[Fault]]:
    """The entry, or everything that is wrong with it."""
    return _Reader(written, folder).read()


@frozen
class _Reader:
    written: Written
    folder: Path
    faults: list[Fault] = Factory(list)

    def read(self) -> tuple[Entry | None, list[Fault]]:
        written = self.written
        question, answer = " ".join(written.question.split()), written.answer.strip()
        self._lengths(question, answer)
        valid_from, valid_to = self._day("valid_from"), self._day("valid_to")
        if valid_from and valid_to and valid_to < valid_from:
            self._fault("valid_to", f"有效期的结束日期 {valid_to} 早于开始日期 {valid_from}")
        found = Entry(
            id="", question=question, answer=answer, file=written.file, line=written.line,
            alternatives=self._alternatives(), channels=self._channels(), valid_from=valid_from, valid_to=valid_to,
            picture=self._picture(), card=self._card(),
        )
        return (None if self.faults else found), self.faults

    def _fault(self, about: str, text: str) -> None:
        self.faults.append(Fault(self.written.file, self.written.lines.get(about, self.written.line), text))

    def _lengths(self, question: str, answer: str) -> None:
        if not question:
            self._fault("question", "没有写问题")
        if len(question) > LONGEST_QUESTION:
            self._fault("question", f"问题超过 {LONGEST_QUESTION} 个字，请写短一些")
        if not answer:
            self._fault("answer", f"“{question[:30]}”没有写答案" if question else "没有写答案")
        if len(answer) > LONGEST_ANSWER:
            self._fault("answer", f"答案超过 {LONGEST_ANSWER} 个字，客户读不完，请写短一些")

    def _alternatives(self) -> tuple[str, ...]:
        parts = (" ".join(part.split()) for part in SEPARATORS.split(self.written.alternatives))
        found = tuple(dict.fromkeys(part for part in parts if part))
        if len(found) > MOST_ALTERNATIVES:
            self._fault("alternatives", f"其他问法超过 {MOST_ALTERNATIVES} 个，请分成几条")
        if longest := [each for each in found if len(each) > LONGEST_QUESTION]:
            self._fault("alternatives", f"其他问法“{longest[0][:20]}…”超过 {LONGEST_QUESTION} 个字；用 | 分开每一种问法")
        return found

    def _channels(self) -> tuple[str, ...]:
        names = [name for name in BETWEEN_CHANNELS.split(self.written.channel.strip()) if name]
        for name in names:
            if name.casefold() not in CHANNELS:
                self._fault("channel", f"没有“{name[:20]}”这个渠道，可以写 微信、抖音、京东；不写就是所有渠道")
        return tuple(sorted({CHANNELS[name.casefold()] for name in names if name.casefold() in CHANNELS}))

    def _day(self, which: str) -> date | None:
        text = getattr(self.written, which).strip()
        if not text:
            return None
        try:
            year, month, day = map(int, DATE.fullmatch(text).groups())      # type: ignore[union-attr]
            return date(year, month, day)
        except (AttributeError, ValueError):
            self._fault(which, f"“{text[:20]}”不是日期，请写成 2026-11-01 这样")
            return None

    def _picture(self) -> Path | None:
        text = self.written.picture.strip().replace("\\", "/")
        if not text:
            return None
        try:
            path = Path(os.path.realpath(self.folder / text))
            inside = path.is_relative_to(os.path.realpath(self.folder)) and not text.startswith("/") and ":" not in text
            fault = _picture_fault(path, text) if inside else f"图片“{text[:60]}”不在知识库文件夹里，请放进来再写相对路径"
        except (OSError, ValueError):
            fault = f"图片“{text[:60]}”读不出来"
        if fault:
            self._fault("picture", fault)
            return None
        return path

    def _card(self) -> Outgoing | None:
        text = self.written.card.strip()
        if not text:
            return None
        try:
            return _card(text)
        except (BadRequest, ValueError):
            self._fault("card", f"卡片“{text[:40]}”看不懂，请写成 product 商品编号 标题 价格，例如 product 10086 纯棉T恤 59.00")
            return None


def _picture_fault(path: Path, text: str) -> str | None:
    if not path.is_file():
        return f"没有图片“{text[:60]}”，请检查文件名"
    if path.stat().st_size > LARGEST_PICTURE:
        return f"图片“{text[:60]}”超过 {LARGEST_PICTURE >> 20} MB，平台不收，请压缩后再放"
    with open(path, "rb") as file:
        kind = mime_of(file.read(512))
    return None if kind in PICTURES else f"图片“{text[:60]}”不是 JPG 或 PNG"


def _card(text: str) -> Outgoing:
    """`product 10086 纯棉T恤 59.00`. Raises ValueError or BadRequest."""
    found = CARD.fullmatch(" ".join(text.split()))
    kind = CARDS.get(found[1].casefold()) if found else None
    if found is None or kind is None:
        raise ValueError(text)
    yuan, _, cents = (found[4] or "").partition(".")
    price = {"price": int(yuan) * 100 + int(cents.ljust(2, "0"))} if yuan else {}
    body = {"id": found[2], **({"title": found[3]} if found[3] else {}), **price}
    fields = {cards.MEMBERS[kind]: body}
    cards.must_be_whole(kind, fields)
    told = cards.told(kind, fields)
    assert told
    return Outgoing(told.words(), kind, fields)


def identified(found: Entry, plain: Callable[[str], str]) -> str:
    """By what it stays itself: where it stands, what it asks, and for whom, so that a season's answer has its own."""
    limits = [*found.channels, str(found.valid_from or ""), str(found.valid_to or "")] if found.is_particular else []
    return sha256("\0".join([found.file, plain(found.question), *limits]).encode(errors="replace")).hexdigest()[:16]
