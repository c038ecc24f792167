"""The pictures that customers send: small, plain, and each a little different."""

import struct
import zlib
from random import Random

from tornado.web import RequestHandler

WIDTH, HEIGHT = 240, 180
EDGE = 30               # pixels of frame around the middle


class Pictures(RequestHandler):
    """`GET /pictures/17.png`."""

    def get(self, number: str) -> None:
        self.set_header("Content-Type", "image/png")
        self.finish(png(int(number)))


def png(number: int) -> bytes:
    """A frame of one colour around a middle of another; the same number is the same picture."""
    chance = Random(number)
    frame, middle = (bytes(chance.randint(90, 230) for _ in "rgb") for _ in range(2))
    plain = frame * WIDTH
    crossing = frame * EDGE + middle * (WIDTH - 2 * EDGE) + frame * EDGE
    rows = [plain] * EDGE + [crossing] * (HEIGHT - 2 * EDGE) + [plain] * EDGE
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)         # 8 bits a colour, red green blue
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))           # each row unfiltered
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
