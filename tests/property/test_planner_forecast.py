"""What holds for the forecast of every queue, however awkward."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from callsheet.planner.forecast import CHANCES, forecast
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import CREDITS, Duration, Project, Resource
from callsheet.planner.simulate import simulate
from callsheet.planner.solve import solve
from tests.property.test_planner_queue import SEEDS, problem_of


@pytest.mark.parametrize("policy", QueuePolicy)
def test_dates_are_in_order_and_chances_add_up(policy: QueuePolicy) -> None:
    for seed in SEEDS:
        problem = problem_of(seed, sigma=0.5)
        plan = solve(problem, iterations=0)
        done = simulate(problem, policy, plan=plan, replications=37, seed=seed)
        seen = forecast(done)
        assert [project.id for project in seen.projects] == [p.id for p in problem.projects]
        for n, project in enumerate(seen.projects):
            for days, found in ((done.starts, project.start), (done.finishes, project.finish)):
                column = sorted(days[:, n].tolist())
                for chance, day in zip(CHANCES, (found.p50, found.p80, found.p95), strict=True):
                    expected = column[math.ceil(37 * chance) - 1]
                    assert day == (None if expected >= NEVER else expected)
            if problem.projects[n].due is not None:
                assert project.on_time is not None
                assert project.late is not None
                assert project.on_time + project.late + project.never == pytest.approx(1)
        assert seen.late == pytest.approx(sum(project.late or 0 for project in seen.projects))
        assert seen.used >= 0


@pytest.mark.parametrize("policy", QueuePolicy)
def test_durations_that_are_known_give_one_date_each(policy: QueuePolicy) -> None:
    for seed in SEEDS:
        problem = problem_of(seed, sigma=0.0)
        plan = solve(problem, iterations=0)
        alone = simulate(problem, policy, plan=plan, replications=1)
        seen = forecast(simulate(problem, policy, plan=plan, replications=9, seed=seed))
        for start, project, work in zip(
            alone.starts[0].tolist(), seen.projects, problem.projects, strict=True
        ):
            day = None if start >= NEVER else start
            assert {project.start.p50, project.start.p80, project.start.p95} == {day}
            finish = None if day is None else day + work.duration.p50
            assert {project.finish.p50, project.finish.p80, project.finish.p95} == {finish}
            if work.due is not None:
                assert project.on_time == (finish is not None and finish <= work.due)
                assert project.tardiness == (max(0, finish - work.due) if finish else 0)


def test_a_project_that_comes_after_all_others_changes_nobodys_forecast() -> None:
    """Common random numbers: everybody's luck is their own."""
    for seed in SEEDS:
        problem = problem_of(seed, sigma=0.5)
        late = Project("a0", ((CREDITS, 5),), Duration(10, 0.5), ready=50_000)
        more = replace(problem, projects=(*problem.projects, late))
        before = forecast(simulate(problem, QueuePolicy.BACKFILL, replications=20, seed=seed))
        after = forecast(simulate(more, QueuePolicy.BACKFILL, replications=20, seed=seed))
        assert {p.id: p for p in after.projects} | {"a0": None} == {
            p.id: p for p in before.projects
        } | {"a0": None}


def test_without_overtaking_more_credits_start_nobody_later() -> None:
    """Not so with overtaking, nor with predecessors: there more may be worse for somebody."""
    for seed in SEEDS:
        problem = problem_of(seed, sigma=0.5)
        fitting = tuple(
            replace(project, after=()) for project in problem.projects if project.credits <= 40
        )
        starts = [
            simulate(
                replace(
                    problem, projects=fitting, resources=(Resource(CREDITS, ((0, 60 + more),)),)
                ),
                QueuePolicy.STRICT,
                replications=20,
                seed=seed,
            ).starts
            for more in (0, 5, 40)
        ]
        assert np.all(starts[1] <= starts[0])
        assert np.all(starts[2] <= starts[1])
