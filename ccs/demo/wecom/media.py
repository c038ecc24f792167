"""Temporary media: a shelf where files lie for three days (paths 90253 and 90254)."""

import secrets
from collections import Counter
from collections.abc import Callable

from attrs import define, evolve, field, frozen

from ccs.demo import samples
from ccs.demo.memory import DAY, Clock
from ccs.demo.platform import Refused
from ccs.demo.samples import Sample, amr_seconds
from ccs.demo.wecom.errors import wrong

MB = 1 << 20
LASTS = 3 * DAY
SMALLEST = 6                # bytes
LONGEST_VOICE = 60.0        # seconds
SHELF = 64 * MB             # all together; the oldest fall off

UPLOADS = {"image": (10 * MB, 40009), "voice": (2 * MB, 40010), "video": (10 * MB, 40011), "file": (20 * MB, 40006)}
MIMES = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4"}      # of what is no PNG
RECEIVED = {"image": 2 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}     # of customers; else only a hint


@frozen
class File:
    sample: Sample
    put_at: float


@define
class Shelf:
    """What was uploaded, and what customers and staff have sent, under ids that any app of the company may use."""

    now: Clock
    one_at_a_time: bool = False         # a vice: who asks for the same file twice at once gets 45033
    _files: dict[str, File] = field(factory=dict, init=False)
    _size: int = field(default=0, init=False)
    _fetching: Counter[str] = field(factory=Counter, init=False)

    def put(self, sample: Sample) -> str:
        """Its media_id. What a phone sends is not measured here: see `RECEIVED`."""
        return self._keep(secrets.token_urlsafe(48), File(sample, self.now()))

    def upload(self, sample: Sample) -> str:
        """What an app brings, if it is small enough and what it says it is."""
        if sample.kind not in UPLOADS:
            raise Refused(40004, sample.kind)
        most, too_big = UPLOADS[sample.kind]
        if len(sample.content) > most:
            raise Refused(too_big)
        if len(sample.content) < SMALLEST:
            raise Refused(40006)
        if not LOOKS_RIGHT[sample.kind](sample.content):
            raise Refused(40005, sample.name)
        if sample.kind == "voice" and (amr_seconds(sample.content) or 0) > LONGEST_VOICE:
            raise Refused(40010)
        return self.put(evolve(sample, mime=_mime(sample)))

    def in_silk(self, media_id: str) -> str:
        """The same recording in the other format."""
        silk_id, file = f"{media_id}-silk", self._files.get(media_id)
        if not file or silk_id in self._files:
            return silk_id
        return self._keep(silk_id, File(samples.silk(), file.put_at))

    def get(self, media_id: str) -> Sample:
        self._forget()
        file = self._files.get(media_id)
        if not file:
            raise Refused(40007)
        return file.sample

    def size(self, media_id: str) -> int:
        """In bytes; 0 if it is not there."""
        file = self._files.get(media_id)
        return len(file.sample.content) if file else 0

    def check(self, media_id: object, kind: str, where: str) -> None:
        """That it is known, and of this kind."""
        if not isinstance(media_id, str) or not media_id:
            raise wrong(where)
        if self.get(media_id).kind != kind:
            raise Refused(40007, where)

    def lose(self, media_id: str) -> None:
        """Before its time."""
        if file := self._files.pop(media_id, None):
            self._size -= len(file.sample.content)

    # Who fetches what at the moment

    def begin(self, media_id: str) -> None:
        self._fetching[media_id] += 1

    def end(self, media_id: str) -> None:
        self._fetching[media_id] -= 1
        if not self._fetching[media_id]:
            del self._fetching[media_id]

    def check_alone(self, media_id: str) -> None:
        if self.one_at_a_time and self._fetching[media_id] > 1:
            raise Refused(45033)

    def _keep(self, media_id: str, file: File) -> str:
        self._files[media_id] = file
        self._size += len(file.sample.content)
        self._forget()
        return media_id

    def _forget(self) -> None:
        while self._files:
            oldest = next(iter(self._files))
            if self._size <= SHELF and self._files[oldest].put_at > self.now() - LASTS:
                return
            self.lose(oldest)


LOOKS_RIGHT: dict[str, Callable[[bytes], bool]] = {
    "image": lambda content: content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")),
    "voice": lambda content: amr_seconds(content) is not None,
    "video": lambda content: content[4:8] == b"ftyp",
    "file": lambda content: True,
}


def _mime(sample: Sample) -> str:
    """By what it is; of a file by what it was called."""
    if sample.kind == "image" and sample.content.startswith(b"\x89PNG"):
        return "image/png"
    return MIMES.get(sample.kind, sample.mime)
