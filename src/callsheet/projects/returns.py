"""When the credits of a project in production are expected back. Pure arithmetic on stages.

What is left is the rest of the stage that the project is in and the usual time of every stage
after it. A stage that takes longer than usual moves everything after it, and what is made from a
sample does not begin before the sample is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from callsheet.catalogue.models import Stage
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.staging import ORDER

type StageTimes = Mapping[str, tuple[int, int]]
"""Working days that a stage takes, by stage: usually (P50) and at worst (P80)."""

_SHORTEST_REVISION = 1
_NEEDS_SAMPLE = ORDER.index(Stage.CREATION)


def expected_return(
    stage: str,
    since: date,
    today: date,
    times: StageTimes,
    calendar: WorkCalendar,
    expected_until: date | None = None,
    sample_on: date | None = None,
) -> tuple[date, date]:
    """The expected (P50) and the cautious (P80) day on which the credits come back.

    ``since`` is the day on which the stage began, ``expected_until`` the day on which something
    known ends it, ``sample_on`` the day on which the last of the project's samples is expected.
    Neither day is before ``today``.
    """
    if sample_on is not None and stage == Stage.AWAITING_SAMPLE:
        expected_until = sample_on
    p50, p80 = (
        _return(stage, since, today, times, calendar, expected_until, sample_on, n) for n in (0, 1)
    )
    return p50, max(p50, p80)


def stage_end(
    stage: str,
    since: date,
    times: StageTimes,
    calendar: WorkCalendar,
    expected_until: date | None = None,
) -> tuple[date, date]:
    """When a stage that began ``since`` is expected to end: usually, and at worst."""
    if expected_until is not None:
        return expected_until, expected_until
    p50, p80 = stage_days(stage, times)
    return calendar.add(since, p50), calendar.add(since, p80)


def _return(
    stage: str,
    since: date,
    today: date,
    times: StageTimes,
    calendar: WorkCalendar,
    expected_until: date | None,
    sample_on: date | None,
    quantile: int,
) -> date:
    day = max(stage_end(stage, since, times, calendar, expected_until)[quantile], today)
    place = ORDER.index(Stage(stage))
    # After a revision the customer looks again.
    after = (Stage.CUSTOMER_REVIEW,) if stage == Stage.REVISION else ORDER[place + 1 :]
    if sample_on is not None and place < _NEEDS_SAMPLE:
        before = ORDER[place + 1 : _NEEDS_SAMPLE]
        day = max(calendar.add(day, _days(before, times, quantile)), sample_on)
        after = ORDER[_NEEDS_SAMPLE:]
    return calendar.add(day, _days(after, times, quantile))


def _days(stages: tuple[Stage, ...], times: StageTimes, quantile: int) -> int:
    return sum(times.get(stage, (0, 0))[quantile] for stage in stages)


def stage_days(stage: str, times: StageTimes) -> tuple[int, int]:
    """Working days of a stage that a project is in: a round of revision that was asked for takes
    its time, although most projects need none.
    """
    p50, p80 = times.get(stage, (0, 0))
    if stage == Stage.REVISION:
        p50 = max(_SHORTEST_REVISION, p50, (p80 + 1) // 2)
    return p50, max(p50, p80)
