"""A sheet as it stands in the file: rows of cells with the row numbers that the person sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from callsheet.sheets.definitions import SheetDefinition, fold
from callsheet.sheets.limits import Limits
from callsheet.sheets.problems import Findings, Problem

type Cell = str | int | float | bool | date | datetime
"""A cell's value; an empty cell is the empty string."""

HEADER_SEARCH_ROWS = 10
"""Titles, logos and blank lines may stand above the headings, up to this many rows."""


class Unreadable(Exception):
    """A file that cannot be read at all; the message is a sentence for the person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Table:
    """The used rows of one sheet: ``rows`` pairs the row number with its cells."""

    source: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose headings are understood: ``headings`` maps a column's name to its heading."""

    definition: SheetDefinition
    source: str
    headings: dict[str, str]
    rows: tuple[tuple[int, dict[str, Cell]], ...]

    @property
    def name(self) -> str:
        """The sheet's name in our words: customers, people, projects, price_list, credits."""
        return self.definition.name


def bounded(rows: Iterable[Iterable[Cell]], source: str, limits: Limits) -> Table:
    """Take rows into a table, dropping blank ones, within the limits.

    Raises Unreadable when there are too many rows or columns or a cell is too long.
    """
    kept: list[tuple[int, tuple[Cell, ...]]] = []
    for number, raw in enumerate(rows, start=1):
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
    cells = [c.strip() if isinstance(c, str) else c for c in raw]
    while cells and cells[-1] == "":
        cells.pop()
    return tuple(cells)


def understand(table: Table, definition: SheetDefinition, findings: Findings) -> Sheet | None:
    """Find the headings of a table and name its columns; None when a required one is missing.

    Unknown headings are warned of, two headings for the same column are a problem.
    """
    found = _heading_row(table, definition)
    if found is None:
        findings.error(
            Problem(
                "empty_sheet",
                definition.name,
                "The sheet is empty; its first row should hold the headings.",
                source=table.source,
            )
        )
        return None
    index, (_, cells) = found
    places: dict[str, int] = {}
    headings: dict[str, str] = {}
    sound = True
    for place, cell in enumerate(cells):
        heading = str(cell).strip()
        if not heading:
            continue
        column = definition.column_for(heading)
        if column is None:
            findings.warn(
                Problem(
                    "unknown_column",
                    definition.name,
                    "This column is not known and is left out.",
                    column=heading,
                    source=table.source,
                )
            )
        elif column.name in places:
            sound = False
            findings.error(
                Problem(
                    "duplicate_column",
                    definition.name,
                    f"This column and “{headings[column.name]}” both mean {column.title}. "
                    "Keep one of them.",
                    column=heading,
                    source=table.source,
                )
            )
        else:
            places[column.name] = place
            headings[column.name] = heading
    for column in definition.columns:
        if column.required and column.name not in places:
            sound = False
            findings.error(
                Problem(
                    "missing_column",
                    definition.name,
                    f"The column {column.title} is missing: {column.meaning}",
                    column=column.title,
                    source=table.source,
                )
            )
    if not sound:
        return None
    body = islice(table.rows, index + 1, None)
    return Sheet(definition, table.source, headings, tuple(_named(body, places)))


def _heading_row(
    table: Table, definition: SheetDefinition
) -> tuple[int, tuple[int, tuple[Cell, ...]]] | None:
    """The row among the first few that holds the most known headings; the earliest among equals."""
    best: tuple[int, tuple[int, tuple[Cell, ...]]] | None = None
    best_count = -1
    for index, row in enumerate(table.rows[:HEADER_SEARCH_ROWS]):
        count = sum(
            definition.column_for(c) is not None for c in row[1] if isinstance(c, str) and fold(c)
        )
        if count > best_count:
            best, best_count = (index, row), count
    return best


def _named(
    rows: Iterable[tuple[int, tuple[Cell, ...]]], places: dict[str, int]
) -> Iterator[tuple[int, dict[str, Cell]]]:
    for number, cells in rows:
        named = {
            name: cells[place]
            for name, place in places.items()
            if place < len(cells) and cells[place] != ""
        }
        if named:
            yield number, named
