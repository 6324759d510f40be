"""What the planner promises, on many more problems than the other tests look at.

Their problems are made from a seed; here Hypothesis draws as many seeds as there is time for.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.planner.arrays import arrays_of
from callsheet.planner.bounds import Relaxation
from callsheet.planner.check import check
from callsheet.planner.json import problem_as_json, problem_from_json
from callsheet.planner.move_prices import price_of
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.repair import repair
from callsheet.planner.search import cost_of, first_orders
from callsheet.planner.solve import solve
from callsheet.planner.stochastic import solve_stochastic
from tests.property.queue_oracle import assert_starts_what_admission_starts
from tests.property.test_planner_plans import problem_of
from tests.property.test_planner_queue import problem_of as queue_of
from tests.property.test_planner_repair import disturbed
from tests.property.test_planner_search import least, tiny
from tests.property.test_planner_team_queue import shared

pytestmark = pytest.mark.soak

SEEDS = st.integers(0, 2**32 - 1)
SIGMAS = st.sampled_from([0.0, 0.3, 0.8])
POLICIES = st.sampled_from(list(QueuePolicy))


@given(SEEDS)
def test_plans_keep_every_rule(seed: int) -> None:
    problem = problem_of(seed)
    plan = solve(problem, iterations=100, seed=seed)
    check(problem, plan)
    assert plan.measure.z <= solve(problem, iterations=0).measure.z + 1e-6
    assert problem_from_json(problem_as_json(problem)) == problem


@given(SEEDS)
def test_bounds_are_no_higher_than_the_best_of_all_plans(seed: int) -> None:
    problem = tiny(seed)
    arrays = arrays_of(problem)
    _, starts = first_orders(arrays)
    relaxation = Relaxation(arrays, starts)
    relaxation.climb(cost_of(arrays, starts), 100)
    best = least(problem)
    assert relaxation.bound <= best + 1e-6
    assert solve(problem, iterations=100).measure.z >= best - 1e-6


@given(SEEDS)
def test_repairs_are_valid_and_say_what_they_moved(seed: int) -> None:
    problem, starts, _ = disturbed(seed)
    found = repair(problem, starts, iterations=100, frozen=20, seed=seed)
    check(problem, found.plan)
    assert found.price == pytest.approx(price_of(problem, starts, found.plan.starts))


@given(SEEDS, SIGMAS, POLICIES)
def test_queues_start_what_admission_starts(seed: int, sigma: float, policy: QueuePolicy) -> None:
    assert_starts_what_admission_starts(queue_of(seed, sigma=sigma), policy, 2, seed)


@given(SEEDS, SIGMAS, POLICIES)
def test_teams_start_what_admission_starts(seed: int, sigma: float, policy: QueuePolicy) -> None:
    assert_starts_what_admission_starts(shared(seed, sigma=sigma), policy, 2, seed)


@given(SEEDS, st.booleans())
def test_orders_that_are_best_on_average_make_valid_plans(seed: int, teams: bool) -> None:
    problem = shared(seed, sigma=0.5) if teams else queue_of(seed, sigma=0.5)
    found = solve_stochastic(problem, iterations=20, scenarios=8, seed=seed)
    check(problem, found.plan)
    assert sorted(found.plan.priority) == sorted(project.id for project in problem.projects)
