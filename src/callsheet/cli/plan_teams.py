"""The teams of a calendar, as a file on the command line, and their loans in an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.insight.wording import say_count, say_number
from callsheet.kit.errors import Refused
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.team_rows import TeamRow, read_teams

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.plan import Plan
    from callsheet.planner.problem import Problem, Team

CapacityOrTeams = Annotated[
    str | None,
    typer.Option(
        help="Credits at one time: 60, or with steps 60,2027-03-01:90. With --teams, those of all "
        "teams are added instead."
    ),
]
Teams = Annotated[
    Path | None,
    typer.Option(
        help="Teams with credits of their own (.csv, .xlsx or .json); the calendar names them."
    ),
]

type CapacitySteps = list[tuple[date | None, int]]


def teams_of(file: Path | None, start: date, order: DateOrder | None) -> tuple[TeamRow, ...]:
    """Read the teams; none without a file. Raises ``Refused`` for rows that are wrong."""
    if file is None:
        return ()
    reading = read_teams(file, today=start, order=order)
    if reading.problems:
        said = "\n".join(str(problem) for problem in reading.problems[:50])
        raise Refused("bad_rows", said, field="teams")
    return reading.teams


def steps_of(capacity: CapacitySteps | None, teams: Sequence[TeamRow]) -> CapacitySteps:
    """The capacity of all: what was said, or the sum of the teams' credits.

    Raises ``Refused`` unless exactly one of both is said.
    """
    if capacity is None and not teams:
        said = "Say how many credits there are with --capacity, or whose with --teams."
        raise Refused("missing_capacity", said, field="capacity")
    if capacity is not None and teams:
        said = "With --teams the capacity is what the teams have together; leave --capacity out."
        raise Refused("capacity_twice", said, field="capacity")
    if capacity is not None:
        return capacity
    days = sorted({day for team in teams for day, _ in team.credits if day is not None})
    return [(day, sum(_on(team, day) for team in teams)) for day in (None, *days)]


def _on(team: TeamRow, day: date | None) -> int:
    now = 0
    for begin, credits in team.credits:
        if begin is None or (day is not None and begin <= day):
            now = credits
    return now


def team_days(problem: Problem, found: Plan, days: int) -> list[list[dict[str, Any]]]:
    """For each of the first ``days``: what every team holds, owns and borrows; none without teams.

    What is borrowed is what a team holds above its own, whoever lends it.
    """
    from callsheet.planner.problem import steps_on

    if not problem.teams:
        return []
    held = {team.name: [0] * days for team in problem.teams}
    spans = [(work.team, 0, work.remaining.p50, work.credits) for work in problem.in_flight]
    for project in problem.projects:
        start = found.starts[project.id]
        if start is not None:
            end = start + project.duration.p50
            spans.append((project.team, start, end, project.credits))
    for name, begin, end, credits in spans:
        for day in range(begin, min(end, days)):
            held[name or ""][day] += credits
    return [
        [
            {
                "team": team.name,
                "held": held[team.name][day],
                "own": (own := steps_on(team.own, day)),
                "borrowed": max(0, held[team.name][day] - own),
            }
            for team in problem.teams
        ]
        for day in range(days)
    ]


def teams_as_dicts(
    problem: Problem, usage: list[dict[str, Any]], timeline: Timeline
) -> list[dict[str, Any]]:
    """The teams with their limits, and what they use and borrow in ``usage``."""
    return [
        _team_as_dict(team, usage, [day["teams"][n] for day in usage], timeline)
        for n, team in enumerate(problem.teams)
    ]


def _team_as_dict(
    team: Team, usage: list[dict[str, Any]], days: list[dict[str, Any]], timeline: Timeline
) -> dict[str, Any]:
    own = sum(day["own"] for day in days)
    loans = [when["date"] for when, day in zip(usage, days, strict=True) if day["borrowed"]]
    return {
        "name": team.name,
        "credits": [
            {"from": timeline.date_of(day), "credits": credits} for day, credits in team.own
        ],
        "may_borrow": team.may_borrow,
        "may_lend": team.may_lend,
        "used": round(sum(day["held"] for day in days) / own, 4) if own else None,
        "most_borrowed": max((day["borrowed"] for day in days), default=0),
        "days_borrowed": len(loans),
        "first_borrowed": loans[0] if loans else None,
    }


def draw_teams(console: Console, answer: dict[str, Any]) -> None:
    """Print what each team has and borrows; nothing without teams."""
    if not answer["teams"]:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("team")
    for heading in ("credits", "in use", "borrows at most"):
        table.add_column(heading, justify="right")
    table.add_column("on")
    for team in answer["teams"]:
        loans = say_number(team["days_borrowed"], "working day", "working days")
        table.add_row(
            Text(team["name"]),
            " → ".join(say_count(step["credits"]) for step in team["credits"]),
            "" if team["used"] is None else f"{team['used']:.0%}",
            say_count(team["most_borrowed"]) if team["most_borrowed"] else "nothing",
            f"{loans}, from {team['first_borrowed']} on" if team["days_borrowed"] else "",
        )
    console.print(table)
