"""What would help what is late, each way tried by planning again under the same conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from callsheet.planner.explain import Shortfall
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.plan import Plan
from callsheet.planner.problem import CREDITS, Problem, Project, Resource, steps_on
from callsheet.planner.replanning import MOVES, Outcome, Replanning
from callsheet.planner.splitting import known_parts, with_parts, with_projects

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

    Under uncertain durations the counts are means, and the days those by which something is
    finished with a chance of 80 % (see ``replanning.Outcome``).
    """

    way: Way
    late: float
    days_late: float
    saved_days: float
    finishes: dict[str, int]
    project: str | None = None
    credits: int = 0
    begin: int = 0
    end: int = 0
    days: int = 0
    parts: int = 0


class Remedies:
    """Ways out of the lateness of one plan of one problem.

    Every way is planned again from the same starts with the same effort, and so is the problem as
    it is: a way is named only if it is better than *that*, so that what more looking alone would
    have found is not credited to it. The same arguments give the same ways. Where anything is
    ``uncertain``, ways are compared by means.
    """

    def __init__(self, problem: Problem, plan: Plan, *, moves: int = MOVES, seed: int = 0) -> None:
        self.problem = problem
        self.plan = plan
        self._replanning = Replanning(problem, plan, moves=moves, seed=seed)
        self.uncertain = self._replanning.uncertain
        self._given = self._replanning.given
        self._base = self._replanning.base

    def of_shortfall(self, shortfall: Shortfall) -> list[WayOut]:
        """More credits on its days, fewest first; each that is better than all with fewer.

        None with teams, for credits belong to one of them.
        """
        return self.of_shortfalls([shortfall])[0]

    def of_shortfalls(self, shortfalls: Sequence[Shortfall]) -> list[list[WayOut]]:
        """As ``of_shortfall`` for each of several, quicker than one after the other."""
        if self.problem.teams:
            return [[] for _ in shortfalls]
        tries = [
            (n, credits)
            for n, shortfall in enumerate(shortfalls)
            for credits in sorted({_rounded(share * shortfall.credits) for share in SHARES})
        ]
        outcomes = self._replanning.all_again(
            [
                _with_credits(self.problem, credits, shortfalls[n].begin, shortfalls[n].end)
                for n, credits in tries
            ]
        )
        found: list[list[WayOut]] = [[] for _ in shortfalls]
        best = [self._base] * len(shortfalls)
        for (n, credits), then in zip(tries, outcomes, strict=True):
            if then.clearly_less_late(best[n]):
                best[n] = then
                days = shortfalls[n].begin, shortfalls[n].end
                way = self._way(Way.MORE_CREDITS, then, credits=credits, begin=days[0], end=days[1])
                found[n].append(way)
        return found

    def of_project(self, id: str) -> list[WayOut]:
        """Ways for one late project: those that make it and the whole less late, then accepting."""
        project = self.problem.by_id[id]
        found = []
        for changed, parts, (way, number) in self._changes(project):
            then = self._replanning.again(changed, parts)
            helps = then.finishes.get(id, NEVER) < self._base.finishes[id]
            if helps and then.clearly_less_late(self._base):
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

            yield with_projects(self.problem, project, (sooner,)), {}, (Way.BRIEF_EARLIER, days)
        sizes = known_parts(project)
        if sizes:
            yield *with_parts(self.problem, project, sizes), (Way.SPLIT, len(sizes))

    def _way(
        self, way: Way, then: Outcome, *, project: str | None = None, credits: int = 0,
        begin: int = 0, end: int = 0, days: int = 0, parts: int = 0,
    ) -> WayOut:  # fmt: skip
        saved = 0.0 if way is Way.ACCEPT else self._base.days_late - then.days_late
        return WayOut(
            way, then.late, then.days_late, saved, then.finishes, project, credits, begin, end,
            days, parts,
        )  # fmt: skip


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
