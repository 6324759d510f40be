"""What another number of credits would change: the same projects planned under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heapreplace

from callsheet.planner.arrays import arrays_of
from callsheet.planner.forecast import forecast
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import CREDITS, Problem, Resource
from callsheet.planner.queue_plans import plan_in_order
from callsheet.planner.reordering import can_be_played, replications_for
from callsheet.planner.scenarios import scenarios_of
from callsheet.planner.simulate import play, queue_order
from callsheet.planner.solve import solve
from callsheet.planner.stochastic import solve_stochastic

GRAIN = 5
"""Teams get their credits in multiples of this, as briefs are priced."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan under a number of credits that stays the same, and what becomes of its queue.

    ``late``, ``days_late`` and ``tardiness`` (weighted) are means over the ``replications``.
    ``never`` counts projects that are larger than the capacity, or wait for one that is. ``used``
    is the share of all credit-days that projects hold, from day 0 until the last of them has
    finished (0 to 1); by ``last`` that is so with a chance of 80 %. ``teams`` are the credits of
    each team.

    With one replication everything takes its usual time, and ``last`` is the day.
    """

    credits: int
    plan: Plan
    late: float
    days_late: float
    tardiness: float
    never: int
    used: float
    last: int
    replications: int
    teams: tuple[tuple[str, int], ...] = ()


def outcomes(
    problem: Problem,
    capacities: Sequence[int],
    *,
    time_limit: float = 2.0,
    iterations: int | None = None,
    seed: int = 0,
) -> list[Outcome]:
    """The best plans found under each of ``capacities``, ascending; ``time_limit`` is for each.

    Under uncertain durations what is looked for is the order that is best on average, and all are
    compared under the same sampled durations. What was found for fewer credits is kept where the
    search for more has found nothing better, unless more let projects start that could not
    before: so more credits are not shown as worse for want of looking. Where durations are known
    they are never; a queue under uncertain ones may, seldom, be a little later with more.

    With teams each gets the part of all credits that it owns on day 0 (``shares``), and what it may
    borrow and lend stays. Raises ``ValueError`` if no team owns any then.
    """
    find = _Uncertain(problem, seed) if can_be_played(problem) else _Known()
    found: list[Outcome] = []
    for credits in sorted(set(capacities)):
        others = problem.resources[1:]
        own = shares({team.name: team.own[0][1] for team in problem.teams}, credits)
        teams = tuple(replace(team, own=((0, own[team.name]),)) for team in problem.teams)
        resources = (Resource(CREDITS, ((0, credits),)), *others)
        alike = replace(problem, resources=resources, teams=teams)
        outcome = find.planned(alike, credits, time_limit, iterations, seed)
        before = found[-1].plan if found else None
        if before is not None and _same_starts(before, outcome.plan):
            outcome = find.kept(alike, before, outcome)
        found.append(outcome)
    return found


class _Known:
    """Plans for usual durations, by what they say themselves."""

    def planned(
        self, problem: Problem, credits: int, time_limit: float, iterations: int | None, seed: int
    ) -> Outcome:
        plan = solve(problem, time_limit=time_limit, iterations=iterations, seed=seed)
        return _outcome(problem, credits, plan)

    def kept(self, problem: Problem, before: Plan, now: Outcome) -> Outcome:
        """What was found for fewer credits, if it is better."""
        if before.measure.z >= now.plan.measure.z:
            return now
        bound = min(now.plan.lower_bound, before.measure.z)
        plan = replace(before, lower_bound=bound, status=now.plan.status)
        return _outcome(problem, now.credits, plan)


class _Uncertain:
    """Orders of the queue, by what becomes of it under the same sampled durations."""

    def __init__(self, problem: Problem, seed: int) -> None:
        often = replications_for(len(problem.projects))
        self.luck = scenarios_of(problem, often, seed)

    def planned(
        self, problem: Problem, credits: int, time_limit: float, iterations: int | None, seed: int
    ) -> Outcome:
        found = solve_stochastic(problem, time_limit=time_limit, iterations=iterations, seed=seed)
        return self._judged(problem, credits, found.plan)

    def kept(self, problem: Problem, before: Plan, now: Outcome) -> Outcome:
        """The order that was found for fewer credits, if it is better on average."""
        arrays = arrays_of(problem)
        order = queue_order(problem, QueuePolicy.PLANNED, before)
        then = self._judged(problem, now.credits, plan_in_order(problem, arrays, order))
        return min(now, then, key=lambda outcome: (outcome.tardiness, outcome is then))

    def _judged(self, problem: Problem, credits: int, plan: Plan) -> Outcome:
        order = queue_order(problem, QueuePolicy.PLANNED, plan)
        seen = forecast(play(problem, QueuePolicy.PLANNED, order, self.luck))
        never = sum(start is None for start in plan.starts.values())
        return Outcome(
            credits, plan, seen.late, seen.days_late, seen.tardiness, never, seen.used,
            seen.last_finish.p80 or 0, seen.replications, _credits_of_teams(problem),
        )  # fmt: skip


def shares(owned: dict[str, int], credits: int) -> dict[str, int]:
    """Divide credits among teams in proportion to what they own, in steps of ``GRAIN``.

    By the highest averages of Webster and Sainte-Lagüe: with more credits nobody gets fewer, so
    that a plan with fewer stays one with more. Raises ``ValueError`` if nobody owns any.
    """
    if not owned:
        return {}
    if not any(owned.values()):
        raise ValueError("nobody owns any credits that could be a measure")
    given = dict.fromkeys(owned, 0)
    # Who has least of what it should have is next; ties fall to the larger, then by name.
    line = [(GRAIN / own, -own, name) for name, own in owned.items() if own]
    heapify(line)
    while credits > 0:
        _, less, name = line[0]
        part = min(GRAIN, credits)
        given[name] += part
        credits -= part
        heapreplace(line, ((2 * given[name] + GRAIN) / -less, less, name))
    return given


def _same_starts(one: Plan, other: Plan) -> bool:
    return all((one.starts[id] is None) == (start is None) for id, start in other.starts.items())


def _outcome(problem: Problem, credits: int, plan: Plan) -> Outcome:
    ends = [work.remaining.p50 for work in problem.in_flight]
    held = sum(work.credits * work.remaining.p50 for work in problem.in_flight)
    for project in problem.projects:
        finish = plan.finish(problem, project.id)
        if finish is not None:
            ends.append(finish)
            held += project.credits * project.duration.p50
    last = max(ends, default=0)
    whole = credits * last
    never = sum(start is None for start in plan.starts.values())
    said = plan.measure
    return Outcome(
        credits, plan, said.late, said.days_late, said.tardiness, never,
        held / whole if whole else 0.0, last, 1,
        _credits_of_teams(problem),
    )  # fmt: skip


def _credits_of_teams(problem: Problem) -> tuple[tuple[str, int], ...]:
    return tuple((team.name, team.own[0][1]) for team in problem.teams)
