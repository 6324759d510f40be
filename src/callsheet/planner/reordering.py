"""A better order of a queue from some that are known, under uncertain durations, with few trials.

What ``callsheet.planner.stochastic`` finds in seconds from nothing; here it begins with an order
that is good already, of a problem that has changed a little.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from callsheet.planner.arrays import Arrays, Ints
from callsheet.planner.given import given_of
from callsheet.planner.kernels.ranking import anneal
from callsheet.planner.notebooks import marks_of
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem
from callsheet.planner.simulate import PATIENCE_DAYS, play
from callsheet.planner.training import training

SCENARIOS = 64
"""Fewer than where an order is looked for from nothing: so few trials cannot suit luck alone."""

TRIALS = 100
"""Orders that are tried, whatever the size."""

REPLICATIONS = 1_000
"""So often a queue is played to be judged; less often one of many projects."""

MOST_PLAYED = 500_000
"""No more durations are sampled for it, unless ``FEWEST`` replications need them."""

FEWEST = 100

HOT, COLD = 0.02, 0.005
"""Temperatures, in expected days of lateness of a project of mean weight: hardly warm, for what
is known is good.
"""


def can_be_played(problem: Problem) -> bool:
    """Whether anything is uncertain here, in queues that can be simulated: teams lend to each other
    only where credits are all there is.
    """
    return problem.uncertain and (not problem.teams or len(problem.resources) == 1)


def replications_for(projects: int) -> int:
    """How often the queue of a problem is played to compare what could be done about it."""
    return max(FEWEST, min(REPLICATIONS, MOST_PLAYED // max(1, projects)))


def better_order(
    problem: Problem,
    arrays: Arrays,
    orders: Sequence[Ints],
    *,
    trials: int = TRIALS,
    seed: int = 0,
) -> Ints:
    """The order with the lowest mean Z that is found in some trials from the best of ``orders``.

    Orders are rows of ``arrays``, first come first; the mean is that of the queue over
    ``SCENARIOS``. The same arguments give the same order.
    """
    scenarios = training(problem, SCENARIOS, seed)
    means = [
        float(play(problem, QueuePolicy.PLANNED, order, scenarios).z.mean()) for order in orders
    ]
    best = orders[int(np.argmin(means))]
    if arrays.n < 2 or trials < 1:
        return best
    given = given_of(problem)
    days, shape = marks_of(arrays, given, SCENARIOS)
    paying = arrays.late_cost[arrays.late_cost > 0]
    unit = float(paying.mean()) if len(paying) else 1.0
    order: Ints
    order, _, _ = anneal(
        best.copy(), np.hstack((scenarios.projects, scenarios.in_flight)), given, arrays.ready0,
        arrays.due, arrays.late_cost, arrays.flow_cost, arrays.days, days,
        np.empty(shape, dtype=np.int64), PATIENCE_DAYS, seed % 2**32, trials, unit * HOT,
        unit * COLD,
    )  # fmt: skip
    return order
