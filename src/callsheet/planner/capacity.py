"""What another number of credits would change: the same projects planned under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heapreplace

from callsheet.planner.plan import Plan
from callsheet.planner.problem import CREDITS, Problem, Resource
from callsheet.planner.solve import solve

GRAIN = 5
"""Teams get their credits in multiples of this, as briefs are priced."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan under a number of credits that stays the same.

    ``never`` counts projects that are larger than the capacity, or wait for one that is.
    ``used`` is the share of all credit-days that projects hold, from day 0 until the last of them
    has finished (0 to 1); ``last`` is that day. ``teams`` are the credits of each team.
    """

    credits: int
    plan: Plan
    never: int
    used: float
    last: int
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

    A plan under fewer credits is one under more as well, so what was found for fewer is kept
    where the search for more has found nothing better: more credits are never shown as worse,
    unless they let projects start that could not before.

    With teams, each gets the part of all credits that it owns on day 0 (``shares``); what it may
    borrow and lend stays. Raises ``ValueError`` if no team owns any then.
    """
    found: list[Outcome] = []
    for credits in sorted(set(capacities)):
        others = problem.resources[1:]
        own = shares({team.name: team.own[0][1] for team in problem.teams}, credits)
        teams = tuple(replace(team, own=((0, own[team.name]),)) for team in problem.teams)
        resources = (Resource(CREDITS, ((0, credits),)), *others)
        alike = replace(problem, resources=resources, teams=teams)
        plan = solve(alike, time_limit=time_limit, iterations=iterations, seed=seed)
        before = found[-1].plan if found else None
        if before is not None and _same_starts(before, plan) and before.measure.z < plan.measure.z:
            bound = min(plan.lower_bound, before.measure.z)
            plan = replace(before, lower_bound=bound, status=plan.status)
        found.append(_outcome(alike, credits, plan))
    return found


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
    teams = tuple((team.name, team.own[0][1]) for team in problem.teams)
    return Outcome(credits, plan, never, held / whole if whole else 0.0, last, teams)
