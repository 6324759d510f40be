"""Where one finish is all that costs: what breeding and pushing to and fro promise."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from callsheet.planner.arrays import Arrays, Ints, arrays_of
from callsheet.planner.check import check
from callsheet.planner.exact import Proof
from callsheet.planner.kernels.breeding import _move, _swap
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.justifying import push_early, push_late
from callsheet.planner.makespan import (
    FIRST_PROOF_SHARE,
    POPULATION,
    Breeding,
    bred_share,
    first_proof_seconds,
    last_row,
)
from callsheet.planner.plan import Status
from callsheet.planner.problem import Duration, InFlight, Objective, Problem, Project, Resource
from callsheet.planner.row_plans import plan_of
from callsheet.planner.search import Best, cost_of, first_orders, order_of, placed
from callsheet.planner.side_by_side import side_by_side
from callsheet.planner.solve import solve
from tests.property.test_planner_search import least

SEEDS = range(40)


def chain(seed: int, n: int = 5) -> Problem:
    """``n`` jobs, a last one that waits for nearly all and alone costs; capacities change."""
    r = random.Random(seed)
    jobs = [
        Project(
            id=f"p{i:02}",
            demand=(("credits", r.choice([5, 10, 20, 30])), ("video", r.choice([0, 5, 10]))),
            duration=Duration(r.randint(1, 9)),
            ready=r.choice([0, 0, r.randint(0, 9)]),
            weight=0,
            after=tuple(f"p{k:02}" for k in range(max(0, i - 9), i) if r.random() < 0.25),
        )
        for i in range(n)
    ]
    # Sometimes one is left that nothing waits for: it still has to be planned.
    waited = [job.id for job in jobs[seed % 2 :]]
    last = Project("z", (), Duration(1), ready=2, due=5, weight=3, after=tuple(waited))
    return Problem(
        (Resource("credits", ((0, 40), (9, 30), (20, 50))), Resource("video", ((0, 10),))),
        (*jobs, last),
        (InFlight("f", (("credits", 30),), Duration(4)),),
        objective=Objective(tardiness=10, flow=1) if seed % 3 else Objective(tardiness=0, flow=1),
    )


def times(problem: Problem, factor: int) -> Problem:
    """As much more of everything, and one of each kind so that no unit divides all."""
    odd = (("credits", 1), ("video", 1))
    return replace(
        problem,
        resources=tuple(
            Resource(r.name, tuple((day, units * factor + 1) for day, units in r.capacity))
            for r in problem.resources
        ),
        projects=tuple(
            replace(p, demand=odd if not p.demand else tuple((k, u * factor) for k, u in p.demand))
            for p in problem.projects
        ),
    )


def bred(problem: Problem, *, seed: int = 0, rounds: int = 3, bound: float = 0.0) -> Breeding:
    arrays = arrays_of(problem)
    _, starts = first_orders(arrays)
    last = last_row(arrays, starts)
    assert last is not None
    best = Best(starts, cost_of(arrays, starts))
    breeding = Breeding(arrays, last, best, workers=2, seed=seed, bound=bound)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            breeding.round(pool, children=500)
    return breeding


@pytest.mark.parametrize("seed", SEEDS)
def test_breeding_finds_the_earliest_end_of_all_orders(seed: int) -> None:
    problem = chain(seed)
    breeding = bred(problem)
    assert breeding.best.z == pytest.approx(least(problem))
    check(problem, plan_of(problem, arrays_of(problem), breeding.best.starts))


@pytest.mark.parametrize("seed", range(10))
def test_what_the_last_does_not_wait_for_holds_it_up_no_day(seed: int) -> None:
    alone = chain(2 * seed)
    aside = tuple(Project(f"a{n}", (("credits", 30),), Duration(6), weight=0) for n in range(4))
    problem = replace(alone, projects=(*aside, *alone.projects))
    breeding = bred(problem)
    assert breeding.best.z == pytest.approx(least(alone))
    check(problem, plan_of(problem, arrays_of(problem), breeding.best.starts))


@pytest.mark.parametrize("seed", range(6))
def test_breeding_shortens_what_rules_make(seed: int) -> None:
    problem = chain(seed, 40)
    arrays = arrays_of(problem)
    rule = cost_of(arrays, first_orders(arrays)[1])
    breeding = bred(problem)
    assert breeding.best.z < rule
    assert breeding.best.z == cost_of(arrays, breeding.best.starts)
    check(problem, plan_of(problem, arrays, breeding.best.starts))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", SEEDS[:15])
def test_pushing_to_and_fro_starts_nothing_where_it_may_not_and_ends_no_later(
    seed: int, compiled: bool
) -> None:
    problem = chain(seed, 12)
    arrays = arrays_of(problem)
    late = push_late if compiled else push_late.py_func
    early = push_early if compiled else push_early.py_func
    units = side_by_side(arrays.free, arrays.demand)
    before = placed(arrays, order_of(np.random.default_rng(seed).permutation(arrays.n)))
    end = int((before + arrays.dur).max())
    starts = before.copy()
    late(
        order_of(before + arrays.dur), units.room.copy(), units.guard, units.need, arrays.dur,
        end, arrays.succ_from, arrays.succ, starts,
    )  # fmt: skip
    assert (starts >= before).all()
    check(problem, plan_of(problem, arrays, starts))
    again = early(
        order_of(starts), units.room.copy(), units.guard, units.need, arrays.dur, arrays.ready,
        arrays.pred_from, arrays.pred, np.zeros_like(starts), end, starts,
    )  # fmt: skip
    assert again == (starts + arrays.dur).max() <= end
    check(problem, plan_of(problem, arrays, starts))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("seed", SEEDS[:10])
def test_pushing_early_places_as_the_planner_does(seed: int, big: bool, compiled: bool) -> None:
    problem = chain(seed, 12)
    if big:
        # So much that one word does not hold all of them.
        problem = times(problem, 9_999_999)
    arrays = arrays_of(problem)
    # Of the first two copies there is enough, so that the last word decides where there are some.
    enough = np.full_like(arrays.free, arrays.demand.sum())
    units = side_by_side(np.vstack([enough, enough, arrays.free]), np.hstack([arrays.demand] * 3))
    assert (units.room.shape[1] > 1) == big
    early = push_early if compiled else push_early.py_func
    order = order_of(np.random.default_rng(seed).permutation(arrays.n))
    order = order_of(placed(arrays, order))
    starts = np.empty(arrays.n, dtype=np.int64)
    room = units.room.copy()
    end = early(
        order, room, units.guard, units.need, arrays.dur, arrays.ready, arrays.pred_from,
        arrays.pred, np.zeros_like(starts), NEVER, starts,
    )  # fmt: skip
    assert starts.tolist() == placed(arrays, order).tolist()
    assert end == (starts + arrays.dur).max()
    assert (room & units.guard == units.guard).all()


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_pushing_early_gives_up_only_what_ends_later_than_the_latest(seed: int) -> None:
    problem = chain(seed, 12)
    arrays = arrays_of(problem)
    units = side_by_side(arrays.free, arrays.demand)
    order = arrays.topological
    end = int((placed(arrays, order) + arrays.dur).max())
    after = np.zeros(arrays.n, dtype=np.int64)
    for j in order[::-1]:
        for p in arrays.pred[arrays.pred_from[j] : arrays.pred_from[j + 1]]:
            after[p] = max(after[p], after[j] + arrays.dur[j])
    for latest in range(end - 3, end + 2):
        found = push_early(
            order, units.room.copy(), units.guard, units.need, arrays.dur, arrays.ready,
            arrays.pred_from, arrays.pred, after, latest, np.zeros_like(after),
        )  # fmt: skip
        assert found == (end if latest >= end else -1)


@pytest.mark.parametrize("change", [_move, _swap])
def test_a_changed_order_has_predecessors_first_and_every_row_once(change: Any) -> None:
    arrays = arrays_of(chain(1, 12))
    lines: tuple[Ints, ...] = (arrays.pred_from, arrays.pred)
    if change is _move:
        lines += (arrays.succ_from, arrays.succ, np.zeros(arrays.n, dtype=np.int64))
    order = arrays.topological.copy()
    orders = set()
    for _ in range(2_000):
        change.py_func(order, *lines)
        place = order_of(order)
        assert order[place].tolist() == list(range(arrays.n))
        for j in range(arrays.n):
            before = arrays.pred[arrays.pred_from[j] : arrays.pred_from[j + 1]]
            assert (place[before] < place[j]).all()
        orders.add(tuple(order.tolist()))
    assert len(orders) > 200


@pytest.mark.parametrize("seed", range(4))
def test_breeding_finds_what_its_first_orders_have_not(seed: int) -> None:
    problem = chain(seed, 60)
    first = bred(problem, rounds=1)
    assert first.looked <= 2 * POPULATION, "so far none has parents"
    assert bred(problem, rounds=8).best.z < first.best.z


def test_the_same_seed_and_number_of_orders_give_the_same_plan() -> None:
    problem = chain(3, 70)
    first = solve(problem, iterations=1_200, seed=4)
    assert first.starts == solve(problem, iterations=1_200, seed=4).starts
    assert first.iterations <= 2_400
    assert bred(problem, seed=1).best.starts.tolist() != bred(problem, seed=2).best.starts.tolist()


def test_it_ends_at_the_bound() -> None:
    problem = chain(0, 30)
    known = bred(problem)
    again = bred(problem, bound=known.best.z)
    assert again.best.z == known.best.z
    assert again.looked == known.looked
    arrays = arrays_of(problem)
    last = last_row(arrays, known.best.starts)
    assert last is not None
    more = Breeding(arrays, last, known.best, workers=1, seed=0, bound=known.best.z)
    with ThreadPoolExecutor(1) as pool:
        assert not more.round(pool, children=1)
        below = Breeding(arrays, last, known.best, workers=1, seed=0, bound=known.best.z - 3)
        assert below.round(pool, children=1), "a day earlier costs 3 less"


def test_where_more_than_one_finish_costs_nothing_is_bred() -> None:
    problem = chain(1)
    arrays = arrays_of(problem)
    _, starts = first_orders(arrays)
    assert last_row(arrays, starts) == arrays.n - 1
    both = replace(
        problem, projects=(replace(problem.projects[0], weight=1.0), *problem.projects[1:])
    )
    assert last_row(arrays_of(both), starts) is None
    nothing = replace(problem, objective=Objective(tardiness=0, flow=0))
    assert last_row(arrays_of(nothing), starts) is None


def test_what_never_starts_is_left_out_and_the_last_that_waits_for_it_not_bred() -> None:
    problem = chain(2)
    giant = replace(problem.projects[0], demand=(("credits", 500),))
    plan = solve(replace(problem, projects=(giant, *problem.projects[1:])), iterations=100)
    assert plan.status is Status.INFEASIBLE
    assert plan.starts[giant.id] is None


def test_a_proof_is_tried_before_anything_is_bred() -> None:
    problem = chain(4, 12)
    plan = solve(problem, time_limit=20)
    assert plan.status is Status.OPTIMAL
    assert plan.seconds < 10, "it ends as soon as it is proved"
    assert plan.iterations == 0


def test_what_is_not_proved_at_once_is_bred_and_the_proof_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[float | None] = []

    def in_vain(
        arrays: Arrays, hint: Ints, upper: float, *, seconds: float | None, **_: object
    ) -> Proof:
        given.append(seconds)
        return Proof(hint.copy(), 0.0)

    monkeypatch.setattr("callsheet.planner.solve.prove", in_vain)
    plan = solve(chain(3, 40), time_limit=0.5)
    assert plan.status is Status.FEASIBLE
    assert plan.iterations > 0
    first, second = given
    assert first is not None
    assert second is not None
    assert first <= FIRST_PROOF_SHARE * 0.5
    assert second > first
    given.clear()
    solve(chain(3, 40), iterations=300)
    assert given == [None], "without a clock there is one, after breeding"


def test_the_more_rows_the_longer_they_are_bred() -> None:
    shares = [bred_share(rows) for rows in (2, 60, 61, 90, 120, 1_000)]
    assert shares == sorted(shares)
    assert shares[0] == shares[1] < shares[2] < 0.22
    assert shares[3] == pytest.approx(0.5)
    assert shares[4] == shares[5] < 1


def test_the_first_proof_is_short_however_much_time_there_is() -> None:
    assert first_proof_seconds(3.0) == pytest.approx(0.3)
    assert first_proof_seconds(600.0) == 1.0
