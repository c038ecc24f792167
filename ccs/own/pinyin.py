"""The pinyin of titles, asked of a process of its own: see `ccs/own/spelling.py`.

Where that cannot be had, each common character still has one sound; nobody is refused because of it.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence

from ccs.assistant.knowledge.sounds import spoken
from ccs.own import spelling

log = logging.getLogger(__name__)

PATIENCE = 30.0         # seconds; five thousand titles take three, most of them the start

Spelling = tuple[str, str]      # initials and syllables


class Speller:
    """One question at a time, whoever asks."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def spell(self, titles: Sequence[str]) -> list[Spelling]:
        if not titles:
            return []
        async with self._turn:
            return await asyncio.to_thread(_spelled, titles)


def _spelled(titles: Sequence[str]) -> list[Spelling]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CCS_")}
    clean["PYPINYIN_NO_DICT_COPY"] = "1"        # it starts sooner
    try:
        done = subprocess.run(
            [sys.executable, "-P", spelling.__file__], input=json.dumps(list(titles)), env=clean,
            capture_output=True, encoding="ascii", timeout=PATIENCE, check=True,
        )
        return [(initials, syllables) for initials, syllables in json.loads(done.stdout)]
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.warning("pinyin of %d titles is plain, for pypinyin does not answer: %s", len(titles), error)
        return [_plainly(title) for title in titles]


def _plainly(title: str) -> Spelling:
    syllables = [spoken(each) or each.casefold() for each in title if each.isalnum()]
    return "".join(each[0] for each in syllables), "".join(syllables)
