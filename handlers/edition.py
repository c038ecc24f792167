"""Which workbench this is.

The page names its files below the digest of all of them. There a browser keeps them for good, so that a page that was
seen before takes one request and not hundreds; after an update the digest is another one, and so is every address.
The sheets go out as one, in the order in which the page names them: a browser shows nothing until it has them all.
"""

import re
from hashlib import sha256
from pathlib import Path

from attrs import frozen

STATIC = Path(__file__).with_name("static")
TYPES = {               # not from `mimetypes`: on Windows that asks the registry, where .js may be anything
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
SHEETS = "css/sheets.css"       # lies nowhere: it is what the page's own sheets are together
LINK = re.compile(rb' *<link rel="stylesheet" href="/static/(css/[\w-]+\.css)">\r?\n')


@frozen
class Edition:
    """The workbench as it was when the server started: its name, what `/` says, and the digest of every file."""

    name: str
    page: bytes
    _digests: dict[str, bytes]
    _sheets: tuple[str, ...]

    @classmethod
    def read(cls) -> "Edition":
        paths = sorted(path for path in STATIC.rglob("*") if path.suffix in TYPES)
        files = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in paths}
        index = files["index.html"]
        sheets = tuple(sheet.decode() for sheet in LINK.findall(index))
        files[SHEETS] = b"\n".join(files[sheet] for sheet in sheets)
        digests = {name: sha256(content).digest() for name, content in files.items()}
        name = sha256(b"".join(key.encode() + b"\0" + digest for key, digest in digests.items())).hexdigest()[:16]
        return cls(name, joined(index).replace(b'"/static/', f'"/static/{name}/'.encode()), digests, sheets)

    def content(self, name: str) -> bytes | None:
        """What a file is now; the page's sheets as one too."""
        if name == SHEETS:
            sheets = [STATIC / sheet for sheet in self._sheets]
            return b"\n".join(sheet.read_bytes() for sheet in sheets if sheet.is_file())     # an update may rename one
        path = STATIC / name
        return path.read_bytes() if path.suffix in TYPES and path.is_file() else None

    def holds(self, edition: str | None, name: str, content: bytes) -> bool:
        """Whether this is it, and not another edition's name, nor a file that was changed since."""
        return edition == self.name and self._digests.get(name) == sha256(content).digest()


def joined(index: bytes) -> bytes:
    """The page with one link where its sheets were."""
    first, *_ = LINK.finditer(index)
    link = first[0].replace(first[1], SHEETS.encode())
    return index[:first.start()] + link + LINK.sub(b"", index[first.end():])
