"""Excel workbooks, opened with care: they are zip archives of XML from somebody else's machine."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

from callsheet.sheets.limits import Limits
from callsheet.sheets.merged_cells import Merged, merged_in
from callsheet.sheets.tables import Cell, Table, Unreadable, UnsavedFormula, bounded, check_size

if TYPE_CHECKING:
    from openpyxl import Workbook

_BLOCK = 1 << 16
_BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    SyntaxError,  # xml.etree's ParseError
    NotImplementedError,
    RuntimeError,
)


def read_workbook(file: Path, limits: Limits) -> dict[str, Table]:
    """The visible tabs of a workbook by name; formulas count as their saved results.

    Raises Unreadable: too large, not a workbook, encrypted, or unpacking to something absurd.
    """
    # openpyxl takes long to import, and a CSV file does without.
    from openpyxl.utils.exceptions import InvalidFileException

    check_size(file, limits)
    try:
        found = _inspect(file, limits)
        values, merged = _grids(file, limits, results=True, merges=found.merges)
        formulas = _grids(file, limits, results=False)[0] if found.formulas else {}
    except Unreadable:
        raise
    except (*_BROKEN, InvalidFileException) as error:
        raise Unreadable(
            "not_a_workbook",
            "This is not an .xlsx workbook that can be opened. If it is protected by a password, "
            "save it without one.",
        ) from error
    if not values:
        raise Unreadable("not_a_workbook", "There is no visible tab in this workbook.")
    tables: dict[str, Table] = {}
    for name, rows in values.items():
        other = formulas.get(name)
        if other is not None:
            rows = [_marked(row, written) for row, written in zip(rows, other, strict=True)]
        table = bounded(rows, f"{file.name}, tab {name}", limits)
        tables[name] = replace(table, merged=merged.get(name, ()))
    return tables


@dataclass(frozen=True, slots=True)
class _Found:
    """What occurs somewhere in a workbook."""

    formulas: bool
    merges: bool


def _inspect(file: Path, limits: Limits) -> _Found:
    """Unpack once without keeping anything: sizes must be sane.

    The sizes in a zip directory may lie, so bytes are counted as they come.
    """
    unpacked = 0
    formulas = merges = False
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > limits.members:
            raise Unreadable("unpacks_too_large", "The workbook holds too many parts to be real.")
        for member in members:
            before = unpacked
            tail = b""
            with archive.open(member) as stream:
                while block := stream.read(_BLOCK):
                    unpacked += len(block)
                    if unpacked > limits.unpacked_bytes or (
                        unpacked - before > 10_000_000
                        and unpacked - before > limits.unpacked_ratio * member.compress_size
                    ):
                        raise Unreadable(
                            "unpacks_too_large",
                            "The workbook unpacks to far more than a studio's sheets can hold.",
                        )
                    window = tail + block
                    if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                        raise Unreadable(
                            "unsafe_workbook",
                            "The workbook declares XML entities, which spreadsheets never do.",
                        )
                    formulas = formulas or b"<f>" in window or b"<f " in window
                    merges = merges or b"mergeCell " in window
                    tail = block[-16:]
    return _Found(formulas, merges)


type _Grids = dict[str, list[list[Cell]]]


def _grids(
    file: Path, limits: Limits, *, results: bool, merges: bool = False
) -> tuple[_Grids, dict[str, tuple[Merged, ...]]]:
    """The cells of the visible tabs, and with ``merges`` which of them are merged."""
    import openpyxl

    with catch_warnings():
        # It warns of what it does not keep when a workbook is written again; this one is not.
        simplefilter("ignore")
        book = openpyxl.load_workbook(file, read_only=True, data_only=results, keep_links=False)
        return _read(book, limits, merges)


def _read(
    book: Workbook, limits: Limits, merges: bool
) -> tuple[_Grids, dict[str, tuple[Merged, ...]]]:
    try:
        grids: _Grids = {}
        merged: dict[str, tuple[Merged, ...]] = {}
        for tab in book.worksheets:
            if tab.sheet_state != "visible":
                continue
            # A tab may claim a million rows by its dimensions; only rows that are there count.
            tab.reset_dimensions()
            grid: list[list[Cell]] = []
            for row in tab.iter_rows(values_only=True, max_col=limits.columns + 1):
                grid.append(_filled([_plain(value) for value in row]))
                if len(grid) > limits.rows * 2:
                    raise Unreadable(
                        "too_many_rows",
                        f"There are more than {limits.rows:,} rows. Split the file.",
                    )
            grids[tab.title] = grid
            if merges:
                # The library reads no merged cells of a workbook that it reads row by row.
                with tab._get_source() as stream:  # type: ignore[attr-defined] # not in its stubs
                    merged[tab.title] = merged_in(stream, limits)
        return grids, merged
    finally:
        book.close()


def _plain(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str | int | float | bool | date | datetime):
        return value
    if isinstance(value, time):
        return value.isoformat()
    # What is left are formulas of several cells, as objects.
    return "=" if type(value).__name__ in ("ArrayFormula", "DataTableFormula") else str(value)


def _filled(row: list[Cell]) -> list[Cell]:
    """The row without empty cells at its end, of which openpyxl gives as many as we ask for."""
    while row and row[-1] == "":
        row.pop()
    return row


def _marked(row: list[Cell], written: list[Cell]) -> list[Cell]:
    """The row with formulas marked that have no saved result, instead of silently blank."""
    return [
        UnsavedFormula("a formula")
        if value == "" and isinstance(formula, str) and formula.startswith("=")
        else value
        for value, formula in zip_longest(row, written, fillvalue="")
    ]
