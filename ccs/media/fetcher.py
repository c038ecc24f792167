"""The fetcher: brings the files of customers' messages here while the platform still has them.

A message is shown at once and its file follows. What is not here yet stands on disk with its message, so whatever
stops the process, the next start goes on with it; and however often a platform is busy, it is asked again until it has
certainly thrown the file away.
"""

import asyncio
import heapq
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Protocol

from attrs import evolve

from ccs import backoff
from ccs.channels.base import Channel
from ccs.errors import DeliveryDelayed, DeliveryRefused, NoRoom, StoreUnavailable
from ccs.media import amr
from ccs.media.filetypes import clean_name, mime_of
from ccs.models import Clock, Message, Stage
from ccs.reception import Reception
from ccs.registry import Registry
from ccs.worker import Worker, end

log = logging.getLogger(__name__)

AT_ONCE = 4                         # downloads; more only share the same line
WANTED = 20 << 20                   # bytes that a file may need
GIVEN_UP = timedelta(days=3)        # after which platforms have thrown it away
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 1800.0        # seconds between attempts
FOR_ROOM = 120.0                    # seconds until a full disk is looked at again
FOR_STORE = 5.0                     # seconds until what is here is told again to a database that took nothing

TRIES_AGAIN = "，稍后自动重试"
GONE = "三天内没有下载成功，平台已不再保留，请客户再发一次"
NOT_WRITTEN = "服务器的磁盘暂时写不进文件，请联系管理员"
EMPTY = "平台给出的文件是空的，请客户再发一次"


