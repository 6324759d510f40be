"""The instances that planners are compared on: written down once, by seed, and kept by hash.

A year of a studio's customer: 250 working days of briefs, 30 % of them in four campaign bursts
(one in each quarter, two weeks wide), 4 % a backlog on day 0; work in flight on about 80 % of the
capacity; durations lognormal around 22-24 working days, weakly tied to size; 35 % tight due dates;
10 % wait for another; two steps of the capacity by 10-15 %. ``load`` is Σ credits · days ÷
Σ capacity over the horizon of the briefs, what is in flight included.
"""

from __future__ import annotations

import json
from hashlib import sha256

import numpy as np

from callsheet.planner.json import problem_as_json
from callsheet.planner.problem import Duration, InFlight, Problem, Project, Resource

HORIZON = 250
SIZES = (10, 15, 20, 25, 30, 40, 50, 60)
SHARES = (0.18, 0.14, 0.2, 0.14, 0.14, 0.1, 0.06, 0.04)


def instance(n: int, load: float, seed: int, *, sigma: float = 0.0) -> Problem:
    """One instance: the same for the same arguments, on every machine. ``sigma`` as in Duration."""
    draw = np.random.Generator(np.random.PCG64([n, round(load * 100), seed]))
    credits = draw.choice(SIZES, size=n, p=SHARES)
    median = draw.uniform(22, 24)
    size = np.log(credits / 24.0)
    days = np.exp(np.log(median) + 0.15 * size + draw.normal(0, 0.35, n))
    days = np.clip(np.rint(days), 5, 45).astype(int)
    ready = _ready(draw, n)
    # In flight are about 80 % of the capacity for 11 to 12 days, half a project's, on average.
    mean = float((credits * days).sum()) / (load * HORIZON - 0.8 * median / 2)
    steps = _steps(draw, mean, int(credits.max()))
    after = _after(draw, ready, n)
    propagated = ready.copy()
    for j in np.argsort(ready, kind="stable"):
        for p in after[j]:
            propagated[j] = max(propagated[j], propagated[p] + days[p])
    tight = draw.random(n) < 0.35
    factor = np.where(tight, draw.uniform(1.05, 1.4, n), draw.uniform(1.4, 2.6, n))
    due = propagated + np.rint(factor * days).astype(int)
    weight = draw.integers(1, 11, n)
    return Problem(
        resources=(Resource("credits", steps),),
        projects=tuple(
            Project(
                id=f"p{j:05}",
                demand=(("credits", int(credits[j])),),
                duration=Duration(int(days[j]), sigma),
                ready=int(ready[j]),
                due=int(due[j]),
                weight=float(weight[j]),
                after=tuple(f"p{p:05}" for p in after[j]),
            )
            for j in range(n)
        ),
        in_flight=_in_flight(draw, steps[0][1], median, sigma),
    )


def _ready(draw: np.random.Generator, n: int) -> np.ndarray:
    kind = draw.random(n)
    quarter = HORIZON // 4
    bursts = np.arange(4) * quarter + draw.integers(5, quarter - 5, 4)
    burst = bursts[draw.integers(0, 4, n)] + draw.integers(-5, 6, n)
    ready = np.where(kind < 0.3, burst, draw.integers(0, HORIZON, n))
    return np.clip(np.where(kind > 0.96, 0, ready), 0, HORIZON - 1).astype(int)


def _steps(draw: np.random.Generator, mean: float, most: int) -> tuple[tuple[int, int], ...]:
    """Capacities in fives, never below the largest project."""
    days = sorted(draw.choice(np.arange(50, 200), size=2, replace=False).tolist())
    first = mean / (1 + draw.uniform(-0.03, 0.03))
    steps, now = [(0, first)], first
    for day in days:
        now *= 1 + draw.choice((-1, 1)) * draw.uniform(0.10, 0.15)
        steps.append((int(day), now))
    least = -(-most // 5) * 5
    return tuple((day, max(least, round(units / 5) * 5)) for day, units in steps)


def _after(draw: np.random.Generator, ready: np.ndarray, n: int) -> list[tuple[int, ...]]:
    """One in ten waits for a project that is ready up to 40 days before it."""
    after: list[tuple[int, ...]] = []
    for j in range(n):
        earlier = np.flatnonzero((ready < ready[j]) & (ready >= ready[j] - 40))
        if len(earlier) and draw.random() < 0.10:
            after.append((int(draw.choice(earlier)),))
        else:
            after.append(())
    return after


def _in_flight(
    draw: np.random.Generator, capacity: int, median: float, sigma: float
) -> tuple[InFlight, ...]:
    found: list[InFlight] = []
    held = 0
    while held < 0.8 * capacity:
        credits = int(draw.choice(SIZES, p=SHARES))
        if held + credits > capacity:
            break
        left = max(1, round(draw.uniform(0, 1) * median))
        found.append(InFlight(f"f{len(found):05}", (("credits", credits),), Duration(left, sigma)))
        held += credits
    return tuple(found)


def digest(problem: Problem) -> str:
    """What an instance is known by: the first half of the SHA-256 of its JSON."""
    text = json.dumps(problem_as_json(problem), sort_keys=True)
    return sha256(text.encode()).hexdigest()[:32]
