"""``callsheet plan``: a content calendar in, the days on which to brief out. Needs no database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import accumulate
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.catalogue.standard import DELIVERABLE_TYPES, LEAD_TIMES, VARIATIONS
from callsheet.cli.output import Json, show
from callsheet.insight.wording import say_working_days
from callsheet.kit.errors import Refused
from callsheet.kit.workdays import CalendarError, WorkCalendar
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.plan_rows import PlanReading, PlanRow, read_plan
from callsheet.sheets.records import PriceItem

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.plan import Plan
    from callsheet.planner.problem import Duration, Problem

DEFAULT_BRIEF_TYPE = "original_creative"
"""What a row is timed as that does not say its brief type; the output marks it."""

MOST_SHOWN = 50
_Z_80 = 0.8416  # the 80 % quantile of the normal distribution


def plan(
    calendar: Annotated[Path, typer.Argument(help="The calendar: a .csv or .xlsx file.")],
    capacity: Annotated[
        str, typer.Option(help="Credits at one time: 60, or with steps 60,2027-03-01:90.")
    ],
    start: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day of the plan.")
    ],
    country: Annotated[
        str | None, typer.Option(help="Whose public holidays count: SG, or DE-BE for a region.")
    ] = None,
    date_order: Annotated[
        DateOrder | None,
        typer.Option(help="How 03/04/2027 is meant: dmy (day first) or mdy (month first)."),
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Leave bad rows out instead of stopping.")
    ] = False,
    time_limit: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds in which to look for better plans.")
    ] = 5.0,
    seed: Annotated[int, typer.Option(min=0, help="Where the search begins.")] = 0,
    json: Json = False,
) -> None:
    """Say which briefs of a calendar to submit when, so that it is met with the credits there are.

    Prices and lead times are the catalogue's defaults. Ctrl-C takes the best plan so far.
    """
    day = start.date()
    steps = read_capacity(capacity)
    reading = read_plan(calendar, items=standard_items(), today=day, order=date_order)
    if reading.problems and (reading.unusable or not skip_bad_rows):
        raise Refused("bad_rows", _complaint(reading), field="calendar")
    # The engine loads numba: only once there is something to plan.
    from callsheet.planner.dates import Timeline
    from callsheet.planner.entries import capacity_steps
    from callsheet.planner.solve import solve

    timeline = Timeline(day, _work_calendar(country))
    problem = _problem(reading, capacity_steps(steps, timeline), timeline)
    console = Console(stderr=True)
    with console.status("Looking for better plans; Ctrl-C takes the best so far."):
        found = solve(problem, time_limit=time_limit, seed=seed)
    answer = answer_of(problem, found, timeline, reading)
    show(answer, json=json, human=lambda out: _draw(out, answer, timeline.zero))


def read_capacity(text: str) -> list[tuple[date | None, int]]:
    """Read “60” or “60,2027-03-01:90”: credits, then dates from which there are others.

    Raises ``Refused``.
    """
    steps: list[tuple[date | None, int]] = []
    for number, part in enumerate(text.split(",")):
        begin, colon, units = part.strip().rpartition(":")
        try:
            credits = int(units)
            step = (date.fromisoformat(begin) if colon else None, credits)
        except ValueError:
            credits, step = -1, (None, 0)
        if not 0 <= credits <= 100_000 or (number == 0) == bool(colon):
            raise Refused(
                "bad_capacity",
                f"“{part.strip()}” is no capacity. Write 60, or 60,2027-03-01:90 for 90 credits "
                "from 1 March on.",
                field="capacity",
            )
        steps.append(step)
    return steps


def standard_items() -> list[PriceItem]:
    """The price list that a new studio starts with."""
    return [
        *(
            PriceItem(0, name, "deliverable", credits, medium)
            for _, name, medium, credits in DELIVERABLE_TYPES
        ),
        *(PriceItem(0, name, "variation", 0) for _, name in VARIATIONS),
    ]


def standard_duration(brief_type: str) -> Duration:
    """How long a project takes by the default lead times, in working days."""
    from callsheet.planner.problem import Duration

    stages = LEAD_TIMES[brief_type or DEFAULT_BRIEF_TYPE].values()
    p50, p80 = sum(usual for usual, _ in stages), sum(worst for _, worst in stages)
    return Duration(p50, log(p80 / p50) / _Z_80)


def _work_calendar(country: str | None) -> WorkCalendar:
    code, _, region = (country or "").upper().partition("-")
    try:
        return WorkCalendar(code or None, region or None)
    except CalendarError as error:
        raise Refused("unknown_country", f"{error}.", field="country") from None


def _problem(
    reading: PlanReading, steps: tuple[tuple[int, int], ...], timeline: Timeline
) -> Problem:
    from callsheet.planner.entries import Entry, Held, problem_of

    return problem_of(
        [
            Entry(
                row.id,
                row.title,
                row.credits,
                standard_duration(row.brief_type),
                row.due,
                row.not_before,
                float(row.priority),
                row.after,
            )
            for row in reading.projects
            if row.status == "planned"
        ],
        [
            Held(row.id, row.title, row.credits, row.finish_by)
            for row in reading.projects
            if row.status == "in_production" and row.finish_by is not None
        ],
        steps,
        timeline,
    )


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


def _complaint(reading: PlanReading) -> str:
    said = [str(problem) for problem in reading.problems[:MOST_SHOWN]]
    if len(reading.problems) > MOST_SHOWN:
        said.append(f"… and {len(reading.problems) - MOST_SHOWN:,} more")
    if not reading.unusable:
        said.append("Mend the rows, or leave them out with --skip-bad-rows.")
    return "\n".join(said)


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
