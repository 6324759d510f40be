"""``callsheet project``: briefs and what becomes of them, through the same rights as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.acting import (
    AccountKey,
    As,
    Key,
    Note,
    ProjectName,
    Version,
    acting,
    find_account,
    find_project,
)
from callsheet.cli.drawing_project import draw_project, draw_started, say_outcome, today_of
from callsheet.cli.output import Json, show
from callsheet.cli.project_changes import amend_app, change_date, stop_app
from callsheet.insight.project_view import list_projects, read_project
from callsheet.insight.wording import say_day
from callsheet.journal.commands import Answer
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound, Refused
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services import briefing, production, queueing
from callsheet.services.loading import project_of
from callsheet.tenants.models import Account

app = typer.Typer(help="Projects: list, show, and every step from submission to the end.")
app.add_typer(amend_app, name="amend")
app.add_typer(stop_app, name="stop-request")
app.command("change-date")(change_date)


@app.command("list")
def list_command(
    account: AccountKey,
    status: Annotated[
        list[str] | None, typer.Option(help="Only these; not given: all that have not ended.")
    ] = None,
    as_: As = "",
    json: Json = False,
) -> None:
    """List an account's projects, those that changed last first."""
    for given in status or []:
        if given not in list(Status):
            raise Refused(
                "unknown_status",
                f"There is no status “{given}”. It is one of: {', '.join(Status)}.",
                field="status",
            )
    rows = list_projects(acting(as_), find_account(account), statuses=status or ())

    def human(console: Console) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("key", "title", "credits", "status", "wanted by"):
            table.add_column(column, justify="right" if column == "credits" else "left")
        for row in rows:
            wanted = say_day(row.wanted_by, today_of(account)) if row.wanted_by else ""
            said = Status(row.status).label.lower()
            table.add_row(Text(row.key), Text(row.title), str(row.credits), said, wanted)
        console.print(table)

    show({"projects": [asdict(row) for row in rows]}, json=json, human=human)


@app.command("show")
def show_command(project: ProjectName, as_: As = "", json: Json = False) -> None:
    """Show a project: scope, dates, why it waits, what may happen next, its timeline."""
    found = find_project(project)
    project_of(acting(as_), found.pk)
    page = read_project(found.pk)
    show(asdict(page), json=json, human=lambda console: draw_project(console, page))


@app.command()
def submit(
    project: ProjectName, as_: As = "", version: Version = None, key: Key = None, json: Json = False
) -> None:
    """Hand a ready brief in: it starts at once, or waits in the queue and says why."""

    def work(actor: Actor, found: Project) -> Answer:
        return briefing.submit(actor, found.pk, version=version, key=key)

    _act(project, as_, json, work)


@app.command()
def withdraw(
    project: ProjectName,
    as_: As = "",
    version: Version = None,
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Take a brief back into draft, before it is accepted; it keeps its place for some days."""

    def work(actor: Actor, found: Project) -> Answer:
        return briefing.withdraw(actor, found.pk, version=version, note=note, key=key)

    _act(project, as_, json, work)


@app.command()
def accept(
    project: ProjectName,
    promised: Annotated[
        str, typer.Option(help="The day promised, as 2026-05-12; not given: none.")
    ] = "",
    as_: As = "",
    version: Version = None,
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Accept a brief into production. Studio staff."""

    def work(actor: Actor, found: Project) -> Answer:
        return production.accept(
            actor, found.pk, promised_on=_day(promised), version=version, note=note, key=key
        )

    _act(project, as_, json, work)


@app.command()
def ask(
    project: ProjectName,
    question: Annotated[str, typer.Argument(help="What you would like to know.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Ask the customer something before accepting. Studio staff."""

    def work(actor: Actor, found: Project) -> Answer:
        return production.request_clarification(actor, found.pk, question, key=key)

    _act(project, as_, json, work)


@app.command()
def clarify(
    project: ProjectName,
    reply: Annotated[str, typer.Argument(help="The answer to the studio's question.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Answer the studio's question; the brief goes back to review."""

    def work(actor: Actor, found: Project) -> Answer:
        return production.clarify(actor, found.pk, reply, key=key)

    _act(project, as_, json, work)


@app.command("return")
def return_command(
    project: ProjectName,
    reason: Annotated[str, typer.Argument(help="What has to change in the brief.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Give a brief back to its writers; its credits come home. Studio staff."""

    def work(actor: Actor, found: Project) -> Answer:
        return production.return_brief(actor, found.pk, reason, key=key)

    _act(project, as_, json, work)


@app.command()
def finalize(
    project: ProjectName, as_: As = "", version: Version = None, key: Key = None, json: Json = False
) -> None:
    """Approve what was delivered: the credits come home, and what now fits starts by itself."""

    def work(actor: Actor, found: Project) -> Answer:
        return production.finalize(actor, found.pk, version=version, key=key)

    _act(project, as_, json, work)


@app.command()
def cancel(
    project: ProjectName,
    note: Note = "",
    consumed: Annotated[
        int | None,
        typer.Option(help="Pay-as-you-go: credits used up; not given: all that is held."),
    ] = None,
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Stop a submitted project for good, with a reason. Studio staff."""

    def work(actor: Actor, found: Project) -> Answer:
        # The studio acts through its people: on the command line, too, it says why.
        if not note.strip():
            raise Refused("reason_missing", "Say why the project is canceled.", field="note")
        return production.cancel(actor, found.pk, consumed=consumed, note=note, key=key)

    _act(project, as_, json, work)


@app.command()
def reorder(
    account: AccountKey,
    projects: Annotated[
        list[str], typer.Argument(help="Every queued project, the first to start first.")
    ],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Put an account's queue into this order."""
    found = find_account(account)
    actor = acting(as_)
    order = [_in(found, name).pk for name in projects]
    answer = queueing.reorder(actor, found.pk, order, key=key)
    show(answer, json=json, human=lambda console: draw_started(console, answer))


def _in(account: Account, name: str) -> Project:
    """A project of that account by its key, or however else it is named."""
    try:
        return find_project(f"{account.key}/{name}")
    except NotFound:
        return find_project(name)


def _act(name: str, as_: str, json: bool, work: Callable[[Actor, Project], dict[str, Any]]) -> None:
    """Do ``work`` on the project as that person and say what came of it."""
    actor = acting(as_)
    found = find_project(name)
    answer = work(actor, found)
    show(answer, json=json, human=lambda console: say_outcome(console, found.pk, answer))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "not_a_day", f"“{text}” is not a day as in 2026-05-12.", field="promised"
        ) from error
