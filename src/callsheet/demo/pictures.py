"""Small pictures, so that there is something to look at and to point to."""

from __future__ import annotations

import struct
import zlib
from random import Random

_WIDTH, _HEIGHT = 96, 54


def picture(rng: Random) -> bytes:
    """A PNG of a few hundred bytes: a colour that fades into another."""
    first, last = ([rng.randrange(256) for _ in range(3)] for _ in range(2))
    rows = bytearray()
    for y in range(_HEIGHT):
        share = y / (_HEIGHT - 1)
        colour = bytes(round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
        rows += b"\0" + colour * _WIDTH
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check
