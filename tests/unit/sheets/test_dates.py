"""Dates are read in one way or not at all."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from callsheet.sheets.dates import DateOrder, NotADate, parse_date

MONDAY = date(2026, 11, 23)
SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-04-03",
        "2026/4/3",
        "2026-04-03 14:30",
        "2026-04-03T14:30:00Z",
        "3.4.2026",
        "3 April 2026",
        "3-Apr-2026",
        "Fri, 3rd April 2026",
        "April 3, 2026",
        "Apr 3 2026",
        date(2026, 4, 3),
        datetime(2026, 4, 3, 9, 30),  # noqa: DTZ001 - Excel cells have no time zone
    ],
)
def test_clear_dates(cell: object) -> None:
    assert parse_date(cell, MONDAY) == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("25/12/2026", date(2026, 12, 25)),
        ("12/25/2026", date(2026, 12, 25)),
        ("05/05/2026", date(2026, 5, 5)),
    ],
)
def test_slashes_are_read_where_only_one_reading_exists(cell: str, day: date) -> None:
    assert parse_date(cell, MONDAY) == day


@pytest.mark.parametrize(
    ("cell", "today", "day"),
    [
        ("today", MONDAY, MONDAY),
        ("TODAY - 30d", MONDAY, date(2026, 10, 24)),
        ("today+12wd", MONDAY, date(2026, 12, 9)),
        ("today-1wd", MONDAY, date(2026, 11, 20)),
        ("today+1wd", SATURDAY, date(2026, 11, 30)),
        ("today-1wd", SATURDAY, date(2026, 11, 27)),
    ],
)
def test_relative_dates_move_with_today(cell: str, today: date, day: date) -> None:
    assert parse_date(cell, today) == day


@pytest.mark.parametrize(
    ("cell", "order", "code"),
    [
        ("03/04/2026", None, "ambiguous_date"),
        ("3-4-2026", None, "ambiguous_date"),
        ("03/04/26", DateOrder.DAY_FIRST, "ambiguous_date"),
        ("25/12/2026", DateOrder.MONTH_FIRST, "impossible_date"),
        ("2026-02-30", None, "impossible_date"),
        ("2226-02-20", None, "date_out_of_range"),
        ("today+99999wd", None, "date_out_of_range"),
        ("tomorrow", None, "not_a_date"),
        ("3 Brumaire 2026", None, "not_a_date"),
        (46000, None, "not_a_date"),
        (True, None, "not_a_date"),
    ],
)
def test_unclear_dates_say_why(cell: object, order: DateOrder | None, code: str) -> None:
    with pytest.raises(NotADate) as refusal:
        parse_date(cell, MONDAY, order)
    assert refusal.value.code == code
