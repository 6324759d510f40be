"""The answer of the planner: a start for every project, and how good the whole is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from callsheet.planner.problem import Problem


class Status(StrEnum):
    """What is known of a plan.

    ``optimal``: proved that none is better. ``feasible``: it keeps every rule; how far it may be
    from the best says the gap. ``infeasible``: some projects never start, as they need
    more than there is in the end, or come after such a one; the others are planned.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True)
class Measure:
    """A plan by the objective of its problem, over the projects that it starts.

    ``tardiness`` is Σ w·max(0, finish - due) and ``flow`` Σ w·(finish - ready), in weighted
    working days; ``z`` weighs the two. ``late`` counts projects, ``days_late`` sums their days.
    """

    z: float
    tardiness: float
    flow: float
    late: int
    days_late: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Starts in working days by project id; ``None`` for a project that can never start.

    ``lower_bound`` is proved: no plan of this problem has a lower ``measure.z``. ``method`` names
    what found the starts, ``iterations`` how many schedules were looked at. ``priority`` are all
    ids in the order of the queue, where that has been looked for itself; empty where it is that
    of the starts.
    """

    starts: dict[str, int | None]
    status: Status
    measure: Measure
    lower_bound: float
    method: str = ""
    seconds: float = 0.0
    seed: int = 0
    iterations: int = 0
    stopped: bool = field(default=False, compare=False)
    priority: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """How much of the plan's Z could at most be saved: (Z - bound) ÷ Z, from 0 to 1."""
        z = self.measure.z
        return 0.0 if z <= 0 else max(0.0, (z - self.lower_bound) / z)

    @property
    def order(self) -> tuple[str, ...]:
        """The ids of what is planned, by start, then by id: the order of the queue."""
        planned = [(start, id) for id, start in self.starts.items() if start is not None]
        return tuple(id for _, id in sorted(planned))

    def finish(self, problem: Problem, id: str) -> int | None:
        """The day on which a project gives its credits back, at expected durations."""
        start = self.starts[id]
        return None if start is None else start + problem.by_id[id].duration.p50


def gap_beyond_work(problem: Problem, plan: Plan) -> float:
    """(Z - bound) ÷ (Z - Σ w·d): the gap relative to what a plan can influence at all."""
    work = problem.objective.flow * sum(
        project.weight * project.duration.p50
        for project in problem.projects
        if plan.starts[project.id] is not None
    )
    influenced = plan.measure.z - work
    return 0.0 if influenced <= 0 else max(0.0, (plan.measure.z - plan.lower_bound) / influenced)


def measure(problem: Problem, starts: dict[str, int | None]) -> Measure:
    """Judge starts by the objective of their problem."""
    tardiness = flow = 0.0
    late = days = 0
    for project in problem.projects:
        start = starts[project.id]
        if start is None:
            continue
        finish = start + project.duration.p50
        flow += project.weight * (finish - project.ready)
        if project.due is not None and finish > project.due:
            late += 1
            days += finish - project.due
            tardiness += project.weight * (finish - project.due)
    goal = problem.objective
    return Measure(goal.tardiness * tardiness + goal.flow * flow, tardiness, flow, late, days)
