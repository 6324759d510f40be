"""``callsheet account since`` and ``scorecard``: what changed, and how well dates were kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.acting import AccountKey, As, acting, find_account
from callsheet.cli.output import Json, show
from callsheet.insight.scorecard import Score, scorecard
from callsheet.insight.since_last_look import FIRST_LOOK_DAYS, SinceLastLook, since_last_look
from callsheet.insight.wording import say_credits, say_days
from callsheet.kit import clock
from callsheet.projects.models import PublishedRange
from callsheet.services.looking import mark_looked
from callsheet.tenants.models import Account

_WHAT = {value: label.lower() for value, label in PublishedRange.What.choices}


def add_to(app: typer.Typer) -> None:
    """Give the group of accounts these commands."""
    app.command("since")(since_command)
    app.command("scorecard")(scorecard_command)


def since_command(
    account: AccountKey,
    as_: As = "",
    mark: Annotated[bool, typer.Option("--mark", help="Remember that you have seen it.")] = False,
    json: Json = False,
) -> None:
    """Show what has changed since somebody (--as) last looked."""
    actor, found = acting(as_), find_account(account)
    seen = since_last_look(actor, found.pk)
    if mark:
        mark_looked(actor, found.pk, event_id=seen.event_id, range_id=seen.range_id)
    show(asdict(seen), json=json, human=lambda console: _draw(console, seen, found))


def _draw(console: Console, seen: SinceLastLook, account: Account) -> None:
    zone, today = clock.zone(account.time_zone), clock.today(account.time_zone)
    if seen.looked_at:
        console.print(f"Since {seen.looked_at.astimezone(zone):%Y-%m-%d %H:%M}", highlight=False)
    else:
        console.print(f"Of the last {FIRST_LOOK_DAYS} days", highlight=False)
    for moved in seen.moved:
        before = say_days(*moved.before, today) if moved.before else "not known"
        is_now = say_days(*moved.now, today) if moved.now else "not known any more"
        said = f"“{moved.title}”, {_WHAT[moved.what]}: {before} → {is_now}"
        console.print(
            Text(f"{said}, because {'; '.join(moved.reasons)}" if moved.reasons else said)
        )
    for change in seen.credits:
        verb = "added" if change.credits > 0 else "removed"
        words = f"{say_credits(abs(change.credits))} {verb} ({change.kind})"
        console.print(Text(f"{change.at.astimezone(zone):%Y-%m-%d %H:%M}  {words}"))
    for event in seen.happened:
        kind = event.kind.replace("_", " ")
        console.print(
            Text(f"{event.at.astimezone(zone):%Y-%m-%d %H:%M}  “{event.title}”: {kind}, {event.by}")
        )
    if seen.more_happened:
        console.print("… and more before that.")
    if not (seen.moved or seen.credits or seen.happened):
        console.print("Nothing has changed.")


def scorecard_command(
    account: Annotated[
        str, typer.Argument(help="The account's key; not given: the whole studio.")
    ] = "",
    as_: As = "",
    json: Json = False,
) -> None:
    """Show how often published ranges and promises were kept, in the last year."""
    card = scorecard(acting(as_), find_account(account).pk if account else None)
    rows = {
        "starts": card.starts, "finishes": card.finishes, "promises, as first given": card.promises,
        "promises, as changed last": card.changed_promises,
    }  # fmt: skip

    def human(console: Console) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("", "outcomes", "kept", "earlier", "usually late by"):
            table.add_column(column, justify="left" if not column else "right")
        for name, score in rows.items():
            table.add_row(name, str(score.outcomes), *_shares(score))
        console.print(table)

    show(asdict(card), json=json, human=human)


def _shares(score: Score) -> tuple[str, str, str]:
    if score.kept is None or score.early is None:
        return "too few to say", "", ""
    late = f"{score.days_late:g} days" if score.days_late is not None else "never late"
    return f"{score.kept:.0%}", f"{score.early:.0%}", late
