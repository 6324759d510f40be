"""The search for an order under uncertain durations judges every order as the queue plays it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from callsheet.planner.arrays import arrays_of
from callsheet.planner.check import check
from callsheet.planner.given import given_of
from callsheet.planner.kernels import noting, queueing, ranking, yard
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.notebooks import marks_of
from callsheet.planner.plan import Plan, measure
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import CREDITS, Duration, Problem, Project, Resource
from callsheet.planner.progress import Progress
from callsheet.planner.queue_plans import plan_in_order
from callsheet.planner.scenarios import Scenarios, scenarios_of
from callsheet.planner.simulate import PATIENCE_DAYS, play, queue_order
from callsheet.planner.solve import solve
from callsheet.planner.stochastic import solve_stochastic
from callsheet.planner.training import training
from tests.property.test_planner_queue import problem_of
from tests.property.test_planner_team_queue import shared


def annealed(
    problem: Problem, scenarios: Scenarios, *, marks: int, count: int = 300, seed: int = 0
) -> tuple[list[int], float]:
    """The order that the kernel finds, and the mean Z that it says it has."""
    arrays, given = arrays_of(problem), given_of(problem)
    dur = np.hstack((scenarios.projects, scenarios.in_flight))
    _, (sides, _, _, length) = marks_of(arrays, given, len(dur))
    days = np.linspace(0, 120, marks, endpoint=False).astype(np.int64)
    slots = np.empty((sides, len(dur), marks, length), dtype=np.int64)
    order = queue_order(problem, QueuePolicy.STRICT)
    best, z, _ = ranking.anneal(
        order, dur, given, arrays.ready0, arrays.due, arrays.late_cost, arrays.flow_cost,
        arrays.days, days, slots, PATIENCE_DAYS, seed, count, 3_000.0, 10.0,
    )  # fmt: skip
    return best.tolist(), z


def mean_z(problem: Problem, order: list[int], scenarios: Scenarios) -> float:
    """The mean Z of an order; what never starts counts as finishing at the end of the horizon."""
    arrays = arrays_of(problem)
    done = play(problem, QueuePolicy.PLANNED, np.array(order), scenarios)
    ends = np.where(done.starts < NEVER, done.finishes, arrays.days)
    late = np.maximum(0, ends - arrays.due) @ arrays.late_cost
    return float((late + (ends - arrays.ready0) @ arrays.flow_cost).mean())


def several(seed: int) -> Problem:
    """As ``problem_of``, but of at least six projects."""
    problem = problem_of(seed, sigma=0.5)
    return problem if len(problem.projects) >= 6 else several(seed + 1_000)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_not_played_again_is_as_it_was(seed: int) -> None:
    """Notes of where the queue stood change nothing: not the order found, not its mean."""
    problem = several(seed)
    scenarios = scenarios_of(problem, 16, seed)
    plain, z = annealed(problem, scenarios, marks=1, seed=seed)
    assert annealed(problem, scenarios, marks=9, seed=seed) == (plain, z)
    assert z == pytest.approx(mean_z(problem, plain, scenarios))


def test_several_resources_are_noted() -> None:
    problem = several(3)
    projects = tuple(
        replace(p, demand=(*p.demand, ("video", 5 * (n % 3))))
        for n, p in enumerate(problem.projects)
    )
    resources = (*problem.resources, Resource("video", ((0, 15), (30, 10))))
    problem = replace(problem, projects=projects, resources=resources)
    scenarios = scenarios_of(problem, 16)
    plain, z = annealed(problem, scenarios, marks=1)
    assert annealed(problem, scenarios, marks=9) == (plain, z)
    assert z == pytest.approx(mean_z(problem, plain, scenarios))


def test_compiled_and_plain_kernels_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = several(5)
    scenarios = scenarios_of(problem, 8)
    # Plain Python draws from numpy's generator, compiled code from a twin of it.
    compiled = annealed(problem, scenarios, marks=5, count=60)
    for module in (yard, queueing, noting, ranking):
        for name, value in vars(module).copy().items():
            if hasattr(value, "py_func"):
                monkeypatch.setattr(module, name, value.py_func)
    assert annealed(problem, scenarios, marks=5, count=60) == compiled


@pytest.mark.parametrize("seed", range(8))
def test_small_problems_are_solved_to_the_best_order(seed: int) -> None:
    problem = several(seed)
    problem = replace(problem, projects=tuple(replace(p, after=()) for p in problem.projects[:5]))
    found = solve_stochastic(problem, iterations=400, scenarios=12, seed=seed)
    scenarios = training(problem, 12, seed)
    best = min(mean_z(problem, list(order), scenarios) for order in permutations(range(5)))
    order = queue_order(problem, QueuePolicy.PLANNED, found.plan).tolist()
    assert mean_z(problem, order, scenarios) == pytest.approx(best)


def test_the_answer_is_about_its_own_order() -> None:
    for seed in range(5):
        problem = several(seed)
        found = solve_stochastic(problem, iterations=100, scenarios=10, seed=seed)
        check(problem, found.plan)
        order = queue_order(problem, QueuePolicy.PLANNED, found.plan)
        done = play(problem, QueuePolicy.PLANNED, order, training(problem, 10, seed))
        assert found.z == pytest.approx(done.z.mean())
        assert found.tardiness == pytest.approx(done.tardiness.mean())
        assert [problem.projects[row].id for row in order] == list(found.plan.priority)


def test_without_uncertainty_means_are_those_of_one_schedule() -> None:
    """At a spread of 0 the mean Z of an order is what its starts cost as a plan."""
    for seed in range(20):
        problem = problem_of(seed, sigma=0.0)
        if len(problem.projects) < 2:
            continue
        scenarios = scenarios_of(problem, 2)
        order, z = annealed(problem, scenarios, marks=4, count=100)
        done = play(problem, QueuePolicy.PLANNED, np.array(order), scenarios)
        starts = dict(zip(done.ids, done.starts[0].tolist(), strict=True))
        if NEVER in starts.values():
            continue
        assert z == pytest.approx(measure(problem, dict(starts)).z)


def test_known_durations_are_planned_as_ever() -> None:
    problem = problem_of(4, sigma=0.0)
    found = solve_stochastic(problem, iterations=50)
    assert found.plan == replace(solve(problem, iterations=50), seconds=found.plan.seconds)
    assert found.z == found.plan.measure.z
    assert not found.plan.priority


def test_the_same_seed_finds_the_same() -> None:
    problem = several(11)

    def order(seed: int) -> tuple[Plan, float]:
        found = solve_stochastic(problem, iterations=80, scenarios=8, seed=seed)
        return replace(found.plan, seconds=0), found.z

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_luck_is_not_that_of_a_forecast() -> None:
    problem = several(11)
    seen = training(problem, 20, 5).projects
    assert not np.array_equal(seen, scenarios_of(problem, 20, 5).projects)


def test_it_stops_when_told() -> None:
    told: list[Progress] = []

    def stop(progress: Progress) -> bool:
        told.append(progress)
        return len(told) == 3

    problem = several(11)
    found = solve_stochastic(problem, time_limit=60, on_progress=stop)
    assert found.plan.stopped
    assert len(told) == 3
    assert found.z <= told[0].z


def test_without_time_there_is_an_answer() -> None:
    found = solve_stochastic(several(2), time_limit=0)
    assert found.plan.iterations == 0
    assert found.plan.method == "stochastic"


def test_a_plan_sees_a_falling_capacity_in_time() -> None:
    """The queue would start on day 0 and be overdrawn from day 2 on; a plan must not."""
    work = Project("p", ((CREDITS, 10),), Duration(5, 0.3))
    problem = Problem((Resource(CREDITS, ((0, 10), (2, 0), (9, 10))),), (work,))
    arrays = arrays_of(problem)
    assert plan_in_order(problem, arrays, np.array([0])).starts == {"p": 9}


@pytest.mark.parametrize("seed", [1, 3, 5, 7, 8, 10])
def test_loans_are_noted(seed: int) -> None:
    problem = shared(seed, sigma=0.5)
    scenarios = scenarios_of(problem, 16, seed)
    plain, z = annealed(problem, scenarios, marks=1, seed=seed)
    assert annealed(problem, scenarios, marks=9, seed=seed) == (plain, z)
    assert z == pytest.approx(mean_z(problem, plain, scenarios))


def test_an_order_for_teams_is_no_worse_than_the_plans() -> None:
    """And better than the order of ids wherever orders differ at all, as for two of these."""
    better = 0
    for seed in (3, 5, 7):
        problem = shared(seed, sigma=0.5)
        found = solve_stochastic(problem, iterations=200, scenarios=12, seed=seed)
        check(problem, found.plan)
        scenarios = training(problem, 12, seed)
        order = queue_order(problem, QueuePolicy.PLANNED, found.plan).tolist()
        planned = queue_order(problem, QueuePolicy.PLANNED, solve(problem, iterations=40)).tolist()
        mean = mean_z(problem, order, scenarios)
        assert found.z == pytest.approx(mean)
        assert mean <= mean_z(problem, planned, scenarios) + 1e-6
        by_id = mean_z(problem, list(range(len(order))), scenarios)
        assert mean <= by_id + 1e-6
        better += mean < by_id - 1e-6
    assert better
