"""The workbench: the page at `/`, and the files it is made of, as they lie in `static/`."""

import re
from pathlib import Path

from tornado.web import RequestHandler

from ccs.errors import NotFound
from handlers.base import HTTP_WORDS, Handler
from handlers.edition import TYPES
from handlers.guards import must_be_our_host

HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
FOR_GOOD = "public, max-age=31536000, immutable"


class Served(Handler):
    def prepare(self) -> None:
        must_be_our_host(self.request, self.parts.config)

    def head(self, *given: str) -> None:
        self.get(*given)

    def serve(self, suffix: str, content: bytes, keep: str = "no-cache") -> None:
        """Without `keep` the browser asks each time whether it is still the same."""
        self.set_header("Content-Type", TYPES[suffix])
        self.set_header("Cache-Control", keep)
        self.set_header("Content-Security-Policy", self._policy())
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(content)

    def compute_etag(self) -> str | None:       # type: ignore[override]    # the base has none
        return RequestHandler.compute_etag(self)

    def _policy(self) -> str:
        """Our own scripts, styles, files and answers, and nothing else.

        `blob:` are pictures chosen in this page, before they are sent. Safari before 16 takes no WebSocket for 'self'.
        """
        host = self.request.host
        sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
        return "; ".join((
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
            "media-src 'self'", f"connect-src 'self'{sockets}",
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ))


class Page(Served):
    def get(self) -> None:
        self.serve(".html", self.parts.edition.page)


class File(Served):
    """One of the files. The route lets through plain lower-case names only, so none of them leads out of the folder.

    Below the name of another edition, which a page has that was loaded before an update, it is what it is now.
    """

    def get(self, edition: str | None, name: str) -> None:
        content = self.parts.edition.content(name)
        if content is None:
            raise NotFound(HTTP_WORDS[404])
        keep = FOR_GOOD if self.parts.edition.holds(edition, name, content) else "no-cache"
        self.serve(Path(name).suffix, content, keep)
