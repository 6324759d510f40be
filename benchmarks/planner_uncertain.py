"""Orders of the queue when durations vary by a sigma of 0.3, against first come and a tuned rule.

Everybody's order is judged on 1,000 fresh replications of the same queue; ours and the rule's look-
ahead are chosen on other ones. The time limits are those of the cells with known durations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from benchmarks.planner_tardiness_rule import TardinessRule
from benchmarks.report import Report
from callsheet.planner.arrays import arrays_of
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem
from callsheet.planner.scenarios import Scenarios, scenarios_of
from callsheet.planner.simulate import play, queue_order
from callsheet.planner.solve import solve
from callsheet.planner.stochastic import solve_stochastic
from callsheet.planner.training import scenarios_for, training

SIGMA = 0.3
SECONDS = {50: 1.0, 100: 1.0, 200: 2.0}
STRICT = {0.9: 0.55, 1.1: 0.35}
RULE = {0.9: 0.95, 1.1: 0.88}
FRESH = 1_000
FRESH_SEED = 1

type Pairs = list[tuple[float, float]]
type Interval = Callable[[Pairs], tuple[float, float]]


def uncertain(
    report: Report,
    cell: Callable[[int, float], Iterable[Problem]],
    sizes: Iterable[int],
    interval: Interval,
) -> None:
    """Weighted tardiness of our order ÷ that of others, as ratios of sums over a cell's instances.

    ``cell`` gives the instances of a size and load; ``interval`` the one of a ratio of sums.
    """
    for n in sizes:
        for load in STRICT:
            found: dict[str, Pairs] = {}
            for problem in cell(n, load):
                ours, others = one(problem, SECONDS[n])
                for name, theirs in others.items():
                    found.setdefault(name, []).append((ours, theirs))
            where = f"n={n:,}, load {load}, {SECONDS[n]:g} s"
            limits = {"first come's": STRICT[load], "tuned rule's": RULE[load]}
            for name, pairs in found.items():
                low, high = interval(pairs)
                ratio = sum(a for a, _ in pairs) / sum(b for _, b in pairs)
                said = f"expected weighted tardiness ÷ {name}, {where}"
                report.figure(said, [low, ratio, high], "")
                if name in limits:
                    report.at_most(said, ratio, limits[name])


def one(problem: Problem, seconds: float) -> tuple[float, dict[str, float]]:
    """The expected weighted tardiness of our order, and of others by name, for one instance."""
    fresh = scenarios_of(problem, FRESH, FRESH_SEED)
    seen = training(problem, scenarios_for(problem), 0)
    ours = solve_stochastic(problem, time_limit=seconds).plan
    usual = solve(problem, time_limit=seconds)
    rule = TardinessRule(problem, arrays_of(problem))
    fixed = play(problem, QueuePolicy.PLANNED, rule.tuned_order(seen), fresh)
    return _tardiness(problem, QueuePolicy.PLANNED, fresh, ours), {
        "first come's": _tardiness(problem, QueuePolicy.STRICT, fresh),
        "tuned rule's": float(fixed.tardiness.mean()),
        "tuned rule's, ranked anew every day": rule.tardiness(rule.tuned_anew(seen), fresh),
        "that of a plan for usual durations": _tardiness(
            problem, QueuePolicy.PLANNED, fresh, usual
        ),
    }


def _tardiness(
    problem: Problem, policy: QueuePolicy, fresh: Scenarios, plan: Plan | None = None
) -> float:
    order = queue_order(problem, policy, plan)
    return float(play(problem, policy, order, fresh).tardiness.mean())
