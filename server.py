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

import asyncio
import gc
import logging
import os
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import Random, SystemRandom
from zoneinfo import ZoneInfo

from attrs import frozen
from tornado.web import RequestHandler

from ccs import __version__, commandline, config, logs
from ccs.accounts import Accounts, hash_password, hash_token, new_token
from ccs.assistant.cards import Cards
from ccs.assistant.joined import assistant_of
from ccs.assistant.knowledge import reading
from ccs.assistant.knowledge.library import Library
from ccs.assistant.notebook import Notebook
from ccs.assistant.served import Served
from ccs.assistant.turns import Turns
from ccs.channels import CHANNELS
from ccs.channels.abilities import abilities
from ccs.channels.base import Channel, Tools
from ccs.channels.douyin import Douyin
from ccs.channels.http import Http
from ccs.channels.joining import ways_in
from ccs.checkup import premises, prescription
from ccs.checkup.doctor import Doctor, Report, Visit
from ccs.customers.avatars import Avatars, own_addresses
from ccs.customers.introducer import Introducer
from ccs.desk import Desk
from ccs.errors import CannotStart, ConfigError
from ccs.hub import Hub
from ccs.incoming.puller import Puller
from ccs.incoming.welcome import Welcome
from ccs.intake import Intake
from ccs.media.fetcher import Fetcher
from ccs.media.voices import Voices
from ccs.models import Snapshot, utc_now
from ccs.outbox import Outbox
from ccs.outgoing.recalls import Recalls
from ccs.outgoing.reclaim import Reclaims
from ccs.own.bell import Bell
from ccs.own.drafts import Drafts
from ccs.own.forbidden import Forbidden
from ccs.own.joined import Own
from ccs.own.pinyin import Speller
from ccs.own.preferences import Likings
from ccs.own.reminders import Reminders
from ccs.own.replies import QuickReplies
from ccs.pipe import Pipe
from ccs.reception import Reception
from ccs.registry import Registry
from ccs.search import query
from ccs.search.indexer import Indexer
from ccs.settings import Config
from ccs.talk import Talk
from ccs.tally import Tally
from ccs.terminal import asked_to_stop, say
from ccs.wire import Wire
from ccs.worker import Rounds, Worker
from handlers import listening
from handlers.base import Parts
from handlers.bounded import BoundedServer
from handlers.doorway import Doorway
from handlers.edition import Edition
from handlers.line import frame
from handlers.routes import front
from store import avatars as pictures, database, knowledge, spending
from store.archive import Archive
from store.epoch import Epoch
from store.files import Files, copy_all
from store.journal import Journal, load
from store.look import Look
from store.search import Search

log = logging.getLogger("ccs")

HERE = Path(__file__).parent
TIDY_EVERY = 1              # seconds between rounds of housekeeping
TIDY_FILES_EVERY = 3600     # the same, for uploads that nobody sent
TEND_EVERY = 600            # the same, for what platforms grant for a time, which lasts for days
FINISH = 1.5                # seconds that a stop waits for requests that are being answered, after all deliveries


def main(arguments: list[str] | None = None) -> int:
    try:
        return _do(commandline.read(arguments))
    except ConfigError as error:
        print("\n".join(error.faults), file=sys.stderr)
        return 2
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


def _do(given: Namespace) -> int:
    """What the command line says. Raises ConfigError, CannotStart."""
    file = given.config or HERE / "config.toml"
    match given.command:
        case "hash-password":
            print(f'password_hash = "{hash_password(commandline.ask_for_password())}"')
        case "new-token":
            token = new_token()
            print(f'# for the program, shown only now: {token}\ntoken_hash = "{hash_token(token)}"')
        case "check":
            settings, notes = config.read(file, os.environ)
            say("\n".join([f"{file} is fine", *notes, *_faults_of_knowledge(settings.assistant.knowledge_dir)]))
        case "doctor":
            return _doctor(file)
        case "gateway-check":
            from ccs.demo import rehearsal      # here, because only this has use for it

            settings, _ = config.read(file, os.environ)
            return 0 if asyncio.run(rehearsal.run(settings, given.channel, given.url)) else 1
        case "backup":
            settings, _ = config.read(file, os.environ)
            _backup(settings.server.data_dir, given.target)
        case _ if given.demo:
            asyncio.run(serve_demo(given.customers or 6, given.pace or 1.0, given.seed))
        case _:
            settings, notes = config.read(file, os.environ)
            logs.set_up(settings.server.log_level)
            for note in notes:
                log.warning("%s", note)
            asyncio.run(serve(settings))
    return 0


