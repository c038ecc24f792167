"""Lines on which every byte is the test's own: HTTP as no client would write it, and pages that do not read."""

import asyncio
import json
import os
import re
import socket
import struct
from typing import Any

from attrs import define

PATIENCE = 5.0          # seconds for anything that must happen

UPGRADE = (
    "GET /ws/cs/{cs_id} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


@define
class SlowReader:
    """An agent's page that reads when it likes, with hardly any buffer of its own."""

    line: socket.socket

    async def opens(self, port: int, cs_id: str) -> None:
        loop = asyncio.get_running_loop()
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)     # before it connects, or it has no effect
        self.line.setblocking(False)
        await loop.sock_connect(self.line, ("127.0.0.1", port))
        await loop.sock_sendall(self.line, UPGRADE.format(cs_id=cs_id).encode())
        await self.reads_until(b'"hello"')

    async def reads_until(self, word: bytes) -> bytes:
        """Everything up to a word that no customer says."""
        loop, seen = asyncio.get_running_loop(), bytearray()
        while word not in seen[-2048:]:
            piece = await asyncio.wait_for(loop.sock_recv(self.line, 1024), PATIENCE)
            assert piece, "the server closed the line"
            seen += piece
        return bytes(seen)

    async def pings(self) -> None:
        await asyncio.get_running_loop().sock_sendall(self.line, frame(b'{"type":"ping"}'))


@define
class Answered:
    """What came back for bytes of the test's own; status 0 if the server closed without a word."""

    status: int = 0
    head: bytes = b""
    body: bytes = b""
    closed: bool = False


async def says(port: int, *requests: bytes) -> Answered:
    """Writes one after the other and reads one answer: the first that is none of 1xx."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = Answered()
    try:
        for request in requests:
            writer.write(request)
            await writer.drain()
        while answered.status < 200:
            answered.head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            answered.status = int(answered.head.split()[1])
        lengths = re.findall(rb"(?i)\r\nContent-Length: (\d+)", answered.head)
        answered.body = await asyncio.wait_for(reader.readexactly(int(lengths[0]) if lengths else 0), PATIENCE)
        answered.closed = not lengths and await asyncio.wait_for(reader.read(), PATIENCE) == b""
    except (asyncio.IncompleteReadError, ConnectionError):
        answered.closed = True
    writer.close()
    return answered


@define(eq=False)
class Ear:
    """A page's line with as little around it as can be, so that a test may have a thousand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _unread: bytes = b""

    @classmethod
    async def open(cls, port: int, cs_id: str) -> "Ear":
        """After `101`; `hello` is the first thing it hears."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(UPGRADE.format(cs_id=cs_id).encode())
        status = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10 * PATIENCE)
        assert status.startswith(b"HTTP/1.1 101"), status
        return cls(reader, writer)

    def sends(self, **told: Any) -> None:
        self.writer.write(frame(json.dumps(told).encode()))

    async def hears(self) -> dict[str, Any]:
        """The next text frame. A close is `{"type": "closed", "code": …}`; pings are answered."""
        while True:
            opcode, data = await asyncio.wait_for(self._frame(), 10 * PATIENCE)
            if opcode == 8:
                return {"type": "closed", "code": int.from_bytes(data[:2], "big")}
            if opcode == 9:
                self.writer.write(frame(data, 10))
            if opcode == 1:
                return json.loads(data)

    async def hears_until(self, kind: str) -> list[dict[str, Any]]:
        """Everything before the first frame of this kind, and that."""
        frames = [await self.hears()]
        while frames[-1]["type"] != kind:
            assert frames[-1]["type"] != "closed", frames[-1]
            frames.append(await self.hears())
        return frames

    def cut(self) -> None:
        """As a cable that is pulled."""
        self.writer.transport.abort()

    async def _frame(self) -> tuple[int, bytes]:
        opcode, length = (await self._bytes(2))
        if length >= 126:
            length = int.from_bytes(await self._bytes(2 if length == 126 else 8), "big")
        return opcode & 15, await self._bytes(length)

    async def _bytes(self, number: int) -> bytes:
        while len(self._unread) < number:
            piece = await self.reader.read(65536)
            if not piece:
                raise EOFError("the server closed the line")
            self._unread += piece
        taken, self._unread = self._unread[:number], self._unread[number:]
        return taken


def frame(data: bytes, opcode: int = 1, *, flags: int = 0x80, masked: bool = True, length: int | None = None) -> bytes:
    """One WebSocket frame (RFC 6455 §5.2), right or wrong. `flags` is FIN and the reserved bits."""
    length = len(data) if length is None else length
    mask = os.urandom(4)
    head = bytes([flags | opcode])
    bit = 0x80 if masked else 0
    if length < 126:
        head += bytes([bit | length])
    elif length <= 0xFFFF:
        head += struct.pack("!BH", bit | 126, length)
    else:
        head += struct.pack("!BQ", bit | 127, length)
    if not masked:
        return head + data
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
