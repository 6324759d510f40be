"""What a repair promises, on awkward problems that change in every way, and against all plans."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from callsheet.planner.arrays import arrays_of
from callsheet.planner.check import check, violations_of
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.mending import mend, moves_cost
from callsheet.planner.move_prices import price_of
from callsheet.planner.plan import Plan, Status, measure
from callsheet.planner.problem import Duration, Problem, ProblemError, Project, Resource, Team
from callsheet.planner.progress import Progress
from callsheet.planner.repair import Repair, repair
from callsheet.planner.repair_reasons import Why, moves
from callsheet.planner.search import cost_of, first_orders, left_by
from callsheet.planner.solve import solve
from tests.property.test_planner_plans import problem_of

SEEDS = range(1, 120, 4)


def disturbed(seed: int) -> tuple[Problem, dict[str, int], Plan]:
    """A problem, its old starts, and the old plan's problem changed: slips, capacity, newcomers."""
    r = random.Random(seed)
    problem = problem_of(seed)
    plan = solve(problem, iterations=0)
    starts = {id: day for id, day in plan.starts.items() if day is not None}
    for id in r.sample(sorted(starts), len(starts) // 10):
        del starts[id]
    projects = tuple(
        replace(
            project,
            duration=Duration(project.duration.p50 + r.choice([0, 0, 0, 0, 7])),
            ready=project.ready + r.choice([0, 0, 0, 9]),
        )
        for project in problem.projects
    )
    first, *rest = problem.resources
    less = r.choice([0, 0, 20])
    steps = tuple((day, max(0, units - less)) for day, units in first.capacity)
    changed = replace(problem, projects=projects, resources=(replace(first, capacity=steps), *rest))
    return changed, starts, plan


def test_every_repair_is_a_valid_plan() -> None:
    kinds = set()
    for seed in range(120):
        problem, starts, _ = disturbed(seed)
        found = repair(problem, starts, iterations=300, frozen=20, seed=seed)
        check(problem, found.plan)
        after = found.plan.starts
        for id, home in starts.items():
            now = after[id]
            assert found.moved.get(id, 0) == (None if now is None else now - home)
        assert found.price == pytest.approx(price_of(problem, starts, after))
        kinds.add((bool(found.moved), bool(found.thawed), found.plan.status))
    assert len(kinds) > 3


def test_nothing_moves_where_nothing_must() -> None:
    moved = 0
    for seed in range(1, 200):
        problem = problem_of(seed)
        plan = solve(problem, iterations=0)
        starts = {id: day for id, day in plan.starts.items() if day is not None}
        found = repair(problem, starts, improve=False, iterations=200)
        assert found.moved == {}
        assert found.plan.starts == plan.starts
        # The negative control: allowed to look for better, it does move some.
        moved += bool(repair(problem, starts, stability=0.1, iterations=200).moved)
    assert moved > 10


def test_what_is_proved_to_be_the_best_does_not_move() -> None:
    proved = 0
    for seed in range(12):
        problem, _ = small(seed)
        plan = solve(problem, iterations=100)
        if plan.status is Status.OPTIMAL:
            proved += 1
            starts = {id: day for id, day in plan.starts.items() if day is not None}
            assert repair(problem, starts, iterations=500, stability=0.01).moved == {}
    assert proved > 5


def test_frozen_starts_stay_wherever_they_can() -> None:
    kept = thawed = 0
    for seed in range(120):
        problem, starts, _ = disturbed(seed)
        found = repair(problem, starts, iterations=300, frozen=30)
        near = {id: day for id, day in starts.items() if day < 30}
        held = {id: day for id, day in near.items() if id not in found.thawed}
        assert {id: found.plan.starts[id] for id in held} == held
        kept, thawed = kept + len(held), thawed + len(found.thawed)
        for id in found.thawed:
            if not problem.by_id[id].credits:
                continue  # what needs nothing still waits while too much is in production
            # Beside those that stay, at home, it would break a rule.
            then: dict[str, int | None] = {p.id: None for p in problem.projects}
            plan = Plan(then | held | {id: starts[id]}, Status.FEASIBLE, measure(problem, then), 0)
            said = [s for s in violations_of(problem, plan) if id in s or " on day " in s]
            assert [said_of for said_of in said if "left out" not in said_of], id
    assert kept > 50
    assert thawed > 10


def test_it_costs_no_more_than_the_plan_from_scratch() -> None:
    nearer = 0
    for seed in SEEDS:
        problem, starts, _ = disturbed(seed)
        scratch = solve(problem, iterations=50)
        found = repair(problem, starts, other=scratch, iterations=50)
        never = [{id for id, day in p.starts.items() if day is None} for p in (scratch, found.plan)]
        if never[0] != never[1]:
            continue
        price = price_of(problem, starts, scratch.starts)
        assert found.plan.measure.z + found.price <= scratch.measure.z + price + 1e-6
        if scratch.measure.z <= found.plan.measure.z:
            assert found.price <= price + 1e-6
            nearer += found.price < price - 1e-6
    assert nearer > 3


def test_the_same_arguments_give_the_same_repair() -> None:
    for seed in SEEDS:
        problem, starts, _ = disturbed(seed)
        first = repair(problem, starts, iterations=200, seed=3)
        turned = replace(problem, projects=problem.projects[::-1])
        again = repair(turned, dict(reversed(starts.items())), iterations=200, seed=3)
        assert again == replace(first, plan=replace(first.plan, seconds=again.plan.seconds))


def test_why_it_moved_is_so_by_the_judge_of_plans() -> None:
    seen = set()
    for seed in range(120):
        problem, starts, _ = disturbed(seed)
        found = repair(problem, starts, iterations=100)
        why = moves(problem, starts, found.plan)
        assert {id: None if m.now is None else m.now - m.before for id, m in why.items()} == (
            found.moved
        )
        for id, move in why.items():
            if move.now is None or not problem.by_id[id].credits:
                continue
            then: dict[str, int | None] = {**found.plan.starts, id: move.before}
            back = replace(found.plan, starts=then, measure=measure(problem, then), lower_bound=0)
            said = [s for s in violations_of(problem, back) if "left out" not in s]
            own = [s for s in said if s.startswith(f"{id} starts")]
            crowded = [s for s in said if "in use" in s or "borrow" in s]
            assert (move.why is Why.READY) == any("ready" in s for s in own)
            if move.why is Why.PREDECESSOR:
                assert any(other in s for s in own for other in move.waits_for)
            elif move.why is Why.CREDITS:
                assert any(f"on day {move.day}" in s for s in crowded)
            elif move.why is Why.BETTER:
                assert crowded == own == []
            seen.add(move.why)
    assert seen == set(Why) - {Why.NEVER}


def small(seed: int) -> tuple[Problem, dict[str, int]]:
    """Four projects that had starts, under capacities that no longer hold them."""
    r = random.Random(seed)
    teams = (Team("A", ((0, 10),), 10, 5), Team("B", ((0, 10),), 0, None)) if seed % 3 == 0 else ()
    problem = Problem(
        (Resource("credits", ((0, 20), (4, 10), (7, 20))),),
        tuple(
            Project(
                f"p{i}",
                (("credits", r.choice([5, 10])),),
                Duration(r.randint(1, 4)),
                ready=r.randint(0, 3),
                due=r.randint(2, 8),
                weight=r.randint(1, 5),
                after=(f"p{i - 1}",) if i and r.random() < 0.3 else (),
                team=r.choice("AB") if teams else None,
            )
            for i in range(4)
        ),
        teams=teams,
    )
    return problem, {f"p{i}": r.randint(0, 8) for i in range(3)}


def plans_of(problem: Problem) -> Iterator[dict[str, int | None]]:
    """All starts of a small problem that break no rule."""
    for days in product(range(14), repeat=len(problem.projects)):
        starts: dict[str, int | None] = dict(zip(sorted(problem.by_id), days, strict=True))
        if any(starts[p.id] < p.ready for p in problem.projects):  # type: ignore[operator]
            continue
        plan = Plan(starts, Status.FEASIBLE, measure(problem, starts), 0.0)
        if not violations_of(problem, plan):
            yield starts


@pytest.mark.parametrize("seed", range(6))
def test_small_repairs_are_the_best_of_all_plans(seed: int) -> None:
    problem, starts = small(seed)
    for stability in (0.3, 2.0):
        least = min(
            measure(problem, plan).z + price_of(problem, starts, plan, stability)
            for plan in plans_of(problem)
        )
        found = repair(problem, starts, stability=stability, iterations=3000)
        assert found.plan.measure.z + found.price == pytest.approx(least)


def test_stability_is_what_it_says() -> None:
    """Two projects on one day, credits for one: a day of lateness against a moved start."""
    problem = Problem(
        (Resource("credits", ((0, 10),)),),
        (
            Project("old", (("credits", 10),), Duration(2), due=4),
            Project("new", (("credits", 10),), Duration(3), due=3),
        ),
    )

    def moved(stability: float) -> dict[str, int | None]:
        return repair(problem, {"old": 0}, stability=stability, iterations=500).moved

    # If old stays, new is 2 days late; if old goes behind new, by 3 days, it is 1 day late itself.
    assert moved(0.5) == {"old": 3}
    assert moved(1.5) == {}


def test_progress_and_ctrl_c() -> None:
    problem, starts, _ = disturbed(119)
    seen: list[Progress] = []

    def stop(progress: Progress) -> bool:
        seen.append(progress)
        return len(seen) == 2

    found = repair(problem, starts, time_limit=60, on_progress=stop)
    assert (found.plan.stopped, len(seen)) == (True, 2)

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    again: Repair = repair(problem, starts, time_limit=60, on_progress=interrupt)
    assert again.plan.stopped
    check(problem, again.plan)


@pytest.mark.parametrize(
    ("starts", "stability"), [({"nobody": 3}, 1.0), ({"p000": 10**9}, 1.0), ({}, float("nan"))]
)
def test_bad_arguments_are_refused(starts: dict[str, int], stability: float) -> None:
    with pytest.raises(ProblemError):
        repair(problem_of(5), starts, stability=stability, iterations=0)


@pytest.mark.parametrize("seed", [19, 21, 33, 38])
def test_a_mending_keeps_its_books_compiled_or_not(seed: int) -> None:
    a = arrays_of(problem_of(seed))
    _, first = first_orders(a)
    homes = np.where(np.arange(a.n) % 5 == 0, NEVER, np.minimum(first, a.days) + 3)
    movable = np.flatnonzero(np.arange(a.n) % 7 > 0)
    found = []
    for kernel, count in ((mend, 1500), (mend, 60), (mend.py_func, 60)):
        starts = first.copy()
        free, used = left_by(a, starts)
        best, gain = kernel(
            starts, homes, movable, 900.0, 30.0, free, a.demand, a.dur, a.ready, a.ready0, a.due,
            a.late_cost, a.flow_cost, a.pred_from, a.pred, a.succ_from, a.succ, a.team, a.own,
            used, a.may_borrow, a.may_lend, a.days, 3, count, 400.0, 5.0, 8,
        )  # fmt: skip
        again, used_again = left_by(a, starts)
        assert (free == again).all()
        assert (used == used_again).all()
        fixed = np.arange(a.n) % 7 == 0
        assert (best[fixed] == first[fixed]).all()
        cost = [cost_of(a, s) + moves_cost(s, homes, 900.0, 30.0, a.days) for s in (first, best)]
        assert cost[1] == pytest.approx(cost[0] - gain)
        found.append(best)
    assert (found[1] == found[2]).all()
