"""``callsheet sample``: products on their way to the studio and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from callsheet.cli.acting import AccountKey, As, acting, find_account, find_project
from callsheet.cli.output import Json, show
from callsheet.cli.project_dates import draw_samples
from callsheet.insight.project_dates import list_samples
from callsheet.journal.commands import Answer
from callsheet.kit import clock
from callsheet.projects.models import Project, Sample
from callsheet.services import sampling

app = typer.Typer(help="Samples: announce, send, receive and return products.")

Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
Number = Annotated[int, typer.Argument(help="The sample's number, from `sample list`.")]
On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day; not given: today in the account."),
]
Expected = Annotated[
    datetime | None,
    typer.Option("--expected", formats=["%Y-%m-%d"], help="When it should be with the studio."),
]
Note = Annotated[str, typer.Option(help="Why; kept in the project's timeline.")]


@app.command("list")
def list_command(account: AccountKey, as_: As = "", json: Json = False) -> None:
    """List an account's samples, those on their way first."""
    found = find_account(account)
    rows = list_samples(acting(as_), found.pk)
    today = clock.today(found.time_zone)
    show(
        {"samples": [asdict(row) for row in rows]},
        json=json,
        human=lambda console: draw_samples(console, rows, today),
    )


@app.command("add")
def add_command(
    account: AccountKey,
    name: Annotated[str, typer.Argument(help="What it is.")],
    project: Annotated[list[str], typer.Option(help="For which project; several times for more.")],
    expected: Expected = None,
    as_: As = "",
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Announce a sample for one or more projects."""
    answer = sampling.create_sample(
        acting(as_), find_account(account).pk, name, [find_project(p).pk for p in project],
        expected_on=_day(expected), key=key, note=note,
    )  # fmt: skip
    _say(answer, json)


@app.command("expect")
def expect_command(
    sample: Number,
    expected: Expected = None,
    as_: As = "",
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Say when a sample should arrive (not given: nobody knows); all its projects move."""
    answer = sampling.expect_sample(acting(as_), sample, _day(expected), key=key, note=note)
    _say(answer, json)


@app.command("ship")
def ship_command(
    sample: Number,
    on: On = None,
    tracking: Annotated[str, typer.Option(help="The carrier's number.")] = "",
    expected: Expected = None,
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Say that a sample was sent."""
    answer = sampling.ship_sample(
        acting(as_), sample, _today_or(on, sample), tracking=tracking, expected_on=_day(expected),
        key=key,
    )  # fmt: skip
    _say(answer, json)


@app.command("receive")
def receive_command(
    sample: Number, on: On = None, as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Say that a sample came; creation starts where nothing else is missing. Studio staff."""
    _say(sampling.receive_sample(acting(as_), sample, _today_or(on, sample), key=key), json)


@app.command("return")
def return_command(
    sample: Number, on: On = None, as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Say that a sample went back to the customer. Studio staff."""
    _say(sampling.return_sample(acting(as_), sample, _today_or(on, sample), key=key), json)


@app.command("remove")
def remove_command(
    sample: Number, as_: As = "", note: Note = "", key: Key = None, json: Json = False
) -> None:
    """Take back the announcement of a sample that is not needed."""
    _say(sampling.remove_sample(acting(as_), sample, key=key, note=note), json)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _today_or(given: datetime | None, sample_id: int) -> date:
    """The day that was typed, or today in the sample's account."""
    if given:
        return given.date()
    zones = Sample.objects.filter(pk=sample_id).values_list("account__time_zone", flat=True)
    return clock.today(zones.first() or "UTC")


def _say(answer: Answer, json: bool) -> None:
    def human(console: Console) -> None:
        gone = " is not awaited any more" if answer.get("removed") else " is on record"
        console.print(Text(f"Sample {answer['sample']}, {answer['name']},{gone}."))
        projects = Project.objects.in_bulk(answer["projects"])
        went_on = set(answer.get("went_on") or ())
        for pk, project in sorted(projects.items()):
            more = " went on" if pk in went_on else f": credits back from {project.returns_p50}"
            if pk in went_on or project.returns_p50:
                console.print(Text(f"“{project.title}”{more}."))

    show(answer, json=json, human=human)
