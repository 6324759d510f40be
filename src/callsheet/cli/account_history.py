"""``callsheet account history``: the finished projects, as the planner's commands read them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.acting import AccountKey, As, acting, find_account
from callsheet.cli.output import Json, show
from callsheet.insight.finished_projects import as_csv, finished_projects


def add_to(app: typer.Typer) -> None:
    """Give the group of accounts this command."""
    app.command("history")(history_command)


def history_command(
    account: AccountKey,
    canceled: Annotated[
        bool,
        typer.Option(
            "--canceled", help="With those canceled after they had started: for a replay."
        ),
    ] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, as replay, durations and plan read it.")
    ] = False,
    as_: As = "",
    json: Json = False,
) -> None:
    """List the finished projects of an account, and when they held their credits."""
    projects = finished_projects(acting(as_), find_account(account).pk, canceled=canceled)
    if csv:
        print(as_csv(projects), end="")
        return

    def human(console: Console) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("submitted", "started", "finished", "title", "type"):
            table.add_column(column)
        table.add_column("credits", justify="right")
        for one in projects:
            days = (str(day or "") for day in (one.submitted, one.started, one.finished))
            kind = one.brief_type.replace("_", " ")
            table.add_row(*days, Text(one.title), kind, str(one.credits))
        console.print(table)

    show({"projects": [asdict(one) for one in projects]}, json=json, human=human)
