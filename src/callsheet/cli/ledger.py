"""``callsheet ledger``: the books rebuilt and compared, statements, balances."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from callsheet.cli.output import Json, show
from callsheet.credits import audit
from callsheet.credits import statement as statements
from callsheet.credits.balances import Balance, find_wallet, labels
from callsheet.credits.balances import balances as read_balances
from callsheet.insight.wording import say_number
from callsheet.kit import clock
from callsheet.kit.errors import Refused
from callsheet.projects.models import Project

app = typer.Typer(help="The books: rebuild and compare them, statements, balances.")

_WALLET = "An account's key, pool:ORGANIZATION, or a wallet's number."


@app.command()
def verify(
    wallets: Annotated[
        list[str] | None, typer.Argument(help=f"{_WALLET} None: all of them.")
    ] = None,
    kept: Annotated[
        list[str] | None,
        typer.Option(help="A head from a statement that you kept: WALLET:NUMBER:HASH."),
    ] = None,
    json: Json = False,
) -> None:
    """Rebuild every balance, hold, lot and chain from the transfers and compare.

    Ends with 1 and says where when anything differs.
    """
    chosen = [find_wallet(text).pk for text in wallets] if wallets else None
    report = audit.verify(chosen, kept=dict(_kept(text) for text in kept or []))
    names = labels({one.wallet for one in report.differences if one.wallet is not None})

    def human(console: Console) -> None:
        if report.clean:
            console.print(
                f"The books are right: {say_number(report.wallets, 'wallet', 'wallets')},"
                f" {say_number(report.transfers, 'transfer', 'transfers')}.",
                highlight=False,
            )
        for one in report.differences:
            where = f"{names.get(one.wallet, one.wallet)}: " if one.wallet is not None else ""
            console.print(f"{where}{one}", highlight=False, soft_wrap=True, markup=False)

    show(
        {
            "clean": report.clean,
            "wallets": report.wallets,
            "transfers": report.transfers,
            "differences": [
                asdict(one) | {"label": names.get(one.wallet) if one.wallet else None}
                for one in report.differences
            ],
        },
        json=json,
        human=human,
    )
    if not report.clean:
        raise typer.Exit(1)


@app.command()
def statement(
    wallet: Annotated[str, typer.Argument(help=_WALLET)],
    first: Annotated[
        str, typer.Option("--from", help="First day, as 2026-03-01. Not given: the month's first.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="Last day. Not given: today.")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """Print what happened in a wallet, from opening to closing balance, with both chain heads.

    Days are days of the account's time zone, both included.
    """
    found = find_wallet(wallet)
    until = _day(last, "to") or clock.today(found.owner.time_zone)
    since = _day(first, "from") or until.replace(day=1)
    one = statements.statement(found, since, until, projects=_titles(found.pk))
    if csv:
        print(statements.as_csv(one), end="")
        return
    show(asdict(one), json=json, human=lambda console: _draw(one, console))


@app.command()
def balances(
    wallets: Annotated[list[str] | None, typer.Argument(help=f"{_WALLET} None: all.")] = None,
    json: Json = False,
) -> None:
    """Show what each wallet has available and held, and what it lent, borrowed and owes."""
    chosen = [find_wallet(text).pk for text in wallets] if wallets else None
    found = read_balances(chosen)

    def human(console: Console) -> None:
        columns = ("capacity", "available", "held", "lent", "borrowed", "due_back")
        table = _table("wallet", "name", *(name.replace("_", " ") for name in columns))
        for one in found:
            table.add_row(one.label, one.name, *(str(getattr(one, name)) for name in columns))
        console.print(table)
        for one in found:
            if one.is_overdrawn:
                console.print(_overdrawn(one), highlight=False, markup=False)

    show({"balances": [asdict(one) for one in found]}, json=json, human=human)


def _overdrawn(one: Balance) -> str:
    return f"{one.label} is overdrawn by {-one.available}: it starts nothing until they come back."


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "not_a_day", f"{text!r} is not a day as in 2026-03-31.", field=field
        ) from error


def _kept(text: str) -> tuple[int, audit.KeptHead]:
    try:
        wallet, seq, head = text.rsplit(":", 2)
        known = audit.KeptHead(int(seq), bytes.fromhex(head))
    except ValueError as error:
        raise Refused(
            "not_a_head", f"{text!r} does not read as WALLET:NUMBER:HASH.", field="kept"
        ) from error
    return find_wallet(wallet).pk, known


def _titles(wallet: int) -> dict[int, str]:
    """What the wallet's holds are for: each project's title by its hold."""
    return dict(
        Project.objects.filter(wallet=wallet, hold__isnull=False).values_list("hold_id", "title")
    )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 2 else "right", no_wrap=number == 0)
    return table


def _draw(one: statements.Statement, console: Console) -> None:
    console.print(
        f"{one.name}, {one.first} to {one.last} ({one.time_zone})", style="bold", markup=False
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("time", "what", "credits", "available", "held", "with", "by", "reason"):
        numeric = column in {"credits", "available", "held"}
        fixed = numeric or column in {"time", "what"}
        table.add_column(column, justify="right" if numeric else "left", no_wrap=fixed)
    table.add_row(
        str(one.first), "Opening balance", "", str(one.opening.available), str(one.opening.held)
    )
    for line in one.lines:
        table.add_row(
            f"{line.at:%Y-%m-%d %H:%M}",
            line.title,
            f"{line.available or line.held:+d}",
            str(line.available_after),
            str(line.held_after),
            line.project or line.other or "",
            line.by,
            line.note or "",
        )
    table.add_row(
        str(one.last), "Closing balance", "", str(one.closing.available), str(one.closing.held)
    )
    console.print(table)
    for title, point in (("opening", one.opening), ("closing", one.closing)):
        console.print(
            f"{title} head  {one.label}:{point.seq}:{point.head}", highlight=False, soft_wrap=True
        )
