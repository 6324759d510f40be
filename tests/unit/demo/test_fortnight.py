"""The calendar of the fortnight."""

from datetime import UTC, date, datetime, timedelta

import pytest

from callsheet.demo.events import EVENTS
from callsheet.demo.fortnight import DAYS, first_moment, working_days_before


@pytest.mark.parametrize("weekday", range(7))
def test_it_ends_today_and_holds_ten_working_days_whatever_today_is(weekday: int) -> None:
    now = datetime(2026, 11, 23, 7, tzinfo=UTC) + timedelta(days=weekday)
    begins = first_moment(now)
    first = begins.date() + timedelta(days=1)
    assert first + timedelta(days=DAYS - 1) == now.date()
    assert working_days_before(first, first + timedelta(days=DAYS)) == 10


def test_working_days_are_counted_from_the_first_day() -> None:
    friday = date(2026, 11, 20)
    assert [working_days_before(friday, friday + timedelta(days=n)) for n in range(5)] == [
        0, 1, 1, 1, 2,
    ]  # fmt: skip


def test_no_event_falls_on_the_last_working_day_which_may_not_be_over() -> None:
    assert max(event.day for event in EVENTS) < 9
