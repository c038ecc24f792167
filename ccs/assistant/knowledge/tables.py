"""CSV files, as Excel or WPS save them: one entry in a row, under a header in any order."""

import csv
from collections.abc import Iterator

from attrs import frozen

from ccs.assistant.knowledge.entries import Fault, Written

COLUMNS = {
    "question": "question", "问题": "question",
    "alternatives": "alternatives", "其他问法": "alternatives", "也问": "alternatives",
    "answer": "answer", "答案": "answer",
    "channel": "channel", "渠道": "channel",
    "valid_from": "valid_from", "生效": "valid_from",
    "valid_to": "valid_to", "失效": "valid_to",
    "picture": "picture", "图片": "picture",
    "card": "card", "卡片": "card",
}
FOR_PEOPLE = {"", "note", "备注", "category", "分类"}        # columns that are nobody's business but the author's
MOST_BROKEN = 20            # rows with broken quotes; after that the rest of the file is not looked at
QUOTES = "引号没有配对：用英文双引号把整格包起来，格子里的双引号写两个"


@frozen
class Row:
    line: int
    cells: list[str]


class Broken(Exception):
    """The rows cannot be told from each other here."""

    def __init__(self, line: int, *, at_end: bool) -> None:
        super().__init__(QUOTES)
        self.line = line
        self.at_end = at_end        # as in a file that is only half written


def written(text: str, file: str) -> tuple[list[Written], list[Fault], bool]:
    """The entries, what is wrong, and whether the file as a whole cannot be trusted."""
    faults: list[Fault] = []
    rows, is_broken = _sound(text, file, faults)
    header = next(rows, None)
    if header is None:
        return [], [*faults, Fault(file, 1, "文件是空的：第一行应是 question,alternatives,answer")], True
    names = [COLUMNS.get(cell.strip().strip("\ufeff").casefold(), "") for cell in header.cells]
    faults += _of_header(names, header, file)
    if "question" not in names or "answer" not in names or _doubled(names):
        return [], faults, True
    found = []
    for row in rows:
        if any(cell.strip() for cell in row.cells[len(names):]):
            faults.append(Fault(file, row.line, "这一行的格数比表头多：内容里有英文逗号时，用双引号把整格包起来"))
            continue
        found.append(_of_row(dict(zip(names, row.cells)), row.line, file))
    return found, faults, bool(is_broken)


def _of_row(cells: dict[str, str], line: int, file: str) -> Written:
    return Written(
        file, line, cells.get("question", ""), cells.get("answer", ""), cells.get("alternatives", ""),
        cells.get("channel", ""), cells.get("valid_from", ""), cells.get("valid_to", ""), cells.get("picture", ""),
        cells.get("card", ""),
    )


def _of_header(names: list[str], header: Row, file: str) -> Iterator[Fault]:
    for wanted, word in (("question", "问题"), ("answer", "答案")):
        if wanted not in names:
            yield Fault(file, header.line, f"表头里没有 {wanted}（{word}）这一列")
    for name in _doubled(names):
        yield Fault(file, header.line, f"表头里 {name} 这一列出现了两次")
    for name, cell in zip(names, header.cells):
        if not name and cell.strip().casefold() not in FOR_PEOPLE:
            yield Fault(file, header.line, f"不认识“{cell.strip()[:20]}”这一列，没有使用；可以写 {'、'.join(COLUMNS)}")


def _doubled(names: list[str]) -> list[str]:
    return sorted({name for name in names if name and names.count(name) > 1})


def _sound(text: str, file: str, faults: list[Fault]) -> tuple[Iterator[Row], list[int]]:
    """The rows that can be read; the others become faults, and their lines are told again in the second list if
    the file ends in the middle of a quoted cell."""
    lines = [f"{line}\n" for line in text.split("\n")]
    cut_off: list[int] = []
    rows: list[Row] = []
    place = broken = 0
    while place < len(lines):
        try:
            for row in _rows(lines, place):
                rows.append(row)
            break
        except Broken as error:
            broken += 1
            faults.append(Fault(file, error.line, QUOTES))
            if error.at_end:
                cut_off.append(error.line)
            place = error.line
        if broken == MOST_BROKEN:
            faults.append(Fault(file, place, "引号没有配对的地方太多，后面的内容没有读"))
            break
    return iter(rows), cut_off


def _rows(lines: list[str], place: int) -> Iterator[Row]:
    """From a line on. Raises Broken with the line on which the broken row begins."""
    reader = csv.reader(lines[place:], strict=True)
    while True:
        begins = place + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Broken(begins, at_end="unexpected end" in str(error)) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield Row(begins, cells)
