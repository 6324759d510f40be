"""The courses of events in which orders of the queue are compared while one is looked for.

They are others than those of a forecast with the same seed, which so judges an order fairly
(decision 0148).
"""

from __future__ import annotations

from callsheet.planner.problem import Problem
from callsheet.planner.scenarios import Scenarios, scenarios_of

SCENARIOS = 128
"""With so many, orders are compared; fewer of large problems."""

FEWEST = 32
"""With so many at least, whatever the size."""

MOST_DURATIONS = 128_000
"""No more durations are sampled, unless ``FEWEST`` scenarios need them."""

APART = 1_000_003
"""What the seeds of these scenarios are apart from those of forecasts."""


def scenarios_for(problem: Problem) -> int:
    """How many scenarios are used for a problem where nobody says it."""
    return max(FEWEST, min(SCENARIOS, MOST_DURATIONS // max(1, len(problem.projects))))


def training(problem: Problem, scenarios: int, seed: int) -> Scenarios:
    """The scenarios in which orders are compared."""
    return scenarios_of(problem, scenarios, seed + APART)
