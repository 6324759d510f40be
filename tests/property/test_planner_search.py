"""What the search and the bounds promise, held to plans that are found by trying everything."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, permutations
from threading import Event

import numpy as np
import pytest

from callsheet.planner.arrays import Arrays, arrays_of
from callsheet.planner.bounds import STEPS, Relaxation
from callsheet.planner.check import check
from callsheet.planner.exact import prove
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.placing import serial
from callsheet.planner.kernels.relaxing import relaxed
from callsheet.planner.kernels.repairing import ripple
from callsheet.planner.kernels.shuffling import shuffle
from callsheet.planner.plan import Status
from callsheet.planner.problem import Duration, InFlight, Problem, Project, Resource, Team
from callsheet.planner.progress import Progress
from callsheet.planner.search import cost_of, first_orders, left_by, order_of, placed
from callsheet.planner.solve import solve
from tests.property.test_planner_plans import problem_of

SMALL = [seed for seed in range(60) if seed % 6 > 0]


def tiny(seed: int) -> Problem:
    """At most five projects that compete, some in chains; two resources where the seed is odd."""
    r = random.Random(seed)
    teams = (Team("A", ((0, 20),), 10, 10), Team("B", ((0, 30),), 0, None)) if seed % 4 == 0 else ()
    return Problem(
        (
            Resource("credits", ((0, 50), (9, 30), (20, 50))),
            *((Resource("video", ((0, 10),)),) if seed % 2 else ()),
        ),
        tuple(
            Project(
                id=f"p{i}",
                demand=(
                    ("credits", r.choice([5, 10, 20, 30])),
                    *((("video", r.choice([0, 5, 10])),) if seed % 2 else ()),
                ),
                duration=Duration(r.randint(1, 9)),
                ready=r.randint(0, 6),
                due=r.choice([None, r.randint(3, 20)]),
                weight=r.randint(1, 10),
                after=tuple(f"p{k}" for k in range(i) if r.random() < 0.25),
                team=r.choice("AB") if teams else None,
            )
            for i in range(seed % 6)
        ),
        (InFlight("f", (("credits", 20),), Duration(4), team="A" if teams else None),),
        teams,
    )


def least(problem: Problem) -> float:
    """The least Z of all orders of placing: one of them is an optimal plan.

    Sprecher, Kolisch, Drexl (1995): for a measure that never gains by waiting, an active schedule
    is optimal, and each of these is made by some order.
    """
    arrays = arrays_of(problem)
    rows = range(arrays.n)
    return min(
        cost_of(arrays, placed(arrays, np.array(order, dtype=np.int64)))
        for order in permutations(rows)
    )


@pytest.mark.parametrize("seed", SMALL)
def test_what_prices_prove_for_chains_is_what_their_best_starts_cost(seed: int) -> None:
    arrays = arrays_of(tiny(seed))
    _, starts = first_orders(arrays)
    relaxation = Relaxation(arrays, starts)
    if relaxation.done:
        return
    priced = relaxation._capacity
    prices = np.random.default_rng(seed).integers(0, 40, priced.shape).astype(float)
    days = priced.shape[1]
    parent = relaxation._parent

    def cheapest(j: int, begin: int) -> float:
        """The least that row ``j`` and what comes after it can cost from a day on."""
        least = np.inf
        for start in range(max(begin, int(relaxation._ready[j])), 3 * days):
            finish = start + int(relaxation._dur[j])
            cost = relaxation._flow[j] * (finish - relaxation._ready0[j])
            cost += relaxation._late[j] * max(0, finish - relaxation._due[j])
            cost += float(relaxation._demand[j] @ prices[:, start:finish].sum(axis=1))
            cost += sum(cheapest(int(c), finish) for c in np.flatnonzero(parent == j))
            least = min(least, cost)
            if start >= days:
                break
        return float(least)

    expected = sum(cheapest(int(j), 0) for j in np.flatnonzero(parent < 0))
    choice = relaxation._ready.copy()
    for _ in range(2):  # from the earliest starts, and from the best ones
        found = relaxed(
            prices, priced, relaxation._demand, relaxation._dur, relaxation._ready,
            relaxation._ready0, relaxation._due, relaxation._late, relaxation._flow, parent,
            relaxation._bottom_up, relaxation._child_from, relaxation._child,
            relaxation._table_row, relaxation._table, choice,
        )  # fmt: skip
        assert found == pytest.approx(expected - float((prices * priced).sum()))


@pytest.mark.parametrize("seed", SMALL)
def test_no_bound_is_above_the_best_of_all_plans(seed: int) -> None:
    problem = tiny(seed)
    arrays = arrays_of(problem)
    _, starts = first_orders(arrays)
    best = least(problem)
    relaxation = Relaxation(arrays, starts)
    while not relaxation.done and relaxation.steps < STEPS:
        relaxation.climb(cost_of(arrays, starts))
        assert relaxation.bound <= best + 1e-6
    if not problem.teams:
        proof = prove(arrays, starts, cost_of(arrays, starts), seconds=None)
        assert proof.lower_bound <= best + 1e-6
        assert cost_of(arrays, proof.starts) == pytest.approx(best), "CP-SAT solves all of these"


def test_a_bound_that_left_a_price_out_would_be_seen() -> None:
    """The negative control: without what the capacity costs, the sum is no bound any more."""
    above = 0
    for seed in SMALL:
        arrays = arrays_of(tiny(seed))
        _, starts = first_orders(arrays)
        relaxation = Relaxation(arrays, starts)
        relaxation.climb(cost_of(arrays, starts), 100)
        paid = float((relaxation.best * relaxation._capacity).sum())
        above += relaxation.bound + paid > least(tiny(seed)) + 1e-6
    assert above > 5


@pytest.mark.parametrize("seed", SMALL)
def test_small_problems_are_solved_and_called_optimal_only_when_they_are(seed: int) -> None:
    problem = tiny(seed)
    plan = solve(problem, iterations=300)
    assert plan.measure.z == pytest.approx(least(problem))
    if not problem.teams:
        assert plan.status is Status.OPTIMAL


@pytest.mark.parametrize("seed", range(0, 200, 5))
def test_every_plan_keeps_the_rules_and_is_no_worse_than_the_first(seed: int) -> None:
    problem = problem_of(seed)
    first = solve(problem, iterations=0)
    plan = solve(problem, iterations=100)
    check(problem, plan)
    if None not in plan.starts.values():
        assert plan.measure.z <= first.measure.z + 1e-6
    assert plan.lower_bound <= plan.measure.z


def test_with_iterations_the_seed_decides() -> None:
    for seed in (31, 33, 38):
        problem = problem_of(seed)
        plan = solve(problem, iterations=200, seed=7)
        again = solve(replace(problem, projects=problem.projects[::-1]), iterations=200, seed=7)
        assert plan == replace(again, seconds=plan.seconds)


def test_it_says_how_far_it_is_and_stops_when_told() -> None:
    seen: list[Progress] = []

    def stop_at_the_third(progress: Progress) -> bool:
        seen.append(progress)
        return len(seen) == 3

    problem = problem_of(39)
    plan = solve(problem, time_limit=60, on_progress=stop_at_the_third)
    assert plan.stopped
    assert len(seen) == 3
    assert [progress.z for progress in seen] == sorted((p.z for p in seen), reverse=True)


def test_it_says_so_some_times_a_second_however_short_its_rounds_are() -> None:
    seen: list[float] = []
    solve(crowded(), time_limit=1.0, on_progress=lambda progress: seen.append(progress.seconds))
    assert 2 <= len(seen) <= 11
    assert all(later - earlier >= 0.1 for earlier, later in pairwise(seen))


def test_ctrl_c_returns_the_best_plan_so_far() -> None:
    asked = Event()

    def interrupt(_: Progress) -> None:
        asked.set()
        raise KeyboardInterrupt

    problem = problem_of(39)
    plan = solve(problem, time_limit=60, on_progress=interrupt)
    assert asked.is_set()
    assert plan.stopped
    check(problem, plan)


OVER_AND_OVER = """
import signal
from callsheet.planner.solve import solve
from callsheet.planner.progress import Progress
from tests.property.test_planner_search import crowded

