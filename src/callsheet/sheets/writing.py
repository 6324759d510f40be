"""CSV and XLSX written so that no spreadsheet program runs what somebody typed into a text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# With marks before it, too: the reader takes one away, and the text is what it was.
_DANGEROUS = re.compile(r"[\t\r]|'*[=+@-]")


def safe_cell(value: object) -> str:
    """The value as text; one that a spreadsheet would take for a formula gets a leading ``'``.

    Numbers stay numbers. The reader of this package takes the mark away again.
    """
    if value is None:
        return ""
    if isinstance(value, str) and _DANGEROUS.match(value):
        return "'" + value
    return str(value)


def write_csv(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A CSV text with CRLF-free lines, safe to open in any spreadsheet program."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(heading) for heading in headings])
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return out.getvalue()


def write_workbook(title: str, headings: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A workbook of one tab with a heading row that stays in sight. Dates and numbers are cells of
    their kind; texts are as :func:`write_csv` writes them.
    """
    book = Workbook()
    tab = book.active
    if tab is None:
        raise ValueError("a new workbook has a tab")
    tab.title = title
    tab.append([safe_cell(heading) for heading in headings])
    for row in rows:
        tab.append([safe_cell(value) if isinstance(value, str) else value for value in row])
    for number, cell in enumerate(tab[1], start=1):
        cell.font = Font(bold=True)
        tab.column_dimensions[get_column_letter(number)].width = 18
    tab.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
