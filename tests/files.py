"""Small files that are what their endings say, and an S3 service that fits in a test."""

from __future__ import annotations

import hashlib
from pathlib import Path
from struct import pack
from zlib import compress, crc32

from django.core.files.base import ContentFile

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x04\0\0\0\x03\x08\2\0\0\0" + b"\0" * 40
FILM = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(range(256)) * 40


def picture(name: str = "hero.png", salt: str = "") -> ContentFile[bytes]:
    """A picture; another ``salt`` makes another one."""
    return ContentFile(PNG + salt.encode(), name=name)


def film(name: str = "spot.mp4", salt: str = "") -> ContentFile[bytes]:
    """A film, as far as one can tell from its beginning; another ``salt``, another one."""
    return ContentFile(FILM + salt.encode(), name=name)


def sha256(data: bytes) -> str:
    """The digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def stored_in(folder: Path) -> list[Path]:
    """The files that are kept there."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def drawn_picture(
    name: str = "hero.png", width: int = 320, height: int = 240
) -> ContentFile[bytes]:
    """A picture that a browser can show: one warm colour."""
    width, height = 320, 240

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    line = b"\0" + bytes((200, 150, 110)) * width
    header = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", compress(line * height))
        + chunk(b"IEND", b"")
    )  # fmt: skip
    return ContentFile(data, name=name)