def _faults_of_knowledge(folder: Path | None) -> list[str]:
    """With their files and lines; they keep nothing from starting."""
    faults = reading.read(folder).faults if folder else ()
    return [f"{folder}/{fault}" for fault in faults]


def _backup(data: Path, target: Path) -> None:
    copy = database.backup(data / database.FILE_NAME, target)
    files = copy_all(data, copy)
    spending.copy_all(data, copy)
    print(f"copied to {copy}" + (f", the files to {files}" if files else ""))


def _doctor(file: Path) -> int:
    """Print what is found, as Chinese text; 1 if anything has failed."""
    logs.set_up("error")
    try:
        settings, _ = config.read(file, os.environ)
    except ConfigError as error:
        report = prescription.of_faults(error.faults, utc_now())
    else:
        report = asyncio.run(examine(settings))
    say("\n".join(prescription.lines(report)))
    return 0 if report.is_fine else 1


async def examine(settings: Config) -> Report:
    """A checkup without a server; if one runs on the same data, it is not disturbed."""
    http, files = Http(), Files(settings.server.data_dir)
    look = Look(settings.server.data_dir / database.FILE_NAME)
    channels = _channels(settings, Tools(http, utc_now, look.token, lambda token: None, files.path))
    try:
        return await Doctor(lambda: premises.steps(channels, Visit(settings, look, utc_now)), utc_now).report()
    finally:
        await http.close()


def _channels(settings: Config, tools: Tools) -> dict[str, Channel]:
    return {name: channel(getattr(settings.channels, name), tools) for name, channel in CHANNELS.items()}


async def serve(settings: Config) -> None:
    """Start, tell where, and run until a signal asks to stop. Raises CannotStart."""
    stop = asked_to_stop()
    async with _running(settings):
        await stop.wait()


async def serve_demo(customers: int, pace: float, seed: int | None) -> None:
    """The same, on settings that are made up and with customers at the door. Raises CannotStart."""
    from ccs.demo.customer import NaturalTime       # here, because a server that is no demo has no use for them
    from ccs.demo.shop import Shop

    stop = asked_to_stop()
    seed = SystemRandom().randrange(2**32) if seed is None else seed
    async with Shop.open(customers, seed, NaturalTime(pace)) as shop:
        logs.set_up(shop.settings.server.log_level)
        async with _running(shop.settings) as server, shop.world.open(shop.address(server.port)):
            say(shop.welcome(server.port))
            await shop.bring_quick_replies(shop.address(server.port))
            await stop.wait()


@asynccontextmanager
async def _running(settings: Config) -> "AsyncIterator[Server]":
    server = await Server.start(settings)
    gc.freeze()                             # what is here now stays; the collector need not look at it again
    try:
        yield server
    finally:
        await server.stop()


