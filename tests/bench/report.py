"""What a row of the benchmark found, and the table of all of them."""

from collections.abc import Iterable

from attrs import frozen

HEAD = ("what", "yardstick", "CCS", "ratio", "hold", "aim")


@frozen
class Row:
    """One line of the table, as it is read. `hold` is what we promise ourselves, `aim` what we would like."""

    what: str
    yardstick: str
    ours: str
    ratio: str
    hold: str
    aim: str


def table(rows: Iterable[Row]) -> str:
    """In Markdown."""
    lines = [HEAD, ("---",) * len(HEAD)]
    lines += [(row.what, row.yardstick, row.ours, row.ratio, row.hold, row.aim) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
