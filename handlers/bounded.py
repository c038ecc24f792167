"""The HTTP server, with an end to how many connections it takes and how long they keep an answer waiting."""

import logging
import time
from typing import Any

from tornado.http1connection import HTTP1ServerConnection
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 4096     # that are no WebSockets, at one time
WANTED_FILES = 16384        # file descriptors; connections, WebSockets and the disk's together need fewer
SLOWEST_ANSWER = 120.0      # seconds for an answer to be read; a whole history over a bad line is a few


class BoundedServer(HTTPServer):
    """Takes no more connections than there are file descriptors for, and keeps none that does not take its answer.

    Without a descriptor left, no connection could be taken and none refused: the loop would do nothing but try.
    """

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        super().initialize(*args, **kwargs)
        self._most = min(MOST_CONNECTIONS, file_descriptors() // 2)
        self._unread: dict[HTTP1ServerConnection, float] = {}       # whose answer is still on its way, since when

    def drop_slow_readers(self) -> None:
        """Called now and then. Each holds its whole answer in memory."""
        now = time.monotonic()
        self._unread = {line: self._unread.get(line, now) for line in self._connections if line.stream.writing()}
        for line, since in self._unread.items():
            if now - since > SLOWEST_ANSWER:
                log.info("an answer was not read")
                line.stream.close()

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        if len(self._connections) < self._most:
            super().handle_stream(stream, address)
        else:
            stream.close()


def file_descriptors() -> int:
    """As many as this process may have: sockets need more than the usual 1,024."""
    try:
        import resource
    except ImportError:                                 # Windows, which has no such limit
        return 2 * MOST_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):                   # macOS allows fewer than it says
            return soft
    return max(soft, wanted)
