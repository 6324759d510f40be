"""Why each project of a plan starts when it does, and on which days credits are missing.

Everything here is read off the plan: it is about the other projects as they are planned, and
says nothing about what another plan would do (``planner.remedies`` plans again for that).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from callsheet.planner.arrays import NO_DUE, Arrays, Ints, arrays_of
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.plan import Plan
from callsheet.planner.problem import CREDITS, Problem
from callsheet.planner.search import left_by


class Cause(StrEnum):
    """What decides on a start.

    ``ready``: its ready date. ``predecessor``: the finish of what it comes after. ``credits``:
    credits, or another resource, that are held or not there yet. ``due_too_soon``: it starts as
    early as any number of credits would allow, and is late all the same. ``too_big``: it needs
    more than there is in the end. ``follows_never``: it comes after what never starts.
    ``spare``: nothing; beside the others it could start a day earlier.
    """

    READY = "ready"
    PREDECESSOR = "predecessor"
    CREDITS = "credits"
    DUE_TOO_SOON = "due_too_soon"
    TOO_BIG = "too_big"
    FOLLOWS_NEVER = "follows_never"
    SPARE = "spare"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a project starts when it does.

    ``waits_for`` are ids: predecessors, or those that hold what it needs on the last day on which
    it could not start yet, and give it back on the day on which it starts (none of them: the
    capacity itself rises on that day). ``missing`` are the units of ``resource`` that were
    missing on that last day (of ``too_big``: that are missing in the end); ``since`` is the first
    day, from when it might have started, on which any were. ``tardiness`` are the working days it
    is late, ``unavoidable`` those of them that no number of credits takes away.
    """

    cause: Cause
    waits_for: tuple[str, ...] = ()
    resource: str = CREDITS
    missing: int = 0
    since: int | None = None
    tardiness: int = 0
    unavoidable: int = 0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Days ``begin`` to ``end`` (both included) on which missing credits make projects late.

    Imagine that each late project started on the last day that keeps its date (but not before
    it is ready and what it comes after is finished), and all others as planned. The shortfall of
    a day is what would then be held above the capacity; a span is a longest run of days that
    have one, ``credits`` the largest of them. With the shortfalls of all spans there in addition
    nothing would be late that more credits can help; with one less of any of them this would not
    fit. ``projects`` are ids of the late ones that would be in production within the span, those
    with the most lateness (times weight) first. With teams it is about the credits of all
    teams together, whatever they may lend.
    """

    begin: int
    end: int
    credits: int
    projects: tuple[str, ...]


def reasons(problem: Problem, plan: Plan) -> dict[str, Reason]:
    """A reason for each project of the problem, by id; ``plan`` is a valid plan of it."""
    view = _View(problem, plan)
    return {id: view.reason(row) for row, id in enumerate(view.arrays.ids)}


def shortfalls(problem: Problem, plan: Plan) -> list[Shortfall]:
    """The spans of days in which missing credits make projects late, by day."""
    view = _View(problem, plan)
    free, wanted, spans = view.free[0].copy(), np.zeros(view.arrays.days, dtype=bool), {}
    for row in range(view.arrays.n):
        begin, start = view.critical(row), view.start(row)
        need, days = int(view.arrays.demand[row, 0]), int(view.arrays.dur[row])
        if start is not None and begin < start and need:
            free[start : start + days] += need
            free[begin : begin + days] -= need
            wanted[begin : begin + days] = True
            spans[row] = (begin, begin + days)
    short = np.where(wanted, -free, 0).clip(0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], short > 0, [0]))))
    found = []
    for begin, after in edges.reshape(-1, 2).tolist():
        rows = [row for row, (a, b) in spans.items() if a < after and b > begin]
        rows.sort(key=lambda row: (-view.weighted(row), row))
        ids = tuple(view.arrays.ids[row] for row in rows)
        found.append(Shortfall(begin, after - 1, int(short[begin:after].max()), ids))
    return found


class _View:
    """A plan by rows and days: what it leaves free, and when each project might have started."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.arrays: Arrays = arrays_of(problem)
        given = [plan.starts[id] for id in self.arrays.ids]
        self.starts: Ints = np.array(
            [NEVER if start is None else start for start in given], dtype=np.int64
        )
        self.free, self.team_used = left_by(self.arrays, self.starts)
        self.in_flight = {work.id: work.remaining.p50 for work in problem.in_flight}
        self.given_back: dict[int, list[tuple[str, dict[str, int]]]] = {}
        for work in problem.in_flight:
            back = self.given_back.setdefault(work.remaining.p50, [])
            back.append((work.id, dict(work.demand)))
        for project in problem.projects:
            finish = plan.finish(problem, project.id)
            if finish is not None:
                back = self.given_back.setdefault(finish, [])
                back.append((project.id, dict(project.demand)))
        self.finishes = self.in_flight | {
            id: start + int(dur)
            for id, start, dur in zip(self.arrays.ids, given, self.arrays.dur, strict=True)
            if start is not None
        }

    def start(self, row: int) -> int | None:
        return None if self.starts[row] >= NEVER else int(self.starts[row])

    def earliest(self, row: int) -> int:
        """The first day that its ready date and its predecessors, as planned, allow."""
        project = self.problem.projects[row]
        return max([project.ready, *(self.finishes[id] for id in project.after)])

    def tardiness(self, row: int) -> int:
        start, due = self.start(row), int(self.arrays.due[row])
        if start is None or due >= NO_DUE:
            return 0
        return max(0, start + int(self.arrays.dur[row]) - due)

    def weighted(self, row: int) -> float:
        return self.problem.projects[row].weight * self.tardiness(row)

    def critical(self, row: int) -> int:
        """The last start that keeps its date, or the earliest there is; NEVER if it is not late."""
        if not self.tardiness(row):
            return NEVER
        return max(self.earliest(row), int(self.arrays.due[row] - self.arrays.dur[row]))

    def reason(self, row: int) -> Reason:
        project, start = self.problem.projects[row], self.start(row)
        if start is None:
            never = tuple(id for id in project.after if id not in self.finishes)
            if never:
                return Reason(Cause.FOLLOWS_NEVER, waits_for=never)
            resource, missing = self.missing(row, self.arrays.days - 1)
            return Reason(Cause.TOO_BIG, resource=resource, missing=missing)
        late, earliest = self.tardiness(row), self.earliest(row)
        alone = int(self.arrays.ready[row] + self.arrays.dur[row] - self.arrays.due[row])
        unavoidable = max(0, min(late, alone))
        if start == earliest:
            before = [id for id in project.after if self.finishes[id] == start > project.ready]
            if late and late == unavoidable:
                cause = Cause.DUE_TOO_SOON
            else:
                cause = Cause.PREDECESSOR if before else Cause.READY
            waits = tuple(before)
            return Reason(cause, waits, tardiness=late, unavoidable=unavoidable)
        # From start on everything fits, so of a start one day earlier only its first day can fail.
        resource, missing = self.missing(row, start - 1)
        if not missing:
            return Reason(Cause.SPARE, tardiness=late, unavoidable=unavoidable)
        holders = tuple(
            id for id, demand in self.given_back.get(start, []) if demand.get(resource, 0)
        )
        since = next(day for day in range(earliest, start) if self.missing(row, day)[1])
        return Reason(Cause.CREDITS, holders, resource, missing, since, late, unavoidable)

    def missing(self, row: int, day: int) -> tuple[str, int]:
        """The scarcest resource were it in production as well on a day, and how much is missing."""
        need = self.arrays.demand[row]
        lacks = np.where(need > 0, need - self.free[:, day], 0).clip(0)
        if len(self.arrays.own):
            lacks[0] = self._not_lent(row, day) if need[0] else 0
        scarcest = int(lacks.argmax())
        return self.problem.resource_names[scarcest], int(lacks[scarcest])

    def _not_lent(self, row: int, day: int) -> int:
        """The credits that its team has not got, and may not or cannot borrow, on a day."""
        arrays, team = self.arrays, int(self.arrays.team[row])
        own, before, used = arrays.own[:, day], arrays.team_used[:, day], self.team_used[:, day]
        now = used.copy()
        now[team] += arrays.demand[row, 0]
        limit = max(int(arrays.may_borrow[team]), int(before[team] - own[team]), 0)
        return max(
            0,
            int(now[team] - own[team]) - limit,
            _overdrawn(own, now, arrays.may_lend)
            - max(0, _overdrawn(own, before, arrays.may_lend)),
        )


def _overdrawn(own: Ints, used: Ints, may_lend: Ints) -> int:
    """What teams borrow, less what the others can lend."""
    return int((used - own).clip(0).sum() - np.minimum(may_lend, (own - used).clip(0)).sum())
