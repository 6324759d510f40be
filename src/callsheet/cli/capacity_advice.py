"""``callsheet capacity-advice``: what 30, 60, 90 or 120 credits would make of a calendar."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from callsheet.cli.compiling import compile_planner
from callsheet.cli.output import Json, show
from callsheet.cli.plan_closures import Closures, read_closures
from callsheet.cli.plan_problem import (
    Calendar,
    Country,
    History,
    Order,
    SkipBadRows,
    Start,
    Uncertainty,
    read_problem,
)
from callsheet.cli.plan_search import SearchSeed
from callsheet.cli.plan_teams import Teams
from callsheet.insight.wording import say_count, say_number
from callsheet.kit.errors import Refused


def capacity_advice(
    calendar: Calendar,
    start: Start,
    credits: Annotated[str, typer.Option(help="The numbers of credits to compare.")] = (
        "30,60,90,120"
    ),
    teams: Teams = None,
    country: Country = None,
    closures: Closures = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    history: History = None,
    uncertainty: Uncertainty = None,
    time_limit: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds in which to look, for each number.")
    ] = 2.0,
    seed: SearchSeed = 0,
    json: Json = False,
) -> None:
    """Compare what other numbers of credits would make of a calendar.

    Prices are the catalogue's defaults, and so are lead times without a history. All numbers are
    compared in the same runs of the queue, each with other durations. With teams, each gets the
    part of the credits that it has in their file.
    """
    amounts = _amounts(credits)
    problem, timeline, reading = read_problem(
        calendar,
        start.date(),
        None if teams is not None else [(None, amounts[0])],
        country,
        date_order,
        skip_bad_rows,
        history,
        read_closures(closures),
        uncertainty,
        teams,
    )
    if teams is not None and not any(team.own[0][1] for team in problem.teams):
        said = "No team has credits on the first day, so that others cannot be divided like them."
        raise Refused("bad_capacity", said, field="teams")
    from callsheet.planner.capacity import outcomes

    compile_planner()
    with Console(stderr=True).status("Planning the calendar with each of them."):
        found = outcomes(problem, amounts, time_limit=time_limit, seed=seed)
    answer = {
        "projects": len(problem.projects),
        "replications": found[0].replications,
        "capacities": [
            {
                "credits": outcome.credits,
                "teams": dict(outcome.teams),
                "late": round(outcome.late, 2),
                "days_late": round(outcome.days_late, 1),
                "never": outcome.never,
                "used": round(outcome.used, 4),
                "last_finish": timeline.date_of(outcome.last),
                "weighted_tardiness": round(outcome.tardiness, 1),
                "status": outcome.plan.status.value,
                "gap": outcome.plan.gap,
            }
            for outcome in found
        ],
        "skipped_rows": [bad.as_dict() for bad in reading.problems],
    }
    show(answer, json=json, human=lambda out: _draw(out, answer, history is not None))


def _amounts(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) <= 100_000 for part in parts):
        raise Refused(
            "bad_capacity", f"“{text}” are no numbers of credits. Write 30,60,90.", field="credits"
        )
    return sorted({int(part) for part in parts})


def _draw(console: Console, answer: dict[str, Any], learned: bool) -> None:
    average = answer["replications"] > 1
    table = Table(box=None)
    for heading in ("credits", "late projects", "working days late", "can never start", "in use"):
        table.add_column(heading, justify="right")
    table.add_column("all finished (80 %)" if average else "all finished")
    for row in answer["capacities"]:
        table.add_row(
            say_count(row["credits"]),
            f"{row['late']:,.1f}" if average else f"{row['late']:,.0f}",
            f"{row['days_late']:,.0f}",
            say_count(row["never"]),
            f"{row['used']:.0%}",
            str(row["last_finish"]),
        )
    console.print(table)
    source = "learned from your history" if learned else "the catalogue's defaults"
    if answer["capacities"][0]["teams"]:
        console.print("Each team has its part of the credits, as in the file of teams.")
    said = (
        f"{say_number(answer['projects'], 'project', 'projects')} in the best order found for each "
    )
    said += "number"
    if average:
        said += (
            f"; means of {answer['replications']:,} runs of the queue, each with other durations"
        )
    console.print(
        f"{said}. Durations are {source}.",
        highlight=False,
        soft_wrap=True,
    )
