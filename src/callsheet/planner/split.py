"""Which projects to brief as several smaller ones: each proposal planned again, the best first."""

from __future__ import annotations

from dataclasses import dataclass

from callsheet.planner.plan import Plan
from callsheet.planner.problem import Problem, Project
from callsheet.planner.replanning import Outcome, Replanning
from callsheet.planner.splitting import known_parts, supposed_parts, with_parts

MOVES = 400_000
"""Projects placed in one trial, as in ``planner.replanning``; fewer find little to save."""

NOTICED = 0.05
"""Nothing is split for less than so many late projects: nobody would see them in figures."""

WORTH = 0.01
"""A split saves at least this part of all weighted tardiness, or it is not worth the trouble."""

MOST_TRIED = 24
"""So many projects are tried at most, those that wait longest for most credits first."""

MOST_AGAIN = 4
"""So many of the best are tried again beside the splits that are chosen already."""


@dataclass(frozen=True, slots=True)
class Split:
    """One project briefed as several.

    ``parts`` are their credits. ``supposed``: its concepts are not known, so that this may not be
    possible. ``finishes`` are the days on which the parts are finished in the plan with all
    proposals up to this one, ``before`` when the whole was; under uncertain durations those by
    which they are with a chance of 80 % (see ``replanning.Outcome``, also for what is saved).
    ``saved_tardiness`` (weighted) and ``saved_days`` are what this split saves beside those before
    it; days may be below 0, where projects of more weight gain.
    """

    project: str
    parts: tuple[int, ...]
    supposed: bool
    before: int
    finishes: tuple[int, ...]
    saved_tardiness: float
    saved_days: float

    @property
    def apart(self) -> int:
        """The working days from its first finished part to its last."""
        return max(self.finishes) - min(self.finishes)

    @property
    def later(self) -> int:
        """The working days by which the last part is later than the whole would have been.

        That is what the split costs; of 0 every part is there as early as the whole or earlier.
        """
        return max(0, max(self.finishes) - self.before)


@dataclass(frozen=True, slots=True)
class Splits:
    """Proposals in the order in which they were chosen, and the plans without and with all."""

    proposals: tuple[Split, ...]
    without: Outcome
    together: Outcome
    tried: int

    @property
    def replications(self) -> int:
        """How often the queue was played to compare them; 1: everything takes its usual time."""
        return len(self.without.by_replication)


def splits(
    problem: Problem, plan: Plan, *, most: int = 5, moves: int = MOVES, seed: int = 0
) -> Splits:
    """At most ``most`` projects whose split saves weighted tardiness, what saves most first.

    Tried are projects of several known concepts, and large ones. Each trial plans again with the
    same effort, from the best plan with the splits chosen so far; one is chosen only if a second
    search confirms it, and counts with the worse of the two. The same arguments give the same
    splits. ``plan`` is a valid plan of the problem.
    """
    return _Greedy(problem, plan, moves, seed).run(most)


class _Greedy:
    def __init__(self, problem: Problem, plan: Plan, moves: int, seed: int) -> None:
        self.problem = problem
        self.replanning = Replanning(problem, plan, moves=moves, seed=seed)
        self.without = self.replanning.base
        self.parts: dict[str, str] = {}
        self.sizes = {
            project.id: sizes
            for project in problem.projects
            if plan.starts[project.id] is not None
            if (sizes := known_parts(project) or supposed_parts(project))
        }

    def run(self, most: int) -> Splits:
        now, chosen = self.without, list[Split]()
        todo = sorted(self.sizes, key=self._promise)[:MOST_TRIED] if now.late >= NOTICED else []
        tried = len(todo)
        gains = {id: now.tardiness - self._try(id, now).tardiness for id in todo}
        while len(chosen) < most and gains:
            best = sorted(gains, key=lambda id: (-gains[id], id))[:MOST_AGAIN]
            # The gains of those chosen last may have come of what is chosen now.
            then = {id: self._confirmed(id, now) for id in best if gains[id] > 0}
            if not then:
                break
            id = min(then, key=lambda id: (then[id].tardiness, id))
            gains |= {other: now.tardiness - found.tardiness for other, found in then.items()}
            if gains[id] < max(1e-9, WORTH * self.without.tardiness):
                break
            chosen.append(self._split(id, now, then[id]))
            self.problem, parts = self._with(id)
            self.parts |= parts
            now = then[id]
            del gains[id]
        return Splits(tuple(chosen), self.without, now, tried)

    def _promise(self, id: str) -> tuple[float, str]:
        """Sorts first what holds many credits and waits long for them."""
        project, start = self._project(id), self.replanning.plan.starts[id]
        waits = 0 if start is None else start - project.ready
        return -float(project.credits * (1 + waits)), id

    def _confirmed(self, id: str, now: Outcome) -> Outcome:
        """The worse of two searches."""
        two = (self._try(id, now), self._try(id, now, seed=1))
        return max(two, key=lambda found: found.tardiness)

    def _try(self, id: str, now: Outcome, seed: int = 0) -> Outcome:
        problem, parts = self._with(id)
        return self.replanning.again(problem, self.parts | parts, begin=now, seed=seed)

    def _with(self, id: str) -> tuple[Problem, dict[str, str]]:
        return with_parts(self.problem, self._project(id), self.sizes[id])

    def _project(self, id: str) -> Project:
        return self.problem.by_id[id]

    def _split(self, id: str, now: Outcome, then: Outcome) -> Split:
        sizes = self.sizes[id]
        return Split(
            id,
            sizes,
            not known_parts(self._project(id)),
            now.finishes[id],
            tuple(then.ends[f"{id}#{n}"] for n in range(1, len(sizes) + 1)),
            now.tardiness - then.tardiness,
            now.days_late - then.days_late,
        )
