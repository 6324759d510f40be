"""CSV written so that no spreadsheet program runs what somebody typed into a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> str:
    """The value as text; one that a spreadsheet would take for a formula gets a leading ``'``.

    Numbers stay numbers. The reader of this package takes the mark away again.
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
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
