"""CCS: one process that serves a merchant's customers from WeChat, Douyin and JD.

    python server.py [--config FILE]            start the server
    python server.py --demo                     the same with played customers, without any configuration;
                                                [--customers N] [--pace X] [--seed S]
    python server.py check                      read config.toml and say what is wrong with it
    python server.py doctor [--config FILE]     look for what keeps customers away (体检), also beside a running server
    python server.py gateway-check --channel jd [--config FILE] [--url …]
                                                play a gateway against the running server, and say what does not work
    python server.py backup TARGET              copy the database and files while the server may be running
    python server.py hash-password              ask for a password and print its hash for [[agents]]
    python server.py new-token                  make a token for a program, and its hash for [[agents]]
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
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from getpass import getpass
from pathlib import Path
from random import Random, SystemRandom
from zoneinfo import ZoneInfo

from attrs import frozen
from tornado.netutil import bind_sockets
from tornado.web import RequestHandler

from ccs import __version__, config, logs, premises, prescription
from ccs.accounts import SHORTEST_PASSWORD, Accounts, hash_password, hash_token, new_token
from ccs.assistant.turns import Turns
from ccs.avatars import Avatars, own_addresses
from ccs.channels import CHANNELS
from ccs.channels.abilities import abilities
from ccs.channels.base import Channel, Source, Tools
from ccs.channels.douyin import Douyin
from ccs.channels.http import Http
from ccs.config import Config
from ccs.demo import MOST_CUSTOMERS
from ccs.desk import Desk
from ccs.doctor import Doctor, Report, Step, Visit
from ccs.errors import CannotStart, ConfigError
from ccs.fetcher import Fetcher
from ccs.hub import Hub
from ccs.intake import Intake
from ccs.introducer import Introducer
from ccs.models import Snapshot, utc_now
from ccs.outbox import Outbox
from ccs.puller import Puller
from ccs.recalls import Recalls
from ccs.reclaim import Reclaims
from ccs.registry import Registry
from ccs.tending import tend
from ccs.voices import Voices
from ccs.welcome import Welcome
from ccs.wire import LONGEST_PASSWORD, Wire
from handlers.base import Parts
from handlers.bounded import BoundedServer
from handlers.callbacks import Doorway
from handlers.line import frame
from handlers.routes import front
from store import avatars as pictures, database
from store.archive import Archive
from store.epoch import Epoch
from store.files import Files, copy_all
from store.journal import Journal, load
from store.look import Look

log = logging.getLogger("ccs")

HERE = Path(__file__).parent
LARGEST_BODY = 64 * 1024 * 1024     # bytes; what is above max_body_kb and below this is read away and told 413
LARGEST_HEADER = 16 * 1024  # bytes of a request's line and headers together; browsers with cookies send one or two KB
READ_AT_ONCE = 16 * 1024    # bytes; Tornado clears a buffer of this size for each read, and its 64 KB take their time
TIDY_EVERY = 1              # seconds between rounds of housekeeping
TIDY_FILES_EVERY = 3600     # the same, for uploads that nobody sent
DRAIN = 7.0                 # seconds that a stop waits for deliveries on their way; service managers give it ten in all
FINISH = 1.5                # seconds more for requests that are being answered


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="server.py", description="Multi-channel customer service (多渠道客服)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="instead of config.toml beside server.py")
    parser.add_argument("--demo", action="store_true", help="play customers; no configuration, nothing is kept")
    demo = parser.add_argument_group("of the demo")
    demo.add_argument("--customers", type=_between(int, 1, MOST_CUSTOMERS), metavar="N", help="at a time (6)")
    demo.add_argument("--pace", type=_between(float, 0.1, 100), metavar="X", help="1 is natural")
    demo.add_argument("--seed", type=int, metavar="S", help="the same seed plays the same customers")
    parser.add_argument("--version", action="version", version=f"CCS {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="{check,doctor,gateway-check,backup,hash-password,new-token}"
    )
    commands.add_parser("check", help="read the configuration and list what is wrong with it")
    doctor = commands.add_parser("doctor", help="look for what keeps customers away (体检)")
    doctor.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS)
    check = commands.add_parser("gateway-check", help="play a gateway against the running server (网关自检)")
    check.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS)
    check.add_argument("--channel", choices=tuple(CHANNELS), required=True)
    check.add_argument("--url", metavar="URL", help="where the server is, unless the settings say it")
    commands.add_parser("backup", help="copy the database and files").add_argument("target", type=Path)
    commands.add_parser("hash-password", help="ask for a password and print its hash")
    commands.add_parser("new-token", help="print a token for a program, and its hash")
    given = parser.parse_args(arguments)
    for fault in _mixed_up(given):
        parser.error(fault)
    try:
        if given.command == "hash-password":
            print(f'password_hash = "{hash_password(_ask_for_password())}"')
            return 0
        if given.command == "new-token":
            token = new_token()
            print(f'# for the program, shown only now: {token}\ntoken_hash = "{hash_token(token)}"')
            return 0
        if given.demo:
            asyncio.run(serve_demo(given.customers or 6, given.pace or 1.0, given.seed))
            return 0
        file = given.config or HERE / "config.toml"
        if given.command == "doctor":
            return _doctor(file)
        settings, notes = config.read(file, os.environ)
        if given.command == "gateway-check":
            return asyncio.run(_check_gateway(settings, given.channel, given.url))
        if given.command == "check":
            print("\n".join([f"{file} is fine", *notes]))
        elif given.command == "backup":
            copy = database.backup(settings.server.data_dir / database.FILE_NAME, given.target)
            files = copy_all(settings.server.data_dir, copy)
            print(f"copied to {copy}" + (f", the files to {files}" if files else ""))
        else:
            logs.set_up(settings.server.log_level)
            for note in notes:
                log.warning("%s", note)
            asyncio.run(serve(settings))
    except ConfigError as error:
        print("\n".join(error.faults), file=sys.stderr)
        return 2
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _doctor(file: Path) -> int:
    """Print what is found, as Chinese text; 1 if anything has failed."""
    logs.set_up("error")
    try:
        settings, _ = config.read(file, os.environ)
    except ConfigError as error:
        report = prescription.of_faults(error.faults, utc_now())
    else:
        report = asyncio.run(examine(settings))
    _print("\n".join(prescription.lines(report)))
    return 0 if report.is_fine else 1


async def _check_gateway(settings: Config, channel: str, url: str | None) -> int:
    """Print what came of each step; 1 if one went wrong."""
    from ccs.demo import rehearsal      # here, because only this has use for it

    fine = True
    async for line in rehearsal.rehearse(settings, channel, url or rehearsal.address(settings)):
        _print(str(line))
        fine = fine and line.ok is not False
    return 0 if fine else 1


async def examine(settings: Config) -> Report:
    """A checkup without a server; if one runs on the same data, it is not disturbed."""
    http, files = Http(), Files(settings.server.data_dir)
    look = Look(settings.server.data_dir / database.FILE_NAME)
    channels = _channels(settings, Tools(http, utc_now, look.token, lambda token: None, files.path))
    try:
        return await Doctor(lambda: _steps(channels, Visit(settings, look, utc_now)), utc_now).report()
    finally:
        await http.close()


def _steps(channels: Mapping[str, Channel], visit: Visit) -> dict[str, Sequence[Step]]:
    """What a checkup asks: about this machine, and about each channel that is on."""
    enabled = {name: channel.checkup(visit) for name, channel in channels.items() if channel.settings.enabled}
    return {premises.GROUP: premises.Premises(visit).checkup(), **enabled}


def _channels(settings: Config, tools: Tools) -> dict[str, Channel]:
    return {name: channel(getattr(settings.channels, name), tools) for name, channel in CHANNELS.items()}


def _print(text: str) -> None:
    """To a terminal that may not know Chinese."""
    encoding = sys.stdout.encoding
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def _ask_for_password() -> str:
    """From the terminal, unseen and twice; or the first line of what is piped in. Raises CannotStart."""
    if sys.stdin.isatty():
        password = getpass("密码 Password: ")
        if getpass("再输一次 Again: ") != password:
            raise CannotStart("the two are not the same")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise CannotStart(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    if not password.isprintable():
        raise CannotStart("a password holds nothing that no keyboard writes, and is UTF-8")
    return password


def _between(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be between {low} and {high}")
        return value
    return number


def _mixed_up(given: argparse.Namespace) -> Iterator[str]:
    """What was asked for and would have no effect."""
    if given.demo and given.config:
        yield "--demo needs no configuration and reads none: leave out --config"
    if given.demo and given.command:
        yield f"--demo starts the server: leave out {given.command}"
    for name in ("customers", "pace", "seed"):
        if getattr(given, name) is not None and not given.demo:
            yield f"--{name} belongs to --demo"


async def serve(settings: Config) -> None:
    """Start, tell where, and run until a signal asks to stop. Raises CannotStart."""
    stop = _asked_to_stop()
    async with _running(settings):
        await stop.wait()


async def serve_demo(customers: int, pace: float, seed: int | None) -> None:
    """The same, on settings that are made up and with customers at the door. Raises CannotStart."""
    from ccs.demo.customer import NaturalTime       # here, because a server that is no demo has no use for them
    from ccs.demo.shop import Shop

    stop = _asked_to_stop()
    seed = SystemRandom().randrange(2**32) if seed is None else seed
    async with Shop.open(customers, seed, NaturalTime(pace)) as shop:
        logs.set_up(shop.settings.server.log_level)
        async with _running(shop.settings) as server, shop.world.open(shop.address(server.port)):
            _print(shop.welcome(server.port))
            await stop.wait()


@asynccontextmanager
async def _running(settings: Config) -> "AsyncIterator[Server]":
    server = await Server.start(settings)
    gc.freeze()                             # what is here now stays; the collector need not look at it again
    try:
        yield server
    finally:
        await server.stop()


def _asked_to_stop() -> asyncio.Event:
    """Set when a signal asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        try:
            loop.add_signal_handler(getattr(signal, name), stop.set)
        except NotImplementedError:                     # Windows
            signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


