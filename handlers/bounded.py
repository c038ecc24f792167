"""The HTTP server, with an end to how many connections it takes."""

from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

MOST_CONNECTIONS = 4096     # that are no WebSockets, at one time
WANTED_FILES = 16384        # file descriptors; connections, WebSockets and the disk's together need fewer


class BoundedServer(HTTPServer):
    """Takes no more connections than there are file descriptors for.

    Without one left, no connection could be taken and none refused either: the loop would do nothing but try.
    """

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        super().initialize(*args, **kwargs)
        self._most = min(MOST_CONNECTIONS, file_descriptors() // 2)

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
