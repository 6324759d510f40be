"""One row of a sheet while it is read: typed cells, and problems that name the row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from callsheet.sheets.cells import NotReadable, as_text, read_cell
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.definitions import SheetDefinition, fold, fold_key, slug
from callsheet.sheets.problems import Findings, Problem
from callsheet.sheets.tables import Cell
from callsheet.sheets.understanding import Notes, Sheet


@dataclass(slots=True)
class Context:
    """What is needed everywhere while a studio is read."""

    today: date
    order: DateOrder | None
    findings: Findings


@dataclass(slots=True)
class Row:
    """A row with its values by column name. Cells that cannot be read are problems already."""

    sheet: Sheet
    number: int
    cells: dict[str, Cell]
    values: dict[str, Any]
    findings: Findings
    notes: Notes = ()

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a column, or the default where the cell is blank or unreadable."""
        return self.values.get(name, default)

    @property
    def is_bad(self) -> bool:
        """Whether the row has a problem already."""
        return self.findings.is_bad(self.sheet.name, self.number)

    def unreadable(self, name: str) -> bool:
        """Whether a cell is filled but could not be read (and has been complained of)."""
        return name in self.cells and name not in self.values

    def error(self, code: str, rule: str, column: str | None = None) -> None:
        """The row breaks a rule."""
        self.findings.error(self._problem(code, rule, column))

    def warn(self, code: str, rule: str, column: str | None = None) -> None:
        """Something about the row is worth knowing."""
        self.findings.warn(self._problem(code, rule, column))

    def _problem(self, code: str, rule: str, column: str | None) -> Problem:
        heading = None
        if column is not None:
            heading = self.sheet.headings.get(column, self.sheet.definition.column(column).title)
        cell = self.cells.get(column) if column else None
        return Problem(
            code=code,
            sheet=self.sheet.name,
            rule=rule,
            row=self.number,
            column=heading,
            value=None if cell is None else as_text(cell),
            source=self.sheet.source,
        )


def read_rows(sheet: Sheet, context: Context) -> Iterator[Row]:
    """The rows of a sheet with their cells read; each unreadable or missing cell is a problem."""
    columns = [sheet.definition.column(name) for name in sheet.headings]
    for number, cells in sheet.rows:
        row = Row(sheet, number, cells, {}, context.findings, sheet.notes.get(number, ()))
        for column in columns:
            cell = cells.get(column.name)
            if cell is None:
                if column.filled:
                    row.error("missing_value", f"{column.title} cannot be blank.", column.name)
                continue
            try:
                row.values[column.name] = read_cell(cell, column, context.today, context.order)
            except NotReadable as refusal:
                row.error(refusal.code, refusal.sentence, column.name)
        yield row


@dataclass(slots=True)
class Register[T]:
    """The records of one sheet by key and, where names are unique, by name.

    Bad rows stay known by their key, so that what refers to them can say what is really wrong.
    """

    definition: SheetDefinition
    records: dict[str, T] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    _names: dict[str, str | None] = field(default_factory=dict)
    _bad: set[str] = field(default_factory=set)

    def add(self, key: str, record: T | None, row: Row | None, *names: str) -> None:
        """Keep a record under its key, or (None) remember a bad row's key."""
        self._bad.discard(key)
        if record is None:
            self._bad.add(key)
        else:
            self.records[key] = record
        if row is not None:
            self.rows[key] = row
        self._keys[fold_key(key)] = key
        for name in names:
            if self._names.setdefault(fold(name), key) != key:
                self._names[fold(name)] = None

    def __contains__(self, key: str) -> bool:
        return fold_key(key) in self._keys

    def resolve(self, text: str) -> str | None:
        """The key that a key or a unique name means, of good rows and of bad ones."""
        return (
            self._keys.get(fold_key(text))
            or self._keys.get(slug(text))
            or self._names.get(fold(text))
        )

    def get(self, key: str | None) -> T | None:
        """The good record with exactly this key."""
        return self.records.get(key) if key is not None else None

    def is_bad(self, key: str) -> bool:
        """Whether the row with this key has problems, so that nothing can rest on it."""
        return key in self._bad

    def drop(self, key: str) -> None:
        """A record whose row turned out to be bad."""
        self.records.pop(key, None)
        self._bad.add(key)

    def drop_bad(self) -> None:
        """Move all records whose rows have problems by now to the bad ones."""
        for key in [k for k in self.records if k in self.rows and self.rows[k].is_bad]:
            self.drop(key)

    def refer(
        self,
        row: Row,
        column: str,
        what: str,
        accept: Callable[[T], bool] | None = None,
    ) -> str | None:
        """The key that a cell refers to; a problem if there is none, or only a bad one."""
        text = row.get(column)
        if text is None:
            return None
        key = self.resolve(text)
        if key is None:
            row.error(
                "unknown_reference",
                f"There is no {what} with this key or name.",
                column,
            )
        elif self.is_bad(key):
            row.error(
                "refers_to_bad_row",
                f"The {what} has a problem of its own in the sheet {self.definition.name}.",
                column,
            )
        elif accept is not None and not accept(self.records[key]):
            row.error("wrong_reference", f"This is no {what}.", column)
        else:
            return key
        return None
