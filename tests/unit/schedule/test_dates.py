"""On which day an entry is published."""

from datetime import date

import pytest

from callsheet.kit.errors import Refused
from callsheet.schedule.dates import place

LAUNCH = date(2027, 3, 1)


def test_a_day_is_a_distance_where_there_is_an_anchor() -> None:
    assert place(date(2027, 2, 15), None, LAUNCH, fixed=False).days_from_anchor == -14
    assert place(date(2027, 2, 15), None, None, fixed=False).days_from_anchor is None
    assert place(date(2027, 2, 15), None, LAUNCH, fixed=True).days_from_anchor is None


def test_a_distance_is_a_day() -> None:
    assert place(None, 6, LAUNCH, fixed=False).publish_on == date(2027, 3, 7)  # a Sunday
    assert place(date(2027, 3, 7), 6, LAUNCH, fixed=False).publish_on == date(2027, 3, 7)


@pytest.mark.parametrize(
    ("day", "days", "anchor", "fixed", "code"),
    [
        (None, None, LAUNCH, False, "publish_date_missing"),
        (None, 3, None, False, "no_anchor"),
        (None, 3, LAUNCH, True, "fixed_date_with_days"),
        (date(2027, 3, 5), 3, LAUNCH, False, "date_and_days_differ"),
        (None, 4_000, LAUNCH, False, "days_out_of_range"),
        (date(2040, 3, 5), None, LAUNCH, False, "days_out_of_range"),
    ],
)
def test_refusals(day, days, anchor, fixed, code) -> None:
    with pytest.raises(Refused) as refused:
        place(day, days, anchor, fixed=fixed)
    assert refused.value.code == code
