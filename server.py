"""CCS: one process that serves a merchant's customers from WeChat, Douyin and JD.

    python server.py [--config FILE]            start the server
    python server.py check                      read config.toml and say what is wrong with it
    python server.py backup TARGET              copy the database while the server may be running
"""

import argparse
import asyncio
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import time
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen
from tornado.http1connection import HTTP1ServerConnection
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.web import RequestHandler

from ccs import __version__, config, logs
from ccs.assistant.turns import Turns
from ccs.channels import CHANNELS
from ccs.channels.http import Http
from ccs.config import Config
from ccs.desk import Desk
from ccs.errors import CannotStart, ConfigError
from ccs.hub import Hub
from ccs.intake import Intake
from ccs.models import Snapshot, utc_now
from ccs.outbox import Outbox
from ccs.registry import Registry
from ccs.wire import Wire
from handlers.base import Parts
from handlers.callbacks import Doorway
from handlers.line import frame
from handlers.routes import front
from store import database
from store.archive import Archive
from store.epoch import Epoch
from store.journal import Journal, load

log = logging.getLogger("ccs")

HERE = Path(__file__).parent
LARGEST_BODY = 64 * 1024 * 1024     # bytes; what is above max_body_kb and below this is read away and told 413
LARGEST_HEADER = 16 * 1024  # bytes of a request's line and headers together; browsers with cookies send one or two KB
IDLE_LIMIT = 75             # seconds a connection is kept without a whole header; longer than proxies keep theirs
MOST_CONNECTIONS = 4096     # that are no WebSockets, at one time
WANTED_FILES = 16384        # file descriptors; connections, WebSockets and the disk's together need fewer
SLOWEST_ANSWER = 120.0      # seconds for an answer to be read; a whole history over a bad line is a few
TIDY_EVERY = 1              # seconds between rounds of housekeeping
DRAIN = 7.0                 # seconds that a stop waits for deliveries on their way; service managers give it ten in all
FINISH = 1.5                # seconds more for requests that are being answered


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="server.py", description="Multi-channel customer service (多渠道客服)")
    parser.add_argument("--config", type=Path, default=HERE / "config.toml", metavar="FILE")
    parser.add_argument("--version", action="version", version=f"CCS {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="{check,backup}")
    commands.add_parser("check", help="read the configuration and list what is wrong with it")
    commands.add_parser("backup", help="copy the database").add_argument("target", type=Path)
    given = parser.parse_args(arguments)
    try:
        settings, later = config.read(given.config, os.environ)
        if given.command == "check":
            print(f"{given.config} is fine")
            for name in later:
                print(f"{name} is set, but this version does not use it yet")
        elif given.command == "backup":
            print(f"copied to {database.backup(settings.server.data_dir / database.FILE_NAME, given.target)}")
        else:
            logs.set_up(settings.server.log_level)
            for name in later:
                log.warning("%s is set, but this version does not use it yet", name)
            asyncio.run(serve(settings))
    except ConfigError as error:
        print("\n".join(error.faults), file=sys.stderr)
        return 2
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def serve(settings: Config) -> None:
    """Start, tell where, and run until a signal asks to stop. Raises CannotStart."""
    server = await Server.start(settings)
    gc.freeze()                             # what is here now stays; the collector need not look at it again
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        try:
            loop.add_signal_handler(getattr(signal, name), stop.set)
        except NotImplementedError:                     # Windows
            signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        await stop.wait()
    finally:
        await server.stop()


@frozen
class Server:
    """The running parts. `start` gives one that listens; `stop` lets it finish what it has begun."""

    port: int
    _http_server: HTTPServer
    _http: Http
    _busy: set[RequestHandler]
    _hub: Hub
    _registry: Registry
    _outbox: Outbox
    _journal: Journal
    _archive: Archive
    _epoch: Epoch
    _data: database.DataDir
    _tidying: "asyncio.Task[None]"

    @classmethod
    async def start(cls, settings: Config) -> "Server":
        data = database.DataDir(settings.server.data_dir)
        data.lock()
        try:
            database.warn_of_old_sqlite()
            database.prepare(data.database)
            return await cls._join(settings, data)
        except BaseException:
            data.unlock()
            raise

    @classmethod
    async def _join(cls, settings: Config, data: database.DataDir) -> "Server":
        sockets = _listen(settings.server.host, settings.server.port)

        def restored(snapshot: Snapshot, touched: set[str] | None) -> None:
            registry.restore(snapshot, touched)
            hub.resync_all()
            outbox.resume()
            turns.resume()

        wire = Wire(ZoneInfo(settings.server.timezone))
        hub = Hub(wire, frame)
        journal = Journal(data.database, lambda: registry.suspend(), restored)
        archive = Archive(data.database, tuple(CHANNELS))
        registry = Registry(journal, archive)
        epoch = Epoch(data.path)
        http = Http()
        channels = {
            name: channel(getattr(settings.channels, name), http, utc_now) for name, channel in CHANNELS.items()
        }
        desk = Desk(registry, hub.publish, utc_now, assistant_on=settings.assistant.provider != "off")
        outbox = Outbox(registry, desk, channels, utc_now, Random())
        turns = Turns(registry, desk, settings.assistant, archive.latest)
        desk.wake_outbox = outbox.wake
        desk.wake_assistant = turns.wake
        parts = Parts(
            settings, desk, registry, Intake(channels, desk, outbox), hub, wire, archive, journal, utc_now,
            epoch.name,
        )

        restored(load(data.database), None)
        secure = _tls(settings)
        doorway = front(parts)
        http_server = BoundedServer(
            doorway, xheaders=settings.server.xheaders, ssl_options=secure,
            max_body_size=LARGEST_BODY,
            max_header_size=LARGEST_HEADER,
            idle_connection_timeout=IDLE_LIMIT,
        )
        http_server.add_sockets(sockets)
        port = sockets[0].getsockname()[1]
        host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
        address = f"{'https' if secure else 'http'}://{host}:{port}"
        log.info("CCS %s listens at %s, data in %s", __version__, address, data.path)
        if settings.server.public_url:
            log.info("from outside it is %s", settings.server.public_url)
        tidying = asyncio.create_task(_tidy(journal, http_server, doorway, registry, epoch))
        return cls(port, http_server, http, parts.busy, hub, registry, outbox, journal, archive, epoch, data, tidying)

    async def stop(self) -> None:
        """No new requests; what is on its way comes back or is kept for the next start."""
        log.info("stopping")
        self._http_server.stop()
        self._tidying.cancel()
        self._hub.close_all()
        await self._outbox.stop(DRAIN)
        self._registry.suspend()            # what still comes over open connections is told to come again
        await self._journal.close()
        await self._answered(FINISH)
        self._hub.close_all()               # whoever came in meanwhile over a connection that was open
        self._epoch.note(self._registry.published_event_id)
        await self._http_server.close_all_connections()
        await self._http.close()
        self._archive.close()
        self._data.unlock()
        log.info("stopped")

    async def _answered(self, patience: float) -> None:
        """Until every request that came has its answer, within reason."""
        deadline = time.monotonic() + patience
        while self._busy and time.monotonic() < deadline:
            await asyncio.sleep(0.01)


class BoundedServer(HTTPServer):
    """Takes no more connections than there are file descriptors for, and keeps none that does not take its answer.

    Without a descriptor left, no connection could be taken and none refused: the loop would do nothing but try.
    """

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        super().initialize(*args, **kwargs)
        self._most = min(MOST_CONNECTIONS, _file_descriptors() // 2)
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


def _file_descriptors() -> int:
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


async def _tidy(
    journal: Journal, http_server: "BoundedServer", doorway: Doorway, registry: Registry, epoch: Epoch
) -> None:
    """Checkpoints, old events and stuck requests, away from what somebody waits for."""
    while True:
        await asyncio.sleep(TIDY_EVERY)
        doorway.drop_slow_bodies()
        http_server.drop_slow_readers()
        epoch.note(registry.published_event_id)
        try:
            await journal.tidy(utc_now())
        except Exception:
            log.exception("tidying up failed")


def _listen(host: str, port: int) -> list[socket.socket]:
    try:
        return bind_sockets(port, address=host)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "this is no host name"
        raise CannotStart(f"cannot listen on {host}:{port}: {reason}") from error


def _tls(settings: Config) -> ssl.SSLContext | None:
    if settings.server.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.server.tls_cert, settings.server.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise CannotStart(f"server.tls_cert and tls_key cannot be used: {error}") from error
    return context


if __name__ == "__main__":
    sys.exit(main())
