"""Apparent tardiness cost, tuned: the priority rule that orders under uncertainty are held to.

Vepsalainen and Morton, Management Science 33 (1987): w / (credits · days) · exp(-slack / (k · mean
days)). Its look-ahead k is tuned for each instance, on the very scenarios that the planner searches
with. Two ways to serve the planner's own simulated queue by it: in the fixed order in which the
rule would start everything at usual durations, or ranked anew on every day on which the queue is
looked at, which no fixed order can do.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from callsheet.planner.arrays import Arrays, Floats, Ints
from callsheet.planner.kernels.dispatching import dispatch
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem
from callsheet.planner.scenarios import Scenarios
from callsheet.planner.simulate import PATIENCE_DAYS, given_of, play

LOOK_AHEADS = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0)


class TardinessRule:
    """The rule for one instance."""

    def __init__(self, problem: Problem, arrays: Arrays) -> None:
        self.problem = problem
        self._given = given_of(problem)
        self._mean = float(arrays.dur.mean())
        size = np.maximum(1, arrays.demand[:, 0]) * arrays.dur
        self._density: Floats = np.array([p.weight for p in problem.projects]) / size
        self._latest: Floats = (arrays.due - arrays.dur).astype(np.float64)
        self._arrays = arrays

    def starts(self, look_ahead: float, scenarios: Scenarios) -> Ints:
        """Starts by scenario when the queue is ranked anew every day."""
        dur = np.hstack((scenarios.projects, scenarios.in_flight))
        starts = np.empty_like(scenarios.projects)
        half = max(1, len(dur) // 2)

        def run(rows: slice) -> None:
            dispatch(
                dur[rows], self._density, self._latest, look_ahead * self._mean, 1, self._given,
                PATIENCE_DAYS, starts[rows],
            )  # fmt: skip

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, (slice(half), slice(half, None))))
        return starts

    def order(self, look_ahead: float) -> Ints:
        """The order in which the rule starts everything at usual durations."""
        usual = Scenarios(
            np.array([[p.duration.p50 for p in self.problem.projects]], dtype=np.int64),
            np.array([[work.remaining.p50 for work in self.problem.in_flight]], dtype=np.int64),
        )
        starts = self.starts(look_ahead, usual)[0]
        order: Ints = np.lexsort((-self._density, starts)).astype(np.int64)
        return order

    def tuned_order(self, seen: Scenarios) -> Ints:
        """The fixed order of the look-ahead that is best under the scenarios."""
        orders = [self.order(look_ahead) for look_ahead in LOOK_AHEADS]
        return min(
            orders,
            key=lambda order: play(self.problem, QueuePolicy.PLANNED, order, seen).z.mean(),
        )

    def tuned_anew(self, seen: Scenarios) -> float:
        """The look-ahead that is best under the scenarios when the queue is ranked anew."""
        goal = self.problem.objective

        def z(look_ahead: float) -> float:
            late, flow = self._cost(self.starts(look_ahead, seen), seen)
            return goal.tardiness * late + goal.flow * flow

        return min(LOOK_AHEADS, key=z)

    def tardiness(self, look_ahead: float, scenarios: Scenarios) -> float:
        """The mean weighted tardiness when the queue is ranked anew."""
        return self._cost(self.starts(look_ahead, scenarios), scenarios)[0]

    def _cost(self, starts: Ints, scenarios: Scenarios) -> tuple[float, float]:
        weight = np.array([p.weight for p in self.problem.projects])
        ends = starts + scenarios.projects
        late = np.maximum(0, ends - self._arrays.due) @ weight
        return float(late.mean()), float(((ends - self._arrays.ready0) @ weight).mean())
