"""Forecasts of queues small enough to work out by hand."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from callsheet.planner.forecast import Range, fewer_days_late, forecast
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import CREDITS, Duration, InFlight, Problem, Project, Resource
from callsheet.planner.scenarios import Scenarios
from callsheet.planner.simulate import Simulation, play, queue_order, simulate

NEVER = Range(None, None, None)


def played(problem: Problem, projects: list[list[int]], in_flight: list[list[int]]) -> Simulation:
    """The queue under the days given, a row for each replication."""
    rows = len(projects)
    days = Scenarios(
        np.array(projects, dtype=np.int64), np.array(in_flight, dtype=np.int64).reshape(rows, -1)
    )
    order = queue_order(problem, QueuePolicy.STRICT)
    return play(problem, QueuePolicy.STRICT, order, days)


def one_wallet(*projects: Project, credits: int = 10, in_flight: int = 0) -> Problem:
    held = tuple(InFlight(f"f{n}", ((CREDITS, 10),), Duration(3)) for n in range(in_flight))
    return Problem((Resource(CREDITS, ((0, credits), (100, 2 * credits))),), projects, held)


def test_each_date_is_the_first_that_is_kept_often_enough() -> None:
    # Twenty replications of 1 to 20 days: by day 10 half are through, by 16 four of five.
    work = Project("p", ((CREDITS, 10),), Duration(10), due=12, weight=3)
    seen = forecast(played(one_wallet(work), [[days] for days in range(1, 21)], [[]] * 20))
    (project,) = seen.projects
    assert project.finish == Range(10, 16, 19)
    assert project.start == Range(0, 0, 0)
    # Late by 1 to 8 days in 8 of 20 replications: 36 days ÷ 20.
    assert (project.on_time, project.late, project.never) == (0.6, 0.4, 0)
    assert project.tardiness == pytest.approx(1.8)
    assert (seen.late, seen.days_late, seen.tardiness) == pytest.approx((0.4, 1.8, 5.4))
    assert seen.replications == 20


def test_finishing_on_the_due_date_is_in_time() -> None:
    work = Project("p", ((CREDITS, 10),), Duration(4), due=4)
    (project,) = forecast(played(one_wallet(work), [[4]], [[]])).projects
    assert (project.on_time, project.late) == (1, 0)


def test_without_a_due_date_nothing_is_late_or_in_time() -> None:
    seen = forecast(played(one_wallet(Project("p", ((CREDITS, 10),), Duration(4))), [[4]], [[]]))
    (project,) = seen.projects
    assert (project.on_time, project.late, project.tardiness) == (None, None, None)
    assert (seen.late, seen.days_late) == (0, 0)


def test_what_never_starts_has_no_dates_and_is_never_in_time() -> None:
    giant = Project("giant", ((CREDITS, 50),), Duration(4), due=9)
    seen = forecast(played(one_wallet(giant), [[4]], [[]]))
    (project,) = seen.projects
    assert (project.start, project.finish) == (NEVER, NEVER)
    assert (project.on_time, project.late, project.tardiness, project.never) == (0, 0, 0, 1)
    assert (seen.late, seen.never, seen.last_finish) == (0, 1, Range(0, 0, 0))


def test_what_seldom_starts_in_time_for_a_smaller_capacity_has_no_late_dates() -> None:
    # 10 credits until day 5, then none: the second one starts only if the first takes below 5.
    first = Project("a", ((CREDITS, 10),), Duration(4))
    second = Project("b", ((CREDITS, 10),), Duration(2), due=6)
    problem = Problem((Resource(CREDITS, ((0, 10), (5, 0))),), (first, second))
    seen = forecast(played(problem, [[3, 2]] * 5 + [[4, 4]] * 2 + [[6, 2]] * 3, [[]] * 10))
    _, project = seen.projects
    assert project.start == Range(3, None, None)
    assert project.never == pytest.approx(0.3)
    assert project.on_time == pytest.approx(0.5)
    assert project.tardiness == pytest.approx(4 / 7)  # twice 2 days in the 7 that start
    assert seen.never == pytest.approx(0.3)


def test_credits_in_use_are_counted_until_the_last_return() -> None:
    # 20 credits for 8 days; a project of 10 for 4 days, and 10 in flight for 3 or 8.
    work = Project("p", ((CREDITS, 10),), Duration(4))
    problem = one_wallet(work, credits=20, in_flight=1)
    short, long = (forecast(played(problem, [[4]], [[days]])) for days in (3, 8))
    assert short.used == pytest.approx((10 * 4 + 10 * 3) / (20 * 4))
    assert long.used == pytest.approx((10 * 4 + 10 * 8) / (20 * 8))
    assert (short.last_finish.p80, long.last_finish.p80) == (4, 8)


def test_a_change_of_capacity_counts_from_its_day() -> None:
    # 10 credits for 100 days and 20 for 10 more; a project of 10 for 110 days.
    work = Project("p", ((CREDITS, 10),), Duration(110))
    seen = forecast(played(one_wallet(work), [[110]], [[]]))
    assert seen.used == pytest.approx(1100 / (10 * 100 + 20 * 10))


@pytest.mark.parametrize("due", [80, 100, 130])
def test_alone_the_chance_is_that_of_the_lognormal(due: int) -> None:
    work = Project("p", ((CREDITS, 10),), Duration(100, 0.3), due=due)
    alone = simulate(one_wallet(work), QueuePolicy.BACKFILL, replications=10_000, seed=5)
    (project,) = forecast(alone).projects
    # Whole days: what is rounded to the due date is in time.
    expected = NormalDist(0, 0.3).cdf(np.log((due + 0.5) / 100))
    assert project.on_time == pytest.approx(expected, abs=0.015)
    assert project.finish.p80 == pytest.approx(work.duration.p80, abs=2)


def test_nothing_to_do_is_no_trouble() -> None:
    seen = forecast(simulate(one_wallet(), QueuePolicy.STRICT, replications=3))
    assert (seen.projects, seen.late, seen.used) == ((), 0, 0)
    assert seen.last_finish == Range(0, 0, 0)


def test_two_queues_are_compared_run_by_run() -> None:
    # Due on day 4: late by 0, 1, 2 and 3 days; the other one by 1 in each run.
    problem = one_wallet(Project("p", ((CREDITS, 10),), Duration(4), due=4))
    one, other = (
        played(problem, [[d] for d in days], [[]] * 4) for days in ((4, 5, 6, 7), (5,) * 4)
    )
    assert fewer_days_late(one, other) == 0.25
    assert fewer_days_late(other, one) == 0.5
    with pytest.raises(ValueError, match="as often"):
        fewer_days_late(one, played(problem, [[4]], [[]]))
