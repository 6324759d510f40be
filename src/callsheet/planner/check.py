"""An independent judge of plans: it shares no code with what makes them.

Written for being obviously right: plain dictionaries, day by day where anything changes, no
arrays, no shortcuts.
"""

from __future__ import annotations

from collections import defaultdict
from math import isclose

from callsheet.planner.plan import Plan, Status
from callsheet.planner.problem import CREDITS, Problem, Project, steps_on


class InvalidPlan(AssertionError):
    """A plan breaks a rule of its problem: a defect of the planner, never of the input."""


def check(problem: Problem, plan: Plan) -> None:
    """Raise ``InvalidPlan`` where a plan breaks a rule or misstates itself; else return.

    Checked are: every project has one entry; starts are not before the ready date nor before the
    finish of a predecessor; on every day no resource, team or loan is above its limit (unless work
    in flight alone is, and then nothing makes it worse); what is not started could not be;
    tardiness, flow, Z, bound and status are what they say.
    """
    if violations := violations_of(problem, plan):
        raise InvalidPlan("; ".join(violations[:20]))


def violations_of(problem: Problem, plan: Plan) -> list[str]:
    """Every rule that a plan breaks, as sentences; empty for a valid plan."""
    found: list[str] = []
    if set(plan.starts) != {project.id for project in problem.projects}:
        return ["the plan is not about the projects of its problem"]
    finishes = {work.id: work.remaining.p50 for work in problem.in_flight}
    for project in problem.projects:
        start = plan.starts[project.id]
        if start is not None:
            finishes[project.id] = start + project.duration.p50
    for project in problem.projects:
        found += _project(project, plan, finishes)
    found += _resources(problem, plan)
    if problem.teams:
        found += _teams(problem, plan)
    found += _figures(problem, plan, finishes)
    return found


def _project(project: Project, plan: Plan, finishes: dict[str, int]) -> list[str]:
    start = plan.starts[project.id]
    if start is None:
        return []
    found = []
    if start < project.ready:
        found.append(f"{project.id} starts on day {start}, before it is ready ({project.ready})")
    for predecessor in project.after:
        if predecessor not in finishes:
            found.append(f"{project.id} starts, its predecessor {predecessor} never does")
        elif start < finishes[predecessor]:
            found.append(
                f"{project.id} starts on day {start}, its predecessor {predecessor} "
                f"finishes on day {finishes[predecessor]}"
            )
    return found


def _changes(spans: list[tuple[int, int, int]]) -> dict[int, int]:
    """By how much the use of units changes on which day; a span is (begin, end, units)."""
    change: dict[int, int] = defaultdict(int)
    for begin, end, units in spans:
        change[begin] += units
        change[end] -= units
    return change


def _resources(problem: Problem, plan: Plan) -> list[str]:
    found = []
    for resource in problem.resources:
        if problem.teams and resource.name == CREDITS:
            continue
        held = [
            (0, work.remaining.p50, units)
            for work in problem.in_flight
            for name, units in work.demand
            if name == resource.name
        ]
        planned = [
            (start, start + project.duration.p50, units)
            for project in problem.projects
            for start in [plan.starts[project.id]]
            for name, units in project.demand
            if name == resource.name and start is not None
        ]
        change, change_planned = _changes([*held, *planned]), _changes(planned)
        used = started = 0
        for day in sorted({*change, *(day for day, _ in resource.capacity)}):
            used += change.get(day, 0)
            started += change_planned.get(day, 0)
            there = steps_on(resource.capacity, day)
            if started and used > there:
                found.append(f"{resource.name}: {used} in use on day {day}, there are {there}")
    return found


