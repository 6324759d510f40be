"""``callsheet project people`` and ``callsheet project guest``: who has to do with a project."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.absence import PersonName, find_person
from callsheet.cli.acting import As, ProjectName, acting, find_project
from callsheet.cli.output import Json, show
from callsheet.insight.people_view import read_guests, read_project_people
from callsheet.projects.models import GuestLink
from callsheet.services import guesting, project_people
from callsheet.services.loading import project_of
from callsheet.tenants.access import check_can_write

people = typer.Typer(help="A project's owner, reviewers and required approvers.")
guest = typer.Typer(help="Guests, who review one project through a link.")

Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]


@people.command("list")
def list_people(project: ProjectName, as_: As = "", json: Json = False) -> None:
    """List a project's people, who is away, and who stands in."""
    found = project_of(acting(as_), find_project(project).pk)
    rows = read_project_people(found.pk)

    def human(console: Console) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("name", "e-mail", "part", "approved", "away until", "stands in"):
            table.add_column(column)
        for row in rows:
            approved = row.approved_at.date().isoformat() if row.approved_at else ""
            away = row.away_until.isoformat() if row.away_until else ""
            who = (Text(row.name), Text(row.email), row.part)
            table.add_row(*who, approved, away, Text(row.stands_in))
        console.print(table)

    show({"people": [asdict(row) for row in rows]}, json=json, human=human)


@people.command("owner")
def owner_command(
    project: ProjectName, person: PersonName, as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Give a project to another owner."""
    found, user = find_project(project).pk, find_person(person).pk
    show(project_people.change_owner(acting(as_), found, user, key=key), json=json)


@people.command("add")
def add_command(
    project: ProjectName,
    person: PersonName,
    part: Annotated[str, typer.Option("--as-what", help="reviewer or approver.")] = "reviewer",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Make somebody of the account a reviewer or a required approver."""
    found, user = find_project(project).pk, find_person(person).pk
    show(project_people.set_person(acting(as_), found, user, part, key=key), json=json)


@people.command("remove")
def remove_command(
    project: ProjectName, person: PersonName, as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Take a reviewer or a required approver out of a project."""
    found, user = find_project(project).pk, find_person(person).pk
    show(project_people.remove_person(acting(as_), found, user, key=key), json=json)


@guest.command("list")
def list_guests(project: ProjectName, as_: As = "", json: Json = False) -> None:
    """List a project's guests and the state of their links."""
    found = project_of(acting(as_), find_project(project).pk, check_can_write)
    rows = read_guests(found.pk)

    def human(console: Console) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("number", "name", "e-mail", "state", "good until", "last used"):
            table.add_column(column)
        for row in rows:
            used = row.last_used_at.date().isoformat() if row.last_used_at else ""
            table.add_row(
                str(row.link), Text(row.name), Text(row.email), row.state.replace("_", " "),
                row.expires_at.date().isoformat(), used,
            )  # fmt: skip
        console.print(table)

    show({"guests": [asdict(row) for row in rows]}, json=json, human=human)


@guest.command("invite")
def invite_command(
    project: ProjectName,
    name: Annotated[str, typer.Argument(help="What the guest is called.")],
    email: Annotated[str, typer.Option(help="Where a worker mails the link to.")] = "",
    days: Annotated[
        int | None, typer.Option(help="Calendar days for which it is good; a studio rule.")
    ] = None,
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Make a link for a guest and print it. It is stored nowhere."""
    found = find_project(project).pk
    answer = guesting.invite_guest(acting(as_), found, name, email=email, days=days, key=key)
    address = guesting.link_of(GuestLink.objects.get(pk=answer["link"]))
    show(answer | {"address": address}, json=json)


@guest.command("revoke")
def revoke_command(
    link: Annotated[int, typer.Argument(help="Its number in `project guest list`.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Take a guest's link back."""
    show(guesting.revoke_guest(acting(as_), link, key=key), json=json)


def add_to(app: typer.Typer) -> None:
    """Add both groups to ``callsheet project``."""
    app.add_typer(people, name="people")
    app.add_typer(guest, name="guest")