@frozen
class Server:
    """The running parts. `start` gives one that listens; `stop` lets it finish what it has begun."""

    port: int
    _http_server: BoundedServer
    _doorway: Doorway
    _busy: set[RequestHandler]
    _hub: Hub
    _registry: Registry
    _workers: tuple[Worker, ...]        # in the order in which they are stopped
    _http: Http
    _avatars: Avatars
    _journal: Journal
    _archive: Archive
    _search: Search
    _epoch: Epoch
    _files: Files
    _data: database.DataDir

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
        sockets = listening.listen(settings)

        def restored(snapshot: Snapshot, touched: set[str] | None) -> None:
            registry.restore(snapshot, touched)
            hub.resync_all()
            for worker in workers:
                worker.resume()

        def local_now() -> datetime:
            return utc_now().astimezone(zone)

        zone = ZoneInfo(settings.server.timezone)
        wire = Wire(zone)
        hub = Hub(wire, frame)
        journal = Journal(data.database, lambda: registry.suspend(), restored)
        archive = Archive(data.database, tuple(CHANNELS))
        tally = Tally()
        registry = Registry(journal, archive, tally)
        epoch = Epoch(data.path)
        search = Search(data.path, epoch.name, query.words)
        indexer = Indexer(search, lambda: registry.published_event_id)
        http = Http()
        files = Files(data.path)
        files.prepare()

        pipe = Pipe(registry, hub.publish, utc_now, lambda channel, via: channels[channel].limits(via))
        assistant_on = settings.assistant.serves
        reception, desk = Reception(pipe, assistant_on=assistant_on), Desk(pipe, assistant_on=assistant_on)
        talk = Talk(pipe, archive)
        tools = Tools(http, utc_now, archive.token, reception.keep_token, files.path, archive.last_heard)
        channels = _channels(settings, tools)

        visit = Visit(settings, Look(data.database), utc_now, lambda: journal.is_healthy)
        doctor = Doctor(lambda: premises.steps(channels, visit), utc_now)
        outbox = Outbox(registry, desk, reception, channels, utc_now, Random())
        library = Library(settings.assistant.knowledge_dir, zone, knowledge.Index)
        book = spending.Spending(data.path)
        assistant = assistant_of(settings.assistant, library, files, book, local_now)
        turns = Turns(registry, desk, settings.assistant, assistant.responder, local_now, assistant.summarise)
        cards = Cards(registry, desk, settings.assistant.wait_seconds, local_now)
        introducer = Introducer(reception, channels, archive, utc_now)
        intake = Intake(channels, reception, outbox)
        sources = {
            name: source for name, channel in channels.items()
            if channel.settings.enabled and (source := channel.source())
        }
        puller = Puller(sources, intake.take, reception, archive, utc_now, Random())
        welcome = Welcome(channels, utc_now)
        fetcher = Fetcher(registry, reception, channels, files, archive.fetching, utc_now, Random())
        reclaims = Reclaims(registry, desk, channels)
        avatars = Avatars(
            pictures.Avatars(data.path), settings.server.avatar_hosts,
            {name: own_addresses(getattr(settings.channels, name)) for name in CHANNELS},
        )

        def told_of_replies(agent_id: str | None) -> None:
            frame = {"type": "quick_replies"}
            hub.tell_agent(agent_id, frame) if agent_id else hub.tell_all(frame)

        own = Own(
            Bell(pipe, archive), Drafts(pipe, archive), Likings(pipe, archive),
            Reminders(pipe, archive, lambda due: hub.tell_agent(due.agent_id, wire.reminder_due(due))),
            QuickReplies(pipe, archive, settings.groups, told_of_replies), Speller(),
            Forbidden(settings.forbidden_words),
        )

        turns.broken_off = tally.turn_broken_off
        pipe.ring = hub.ring
        pipe.wake_outbox = outbox.wake
        pipe.wake_fetcher = fetcher.wake
        pipe.wake_assistant = turns.wake
        pipe.hush_assistant = turns.hush
        pipe.wake_cards = cards.wake
        reception.wake_puller = puller.wake
        reception.heed = lambda tells: channels[tells.channel].heed(tells)
        reception.introduce = introducer.introduce
        reception.use_code = welcome.use
        reception.recognised = talk.recognised
        reception.forget_owner = lambda customer: channels[customer.channel].owner_changed(customer)
        desk.check = lambda session, said: channels[session.customer.channel].check(session.via, said)
        desk.brief = turns.brief
        desk.end_logins = hub.end_logins

        parts = Parts(
            config=settings, desk=desk, talk=talk, own=own,
            registry=registry, intake=intake, accounts=Accounts(settings, archive, utc_now),
            hub=hub, wire=wire, archive=archive, search=search, health=journal, doctor=doctor,
            now=utc_now, epoch=epoch.name, edition=Edition.read(), avatars=avatars, reclaims=reclaims,
            recalls=Recalls(registry, desk, channels), files=files, voices=Voices(files),
            abilities=abilities(channels), lookup=lambda name: channels[name].lookup(), douyin=_douyin(channels),
            ways_in=ways_in(channels),
            help=assistant.help, served=Served(archive.served, utc_now), tally=tally,
            model=assistant.model.counters if assistant.model else None,
            notebook=Notebook(settings.assistant.knowledge_dir, library.place_of), reread=library.open,
        )
        doorway = front(parts)
        http_server = listening.http_server(settings, doorway)

        tidying = Rounds(TIDY_EVERY, {      # away from what somebody waits for
            "hanging up on who is late": doorway.hang_up_on_the_late,
            "hanging up on slow readers": http_server.drop_slow_readers,
            "reminding agents": own.reminders.ring,
            "ending old logins": lambda: hub.end_old_logins(utc_now()),
            "noting what was told": lambda: epoch.note(registry.published_event_id),
            "tidying the database": lambda: journal.tidy(utc_now()),
        }, first_after=TIDY_EVERY)
        tidying_files = Rounds(TIDY_FILES_EVERY, {
            "tidying up files": lambda: files.forget_unused(archive.used_files),
            "forgetting what models cost": lambda: book.forget_old(local_now().date()),
            "forgetting what agents left": lambda: journal.forget(utc_now()),
        }, first_after=TIDY_EVERY)
        tending = Rounds(TEND_EVERY, {f"looking after {name}": channel.tend for name, channel in channels.items()})
        workers = (
            tidying, tidying_files, tending, indexer, doctor, puller, welcome, fetcher,
            turns,                              # who begins things, before …
            outbox,                             # … who is given time to bring what is on its way
            introducer, reclaims, library, cards, own.reminders, own.replies,
            *([assistant.model] if assistant.model else []),
        )

        await library.open()
        restored(load(data.database), None)
        known = parts.accounts
        if over := [login for login in archive.logins() if epoch.is_new or not known.lasts(login)]:
            await desk.log_out(over)
        http_server.add_sockets(sockets)
        port = sockets[0].getsockname()[1]
        log.info("CCS %s listens at %s, data in %s", __version__, listening.address(settings, port), data.path)
        if settings.server.public_url:
            log.info("from outside it is %s", settings.server.public_url)
        return cls(
            port=port, http_server=http_server, doorway=doorway, busy=parts.busy, hub=hub, registry=registry,
            workers=workers, http=http, avatars=avatars, journal=journal, archive=archive, search=search, epoch=epoch,
            files=files, data=data,
        )

    async def stop(self) -> None:
        """No new requests; what is on its way comes back or is kept for the next start."""
        log.info("stopping")
        self._http_server.stop()
        self._hub.close_all()
        for worker in self._workers:
            await worker.stop()
        self._registry.suspend()            # what still comes over open connections is told to come again
        await self._journal.close()
        await self._answered(FINISH)
        self._hub.close_all()               # whoever came in meanwhile over a connection that was open
        self._epoch.note(self._registry.published_event_id)
        await self._http_server.close_all_connections()
        await self._http.close()
        await self._avatars.close()         # no worker: it works for requests, and they have their answers now
        self._search.close()
        self._archive.close()
        self._files.close()
        self._data.unlock()
        log.info("stopped")

    async def _answered(self, patience: float) -> None:
        """Until every request that came has its answer, within reason."""
        deadline = time.monotonic() + patience
        while (self._busy or self._doorway.is_behind) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)


def _douyin(channels: Mapping[str, Channel]) -> Douyin:
    douyin = channels["douyin"]
    assert isinstance(douyin, Douyin)
    return douyin


if __name__ == "__main__":
    sys.exit(main())
