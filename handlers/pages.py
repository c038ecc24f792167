"""What is neither a session nor a callback: the workbench's files, the description of the API, health, the agents."""

import re
from hashlib import sha256
from pathlib import Path

from tornado.web import RequestHandler

from ccs import codec
from ccs.errors import NotFound
from handlers.base import HTTP_WORDS, ApiHandler, Handler
from handlers.guards import must_be_our_host

OPENAPI = Path(__file__).with_name("openapi.yaml")
STATIC = Path(__file__).with_name("static")

TYPES = {               # not from `mimetypes`: on Windows that asks the registry, where .js may be anything
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")


def version() -> str:
    """A digest of all the page is made of: another one is another page."""
    digest = sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.suffix in TYPES):
        digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Workbench(Handler):
    """The page at `/` and the files it is made of. A browser keeps them, and asks each time whether they are the same.

    The route lets through plain lower-case names only, so none of them leads out of the folder.
    """

    def prepare(self) -> None:
        must_be_our_host(self.request, self.parts.config)

    def head(self, name: str = "index.html") -> None:
        self.get(name)

    def get(self, name: str = "index.html") -> None:
        path = STATIC / name
        if path.suffix not in TYPES or not path.is_file():
            raise NotFound(HTTP_WORDS[404])
        self.set_header("Content-Type", TYPES[path.suffix])
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Security-Policy", self._policy())
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(path.read_bytes())

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


class OpenApi(Handler):
    def get(self) -> None:
        self.set_header("Content-Type", "application/yaml; charset=utf-8")
        self.finish(OPENAPI.read_bytes())


class Healthz(Handler):
    """200 while everything works; 503 with the reason while the disk takes no writes."""

    def head(self) -> None:
        self.get()

    def get(self) -> None:
        healthy = self.parts.health.is_healthy
        self.set_status(200 if healthy else 503)
        self.finish(codec.encode({
            "status": "ok" if healthy else "degraded", "store": "ok" if healthy else "unavailable",
        }))


class Agents(ApiHandler):
    def get(self) -> None:
        self.answer([
            {
                "csId": agent.id, "name": agent.name or agent.id, "role": agent.role,
                **({"groups": agent.groups} if agent.groups else {}),
            }
            for agent in self.parts.config.agents
        ])
