"""From a table to a sheet: its headings understood, its rows by the columns' names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from callsheet.sheets.definitions import SheetDefinition
from callsheet.sheets.headings import Headings, headings_of
from callsheet.sheets.merged_cells import Merged, MergedRows, letters_of
from callsheet.sheets.problems import Findings, Problem, shorten
from callsheet.sheets.tables import Cell, Table

type Notes = tuple[tuple[str, Cell], ...]
"""What stands in columns that are not known, by heading."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose headings are understood: ``headings`` maps a column's name to its heading.

    ``notes`` are by row number, of sheets that keep them.
    """

    definition: SheetDefinition
    source: str
    headings: dict[str, str]
    rows: tuple[tuple[int, dict[str, Cell]], ...]
    notes: dict[int, Notes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The sheet's name in our words: customers, people, projects, price_list, credits."""
        return self.definition.name


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says what is wrong with a table, or worth knowing of it."""

    definition: SheetDefinition
    source: str
    findings: Findings

    def error(self, code: str, rule: str, *, row: int | None = None, column: str | None = None,
              value: str | None = None) -> None:  # fmt: skip
        self.findings.error(self._problem(code, rule, row, column, value))

    def warn(self, code: str, rule: str, *, row: int | None = None, column: str | None = None,
             value: str | None = None) -> None:  # fmt: skip
        self.findings.warn(self._problem(code, rule, row, column, value))

    def _problem(
        self, code: str, rule: str, row: int | None, column: str | None, value: str | None
    ) -> Problem:
        return Problem(
            code, self.definition.name, rule, row=row, column=column, value=value,
            source=self.source,
        )  # fmt: skip


def understand(table: Table, definition: SheetDefinition, findings: Findings) -> Sheet | None:
    """Find the headings of a table and name its columns; None when a required one is missing.

    Unknown headings are warned of, two headings for the same column are a problem.
    """
    tell = _Teller(definition, table.source, findings)
    found = headings_of(table, definition)
    if found is None:
        tell.error("empty_sheet", "The sheet is empty; its first row should hold the headings.")
        return None
    columns = _columns(found, definition, tell)
    if columns is None:
        return None
    if len(found.rows) > 1:
        rows = " and ".join(map(str, found.rows))
        tell.warn("two_heading_rows", f"The headings are taken from the rows {rows} together.")
    body = list(islice(table.rows, found.index + 1, None))
    if definition.keeps_notes:
        body = _Spoken(table, columns, body, tell).rows()
        _unheaded(body, columns, tell)
    named, notes = _named(body, columns, tell)
    headings = dict(columns.known.values())
    return Sheet(definition, table.source, headings, tuple(named), notes)


@dataclass(frozen=True, slots=True)
class _Columns:
    """By place: the name and heading of known columns, the heading of those kept as notes."""

    definition: SheetDefinition
    known: dict[int, tuple[str, str]]
    notes: dict[int, str]

    def heading(self, place: int) -> str:
        return self.known[place][1] if place in self.known else self.notes.get(place, "")


def _columns(found: Headings, definition: SheetDefinition, tell: _Teller) -> _Columns | None:
    """The columns of a table; None where some are missing or double."""
    columns = _Columns(definition, {}, {})
    names: dict[str, str] = {}
    sound = True
    for place, cell in enumerate(found.cells):
        heading = str(cell).strip()
        if not heading:
            continue
        column = definition.column_for(heading)
        if column is None and definition.keeps_notes:
            said = "This column is not known; what stands in it is kept as a note."
            tell.warn("unknown_column", said, column=heading)
            short = shorten(heading)
            double = short in columns.notes.values()
            columns.notes[place] = f"{short} ({letters_of(place)})" if double else short
        elif column is None:
            said = "This column is not known and is left out."
            tell.warn("unknown_column", said, column=heading)
        elif column.name in names:
            sound = False
            tell.error(
                "duplicate_column",
                f"This column and “{names[column.name]}” both mean {column.title}. "
                "Keep one of them.",
                column=heading,
            )
        else:
            names[column.name] = heading
            columns.known[place] = (column.name, heading)
    for column in definition.columns:
        if column.required and column.name not in names:
            sound = False
            said = f"The column {column.title} is missing: {column.meaning}"
            tell.error("missing_column", said, column=column.title)
    return columns if sound else None


type _Body = list[tuple[int, tuple[Cell, ...]]]


class _Spoken:
    """A table's rows with what merged cells say for them, as far as that can be known."""

    def __init__(self, table: Table, columns: _Columns, body: _Body, tell: _Teller) -> None:
        self._table = table
        self._columns = columns
        self._body = body
        self._tell = tell
        self._merged = MergedRows(table.merged, [number for number, _ in body])
        self._values = dict(body)
        self._told: set[int] = set()

    def rows(self) -> _Body:
        """All rows but those that are a heading across the columns."""
        if not self._table.merged:
            return self._body
        kept = []
        for number, cells in self._body:
            merged = self._merged.at(number)
            if merged and self._is_banner(number, cells, merged):
                continue
            kept.append((number, self._with(number, cells, merged)))
        return kept

    def _is_banner(self, number: int, cells: tuple[Cell, ...], merged: list[Merged]) -> bool:
        filled = [place for place, cell in enumerate(cells) if cell != ""]
        wide = {found.first_column for found in merged if found.is_wide}
        if len(filled) != 1 or filled[0] not in wide:
            return False
        said = "This cell goes across the columns; the row is taken for a heading and left out."
        self._tell.warn("banner", said, row=number, value=shorten(str(cells[filled[0]])))
        return True

    def _with(self, number: int, cells: tuple[Cell, ...], merged: list[Merged]) -> tuple[Cell, ...]:
        spoken = list(cells)
        for found in merged:
            place = found.first_column
            if found.first_row == found.last_row or not self._columns.heading(place):
                continue
            first = self._values.get(found.first_row, ())
            value = first[place] if place < len(first) else ""
            if value == "":
                continue
            heading = self._columns.heading(place)
            if not self._is_shared(place):
                said = (
                    f"This cell is merged over the rows {found.first_row} to {found.last_row}. "
                    "Give each row a cell of its own."
                )
                self._tell.error(
                    "merged_cells", said, row=number, column=heading, value=shorten(str(value))
                )
                continue
            spoken += [""] * (place + 1 - len(spoken))
            spoken[place] = value
            if place not in self._told:
                self._told.add(place)
                said = "Cells of this column are merged; they count for each of their rows."
                self._tell.warn("merged_cells", said, row=found.first_row, column=heading)
        return tuple(spoken)

    def _is_shared(self, place: int) -> bool:
        if place not in self._columns.known:
            return True
        return self._columns.definition.column(self._columns.known[place][0]).shared


