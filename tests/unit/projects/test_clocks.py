"""A clock reminds before anything happens, however long it stood still."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.catalogue.models import StudioRules
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.clocks import OF_A_STATUS, RUNS_IN, Act, Dial, Step, moment_after, steps
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import ClockKind

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = StudioRules()


def dial(zone: str = "UTC", extra_days: int = 0) -> Dial:
    return Dial(RULES, WorkCalendar(), zone, extra_days)


def test_working_days_leave_out_the_weekend_and_keep_the_time_of_day() -> None:
    friday = MONDAY + 4 * DAY
    due = moment_after(friday, Step(Act.REMIND, 2), WorkCalendar(), "UTC")
    assert due == datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # Tuesday


def test_calendar_days_are_days_of_the_account() -> None:
    """Berlin puts its clocks forward on 29 March: the same time of day is an hour earlier."""
    due = moment_after(
        datetime(2026, 3, 25, 15, tzinfo=UTC), Step(Act.FINALIZE, 14, calendar_days=True),
        WorkCalendar(), "Europe/Berlin",
    )  # fmt: skip
    assert due == datetime(2026, 4, 8, 14, tzinfo=UTC)


def test_a_day_off_counts_for_nothing() -> None:
    closed = WorkCalendar(closures=frozenset({date(2026, 3, 3)}))
    due = moment_after(MONDAY, Step(Act.ESCALATE, 2), closed, "UTC")
    assert due.date() == date(2026, 3, 5)


def test_finalizing_in_its_time() -> None:
    """7 and 12 days: reminders; 14 days: finalized. (defaults)"""
    one = dial().take("finalize", 0, MONDAY, None, MONDAY + 7 * DAY)
    assert (one.act, one.next_step, one.next_due) == (Act.REMIND, 1, MONDAY + 12 * DAY)
    two = dial().take("finalize", 1, MONDAY, MONDAY + 7 * DAY, MONDAY + 12 * DAY)
    assert (two.act, two.next_step, two.next_due) == (Act.REMIND, 2, MONDAY + 14 * DAY)
    three = dial().take("finalize", 2, MONDAY, MONDAY + 12 * DAY, MONDAY + 14 * DAY)
    assert (three.act, three.next_due) == (Act.FINALIZE, None)


def test_after_a_standstill_one_reminder_stands_for_all_and_is_read_before_anything_happens() -> (
    None
):
    back = MONDAY + 30 * DAY
    due = dial().take("finalize", 0, MONDAY, None, back)
    assert (due.act, due.next_step, due.next_due) == (Act.REMIND, 2, back + 2 * DAY)
    early = dial().take("finalize", 2, MONDAY, back, back + DAY)
    assert (early.act, early.next_due) == (None, back + 2 * DAY)
    assert dial().take("finalize", 2, MONDAY, back, back + 2 * DAY).act is Act.FINALIZE


def test_nothing_happens_that_was_not_announced() -> None:
    """A clock whose reminders were never sent reminds first, whatever its step says."""
    due = dial().take("finalize", 2, MONDAY, None, MONDAY + 14 * DAY)
    assert (due.act, due.next_step, due.next_due) == (Act.REMIND, 2, MONDAY + 16 * DAY)


def test_an_extension_moves_every_step() -> None:
    assert dial(extra_days=10).due_at("finalize", 0, MONDAY) == MONDAY + 17 * DAY
    assert dial(extra_days=10).due_at("finalize", 2, MONDAY) == MONDAY + 24 * DAY


def test_what_only_reminds_comes_again_and_again() -> None:
    now = MONDAY + 2 * DAY
    due = dial().take("review", 0, MONDAY, None, now)
    assert (due.act, due.next_step) == (Act.ESCALATE, 0)
    assert due.next_due == now + 2 * DAY


@pytest.mark.parametrize("kind", list(ClockKind))
def test_every_kind_reminds_before_it_does_anything(kind: ClockKind) -> None:
    plan = steps(kind, RULES)
    assert plan[0].act.only_reminds
    assert all(a.after < b.after for a, b in pairwise(plan))
    assert not any(step.act.only_reminds for step in plan[-1:]) or len(plan) == 1


def test_every_status_has_a_clock_or_an_end_or_waits_for_credits_or_its_writer() -> None:
    by_itself = {Status.DRAFT, Status.QUEUED, *ENDED}
    assert set(RUNS_IN) | by_itself == set(Status)
    assert {kind for kinds in RUNS_IN.values() for kind in kinds} == OF_A_STATUS


@given(
    kind=st.sampled_from(list(ClockKind)),
    waits=st.lists(st.timedeltas(timedelta(hours=1), timedelta(days=40)), max_size=30),
    extra=st.sampled_from([0, 10]),
)
def test_whenever_somebody_looks_the_last_reminder_was_old_enough(
    kind: ClockKind, waits: list[timedelta], extra: int
) -> None:
    """A clock that is looked at at any moments, with standstills of any length."""
    step, reminded, now = 0, None, MONDAY
    due_at = dial(extra_days=extra).due_at(kind, 0, MONDAY)
    for wait in waits:
        now += wait
        if due_at > now:
            continue
        due = dial(extra_days=extra).take(kind, step, MONDAY, reminded, now)
        if due.next_due is None:
            assert reminded is not None
            assert now - reminded >= timedelta(hours=RULES.last_warning_hours)
            assert now >= dial(extra_days=extra).due_at(kind, step, MONDAY)
            return
        assert due.next_due > now
        if due.act is not None:
            reminded = now
        step, due_at = due.next_step, due.next_due
