"""A sheet as it stands in the file: rows of cells with the row numbers that the person sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from callsheet.sheets.limits import Limits
from callsheet.sheets.merged_cells import Merged

type Cell = str | int | float | bool | date | datetime
"""A cell's value; an empty cell is the empty string."""


class UnsavedFormula(str):
    """What stands for a formula whose result the spreadsheet program never saved."""


class Nested(str):
    """A list or an object where one value is expected, as JSON."""


class Unreadable(Exception):
    """A file that cannot be read at all; the message is a sentence for the person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Table:
    """The used rows of one sheet: ``rows`` pairs the row number with its cells.

    ``merged`` are cells of it that are shown as one; only the first of them holds the value.
    """

    source: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    merged: tuple[Merged, ...] = ()


def check_size(file: Path, limits: Limits) -> None:
    """Raise Unreadable where a file is too large to be opened."""
    size = file.stat().st_size
    if size > limits.file_bytes:
        raise Unreadable(
            "file_too_large",
            f"The file has {size / 1e6:,.0f} MB; at most {limits.file_bytes / 1e6:,.0f} are read.",
        )


def bounded(
    rows: Iterable[Iterable[Cell]], source: str, limits: Limits, *, first: int = 1
) -> Table:
    """Take rows into a table, dropping blank ones, within the limits; ``first`` is a row's number.

    Raises Unreadable when there are too many rows or columns or a cell is too long.
    """
    kept: list[tuple[int, tuple[Cell, ...]]] = []
    for number, raw in enumerate(rows, start=first):
        cells = _trimmed(raw)
        if not cells:
            continue
        if len(kept) >= limits.rows:
            raise Unreadable(
                "too_many_rows",
                f"There are more than {limits.rows:,} rows. Split the file.",
            )
        if len(cells) > limits.columns:
            raise Unreadable(
                "too_many_columns",
                f"Row {number} has {len(cells):,} columns; at most {limits.columns} are read.",
            )
        if any(isinstance(c, str) and len(c) > limits.cell_characters for c in cells):
            raise Unreadable(
                "cell_too_long",
                f"A cell in row {number} has more than {limits.cell_characters:,} characters.",
            )
        kept.append((number, cells))
    return Table(source, tuple(kept))


def _trimmed(raw: Iterable[Cell]) -> tuple[Cell, ...]:
    """Cells with outer blanks gone and empty cells at the end cut off."""
    cells = [c.strip() if type(c) is str else c for c in raw]
    while cells and cells[-1] == "":
        cells.pop()
    return tuple(cells)
