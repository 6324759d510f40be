"""From a folder or a workbook to tables: which file is which sheet, and how it is encoded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from callsheet.sheets.definitions import SHEETS, SheetDefinition, fold
from callsheet.sheets.limits import Limits
from callsheet.sheets.problems import Findings, Problem
from callsheet.sheets.tables import HEADER_SEARCH_ROWS, Table, Unreadable, bounded
from callsheet.sheets.workbooks import read_workbook

_OTHER_SPREADSHEETS = {".xls", ".xlsb", ".xlsm", ".ods", ".numbers", ".tsv"}
_WHOLE_STUDIO = fold("studio")


def read_tables(place: Path, limits: Limits, findings: Findings) -> dict[str, Table]:
    """The tables of a folder, or of one workbook with several tabs, by the sheet's name.

    Files that are no sheet of ours are warned of. A file that cannot be read, and two files for
    one sheet, are problems.
    """
    tables: dict[str, Table] = {}
    if place.is_file():
        files = [place]
    elif place.is_dir():
        files = sorted(
            p for p in place.iterdir() if p.is_file() and not p.name.startswith((".", "~$"))
        )
    else:
        findings.error(Problem("no_such_place", "studio", f"There is no folder or file {place}."))
        return tables
    for file in files:
        try:
            for sheet, table in _tables_of(file, place.is_file(), limits, findings):
                if sheet.name in tables:
                    findings.error(
                        Problem(
                            "two_files",
                            sheet.name,
                            f"{tables[sheet.name].source} and {table.source} both hold "
                            f"{sheet.title.lower()}. Keep one of them.",
                            source=table.source,
                        )
                    )
                else:
                    tables[sheet.name] = table
        except Unreadable as refusal:
            sheet_of = _sheet_named(file.stem)
            findings.error(
                Problem(
                    refusal.code,
                    sheet_of.name if sheet_of else "studio",
                    refusal.sentence,
                    source=file.name,
                )
            )
    return tables


def _sheet_named(name: str) -> SheetDefinition | None:
    return next((sheet for sheet in SHEETS if sheet.has_name(name)), None)


def _tables_of(
    file: Path, alone: bool, limits: Limits, findings: Findings
) -> Iterator[tuple[SheetDefinition, Table]]:
    suffix = file.suffix.casefold()
    sheet = _sheet_named(file.stem)
    whole_studio = alone or fold(file.stem) == _WHOLE_STUDIO
    if suffix in _OTHER_SPREADSHEETS and (sheet or whole_studio):
        raise Unreadable(
            "wrong_format",
            f"{suffix} files are not read. Open it in your spreadsheet program and save it as "
            ".xlsx or .csv.",
        )
    if suffix == ".csv" and sheet:
        yield sheet, read_csv(file, sheet, limits)
    elif suffix == ".xlsx" and sheet and not whole_studio:
        yield sheet, _tab_of(file, sheet, limits, findings)
    elif suffix == ".xlsx" and whole_studio:
        for tab, table in read_workbook(file, limits).items():
            found = _sheet_named(tab)
            if found:
                yield found, table
            elif table.rows:
                findings.warn(
                    Problem(
                        "unused_tab",
                        "studio",
                        f"The tab {tab} is no sheet that is known and is left out.",
                        source=file.name,
                    )
                )
    elif alone:
        raise Unreadable(
            "wrong_format",
            "Give a folder with the sheets, or one .xlsx workbook with a tab each.",
        )
    elif suffix in {".csv", ".xlsx"} | _OTHER_SPREADSHEETS:
        findings.warn(
            Problem(
                "unused_file",
                "studio",
                "This file is no sheet that is known and is left out. The sheets are "
                + ", ".join(s.name for s in SHEETS)
                + ".",
                source=file.name,
            )
        )


def read_file(file: Path, sheet: SheetDefinition, limits: Limits, findings: Findings) -> Table:
    """The one sheet that a file holds, whatever the file is called: a CSV, or the tab of a workbook
    that has the sheet's name, or else its first.

    Raises Unreadable.
    """
    if not file.is_file():
        raise Unreadable("no_such_place", f"There is no file {file.name}.")
    suffix = file.suffix.casefold()
    if suffix == ".xlsx":
        return _tab_of(file, sheet, limits, findings)
    if suffix == ".csv":
        return read_csv(file, sheet, limits)
    raise Unreadable(
        "wrong_format",
        f"{suffix or 'Such'} files are not read. Save it as .xlsx or .csv.",
    )


def _tab_of(file: Path, sheet: SheetDefinition, limits: Limits, findings: Findings) -> Table:
    tabs = read_workbook(file, limits)
    chosen = next((t for t in tabs if sheet.has_name(t)), next(iter(tabs)))
    for other in tabs:
        if other != chosen and tabs[other].rows:
            findings.warn(
                Problem(
                    "unused_tab",
                    sheet.name,
                    f"Only the tab {chosen} is read; {other} is left out.",
                    source=file.name,
                )
            )
    return tabs[chosen]


def read_csv(file: Path, sheet: SheetDefinition, limits: Limits) -> Table:
    """A comma, semicolon or tab separated file in UTF-8 (with or without mark) or Windows-1252.

    Raises Unreadable.
    """
    size = file.stat().st_size
    if size > limits.file_bytes:
        raise Unreadable(
            "file_too_large",
            f"The file has {size / 1e6:,.0f} MB; at most {limits.file_bytes / 1e6:,.0f} are read.",
        )
    text = _decoded(file.read_bytes())
    # csv counts records; a quoted cell may span lines, and then the spreadsheet counts it as one
    # row too, so that record numbers are the row numbers that the person sees.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_delimiter(text, sheet), strict=True
    )
    try:
        return bounded(reader, file.name, limits)
    except csv.Error as error:
        raise Unreadable(
            "broken_csv", f"The file breaks off in line {reader.line_num}: {error}."
        ) from None


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Unreadable("not_text", "This is not a text file. Save it as CSV (UTF-8).")


def _delimiter(text: str, sheet: SheetDefinition) -> str:
    """The separator by which the first rows hold the most headings that are known.

    Counting separators alone is misled by lists within cells.
    """
    most = {}
    for mark in ",;\t":
        rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), HEADER_SEARCH_ROWS)
        try:
            most[mark] = max(
                (sum(sheet.column_for(c) is not None for c in row) for row in rows), default=0
            )
        except csv.Error:
            most[mark] = -1
    return max(most, key=lambda mark: most[mark])