@frozen
class Server:
    """The running parts. `start` gives one that listens; `stop` lets it finish what it has begun."""

    port: int
    _http_server: BoundedServer
    _doorway: Doorway
    _http: Http
    _busy: set[RequestHandler]
    _hub: Hub
    _registry: Registry
    _outbox: Outbox
    _introducer: Introducer
    _avatars: Avatars
    _puller: Puller
    _welcome: Welcome
    _fetcher: Fetcher
    _files: Files
    _journal: Journal
    _archive: Archive
    _epoch: Epoch
    _doctor: Doctor
    _data: database.DataDir
    _tidying: "asyncio.Task[None]"
    _tending: "asyncio.Task[None]"

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
            introducer.resume()
            puller.resume()
            fetcher.resume()

        wire = Wire(ZoneInfo(settings.server.timezone))
        hub = Hub(wire, frame)
        journal = Journal(data.database, lambda: registry.suspend(), restored)
        archive = Archive(data.database, tuple(CHANNELS))
        registry = Registry(journal, archive)
        epoch = Epoch(data.path)
        http = Http()
        files = Files(data.path)
        files.prepare()
        desk = Desk(
            registry, hub.publish, utc_now, assistant_on=settings.assistant.provider != "off",
            limits=lambda channel, via: channels[channel].limits(via),
        )
        tools = Tools(http, utc_now, archive.token, desk.keep_token, files.path, archive.last_heard)
        channels = _channels(settings, tools)
        outbox = Outbox(registry, desk, channels, utc_now, Random())
        turns = Turns(registry, desk, settings.assistant, archive.latest)
        introducer = Introducer(desk, channels, archive, utc_now)
        avatars = Avatars(
            pictures.Avatars(data.path), settings.server.avatar_hosts,
            {name: own_addresses(getattr(settings.channels, name)) for name in CHANNELS},
        )
        intake = Intake(channels, desk, outbox)
        sources = {name: source for name, channel in channels.items() if (source := _source(channel))}
        puller = Puller(sources, intake.take, desk, archive, utc_now, Random())
        welcome = Welcome(channels, utc_now)
        fetcher = Fetcher(registry, desk, channels, files, archive.fetching, utc_now, Random())
        desk.wake_outbox = outbox.wake
        desk.wake_fetcher = fetcher.wake
        desk.wake_assistant = turns.wake
        desk.wake_puller = puller.wake
        desk.heed = lambda tells: channels[tells.channel].heed(tells)
        desk.introduce = introducer.introduce
        desk.use_code = welcome.use
        desk.check = lambda session, said: channels[session.customer.channel].check(session.via, said)
        desk.forget_owner = lambda customer: channels[customer.channel].owner_changed(customer)
        desk.end_logins = hub.end_logins
        visit = Visit(settings, Look(data.database), utc_now, lambda: journal.is_healthy)
        doctor = Doctor(lambda: _steps(channels, visit), utc_now)
        parts = Parts(
            config=settings, desk=desk, registry=registry, intake=intake, accounts=Accounts(settings, archive, utc_now),
            hub=hub, wire=wire, archive=archive, health=journal, doctor=doctor, now=utc_now, epoch=epoch.name,
            avatars=avatars, reclaims=Reclaims(registry, desk, channels), recalls=Recalls(registry, desk, channels),
            files=files, voices=Voices(files), abilities=abilities(channels),
            lookup=lambda name: channels[name].lookup(), douyin=_douyin(channels),
        )

        restored(load(data.database), None)
        known = parts.accounts
        if over := [login for login in archive.logins() if epoch.is_new or not known.lasts(login)]:
            await desk.log_out(over)
        secure = _tls(settings)
        doorway = front(parts)
        http_server = BoundedServer(
            doorway, ssl_options=secure, max_body_size=LARGEST_BODY, max_header_size=LARGEST_HEADER,
            chunk_size=READ_AT_ONCE,
        )
        http_server.conn_params.header_timeout = None       # the doorway sees to that, and no argument turns it off
        http_server.add_sockets(sockets)
        port = sockets[0].getsockname()[1]
        host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
        address = f"{'https' if secure else 'http'}://{host}:{port}"
        log.info("CCS %s listens at %s, data in %s", __version__, address, data.path)
        if settings.server.public_url:
            log.info("from outside it is %s", settings.server.public_url)
        tidying = asyncio.create_task(
            _tidy(journal, http_server, doorway, hub, registry, epoch, files, archive)
        )
        return cls(
            port=port, http_server=http_server, doorway=doorway, http=http, busy=parts.busy, hub=hub,
            registry=registry, outbox=outbox, puller=puller, welcome=welcome, introducer=introducer, avatars=avatars,
            fetcher=fetcher, files=files, journal=journal, archive=archive, epoch=epoch, doctor=doctor, data=data,
            tidying=tidying,
            tending=asyncio.create_task(tend(channels.values())),
        )

    async def stop(self) -> None:
        """No new requests; what is on its way comes back or is kept for the next start."""
        log.info("stopping")
        self._http_server.stop()
        self._tidying.cancel()
        self._tending.cancel()
        self._doctor.stop()
        self._hub.close_all()
        await self._puller.stop()
        await self._welcome.stop()
        await self._fetcher.stop()
        await self._outbox.stop(DRAIN)
        await self._introducer.stop()
        self._registry.suspend()            # what still comes over open connections is told to come again
        await self._journal.close()
        await self._answered(FINISH)
        self._hub.close_all()               # whoever came in meanwhile over a connection that was open
        self._epoch.note(self._registry.published_event_id)
        await self._http_server.close_all_connections()
        await self._http.close()
        await self._avatars.close()
        self._archive.close()
        self._files.close()
        self._data.unlock()
        log.info("stopped")

    async def _answered(self, patience: float) -> None:
        """Until every request that came has its answer, within reason."""
        deadline = time.monotonic() + patience
        while (self._busy or self._doorway.is_behind) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)


async def _tidy(
    journal: Journal, http_server: BoundedServer, doorway: Doorway, hub: Hub, registry: Registry, epoch: Epoch,
    files: Files, archive: Archive,
) -> None:
    """Checkpoints, old rows, stuck requests, logins that ended and unused files, away from what somebody waits for."""
    files_due = time.monotonic()
    while True:
        await asyncio.sleep(TIDY_EVERY)
        try:
            doorway.hang_up_on_the_late()
            http_server.drop_slow_readers()
            hub.end_old_logins(utc_now())
            epoch.note(registry.published_event_id)
            await journal.tidy(utc_now())
            if files_due <= time.monotonic():
                files_due = time.monotonic() + TIDY_FILES_EVERY
                await files.forget_unused(archive.used_files)
        except Exception:
            log.exception("tidying up failed")


def _douyin(channels: Mapping[str, Channel]) -> Douyin:
    douyin = channels["douyin"]
    assert isinstance(douyin, Douyin)
    return douyin


def _source(channel: Channel) -> Source | None:
    return channel.source() if channel.settings.enabled else None


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
