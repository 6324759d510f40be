"""``callsheet project park|resume|rest|reopen|more-time``: resting, going on, opening again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from callsheet.cli.acting import As, Key, ProjectName, acting, find_project
from callsheet.cli.drawing_project import say_outcome
from callsheet.cli.output import Json, show
from callsheet.services import extending, parking, reopening


def add_to(app: typer.Typer) -> None:
    """Give the group of projects these commands."""
    app.command("park")(park_command)
    app.command("resume")(resume_command)
    app.command("rest")(rest_command)
    app.command("reopen")(reopen_command)
    app.command("more-time")(more_time_command)


def park_command(
    project: ProjectName,
    reason: Annotated[str, typer.Argument(help="Why, in words.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Put a project on ice; its credits come home. Studio staff."""
    _act(project, json, lambda pk: parking.park(acting(as_), pk, reason, key=key))


def resume_command(project: ProjectName, as_: As = "", key: Key = None, json: Json = False) -> None:
    """Let a parked project go on where it was, as soon as the queue has its credits."""
    _act(project, json, lambda pk: parking.resume(acting(as_), pk, key=key))


def rest_command(project: ProjectName, as_: As = "", key: Key = None, json: Json = False) -> None:
    """Take back that a project is to go on or to be opened again."""
    _act(project, json, lambda pk: parking.rest(acting(as_), pk, key=key))


def reopen_command(project: ProjectName, as_: As = "", key: Key = None, json: Json = False) -> None:
    """Open a project again that was finalized by itself, within the studio's days."""
    _act(project, json, lambda pk: reopening.reopen(acting(as_), pk, key=key))


def more_time_command(
    project: ProjectName, as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Put off, once, that a delivered project is finalized by itself."""
    _act(project, json, lambda pk: extending.extend(acting(as_), pk, key=key))


def _act(name: str, json: bool, work: Callable[[int], dict[str, Any]]) -> None:
    found = find_project(name)
    answer = work(found.pk)

    def human(console: Console) -> None:
        say_outcome(console, found.pk, answer)
        if answer.get("reason"):
            console.print(
                Text(
                    f"It waits for its credits at place {answer['position']} of the queue"
                    f" ({answer['reason'].replace('_', ' ')})."
                )
            )
        if answer.get("finalizes_on"):
            console.print(Text(f"It is finalized by itself on {answer['finalizes_on']}."))

    show(answer, json=json, human=human)
