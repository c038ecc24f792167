"""What waits for one socket, in a bounded queue of its own, so that no socket stands in another's way.

When a queue is full everything in it is dropped and the page is told to load afresh (`resync_required`).
"""

import asyncio
import logging
import struct
from secrets import token_hex
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketHandler

from ccs import codec
from ccs.kept import Login
from ccs.models import Agent

log = logging.getLogger(__name__)

MOST_FRAMES = 1000              # waiting for one socket
MOST_BYTES = 1024 * 1024

RESTARTING = 1012               # close code (IANA registry of RFC 6455)
LOGIN_NEEDED = 4401             # and one of our own


def frame(data: bytes) -> bytes:
    """A text, in UTF-8, as one unmasked, unfragmented WebSocket frame (RFC 6455 §5.2)."""
    if len(data) < 126:
        return struct.pack("!BB", 0x81, len(data)) + data
    if len(data) <= 0xFFFF:
        return struct.pack("!BBH", 0x81, 126, len(data)) + data
    return struct.pack("!BBQ", 0x81, 127, len(data)) + data


RESYNC = frame(codec.encode({"type": "resync_required"}))


class Line:
    """A `ccs.hub.Listener`: one agent's socket."""

    def __init__(self, agent: Agent, socket: WebSocketHandler, login: Login | None = None) -> None:
        self.id = token_hex(8)              # by which a page names its own socket
        self.agent = agent
        self.login = login
        self._socket = socket
        self._queue: list[bytes] = []
        self._queued = 0
        self._writing = False
        self._overflowed = False
        self._held: list[bytes] | None = None       # what came live while the socket catches up
        self._drained = asyncio.Event()
        self._drained.set()

    def push(self, data: bytes) -> None:
        if self._overflowed:
            return
        waiting = self._queue if self._held is None else self._held
        waiting.append(data)
        self._queued += len(data)
        if len(waiting) > MOST_FRAMES or self._queued > MOST_BYTES:
            self._overflowed = True
            waiting[:] = [RESYNC]
            log.warning("agent %s reads too slowly and has to resync", self.agent.id)

    def hold(self) -> None:
        """Keep what comes live back until `release`, so that what was missed goes first."""
        self._held = []

    def catch_up(self, data: bytes) -> None:
        self._queue.append(data)

    def release(self) -> None:
        held, self._held = self._held or [], None
        self._queue += held
        self.flush()

    async def drained(self) -> None:
        """Until the socket has taken everything so far, so that a long replay needs no long queue."""
        self.flush()
        await self._drained.wait()

    def flush(self) -> None:
        """Write everything that waits, unless the last write is still on its way."""
        connection = self._socket.ws_connection
        stream = connection.stream if connection else None
        if self._writing or not self._queue or stream is None:
            return
        waiting, self._queue = self._queue, []
        if self._held is None:
            self._queued, self._overflowed = 0, False
        try:
            written = stream.write(b"".join(waiting))
        except StreamClosedError:
            return
        if stream.writing():
            self._writing = True
            self._drained.clear()
            written.add_done_callback(self._written)

    def dismiss(self) -> None:
        self._socket.close(RESTARTING, "server is restarting")

    def log_out(self) -> None:
        self._queue.clear()
        self._socket.close(LOGIN_NEEDED, "login needed")

    def _written(self, future: Any) -> None:
        self._writing = False
        self._drained.set()
        if not future.cancelled() and future.exception() is None:
            self.flush()
