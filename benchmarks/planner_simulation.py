"""The queue under uncertain durations: our Monte Carlo, and SimPy with the same policy.

SimPy gets durations that are sampled already; ours samples them within its time. Both must start
the same projects on the same days, or nothing is measured.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time

from benchmarks.planner_instances import instance
from benchmarks.planner_simpy import simpy_starts
from benchmarks.report import Report, interleaved
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem
from callsheet.planner.scenarios import scenarios_of
from callsheet.planner.simulate import queue_order, simulate

REPLICATIONS = 1_000
PLAYED = 10  # replications that SimPy plays in one round
LOADS = (0.9, 1.1)
ROUNDS = 15
SIGMA = 0.3


def simulation(report: Report) -> None:
    """1,000 replications of 200 projects, by turns with SimPy; milliseconds and ratios."""
    machine = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    for load in LOADS:
        problem = instance(200, load, 0, sigma=SIGMA)
        hold_equal(problem)
        name = f"1,000 times n=200, load {load}"
        walls = _measured(problem, perf_counter)
        report.figure(f"Monte Carlo, {name}, machine's load {machine}", walls["ours"], "ms")
        report.figure(f"SimPy, {name} (from {PLAYED})", walls["SimPy"], "ms")
        work = _measured(problem, process_time)
        report.figure(f"Monte Carlo, {name}, processor time", work["ours"], "ms")
        ratios = [theirs / ours for ours, theirs in zip(work["ours"], work["SimPy"], strict=True)]
        report.figure(f"SimPy ÷ ours, {name}, processor time", ratios, "")
        ratios = [theirs / ours for ours, theirs in zip(walls["ours"], walls["SimPy"], strict=True)]
        report.figure(f"SimPy ÷ ours, {name}", ratios, "")
        busy = f"The machine's load was {machine}."
        report.at_most(f"Monte Carlo, {name}, ms", median(walls["ours"]), 20, busy)
        report.at_least(f"SimPy ÷ ours, {name}", median(ratios), 50, busy)


def hold_equal(problem: Problem) -> None:
    """Raise SystemExit where SimPy starts something on another day."""
    ours = simulate(problem, QueuePolicy.BACKFILL, replications=PLAYED)
    if _simpy(problem) != ours.starts.tolist():
        raise SystemExit("SimPy's starts are others: the policies differ.")


def _measured(problem: Problem, clock: Callable[[], float]) -> dict[str, list[float]]:
    """Milliseconds for 1,000 replications, by round."""
    seconds = interleaved(
        ROUNDS,
        {
            "ours": lambda: simulate(problem, QueuePolicy.BACKFILL, replications=REPLICATIONS),
            "SimPy": lambda: _simpy(problem),
        },
        clock,
    )
    scale = {"ours": 1_000.0, "SimPy": 1_000.0 * REPLICATIONS / PLAYED}
    return {name: [scale[name] * one for one in found] for name, found in seconds.items()}


def _simpy(problem: Problem) -> list[list[int]]:
    sampled = scenarios_of(problem, PLAYED)
    order = queue_order(problem, QueuePolicy.BACKFILL).tolist()
    safe = {project.id: project.duration.p80 for project in problem.projects}
    return [
        simpy_starts(problem, safe, order, projects.tolist(), in_flight.tolist())
        for projects, in_flight in zip(sampled.projects, sampled.in_flight, strict=True)
    ]


if __name__ == "__main__":
    found = Report("simulation of the queue")
    simulation(found)
    found.show()
