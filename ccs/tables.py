"""CSV that a spreadsheet opens as it is meant: in Chinese, and without running anything of it."""

import csv
import io
from collections.abc import Iterable, Sequence

MARK = "\ufeff"                         # by which Excel knows UTF-8
FORMULA = tuple("=+-@＝＋－＠\t\r")      # with which a cell is taken for a formula; blanks before them do not help


def is_formula(text: str) -> bool:
    return text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)


def rows(table: Iterable[Sequence[str]]) -> str:
    """As lines of CSV; what looks like a formula is shown as the text it is."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows([[_cell(text) for text in row] for row in table])
    return file.getvalue()


def line(cells: Sequence[str]) -> str:
    """One row, as it is, for files that are read back."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow(cells)
    return file.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if is_formula(text) else text
