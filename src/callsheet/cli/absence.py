"""``callsheet absence`` and ``callsheet tasks``: who is away, who stands in, who is asked."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.acting import As, acting
from callsheet.cli.output import Json, show
from callsheet.cli.session import studio
from callsheet.insight.people_view import list_absences
from callsheet.insight.tasks import tasks_of
from callsheet.kit.errors import NotFound
from callsheet.services import absences
from callsheet.tenants.models import User

app = typer.Typer(help="When people are away, and who stands in for them.")

PersonName = Annotated[str, typer.Argument(metavar="PERSON", help="Their e-mail address.")]
Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
_DAY = ["%Y-%m-%d"]


def find_person(email: str) -> User:
    """The person of that address. Raises ``NotFound("person")``."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise NotFound("person")
    return user


@app.command("list")
def list_command(person: PersonName, as_: As = "", json: Json = False) -> None:
    """List when somebody is away from today on."""
    rows = list_absences(acting(as_), find_person(person).pk)

    def human(console: Console) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("number", "from", "until", "deputy"):
            table.add_column(column)
        for row in rows:
            days = (row.starts_on.isoformat(), row.ends_on.isoformat())
            table.add_row(str(row.absence), *days, Text(row.deputy or "nobody"))
        console.print(table)

    show({"absences": [asdict(row) for row in rows]}, json=json, human=human)


@app.command("set")
def set_command(
    person: PersonName,
    from_day: Annotated[datetime, typer.Option("--from", formats=_DAY, help="The first day.")],
    until: Annotated[datetime, typer.Option("--until", formats=_DAY, help="The last day.")],
    deputy: Annotated[str, typer.Option(help="Who stands in: their e-mail address.")] = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Say that somebody is away, and who has their tasks and rights meanwhile."""
    answer = absences.set_absence(
        acting(as_), find_person(person).pk, starts_on=from_day.date(), ends_on=until.date(),
        deputy_id=find_person(deputy).pk if deputy else None, key=key,
    )  # fmt: skip
    show(answer, json=json)


@app.command("remove")
def remove_command(
    absence: Annotated[int, typer.Argument(help="Its number in `absence list`.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Take an absence back; the deputy's rights end with it."""
    show(absences.remove_absence(acting(as_), absence, key=key), json=json)


def tasks_command(
    person: PersonName,
    waiting: Annotated[bool, typer.Option(help="Also what only waits in the queue.")] = False,
    as_: As = "",
    json: Json = False,
) -> None:
    """List what somebody is asked to do now, the most urgent first."""
    with studio():
        rows = tasks_of(acting(as_), find_person(person).pk, waiting=waiting)

    def human(console: Console) -> None:
        if not rows:
            console.print("Nothing waits for them.")
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("until", "what", "project", "account", "for"):
            table.add_column(column)
        for row in rows:
            due = row.due.date().isoformat() if row.due else ""
            what = row.what.replace("_", " ")
            words = (Text(row.title), Text(row.account), Text(row.instead_of))
            table.add_row(due, what, *words)
        console.print(table)

    show({"tasks": [asdict(row) for row in rows]}, json=json, human=human)