def _teams(problem: Problem, plan: Plan) -> list[str]:
    """With loans: what is borrowed fits the limits, and what the others can lend."""
    held: dict[str, list[tuple[int, int, int]]] = {team.name: [] for team in problem.teams}
    planned: dict[str, list[tuple[int, int, int]]] = {team.name: [] for team in problem.teams}
    for work in problem.in_flight:
        held[work.team or ""].append((0, work.remaining.p50, work.credits))
    for project in problem.projects:
        start = plan.starts[project.id]
        if start is not None:
            span = (start, start + project.duration.p50, project.credits)
            planned[project.team or ""].append(span)
    changes_before = {name: _changes(spans) for name, spans in held.items()}
    changes_planned = {name: _changes(spans) for name, spans in planned.items()}
    days = {day for team in problem.teams for day, _ in team.own}
    days |= {day for change in changes_before.values() for day in change}
    days |= {day for change in changes_planned.values() for day in change}
    before = dict.fromkeys(held, 0)
    started = dict.fromkeys(held, 0)
    found = []
    for day in sorted(days):
        for name in held:
            before[name] += changes_before[name].get(day, 0)
            started[name] += changes_planned[name].get(day, 0)
        if not any(started.values()):
            continue
        borrowed = lendable = borrowed_before = lendable_before = 0
        for team in problem.teams:
            own = steps_on(team.own, day)
            then = before[team.name]
            now = then + started[team.name]
            may_borrow = team.may_borrow if team.may_borrow is not None else now
            may_lend = team.may_lend if team.may_lend is not None else own
            borrowed += max(0, now - own)
            lendable += min(may_lend, max(0, own - now))
            borrowed_before += max(0, then - own)
            lendable_before += min(may_lend, max(0, own - then))
            if now - own > max(may_borrow, then - own, 0):
                found.append(f"team {team.name} borrows {now - own} on day {day}, may {may_borrow}")
        if borrowed - lendable > max(0, borrowed_before - lendable_before):
            found.append(f"{borrowed} are borrowed on day {day}, only {lendable} can be lent")
    return found


def _figures(problem: Problem, plan: Plan, finishes: dict[str, int]) -> list[str]:
    found = []
    tardiness = flow = 0.0
    late = days_late = 0
    for project in problem.projects:
        if plan.starts[project.id] is None:
            continue
        finish = finishes[project.id]
        flow += project.weight * (finish - project.ready)
        if project.due is not None and finish > project.due:
            tardiness += project.weight * (finish - project.due)
            late += 1
            days_late += finish - project.due
    z = problem.objective.tardiness * tardiness + problem.objective.flow * flow
    said = plan.measure
    for name, right, told in (
        ("weighted tardiness", tardiness, said.tardiness),
        ("weighted flow", flow, said.flow),
        ("Z", z, said.z),
    ):
        if not isclose(right, told, rel_tol=1e-9, abs_tol=1e-6):
            found.append(f"{name} is {right}, the plan says {told}")
    if (late, days_late) != (said.late, said.days_late):
        found.append(f"{late} projects are {days_late} days late, the plan says otherwise")
    if plan.lower_bound > z * (1 + 1e-9) + 1e-6:
        found.append(f"the lower bound {plan.lower_bound} is above the plan's own Z, {z}")
    missing = any(start is None for start in plan.starts.values())
    if missing != (plan.status is Status.INFEASIBLE):
        found.append(f"the status is {plan.status}, which is not so")
    if plan.status is Status.OPTIMAL and z - plan.lower_bound > 1e-6 * max(1.0, z):
        found.append(f"called optimal, but the bound {plan.lower_bound} is not its Z, {z}")
    found += _left_out(problem, plan, finishes)
    return found


def _left_out(problem: Problem, plan: Plan, finishes: dict[str, int]) -> list[str]:
    """What is not started could not be added to the plan on its last, emptiest days either."""
    found = []
    end = max(
        [0]
        + list(finishes.values())
        + [project.ready for project in problem.projects]
        + [day for resource in problem.resources for day, _ in resource.capacity]
        + [day for team in problem.teams for day, _ in team.own]
    )
    for project in problem.projects:
        if plan.starts[project.id] is not None:
            continue
        if any(predecessor not in finishes for predecessor in project.after):
            continue
        fits = all(
            units <= steps_on(resource.capacity, end)
            for resource in problem.resources
            for units in [dict(project.demand).get(resource.name, 0)]
            if not (problem.teams and resource.name == CREDITS)
        )
        if problem.teams and fits:
            team = next(team for team in problem.teams if team.name == project.team)
            own = steps_on(team.own, end)
            others = sum(
                steps_on(other.own, end)
                if other.may_lend is None
                else min(other.may_lend, steps_on(other.own, end))
                for other in problem.teams
                if other is not team
            )
            missing = max(0, project.credits - own)
            may_borrow = others if team.may_borrow is None else team.may_borrow
            fits = missing <= min(may_borrow, others)
        if fits:
            found.append(f"{project.id} is left out, though it fits when all is finished")
    return found
