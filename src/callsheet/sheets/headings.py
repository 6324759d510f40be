"""Where the headings of a table stand: in one row, or in two where groups stand above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callsheet.sheets.columns import SheetDefinition, fold
from callsheet.sheets.merged_cells import Merged
from callsheet.sheets.tables import Cell, Table

HEADER_SEARCH_ROWS = 10
"""Titles, logos and blank lines may stand above the headings, up to this many rows."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The cells that head the columns. ``index`` is the last of their rows in the table, ``rows``
    are the numbers of them all.
    """

    cells: tuple[Cell, ...]
    index: int
    rows: tuple[int, ...]


def headings_of(table: Table, definition: SheetDefinition) -> Headings | None:
    """The row among the first few that holds the most known headings, the earliest among equals.

    Two rows that together hold more than any one does are taken together: below a group's name, or
    below a blank, the lower one counts; above a blank the upper one. None of an empty table.
    """
    best: Headings | None = None
    most = -1
    rows = table.rows[:HEADER_SEARCH_ROWS]
    for index, (number, cells) in enumerate(rows):
        if (count := _known(cells, definition)) > most:
            best, most = Headings(cells, index, (number,)), count
    for index in range(len(rows) - 1):
        (above, upper), (below, lower) = rows[index], rows[index + 1]
        together = _together(_spread(above, upper, table.merged), upper, lower, definition)
        if (count := _known(together, definition)) > most:
            best, most = Headings(together, index + 1, (above, below)), count
    return best


def _known(cells: Sequence[Cell], definition: SheetDefinition) -> int:
    return sum(
        definition.column_for(c) is not None for c in cells if isinstance(c, str) and fold(c)
    )


def _spread(number: int, cells: tuple[Cell, ...], merged: tuple[Merged, ...]) -> list[Cell]:
    """The cells of a row, each in all columns over which it is merged."""
    spread = list(cells)
    for found in merged:
        if found.is_wide and found.first_row <= number <= found.last_row:
            last = min(found.last_column, 500)
            spread += [""] * (last + 1 - len(spread))
            for place in range(found.first_column + 1, last + 1):
                spread[place] = spread[found.first_column]
    return spread


def _together(
    groups: list[Cell],
    upper: tuple[Cell, ...],
    lower: tuple[Cell, ...],
    definition: SheetDefinition,
) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for place in range(max(len(upper), len(lower))):
        group, own, below = (
            str(row[place]).strip() if place < len(row) else "" for row in (groups, upper, lower)
        )
        both = f"{group} {below}".strip()
        if not below:
            cells.append(own)
        elif definition.column_for(below) is None:
            cells.append(both)
        else:
            cells.append(below)
    return tuple(cells)
