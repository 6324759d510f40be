"""The planner's front door: a problem in, a checked plan out."""

from __future__ import annotations

from time import perf_counter

from callsheet.planner.arrays import Arrays, Ints, arrays_of
from callsheet.planner.check import check
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.plan import Measure, Plan, Status, measure
from callsheet.planner.problem import Problem
from callsheet.planner.search import first_orders


def solve(problem: Problem) -> Plan:
    """A first plan, at once: the best of the priority rules, with no bound proved for it.

    The plan has been checked independently.
    """
    begin = perf_counter()
    arrays = arrays_of(problem)
    _, starts = first_orders(arrays)
    plan = plan_of(problem, arrays, starts, method="rule", seconds=perf_counter() - begin)
    check(problem, plan)
    return plan


def plan_of(
    problem: Problem,
    arrays: Arrays,
    starts: Ints,
    *,
    lower_bound: float = 0.0,
    proved: bool = False,
    method: str = "",
    seconds: float = 0.0,
    seed: int = 0,
    iterations: int = 0,
    stopped: bool = False,
) -> Plan:
    """A plan from the starts by row."""
    by_id: dict[str, int | None] = {
        id: None if start >= NEVER else int(start)
        for id, start in zip(arrays.ids, starts, strict=True)
    }
    judged: Measure = measure(problem, by_id)
    if None in by_id.values():
        status = Status.INFEASIBLE
    elif proved:
        status = Status.OPTIMAL
    else:
        status = Status.FEASIBLE
    return Plan(
        starts=by_id,
        status=status,
        measure=judged,
        lower_bound=min(lower_bound, judged.z),
        method=method,
        seconds=seconds,
        seed=seed,
        iterations=iterations,
        stopped=stopped,
    )
