"""Working days, against days counted one by one and calendars known from daily life."""

import pickle
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.kit.workdays import DEFAULT_CALENDAR, CalendarError, WorkCalendar

FRIDAY = date(2026, 3, 6)
SATURDAY = FRIDAY + timedelta(1)
MONDAY = FRIDAY + timedelta(3)

calendars = st.builds(
    WorkCalendar,
    country=st.sampled_from([None, "DE", "AE", "CN"]),
    closures=st.frozensets(st.dates(date(2025, 12, 1), date(2026, 12, 31)), max_size=10),
    weekmask=st.sampled_from([None, "1111100", "0111110", "1000000"]),
)
days = st.dates(date(2018, 1, 1), date(2032, 12, 31))


def test_over_a_weekend() -> None:
    assert DEFAULT_CALENDAR.add(FRIDAY, 1) == MONDAY
    assert DEFAULT_CALENDAR.add(SATURDAY, 1) == MONDAY
    assert DEFAULT_CALENDAR.add(MONDAY, -1) == FRIDAY
    assert DEFAULT_CALENDAR.add(SATURDAY, -1) == FRIDAY
    assert DEFAULT_CALENDAR.next_working(SATURDAY) == DEFAULT_CALENDAR.add(SATURDAY, 0) == MONDAY
    assert DEFAULT_CALENDAR.next_working(FRIDAY) == FRIDAY
    # Friday itself is not counted, Monday is.
    assert DEFAULT_CALENDAR.between(FRIDAY, MONDAY) == 1
    assert DEFAULT_CALENDAR.between(MONDAY, FRIDAY) == -1
    assert DEFAULT_CALENDAR.between(FRIDAY, FRIDAY) == 0


def test_public_holidays_depend_on_the_subdivision() -> None:
    epiphany = date(2026, 1, 6)
    assert not WorkCalendar("DE", "BY").is_working(epiphany)
    assert WorkCalendar("DE", "BE").is_working(epiphany)
    assert WorkCalendar("DE", "BY").add(date(2026, 1, 5), 1) == date(2026, 1, 7)


def test_a_country_brings_its_own_week() -> None:
    thursday, friday = date(2026, 3, 5), FRIDAY
    israel = WorkCalendar("IL")
    assert israel.is_working(thursday)
    assert not israel.is_working(friday)
    assert israel.is_working(date(2026, 3, 8))  # a Sunday
    assert WorkCalendar("IL", weekmask="1111100").is_working(friday)


def test_a_saturday_that_is_worked_instead_of_a_holiday() -> None:
    # China worked on Sunday, 26 January 2025, for the Spring Festival's days off.
    assert WorkCalendar("CN").is_working(date(2025, 1, 26))
    assert not WorkCalendar("CN").is_working(date(2025, 1, 19))


def test_closures_are_days_off() -> None:
    calendar = WorkCalendar(closures=frozenset({MONDAY}))
    assert not calendar.is_working(MONDAY)
    assert calendar.add(FRIDAY, 1) == MONDAY + timedelta(1)


@given(calendars, days, st.integers(-40, 40).filter(bool))
def test_add_is_counting_one_by_one(calendar: WorkCalendar, day: date, n: int) -> None:
    step = timedelta(1 if n > 0 else -1)
    at, left = day, abs(n)
    while left:
        at += step
        left -= calendar.is_working(at)
    assert calendar.add(day, n) == at


@given(calendars, days, st.integers(-1500, 1500).filter(bool))
def test_between_undoes_add(calendar: WorkCalendar, day: date, n: int) -> None:
    assert calendar.between(day, calendar.add(day, n)) == n


@given(calendars, days, days)
def test_between_is_the_number_of_working_days(
    calendar: WorkCalendar, start: date, end: date
) -> None:
    if start <= end:
        counted = [start + timedelta(n + 1) for n in range((end - start).days)]
        assert calendar.between(start, end) == sum(map(calendar.is_working, counted))
    else:
        counted = [end + timedelta(n) for n in range((start - end).days)]
        assert calendar.between(start, end) == -sum(map(calendar.is_working, counted))


def test_a_calendar_is_a_value() -> None:
    one = WorkCalendar("DE", "BY", frozenset({FRIDAY, MONDAY}))
    two = WorkCalendar("DE", "BY", frozenset({MONDAY, FRIDAY}))
    assert one == two
    assert hash(one) == hash(two)
    assert pickle.loads(pickle.dumps(one)) == one
    assert pickle.loads(pickle.dumps(one)).add(FRIDAY, 1) == MONDAY + timedelta(1)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"country": "XX"}, "country 'XX'"),
        ({"country": "DE", "subdivision": "QQ"}, "no subdivision 'QQ'"),
        ({"subdivision": "BY"}, "needs a country"),
        ({"weekmask": "0000000"}, "at least one 1"),
        ({"weekmask": "11111"}, "seven digits"),
        ({"weekmask": "11111xx"}, "seven digits"),
    ],
)
def test_what_is_not_a_calendar_is_refused(parts: dict[str, str], said: str) -> None:
    with pytest.raises(CalendarError, match=said):
        WorkCalendar(**parts)  # type: ignore[arg-type]


def test_a_move_out_of_all_calendars_is_refused() -> None:
    with pytest.raises(CalendarError, match="outside the calendar"):
        DEFAULT_CALENDAR.add(date(9999, 12, 30), 10)
