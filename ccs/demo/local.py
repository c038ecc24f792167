"""A fake platform's address on this machine."""

import socket
from abc import ABC, abstractmethod
from typing import Any

from attrs import define, field
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from ccs.demo.pictures import Pictures, face, png

DRAWN = {"pictures": png, "faces": face}


@define
class Local(ABC):
    """Listens on a port of its own while it is started. Subclasses say what is to be found there."""

    port: int = field(default=0, kw_only=True)
    _server: HTTPServer | None = field(default=None, kw_only=True)

    @abstractmethod
    def routes(self) -> list[tuple[Any, ...]]:
        """What is to be found there, besides the pictures that customers send and have."""

    def start(self, port: int = 0) -> None:
        sockets = bind_sockets(port, "127.0.0.1", family=socket.AF_INET)
        self.port = sockets[0].getsockname()[1]
        drawn = [(rf"/{name}/(\d{{1,12}})\.png", Pictures, {"draw": draw}) for name, draw in DRAWN.items()]
        self._server = HTTPServer(Application([*self.routes(), *drawn], log_function=_no_log))
        self._server.add_sockets(sockets)

    def stop(self) -> None:
        """No new connections; for those that are open see `close`."""
        if self._server:
            self._server.stop()
            self._server = None

    async def close(self) -> None:
        server = self._server
        self.stop()
        if server:
            await server.close_all_connections()

    def picture(self, number: int) -> str:
        return f"{self.url}/pictures/{number}.png"

    def face(self, number: int) -> str:
        return f"{self.url}/faces/{number}.png"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _no_log(handler: RequestHandler) -> None:
    """What a fake keeps tells more than an access log."""