# A shell that runs the tests in the background has them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
said = []
def tell(progress: Progress) -> None:
    if progress.seconds > 4 and not said:
        said.append(print("proving", flush=True))

plan = solve(crowded(), time_limit=20, on_progress=tell)
print(plan.stopped, None in plan.starts.values(), plan.seconds < 19, flush=True)
"""


def crowded() -> Problem:
    """Forty projects that compete, too many for a proof within seconds."""
    r = random.Random(5)
    return Problem(
        (Resource("credits", ((0, 60),)),),
        tuple(
            Project(
                f"p{i}",
                (("credits", r.choice([10, 15, 20, 25, 30])),),
                Duration(r.randint(5, 40)),
                ready=r.randint(0, 60),
                due=r.randint(20, 120),
                weight=r.randint(1, 10),
            )
            for i in range(40)
        ),
    )


def test_ctrl_c_during_the_proof_returns_the_best_plan_so_far() -> None:
    # In a process of its own: the signal met OR-Tools' handler, which ended everything. A fifth
    # of the time goes to the search, so after 4 of 20 seconds CP-SAT is at work.
    with subprocess.Popen(
        [sys.executable, "-c", OVER_AND_OVER], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "proving\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "True False True\n"
    assert process.returncode == 0


@pytest.mark.parametrize(
    "problem",
    [
        Problem((Resource("credits", ((0, 60),)),), ()),
        Problem(
            (Resource("credits", ((0, 60),)),),
            (Project("p", (("credits", 60),), Duration(5), due=5),),
        ),
        Problem(
            (Resource("credits", ((0, 60),)),),
            (Project("p", (("credits", 65),), Duration(5), due=5),),
        ),
        Problem(
            (Resource("credits", ((0, 60), (3, 0), (30, 60))),),
            tuple(Project(f"p{i}", (("credits", 60),), Duration(5), due=5) for i in range(3)),
        ),
        Problem(
            (Resource("credits", ((0, 20),)),),
            (Project("p", (("credits", 20),), Duration(5), due=5),),
            (InFlight("f", (("credits", 60),), Duration(9)),),
        ),
    ],
    ids=[
        "no project",
        "all of the capacity",
        "more than there is",
        "to zero and back",
        "overdrawn",
    ],
)
def test_degenerate_problems_have_checked_plans(problem: Problem) -> None:
    plan = solve(problem, iterations=100)
    too_large = any(project.credits > 60 for project in problem.projects)
    assert (plan.status is Status.INFEASIBLE) == too_large
    assert too_large or plan.status is Status.OPTIMAL


@pytest.mark.parametrize("seed", [n for n in SMALL if n % 4])
def test_more_capacity_never_worsens_the_best_of_all_plans(seed: int) -> None:
    problem = tiny(seed)
    credits, *others = problem.resources
    more = Resource("credits", tuple((day, units + 10) for day, units in credits.capacity))
    assert least(replace(problem, resources=(more, *others))) <= least(problem) + 1e-6


def kernels(arrays: Arrays) -> Iterator[tuple[object, ...]]:
    """What every kernel gives, compiled and as plain Python."""
    _, starts = first_orders(arrays)
    order = order_of(starts)
    a = arrays
    costs = (a.ready, a.ready0, a.due, a.late_cost, a.flow_cost)
    network = (a.pred_from, a.pred)
    limits = (a.may_borrow, a.may_lend)
    heats = (7, 150, 400.0, 5.0)
    made = []
    for kernel in (serial, serial.py_func):
        placed_at = np.empty(a.n, np.int64)
        z = kernel(
            order, np.inf, 0.0, a.free.copy(), a.demand, a.dur, *costs, *network, a.team, a.own,
            a.team_used.copy(), *limits, a.days, placed_at, np.empty(a.n + 1, np.int64),
        )  # fmt: skip
        made.append([z, *placed_at])
    yield tuple(made)
    yield tuple(
        kernel(order.copy(), a.free, a.demand, a.dur, *costs, *network, a.team, a.own, a.team_used,
               *limits, a.days, *heats, 5)[0]
        for kernel in (shuffle, shuffle.py_func)
    )  # fmt: skip
    both = []
    for kernel in (ripple, ripple.py_func):
        free, used = left_by(a, starts)
        both.append(
            kernel(starts.copy(), free, a.demand, a.dur, *costs, *network, a.succ_from, a.succ,
                   a.team, a.own, used, *limits, a.days, *heats, 6)[0]
        )  # fmt: skip
    yield tuple(both)


@pytest.mark.parametrize("seed", [19, 21, 38])
def test_compiled_and_plain_python_agree(seed: int) -> None:
    arrays = arrays_of(problem_of(seed))
    for compiled, plain in kernels(arrays):
        assert (np.asarray(compiled) == np.asarray(plain)).all()


@pytest.mark.parametrize("seed", [19, 21, 33, 38])
def test_what_a_move_leaves_free_is_what_its_starts_leave_free(seed: int) -> None:
    a = arrays_of(problem_of(seed))
    _, starts = first_orders(a)
    before = cost_of(a, starts)
    free, used = left_by(a, starts)
    best, gain = ripple(
        starts, free, a.demand, a.dur, a.ready, a.ready0, a.due, a.late_cost, a.flow_cost,
        a.pred_from, a.pred, a.succ_from, a.succ, a.team, a.own, used, a.may_borrow, a.may_lend,
        a.days, 3, 2000, 400.0, 5.0, 8,
    )  # fmt: skip
    again, used_again = left_by(a, starts)
    assert (free == again).all()
    assert (used == used_again).all()
    assert cost_of(a, best) == pytest.approx(before - gain)
    assert (starts < NEVER).sum() == (best < NEVER).sum()
