"""Dates as people write them in spreadsheets, without guessing.

A date that can be read in two ways is refused unless the person says which order is meant.
Relative dates (``today-30d``, ``today+12wd``) are for templates and examples; ``wd`` counts
Monday to Friday and knows no holidays.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import StrEnum

from callsheet.kit.workdays import DEFAULT_CALENDAR, CalendarError


class DateOrder(StrEnum):
    """How ``03/04/2026`` is to be read."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class NotADate(ValueError):
    """A cell that is no date; ``code`` and the message say why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_RELATIVE = re.compile(r"today(?:\s*([+-])\s*(\d{1,5})\s*(d|wd))?", re.IGNORECASE)
_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?Z?"
)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}")
_DAY_MONTH = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s.-]+([a-z]+)\.?,?[\s-]+(\d{4})"
)
_MONTH_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")

_HOW = "Write it as 2026-04-03."


def parse_date(cell: object, today: date, order: DateOrder | None = None) -> date:
    """The day that a cell means. ``today`` resolves relative dates; a time of day is dropped.

    Raises NotADate with code ``ambiguous_date``, ``impossible_date``, ``date_out_of_range`` or
    ``not_a_date``.
    """
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, bool | int | float):
        raise NotADate("not_a_date", f"A number is not a date. Format the cell as a date. {_HOW}")
    else:
        found = _parse_text(" ".join(str(cell).split()).lower(), today, order)
    if not EARLIEST <= found <= LATEST:
        raise NotADate(
            "date_out_of_range",
            f"The year {found.year} cannot be right; years are 1990 to 2100.",
        )
    return found


def _parse_text(text: str, today: date, order: DateOrder | None) -> date:
    if match := _RELATIVE.fullmatch(text):
        sign, count, unit = match.groups()
        return _shifted(today, int(f"{sign}{count}") if sign else 0, unit or "d")
    if match := _ISO.fullmatch(text.upper()):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(text):
        return _from_numbers(int(match[1]), int(match[3]), int(match[4]), match[2], order)
    if _SHORT_YEAR.fullmatch(text):
        raise NotADate("ambiguous_date", f"Write the year with four digits. {_HOW}")
    if (match := _DAY_MONTH.fullmatch(text)) and match[2] in _MONTHS:
        return _day(int(match[3]), _MONTHS[match[2]], int(match[1]))
    if (match := _MONTH_DAY.fullmatch(text)) and match[1] in _MONTHS:
        return _day(int(match[3]), _MONTHS[match[1]], int(match[2]))
    raise NotADate("not_a_date", f"This is not a date that can be read. {_HOW}")


def _from_numbers(
    first: int, second: int, year: int, separator: str, order: DateOrder | None
) -> date:
    # Dots are written day first wherever they are written; slashes and dashes are not.
    if order is None and separator == ".":
        order = DateOrder.DAY_FIRST
    if order is DateOrder.DAY_FIRST:
        return _day(year, second, first)
    if order is DateOrder.MONTH_FIRST:
        return _day(year, first, second)
    if first > 12 or first == second:
        return _day(year, second, first)
    if second > 12:
        return _day(year, first, second)
    raise NotADate(
        "ambiguous_date",
        f"This may be {_said(year, second, first)} or {_said(year, first, second)}. Write it as "
        f"{year:04d}-{second:02d}-{first:02d} or {year:04d}-{first:02d}-{second:02d}, or say "
        "--date-order dmy (day first) or mdy (month first) for all sheets.",
    )


def _said(year: int, month: int, day: int) -> str:
    found = _day(year, month, day)
    return f"{found.day} {found:%B}"


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate("impossible_date", f"There is no such day. {_HOW}") from None


def _shifted(today: date, count: int, unit: str) -> date:
    try:
        if unit == "d":
            return today + timedelta(days=count)
        return DEFAULT_CALENDAR.add(today, count)
    except (OverflowError, CalendarError):
        raise NotADate("date_out_of_range", "This is too far from today.") from None
