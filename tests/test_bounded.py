"""Who takes an answer may be slow; who takes nothing of it is cut off."""

from types import SimpleNamespace
from typing import Any

import pytest
from attrs import define, field

from handlers import bounded
from handlers.bounded import BoundedServer


@define(eq=False)
class Line:
    """A connection, its own stream, on which something always waits to be taken."""

    name: str
    cut: list[str]
    _total_write_index: int = field(default=0, alias="given_out")

    @property
    def stream(self) -> "Line":
        return self

    def writing(self) -> bool:
        return True

    def close(self) -> None:
        self.cut.append(self.name)


@pytest.mark.gen_test
async def test_a_large_file_over_a_slow_line_arrives_and_who_takes_nothing_is_cut_off(monkeypatch) -> None:
    clock, cut = [0.0], list[str]()
    monkeypatch.setattr(bounded, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    lines: dict[str, Any] = {name: Line(name, cut) for name in ("slow", "stuck")}
    http_server = BoundedServer(lambda request: None)
    http_server._connections = set(lines.values())
    for _ in range(4):
        http_server.drop_slow_readers()
        clock[0] += bounded.SLOWEST_ANSWER * 0.6
        lines["slow"]._total_write_index += 128 * 1024
    http_server.drop_slow_readers()
    assert set(cut) == {"stuck"}
