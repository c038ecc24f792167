"""Quick replies as a table, as Excel and WPS save and open it: one in a row, under a header in any order."""

import csv
import io
from collections.abc import Iterator, Sequence

from attrs import frozen

from ccs import tables
from ccs.assistant.knowledge.reading import NotText, decoded
from ccs.kept import QuickReply
from ccs.own.wording import CHANNELS, Wording

HEADER = {"title": "标题", "content": "内容", "shortcut": "快捷码", "folder": "文件夹", "channels": "渠道"}
COLUMNS = {word: name for name, chinese in HEADER.items() for word in (name, chinese)}
SEPARATORS = "、,，|｜;；/ \n"          # between channels in one cell
MOST_ROWS = 5000
MOST_FAULTS = 100           # after which nobody reads on
QUOTES = "引号没有配对：内容里有逗号或换行时，用英文双引号把整格包起来，格子里的双引号写两个"
TOO_LONG = "这一行有一格太长，内容不能超过 2000 个字符"


@frozen
class Fault:
    line: int
    message: str


@frozen
class Row:
    line: int
    cells: list[str]


def read(data: bytes | str) -> tuple[list[Wording], list[Fault]]:
    """What a table says, and what is wrong with it by its lines. Takes some milliseconds for a thousand rows."""
    try:
        text = (decoded(data) if isinstance(data, bytes) else data).removeprefix("\ufeff")
        rows = list(_rows(text))
    except NotText as error:
        return [], [Fault(max(error.line, 1), str(error))]
    if not rows:
        return [], [Fault(1, "表格是空的：第一行应是 标题,内容,快捷码,文件夹,渠道")]
    names = [COLUMNS.get(cell.strip().casefold(), "") for cell in rows[0].cells]
    if faults := list(_of_header(names, rows[0])):
        return [], faults
    if len(rows) > MOST_ROWS + 1:
        return [], [Fault(rows[MOST_ROWS + 1].line, f"一次最多导入 {MOST_ROWS} 条")]
    return _checked(names, rows[1:])


def written(replies: Sequence[QuickReply]) -> bytes:
    """The same the other way, with the mark by which Excel knows UTF-8."""
    body = [
        [each.title, each.content, each.shortcut, each.folder, "、".join(map(CHANNELS.__getitem__, each.channels))]
        for each in replies
    ]
    return (tables.MARK + tables.rows([list(HEADER.values()), *body])).encode()


def _checked(names: list[str], rows: list[Row]) -> tuple[list[Wording], list[Fault]]:
    found: list[Wording] = []
    faults: list[Fault] = []
    known: dict[str, int] = {}
    for row in rows:
        if any(cell.strip() for cell in row.cells[len(names):]):
            faults.append(Fault(row.line, "这一行的格数比表头多：内容里有英文逗号时，用双引号把整格包起来"))
            continue
        wording = _wording(dict(zip(names, row.cells)))
        faults += [Fault(row.line, words) for words in wording.faults()]
        if wording.title in known:
            faults.append(Fault(row.line, f"标题“{wording.title[:20]}”和第 {known[wording.title]} 行重复"))
        elif wording.title:
            known[wording.title] = row.line
        found.append(wording)
    return ([], faults[:MOST_FAULTS]) if faults else (found, [])


def _of_header(names: list[str], header: Row) -> Iterator[Fault]:
    for name in ("title", "content"):
        if name not in names:
            yield Fault(header.line, f"表头里没有“{HEADER[name]}”这一列")
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield Fault(header.line, f"表头里“{HEADER[name]}”这一列出现了两次")
    for name, cell in zip(names, header.cells):
        if not name and cell.strip():
            yield Fault(header.line, f"不认识“{cell.strip()[:20]}”这一列，可以写 {'、'.join(HEADER.values())}")


def _wording(cells: dict[str, str]) -> Wording:
    """Where the table has no such column, what was before stays."""
    texts = {name: _unmarked(cells[name]).strip() for name in HEADER if name in cells}
    told = texts.pop("channels", None)
    channels = None if told is None else tuple(dict.fromkeys(map(_channel, _split(told))))
    return Wording(**texts, channels=channels)


def _unmarked(text: str) -> str:
    """Without the mark by which `tables.rows` keeps a spreadsheet from calculating."""
    return text[1:] if text.startswith("'") and tables.is_formula(text[1:]) else text


def _channel(word: str) -> str:
    names = {chinese: name for name, chinese in CHANNELS.items()}
    return names.get(word, word.casefold())


def _split(text: str) -> list[str]:
    for separator in SEPARATORS:
        text = text.replace(separator, " ")
    return text.split()


def _rows(text: str) -> Iterator[Row]:
    """Those that are not empty. Raises NotText where they cannot be told from each other."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text))
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotText(TOO_LONG if "limit" in str(error) else QUOTES, line) from error


def _delimiter(text: str) -> str:
    """Excel's "Unicode text" has tabs."""
    header = text.partition("\n")[0]
    return "\t" if "\t" in header and "," not in header else ","
