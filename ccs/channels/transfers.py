"""Whole files from and to platforms, a piece at a time between the line and the disk.

However large a file is, no more than a piece of it is in memory; and a slow line gets the time it needs, as long as
something comes.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO
from urllib.parse import unquote

import httpx
from attrs import frozen

from ccs.errors import DeliveryDelayed, DeliveryRefused

SILENCE = 30.0              # seconds without a byte, after which a line is given up
WHOLE = 900.0               # seconds for a file: 20 MB at 200 kbit/s
AT_ONCE = 64 * 1024         # bytes
LARGEST_WORDS = 64 * 1024   # bytes of an answer that is no file

PATIENCE = httpx.Timeout(SILENCE, connect=5.0)


@frozen
class Download:
    """What came: a file at the path that was given, or words about why not (`said`)."""

    mime: str               # what the other side calls it
    name: str = ""          # the same
    size: int = 0
    said: bytes | None = None


@frozen
class Upload:
    """A file to bring to a platform."""

    path: Path
    name: str
    mime: str
    field: str = "media"


async def download(
    client: httpx.AsyncClient, url: str, into: Path, most_bytes: int, headers: Mapping[str, str]
) -> Download:
    """Raises DeliveryDelayed, or DeliveryRefused for what is not there, is too large, or comes from elsewhere."""
    with _as_ours():
        async with asyncio.timeout(WHOLE), client.stream(
            "GET", url, headers={"Accept-Encoding": "identity", **headers}, timeout=PATIENCE
        ) as response:
            _must_be_there(response)
            mime = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            told = response.headers.get("Content-Disposition", "")
            if mime == "application/json" and not told:         # WeCom's errors; a file comes with its name
                return Download(mime, said=await _words(response))
            size = await _write(response.aiter_raw(AT_ONCE), into, most_bytes)
            return Download(mime, disposition_name(told), size)


async def upload(
    client: httpx.AsyncClient, url: str, file: Upload, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    """The status and the answer. Raises DeliveryDelayed; whether anything arrived nobody knows, and it says nothing."""
    boundary = token_hex(16)
    head = _head(boundary, file)
    tail = f"\r\n--{boundary}--\r\n".encode()
    length = len(head) + (await asyncio.to_thread(file.path.stat)).st_size + len(tail)
    headers = {
        **headers, "Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(length),
    }
    with _as_ours():
        async with asyncio.timeout(WHOLE), client.stream(
            "POST", url, content=_pieces(head, file.path, tail), headers=headers, timeout=PATIENCE
        ) as response:
            _must_be_well(response)
            return response.status_code, await _words(response)


def disposition_name(told: str) -> str:
    """The file's name in a Content-Disposition (RFC 6266), in any of the ways it is written."""
    if found := re.search(r"filename\*\s*=\s*([\w-]+)''([^;\s]+)", told, re.IGNORECASE):
        try:
            return unquote(found[2], found[1], "strict")
        except (LookupError, UnicodeDecodeError):
            pass
    found = re.search(r'filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))', told, re.IGNORECASE)
    if not found:
        return ""
    name = re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2]
    try:
        return unquote(name.encode("latin-1").decode())         # headers are read as Latin-1, and WeCom writes UTF-8
    except UnicodeError:
        return unquote(name)


def _head(boundary: str, file: Upload) -> bytes:
    """WeCom does not find a name in the extended form (RFC 5987); it wants plain UTF-8."""
    name = re.sub(r'[\r\n"\\]', "_", file.name) or "file"
    return (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{file.field}"; filename="{name}"\r\n'
        f"Content-Type: {file.mime or 'application/octet-stream'}\r\n\r\n"
    ).encode()


@contextmanager
def _as_ours() -> Iterator[None]:
    """Failures of the line, as ours."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise DeliveryDelayed("暂时连接不上对方服务器") from error
    except (httpx.RequestError, TimeoutError) as error:
        raise DeliveryDelayed("文件传输中断") from error
    except httpx.InvalidURL as error:
        raise DeliveryRefused("文件地址无效") from error


def _must_be_well(response: httpx.Response) -> None:
    if response.status_code >= 500 or response.status_code == 429:
        raise DeliveryDelayed(f"对方服务器暂时不可用（HTTP {response.status_code}）")


def _must_be_there(response: httpx.Response) -> None:
    _must_be_well(response)
    if response.status_code != 200:
        raise DeliveryRefused(f"对方没有提供这个文件（HTTP {response.status_code}）")
    if response.headers.get("Content-Encoding", "identity") != "identity":      # a little of it could be a lot
        raise DeliveryRefused("对方没有按原样提供这个文件")


async def _words(response: httpx.Response) -> bytes:
    said = b""
    async for piece in response.aiter_bytes(AT_ONCE):
        said += piece
        if len(said) > LARGEST_WORDS:
            raise DeliveryDelayed("对方的答复过大，无法识别")
    return said


async def _write(pieces: AsyncIterator[bytes], into: Path, most_bytes: int) -> int:
    size = 0
    with open(into, "wb") as file:      # opened and closed here: who is ended meanwhile would leave it open in a thread
        async for piece in pieces:
            size += len(piece)
            if size > most_bytes:
                raise DeliveryRefused(f"文件超过 {most_bytes >> 20} MB，没有下载")
            await asyncio.to_thread(file.write, piece)
    return size


async def _pieces(head: bytes, path: Path, tail: bytes) -> AsyncIterator[bytes]:
    yield head
    file: BinaryIO = open(path, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, AT_ONCE):
            yield piece
    finally:
        file.close()
    yield tail
