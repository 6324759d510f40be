"""``callsheet plan``: a content calendar in, the days on which to brief out. Needs no database."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.cli.output import Json, show
from callsheet.cli.plan_closures import Closures, read_closures
from callsheet.cli.plan_drawing import draw_plan
from callsheet.cli.plan_files import Html, Ics, Xlsx, check_outputs, write_plan
from callsheet.cli.plan_forecast import forecasted
from callsheet.cli.plan_latest import with_latest_days
from callsheet.cli.plan_problem import (
    Calendar,
    Country,
    History,
    Order,
    SkipBadRows,
    Start,
    Uncertainty,
    capacity_given,
    read_problem,
)
from callsheet.cli.plan_reasons import explained
from callsheet.cli.plan_search import Robust, SearchSeed, TimeLimit, improved
from callsheet.cli.plan_teams import CapacityOrTeams, Teams, team_days, teams_as_dicts
from callsheet.cli.plan_times import DEFAULT_BRIEF_TYPE, uncertainty_from
from callsheet.sheets.plan_rows import PlanReading, PlanRow

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.plan import Plan
    from callsheet.planner.problem import InFlight, Problem


def plan(
    calendar: Calendar,
    start: Start,
    capacity: CapacityOrTeams = None,
    teams: Teams = None,
    country: Country = None,
    closures: Closures = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    history: History = None,
    uncertainty: Uncertainty = None,
    robust: Robust = False,
    time_limit: TimeLimit = 5.0,
    seed: SearchSeed = 0,
    ics: Ics = None,
    html: Html = None,
    xlsx: Xlsx = None,
    json: Json = False,
) -> None:
    """Say which briefs of a calendar to submit when, so that it is met with the credits there are.

    Prices are the catalogue's defaults, and so are lead times without a history. Dates with a
    chance are those of the queue in the plan's order under durations that vary. Ctrl-C takes the
    best plan so far.
    """
    check_outputs({"ics": ics, "html": html, "xlsx": xlsx}, [calendar, history, teams])
    problem, timeline, reading = read_problem(
        calendar,
        start.date(),
        capacity_given(capacity),
        country,
        date_order,
        skip_bad_rows,
        history,
        read_closures(closures),
        uncertainty,
        teams,
    )
    found = improved(problem, time_limit, seed, robust=robust)
    answer = described(problem, found, timeline, reading, seed, history, uncertainty)
    write_plan(answer, timeline.zero, ics=ics, html=html, xlsx=xlsx)
    show(answer, json=json, human=lambda out: draw_plan(out, answer, timeline.zero))


def described(
    problem: Problem,
    found: Plan,
    timeline: Timeline,
    reading: PlanReading,
    seed: int,
    history: Path | None,
    uncertainty: float | None,
) -> dict[str, Any]:
    """All that is said of a plan: dates, what to expect, why, and what would help."""
    answer = answer_of(problem, found, timeline, reading) | {
        "durations_from": "defaults" if history is None else "history",
        "uncertainty_from": uncertainty_from(history, uncertainty),
    }
    answer = forecasted(answer, problem, found, timeline, reading, seed)
    answer = with_latest_days(answer, problem, found, timeline, reading, seed)
    return explained(answer, problem, found, timeline)


def answer_of(
    problem: Problem, found: Plan, timeline: Timeline, reading: PlanReading
) -> dict[str, Any]:
    """The plan with dates, as plain data for ``--json``; projects by start, the unplannable last.

    ``start`` is the day on which to brief. The lower bound is proved.
    """
    usage = _usage(problem, found, timeline)
    rows = {row.id: row for row in reading.projects}
    order = {id: place for place, id in enumerate(found.order)}
    projects = sorted(problem.projects, key=lambda p: (order.get(p.id, len(order)), p.id))
    return {
        "status": found.status.value,
        "objective": {
            "weighted_tardiness": found.measure.tardiness,
            "weighted_flow": found.measure.flow,
            "lower_bound": found.lower_bound,
            "gap": found.gap,
        },
        "projects": [
            _project(problem, found, timeline, project.id, rows[project.id]) for project in projects
        ],
        "in_production": [_held(work, timeline, rows.get(work.id)) for work in problem.in_flight],
        "teams": teams_as_dicts(problem, usage, timeline),
        "usage": usage,
        "skipped_rows": [problem.as_dict() for problem in reading.problems],
        "warnings": [warning.as_dict() for warning in reading.warnings],
        "solver": {"seconds": found.seconds, "method": found.method, "seed": found.seed},
    }


def _usage(problem: Problem, found: Plan, timeline: Timeline) -> list[dict[str, Any]]:
    """What is held on each working day, and the capacity, until everything has finished."""
    from callsheet.planner.problem import steps_on

    spans = [(0, work.remaining.p50, work.credits) for work in problem.in_flight]
    for project in problem.projects:
        start = found.starts[project.id]
        if start is not None:
            spans.append((start, start + project.duration.p50, project.credits))
    change = [0] * (max((end for _, end, _ in spans), default=0) + 1)
    for begin, end, credits in spans:
        change[begin] += credits
        change[end] -= credits
    teams = team_days(problem, found, len(change) - 1)
    return [
        {
            "date": timeline.date_of(day),
            "held": held,
            "capacity": steps_on(problem.resources[0].capacity, day),
        }
        | ({"teams": teams[day]} if teams else {})
        for day, held in enumerate(accumulate(change[:-1]))
    ]


def _held(work: InFlight, timeline: Timeline, row: PlanRow | None) -> dict[str, Any]:
    expected = row is not None and row.status == "in_production" and row.finish_by is None
    return {
        "id": work.id,
        "title": work.title,
        "credits": work.credits,
        "finish": timeline.date_of(work.remaining.p50),
        "finish_expected": expected,
        "notes": {} if row is None else dict(row.notes),
    }


def _project(
    problem: Problem, found: Plan, timeline: Timeline, id: str, row: PlanRow
) -> dict[str, Any]:
    project = problem.by_id[id]
    start, finish = found.starts[id], found.finish(problem, id)
    tardiness = slack = None
    if finish is not None and project.due is not None:
        tardiness, slack = max(0, finish - project.due), project.due - finish
    brief_by = None if start is None else timeline.date_of(start)
    return {
        "id": id,
        "title": row.title,
        "team": project.team or row.team or None,
        "credits": project.credits,
        "duration": project.duration.p50,
        "brief_type": row.brief_type or DEFAULT_BRIEF_TYPE,
        "brief_type_assumed": not row.brief_type,
        "priority": row.priority,
        "not_before": row.not_before,
        "after": list(project.after),
        "brief_by": brief_by,
        "start": brief_by,
        "finish": None if finish is None else timeline.date_of(finish),
        "due": row.due,
        "tardiness": tardiness,
        "slack": slack,
        "notes": dict(row.notes),
    }
