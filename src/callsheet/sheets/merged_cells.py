"""Cells of a workbook that are merged: which they are, and what the rows below the first say."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import IO

from callsheet.sheets.limits import Limits

_BLOCK = 1 << 16
_LONGEST = 300
"""No element that names merged cells has more bytes."""

_RANGE = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells shown as one. Rows count from 1, columns from 0; both ends belong to it."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def is_wide(self) -> bool:
        """Whether it spans several columns."""
        return self.last_column > self.first_column


def merged_in(stream: IO[bytes], limits: Limits) -> tuple[Merged, ...]:
    """What a worksheet's XML says is merged, up to ``limits.merged`` ranges."""
    found: list[Merged] = []
    rest = b""
    while len(found) < limits.merged and (block := stream.read(_BLOCK)):
        window = rest + block
        end = 0
        for match in _RANGE.finditer(window):
            left, top, right, bottom = match.groups()
            found.append(Merged(int(top), int(bottom), _place(left), _place(right)))
            end = match.end()
        rest = window[max(end, len(window) - _LONGEST) :]
    return tuple(found[: limits.merged])


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def letters_of(place: int) -> str:
    """The name that a spreadsheet program shows for a column: 0 is A, 26 is AA."""
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class MergedRows:
    """The merged cells of a table, asked for by row."""

    def __init__(self, merged: tuple[Merged, ...], numbers: list[int]) -> None:
        self._by_row: dict[int, list[Merged]] = {}
        for cells in merged:
            # A range may claim a million rows; only those that are there count.
            begin = bisect_left(numbers, cells.first_row)
            for number in numbers[begin : bisect_right(numbers, cells.last_row)]:
                self._by_row.setdefault(number, []).append(cells)

    def at(self, row: int) -> list[Merged]:
        """What reaches into a row."""
        return self._by_row.get(row, [])
