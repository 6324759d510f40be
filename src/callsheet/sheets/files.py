"""From a folder or a workbook to tables: which file is which sheet, and how it is encoded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from callsheet.sheets.definitions import SHEETS, SheetDefinition, fold
from callsheet.sheets.headings import HEADER_SEARCH_ROWS
from callsheet.sheets.json_tables import read_json
from callsheet.sheets.limits import Limits
from callsheet.sheets.problems import Findings, Problem, shorten
from callsheet.sheets.tables import Table, Unreadable, bounded, check_size
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
        yield sheet, read_csv(file, sheet, limits, findings)
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
    that has the sheet's name, or else its first; a JSON file where the sheet may be one.

    Raises Unreadable.
    """
    if file.is_dir():
        raise Unreadable("no_such_place", f"{file.name} is a folder, not a file.")
    if not file.is_file():
        raise Unreadable("no_such_place", f"There is no file {file.name}.")
    suffix = file.suffix.casefold()
    try:
        check_size(file, limits)
        if suffix == ".xlsx":
            return _tab_of(file, sheet, limits, findings)
        if suffix == ".csv":
            return read_csv(file, sheet, limits, findings)
        if suffix == ".json" and sheet.reads_json:
            return read_json(file, sheet, limits)
    except OSError as error:
        why = error.strerror or "it may be damaged"
        raise Unreadable("no_such_place", f"{file.name} cannot be read: {why}.") from None
    others = ".xlsx, .csv or .json" if sheet.reads_json else ".xlsx or .csv"
    raise Unreadable("wrong_format", f"{suffix or 'Such'} files are not read. Save it as {others}.")


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


def read_csv(file: Path, sheet: SheetDefinition, limits: Limits, findings: Findings) -> Table:
    """A comma, semicolon or tab separated file in UTF-8, UTF-16 or Windows-1252.

    That it is Windows-1252 is a guess from its not being UTF-8, and so it is warned of.
    Raises Unreadable.
    """
    check_size(file, limits)
    text, encoding = _decoded(file.read_bytes())
    if encoding == "cp1252":
        odd = next((word for word in text.split() if not word.isascii()), "")
        said = "It is not UTF-8 and was read as Windows-1252."
        said += f" Look at “{shorten(odd)}”." if odd else ""
        findings.warn(Problem("read_as_windows", sheet.name, said, source=file.name))
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


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding. Raises Unreadable for what is no text."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise Unreadable("not_text", "This is not a text file. Save it as CSV (UTF-8).")


def _encodings(data: bytes) -> tuple[str, ...]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    # Without a mark, UTF-16 shows by the zeros beside Latin letters; text has none otherwise.
    first, second = data[:1000:2].count(0), data[1:1000:2].count(0)
    if first and second:
        return ()
    if first or second:
        return ("utf-16-le",) if second else ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


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
