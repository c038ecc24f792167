"""`python -m tests.bench [--quick] [ROW …]`: every number that design and README speak of, measured side by side.

Servers run on one core and the load on another; within a row the product and its yardstick take turns; what is printed
at the end are medians and ratios as a Markdown table. Each row makes sure that what it measured was right (all answers
200, all pushes heard, all messages stored), and none fails for being slow.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path

from tests.bench import broadcast, callbacks, footprint, frameworks, lists, page, probe, pull, search
from tests.bench.report import Row, table
from tests.bench.servers import LOAD_CORE, stay_on
from tests.process import ROOT

BUILD = ROOT / "build" / "bench"            # on the same kind of disk as the data, which /tmp need not be
ROWS: dict[str, Callable[[Path, bool], Coroutine[None, None, list[Row]]]] = {
    "callbacks": callbacks.run,
    "frameworks": frameworks.run,
    "broadcast": broadcast.run,
    "pull": pull.run,
    "lists": lists.run,
    "search": search.run,
    "memory": footprint.memory,
    "start": footprint.start,
    "probe": probe.run,
    "page": page.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"some of {', '.join(ROWS)}; all if none is named")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: numbers for a first look")
    given = parser.parse_args()
    if unknown := set(given.rows) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}")
    stay_on(LOAD_CORE)
    BUILD.mkdir(parents=True, exist_ok=True)
    found: list[Row] = []
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        for name in (name for name in ROWS if name in (given.rows or ROWS)):     # probe changes what others start from
            print(f"\n{name}", flush=True)
            found += asyncio.run(ROWS[name](Path(folder), given.quick))
    print(f"\n{table(found)}")


if __name__ == "__main__":
    main()
