"""Where the server listens, and what it takes from a line."""

import socket
import ssl

from tornado.httputil import HTTPServerConnectionDelegate
from tornado.netutil import bind_sockets

from ccs.errors import CannotStart
from ccs.settings import Config
from handlers.bounded import BoundedServer

LARGEST_BODY = 64 * 1024 * 1024     # bytes; what is above max_body_kb and below this is read away and told 413
LARGEST_HEADER = 16 * 1024  # bytes of a request's line and headers together; browsers with cookies send one or two KB
READ_AT_ONCE = 16 * 1024    # bytes; Tornado clears a buffer of this size for each read, and its 64 KB take their time


def listen(settings: Config) -> list[socket.socket]:
    """Raises CannotStart."""
    host, port = settings.server.host, settings.server.port
    try:
        return bind_sockets(port, address=host)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "this is no host name"
        raise CannotStart(f"cannot listen on {host}:{port}: {reason}") from error


def http_server(settings: Config, doorway: HTTPServerConnectionDelegate) -> BoundedServer:
    """Takes requests once it is given sockets. Raises CannotStart."""
    server = BoundedServer(
        doorway, ssl_options=_tls(settings), max_body_size=LARGEST_BODY, max_header_size=LARGEST_HEADER,
        chunk_size=READ_AT_ONCE,
    )
    server.conn_params.header_timeout = None            # the doorway sees to that, and no argument turns it off
    return server


def address(settings: Config, port: int) -> str:
    host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
    return f"{'https' if settings.server.tls_cert else 'http'}://{host}:{port}"


def _tls(settings: Config) -> ssl.SSLContext | None:
    if settings.server.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.server.tls_cert, settings.server.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise CannotStart(f"server.tls_cert and tls_key cannot be used: {error}") from error
    return context
