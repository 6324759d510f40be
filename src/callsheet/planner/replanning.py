"""Planning once more under changed conditions, with the same effort each time, to compare."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from callsheet.planner.arrays import arrays_of
from callsheet.planner.check import check
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.plan import Plan
from callsheet.planner.problem import Problem
from callsheet.planner.search import Best, Search, cost_of, first_orders, order_of, placed
from callsheet.planner.solve import plan_of

MOVES = 40_000
"""Projects placed for one comparison: this many divided by the number of projects, in orders."""

MOST_ORDERS = 5_000
"""More orders than this are not tried of a few projects."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan by the projects that the plan in question starts.

    ``starts`` and ``ends`` are the days of everything in the plan, parts by themselves.
    ``finishes`` are by project: of one that is split, the day of its last part. ``tardiness`` is
    weighted; ``late`` and ``days_late`` count projects and their days.
    """

    starts: dict[str, int | None]
    ends: dict[str, int]
    finishes: dict[str, int]
    tardiness: float
    late: int
    days_late: int


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
        self.given = self._judge(plan, problem, {})
        self.base = min(self.given, self.again(problem), key=lambda found: found.tardiness)

    def again(
        self,
        problem: Problem,
        parts: Mapping[str, str] | None = None,
        *,
        starts: Mapping[str, int | None] | None = None,
        seed: int = 0,
    ) -> Outcome:
        """Plan a changed problem; ``parts`` says which of its projects are parts of which.

        The search begins from ``starts``, by default those of the plan in question, and from the
        priority rules. A part begins where its whole did. Another ``seed`` looks elsewhere.
        """
        parts = parts or {}
        known = self.plan.starts if starts is None else starts
        arrays = arrays_of(problem)
        given = [known.get(id, known.get(parts.get(id, id))) for id in arrays.ids]
        hints = np.array([NEVER if day is None else day for day in given], dtype=np.int64)
        first = placed(arrays, order_of(hints))
        best = Best(first, cost_of(arrays, first))
        _, ruled = first_orders(arrays)
        best.offer(ruled, cost_of(arrays, ruled))
        search = Search(arrays, best, workers=2, seed=self._seed + seed)
        with ThreadPoolExecutor(2) as pool:
            for at in (0.0, 0.5):
                search.round(pool, at, at + 0.5, moves=self._moves // 2)
        plan = plan_of(problem, arrays, best.starts, method="search", seed=self._seed + seed)
        check(problem, plan)
        return self._judge(plan, problem, parts)

    def _judge(self, plan: Plan, problem: Problem, parts: Mapping[str, str]) -> Outcome:
        ends: dict[str, int] = {}
        finishes: dict[str, int] = {}
        for part in plan.starts:
            id = parts.get(part, part)
            if self.plan.starts[id] is not None:
                finish = plan.finish(problem, part)
                ends[part] = NEVER if finish is None else finish
                finishes[id] = max(finishes.get(id, 0), ends[part])
        late = {
            id: finish - due
            for id, finish in finishes.items()
            if (due := self._due[id]) is not None and finish > due
        }
        tardiness = sum(self._weight[id] * days for id, days in late.items())
        return Outcome(plan.starts, ends, finishes, tardiness, len(late), sum(late.values()))
