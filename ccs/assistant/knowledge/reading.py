"""A folder of Markdown and CSV files becomes entries, and faults with the file and line of each.

A faulty entry is left out and all others work. A file that cannot be read at all, as when it is just being saved,
keeps the entries it had before.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from attrs import Factory, evolve, frozen

from ccs.assistant.knowledge import pages, tables
from ccs.assistant.knowledge.entries import Entry, Fault, Written, entry, identified
from ccs.assistant.knowledge.plain import plain

LARGEST_FILE = 2 << 20          # bytes; ten thousand long answers
MOST_FILES = 200
MOST_ENTRIES = 10_000
READERS = {".md": pages.written, ".csv": tables.written}
NOT_READ = {".xlsx", ".xls", ".et", ".docx", ".doc", ".wps", ".txt", ".markdown"}    # in which somebody may expect it
KEPT = "；在改好之前继续使用这个文件原来的内容"


@frozen
class Shelf:
    """All that a folder holds. `files` has each file's own entries."""

    entries: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()
    files: Mapping[str, tuple[Entry, ...]] = Factory(dict)


class NotText(Exception):
    """What is wrong with the bytes of a file."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


def read(folder: Path, before: Shelf = Shelf()) -> Shelf:
    """Reads every file. What is not readable now and was before stays as it was, with a fault that says so."""
    faults: list[Fault] = []
    files: dict[str, tuple[Entry, ...]] = {}
    try:
        paths = _paths(folder)
    except OSError as error:
        return evolve(before, faults=(Fault(str(folder), 0, f"文件夹打不开：{error.strerror}"),))
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() in NOT_READ:
            faults.append(Fault(name, 0, "这种文件不会读；表格请另存为“CSV UTF-8”，文字请存为 .md"))
            continue
        entries, wrong, is_broken = _file(path, name, folder)
        if is_broken and (kept := before.files.get(name)):
            entries, wrong = list(kept), [evolve(fault, text=f"{fault.text}{KEPT}") for fault in wrong]
        files[name] = tuple(entries)
        faults += wrong
    if len(paths) == MOST_FILES:
        faults.append(Fault(paths[-1].relative_to(folder).as_posix(), 0, f"文件到 {MOST_FILES} 个为止，后面的没有使用；请合并成几个"))
    found, doubled = _each_once([each for entries in files.values() for each in entries])
    return Shelf(tuple(found), tuple(faults + doubled), files)


def _paths(folder: Path) -> list[Path]:
    """The files that are meant to be read, and those somebody may think are. Raises OSError."""
    if not folder.is_dir():
        raise NotADirectoryError(20, "没有这个文件夹")
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place, name) for name in names if not name.startswith((".", "~$"))]
    known = READERS.keys() | NOT_READ
    return sorted(path for path in found if path.suffix.lower() in known)[:MOST_FILES]


def _file(path: Path, name: str, folder: Path) -> tuple[list[Entry], list[Fault], bool]:
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        return [], [Fault(name, 0, "是一个链接，指向知识库文件夹之外，不会读；请把文件本身放进来")], False
    try:
        text = _text(path)
    except OSError as error:
        return [], [Fault(name, 0, f"打不开：{error.strerror}")], True
    except NotText as error:
        return [], [Fault(name, error.line, str(error))], True
    return of_text(text, name, folder)


def of_text(text: str, name: str, folder: Path) -> tuple[list[Entry], list[Fault], bool]:
    """The entries of a file, what is wrong with it, and whether it is so broken that none of it can be trusted."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    written, faults, is_broken = READERS[Path(name).suffix.lower()](text, name)
    found = []
    for each in written:
        made, wrong = _made(each, folder)
        faults += wrong
        found += [made] if made else []
    return found, sorted(faults, key=lambda fault: fault.line), is_broken


def _made(written: Written, folder: Path) -> tuple[Entry | None, list[Fault]]:
    made, faults = entry(written, folder)
    if made and not plain(made.question):
        return None, [Fault(written.file, written.line, f"问题“{made.question[:20]}”里没有字")]
    return made and evolve(made, id=identified(made, plain)), faults


def _text(path: Path) -> str:
    """Raises OSError or NotText."""
    if not path.is_file():                  # a device or a pipe may have no end
        raise NotText("不是普通文件")
    with open(path, "rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise NotText(f"超过 {LARGEST_FILE >> 20} MB，请分成几个文件")
    return decoded(data)


def decoded(data: bytes) -> str:
    """UTF-8 with or without a mark, or GB18030, in which Excel saves in China. Raises NotText."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _gb18030(data, error)
    for number, line in enumerate(text.split("\n"), 1):
        if any(each < " " and each not in "\t\r\f\v" for each in line):
            raise NotText("不是文字文件；请另存为“CSV UTF-8”或 UTF-8 编码的 .md", number)
    return text


def _gb18030(data: bytes, error: UnicodeDecodeError) -> str:
    """Damaged UTF-8 is seldom told by GB18030, which reads nearly everything: so it is told by how much is sound."""
    line = data.count(b"\n", 0, error.start) + 1
    anyhow = data.decode("utf-8", "replace")
    sound = sum(each >= "\u2e80" and each != "\ufffd" for each in anyhow)
    if sound > 4 * anyhow.count("\ufffd"):
        raise NotText("这一行有坏掉的字符，文件可能没有存完整；请用 UTF-8 重新保存", line)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise NotText("不是文字文件；请另存为“CSV UTF-8”或 UTF-8 编码的 .md", line) from None


def _each_once(entries: list[Entry]) -> tuple[list[Entry], list[Fault]]:
    """A question is answered once for each customer; a season's or channel's own answer may stand beside the usual."""
    kept: dict[str, list[Entry]] = {}
    found, faults = [], []
    for each in entries:
        same = kept.setdefault(plain(each.question), [])
        first = next((one for one in same if one.is_particular == each.is_particular and one.meets(each)), None)
        if first:
            faults.append(Fault(each.file, each.line, f"问题“{each.question[:30]}”已经写过，见 {first.file}:{first.line}"))
        else:
            same.append(each)
            found.append(each)
    if len(found) > MOST_ENTRIES:
        faults.append(Fault(found[MOST_ENTRIES].file, found[MOST_ENTRIES].line, f"问答超过 {MOST_ENTRIES} 条，后面的没有使用"))
    return found[:MOST_ENTRIES], faults
