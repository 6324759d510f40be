"""A calendar file as a problem, for all commands that plan one. Needs no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from callsheet.catalogue.standard import DELIVERABLE_TYPES, VARIATIONS
from callsheet.cli.plan_teams import CapacitySteps, steps_of, teams_of
from callsheet.cli.plan_times import Times, times_of
from callsheet.insight.wording import say_credits
from callsheet.kit.errors import Refused
from callsheet.kit.workdays import CalendarError, WorkCalendar
from callsheet.sheets.dates import EARLIEST, LATEST, DateOrder
from callsheet.sheets.plan_rows import PlanReading, PlanRow, read_plan
from callsheet.sheets.problems import Problem as BadRow
from callsheet.sheets.records import PriceItem
from callsheet.sheets.team_rows import TeamRow

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.entries import Held
    from callsheet.planner.problem import Problem

MOST_UNCERTAIN = 1.5
"""The largest standard deviation of the logarithm that can be given: one in five takes 3.5 times as
long as usual."""

Calendar = Annotated[Path, typer.Argument(help="The calendar: a .csv, .xlsx or .json file.")]
Start = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day of the plan.")]
Country = Annotated[
    str | None, typer.Option(help="Whose public holidays count: SG, or DE-BE for a region.")
]
Order = Annotated[
    DateOrder | None,
    typer.Option(help="How 03/04/2027 is meant: dmy (day first) or mdy (month first)."),
]
SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Leave bad rows out instead of stopping.")
]

History = Annotated[
    Path | None,
    typer.Option(help="Finished projects (.csv, .xlsx or .json) to learn from how long they take."),
]
Uncertainty = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=MOST_UNCERTAIN,
        help="How much durations vary: the standard deviation of their logarithm. 0 not at all; "
        "with 0.3 one in five takes at least 29 % longer than usual.",
    ),
]

MOST_SHOWN = 50
"""So many bad rows are said one by one."""

_DAYS_OF_A_YEAR = 250


def read_problem(
    calendar: Path,
    start: date,
    steps: CapacitySteps | None,
    country: str | None,
    order: DateOrder | None,
    skip_bad_rows: bool,
    history: Path | None = None,
    closures: frozenset[date] = frozenset(),
    uncertainty: float | None = None,
    teams: Path | None = None,
) -> tuple[Problem, Timeline, PlanReading]:
    """Read a calendar, priced by the catalogue's defaults, for ``steps`` of credits or ``teams``.

    ``teams`` is a file that says what each team has. The calendar is timed by the default lead
    times, or by a ``history`` of finished projects; with an ``uncertainty`` (a standard deviation
    of the logarithm) durations vary by that instead. The days that are left of what is in
    production vary like those of its brief type; of what says only when it started, they are those
    left of its usual time. Nobody works on ``closures``, nor on the country's public holidays.

    Raises ``Refused`` for bad rows that are not to be left out, for a start that no calendar has,
    for an unknown country, and unless either steps or teams are given.
    """
    in_our_time(start, "start")
    own = teams_of(teams, start, order)
    steps = steps_of(steps, own)
    names = [team.name for team in own]
    reading = read_plan(calendar, items=standard_items(), today=start, order=order, teams=names)
    if reading.problems and (reading.unusable or not skip_bad_rows):
        raise Refused("bad_rows", complaint(reading.problems, reading.unusable), field="calendar")
    # The engine loads numba: only once there is something to plan.
    from callsheet.planner.dates import Timeline
    from callsheet.planner.entries import capacity_steps

    timeline = Timeline(start, work_calendar(country, closures))
    times = times_of(history, timeline, order, skip_bad_rows, uncertainty)
    problem = _problem(reading, capacity_steps(steps, timeline), timeline, times, own)
    _check_end(problem, start)
    return problem, timeline, reading


def _check_end(problem: Problem, start: date) -> None:
    """Refuse what cannot be over in our time; a slip in the capacity, or a file of another kind."""
    most = problem.resources[0].most
    fitting = [project for project in problem.projects if project.credits <= most]
    work = sum(project.credits * project.duration.p50 for project in fitting)
    years = (LATEST - start).days / 365
    if most and work / most > years * _DAYS_OF_A_YEAR:
        raise Refused(
            "too_much_work",
            f"With at most {say_credits(most)} at one time, these {len(problem.projects):,} "
            f"projects take more than {work / most / _DAYS_OF_A_YEAR:,.0f} years.",
            field="capacity",
        )


def capacity_given(text: str | None) -> CapacitySteps | None:
    """The capacity, if it was said. Raises ``Refused``."""
    return None if text is None else read_capacity(text)


def read_capacity(text: str) -> CapacitySteps:
    """Read “60” or “60,2027-03-01:90”: credits, then dates from which there are others.

    Raises ``Refused``.
    """
    steps: CapacitySteps = []
    for number, part in enumerate(text.split(",")):
        begin, colon, units = part.strip().rpartition(":")
        try:
            credits = int(units)
            step = (date.fromisoformat(begin) if colon else None, credits)
            if step[0] is not None:
                in_our_time(step[0], "capacity")
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


def in_our_time(day: date, option: str) -> date:
    """The day itself. Raises ``Refused`` where it lies outside the years that calendars have."""
    if not EARLIEST <= day <= LATEST:
        years = f"{EARLIEST.year} to {LATEST.year}"
        said = f"The year {day.year} cannot be right; years are {years}."
        raise Refused("date_out_of_range", said, field=option)
    return day


def standard_items() -> list[PriceItem]:
    """The price list that a new studio starts with."""
    return [
        *(
            PriceItem(0, name, "deliverable", credits, medium)
            for _, name, medium, credits in DELIVERABLE_TYPES
        ),
        *(PriceItem(0, name, "variation", 0) for _, name in VARIATIONS),
    ]


def work_calendar(country: str | None, closures: frozenset[date] = frozenset()) -> WorkCalendar:
    """The working days of “SG” or “DE-BE”. Raises ``Refused`` for an unknown country."""
    code, _, region = (country or "").upper().partition("-")
    try:
        return WorkCalendar(code or None, region or None, closures)
    except CalendarError:
        raise Refused(
            "unknown_country",
            f"“{country}” is no country whose holidays we know. It looks like DE or DE-BE.",
            field="country",
        ) from None


def _problem(
    reading: PlanReading,
    steps: tuple[tuple[int, int], ...],
    timeline: Timeline,
    times: Times,
    teams: Sequence[TeamRow],
) -> Problem:
    from callsheet.planner.entries import Entry, capacity_steps, problem_of
    from callsheet.planner.problem import Team

    return problem_of(
        [
            Entry(
                row.id,
                row.title,
                row.credits,
                times.usual(row.brief_type, row.credits),
                row.due,
                row.not_before,
                float(row.priority),
                row.after,
                row.concepts,
                row.team if teams else None,
            )
            for row in reading.projects
            if row.status == "planned"
        ],
        [
            _held(row, timeline, times, row.team if teams else None)
            for row in reading.projects
            if row.status == "in_production"
        ],
        steps,
        timeline,
        tuple(
            Team(team.name, capacity_steps(team.credits, timeline), team.may_borrow, team.may_lend)
            for team in teams
        ),
    )


def _held(row: PlanRow, timeline: Timeline, times: Times, team: str | None) -> Held:
    from callsheet.planner.entries import Held

    if row.finish_by is None:
        taken = 0 if row.started is None else -timeline.day_from(row.started)
        left = times.left(row.brief_type, row.credits, taken)
        return Held(row.id, row.title, row.credits, None, team=team, left=left)
    usual = times.usual(row.brief_type, row.credits)
    return Held(row.id, row.title, row.credits, row.finish_by, usual.sigma, team)


def complaint(problems: Sequence[BadRow], unusable: bool) -> str:
    """What is wrong with a file's rows, and what to do about it, as lines."""
    said = [str(problem) for problem in problems[:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        said.append(f"… and {len(problems) - MOST_SHOWN:,} more")
    if not unusable:
        said.append("Mend the rows, or leave them out with --skip-bad-rows.")
    return "\n".join(said)
