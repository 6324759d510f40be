"""On its latest day a project is in time with the chance asked for; a day later it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from callsheet.planner.back_schedule import LEVELS, BriefBy, back_schedule
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import CREDITS, Duration, Problem, Project, Resource
from callsheet.planner.scenarios import scenarios_of
from callsheet.planner.simulate import play, queue_order
from callsheet.planner.solve import solve
from tests.property.test_planner_queue import problem_of
from tests.property.test_planner_team_queue import shared


def chance(problem: Problem, plan: Plan, id: str, day: int, replications: int) -> float:
    """The chance to be in time when a project is ready on a day, by playing everything again."""
    order = queue_order(problem, QueuePolicy.PLANNED, plan)
    projects = tuple(replace(p, ready=day) if p.id == id else p for p in problem.projects)
    later = replace(problem, projects=projects)
    done = play(later, QueuePolicy.PLANNED, order, scenarios_of(later, replications))
    due = problem.by_id[id].due
    assert due is not None
    return float((done.finishes[:, done.ids.index(id)] <= due).mean())


def levels(found: BriefBy) -> list[int | None]:
    return [found.p50, found.p80, found.p95]


@pytest.mark.parametrize("seed", range(12))
def test_a_day_later_the_chance_is_below_the_level(seed: int) -> None:
    problem = problem_of(seed, sigma=0.4)
    plan = solve(problem, time_limit=0)
    found = back_schedule(problem, plan, replications=40)
    assert list(found) == [p.id for p in problem.projects if p.due is not None]
    for id, days in found.items():
        ready = problem.by_id[id].ready
        for level, day in zip(LEVELS, levels(days), strict=True):
            if day is None:
                assert chance(problem, plan, id, ready, 40) < level
            else:
                assert day >= ready
                assert chance(problem, plan, id, day, 40) >= level
                assert chance(problem, plan, id, day + 1, 40) < level


def test_a_higher_chance_needs_an_earlier_brief() -> None:
    seen = 0
    for seed in range(12):
        problem = problem_of(seed, sigma=0.6)
        for days in back_schedule(problem, solve(problem, time_limit=0), replications=40).values():
            known = [day for day in levels(days) if day is not None]
            assert known == sorted(known, reverse=True)
            assert levels(days) == known + [None] * (3 - len(known))
            seen += len(set(known)) == 3
    assert seen > 10


def test_alone_it_is_the_due_date_less_the_days_it_takes() -> None:
    work = Project("p", ((CREDITS, 10),), Duration(20, 0.3), due=60)
    problem = Problem((Resource(CREDITS, ((0, 10),)),), (work,))
    found = back_schedule(problem, solve(problem, time_limit=0), replications=4_000)["p"]
    took = np.sort(scenarios_of(problem, 4_000).projects[:, 0])
    assert levels(found) == [60 - took[round(level * 4_000) - 1] for level in LEVELS]


def test_known_durations_have_one_day() -> None:
    work = Project("p", ((CREDITS, 10),), Duration(20), due=60)
    problem = Problem((Resource(CREDITS, ((0, 10),)),), (work,))
    assert levels(back_schedule(problem, solve(problem, time_limit=0))["p"]) == [40, 40, 40]


def test_it_is_the_same_for_one_as_for_all_and_for_any_workers() -> None:
    problem = problem_of(7, sigma=0.5)
    plan = solve(problem, time_limit=0)
    found = back_schedule(problem, plan, replications=30, workers=1)
    assert found == back_schedule(problem, plan, replications=30, workers=3)
    for id, days in found.items():
        assert back_schedule(problem, plan, only=[id], replications=30) == {id: days}


def test_it_follows_the_order_that_was_looked_for() -> None:
    first, second = (
        Project(id, ((CREDITS, 10),), Duration(10, 0.2), due=20, ready=0) for id in "ab"
    )
    problem = Problem((Resource(CREDITS, ((0, 10),)),), (first, second))
    plan = solve(problem, time_limit=0)
    one = back_schedule(problem, replace(plan, priority=("a", "b")))
    other = back_schedule(problem, replace(plan, priority=("b", "a")))
    assert one["a"].p95 is not None
    assert one["b"].p95 is None
    assert (other["b"].p95, other["a"].p95) != (one["b"].p95, one["a"].p95)


@pytest.mark.parametrize("seed", [1, 3, 5, 8])
def test_it_is_so_for_teams_that_lend(seed: int) -> None:
    problem = shared(seed, sigma=0.4)
    plan = solve(problem, time_limit=0)
    for id, days in back_schedule(problem, plan, replications=40).items():
        for level, day in zip(LEVELS, levels(days), strict=True):
            if day is not None:
                assert chance(problem, plan, id, day, 40) >= level
                assert chance(problem, plan, id, day + 1, 40) < level
