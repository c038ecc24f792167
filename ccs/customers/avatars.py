"""Customers' pictures: fetched by us from where a platform says they are, so that no agent's browser calls there.

An address comes from outside, and whoever sent it must not make us call whom he likes. So only hosts are asked that the
settings list, or that are the channel's own anyway; every redirect is checked like the address; and what comes is
taken only if it is small and begins as pictures do, whatever it is called.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from weakref import WeakValueDictionary

import httpx
from attrs import Factory, define, frozen

from ccs.trust import trusted
from ccs.worker import end

log = logging.getLogger(__name__)

LARGEST = 512 * 1024        # bytes; WeChat's largest are about 100 KB
WHOLE_PATIENCE = 8.0        # seconds for all of it, redirects too
CONNECT_PATIENCE = 3.0
READER_PATIENCE = 1.5       # seconds for which a browser is kept waiting; it has six lines to us, and other wishes
MOST_HOPS = 3
AT_ONCE, OF_ONE_HOST = 6, 3     # fetched at a time; a slow host has no more than its share
MOST_WAITING = 1000         # beyond, nobody is waiting for them any more
FRESH = 7 * 24 * 3600.0     # seconds
MISSED_FOR = 300.0          # seconds in which what could not be had is not asked for again
MOST_NOTED = 10_000
TIRED_FOR = 30.0            # seconds in which a host is left alone that did not answer

USUAL_PORTS = {"http": 80, "https": 443}
OURSELVES = ("all://127.0.0.1", "all://localhost")      # as for platforms: called directly, whatever HTTP_PROXY says


class Kept(Protocol):
    """Where pictures lie. Takes the disk's time."""

    def get(self, digest: str) -> tuple[bytes, float] | None: ...

    def put(self, digest: str, picture: bytes) -> None: ...


@frozen
class Picture:
    mime: str
    content: bytes


