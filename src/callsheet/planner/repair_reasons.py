"""Why a start of a repaired plan is not where it was: read off the repaired plan alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from callsheet.planner.arrays import Arrays, Ints, arrays_of
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.placing import balance_of, team_fits
from callsheet.planner.plan import Plan
from callsheet.planner.problem import CREDITS, Problem
from callsheet.planner.search import left_by


class Why(StrEnum):
    """Why a project left its old start, beside the others as they are planned now.

    ``ready``: it is not ready on that day any more. ``predecessor``: what it comes after is not
    finished by then. ``credits``: credits, or another resource, are missing from then on until it
    would have finished. ``better``: it could have stayed, but is earlier this way, or the others
    gain. ``never``: it can never start now.
    """

    READY = "ready"
    PREDECESSOR = "predecessor"
    CREDITS = "credits"
    BETTER = "better"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Move:
    """One project that moved.

    ``before`` and ``now`` are the starts in working days. ``waits_for`` are ids: predecessors
    that are finished after ``before``, or what is in production on ``day``, the first on which
    ``missing`` units of ``resource`` are not there for it: those of them that were not there in
    the old plan, or all if they were.
    """

    why: Why
    before: int
    now: int | None
    waits_for: tuple[str, ...] = ()
    resource: str = CREDITS
    missing: int = 0
    day: int | None = None


def moves(
    problem: Problem, starts: Mapping[str, int], plan: Plan, longer: Iterable[str] = ()
) -> dict[str, Move]:
    """Why each start of ``starts`` (the old ones) is another in a valid plan of the problem.

    ``longer`` are ids of what takes longer than in the old plan; together with what moved, is new
    or is in production already, they are new where they are.
    """
    view = _View(problem, starts, plan, set(longer))
    return {
        id: view.move(id, home)
        for id, home in sorted(starts.items())
        if id in plan.starts and plan.starts[id] != home
    }


class _View:
    """The repaired plan by rows and days."""

    def __init__(
        self, problem: Problem, homes: Mapping[str, int], plan: Plan, longer: set[str]
    ) -> None:
        self.problem, self.plan = problem, plan
        self.arrays: Arrays = arrays_of(problem)
        self.row = {id: row for row, id in enumerate(self.arrays.ids)}
        given = [plan.starts[id] for id in self.arrays.ids]
        self.starts: Ints = np.array([NEVER if day is None else day for day in given], np.int64)
        self.free, self.used = left_by(self.arrays, self.starts)
        self.spans = [(work.id, 0, work.remaining.p50, dict(work.demand))
                      for work in problem.in_flight]  # fmt: skip
        self.finishes = {id: end for id, _, end, _ in self.spans}
        for project in problem.projects:
            start = plan.starts[project.id]
            if start is not None:
                end = start + project.duration.p50
                self.finishes[project.id] = end
                self.spans.append((project.id, start, end, dict(project.demand)))
        stayed = {id for id, home in homes.items() if plan.starts.get(id) == home}
        self.new = set(self.finishes) - (stayed - longer)

    def move(self, id: str, home: int) -> Move:
        project, now = self.problem.by_id[id], self.plan.starts[id]
        if now is None:
            return Move(Why.NEVER, home, None)
        if home < project.ready:
            return Move(Why.READY, home, now, day=project.ready)
        late = tuple(p for p in project.after if self.finishes.get(p, 0) > home)
        if late:
            return Move(Why.PREDECESSOR, home, now, late)
        row = self.row[id]
        free, used = self.free.copy(), self.used.copy()
        busy = slice(now, now + project.duration.p50)
        free[:, busy] += self.arrays.demand[row][:, None]
        if len(used):
            used[self.arrays.team[row], busy] -= self.arrays.demand[row, 0]
        for day in range(home, min(home + project.duration.p50, self.arrays.days)):
            resource, missing = self._missing(row, free[:, day], used[:, day : day + 1], day)
            if missing:
                return Move(
                    Why.CREDITS, home, now, self._holders(id, day, resource), resource, missing, day
                )
        return Move(Why.BETTER, home, now)

    def _missing(self, row: int, free: Ints, used: Ints, day: int) -> tuple[str, int]:
        """What is missing most for one more project on a day, and how much of it."""
        arrays, need = self.arrays, self.arrays.demand[row]
        lacks = np.where(need > 0, need - free, 0).clip(0)
        if len(arrays.own):
            own = arrays.own[:, day : day + 1]
            balance = balance_of(own, used, arrays.may_lend)
            team, units = int(arrays.team[row]), int(need[0])
            limits = (arrays.may_borrow,)
            while units and not team_fits(
                team, units, 0, own, used, balance, *limits, arrays.may_lend
            ):
                units -= 1
            lacks[0] = need[0] - units
        scarcest = int(lacks.argmax())
        return self.problem.resource_names[scarcest], int(lacks[scarcest])

    def _holders(self, id: str, day: int, resource: str) -> tuple[str, ...]:
        there = [
            other for other, begin, end, demand in self.spans
            if other != id and begin <= day < end and demand.get(resource, 0)
        ]  # fmt: skip
        return tuple([other for other in there if other in self.new] or there)
