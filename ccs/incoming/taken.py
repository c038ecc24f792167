"""Which platform ids are taken, mostly without a look at the disk.

Exact: an id that is on disk is always found, an id that is not never is.
"""

from collections import deque
from collections.abc import Callable, Iterable

from ccs.models import PlatformId

RECENT_IDS = 50_000     # ids remembered in memory, so that most repeats need no look

Gap = tuple[str, str | None, int]       # after this, before that, and how many had been taken when it was seen
NO_GAP: Gap = ("", "", 0)


class Taken:
    """The ids on disk. `next_on_disk` is the look: the least value there, from an id's own on, of its account.

    Platforms mostly count, so what one brings lies beyond all it brought before. A look therefore tells more than it
    was asked: from the id to the next one there is a gap. What falls into it needs no look, as long as memory still
    knows all that was taken since.
    """

    def __init__(self, next_on_disk: Callable[[PlatformId], str | None]) -> None:
        self._next_on_disk = next_on_disk
        self._count = 0
        self._order: deque[PlatformId] = deque()
        self._recent: set[PlatformId] = set()
        self._gaps: dict[tuple[str, str], Gap] = {}        # the last seen of each account

    def __contains__(self, wanted: PlatformId) -> bool:
        if wanted in self._recent:
            return True
        account = wanted.channel, wanted.account
        after, before, count = self._gaps.get(account, NO_GAP)
        if after < wanted.value and (before is None or wanted.value < before) and self._count - count < RECENT_IDS:
            return False
        found = self._next_on_disk(wanted)
        self._gaps[account] = wanted.value, found, self._count
        return found == wanted.value

    def add(self, ids: Iterable[PlatformId]) -> None:
        """They are on disk now."""
        for platform_id in ids:
            self._count += 1
            self._recent.add(platform_id)
            self._order.append(platform_id)
            if len(self._order) > RECENT_IDS:
                self._recent.discard(self._order.popleft())

    def look_again(self) -> None:
        """Ids may have come to the disk that were not added."""
        self._gaps.clear()
