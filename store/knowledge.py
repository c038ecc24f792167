"""An index over texts, which the knowledge base asks for candidates: SQLite's FTS5 with BM25, in memory.

Nothing of it is kept: it is made anew from the shop's files whenever they change. One thread uses it at a time.
"""

from collections.abc import Iterable

from store.database import in_memory

TABLE = "CREATE VIRTUAL TABLE texts USING fts5(terms, content='', detail='column', tokenize='unicode61')"


class Index:
    """Texts by their place, each a row of terms with blanks between. A term is of letters and digits only."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._memory = in_memory()
        self._memory.execute(TABLE)
        self._memory.executemany("INSERT INTO texts (rowid, terms) VALUES (?, ?)", enumerate(texts))
        self._memory.execute("INSERT INTO texts (texts) VALUES ('optimize')")

    def best(self, terms: Iterable[str], most: int) -> list[int]:
        """The places of the texts that hold the most telling of the terms, best first."""
        wanted = " OR ".join(f'"{term}"' for term in terms)
        if not wanted:
            return []
        rows = self._memory.execute("SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (wanted, most))
        return [place for place, in rows]
