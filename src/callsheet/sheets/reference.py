"""The reference page of the sheets, made from the column definitions."""

from __future__ import annotations

from collections.abc import Iterator

from callsheet.sheets.definitions import SHEETS, Column, Kind, SheetDefinition
from callsheet.sheets.limits import CREDITS_MAX, LIMITS
from callsheet.sheets.statuses import NEEDED_DATES

_OPENING = f"""\
# Columns of the import

*Made from the definitions in `callsheet.sheets`; do not edit by hand.*

`callsheet import` reads a folder with the sheets below, each as `.csv` or `.xlsx`, or one
`studio.xlsx` with a tab for each. How to go about it: [Import your studio](
../how-to/import-your-studio.md).

**Headings** are compared without case, spaces and punctuation: `Wanted by`, `wanted-by` and
`WANTED_BY` are the same. Other headings that are understood stand in the last column. Columns that
are not known are left out, with a warning. Titles and blank lines may stand above the headings.

**Dates** are `2026-04-03`, `3 April 2026`, `03.04.2026` (day first), Excel's date cells, or a form
that can be read in one way only, like `25/12/2026`. `03/04/2026` is refused unless
`--date-order dmy` or `mdy` says how it is meant. Templates may use `today`, `today-30d` and
`today+12wd` (working days, Monday to Friday).

**CSV** may be separated by commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252.

**Limits**: {LIMITS.file_bytes // 1_000_000} MB and {LIMITS.rows:,} rows a sheet,
{LIMITS.columns} columns, {LIMITS.cell_characters:,} characters a cell,
{CREDITS_MAX:,} credits. Texts that begin like a formula are refused.
"""


def render() -> str:
    """The whole page in Markdown."""
    sections = [*map(_sheet, SHEETS), _dates_by_status()]
    return "\n".join([_OPENING, *("\n".join(section) for section in sections)])


def _sheet(sheet: SheetDefinition) -> Iterator[str]:
    names = ", ".join(f"`{name}`" for name in (sheet.name, *sheet.synonyms))
    yield f"## {sheet.title}"
    yield ""
    yield sheet.meaning
    yield f"The file or tab is called one of: {names}."
    yield ""
    yield "| column | holds | meaning | also understood |"
    yield "|---|---|---|---|"
    for column in sheet.columns:
        cells = (_name(column), _holds(column), _cell(column.meaning), _others(column))
        yield f"| {' | '.join(cells)} |"
    yield ""


def _name(column: Column) -> str:
    return f"**{_cell(column.title)}**" + (" (required)" if column.required else "")


def _holds(column: Column) -> str:
    if column.kind is Kind.CHOICE:
        return "one of " + ", ".join(
            f"`{word.replace('_', ' ')}`" + (f" ({', '.join(others)})" if others else "")
            for word, others in column.choices.items()
        )
    return column.kind.value


def _others(column: Column) -> str:
    return _cell(", ".join(column.synonyms))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _dates_by_status() -> Iterator[str]:
    yield "## Dates that a status needs"
    yield ""
    yield "| status | dates |"
    yield "|---|---|"
    for status, names in sorted(NEEDED_DATES.items()):
        yield f"| {status.replace('_', ' ')} | {', '.join(names)} |"
    yield ""
    yield "Drafts need none. What has happened is not in the future and not before what came"
    yield "earlier: submitted, started, delivered, finished."
    yield ""
