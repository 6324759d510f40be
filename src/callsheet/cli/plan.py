"""``callsheet plan``: a content calendar in, the days on which to brief out. Needs no database."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.output import Json, show
from callsheet.cli.plan_problem import (
    DEFAULT_BRIEF_TYPE,
    MOST_SHOWN,
    Calendar,
    Country,
    Order,
    SkipBadRows,
    Start,
    read_capacity,
    read_problem,
)
from callsheet.insight.wording import say_working_days
from callsheet.sheets.plan_rows import PlanReading, PlanRow

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.plan import Plan
    from callsheet.planner.problem import Problem


def plan(
    calendar: Calendar,
    capacity: Annotated[
        str, typer.Option(help="Credits at one time: 60, or with steps 60,2027-03-01:90.")
    ],
    start: Start,
    country: Country = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    time_limit: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds in which to look for better plans.")
    ] = 5.0,
    seed: Annotated[int, typer.Option(min=0, help="Where the search begins.")] = 0,
    json: Json = False,
) -> None:
    """Say which briefs of a calendar to submit when, so that it is met with the credits there are.

    Prices and lead times are the catalogue's defaults. Ctrl-C takes the best plan so far.
    """
    problem, timeline, reading = read_problem(
        calendar, start.date(), read_capacity(capacity), country, date_order, skip_bad_rows
    )
    from callsheet.planner.solve import solve

    console = Console(stderr=True)
    with console.status("Looking for better plans; Ctrl-C takes the best so far."):
        found = solve(problem, time_limit=time_limit, seed=seed)
    answer = answer_of(problem, found, timeline, reading)
    show(answer, json=json, human=lambda out: _draw(out, answer, timeline.zero))


def answer_of(
    problem: Problem, found: Plan, timeline: Timeline, reading: PlanReading
) -> dict[str, Any]:
    """The plan with dates, as plain data for ``--json``; projects by start, the unplannable last.

    ``start`` is the day on which to brief. The lower bound is proved.
    """
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
        "usage": _usage(problem, found, timeline),
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
    return [
        {
            "date": timeline.date_of(day),
            "held": held,
            "capacity": steps_on(problem.resources[0].capacity, day),
        }
        for day, held in enumerate(accumulate(change[:-1]))
    ]


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
        "credits": project.credits,
        "duration": project.duration.p50,
        "brief_type": row.brief_type or DEFAULT_BRIEF_TYPE,
        "brief_type_assumed": not row.brief_type,
        "brief_by": brief_by,
        "start": brief_by,
        "finish": None if finish is None else timeline.date_of(finish),
        "due": row.due,
        "tardiness": tardiness,
        "slack": slack,
    }


def _draw(console: Console, answer: dict[str, Any], first: date) -> None:
    for problem in answer["skipped_rows"][:MOST_SHOWN]:
        console.print(Text(f"Left out: row {problem['row']}: {problem['rule']}"), soft_wrap=True)
    week = first + timedelta(days=6 - first.weekday())
    now = [p for p in answer["projects"] if p["start"] is not None and p["start"] <= week]
    now.sort(key=lambda project: -(project["tardiness"] or 0))
    later = [project for project in answer["projects"] if project not in now]
    for heading, projects in ((f"This week, from {first} on", now), ("Later", later)):
        if projects:
            console.print(Text(heading, style="bold"))
            console.print(_table(projects))
    console.print(_quality(answer), highlight=False, soft_wrap=True)


def _table(projects: list[dict[str, Any]]) -> Table:
    table = Table("brief on", "title", box=None)
    table.add_column("credits", justify="right")
    for heading in ("finished", "wanted by", "late"):
        table.add_column(heading)
    for project in projects:
        late = project["tardiness"]
        note = say_working_days(late) if late else ""
        if project["start"] is None:
            note = "can never start: it costs more than the capacity, or follows what does"
        table.add_row(
            str(project["start"] or "never"),
            Text(project["title"]),
            str(project["credits"]),
            str(project["finish"] or ""),
            str(project["due"] or ""),
            note,
        )
    return table


def _quality(answer: dict[str, Any]) -> str:
    if answer["status"] == "optimal":
        said = "Proved: no other order is better."
    elif answer["objective"]["lower_bound"] > 0:
        said = f"At most {answer['objective']['gap']:.1%} of this plan's Z could be saved."
    else:
        said = "How far this plan is from the best one has not been worked out."
    if any(project["brief_type_assumed"] for project in answer["projects"]):
        said += " Rows without a brief type are timed as original creative."
    return f"{said} Durations are the catalogue's defaults."
