"""The log: one fact a line, whatever foreign text is in it.

What others send (names in a path, headers, file names, words of a library about them) may hold line breaks and other
characters that would make one line look like two, or turn a terminal upside down. They are written as escapes. A
traceback keeps its lines; each is indented, so that none can pass for a fact.
"""

import logging
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OURS = ("ccs", "handlers", "store")     # packages; the server itself logs as `ccs`
INDENT = "    "
LONGEST = 2000                          # characters of a line; foreign names may be as long as a request allows


def set_up(level: str) -> None:
    """Our own words from `level` on. Libraries only warn: in detail they repeat requests, addresses and headers."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(FORMAT))
    logging.basicConfig(level=max(logging.getLevelNamesMapping()[level.upper()], logging.WARNING), handlers=[handler])
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


class OneLine(logging.Formatter):
    """Foreign characters that are not printable come out as escapes."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        return printable(line if len(line) <= LONGEST else f"{line[:LONGEST]}…")

    def formatException(self, info: "tuple[type[BaseException], BaseException, TracebackType | None] | "
                                    "tuple[None, None, None]") -> str:
        return _indented(super().formatException(info))

    def formatStack(self, stack_info: str) -> str:
        return _indented(super().formatStack(stack_info))


def printable(text: str) -> str:
    """The text with everything that is no visible character, line breaks included, as an escape."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _indented(lines: str) -> str:
    return "\n".join(INDENT + printable(line) for line in lines.split("\n"))
