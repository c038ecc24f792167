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
        # Whose answer is still on its way: what of it was given out, and since when that is so.
        self._unread: dict[HTTP1ServerConnection, tuple[int, float]] = {}

    def drop_slow_readers(self) -> None:
        """Called now and then. Each holds its whole answer in memory; but of a file a piece, and each has its time."""
        now = time.monotonic()
        unread = [line for line in self._connections if line.stream.writing()]
        given_out = {line: line.stream._total_write_index for line in unread}
        before = self._unread
        self._unread = {
            line: before[line] if line in before and before[line][0] == bytes_out else (bytes_out, now)
            for line, bytes_out in given_out.items()
        }
        for line, (_, since) in self._unread.items():
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