def _unheaded(body: _Body, columns: _Columns, tell: _Teller) -> None:
    """Give columns without a heading one, where something stands in them, and say so."""
    for number, cells in body:
        for place, cell in enumerate(cells):
            if cell != "" and not columns.heading(place):
                columns.notes[place] = f"Column {letters_of(place)}"
                said = "It has no heading; what stands in it is kept as a note."
                tell.warn("no_heading", said, row=number, column=columns.notes[place])


def _named(
    rows: Iterable[tuple[int, tuple[Cell, ...]]], columns: _Columns, tell: _Teller
) -> tuple[list[tuple[int, dict[str, Cell]]], dict[int, Notes]]:
    found: list[tuple[int, dict[str, Cell]]] = []
    notes: dict[int, Notes] = {}
    for number, cells in rows:
        named = {
            name: cells[place]
            for place, (name, _) in columns.known.items()
            if place < len(cells) and cells[place] != ""
        }
        noted = tuple(
            (heading, cells[place])
            for place, heading in columns.notes.items()
            if place < len(cells) and cells[place] != ""
        )
        if named:
            found.append((number, named))
            if noted:
                notes[number] = noted
        elif noted:
            said = "Only columns that are not known are filled; the row is left out."
            tell.warn("only_notes", said, row=number)
    return found, notes
