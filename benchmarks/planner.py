"""The planner against its bound, first come, first served, a tuned rule, PyJobShop and SimPy.

``python -m benchmarks.planner [--json] [--quick] [--only=PART,PART]``. The instances are those of
``planner_instances``, 20 in each cell, held to the hashes below. ``--quick`` looks at 4 in each
cell and leaves the largest out: a first look, not a result. With ``PSPLIB=folder`` in the
environment the makespans of ``planner_psplib`` are compared, too. All of it takes over an hour;
``--only`` measures some parts, by the names in ``main``.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.planner_command import command
from benchmarks.planner_growth import growth
from benchmarks.planner_instances import digest, instance
from benchmarks.planner_peers import first_come, pyjobshop
from benchmarks.planner_psplib import makespans
from benchmarks.planner_simulation import simulation
from benchmarks.planner_uncertain import SECONDS, SIGMA, uncertain
from benchmarks.report import Report
from callsheet.planner.arrays import arrays_of
from callsheet.planner.bounds import STEPS, Relaxation
from callsheet.planner.plan import Plan, Status, gap_beyond_work
from callsheet.planner.problem import Problem
from callsheet.planner.solve import solve
from callsheet.planner.stochastic import solve_stochastic

LOADS = (0.7, 0.9, 1.1)
SEEDS = 20
ONLY = "--only="
# n: seconds, and the limits of the median gap in percent for each load
GAPS = {
    100: (1.0, (1.0, 8.0, 40.0)),
    200: (2.0, (0.4, 3.0, 25.0)),
    2_000: (10.0, (0.05, 0.2, 6.0)),
    10_000: (10.0, (0.05, 0.1, 1.5)),
}
PROVED = (0.95, 0.70, 0.40)
TARDINESS = {0.9: 0.85, 1.1: 0.80}
PEER = {100: 1.3, 200: 2.0, 500: 4.0}
FROZEN = {
    (20, 0.7): "4cba1e48f101851b",
    (20, 0.9): "79921cf50b59b534",
    (20, 1.1): "16ff6d0c4847ca3a",
    (50, 0.9): "278a91cdfc65e548",
    (50, 1.1): "f59b221f53f082d1",
    (100, 0.7): "0b3dc059e28b8532",
    (100, 0.9): "66ba70d56e22d6f9",
    (100, 1.1): "1ca7bf1276566b89",
    (200, 0.7): "a48df062c09cbe8a",
    (200, 0.9): "78d428699fa1a99e",
    (200, 1.1): "35f12a8cd37a773d",
    (500, 0.7): "e0535b34c66b90e9",
    (500, 0.9): "59989ebfcb6afe2f",
    (500, 1.1): "416ae6d588486b6c",
    (2_000, 0.7): "edc0eeeeafb0d54f",
    (2_000, 0.9): "afca2cc3fcd41e96",
    (2_000, 1.1): "66a3dd7d5070b043",
    (10_000, 0.7): "b4d058c3c4ff7cb0",
    (10_000, 0.9): "b21568cefe75757a",
    (10_000, 1.1): "f7da9af863e33de1",
}


def cell(n: int, load: float, seeds: int, sigma: float = 0.0) -> Iterator[Problem]:
    """The instances of one cell. Raises SystemExit where they are not the frozen ones.

    With another ``sigma`` they differ in nothing else.
    """
    problems = [instance(n, load, seed) for seed in range(seeds)]
    if seeds == SEEDS:
        found = sha256("".join(map(digest, problems)).encode()).hexdigest()[:16]
        if FROZEN.get((n, load)) != found:
            raise SystemExit(f"The instances of n = {n}, load {load} are others: {found}.")
    if sigma:
        problems = [instance(n, load, seed, sigma=sigma) for seed in range(seeds)]
    return iter(problems)


def warm() -> None:
    """Compile and import everything once, so that it is not measured."""
    solve(instance(20, 1.1, 999), time_limit=0.5)
    solve(instance(700, 1.1, 999), iterations=100)
    solve_stochastic(instance(20, 1.1, 999, sigma=SIGMA), time_limit=0.5)


def interval(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the ratio of sums of pairs."""
    draw = np.random.default_rng(0)
    values = np.array(pairs)
    picked = values[draw.integers(0, len(values), (2_000, len(values)))].sum(axis=1)
    low, high = np.quantile(picked[:, 0] / picked[:, 1], (0.025, 0.975))
    return float(low), float(high)


def first_plans(report: Report, seeds: int) -> None:
    """The first plan, in a warm process."""
    times = []
    for problem in cell(100, 1.1, seeds):
        begin = perf_counter()
        solve(problem, time_limit=0)
        times.append(1000 * (perf_counter() - begin))
    report.figure("first plan, n=100", times, "ms")
    report.at_most("first plan, n=100, ms", median(times), 30)


