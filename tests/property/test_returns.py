"""Expected returns, whatever the stage, the times and the samples."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from callsheet.catalogue.models import Stage
from callsheet.insight.credibility import blend, quantile
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.returns import StageTimes, expected_return

MONDAY = date(2026, 3, 2)
CALENDARS = st.sampled_from(
    [WorkCalendar(), WorkCalendar("DE", "BY"), WorkCalendar(closures=frozenset({MONDAY}))]
)
DAYS = st.integers(0, 60).map(lambda n: MONDAY + timedelta(days=n))
MAYBE = st.none() | DAYS


def in_order(pair: tuple[int, int]) -> tuple[int, int]:
    return min(pair), max(pair)


PAIRS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(in_order)
TIMES = st.dictionaries(st.sampled_from([str(stage) for stage in Stage.values]), PAIRS)
STAGES = st.sampled_from([str(stage) for stage in Stage.values])


@given(STAGES, DAYS, DAYS, TIMES, CALENDARS, MAYBE, MAYBE)
def test_never_before_today_and_in_order(
    stage: str, since: date, today: date, times: StageTimes, calendar: WorkCalendar,
    until: date | None, sample: date | None,
) -> None:  # fmt: skip
    p50, p80 = expected_return(stage, since, today, times, calendar, until, sample)
    assert today <= p50 <= p80
    assert calendar.is_working(p50)
    assert calendar.is_working(p80)


@given(STAGES, DAYS, DAYS, TIMES, CALENDARS, MAYBE, MAYBE, STAGES, st.integers(0, 9))
def test_longer_stages_never_bring_credits_back_earlier(
    stage: str, since: date, today: date, times: dict[str, tuple[int, int]],
    calendar: WorkCalendar, until: date | None, sample: date | None, longer: str, days: int,
) -> None:  # fmt: skip
    before = expected_return(stage, since, today, times, calendar, until, sample)
    p50, p80 = times.get(longer, (0, 0))
    times = times | {longer: (p50 + days, p80 + days)}
    after = expected_return(stage, since, today, times, calendar, until, sample)
    assert before[0] <= after[0]
    assert before[1] <= after[1]


@given(STAGES, DAYS, DAYS, TIMES, CALENDARS, DAYS, st.integers(0, 30), st.integers(0, 30))
def test_a_later_sample_or_day_never_brings_credits_back_earlier(
    stage: str, since: date, today: date, times: StageTimes, calendar: WorkCalendar,
    sample: date, later: int, next_day: int,
) -> None:  # fmt: skip
    before = expected_return(stage, since, today, times, calendar, None, sample)
    tomorrow = today + timedelta(days=next_day)
    moved = sample + timedelta(days=later)
    after = expected_return(stage, since, tomorrow, times, calendar, None, moved)
    assert before[0] <= after[0]
    assert before[1] <= after[1]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), PAIRS)
def test_measured_and_assumed_days_stay_in_order_and_between(
    days: list[int], assumed: tuple[int, int]
) -> None:
    measured = quantile(days, 0.5), quantile(days, 0.8)
    assert measured[0] in days
    assert sum(day <= measured[1] for day in days) >= 0.8 * len(days)
    p50, p80 = blend(measured, len(days), assumed)
    assert p50 <= p80
    for own, other, got in zip(measured, assumed, (p50, p80), strict=True):
        assert min(own, other) <= got
    assert p80 <= max(measured[1], assumed[1])
