"""What becomes of a queue when work takes shorter or longer than usual.

The policies are those of ``callsheet.planner.policies``. None of them knows beforehand how long a
project will take: they reckon with its median and its 80 % quantile, as the product does.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from callsheet.planner.arrays import NO_DUE, Floats, Ints
from callsheet.planner.given import given_of
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.queueing import queue
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem, ProblemError
from callsheet.planner.scenarios import Scenarios, scenarios_of

PATIENCE_DAYS = 5
"""A head that is so many days past its first reservation stops all backfilling."""


@dataclass(frozen=True)
class Simulation:
    """Starts and finishes in working days, by replication (row) and project (column).

    ``ids`` name the columns. What never starts has NEVER for both. ``in_flight`` are the days on
    which what is in flight gives its units back, by replication.
    """

    problem: Problem
    policy: QueuePolicy
    ids: tuple[str, ...]
    starts: Ints
    finishes: Ints
    in_flight: Ints

    @property
    def days_late(self) -> Ints:
        """max(0, finish - due) by replication and project; 0 of what never starts."""
        due = [NO_DUE if p.due is None else p.due for p in self.problem.projects]
        late = np.maximum(0, self.finishes - np.array(due, dtype=np.int64))
        days: Ints = np.where(self.starts < NEVER, late, 0)
        return days

    @property
    def tardiness(self) -> Floats:
        """Σ w·max(0, finish - due) of each replication, over what starts."""
        return self._weighed(self.days_late)

    @property
    def flow(self) -> Floats:
        """Σ w·(finish - ready) of each replication, over what starts."""
        ready = [p.ready for p in self.problem.projects]
        return self._weighed(self.finishes - np.array(ready, dtype=np.int64))

    @property
    def z(self) -> Floats:
        """The problem's objective of each replication, over what starts."""
        goal = self.problem.objective
        return goal.tardiness * self.tardiness + goal.flow * self.flow

    def _weighed(self, days: Ints) -> Floats:
        weight = np.array([p.weight for p in self.problem.projects], dtype=np.float64)
        weighed: Floats = np.where(self.starts < NEVER, days, 0) @ weight
        return weighed


def simulate(
    problem: Problem,
    policy: QueuePolicy,
    *,
    plan: Plan | None = None,
    ranks: Mapping[str, int] | None = None,
    replications: int = 1_000,
    seed: int = 0,
    workers: int = 2,
) -> Simulation:
    """Play the queue of a problem under sampled durations.

    ``plan`` gives the order of ``planned``; what it never starts comes last. ``ranks`` order what
    would be alike otherwise (see ``queue_order``). The same problem, policy, order and seed give
    the same, whatever ``workers``. Teams lend to each other as admission lets them. Raises
    ``ProblemError`` for ``planned`` without a plan, and for teams with other resources than
    credits.
    """
    sampled = scenarios_of(problem, replications, seed)
    order = queue_order(problem, policy, plan, ranks)
    return play(problem, policy, order, sampled, workers=workers)


def queue_order(
    problem: Problem,
    policy: QueuePolicy,
    plan: Plan | None = None,
    ranks: Mapping[str, int] | None = None,
) -> Ints:
    """The columns of the projects in the order of the queue.

    ``ranks`` by id order those that are ready on the same day (``planned``: and start on the same
    day); without them ids do. A plan's ``priority`` goes before its starts. Raises
    ``ProblemError`` for ``planned`` without a plan.
    """
    projects = problem.projects
    # A problem's projects are sorted by id.
    rank = {p.id: n for n, p in enumerate(projects)} if ranks is None else ranks
    if policy is not QueuePolicy.PLANNED:
        keys = [(p.ready, p.ready, rank[p.id]) for p in projects]
    elif plan is None:
        raise ProblemError("plan", "the planned order needs a plan")
    else:
        place = {id: n for n, id in enumerate(plan.priority)}
        planned = (place.get(p.id, plan.starts[p.id]) for p in projects)
        days = [NEVER if start is None else start for start in planned]
        keys = [(day, p.ready, rank[p.id]) for day, p in zip(days, projects, strict=True)]
    return np.array(sorted(range(len(projects)), key=keys.__getitem__), dtype=np.int64)


def play(
    problem: Problem, policy: QueuePolicy, order: Ints, scenarios: Scenarios, *, workers: int = 2
) -> Simulation:
    """Play the queue in a given order under given durations."""
    given = given_of(problem)
    dur = np.hstack((scenarios.projects, scenarios.in_flight))
    starts = np.empty_like(scenarios.projects)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    parts = [
        part for part in np.array_split(np.arange(len(dur)), max(1, workers)) if len(part)
    ]  # fmt: skip

    def run(part: Ints) -> None:
        rows = slice(int(part[0]), int(part[-1]) + 1)
        queue(
            dur[rows], order, place, given, policy is QueuePolicy.STRICT, PATIENCE_DAYS,
            starts[rows],
        )  # fmt: skip

    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(run, parts))
    finishes = starts + scenarios.projects
    # What never starts never finishes. In place: another array costs as much as the sum.
    np.minimum(finishes, NEVER, out=finishes)
    ids = tuple(p.id for p in problem.projects)
    return Simulation(problem, policy, ids, starts, finishes, scenarios.in_flight)
