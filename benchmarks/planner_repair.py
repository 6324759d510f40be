"""What stability costs: repairs of plans in which projects slip, against plans from scratch.

``python -m benchmarks.planner_repair [--json]``. Instances of ``planner_instances`` with 100
projects; three of the tenth that starts first take 8 working days longer. All searches are limited
by iterations, so that the figures are the same on every machine. Lateness is weighted tardiness
above that of the plan from scratch, over weighted tardiness of the shifted plan above it: 0 is as
good as from scratch, 1 as bad as shifting right alone.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from benchmarks.planner_instances import instance
from benchmarks.report import Report
from callsheet.planner.plan import Plan
from callsheet.planner.problem import Duration, Problem
from callsheet.planner.repair import repair
from callsheet.planner.solve import solve

SEEDS = 8
LOADS = (0.9, 1.1)
STABILITIES = (0.0, 0.5, 1.0, 2.0, 5.0, 20.0)
SLIPPED, DAYS = 3, 8
ITERATIONS = 4_000


def main() -> None:
    """Measure and print."""
    report = Report("planner repair")
    for load in LOADS:
        moved: dict[str, list[float]] = {}
        lateness: dict[str, list[float]] = {}
        for seed in range(SEEDS):
            problem = instance(100, load, seed)
            old = solve(problem, iterations=ITERATIONS, seed=seed)
            starts = {id: day for id, day in old.starts.items() if day is not None}
            changed = _slipped(problem, old)
            scratch = solve(changed, iterations=ITERATIONS, seed=seed)
            shifted = repair(changed, starts, iterations=0)
            plans = {"from scratch": scratch, "shifted right": shifted.plan}
            for stability in STABILITIES:
                found = repair(
                    changed, starts, stability=stability, other=scratch, seed=seed,
                    iterations=10 * ITERATIONS,
                )  # fmt: skip
                plans[f"stability {stability:g}"] = found.plan
            base = scratch.measure.tardiness
            span = max(1.0, shifted.plan.measure.tardiness - base)
            for name, plan in plans.items():
                count = sum(plan.starts[id] != day for id, day in starts.items())
                moved.setdefault(name, []).append(count)
                lateness.setdefault(name, []).append((plan.measure.tardiness - base) / span)
        for name in moved:
            report.figure(f"load {load:g}, {name}: moved", moved[name], "starts")
            report.figure(f"load {load:g}, {name}: lateness", lateness[name], "of 1")
        shares = [
            mine / max(1.0, theirs)
            for mine, theirs in zip(moved["stability 2"], moved["from scratch"], strict=True)
        ]
        report.at_most(
            f"load {load:g}: moved ÷ moved from scratch",
            median(shares),
            0.5,
            "In overload nearly everything is late, and many moves save more than two days.",
        )
    report.show()


def _slipped(problem: Problem, plan: Plan) -> Problem:
    """The problem in which some of the projects that start first take longer."""
    longer = set(plan.order[: len(plan.order) // 10][-SLIPPED:])
    projects = tuple(
        replace(project, duration=Duration(project.duration.p50 + DAYS))
        if project.id in longer
        else project
        for project in problem.projects
    )
    return replace(problem, projects=projects)


if __name__ == "__main__":
    main()
