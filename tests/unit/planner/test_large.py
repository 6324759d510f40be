"""What lets the largest problems keep their time: beginnings as good as slower ones."""

from __future__ import annotations

import random

import numpy as np
import pytest

from benchmarks.planner_instances import instance
from callsheet.planner import search
from callsheet.planner.arrays import Arrays, Ints, arrays_of
from callsheet.planner.bounds import Relaxation
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.predecessors import predecessors_of
from callsheet.planner.problem import Duration, InFlight, Problem, Project, Resource
from callsheet.planner.rules import orders_by_rule
from callsheet.planner.search import cost_of, first_orders, left_by, placed
from tests.property.test_planner_plans import problem_of


def chained(seed: int) -> Problem:
    """Projects in all kinds of chains, some behind what is in production."""
    r = random.Random(seed)
    projects = []
    for i in range(30):
        # Whoever comes after somebody is of a later layer, whatever their names are.
        after = [f"p{k:02}" for k in r.sample(range(30), 4) if k % 7 < i % 7]
        after += ["f"] if r.random() < 0.2 else []
        days, ready = Duration(r.randint(1, 9)), r.randint(0, 20)
        projects.append(Project(f"p{i:02}", (("credits", 5),), days, ready, after=tuple(after)))
    flying = (InFlight("f", (("credits", 5),), Duration(r.randint(1, 40))),)
    return Problem((Resource("credits", ((0, 30),)),), tuple(projects), flying)


@pytest.mark.parametrize("seed", range(20))
def test_what_waits_is_ready_after_its_predecessors(seed: int) -> None:
    problem = chained(seed)
    ids = [project.id for project in problem.projects]
    before = predecessors_of(problem)
    assert sorted(before.topological.tolist()) == list(range(30))
    place = {ids[row]: n for n, row in enumerate(before.topological)}
    arrays = arrays_of(problem)
    finish = {work.id: work.remaining.p50 for work in problem.in_flight}
    for row in before.topological:
        project = problem.projects[row]
        others = [id for id in project.after if id != "f"]
        assert all(place[id] < place[project.id] for id in others)
        ready = max([project.ready, *(finish[id] for id in project.after)])
        finish[project.id] = ready + project.duration.p50
        assert arrays.ready[row] == ready
        pred = before.pred[before.pred_from[row] : before.pred_from[row + 1]]
        assert [ids[p] for p in pred] == others
        succ = before.succ[before.succ_from[row] : before.succ_from[row + 1]]
        assert [ids[s] for s in succ] == [p.id for p in problem.projects if project.id in p.after]


@pytest.mark.parametrize("seed", range(0, 40, 3))
def test_what_plans_leave_free_is_counted_day_by_day(seed: int) -> None:
    arrays = arrays_of(problem_of(seed))
    _, starts = first_orders(arrays)
    free, used = arrays.free.copy(), arrays.team_used.copy()
    for j, start in enumerate(starts):
        for day in range(int(start), int(start + arrays.dur[j])) if start < NEVER else ():
            free[:, day] -= arrays.demand[j]
            if len(used):
                used[arrays.team[j], day] += arrays.demand[j, 0]
    found = left_by(arrays, starts)
    assert np.array_equal(found[0], free)
    assert np.array_equal(found[1], used)


@pytest.mark.parametrize("seed", range(40))
def test_rules_that_are_given_up_would_not_have_been_the_best(seed: int) -> None:
    arrays = arrays_of(problem_of(seed))
    costs = [cost_of(arrays, placed(arrays, order)) for order in orders_by_rule(arrays).values()]
    if costs:
        assert cost_of(arrays, first_orders(arrays)[1]) == min(costs)


def test_rules_are_tried_while_there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    honest = search._placed

    def placed_and_noted(arrays: Arrays, order: Ints, *rest: float) -> tuple[Ints, float]:
        tried.append(len(order))
        return honest(arrays, order, *rest)

    monkeypatch.setattr(search, "_placed", placed_and_noted)
    arrays = arrays_of(instance(50, 1.1, 0))
    first_orders(arrays, 0.0)
    assert len(tried) == 1
    first_orders(arrays, None)
    assert len(tried) == 1 + len(orders_by_rule(arrays))


def test_the_order_of_prices_is_good_after_few_steps() -> None:
    """There is time for no more of the largest problems; each step looks at every day of all."""
    arrays = arrays_of(instance(2_000, 1.1, 0))
    _, ruled = first_orders(arrays)
    relaxation = Relaxation(arrays, ruled)
    relaxation.climb(cost_of(arrays, ruled), 20)
    listed = placed(arrays, relaxation.full_order(arrays.n))
    assert cost_of(arrays, listed) < 0.8 * cost_of(arrays, ruled)
