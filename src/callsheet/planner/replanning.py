"""Planning once more under changed conditions, with the same effort each time, to compare.

Where it is not known how long work will take, plans are compared as queues in their order under
the same sampled durations (decision 0148): what a change saves is what it saves on average.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from callsheet.planner.arrays import NO_DUE, Arrays, Floats, Ints, arrays_of
from callsheet.planner.check import check
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem
from callsheet.planner.queue_plans import plan_in_order
from callsheet.planner.reordering import better_order, can_be_played, replications_for
from callsheet.planner.row_plans import plan_of
from callsheet.planner.scenarios import Scenarios, scenarios_of
from callsheet.planner.search import Best, Search, cost_of, first_orders, order_of, placed
from callsheet.planner.simulate import play, queue_order

MOVES = 40_000
"""Projects placed for one comparison: this many divided by the number of projects, in orders."""

MOST_ORDERS = 5_000
"""More orders than this are not tried of a few projects."""

WORKERS = 2
"""So many changed problems are planned at a time: most of it is work for one worker."""

CLEARLY = 2.0
"""What is saved on average is believed from so many of its standard errors on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan by the projects that the plan in question starts.

    ``starts`` are the plan's days of everything in it, parts by themselves, and ``order`` are the
    ids of all in the order of its queue. ``ends`` are the days
    by which each is over with a chance of 80 %, or, where all durations are known, on which it is.
    ``finishes`` are the same by project: of one that is split, of its last part. ``tardiness`` is
    weighted; ``late`` and ``days_late`` count projects and their days; all three are means over
    the replications. ``by_replication`` is the weighted tardiness of each of these.
    """

    starts: dict[str, int | None]
    order: tuple[str, ...]
    ends: dict[str, int]
    finishes: dict[str, int]
    tardiness: float
    late: float
    days_late: float
    by_replication: Floats = field(compare=False)

    def clearly_less_late(self, other: Outcome) -> bool:
        """Whether less is late than in another outcome, in days and in weighted ones, beyond what
        the luck of so many replications explains: both have the same.
        """
        less = other.by_replication - self.by_replication
        error = less.std() / np.sqrt(len(less))
        clearly = less.mean() > CLEARLY * error + 1e-9
        return bool(clearly) and self.days_late < other.days_late


class Replanning:
    """Plans of changed problems, each found with the same effort from the same starts.

    ``base`` is what that effort finds without any change, or the plan in question where that is
    better: what more looking alone finds is so not credited to a change.
    """

    def __init__(self, problem: Problem, plan: Plan, *, moves: int = MOVES, seed: int = 0) -> None:
        self.plan = plan
        self._moves = max(10, min(MOST_ORDERS, moves // max(1, len(problem.projects))))
        self._seed = seed
        self._due = {project.id: project.due for project in problem.projects}
        self._weight = {project.id: project.weight for project in problem.projects}
        self.uncertain = can_be_played(problem)
        self._often = replications_for(len(problem.projects))
        self.given = self._judge(plan, problem, {})
        self.base = min(self.given, self.again(problem), key=lambda found: found.tardiness)

    def again(
        self,
        problem: Problem,
        parts: Mapping[str, str] | None = None,
        *,
        begin: Outcome | None = None,
        seed: int = 0,
    ) -> Outcome:
        """Plan a changed problem; ``parts`` says which of its projects are parts of which.

        The search begins from the starts and the order of ``begin``, by default those of the plan
        in question, and from the priority rules. A part begins where its whole did. Another
        ``seed`` looks elsewhere.
        """
        parts = parts or {}
        begin = self.given if begin is None else begin
        known = begin.starts
        arrays = arrays_of(problem)
        given = [known.get(id, known.get(parts.get(id, id))) for id in arrays.ids]
        hints = np.array([NEVER if day is None else day for day in given], dtype=np.int64)
        seed += self._seed
        plan = self._searched(problem, arrays, hints, seed)
        if self.uncertain:
            place = {id: n for n, id in enumerate(begin.order)}
            places = [place.get(id, place.get(parts.get(id, id), len(place))) for id in arrays.ids]
            kept = np.argsort(np.array(places), kind="stable").astype(np.int64)
            orders = [queue_order(problem, QueuePolicy.PLANNED, plan), kept]
            order = better_order(problem, arrays, orders, seed=seed)
            plan = plan_in_order(problem, arrays, order)
        check(problem, plan)
        return self._judge(plan, problem, parts)

    def all_again(self, problems: Sequence[Problem]) -> list[Outcome]:
        """Plan several changed problems, ``WORKERS`` of them at a time; the outcomes as of each."""
        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(self.again, problems))

    def _searched(self, problem: Problem, arrays: Arrays, hints: Ints, seed: int) -> Plan:
        """The best plan found for usual durations."""
        first = placed(arrays, order_of(hints))
        best = Best(first, cost_of(arrays, first))
        _, ruled = first_orders(arrays)
        best.offer(ruled, cost_of(arrays, ruled))
        search = Search(arrays, best, workers=2, seed=seed)
        with ThreadPoolExecutor(2) as pool:
            for at in (0.0, 0.5):
                search.round(pool, at, at + 0.5, moves=self._moves // 2)
        return plan_of(problem, arrays, best.starts, method="search", seed=seed)

    def _judge(self, plan: Plan, problem: Problem, parts: Mapping[str, str]) -> Outcome:
        """What becomes of the projects that the plan in question starts, by project."""
        ids, over = self._played(plan, problem)
        columns: dict[str, list[int]] = {}
        for column, part in enumerate(ids):
            id = parts.get(part, part)
            if self.plan.starts[id] is not None:
                columns.setdefault(id, []).append(column)
        whole = list(columns)
        last = np.empty((len(over), len(whole)), dtype=np.int64)
        for n, rows in enumerate(columns.values()):
            last[:, n] = over[:, rows[0]] if len(rows) == 1 else over[:, rows].max(axis=1)
        finishes = dict(zip(whole, _safe_days(last), strict=True))
        ends = {ids[rows[0]]: finishes[id] for id, rows in columns.items() if len(rows) == 1}
        split = [column for rows in columns.values() if len(rows) > 1 for column in rows]
        if split:
            ends |= zip((ids[column] for column in split), _safe_days(over[:, split]), strict=True)
        due = np.array([NO_DUE if self._due[id] is None else self._due[id] for id in whole])
        days = np.maximum(0, last - due)
        tardiness = days @ np.array([self._weight[id] for id in whole], dtype=np.float64)
        order = queue_order(problem, QueuePolicy.PLANNED, plan)
        queued = tuple(problem.projects[n].id for n in order)
        return Outcome(
            plan.starts, queued, ends, finishes, float(tardiness.mean()),
            float((days > 0).sum(axis=1).mean()), float(days.sum(axis=1).mean()), tardiness,
        )  # fmt: skip

    def _played(self, plan: Plan, problem: Problem) -> tuple[tuple[str, ...], Ints]:
        """Who is in the problem, and when it is over by replication (row)."""
        if not self.uncertain:
            ids = tuple(plan.starts)
            finishes = [plan.finish(problem, id) for id in ids]
            over = [NEVER if finish is None else finish for finish in finishes]
            return ids, np.array([over], dtype=np.int64)
        order = queue_order(problem, QueuePolicy.PLANNED, plan)
        queue = play(problem, QueuePolicy.PLANNED, order, self._luck(problem))
        return queue.ids, queue.finishes

    def _luck(self, problem: Problem) -> Scenarios:
        """The durations by which all are judged; who is in several problems has the same there."""
        return scenarios_of(problem, self._often, self._seed)


def _safe_days(days: Ints) -> list[int]:
    """By column, the first of its days by which four of five replications are through."""
    ordered = np.sort(days, axis=0)
    row = -(-4 * len(days) // 5) - 1
    return [int(day) for day in ordered[row]]
