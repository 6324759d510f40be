"""By when each project must be briefed, so that it is in time with a chance that is wanted.

Backward scheduling under uncertainty: all others stay as planned, and one project is ready later
and later, until its chance to finish by its due date falls below the level. All days and projects
are compared under the same luck (``callsheet.planner.scenarios``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from callsheet.planner.arrays import Ints
from callsheet.planner.given import given_of, note_length
from callsheet.planner.kernels.briefing import in_time, open_all, play_until
from callsheet.planner.kernels.yard import Given
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem
from callsheet.planner.scenarios import scenarios_of
from callsheet.planner.simulate import PATIENCE_DAYS, queue_order

REPLICATIONS = 400
LEVELS = (0.5, 0.8, 0.95)


@dataclass(frozen=True, slots=True)
class BriefBy:
    """The latest working days on which to brief a project, by its chance to be in time.

    With one day later the chance is below 50, 80 or 95 %. ``None``: it is below that already on
    the first day on which the project is ready.
    """

    p50: int | None
    p80: int | None
    p95: int | None


def back_schedule(
    problem: Problem,
    plan: Plan,
    *,
    only: Collection[str] | None = None,
    ranks: Mapping[str, int] | None = None,
    replications: int = REPLICATIONS,
    seed: int = 0,
    workers: int = 2,
) -> dict[str, BriefBy]:
    """The latest days by id, of the projects (``only`` these) that have a due date.

    The queue is served in the plan's order (policy ``planned``, ``ranks`` as in ``queue_order``);
    a project that is briefed later keeps its place. A later day is taken to be no better than an
    earlier one, as is nearly always so: days are searched by halves.

    Raises ``ProblemError`` for teams with other resources than credits, ``ValueError`` below 1
    replication.
    """
    wanted = [
        row
        for row, project in enumerate(problem.projects)
        if project.due is not None and (only is None or project.id in only)
    ]
    # Each begins where those that are ready before it have been played to.
    wanted.sort(key=lambda row: problem.projects[row].ready)
    queues = _Queues(problem, queue_order(problem, QueuePolicy.PLANNED, plan, ranks))
    found: dict[str, BriefBy] = {}
    with ThreadPoolExecutor(max(1, workers)) as pool:
        queues.sample(replications, seed, max(1, workers))
        for row in wanted:
            found[problem.projects[row].id] = queues.latest(row, pool)
    return {p.id: found[p.id] for p in problem.projects if p.id in found}


class _Queues:
    """Every replication of the queue, played until some day, in one part for each worker."""

    def __init__(self, problem: Problem, order: Ints) -> None:
        self._problem = problem
        self._given = given_of(problem)
        self._order = order
        self._place = np.empty_like(order)
        self._place[order] = np.arange(len(order))

    def sample(self, replications: int, seed: int, workers: int) -> None:
        sampled = scenarios_of(self._problem, replications, seed)
        dur = np.hstack((sampled.projects, sampled.in_flight))
        n = len(self._order)
        length = note_length(self._given, len(self._given.demand), n)
        self._replications = replications
        self._parts = [
            (
                part,
                np.empty((len(part), n), dtype=np.int64),
                np.empty((len(part), n), dtype=np.int64),
                np.empty((len(part), length), dtype=np.int64),
            )
            for part in np.array_split(dur, min(workers, replications))
        ]
        for dur_, starts, entered, slots in self._parts:
            open_all(dur_, self._order, self._given, starts, entered, slots)

    def latest(self, row: int, pool: ThreadPoolExecutor) -> BriefBy:
        """The latest days of one project; its ready day must not be before the last one asked."""
        project = self._problem.projects[row]
        ready, due = project.ready, project.due or 0

        def play(part: tuple[Ints, Ints, Ints, Ints]) -> None:
            dur, *noted = part
            play_until(ready, dur, self._order, self._place, self._given, PATIENCE_DAYS, *noted)

        list(pool.map(play, self._parts))
        known: dict[int, float] = {}

        def chance(day: int) -> float:
            if day not in known:
                given = self._ready_on(row, day)

                def count(part: tuple[Ints, Ints, Ints, Ints]) -> int:
                    dur, *noted = part
                    return int(
                        in_time(
                            row, due, dur, self._order, self._place, given, PATIENCE_DAYS, *noted
                        )
                    )

                known[day] = sum(pool.map(count, self._parts)) / self._replications
            return known[day]

        days: list[int | None] = []
        # On its due date and later it cannot be in time any more: it takes at least a day.
        too_late = max(ready, due)
        for level in LEVELS:
            if chance(ready) < level:
                days += [None] * (len(LEVELS) - len(days))
                break
            good = ready
            while too_late - good > 1:
                middle = (good + too_late) // 2
                if chance(middle) >= level:
                    good = middle
                else:
                    too_late = middle
            days.append(good)
            # The next level is higher: with it no later day is good enough.
            too_late = good + 1
        return BriefBy(*days)

    def _ready_on(self, row: int, day: int) -> Given:
        opens = self._given.opens.copy()
        opens[row] = day
        return self._given._replace(
            opens=opens, by_open=np.argsort(opens, kind="stable").astype(np.int64)
        )
