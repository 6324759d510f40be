"""What would help what is late, each way tried by planning again under the same conditions."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from callsheet.planner.arrays import arrays_of
from callsheet.planner.check import check
from callsheet.planner.explain import Shortfall
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.plan import Plan
from callsheet.planner.problem import CREDITS, Problem, Project, Resource, steps_on
from callsheet.planner.search import Best, Search, cost_of, first_orders, order_of, placed
from callsheet.planner.solve import plan_of

MOVES = 40_000
"""Projects placed while a way is tried: this many divided by the number of projects, in orders."""

GRAIN = 5
"""Credits are proposed in multiples of this, as briefs are priced."""

SHARES = (0.25, 0.5, 1.0)
"""The parts of a shortfall that are tried as additional credits."""


class Way(StrEnum):
    """What can be done. ``accept``: nothing, and say the day on which it is finished."""

    MORE_CREDITS = "more_credits"
    BRIEF_EARLIER = "brief_earlier"
    SPLIT = "split"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class WayOut:
    """A way, and a plan that was found with it.

    ``credits`` are additional ones on the days ``begin`` to ``end`` (``more_credits``); ``days``
    are how many working days sooner the project must be ready (``brief_earlier``); ``parts`` into
    how many it is split. ``late`` and ``days_late`` count, in the plan that was found, the
    projects that the plan in question starts; ``finishes`` are their days. ``saved_days`` are the
    days of lateness fewer than the same effort finds without the way (of ``accept``: 0).
    """

    way: Way
    late: int
    days_late: int
    saved_days: int
    finishes: dict[str, int]
    project: str | None = None
    credits: int = 0
    begin: int = 0
    end: int = 0
    days: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A plan by the projects of the problem in question."""

    finishes: dict[str, int]
    tardiness: float
    late: int
    days_late: int


