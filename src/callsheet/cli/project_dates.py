"""``callsheet project stage``, ``promise`` and ``dates``: production step by step, and its days."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.catalogue.models import Stage
from callsheet.cli.acting import As, ProjectName, acting, find_project
from callsheet.cli.output import Json, show
from callsheet.insight.project_dates import ProjectDates, SampleLine, read_dates
from callsheet.insight.wording import say_day, say_days, say_working_days
from callsheet.projects.models import PublishedRange
from callsheet.projects.staging import PRODUCTION_STAGES
from callsheet.services import promising, staging
from callsheet.services.loading import project_of

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
Version = Annotated[
    int | None,
    typer.Option(help="The version that you looked at; refused when it has changed since."),
]
_WHAT = {value: label.lower() for value, label in PublishedRange.What.choices}
_STAGE = {value: label.lower() for value, label in Stage.choices}


def add_to(app: typer.Typer) -> None:
    """Give the group of projects these commands."""
    app.command("stage")(stage_command)
    app.command("promise")(promise_command)
    app.command("dates")(dates_command)


def day_of(given: datetime | None) -> date | None:
    """The day that was typed, if one was."""
    return given.date() if given else None


def stage_command(
    project: ProjectName,
    stage: Annotated[str, typer.Argument(help=f"One of {', '.join(PRODUCTION_STAGES)}.")],
    waiting_for: Annotated[
        str, typer.Option(help="studio, customer or carrier; not given: whom it usually is.")
    ] = "",
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day on which it should end."),
    ] = None,
    note: Annotated[str, typer.Option(help="Why; needed for a step backwards.")] = "",
    as_: As = "",
    version: Version = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Move a project in production to another stage. Studio staff."""
    found = find_project(project)
    answer = staging.enter_stage(
        acting(as_), found.pk, stage, waiting_for=waiting_for, expected_until=day_of(until),
        version=version, key=key, note=note,
    )  # fmt: skip

    def human(console: Console) -> None:
        dates = read_dates(found.pk)
        console.print(
            Text(f"“{dates.title}” is in {_STAGE[dates.stage]} now. {_credits_back(dates)}")
        )

    show(answer, json=json, human=human)


def promise_command(
    project: ProjectName,
    reason: Annotated[str, typer.Argument(help="Why; the customer reads it.")],
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day promised; not given: none any more."),
    ] = None,
    as_: As = "",
    version: Version = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Promise another day of delivery, or take the promise back. Studio staff."""
    found = find_project(project)
    answer = promising.change_promise(
        acting(as_), found.pk, day_of(day), reason, version=version, key=key
    )
    show(answer, json=json)


def dates_command(project: ProjectName, as_: As = "", json: Json = False) -> None:
    """Show a project's dates: what was published and why, its stages, its samples."""
    found = find_project(project)
    project_of(acting(as_), found.pk)
    dates = read_dates(found.pk)
    show(asdict(dates), json=json, human=lambda console: _draw(console, dates))


def _draw(console: Console, dates: ProjectDates) -> None:
    console.print(Text(dates.title, style="bold"))
    if dates.returns_from:
        console.print(Text(_credits_back(dates)))
    if dates.promised_on:
        console.print(Text(f"Promised for {say_day(dates.promised_on, dates.today)}."))
    usual, worst = dates.whole
    console.print(
        Text(
            f"Such a project takes {usual} to {say_working_days(worst)}"
            f" ({dates.source})."
        )
    )  # fmt: skip
    told = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("published", "what", "days", "because"):
        told.add_column(column)
    for row in dates.told:
        days = "not known any more"
        if row.first and row.last:
            days = say_days(row.first, row.last, dates.today)
        told.add_row(f"{row.at:%Y-%m-%d %H:%M}", _WHAT[row.what], days, Text(row.reason))
    if dates.told:
        console.print(told)
    stays = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("stage", "waits for", "since", "working days", "usual", "source"):
        stays.add_column(column)
    for stay in dates.stays:
        stays.add_row(
            _STAGE[stay.stage], stay.waiting_for, say_day(stay.since, dates.today),
            str(stay.days) if stay.until else f"{stay.days} so far",
            f"{stay.expected[0]} to {stay.expected[1]}", stay.source,
        )  # fmt: skip
    if dates.stays:
        console.print(stays)
    draw_samples(console, dates.samples, dates.today)


def draw_samples(console: Console, samples: tuple[SampleLine, ...], today: date) -> None:
    """Samples, one a line, with the last thing that is known of each."""
    for sample in samples:
        console.print(Text(f"Sample {sample.sample}, {sample.name}: {where(sample, today)}"))


def where(sample: SampleLine, today: date) -> str:
    """Where a sample is, in words."""
    if sample.returned_on:
        return f"went back on {say_day(sample.returned_on, today)}"
    if sample.received_on:
        return f"came on {say_day(sample.received_on, today)}"
    expected = "at a day that nobody knows"
    if sample.expected_on:
        expected = f"on {say_day(sample.expected_on, today)}"
    if sample.shipped_on:
        tracking = f" ({sample.tracking})" if sample.tracking else ""
        return f"sent on {say_day(sample.shipped_on, today)}{tracking}, expected {expected}"
    return f"expected {expected}"


def _credits_back(dates: ProjectDates) -> str:
    if not dates.returns_from or not dates.returns_by:
        return "Nothing is expected back."
    return f"Credits back {say_days(dates.returns_from, dates.returns_by, dates.today)}."
