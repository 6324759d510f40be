"""How the planner's time and memory grow with the number of projects.

``python -m benchmarks.planner_growth N`` measures one size in a process of its own and prints it
as JSON, so that the memory is that size's alone.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from time import perf_counter, process_time

from benchmarks.planner_instances import instance
from benchmarks.report import Report
from callsheet.planner.arrays import arrays_of
from callsheet.planner.bounds import Relaxation
from callsheet.planner.search import cost_of, first_orders, order_of, placed, rippled
from callsheet.planner.solve import solve

SIZES = (100, 1_000, 10_000, 50_000)
STEPS = 100
MOVES = 20_000
LIMIT = 2.0
"""Seconds asked of the whole planner: with the largest size, hardly enough for anything."""

BEYOND = 1.5
"""So many seconds longer it may take then, with the plan checked."""

WHOLE = f"a plan that was asked for in {LIMIT:g} s"


def growth(report: Report) -> None:
    """Note for each size what the parts cost, and the memory of a process that does them all.

    A schedule is placed in n · days of waiting; the bound's step is n · days; a move takes a few
    neighbours whatever n is. Memory grows with the instance, its days and, for the bound, one
    table row for each project in a chain.
    """
    for n in SIZES:
        measured = subprocess.run(
            [sys.executable, "-m", "benchmarks.planner_growth", str(n)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name, (value, unit) in json.loads(measured.stdout).items():
            report.figure(f"{name}, n={n:,}", [value], unit)
            if name == WHOLE and n == SIZES[-1]:
                report.at_most(f"{name}, n={n:,}, s", value, LIMIT + BEYOND)


def measure(n: int) -> dict[str, tuple[float, str]]:
    """Processor time of each part, elapsed time of a plan, and the most memory, of one instance at
    a load of 1.1.
    """
    small = arrays_of(instance(50, 1.1, 0))
    _, starts = first_orders(small)
    Relaxation(small, starts).climb(1e9)
    rippled(small, starts, 0, 10, (1.0, 0.1))
    problem = instance(n, 1.1, 0)
    begin = process_time()
    arrays = arrays_of(problem)
    _, starts = first_orders(arrays)
    first = process_time()
    order = order_of(starts)
    for _ in range(10):
        placed(arrays, order)
    one = process_time()
    relaxation = Relaxation(arrays, starts)
    relaxation.climb(cost_of(arrays, starts), STEPS)
    bound = process_time()
    rippled(arrays, starts, 0, MOVES, (1.0, 0.1))
    moved = process_time()
    elapsed = perf_counter()
    solve(problem, time_limit=LIMIT)
    elapsed = perf_counter() - elapsed
    return {
        "first plan": (1e3 * (first - begin), "ms"),
        "one schedule": (1e5 * (one - first), "µs"),
        "one step of the bound": (1e6 * (bound - one) / STEPS, "µs"),
        "one move": (1e6 * (moved - bound) / MOVES, "µs"),
        WHOLE: (elapsed, "s"),
        "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB"),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