def digest_of(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()


def kind_of(content: bytes) -> str | None:
    """The media type of a picture, by how it begins; None for all else, SVG too: that may hold scripts."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


@frozen
class Hosts:
    """Whom we may ask.

    `listed` are the settings' `cdn.example.com` or `.example.com`, either with a port where it is an unusual one;
    `own` are the addresses that a channel is set to call anyway, of which host and port count.
    """

    listed: tuple[str, ...]
    own: tuple[str, ...] = ()

    def allow(self, url: httpx.URL) -> bool:
        host = url.raw_host.decode("ascii").lower()
        if url.scheme not in USUAL_PORTS or not host or url.userinfo:
            return False
        port = url.port or USUAL_PORTS[url.scheme]
        return (host, port) in map(_place, self.own) or any(
            _is(host, name) and (port == number if number else url.port is None)
            for name, number in map(_entry, self.listed)
        )


def _place(address: str) -> tuple[str, int] | None:
    url = httpx.URL(address)
    port = url.port or USUAL_PORTS.get(url.scheme)
    return (url.raw_host.decode("ascii").lower(), port) if url.host and port else None


def _entry(text: str) -> tuple[str, int | None]:
    name, colon, port = text.lower().rpartition(":")
    if colon and port.isdigit():
        return name.strip("[]"), int(port)
    return text.lower().strip("[]"), None


def _is(host: str, name: str) -> bool:
    return host.endswith(name) and len(host) > len(name) if name.startswith(".") else host == name


@define
class Avatars:
    """One for the server. `own` are the addresses that each channel is set to call."""

    _kept: Kept
    _listed: tuple[str, ...]
    _own: Mapping[str, tuple[str, ...]]
    _clock: Callable[[], float] = time.monotonic
    _client: httpx.AsyncClient = Factory(lambda: httpx.AsyncClient(
        timeout=httpx.Timeout(WHOLE_PATIENCE, connect=CONNECT_PATIENCE), follow_redirects=False,
        headers={"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "CCS"},
        mounts=dict.fromkeys(OURSELVES), verify=trusted(),
    ))
    _fetching: dict[tuple[str, str], "asyncio.Task[bytes | None]"] = Factory(dict)
    _missed: dict[tuple[str, str], float] = Factory(dict)           # until when
    _lines: asyncio.Semaphore = Factory(lambda: asyncio.Semaphore(AT_ONCE))
    _of_host: WeakValueDictionary[str, asyncio.Semaphore] = Factory(WeakValueDictionary)
    _tired: dict[str, float] = Factory(dict)                        # hosts, until when

    async def get(self, channel: str, address: str) -> Picture | None:
        """The picture at this address, of a customer of this channel; None where none can be had at once."""
        url, hosts = _parsed(address), Hosts(self._listed, self._own.get(channel, ()))
        if url is None or not hosts.allow(url):
            return None             # what is kept from other days too: the settings may have changed
        kept = await asyncio.to_thread(self._kept.get, digest_of(address))
        if kept and kept[1] < FRESH:
            return _picture(kept[0])
        content = await self._soon(channel, address, url, hosts)
        return _picture(content or (kept[0] if kept else b""))

    async def close(self) -> None:
        """Once nobody waits for a picture any more."""
        await end(self._fetching.values())
        await self._client.aclose()

    async def _soon(self, channel: str, address: str, url: httpx.URL, hosts: Hosts) -> bytes | None:
        """One call however many ask; whoever asks goes on after a while, and the call goes on without her."""
        key = channel, digest_of(address)
        task = self._fetching.get(key)
        if task is None:
            if self._missed.get(key, 0.0) > self._clock() or len(self._fetching) >= MOST_WAITING:
                return None
            task = self._fetching[key] = asyncio.create_task(self._fetch_once(key, url, hosts))
            task.add_done_callback(lambda _: self._fetching.pop(key, None))
        done, _ = await asyncio.wait({task}, timeout=READER_PATIENCE)
        return task.result() if done and not task.cancelled() else None

    async def _fetch_once(self, key: tuple[str, str], url: httpx.URL, hosts: Hosts) -> bytes | None:
        content = await self._in_turn(url, hosts)
        if content is None:
            _note(self._missed, key, self._clock() + MISSED_FOR)
            return None
        try:
            await asyncio.to_thread(self._kept.put, key[1], content)
        except OSError as error:
            log.warning("an avatar could not be kept: %s", error)
        return content

    async def _in_turn(self, url: httpx.URL, hosts: Hosts) -> bytes | None:
        """As one of a few at a time. Who waits for a host that turns out not to answer does not wait for all others."""
        host = url.netloc.decode("ascii")
        try:
            async with self._of_host.setdefault(host, asyncio.Semaphore(OF_ONE_HOST)), self._lines:
                if self._tired.get(host, 0.0) > self._clock():
                    return None
                async with asyncio.timeout(WHOLE_PATIENCE):
                    return await self._fetch(url, hosts)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.debug("an avatar at %s could not be fetched: %r", host, error)
            if isinstance(error, (httpx.TimeoutException, httpx.ConnectError, TimeoutError)):
                _note(self._tired, host, self._clock() + TIRED_FOR)
            return None

    async def _fetch(self, url: httpx.URL, hosts: Hosts) -> bytes | None:
        """Where the address leads, redirects included, as long as each host may be asked."""
        for _ in range(MOST_HOPS):
            if not hosts.allow(url):
                return None
            async with self._client.stream("GET", url) as response:
                if not response.has_redirect_location:
                    return await _small_picture(response)
                url = url.join(response.headers["Location"])
        return None


def _note(times: dict[Any, float], key: Any, until: float) -> None:
    """The latest stand last; of too many the oldest goes."""
    times.pop(key, None)
    times[key] = until
    if len(times) > MOST_NOTED:
        del times[next(iter(times))]


def own_addresses(settings: object) -> tuple[str, ...]:
    """Of one channel's settings: where it calls anyway."""
    named: Iterable[str] = (getattr(settings, name, "") for name in ("gateway_url", "api_base"))
    return tuple(address for address in named if address)


def _parsed(address: str) -> httpx.URL | None:
    try:
        return httpx.URL(address)
    except (httpx.InvalidURL, ValueError, TypeError):
        return None


async def _small_picture(response: httpx.Response) -> bytes | None:
    """As it came over the line: what unpacks itself may unpack to anything."""
    length = response.headers.get("Content-Length", "")
    if response.status_code != 200 or length.isdigit() and int(length) > LARGEST:
        return None
    content = b""
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > LARGEST or kind_of(content) is None and len(content) > 16:
            return None
    return content if kind_of(content) else None


def _picture(content: bytes) -> Picture | None:
    mime = kind_of(content)
    return Picture(mime, content) if mime else None
