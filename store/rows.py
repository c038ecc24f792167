"""Tables as values, and rows in one statement.

Every statement that SQLite steps gives the interpreter lock away and has to win it back from a busy loop. A batch is
therefore written with as few statements as there are tables, many rows in each, and not row by row.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from attrs import frozen

Row = tuple[Any, ...]

MOST_ROWS = 64          # in one statement; each size is prepared once and kept (`database.STATEMENTS_KEPT`)


@frozen
class Table:
    """A table's columns in the order of its rows, and which of them an update may change."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    mutable: tuple[str, ...] = ()

    @property
    def listed(self) -> str:
        return ", ".join(f"{self.name}.{column}" for column in self.columns)


def write(connection: Any, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows in order; where the key is there already, the mutable columns take the new values."""
    for start in range(0, len(rows), MOST_ROWS):
        chunk = rows[start:start + MOST_ROWS]
        connection.execute(_statement(table, len(chunk)), [value for row in chunk for value in row])


@cache
def _statement(table: Table, count: int) -> str:
    row = f"({', '.join('?' * len(table.columns))})"
    sql = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES {', '.join([row] * count)}"
    if table.mutable:
        changes = ", ".join(f"{column} = excluded.{column}" for column in table.mutable)
        sql += f" ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {changes}"
    return sql
