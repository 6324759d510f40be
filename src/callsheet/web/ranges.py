"""Parts of a file, so that a film can be wound on: one range of bytes for each request (RFC 9110).

Whoever asks for several ranges at once, or in another unit, gets the whole file, as the standard
allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_PIECE = 1 << 16


class RangeNotSatisfiable(Exception):
    """What is asked for lies beyond the file's end."""


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte that a ``Range`` header asks for, or None for the whole file.

    Raises :class:`RangeNotSatisfiable`.
    """
    found = _ONE_RANGE.match(header.strip().replace(" ", "")[:100])
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
        if found[2] and int(found[2]) < first:
            return None  # makes no sense, and is to be ignored
    if first > last:
        raise RangeNotSatisfiable
    return first, last


def read_range(file: IO[bytes], first: int, last: int) -> Iterator[bytes]:
    """The bytes from ``first`` to ``last``, both included, in pieces; closes the file."""
    with file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
