"""How much a spreadsheet may hold. Generous for studios, small for an attack."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, all checked before or while reading, never after.

    Sizes are in bytes, ``cell_characters`` in characters, ``merged`` in ranges of cells.
    ``unpacked_bytes`` and ``unpacked_ratio`` bound what a workbook (which is a zip archive) may
    become when it is opened.
    """

    file_bytes: int = 20_000_000
    unpacked_bytes: int = 200_000_000
    unpacked_ratio: int = 200
    members: int = 2_000
    rows: int = 100_000
    columns: int = 200
    cell_characters: int = 20_000
    merged: int = 10_000


LIMITS = Limits()

CREDITS_MAX = 100_000
"""The largest number of credits that a cell may name; above it is a slip of the keyboard."""
