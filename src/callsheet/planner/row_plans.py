"""The plan that starts by row mean: the way back from what the searches work on."""

from __future__ import annotations

from callsheet.planner.arrays import Arrays, Ints
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.plan import Measure, Plan, Status, measure
from callsheet.planner.problem import Problem


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
        lower_bound=judged.z if proved else min(lower_bound, judged.z),
        method=method,
        seconds=seconds,
        seed=seed,
        iterations=iterations,
        stopped=stopped,
    )
