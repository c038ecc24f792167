"""Searching two million messages for words of two characters, against SQLite reading all of them; and what that costs.

The index is built as the product builds it, only without a rest between batches. The scan asks the same file for the
same words by `instr`, in the process that measures. Callbacks come to a server that indexes and to one that does not.
"""

import statistics
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from attrs import Factory, define

from store import database, indexing
from tests.bench import talks
from tests.bench.archives import index
from tests.bench.callbacks import Entrant, race
from tests.bench.load import Client, hold_everyone
from tests.bench.report import Row
from tests.bench.servers import product

FREQUENT, RARE = ("发货", "退款", "快递"), ("跨越", "丹鸟", "押后")
PAGE = 20
SCAN = """
SELECT session_id, seq, content FROM messages WHERE instr(content, ?) ORDER BY created_at DESC LIMIT ?
"""


@define
class Word:
    text: str
    found: int
    scans: list[float] = Factory(list)          # milliseconds
    searches: list[float] = Factory(list)


async def run(folder: Path, quick: bool) -> list[Row]:
    messages = 200_000 if quick else 2_000_000
    home = folder / "search"
    data = home / "data"
    talks.build(data / database.FILE_NAME, messages)
    seconds = index(data)
    kept, indexed = ((data / name).stat().st_size / 1e6 for name in (database.FILE_NAME, indexing.FILE_NAME))
    print(f"  indexed {messages / seconds:,.0f} messages a second, {indexed:,.0f} MB beside {kept:,.0f} MB", flush=True)
    with product(home) as server, closing(database.connect(data / database.FILE_NAME, read_only=True)) as connection:
        client = await Client.open(server.port)
        frequent, rare = ([await measure(word, client, connection, 3 if quick else 5) for word in words]
                          for words in (FREQUENT, RARE))
        client.close()
    callbacks = await with_and_without(folder, quick)
    return [
        row(f"searching {messages:,} messages for a frequent word, against `instr`", frequent),
        row(f"searching {messages:,} messages for a rare word, against `instr`", rare),
        Row(f"search index of {messages:,} messages on disk, beside the database", f"{kept:,.0f} MB",
            f"{indexed:,.0f} MB ({messages / seconds:,.0f} messages a second)", f"{indexed / kept:.2f}", "≤ 1",
            "≤ 0.5"),
        callbacks,
    ]


async def measure(text: str, client: Client, connection: Any, rounds: int) -> Word:
    """In turns; the first round warms both up."""
    [count] = connection.execute("SELECT count(*) FROM messages WHERE instr(content, ?)", (text,)).fetchone()
    word = Word(text, count)
    path = f"/api/search?{urlencode({'q': text, 'limit': PAGE})}"
    for number in range(rounds + 1):
        started = time.perf_counter()
        rows = connection.execute(SCAN, (text, PAGE)).fetchall()
        scan = time.perf_counter() - started
        answer = await client.get(path)
        assert len(answer.data) == len(rows) and "x-index-behind" not in answer.headers
        if number:
            word.scans.append(scan * 1000)
            word.searches.append(answer.seconds * 1000)
    print(f"  {text}: {word.found:,} times; scan {statistics.median(word.scans):,.0f} ms,"
          f" search {statistics.median(word.searches):.1f} ms", flush=True)
    return word


def row(what: str, words: list[Word]) -> Row:
    scan, search = (statistics.median(statistics.median(getattr(word, name)) for word in words)
                    for name in ("scans", "searches"))
    worst = min(statistics.median(word.scans) / statistics.median(word.searches) for word in words)
    ratio = f"{scan / search:,.0f} (worst {worst:,.0f})"
    return Row(what, f"{scan:,.0f} ms", f"{search:.1f} ms", ratio, "≥ 20", "≥ 100")


async def with_and_without(folder: Path, quick: bool) -> Row:
    with product(folder / "unindexed", module="tests.bench.unindexed") as first, product(folder / "indexed") as second:
        without = Entrant("without an index", first, await hold_everyone(first.port))
        ours = Entrant("CCS", second, await hold_everyone(second.port))
        await race([without, ours], *((2000, 3) if quick else (6000, 5)))
    ratio = statistics.median(our / their for our, their in zip(ours.rates, without.rates, strict=True))
    return Row("WeCom callbacks a second, whole path, with the search index against without",
               str(without), str(ours), f"{ratio:.2f}", "≥ 0.90", "≥ 0.97")
