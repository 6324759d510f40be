"""A plan as a workbook: what to brief when, the use of the capacity, and what to know about it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from callsheet.cli.plan_forecast import expectation, uncertainty
from callsheet.cli.plan_moves import Moves, say_move
from callsheet.cli.plan_words import quality

_BRIEFS = (
    ("Brief on", 12), ("Title", 44), ("Credits", 9), ("Brief type", 18), ("Working days", 14),
    ("Planned until", 14), ("80 % date", 12), ("Wanted by", 12), ("Chance in time", 15),
    ("Working days late", 17), ("To spare", 10), ("Note", 44), ("Id", 16),
)  # fmt: skip
_WAS = ("Moved from", 12)
_USAGE = (("Day", 12), ("Credits held", 14), ("Capacity", 10), ("In use", 9))
_TEAMS = (
    ("Day", 12), ("Team", 24), ("Credits held", 14), ("Own", 10), ("Borrowed", 10),
)  # fmt: skip
_NOTES = (("About", 16), ("Row", 6), ("Column", 16), ("What", 90))
_DAY = "yyyy-mm-dd"
_NEVER = "Can never start: it costs more than the capacity, or follows what does."


def workbook_of(answer: dict[str, Any], moves: Moves | None = None) -> bytes:
    """An .xlsx file of a plan (as ``callsheet plan --json`` answers): Briefs, Usage, Notes.

    Where there are teams, Teams says by day what each holds and borrows. With ``moves`` (of a
    repair, also where nothing has moved), a column has the old day of what has moved, and its note
    the reason.

    Days are dates and amounts numbers, so that they sort and add up. What somebody typed stays the
    text that it is, also where it begins like a formula.
    """
    book = Workbook()
    first = book.active
    if not isinstance(first, Worksheet):
        raise TypeError("a new workbook has a tab")
    first.title = "Briefs"
    headings = list(dict.fromkeys(name for p in answer["projects"] for name in p["notes"]))
    columns = [*_BRIEFS, *((name, 24) for name in headings)]
    rows = (_brief(p, headings, (moves or {}).get(p["id"])) for p in answer["projects"])
    if moves is not None:
        columns[1:1] = [_WAS]
        olds = (moves[p["id"]]["from"] if p["id"] in moves else None for p in answer["projects"])
        rows = ((row[0], old, *row[1:]) for row, old in zip(rows, olds, strict=True))
    _fill(first, columns, rows)
    _fill(book.create_sheet("Usage"), _USAGE, map(_day, answer["usage"]))
    if answer["teams"]:
        _fill(book.create_sheet("Teams"), _TEAMS, _team_days(answer["usage"]))
    _fill(book.create_sheet("Notes"), _NOTES, _notes(answer))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _brief(
    project: dict[str, Any], headings: list[str], move: dict[str, Any] | None
) -> tuple[object, ...]:
    notes = [] if move is None else [say_move(move)]
    if project["brief_by"] is None:
        notes.append(_NEVER)
    if project["brief_type_assumed"]:
        notes.append("The calendar does not say its brief type.")
    return (
        project["brief_by"],
        project["title"],
        project["credits"],
        str(project["brief_type"]).replace("_", " ").capitalize(),
        project["duration"],
        project["finish"],
        project["forecast"]["finish"]["p80"],
        project["due"],
        project["forecast"]["on_time_probability"],
        project["tardiness"],
        project["slack"],
        " ".join(notes),
        project["id"],
        *(project["notes"].get(name) for name in headings),
    )


def _day(day: dict[str, Any]) -> tuple[object, ...]:
    share = day["held"] / day["capacity"] if day["capacity"] else None
    return day["date"], day["held"], day["capacity"], share


def _team_days(usage: list[dict[str, Any]]) -> Iterable[tuple[object, ...]]:
    """One row for each day and team, so that they can be filtered and added up by either."""
    for day in usage:
        for team in day["teams"]:
            yield day["date"], team["team"], team["held"], team["own"], team["borrowed"]


def _notes(answer: dict[str, Any]) -> Iterable[tuple[object, ...]]:
    yield "The plan", None, None, quality(answer)
    yield "The forecast", None, None, f"{expectation(answer)} {uncertainty(answer)}"
    for about, key in (("Left out", "skipped_rows"), ("To look at", "warnings")):
        for row in answer[key]:
            yield about, row["row"], row["column"], row["rule"]


def _fill(
    tab: Worksheet, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[object]]
) -> None:
    """A heading row that stays in sight and can be filtered, and ``rows`` below it."""
    tab.append([_cell(tab, heading) for heading, _ in columns])
    for number, (_, width) in enumerate(columns, start=1):
        tab.cell(1, number).font = Font(bold=True)
        tab.column_dimensions[get_column_letter(number)].width = width
    for row in rows:
        tab.append([_cell(tab, value) for value in row])
    tab.freeze_panes = "A2"
    tab.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{tab.max_row}"


def _cell(tab: Worksheet, value: object) -> Cell | None:
    if value is None or value == "":
        return None
    cell = WriteOnlyCell(tab)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        # Neither this library nor a spreadsheet program, when the cell is edited, may take it for
        # a formula.
        cell.data_type, cell.quotePrefix = "s", True
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell
    if not isinstance(value, (date, int, float)):
        raise TypeError(f"no cell for {type(value).__name__}")
    cell.value = value
    cell.alignment = Alignment(vertical="top")
    if isinstance(value, date):
        cell.number_format = _DAY
    elif isinstance(value, float):
        cell.number_format = "0 %"
    return cell