class Remedies:
    """Ways out of the lateness of one plan of one problem.

    Every way is planned again from the same starts with the same effort, and so is the problem as
    it is: a way is named only if it is better than *that*, so that what more looking alone would
    have found is not credited to it. The same arguments give the same ways.
    """

    def __init__(self, problem: Problem, plan: Plan, *, moves: int = MOVES, seed: int = 0) -> None:
        self.problem = problem
        self.plan = plan
        self._moves = max(10, moves // max(1, len(problem.projects)))
        self._seed = seed
        self._due = {project.id: project.due for project in problem.projects}
        self._weight = {project.id: project.weight for project in problem.projects}
        self._given = self._judge(plan, problem, {})
        same = self._again(problem, {})
        self._base = min(self._given, same, key=lambda found: found.tardiness)

    def of_shortfall(self, shortfall: Shortfall) -> list[WayOut]:
        """More credits on its days, fewest first; each that is better than all with fewer.

        None with teams, for credits belong to one of them.
        """
        if self.problem.teams:
            return []
        found, best = [], self._base
        for credits in sorted({_rounded(share * shortfall.credits) for share in SHARES}):
            changed = _with_credits(self.problem, credits, shortfall.begin, shortfall.end)
            then = self._again(changed, {})
            if then.tardiness < best.tardiness - 1e-9:
                best = then
                found.append(
                    self._way(
                        Way.MORE_CREDITS, then, credits=credits, begin=shortfall.begin,
                        end=shortfall.end,
                    )
                )  # fmt: skip
        return found

    def of_project(self, id: str) -> list[WayOut]:
        """Ways for one late project: those that make it and the whole less late, then accepting."""
        project = self.problem.by_id[id]
        found = []
        for changed, parts, (way, number) in self._changes(project):
            then = self._again(changed, parts)
            helps = then.finishes.get(id, NEVER) < self._base.finishes[id]
            if helps and then.tardiness < self._base.tardiness - 1e-9:
                days, split = (number, 0) if way is Way.BRIEF_EARLIER else (0, number)
                found.append(self._way(way, then, project=id, days=days, parts=split))
        return [*found, self._way(Way.ACCEPT, self._given, project=id)]

    def _changes(
        self, project: Project
    ) -> Iterator[tuple[Problem, dict[str, str], tuple[Way, int]]]:
        due = project.due
        ready = project.ready
        if due is not None and ready + project.duration.p50 > due:
            days = min(ready, ready + project.duration.p50 - due)
            sooner = replace(project, ready=ready - days)

            yield _with_project(self.problem, project, (sooner,)), {}, (Way.BRIEF_EARLIER, days)
        concepts = [credits for credits in project.concepts if credits]
        only_credits = {name for name, _ in project.demand} <= {CREDITS}
        if len(concepts) > 1 and only_credits and sum(concepts) == project.credits:
            parts = tuple(
                replace(
                    project, id=f"{project.id}#{n}", demand=((CREDITS, credits),), concepts=(),
                    weight=project.weight / len(concepts),
                )
                for n, credits in enumerate(concepts, 1)
            )  # fmt: skip
            yield (
                _with_project(self.problem, project, parts),
                {part.id: project.id for part in parts},
                (Way.SPLIT, len(parts)),
            )

    def _way(
        self, way: Way, then: _Outcome, *, project: str | None = None, credits: int = 0,
        begin: int = 0, end: int = 0, days: int = 0, parts: int = 0,
    ) -> WayOut:  # fmt: skip
        saved = 0 if way is Way.ACCEPT else self._base.days_late - then.days_late
        return WayOut(
            way, then.late, then.days_late, saved, then.finishes, project, credits, begin, end,
            days, parts,
        )  # fmt: skip

    def _again(self, problem: Problem, parts: dict[str, str]) -> _Outcome:
        """Plan again, from the given starts and from the rules; ``parts`` are split projects."""
        arrays = arrays_of(problem)
        given = [self.plan.starts.get(parts.get(id, id)) for id in arrays.ids]
        hints = np.array([NEVER if day is None else day for day in given], dtype=np.int64)
        starts = placed(arrays, order_of(hints))
        best = Best(starts, cost_of(arrays, starts))
        _, ruled = first_orders(arrays)
        best.offer(ruled, cost_of(arrays, ruled))
        search = Search(arrays, best, workers=2, seed=self._seed)
        with ThreadPoolExecutor(2) as pool:
            for at in (0.0, 0.5):
                search.round(pool, at, at + 0.5, moves=self._moves // 2)
        plan = plan_of(problem, arrays, best.starts, method="search", seed=self._seed)
        check(problem, plan)
        return self._judge(plan, problem, parts)

    def _judge(self, plan: Plan, problem: Problem, parts: dict[str, str]) -> _Outcome:
        finishes: dict[str, int] = {}
        for part in plan.starts:
            id = parts.get(part, part)
            if self.plan.starts[id] is not None:
                finish = plan.finish(problem, part)
                finishes[id] = max(finishes.get(id, 0), NEVER if finish is None else finish)
        late = {
            id: finish - due
            for id, finish in finishes.items()
            if (due := self._due[id]) is not None and finish > due
        }
        tardiness = sum(self._weight[id] * days for id, days in late.items())
        return _Outcome(finishes, tardiness, len(late), sum(late.values()))


def _rounded(credits: float) -> int:
    return max(GRAIN, -int(-credits // GRAIN) * GRAIN)


def _with_credits(problem: Problem, credits: int, begin: int, end: int) -> Problem:
    """The problem with additional credits on the days ``begin`` to ``end``."""
    first, *rest = problem.resources
    days = sorted({day for day, _ in first.capacity} | {begin, end + 1})
    steps = tuple(
        (day, steps_on(first.capacity, day) + credits * (begin <= day <= end)) for day in days
    )
    return replace(problem, resources=(Resource(CREDITS, steps), *rest))


def _with_project(problem: Problem, project: Project, parts: tuple[Project, ...]) -> Problem:
    """The problem with ``parts`` instead of a project; what comes after it, after all of them."""
    ids = [part.id for part in parts]
    others = tuple(
        replace(
            other,
            after=tuple(id for p in other.after for id in (ids if p == project.id else [p])),
        )
        for other in problem.projects
        if other is not project
    )
    return replace(problem, projects=(*others, *parts))
