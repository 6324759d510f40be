"""What it costs that a start is not what it was, in the unit of Z (decision 0149)."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from callsheet.planner.problem import Problem, ProblemError

STABILITY = 2.0
"""A moved start counts as much as so many days of lateness of a project of mean weight."""

FAR = 0.05
"""A moved start costs so much more for each working day that it is away from its old one."""


def price_of(
    problem: Problem,
    before: Mapping[str, int],
    after: Mapping[str, int | None],
    stability: float = STABILITY,
) -> float:
    """What it costs, in the unit of Z, that starts are not what they were before."""
    move, far = prices_of(problem, stability)
    moved = [
        abs(start - before[id])
        for id, start in after.items()
        if start is not None and start != before.get(id, start)
    ]
    return move * len(moved) + far * sum(moved)


def prices_of(problem: Problem, stability: float) -> tuple[float, float]:
    """What a moved start costs, and each day of its distance."""
    if not (isfinite(stability) and 0 <= stability <= 1e6):
        raise ProblemError("stability", f"is a number from 0 on, not {stability}")
    weights = [project.weight for project in problem.projects if project.weight > 0]
    mean = sum(weights) / len(weights) if weights else 1.0
    move = stability * mean * (problem.objective.tardiness or problem.objective.flow or 1.0)
    return move, FAR * move
