"""``callsheet queue``: who waits, why, and until when."""

from __future__ import annotations

from dataclasses import asdict

import typer

from callsheet.cli.acting import AccountKey, As, acting, find_account
from callsheet.cli.drawing import draw_queue
from callsheet.cli.output import Json, show
from callsheet.insight.queue_view import show_queue

app = typer.Typer(help="Queues: who waits, why, and until when.")


@app.command("show")
def show_command(account: AccountKey, as_: As = "", json: Json = False) -> None:
    """Show an account's queue: reasons, expected starts, what holds the credits, receipts.

    Expected starts are ranges: the first day is as likely as not, the last one holds in four of
    five cases, at the lead times of the studio.
    """
    view = show_queue(acting(as_), find_account(account).pk)
    facts = asdict(view) | {"overdrawn": view.overdrawn, "reserved": view.reserved}
    show(facts, json=json, human=lambda console: draw_queue(console, view))