class Kept(Protocol):
    @property
    def digest(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def head(self) -> bytes: ...


class Files(Protocol):
    """Where files are kept: see `store/files.py`."""

    def path(self, digest: str) -> Path: ...

    def part(self, wanted: int) -> Path: ...

    async def keep(self, part: Path) -> Kept: ...

    def drop(self, part: Path) -> None: ...

    async def apart(self, act: Callable[..., Any], *args: Any) -> Any: ...


class Fetcher(Worker):
    """Fetches a few at a time, those that are due longest first."""

    def __init__(
        self, registry: Registry, reception: Reception, channels: Mapping[str, Channel], files: Files,
        waiting: Callable[[], Iterable[Message]], clock: Clock, chance: Random,
    ) -> None:
        self._registry = registry
        self._reception = reception
        self._channels = channels
        self._files = files
        self._waiting = waiting
        self._now = clock
        self._chance = chance
        self._serial = count()
        self._line: list[tuple[datetime, int, Message]] = []
        self._known: set[tuple[str, int]] = set()       # in line or on their way
        self._busy: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None

    def wake(self, message: Message) -> None:
        """The message is on disk and its file is not."""
        key = message.session_id, message.seq
        if key not in self._known and message.attachment:
            self._known.add(key)
            self._put(message, message.attachment.due_at or message.created_at)

    def resume(self) -> None:
        """After a start, or when the disk is back: go on with everything that is not here."""
        self._runner = self._runner or asyncio.create_task(self._run(), name="fetcher")
        for message in self._waiting():
            self.wake(message)

    async def stop(self) -> None:
        """What is on its way is broken off: it stands on disk, and comes with the next start."""
        await end([*self._busy, *([self._runner] if self._runner else [])])

    def _put(self, message: Message, due: datetime) -> None:
        heapq.heappush(self._line, (due, next(self._serial), message))
        self._woken.set()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            while self._line and self._line[0][0] <= self._now() and len(self._busy) < AT_ONCE:
                _, _, message = heapq.heappop(self._line)
                task = asyncio.create_task(self._fetch(message), name=f"fetch {message.id}")
                self._busy.add(task)
                task.add_done_callback(self._done)
            pause = (self._line[0][0] - self._now()).total_seconds() if self._line else None
            await backoff.woken_or(self._woken, None if len(self._busy) == AT_ONCE else pause)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._busy.discard(task)
        self._woken.set()

    # One message

    async def _fetch(self, message: Message) -> None:
        try:
            known = await self._attempt(message)
            moved = self._as_now(message, known)
            await self._reception.file_moved(moved)
        except StoreUnavailable:                # the file is kept under what it holds; it is soon here again
            log.warning("the file of message %s waits for the database", message.id)
            self._put(message, self._now() + timedelta(seconds=FOR_STORE))
            return
        except Exception:
            log.exception("the file of message %s is given up until the next start", message.id)
            return
        self._known.discard((message.session_id, message.seq))
        if moved.attachment and moved.attachment.stage is Stage.FETCHING:
            self.wake(moved)

    def _as_now(self, message: Message, known: Mapping[str, Any]) -> Message:
        """The message as it is by now, it may have been taken back meanwhile, and what is known of its file."""
        current, _ = self._registry.message(message.session_id, message.id)
        assert current.attachment is not None
        seconds = known.get("seconds")
        fields = {**current.fields, "seconds": seconds} if seconds is not None else current.fields
        file = {name: value for name, value in known.items() if name != "seconds"}
        return evolve(current, fields=fields, attachment=evolve(current.attachment, **file))

    async def _attempt(self, message: Message) -> dict[str, Any]:
        """What is known of the file after an attempt, whatever came of it."""
        attempts = message.attachment.attempts + 1 if message.attachment else 1
        try:
            return {**await self._bring(message), "attempts": attempts}
        except DeliveryRefused as refusal:
            log.warning("the file of message %s is refused on attempt %d: %s", message.id, attempts, refusal)
            return {"stage": Stage.FAILED, "reason": str(refusal), "attempts": attempts, "due_at": None}
        except DeliveryDelayed as delay:
            log.warning("the file of message %s is delayed on attempt %d: %s", message.id, attempts, delay)
            return self._later(message, attempts, str(delay), delay.retry_after)
        except NoRoom as full:
            log.error("the disk is nearly full; the file of message %s waits", message.id)
            return self._later(message, attempts, str(full), FOR_ROOM)
        except StoreUnavailable:
            raise
        except OSError as error:
            log.error("the file of message %s cannot be written and waits: %s", message.id, error)
            return self._later(message, attempts, NOT_WRITTEN, FOR_ROOM)
        except Exception:
            log.exception("the file of message %s met an unexpected fault on attempt %d", message.id, attempts)
            return self._later(message, attempts, "下载时出现内部错误", None)

    async def _bring(self, message: Message) -> dict[str, Any]:
        session = self._registry.get(message.session_id)
        channel = self._channels.get(session.customer.channel)
        if channel is None:
            raise DeliveryRefused("该渠道已不存在")
        part = self._files.part(WANTED)
        try:
            fetched = await channel.fetch(message, part)
            kept = await self._files.keep(part)
        finally:
            self._files.drop(part)
        if not kept.size:
            raise DeliveryRefused(EMPTY)
        mime = mime_of(kept.head, fetched.name)
        known = {
            "stage": Stage.READY, "name": clean_name(fetched.name, mime, message.type), "mime": mime,
            "size": kept.size, "digest": kept.digest, "reason": None, "due_at": None,
        }
        if mime.startswith("audio/amr"):
            known["seconds"] = await self._files.apart(amr.seconds_of, self._files.path(kept.digest))
        return known

    def _later(self, message: Message, attempts: int, words: str, retry_after: float | None) -> dict[str, Any]:
        """Exponential, with jitter; given up once the platform has certainly thrown it away."""
        pause = backoff.pause(attempts, FIRST_PAUSE, LONGEST_PAUSE, self._chance)
        due = self._now() + timedelta(seconds=max(pause, retry_after or 0.0))
        if due - message.created_at > GIVEN_UP:
            return {"stage": Stage.FAILED, "reason": GONE, "attempts": attempts, "due_at": None}
        return {"reason": f"{words}{TRIES_AGAIN}", "attempts": attempts, "due_at": due}
