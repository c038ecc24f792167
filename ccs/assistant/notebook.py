"""What agents add to the knowledge base: a CSV file of its own in its folder, which its owner may edit like any other.

The file is replaced as a whole, once the new one is on disk: whoever reads it sees it before or after, never half.
"""

import csv
import io
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

from ccs import tables
from ccs.assistant.knowledge import reading
from ccs.assistant.knowledge.entries import BETWEEN_CHANNELS, CHANNELS
from ccs.assistant.knowledge.plain import plain
from ccs.assistant.knowledge.reading import LARGEST_FILE
from ccs.assistant.knowledge.tables import COLUMNS as HEADINGS
from ccs.errors import Refusal

NAME = "from-agents.csv"
COLUMNS = ("question", "alternatives", "answer", "channel")
SEPARATORS = "|｜;；"           # between alternatives in one cell
Where = Callable[[str, str], str | None]       # by question and channel


class AlreadyKnown(Refusal):
    """The question stands in the knowledge base; the words say where."""

    code = 4011


class CannotAdd(Refusal):
    """There is no folder, or no room or right to write in it. The words say what to do."""

    code = 4012


@frozen
class Note:
    """A question with its answer, as an agent wrote them."""

    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    channel: str = ""           # empty: all

    def cells(self) -> dict[str, str]:
        """Each on one line, but for the answer. Raises Refusal for what a spreadsheet would take for a formula."""
        alternatives = [_line(each.translate({ord(sign): " " for sign in SEPARATORS})) for each in self.alternatives]
        cells = {
            "question": _line(self.question), "alternatives": "|".join(filter(None, alternatives)),
            "answer": _shown(self.answer).strip(), "channel": self.channel,
        }
        for name, words in (("question", "问题"), ("alternatives", "其他问法"), ("answer", "答案")):
            if tables.is_formula(cells[name]):
                raise Refusal(f"{words}不能以 {cells[name][0]} 开头，表格软件会把它当成公式；请在前面加一个字")
        if not plain(cells["question"]) or not cells["answer"]:
            raise Refusal("问题和答案都要写")
        return cells


class Notebook:
    """The file in the knowledge folder; None: there is no folder. `where` finds a question elsewhere in the folder."""

    def __init__(self, folder: Path | None, where: Where = lambda question, channel: None) -> None:
        self._folder = folder
        self._where = where

    def add(self, note: Note) -> int:
        """On which line it stands now. It takes the disk's time: call it in a thread, one at a time. Raises Refusal."""
        if self._folder is None:
            raise CannotAdd("没有设置知识库文件夹，请管理员在 config.toml 里设置 assistant.knowledge_dir")
        cells, path = note.cells(), self._folder / NAME
        try:
            text = _text(path)
            columns = _columns(text)
            if place := _place(text, columns, cells) or self._where(cells["question"], note.channel):
                raise AlreadyKnown(f"知识库里已有这个问题，见 {place}；请在那里修改", {"place": place})
            line = tables.line([cells.get(name, "") for name in columns])
            whole = text + line
            if len(whole.encode()) > LARGEST_FILE:
                raise CannotAdd(f"{NAME} 已满（{LARGEST_FILE >> 20} MB），请管理员把其中的内容移到其他文件")
            _replace(path, whole)
        except OSError as error:
            raise CannotAdd(f"知识库文件夹写不进去：{error.strerror}；请管理员检查它的权限和磁盘") from error
        return text.count("\n") + 1


def _line(text: str) -> str:
    return " ".join(_shown(text).split())


def _shown(text: str) -> str:
    """Without what nobody sees, which would make the file no text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) not in ("Cc", "Cs"))


def _text(path: Path) -> str:
    """What the file holds, ready for another line; its header where there is none yet. Raises OSError, Refusal."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        data = b""
    try:
        text = reading.decoded(data)
    except reading.NotText as error:
        raise CannotAdd(f"{NAME} {error}") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text or tables.line(COLUMNS)
    return tables.MARK + (text if text.endswith("\n") else f"{text}\n")


def _columns(text: str) -> list[str]:
    """The file's own, in its order. Raises Refusal where nothing can be added without breaking it."""
    header: list[str] = next(_rows(text), [])
    names = [HEADINGS.get(cell.strip().casefold(), "") for cell in header]
    if missing := [name for name in COLUMNS[:3] if names.count(name) != 1]:
        raise CannotAdd(f"{NAME} 的表头里应有且只有一个 {missing[0]}，请管理员改好第一行")
    return names


def _rows(text: str) -> Any:
    return csv.reader(io.StringIO(text.removeprefix(tables.MARK), newline=""), strict=True)


def _place(text: str, columns: list[str], note: dict[str, str]) -> str | None:
    """Where in the file the question stands already, as itself or as an alternative, for the same customers.

    A channel's own answer may stand beside the usual one. Raises CannotAdd.
    """
    wanted, begins, rows = plain(note["question"]), 1, _rows(text)
    try:
        for row in rows:
            cells = dict(zip(columns, row))
            asked = map(plain, (cells.get("question", ""), *cells.get("alternatives", "").split("|")))
            if _is_as_wide(cells.get("channel", ""), note["channel"]) and wanted in asked:
                return f"{NAME}:{begins}"
            begins = rows.line_num + 1
    except csv.Error:
        raise CannotAdd(f"{NAME} 第 {begins} 行的引号没有配对，请管理员改好") from None
    return None


def _is_as_wide(cell: str, channel: str) -> bool:
    named = {CHANNELS.get(name.casefold()) for name in BETWEEN_CHANNELS.split(cell.strip()) if name}
    return channel in named if channel else not named


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{NAME}.part")
    try:
        with open(fresh, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    if os.name == "posix":              # Windows has no folders that can be synced
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
