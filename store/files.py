"""The bytes of attachments, beside the database: each file under the SHA-256 of what it holds.

What lies there is never changed, so the same picture sent by a hundred customers is kept once, and a file can be served
while another is written.
"""

from pathlib import Path

FOLDER = "files"


class Files:
    """The folder of a data folder's files."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def path(self, digest: str) -> Path:
        """Where the bytes of this digest lie, if they do."""
        return self._folder / digest[:2] / digest
