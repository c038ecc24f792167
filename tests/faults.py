"""A disk that fails on purpose: the journal's connection, with a fault."""

from typing import Any

from sqlite_utils.utils import sqlite3


class FaultyConnection:
    """Fails at the moment that `fault` names, in the way it names; once, unless told to go on.

    "before": at BEGIN; "in the middle": at a row; "lost commit": before it takes effect; "done commit": after it did.
    Housekeeping, which comes when it likes, uses none of these.
    """

    def __init__(self, connection: Any, fault: str | None = None) -> None:
        self._connection = connection
        self.fault = fault

    def execute(self, sql: str, *values: Any) -> Any:
        moment = {"BEGIN": "before", "COMMIT": "commit", "INSERT": "in the middle"}.get(sql.split(" ")[0])
        if self.fault is None or moment is None or moment not in self.fault:
            return self._connection.execute(sql, *values)
        fault, self.fault = self.fault, None
        if fault == "done commit":
            self._connection.execute(sql)
        raise sqlite3.OperationalError(f"disk I/O error, {fault}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
