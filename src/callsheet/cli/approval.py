"""``callsheet approval``: of a brief by a colleague, of a delivery by required approvers."""

from __future__ import annotations

from typing import Annotated

import typer

from callsheet.cli.acting import As, ProjectName, acting, find_project
from callsheet.cli.drawing_project import say_outcome
from callsheet.cli.output import Json, show
from callsheet.journal.commands import Answer
from callsheet.services import internal_approval, project_people

app = typer.Typer(help="Approvals: of briefs by a colleague, of deliveries by required approvers.")

Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
Note = Annotated[str, typer.Option("--note", help="Why; kept in the project's timeline.")]


@app.command("ask")
def ask_command(
    project: ProjectName, note: Note = "", as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Ask a colleague to approve a ready brief before it is submitted."""
    found = find_project(project).pk
    _say(found, internal_approval.ask_approval(acting(as_), found, note=note, key=key), json)


@app.command("approve")
def approve_command(
    project: ProjectName, note: Note = "", as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Approve a colleague's brief: it is submitted."""
    found = find_project(project).pk
    _say(found, internal_approval.approve_brief(acting(as_), found, note=note, key=key), json)


@app.command("refuse")
def refuse_command(
    project: ProjectName,
    reason: Annotated[str, typer.Argument(help="What has to change.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Refuse a colleague's brief: it is a draft again."""
    found = find_project(project).pk
    _say(found, internal_approval.refuse_approval(acting(as_), found, reason, key=key), json)


@app.command("take-back")
def take_back_command(
    project: ProjectName, as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Take a brief back that waits for an approval."""
    found = find_project(project).pk
    _say(found, internal_approval.take_back(acting(as_), found, key=key), json)


@app.command("give")
def give_command(
    project: ProjectName, note: Note = "", as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Agree to what is delivered now, as a required approver or for one who is away."""
    found = find_project(project).pk
    show(project_people.give_approval(acting(as_), found, note=note, key=key), json=json)


@app.command("withdraw")
def withdraw_command(
    project: ProjectName, note: Note = "", as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Take one's approval of a delivery back, before the project is finalized."""
    found = find_project(project).pk
    show(project_people.take_approval_back(acting(as_), found, note=note, key=key), json=json)


def _say(project_id: int, answer: Answer, json: bool) -> None:
    show(answer, json=json, human=lambda console: say_outcome(console, project_id, answer))
