"""`python -m tests.bench.unindexed --config FILE`: the product, but that it fills no index for searching."""

import sys

import server
from ccs.search.indexer import Indexer

if __name__ == "__main__":
    Indexer.resume = lambda self: None      # type: ignore[method-assign]
    sys.exit(server.main(sys.argv[1:]))