def gaps(report: Report, seeds: int, sizes: list[int]) -> None:
    """How far plans are from their bound, and from first come, first served."""
    for n in sizes:
        seconds, limits = GAPS[n]
        for load, limit in zip(LOADS, limits, strict=True):
            plans: list[tuple[Problem, Plan]] = [
                (problem, solve(problem, time_limit=seconds)) for problem in cell(n, load, seeds)
            ]
            name = f"n={n:,}, load {load}, {seconds:g} s"
            found = [100 * plan.gap for _, plan in plans]
            report.figure(f"gap, {name}", found, "%")
            report.figure(
                f"gap beyond the work itself, {name}",
                [100 * gap_beyond_work(problem, plan) for problem, plan in plans],
                "%",
            )
            report.at_most(f"median gap, {name}, %", median(found), limit)
            if load in TARDINESS:
                pairs = [
                    (plan.measure.tardiness, first_come(problem).tardiness)
                    for problem, plan in plans
                ]
                low, high = interval(pairs)
                ratio = sum(a for a, _ in pairs) / sum(b for _, b in pairs)
                report.figure(f"weighted tardiness ÷ first come's, {name}", [low, ratio, high], "")
                report.at_most(
                    f"weighted tardiness ÷ first come's, {name}", ratio, 1 - TARDINESS[load]
                )


def proofs(report: Report, seeds: int) -> None:
    """How many small problems are solved to a proof, and how far below these the bound stays."""
    for load, limit in zip(LOADS, PROVED, strict=True):
        solved = [(problem, solve(problem, time_limit=1.0)) for problem in cell(20, load, seeds)]
        proved = [pair for pair in solved if pair[1].status is Status.OPTIMAL]
        report.at_least(f"proved optimal, n=20, load {load}, 1 s", len(proved) / seeds, limit)
        if proved:
            below = [100 * (1 - priced(problem, plan) / plan.measure.z) for problem, plan in proved]
            report.figure(f"prices' bound below the optimum, n=20, load {load}", below, "%")


def priced(problem: Problem, plan: Plan) -> float:
    """The bound by prices alone, without what CP-SAT proves."""
    arrays = arrays_of(problem)
    starts = np.array([plan.starts[id] for id in arrays.ids], dtype=np.int64)
    relaxation = Relaxation(arrays, starts)
    while not relaxation.done and relaxation.steps < STEPS:
        relaxation.climb(plan.measure.z)
    return relaxation.bound


def peers(report: Report, seeds: int) -> None:
    """The same problems given to PyJobShop, one after the other on the same two cores."""
    for n, limit in PEER.items():
        pairs, without = [], 0
        for problem in cell(n, 1.1, seeds):
            theirs = pyjobshop(problem, 10.0)
            ours = solve(problem, time_limit=10.0)
            if theirs is None:
                without += 1
            else:
                pairs.append((theirs.z, ours.measure.z))
        if without:
            report.figure(f"no plan from PyJobShop, n={n}", [float(without)], "instances")
        if pairs:
            low, high = interval(pairs)
            ratio = sum(a for a, _ in pairs) / sum(b for _, b in pairs)
            report.figure(f"PyJobShop's Z ÷ ours, n={n}, 10 s", [low, ratio, high], "")
            report.at_least(f"PyJobShop's Z ÷ ours, n={n}, load 1.1, 10 s", ratio, limit)


def memory(report: Report) -> None:
    """The most memory that this process has had, the largest problems included."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    report.figure("memory at most", [most], "GB")
    report.at_most("memory at most, GB", most, 1.0)


def main() -> None:
    """Measure and print. Raises SystemExit for a part that does not exist."""
    quick = "--quick" in sys.argv
    seeds = 4 if quick else SEEDS
    parts: dict[str, Callable[[Report], object]] = {
        "command": command,
        "simulation": simulation,
        "first": lambda report: first_plans(report, seeds),
        "proofs": lambda report: proofs(report, seeds),
        "gaps": lambda report: gaps(report, seeds, [100, 200] if quick else list(GAPS)),
        "uncertain": lambda report: uncertain(
            report,
            lambda n, load: cell(n, load, seeds, SIGMA),
            [50, 100] if quick else list(SECONDS),
            interval,
        ),
        "memory": memory,
        "growth": growth,
        "makespans": lambda report: makespans(report, 4 if quick else None),
        "peers": lambda report: peers(report, 2 if quick else seeds),
    }
    chosen = chosen_parts(list(parts))
    some = f" ({', '.join(chosen)})" if len(chosen) < len(parts) else ""
    report = Report("planner" + some + (", a first look" if quick else ""))
    warm()
    for part in chosen:
        begin = perf_counter()
        parts[part](report)
        print(f"{part}: measured in {perf_counter() - begin:.0f} s", file=sys.stderr)
    report.show()


def chosen_parts(parts: list[str]) -> list[str]:
    """The parts that ``--only=`` names, in their order; all of them without it."""
    named = [word.removeprefix(ONLY).split(",") for word in sys.argv if word.startswith(ONLY)]
    wanted = {part for names in named for part in names}
    if unknown := wanted - set(parts):
        raise SystemExit(f"No such part: {', '.join(unknown)}. There are {', '.join(parts)}.")
    return [part for part in parts if part in wanted] or parts


if __name__ == "__main__":
    main()
