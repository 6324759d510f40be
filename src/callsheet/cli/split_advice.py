"""``callsheet split-advice``: which projects to brief as several smaller ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

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
    capacity_given,
    read_problem,
)
from callsheet.cli.plan_search import SearchSeed, TimeLimit, improved
from callsheet.cli.plan_teams import CapacityOrTeams, Teams
from callsheet.cli.plan_words import say_late
from callsheet.insight.wording import say_count, say_number, say_working_days

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.replanning import Outcome
    from callsheet.planner.split import Split


def split_advice(
    calendar: Calendar,
    start: Start,
    capacity: CapacityOrTeams = None,
    teams: Teams = None,
    most: Annotated[int, typer.Option(min=1, max=50, help="So many proposals at most.")] = 5,
    country: Country = None,
    closures: Closures = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    history: History = None,
    uncertainty: Uncertainty = None,
    time_limit: TimeLimit = 5.0,
    seed: SearchSeed = 0,
    json: Json = False,
) -> None:
    """Say which projects to brief as several smaller ones, so that less is late.

    Tried are projects of several concepts (a column of the calendar) and those of 30 credits and
    more. Every proposal has been planned again; each part takes as long as the whole.
    """
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
    found = improved(problem, time_limit, seed)
    from callsheet.planner.split import splits

    with Console(stderr=True).status("Planning again with each split."):
        advice = splits(problem, found, most=most, seed=seed)
    titles = {row.id: row.title for row in reading.projects}
    answer = {
        "projects": len(problem.projects),
        "tried": advice.tried,
        "replications": advice.replications,
        "before": _lateness(advice.without),
        "after": _lateness(advice.together),
        "proposals": [
            _proposal(split, titles[split.project], timeline, advice.replications > 1)
            for split in advice.proposals
        ],
        "skipped_rows": [bad.as_dict() for bad in reading.problems],
    }
    show(answer, json=json, human=lambda out: _draw(out, answer))


def _lateness(outcome: Outcome) -> dict[str, Any]:
    return {
        "late": round(outcome.late, 2),
        "days_late": round(outcome.days_late, 1),
        "weighted_tardiness": round(outcome.tardiness, 1),
    }


def _proposal(split: Split, title: str, timeline: Timeline, on_average: bool) -> dict[str, Any]:
    return {
        "id": split.project,
        "title": title,
        "parts": list(split.parts),
        "hypothetical": split.supposed,
        "finish_before": timeline.date_of(split.before),
        "finishes": [timeline.date_of(day) for day in split.finishes],
        "saved_weighted_tardiness": round(split.saved_tardiness, 1),
        "saved_days": round(split.saved_days, 1),
        "days_apart": split.apart,
        "days_later": split.later,
        "sentence": _sentence(split, title, timeline, on_average),
    }


def _sentence(split: Split, title: str, timeline: Timeline, on_average: bool) -> str:
    sizes = " + ".join(say_count(part) for part in split.parts)
    said = f"Brief “{title}” as {len(split.parts)} projects of {sizes} credits"
    if split.supposed:
        said += ", if its concepts allow that"
    first, last = (timeline.date_of(pick(split.finishes)) for pick in (min, max))
    said += ": in four of five cases " if on_average else ": "
    said += f"the first is finished {'by' if on_average else 'on'} {first}, the last "
    said += f"{say_working_days(split.apart)} later, on {last}; as one it would be on "
    said += f"{timeline.date_of(split.before)}. "
    if split.later:
        return f"{said}The last part comes {say_working_days(split.later)} later than that."
    return f"{said}That costs nothing: no part comes later than the whole would."


def _draw(console: Console, answer: dict[str, Any]) -> None:
    before, after = answer["before"], answer["after"]
    if not answer["proposals"]:
        tried = say_number(answer["tried"], "project was", "projects were")
        said = f"No split helps; {tried} tried." if answer["tried"] else "Nothing is late."
        console.print(said, highlight=False)
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("split")
    table.add_column("credits", no_wrap=True)
    for heading in ("saved, weighted", "days saved", "days apart", "last later by"):
        table.add_column(heading, justify="right")
    for row in answer["proposals"]:
        table.add_row(
            Text(f"{row['title']}{' (hypothetical)' if row['hypothetical'] else ''}"),
            " + ".join(say_count(part) for part in row["parts"]),
            f"{row['saved_weighted_tardiness']:,.0f}",
            f"{row['saved_days']:,.0f}",
            say_count(row["days_apart"]),
            say_count(row["days_later"]) if row["days_later"] else "nothing",
        )
    console.print(table)
    for row in answer["proposals"]:
        console.print(Text(row["sentence"]), soft_wrap=True)
    many = say_number(len(answer["proposals"]), "split", "splits")
    average = answer["replications"] > 1
    without, then = (
        say_late(lateness["late"], lateness["days_late"], on_average=average)
        for lateness in (before, after)
    )
    said = f"Without splits {without}. With {many} {then}."
    if average:
        said += f" These are means of {answer['replications']:,} runs of the queue, each with other"
        said += " durations."
    console.print(said, highlight=False, soft_wrap=True)
