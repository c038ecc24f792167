"""Small files of the kinds that people send: real enough to be opened."""

import struct

from attrs import evolve, frozen

from ccs.demo.lines import Document, Line, Picture, Video, Voice
from ccs.demo.pictures import png, screenshot

AMR_MAGIC = b"#!AMR\n"
AMR_FRAMES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)     # bytes after the first, by the frame's type
AMR_SILENT = bytes([0x7C])      # NO_DATA, of good quality: 20 ms of nothing
FRAME_SECONDS = 0.02


@frozen
class Sample:
    """A file, what WeCom calls its kind, and its name."""

    kind: str
    name: str
    mime: str
    content: bytes


def picture(number: int = 1) -> Sample:
    return Sample("image", f"照片{number}.png", "image/png", png(number))


def screen(number: int = 1) -> Sample:
    return Sample("image", f"截图{number}.png", "image/png", screenshot(number))


def voice(seconds: float = 2.0) -> Sample:
    """Silence in AMR-NB: descriptions of it, as a phone sends them, and nothing between."""
    described = bytes([8 << 3 | 4]) + bytes(5)
    rounds = max(1, round(seconds / FRAME_SECONDS / 8))
    return Sample("voice", "语音.amr", "audio/amr", AMR_MAGIC + (described + AMR_SILENT * 7) * rounds)


def of(line: Line, number: int) -> Sample:
    """The file that a customer means."""
    if isinstance(line, Picture):
        return screen(number) if "截图" in line.what else picture(number)
    if isinstance(line, Voice):
        return voice(line.seconds)
    if isinstance(line, Video):
        return video()
    if isinstance(line, Document):
        return evolve(pdf(), name=line.name)
    raise TypeError(f"{line} is no file")


def silk() -> Sample:
    """One frame of nothing in SILK, the way Tencent begins it."""
    return Sample("voice", "语音.silk", "audio/silk", b"\x02#!SILK_V3\x01\x00\x00\xff\xff")


def video() -> Sample:
    """MP4 boxes around nothing: it lasts a second and shows none."""
    header = struct.pack(">IIIIIIH10x", 0, 0, 0, 1000, 1000, 0x10000, 0x100)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    movie = _box(b"moov", _box(b"mvhd", header + matrix + bytes(24) + struct.pack(">I", 1)))
    kinds = _box(b"ftyp", b"isom" + struct.pack(">I", 0x200) + b"isomiso2mp41")
    return Sample("video", "视频.mp4", "video/mp4", kinds + movie + _box(b"mdat", bytes(16)))


def text_file(words: str = "尺码表：S 155，M 160，L 165\n") -> Sample:
    return Sample("file", "尺码表.txt", "text/plain", words.encode())


def pdf() -> Sample:
    """One empty page."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%sendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"xref\n0 4\n0000000000 65535 f \n%strailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return Sample("file", "发票.pdf", "application/pdf", content + tail % (table, len(content)))


def amr_seconds(content: bytes) -> float | None:
    """How long a recording lasts; None if it is none."""
    if not content.startswith(AMR_MAGIC):
        return None
    place, frames = len(AMR_MAGIC), 0
    while place < len(content):
        place += 1 + AMR_FRAMES[content[place] >> 3 & 15]
        frames += 1
    return frames * FRAME_SECONDS if place == len(content) else None


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content
