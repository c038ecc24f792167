"""A platform's message is taken once and for good, whatever memory has forgotten."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccs.incoming.taken import Taken
from ccs.models import PlatformId
from store import database, inbox
from store.rows import write


class Disk:
    """The ids on disk, and how often somebody looked."""

    def __init__(self) -> None:
        self.ids: set[PlatformId] = set()
        self.looks = 0

    def next_taken(self, wanted: PlatformId) -> str | None:
        self.looks += 1
        return min((other.value for other in self.ids if other[:2] == wanted[:2] and other >= wanted), default=None)


IDS = some.builds(PlatformId, some.just("jd"), some.sampled_from(["1", "2"]), some.text("019在", max_size=2))


@given(
    some.lists(some.tuples(some.sampled_from(["ask", "take", "take", "take unseen"]), IDS), max_size=60),
    some.integers(1, 4),
)
def test_an_id_is_taken_exactly_when_it_is_on_disk(steps: list[tuple[str, PlatformId]], remembered: int) -> None:
    disk = Disk()
    taken = Taken(disk.next_taken)
    with patch("ccs.incoming.taken.RECENT_IDS", remembered):
        for verb, wanted in steps:
            assert (wanted in taken) == (wanted in disk.ids)
            if verb == "take" and wanted not in disk.ids:
                disk.ids.add(wanted)
                taken.add([wanted])
            elif verb == "take unseen":
                disk.ids.add(wanted)
                taken.look_again()


def test_a_platform_that_counts_costs_a_look_now_and_then() -> None:
    disk = Disk()
    disk.ids = {PlatformId("wechat", "1", f"message:{number}") for number in range(1000, 1010)}
    taken = Taken(disk.next_taken)
    with patch("ccs.incoming.taken.RECENT_IDS", 50):
        for number in range(1010, 1210):
            new = PlatformId("wechat", "1", f"message:{number}")
            assert new not in taken
            disk.ids.add(new)
            taken.add([new])
    assert disk.looks == 4


@pytest.mark.parametrize("wanted, found", [("", "a"), ("a", "a"), ("b", "c"), ("c", "c"), ("d", "在"), ("在吗", None)])
def test_the_disk_tells_the_next_id_of_the_account(tmp_path, wanted: str, found: str | None) -> None:
    database.prepare(tmp_path / "ccs.db")
    connection = database.connect(tmp_path / "ccs.db")
    others = [("jd", "0", "b"), ("jd", "2", "b"), ("douyin", "1", "b"), ("wechat", "1", "b")]
    write(connection, inbox.PLATFORM_IDS, [*others, *(("jd", "1", value) for value in "ac在")])
    assert inbox.next_taken(connection, PlatformId("jd", "1", wanted)) == found
    connection.close()
