"""A tap between two who talk by TCP: every byte of the one that asks is written down, and nothing is changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from attrs import define


@define
class Tap:
    """In front of the server at `host` and `port`."""

    host: str
    port: int
    heard: bytes = b""
    url: str = ""

    @classmethod
    @asynccontextmanager
    async def before(cls, url: str) -> "AsyncIterator[Tap]":
        """A tap whose `url` leads to this one."""
        there = urlsplit(url)
        tap = cls(there.hostname or "", there.port or 80)
        listening = await asyncio.start_server(tap._serve, "127.0.0.1", 0)
        tap.url = there._replace(netloc=f"127.0.0.1:{listening.sockets[0].getsockname()[1]}").geturl()
        try:
            yield tap
        finally:
            listening.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, asks = await asyncio.open_connection(self.host, self.port)
        back = asyncio.create_task(self._pass_on(answers, writer))
        while chunk := await reader.read(65536):
            self.heard += chunk
            asks.write(chunk)
        asks.close()
        await back

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            writer.write(chunk)
        writer.close()
