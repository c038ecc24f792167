"""Markdown files: `## 问题`, lines about the entry, an empty line, and the answer until the next `##`."""

import re
from collections.abc import Iterator

from attrs import frozen

from ccs.assistant.knowledge.entries import Fault, Written

BEGINS = re.compile(r"##(?!#)\s*(.*?)\s*#*\s*")
FOR_PEOPLE = re.compile(r"#(?!#)\s.*")
ABOUT = re.compile(r"\s*[-*]?\s*(\w{1,12})\s*[:：]\s*(.*)")
NAMES = {
    "也问": "alternatives", "其他问法": "alternatives", "alternatives": "alternatives",
    "渠道": "channel", "channel": "channel", "有效": "valid", "有效期": "valid", "valid": "valid",
    "图片": "picture", "picture": "picture", "卡片": "card", "card": "card",
}
DAYS = re.compile(r"\s*(.*?)\s*(?:至|到|起|~|～|—+|–|\bto\b)\s*(.*?)\s*")


@frozen
class Line:
    number: int
    text: str


def written(text: str, file: str) -> tuple[list[Written], list[Fault], bool]:
    """The entries, what is wrong, and whether the file as a whole cannot be trusted."""
    found: list[Written] = []
    faults: list[Fault] = []
    for heading, body in _parts(text):
        told, lines, answer, odd = _about(body)
        faults += [Fault(file, line.number, f"不认识“{line.text.strip()[:20]}”这一行：可以写 也问、渠道、有效、图片、卡片；"
                         "答案与它们之间空一行") for line in odd]
        valid_from, valid_to = _days(told.pop("valid", ""))
        for which in ("valid_from", "valid_to"):
            lines[which] = lines.get("valid", heading.number)
        if not odd:
            found.append(Written(
                file, heading.number, heading.text, "\n".join(line.text for line in answer), lines=lines,
                valid_from=valid_from, valid_to=valid_to, **told,
            ))
    if not found and not faults:
        return [], [Fault(file, 0, "里没有一条问答：每条以“## 问题”开头")], not text.strip()
    return found, faults, False


def _parts(text: str) -> Iterator[tuple[Line, list[Line]]]:
    """Each heading with the lines below it."""
    heading: Line | None = None
    body: list[Line] = []
    for number, line in enumerate(text.split("\n"), 1):
        begins, people = BEGINS.fullmatch(line), FOR_PEOPLE.fullmatch(line)
        if begins or people:
            if heading:
                yield heading, body
            heading, body = Line(number, begins[1]) if begins else None, []
        elif heading:
            body.append(Line(number, line))
    if heading:
        yield heading, body


def _about(body: list[Line]) -> tuple[dict[str, str], dict[str, int], list[Line], list[Line]]:
    """What is said about the entry, on which lines, the answer, and lines that are neither."""
    told: dict[str, str] = {}
    lines: dict[str, int] = {}
    ends = next((place for place, line in enumerate(body) if not line.text.strip()), len(body))
    odd = []
    for place, line in enumerate(body[:ends]):
        found = ABOUT.fullmatch(line.text)
        name = NAMES.get(found[1].casefold()) if found else None
        if found and name:
            told[name] = f"{told[name]}|{found[2]}" if name in told else found[2]
            lines.setdefault(name, line.number)
        elif not told:
            return {}, {}, body, []         # somebody began with the answer at once
        else:
            odd.append(line)
    return told, lines, body[ends:], odd


def _days(text: str) -> tuple[str, str]:
    """`2026-11-01 至 2026-11-30`; with one of them only, from or until then."""
    found = DAYS.fullmatch(text)
    return (found[1], found[2]) if found else (text, text)
