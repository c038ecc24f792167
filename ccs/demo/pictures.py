"""The pictures that customers send and have: small, drawn line by line, and each a little different.

A photo shows something that stands on a table, a screenshot a page of some shop's, a face what people take for one:
the sun over hills, or a head and shoulders. The same number is always the same picture.
"""

import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from math import sqrt
from random import Random

from tornado.web import RequestHandler

WIDTH, HEIGHT = 240, 180
FACE = 96                       # pixels a side
KEPT = 64                       # pictures that are not drawn again
WHITE, INK, PAPER, LINE = (255, 255, 255), (70, 74, 82), (246, 247, 249), (218, 221, 226)

Color = tuple[int, int, int]
Rows = list[bytearray]


class Pictures(RequestHandler):
    """`GET /pictures/17.png` is a photo, `GET /faces/17.png` a face."""

    def initialize(self, draw: Callable[[int], bytes]) -> None:
        self._draw = draw

    def get(self, number: str) -> None:
        self.set_header("Content-Type", "image/png")
        self.finish(self._draw(int(number)))


@lru_cache(KEPT)
def png(number: int) -> bytes:
    """A photo: a parcel, a cup or a ball of some kind before a wall."""
    chance = Random(number)
    wall, table, thing = _tint(chance, 150, 215), _tint(chance, 95, 160), _tint(chance, 60, 215)
    edge, middle = chance.randint(104, 122), chance.randint(95, 145)
    rows = _fade(WIDTH, edge, _mixed(wall, WHITE, 0.4), wall)
    rows += _fade(WIDTH, HEIGHT - edge, table, _mixed(table, WHITE, 0.3))
    _ellipse(rows, middle + 12, 150, chance.randint(58, 68), 9, _mixed(table, INK, 0.5))        # its shadow
    chance.choice((_parcel, _cup, _ball))(rows, middle, thing)
    return _file(rows)


@lru_cache(KEPT)
def screenshot(number: int) -> bytes:
    """A page of a shop's on a phone: a bar, goods beside their picture, lines of words, and a button."""
    chance = Random(number)
    accent = chance.choice(((238, 77, 45), (250, 140, 22), (225, 37, 27), (7, 160, 90)))
    rows = _fade(WIDTH, HEIGHT, PAPER, PAPER)
    _box(rows, 0, 0, WIDTH, 26, accent)
    _box(rows, 90, 10, 60, 6, WHITE)
    for top in (34, 90):
        _box(rows, 10, top, 220, 50, WHITE)
        _box(rows, 16, top + 6, 38, 38, _tint(chance, 120, 220))
        for place in (8, 20):
            _box(rows, 64, top + place, chance.randint(90, 150), 5, INK if place == 8 else LINE)
        _box(rows, 64, top + 34, 34, 7, accent)
    _box(rows, 140, 150, 86, 20, accent)
    _box(rows, 163, 157, 40, 6, WHITE)
    return _file(rows)


@lru_cache(KEPT)
def face(number: int) -> bytes:
    """Square, and still to be known when it is round and small."""
    chance = Random(number)
    sky = _tint(chance, 110, 200)
    rows = _fade(FACE, FACE, _mixed(sky, WHITE, 0.5), sky)
    if chance.random() < 0.5:
        light, dark = _mixed(sky, WHITE, 0.85), _mixed(sky, INK, 0.55)
        _ellipse(rows, 48, 104, 40, 42, dark)
        _ellipse(rows, 48, 40, 21, 24, light)
    else:
        _ellipse(rows, chance.randint(26, 70), 34, 13, 13, (255, 236, 178))
        _ellipse(rows, chance.randint(0, 30), 100, 62, 42, _mixed(sky, INK, 0.35))
        _ellipse(rows, chance.randint(66, 96), 104, 64, 36, _mixed(sky, INK, 0.6))
    return _file(rows)


# Things


def _parcel(rows: Rows, middle: int, color: Color) -> None:
    card = _mixed((196, 152, 102), color, 0.2)
    _box(rows, middle - 56, 68, 112, 80, card)
    _box(rows, middle - 56, 68, 112, 14, _mixed(card, WHITE, 0.25))
    _box(rows, middle - 8, 68, 16, 80, _mixed(card, WHITE, 0.45))           # tape
    _box(rows, middle + 16, 96, 32, 24, WHITE)                              # the carrier's slip
    for top in (101, 108, 115):
        _box(rows, middle + 20, top, 24, 2, INK)


def _cup(rows: Rows, middle: int, color: Color) -> None:
    wall = bytes(rows[90][:3])
    _ellipse(rows, middle + 40, 108, 26, 24, _mixed(color, INK, 0.2))
    _ellipse(rows, middle + 40, 108, 15, 14, (wall[0], wall[1], wall[2]))
    _box(rows, middle - 40, 72, 80, 66, color)
    _ellipse(rows, middle, 138, 40, 12, color)
    _ellipse(rows, middle, 72, 40, 11, _mixed(color, WHITE, 0.35))
    _ellipse(rows, middle, 74, 34, 8, _mixed(color, INK, 0.6))


def _ball(rows: Rows, middle: int, color: Color) -> None:
    for part in range(12):              # lighter towards the lamp
        size = 46 - 3.6 * part
        _ellipse(rows, middle - part * 1.6, 104 - part * 2, size, size, _mixed(color, WHITE, part * 0.05))


# Lines of pixels


def _tint(chance: Random, low: int, high: int) -> Color:
    return chance.randint(low, high), chance.randint(low, high), chance.randint(low, high)


def _mixed(one: Color, other: Color, part: float) -> Color:
    """So much of the other in the one."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other))
    return red, green, blue


def _fade(width: int, height: int, top: Color, bottom: Color) -> Rows:
    return [bytearray(bytes(_mixed(top, bottom, row / height)) * width) for row in range(height)]


def _box(rows: Rows, left: float, top: int, width: float, height: int, color: Color) -> None:
    for row in rows[max(0, top):top + height]:
        start, end = max(0, round(left)), min(len(row) // 3, round(left + width))
        if start < end:
            row[3 * start:3 * end] = bytes(color) * (end - start)


def _ellipse(rows: Rows, x: float, y: float, wide: float, high: float, color: Color) -> None:
    for row in range(max(0, round(y - high)), min(len(rows), round(y + high))):
        half = wide * sqrt(max(0.0, 1 - ((row + 0.5 - y) / high) ** 2))
        _box(rows, x - half, row, 2 * half, 1, color)


def _file(rows: Rows) -> bytes:
    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)      # 8 bits a colour, red green blue
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))           # each row unfiltered
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
