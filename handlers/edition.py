"""Which workbench this is.

The page names its files below the digest of all of them. There a browser keeps them for good, so that a page that was
seen before takes one request and not hundreds; after an update the digest is another one, and so is every address.
"""

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


@frozen
class Edition:
    """The workbench as it was when the server started: its name, what `/` says, and the digest of every file."""

    name: str
    page: bytes
    _digests: dict[str, bytes]

    @classmethod
    def read(cls) -> "Edition":
        paths = sorted(path for path in STATIC.rglob("*") if path.suffix in TYPES)
        files = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in paths}
        digests = {name: sha256(content).digest() for name, content in files.items()}
        name = sha256(b"".join(key.encode() + b"\0" + digest for key, digest in digests.items())).hexdigest()[:16]
        return cls(name, files["index.html"].replace(b'"/static/', f'"/static/{name}/'.encode()), digests)

    def holds(self, edition: str | None, name: str, content: bytes) -> bool:
        """Whether this is it, and not another edition's name, nor a file that was changed since."""
        return edition == self.name and self._digests.get(name) == sha256(content).digest()
